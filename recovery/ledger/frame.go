package ledger

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strconv"
)

// FORMAT.md describes what stands in a file. A segment is a magic line and
// frames; a frame is a preamble of five 32-bit numbers, a header, a salt and a
// payload.
const (
	magic        = "amends ledger 1\n"
	preambleSize = 20
	saltSize     = 16
	maxHeader    = 512
	maxPayload   = 1 << 30
)

// frame is one record as it stands in a file. Its parts are slices of a buffer.
type frame struct {
	segment int   // which file
	offset  int64 // where in it
	size    int64

	header  []byte
	salt    []byte
	payload []byte

	headerSize int64

	headerSum, bodySum uint32
}

var errShort = errors.New("the record goes on")

func sum32(parts ...[]byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli) // remembered by the package
	var sum uint32
	for _, p := range parts {
		sum = crc32.Update(sum, table, p)
	}
	return sum
}

// parsePreamble says how long a frame is. It fails when the preamble was
// changed; errShort means that it is not there in full.
func parsePreamble(b []byte) (f frame, err error) {
	if len(b) < preambleSize {
		return frame{}, errShort
	}
	if sum32(b[:16]) != binary.BigEndian.Uint32(b[16:]) {
		return frame{}, errors.New("the length of the record was changed")
	}
	header, payload := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if header > maxHeader || payload > maxPayload {
		return frame{}, errors.New("the length of the record is beyond what a record can have")
	}
	f.headerSize = int64(header)
	f.size = preambleSize + int64(header) + saltSize + int64(payload)
	f.headerSum, f.bodySum = binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])
	return f, nil
}

// parseFrame reads the frame at the beginning of b. errShort means that b ends
// inside of it; size is then what is needed, as far as it is known.
func parseFrame(b []byte) (frame, error) {
	f, err := parsePreamble(b)
	if errors.Is(err, errShort) {
		f.size = preambleSize
	}
	if err != nil {
		return f, err
	}
	if int64(len(b)) < f.size {
		return f, errShort
	}
	rest := b[preambleSize:f.size:f.size]
	f.header, rest = rest[:f.headerSize:f.headerSize], rest[f.headerSize:]
	f.salt, f.payload = rest[:saltSize:saltSize], rest[saltSize:]
	return f, nil
}

// appendFrame appends a frame. bodySum is that of the salt and the payload.
func appendFrame(dst, header, salt, payload []byte, bodySum uint32) []byte {
	start := len(dst)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(header)))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(payload)))
	dst = binary.BigEndian.AppendUint32(dst, sum32(header))
	dst = binary.BigEndian.AppendUint32(dst, bodySum)
	dst = binary.BigEndian.AppendUint32(dst, sum32(dst[start:]))
	dst = append(dst, header...)
	dst = append(dst, salt...)
	return append(dst, payload...)
}

// body is where the salt begins, in the file.
func (f *frame) body() int64 { return f.offset + preambleSize + int64(len(f.header)) }

// erased reports whether the payload was overwritten with zeros: no salt is
// all zeros.
func (f *frame) erased() bool { return allZero(f.salt) && allZero(f.payload) }

// faded reports whether the header ends with a zero, as it does where the file was
// made longer and not written.
func (f *frame) faded() bool { return len(f.header) > 0 && f.header[len(f.header)-1] == 0 }

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

const segmentSuffix = ".ledger"

// segmentName is the name of the file that begins with a record.
func segmentName(first int64) string {
	digits := strconv.FormatInt(first, 10)
	return "0000000000000000"[min(len(digits), 16):] + digits + segmentSuffix
}

// segmentFirst reads the name of a segment.
func segmentFirst(name string) (int64, bool) {
	if len(name) < len(segmentSuffix) {
		return 0, false
	}
	n, err := strconv.ParseInt(name[:len(name)-len(segmentSuffix)], 10, 64)
	return n, err == nil && n >= 0 && segmentName(n) == name
}
