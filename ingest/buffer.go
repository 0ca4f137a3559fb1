package ingest

// A Buffer is the memory that one worker reads blocks into. The zero Buffer is ready to use.
type Buffer struct {
	data []byte
}
