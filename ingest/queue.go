package ingest

import (
	"context"
	"sync"
)

// A Queue hands streams that can be read to the workers, in the order in which they came, and finds the quiet moments in
// which what has been read is exactly what has been counted. It has no goroutine of its own and holds any number of
// streams. All methods may be called from several goroutines.
//
// Quiet moments: a worker holds them off from Take to Done, a source that changes its positions outside Next holds them
// off inside Guard. Nobody may wait for bytes, for a timer or for another goroutine in these spans, since scrapes wait
// for them to end.
type Queue struct {
	quiet sync.RWMutex // read-held from Take to Done and in Guard, write-held in Quiet

	mu   sync.Mutex
	ring []Stream // len(ring) slots, n of them in use from head on
	head int
	n    int

	wake chan struct{} // holds a token when streams may be waiting and a worker may be asleep
}

// NewQueue returns an empty queue.
func NewQueue() *Queue {
	return &Queue{wake: make(chan struct{}, 1)}
}

// Put adds a stream that can be read. It never blocks. The stream must not be on the queue already.
func (q *Queue) Put(s Stream) {
	q.mu.Lock()
	if q.n == len(q.ring) {
		ring := make([]Stream, max(16, 2*q.n))
		k := copy(ring, q.ring[q.head:])
		copy(ring[k:], q.ring[:q.head])
		q.ring, q.head = ring, 0
	}
	q.ring[(q.head+q.n)%len(q.ring)] = s
	q.n++
	q.mu.Unlock()
	q.signal()
}

// Take waits for a stream and returns it, with quiet moments held off until Done. When ctx ends first it returns the
// error of ctx, and Done must not be called.
func (q *Queue) Take(ctx context.Context) (Stream, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if s := q.pop(); s != nil {
			q.quiet.RLock()
			return s, nil
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// pop removes the oldest stream, nil when there is none. When others remain it wakes the next worker.
func (q *Queue) pop() Stream {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.n == 0 {
		return nil
	}
	s := q.ring[q.head]
	q.ring[q.head] = nil
	q.head = (q.head + 1) % len(q.ring)
	q.n--
	if q.n > 0 {
		q.signal()
	}
	return s
}

func (q *Queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Done ends what Take began: the block that the worker read has been counted.
func (q *Queue) Done() { q.quiet.RUnlock() }

// Quiet runs f in a quiet moment: no worker is between Take and Done and no source is in Guard, so that the position of
// every stream is the one up to which its lines have been counted. It waits for the blocks that are being worked on, not
// for the ones that are yet to be read. f should be short.
func (q *Queue) Quiet(f func()) {
	q.quiet.Lock()
	defer q.quiet.Unlock()
	f()
}

// Guard runs f, in which a source changes its positions outside Next, with quiet moments held off. It must not be called
// by a worker between Take and Done, nor inside Quiet or Guard.
func (q *Queue) Guard(f func()) {
	q.quiet.RLock()
	defer q.quiet.RUnlock()
	f()
}
