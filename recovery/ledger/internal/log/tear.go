package log

import "bytes"

// Tear says how the end of a ledger is torn.
type Tear string

// The ways in which an end is torn. Each can come of a crash, and each can be made by
// somebody who cuts a file off: a checkpoint tells which.
const (
	TearRecord Tear = "record" // the file ends inside of a last record; zeros at its end are no part of it
	TearZeros  Tear = "zeros"  // behind the last record there are zeros and nothing else
	TearCommit Tear = "commit" // the last record of a commit of several is not there
	// TearRubbish is bytes behind the last record that do not begin another. Only [Repair] cuts them
	// off. Verifying and opening take them for damage.
	TearRubbish Tear = "rubbish"
)

// ends looks at a record that is not whole, in a file of so many bytes. The file may
// end inside of it. A machine that fails may also have made the file longer and not
// have written what belongs there, so that zeros at the end count as nothing, as
// long as the header of the record is not there in full.
func (s *Scanner) ends(seg segment, there int64) (Tear, error) {
	end, err := solid(seg.f, s.Offset, there)
	if err != nil {
		return "", err
	}
	left := end - s.Offset
	switch {
	case left == 0:
		return TearZeros, nil
	case left < PreambleSize:
		return TearRecord, nil
	}
	var b [PreambleSize]byte
	if err := readFull(seg.f, b[:], s.Offset); err != nil {
		return "", err
	}
	f, err := parsePreamble(b[:])
	if err == nil && (f.Size > there-s.Offset || left < PreambleSize+f.headerSize) {
		return TearRecord, nil
	}
	return "", nil
}

// begins looks at the first bytes of a file that are not the first line.
func begins(f File, there int64) (Tear, error) {
	end, err := solid(f, 0, there)
	if err != nil {
		return "", err
	}
	b := make([]byte, min(end, int64(len(Magic))))
	if err := readFull(f, b, 0); err != nil {
		return "", err
	}
	switch {
	case end >= int64(len(Magic)) || !bytes.HasPrefix([]byte(Magic), b) && !bytes.HasPrefix([]byte(magic1), b):
		return "", nil
	case end == 0 && there > 0:
		return TearZeros, nil
	}
	return TearRecord, nil
}

// solid returns where the last byte that is not zero ends, between two places of a file.
func solid(f File, from, to int64) (int64, error) {
	buf := make([]byte, min(64<<10, max(to-from, 0)))
	for to > from {
		b := buf[:min(int64(len(buf)), to-from)]
		if err := readFull(f, b, to-int64(len(b))); err != nil {
			return 0, err
		}
		if b = bytes.TrimRight(b, "\x00"); len(b) > 0 {
			return max(to-int64(len(buf)), from) + int64(len(b)), nil
		}
		to = max(to-int64(len(buf)), from)
	}
	return from, nil
}
