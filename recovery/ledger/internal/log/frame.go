package log

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strconv"
)

// FORMAT.md describes what stands in a file. A segment is a magic line and
// frames; a frame is a preamble of five 32-bit numbers, a header, a salt and a
// payload.
const (
	Magic        = "amends ledger 2\n"
	magic1       = "amends ledger 1\n" // of the format before, which is read and not written
	PreambleSize = 20
	SaltSize     = 16
	MaxHeader    = 512
	MaxPayload   = 1 << 30
)

// Frame is one record as it stands in a file. Its parts are slices of a buffer.
type Frame struct {
	Segment int   // which file
	Offset  int64 // where in it
	Size    int64

	Header  []byte
	Salt    []byte
	Payload []byte

	headerSize int64

	headerSum, BodySum uint32
}

// isMagic reports whether a text is the first line of a segment. Those of all formats have one length.
func isMagic(line string) bool { return line == Magic || line == magic1 }

var (
	errShort   = errors.New("the record goes on")
	errLength  = errors.New("the length of the record was changed")
	errTooLong = errors.New("the length of the record is beyond what a record can have")
)

// Sum32 returns the CRC-32C of several parts, as if they were one text.
func Sum32(parts ...[]byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli) // remembered by the package
	var sum uint32
	for _, p := range parts {
		sum = crc32.Update(sum, table, p)
	}
	return sum
}

// parsePreamble says how long a frame is. It fails when the preamble was
// changed; errShort means that it is not there in full.
func parsePreamble(b []byte) (f Frame, err error) {
	if len(b) < PreambleSize {
		return Frame{}, errShort
	}
	if Sum32(b[:16]) != binary.BigEndian.Uint32(b[16:]) {
		return Frame{}, errLength
	}
	header, payload := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if header > MaxHeader || payload > MaxPayload {
		return Frame{}, errTooLong
	}
	f.headerSize = int64(header)
	f.Size = PreambleSize + int64(header) + SaltSize + int64(payload)
	f.headerSum, f.BodySum = binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])
	return f, nil
}

// ParseFrame reads the frame at the beginning of b. It returns errShort when b ends inside of the
// frame; Size is then how many bytes are needed, as far as that is known.
func ParseFrame(b []byte) (Frame, error) {
	f, err := parsePreamble(b)
	if errors.Is(err, errShort) {
		f.Size = PreambleSize
	}
	if err != nil {
		return f, err
	}
	if int64(len(b)) < f.Size {
		return f, errShort
	}
	rest := b[PreambleSize:f.Size:f.Size]
	f.Header, rest = rest[:f.headerSize:f.headerSize], rest[f.headerSize:]
	f.Salt, f.Payload = rest[:SaltSize:SaltSize], rest[SaltSize:]
	return f, nil
}

// AppendFrame appends a frame. bodySum is that of the salt and the payload.
func AppendFrame(dst, header, salt, payload []byte, bodySum uint32) []byte {
	start := len(dst)
	dst = slices.Grow(dst, PreambleSize+len(header)+len(salt)+len(payload))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(header)))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(payload)))
	dst = binary.BigEndian.AppendUint32(dst, Sum32(header))
	dst = binary.BigEndian.AppendUint32(dst, bodySum)
	dst = binary.BigEndian.AppendUint32(dst, Sum32(dst[start:]))
	dst = append(dst, header...)
	dst = append(dst, salt...)
	return append(dst, payload...)
}

// Body is where the salt begins, in the file.
func (f *Frame) Body() int64 { return f.Offset + PreambleSize + int64(len(f.Header)) }

// Erased reports whether the payload was overwritten with zeros: no salt is
// all zeros.
func (f *Frame) Erased() bool { return AllZero(f.Salt) && AllZero(f.Payload) }

// faded reports whether the header ends with a zero. That happens when a machine fails after the file
// was made longer and before it was written.
func (f *Frame) faded() bool { return len(f.Header) > 0 && f.Header[len(f.Header)-1] == 0 }

// AllZero reports whether all bytes are zeros.
func AllZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

const SegmentSuffix = ".ledger"

// SegmentName is the name of the file that begins with a record.
func SegmentName(first int64) string {
	digits := strconv.FormatInt(first, 10)
	return "0000000000000000"[min(len(digits), 16):] + digits + SegmentSuffix
}

// segmentFirst reads the name of a segment.
func segmentFirst(name string) (int64, bool) {
	if len(name) < len(SegmentSuffix) {
		return 0, false
	}
	n, err := strconv.ParseInt(name[:len(name)-len(SegmentSuffix)], 10, 64)
	return n, err == nil && n >= 0 && SegmentName(n) == name
}
