// Package ingest says what is read and how far: the streams of bytes that log entries come in, the queue that hands them
// to the workers, and the counts of each source.
//
// The way of the data: a source (a followed path, standard input) announces its streams (one incarnation of a file each)
// to the Queue whenever they have bytes to read; a worker takes a stream, reads one block of whole lines into a buffer of
// its own, and works through it. Nothing but the stream itself crosses goroutines.
package ingest
