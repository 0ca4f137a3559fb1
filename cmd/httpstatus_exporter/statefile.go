package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"httpstatus_exporter/ingest/tail"
	"httpstatus_exporter/metrics"
)

// The state file, one snapshot of counts and positions from one quiet moment:
//
//	magic (8 bytes), version (1), flags (1), length of the body (8, little endian)
//	body: length of the positions (4), positions as JSON, encoded snapshot
//	time (8, Unix nanoseconds), CRC-32C of all but what comes before the length (4)
//
// flagOutrun is set in place when a
// later generation could not be written: the counts in the file are then older than what was exposed.
const (
	stateMagic   = "HTTPSTAT"
	stateVersion = 1
	flagOutrun   = 1
	flagOffset   = int64(len(stateMagic)) + 1
	fixedSize    = len(stateMagic) + 2 + 8
	trailerSize  = 8 + 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (s *storage) encode(snapshot *metrics.Snapshot, positions map[string][]tail.Position, now time.Time) ([]byte, error) {
	encoded, err := json.Marshal(positions)
	if err != nil {
		return nil, err
	}
	b := append(s.spare[:0], stateMagic...)
	b = append(b, stateVersion, 0)
	b = binary.LittleEndian.AppendUint64(b, 0) // the length, when it is known
	b = binary.LittleEndian.AppendUint32(b, uint32(len(encoded)))
	b = append(b, encoded...)
	if b, err = snapshot.AppendBinary(b); err != nil {
		return nil, err
	}
	binary.LittleEndian.PutUint64(b[fixedSize-8:], uint64(len(b)-fixedSize))
	b = binary.LittleEndian.AppendUint64(b, uint64(now.UnixNano()))
	// The flags are left out of the checksum: they change in place.
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[flagOffset+1:], castagnoli)), nil
}

func decodeState(b []byte) (*saved, error) {
	switch {
	case len(b) == 0:
		return nil, errors.New("the state file is empty")
	case len(b) < len(stateMagic)+1 || string(b[:len(stateMagic)]) != stateMagic:
		return nil, errors.New("this is no state file of httpstatus_exporter")
	case b[len(stateMagic)] != stateVersion:
		return nil, fmt.Errorf("found state version %d; this program reads version %d", b[len(stateMagic)], stateVersion)
	case len(b) < fixedSize+4+trailerSize:
		return nil, fmt.Errorf("the state file is torn: found %d bytes", len(b))
	}
	body := b[fixedSize : len(b)-trailerSize]
	if length := binary.LittleEndian.Uint64(b[fixedSize-8:]); length != uint64(len(body)) {
		return nil, fmt.Errorf("the state file is torn: found %d bytes of %d", len(body), length)
	}
	end := len(b) - 4
	if crc32.Checksum(b[flagOffset+1:end], castagnoli) != binary.LittleEndian.Uint32(b[end:]) {
		return nil, errors.New("the state file is damaged: its checksum is wrong")
	}
	n := uint64(binary.LittleEndian.Uint32(body))
	if n > uint64(len(body)-4) {
		return nil, errors.New("the state file is damaged: its positions are longer than the file")
	}
	sv := &saved{time: time.Unix(0, int64(binary.LittleEndian.Uint64(b[len(b)-trailerSize:])))}
	if err := json.Unmarshal(body[4:4+n], &sv.positions); err != nil {
		return nil, fmt.Errorf("the state file is damaged: %w", err)
	}
	if b[flagOffset]&flagOutrun != 0 {
		return sv, nil
	}
	var err error
	if sv.snapshot, err = metrics.DecodeSnapshot(body[4+n:]); err != nil {
		return nil, fmt.Errorf("the state file is damaged: %w", err)
	}
	return sv, nil
}
