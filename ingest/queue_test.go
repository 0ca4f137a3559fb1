package ingest

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// countdown is a stream of n empty blocks.
type countdown struct {
	src  *Source
	q    *Queue
	left int
	busy atomic.Bool
	t    *testing.T
}

func (c *countdown) Source() *Source { return c.src }

func (c *countdown) Next(*Buffer) (Block, error) {
	if c.busy.Swap(true) {
		c.t.Error("Next runs twice at once")
	}
	c.left--
	left := c.left
	c.busy.Store(false)
	if left == 0 {
		return Block{}, io.EOF
	}
	c.q.Put(c)
	return Block{}, nil
}

func TestQueueIsFair(t *testing.T) {
	q := NewQueue()
	streams := make([]*countdown, 40)
	for i := range streams {
		streams[i] = &countdown{q: q, left: 1 + i%3, t: t}
		q.Put(streams[i])
	}
	var order []Stream
	for range 40 {
		s, err := q.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		order = append(order, s)
		s.Next(nil)
		q.Done()
	}
	for i, s := range order {
		if s != Stream(streams[i]) {
			t.Fatalf("stream %d was taken out of order", i)
		}
	}
}

func TestQueueWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue()
		ctx, cancel := context.WithCancel(t.Context())
		var blocks, inFlight atomic.Int64
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				for {
					s, err := q.Take(ctx)
					if err != nil {
						if !errors.Is(err, context.Canceled) {
							t.Errorf("Take: %v", err)
						}
						return
					}
					inFlight.Add(1)
					s.Next(nil)
					blocks.Add(1)
					inFlight.Add(-1)
					q.Done()
				}
			})
		}
		var want int64
		for i := range 300 {
			q.Put(&countdown{q: q, left: 1 + i%7, t: t})
			want += int64(1 + i%7)
			if i%50 == 0 {
				time.Sleep(time.Second)
				q.Quiet(func() {
					if n := inFlight.Load(); n != 0 {
						t.Errorf("%d blocks are in flight in a quiet moment", n)
					}
				})
			}
		}
		synctest.Wait()
		if n := blocks.Load(); n != want {
			t.Errorf("%d blocks were read, want %d: a worker slept while streams waited", n, want)
		}
		cancel()
		workers.Wait()
	})
}

func TestQueueQuietWaits(t *testing.T) {
	q := NewQueue()
	q.Put(&countdown{q: q, left: 1, t: t})
	if _, err := q.Take(t.Context()); err != nil {
		t.Fatal(err)
	}
	var done atomic.Bool
	quiet := make(chan struct{})
	go q.Quiet(func() {
		if !done.Load() {
			t.Error("a quiet moment between Take and Done")
		}
		close(quiet)
	})
	done.Store(true)
	q.Done()
	<-quiet
	q.Guard(func() {})
}

func TestTakeEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q := NewQueue()
	q.Put(&countdown{})
	if _, err := q.Take(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Take after the end of its context: %v", err)
	}
}

func TestQueueAllocations(t *testing.T) {
	q := NewQueue()
	s := &countdown{q: q, left: 1 << 30, t: t}
	q.Put(s)
	if n := testing.AllocsPerRun(1000, func() {
		s, _ := q.Take(context.Background())
		s.Next(nil)
		q.Done()
	}); n != 0 {
		t.Errorf("%v allocations per block, want 0", n)
	}
}
