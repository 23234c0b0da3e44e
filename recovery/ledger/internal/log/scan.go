package log

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"
)

// Body is the state in which a payload was found.
type Body int

const (
	BodyWhole Body = iota + 1
	BodyErased
	BodyChanged
)

// Item is a record that was read, with the damage that can be seen without other records.
type Item struct {
	Frame
	Head Header
	Hash tlog.Hash
	What string // what is wrong with its header; empty when nothing is
	Body Body
	more int64 // how many records of the same commit follow
	// Made is what a worker made of it.
	Made any
	// Beside is what else a worker made of it.
	Beside any
}

// Check checks a record without looking at others. Checking the digest takes longer than checking the
// checksum, and finds changes that were made on purpose.
func (t *Item) Check(digests bool) {
	if Sum32(t.Header) != t.headerSum {
		t.What = errHeader.Error()
		return
	}
	head, err := ParseHeader(t.Header)
	if err != nil {
		t.What = err.Error()
		return
	}
	t.Head, t.Hash = head, RecordHash(t.Header)
	switch {
	case t.Erased():
		t.Body = BodyErased
	case Sum32(t.Salt, t.Payload) != t.BodySum || digests && PayloadDigest(t.Salt, t.Payload) != head.Payload:
		t.Body = BodyChanged
	default:
		t.Body = BodyWhole
	}
}

// BlockSize is how much is read at once.
const BlockSize = 1 << 18

// Scanner reads a log from its beginning, a block of whole records at a time. A log that is
// being written is read up to where it ends by then.
type Scanner struct {
	Log     *Log
	Segment int
	Offset  int64
	Seq     int64 // of the next record
	Until   int64 // when set, records from this one on are left alone

	Torn int64 // bytes at the end that are not a whole record
	Tear Tear  // and what they are
	done int64 // bytes read

	spare chan block // those that may be used again; nil: none ever is
	last  block      // that of the records that Next returned
}

// block is memory for records: their bytes, and where they stand.
type block struct {
	bytes []byte
	items []Item
}

// Next returns records whose parts stand in buf, which is theirs from then on.
// At the end it returns io.EOF.
func (s *Scanner) Next() ([]Item, error) {
	for {
		if s.Segment >= s.Log.Count() || s.Until > 0 && s.Seq == s.Until {
			return nil, io.EOF
		}
		seg := s.Log.segment(s.Segment)
		if s.Offset == 0 {
			if err := s.begin(seg); err != nil {
				return nil, err
			}
		}
		items, err := s.block(seg, BlockSize)
		if errors.Is(err, errGrown) {
			continue
		}
		if err != nil || len(items) > 0 {
			return items, err
		}
		more, err := s.later()
		if err != nil {
			return nil, err
		}
		if !more {
			return nil, io.EOF
		}
		// Before the next file was begun, this one may have grown once more.
		now, err := seg.f.Size()
		if err != nil {
			return nil, err
		}
		if now == s.Offset {
			s.Segment++
			s.Offset = 0
		}
	}
}

// begin reads the magic line of a segment.
func (s *Scanner) begin(seg segment) error {
	if seg.first != s.Seq {
		return s.damage(seg, "the file begins with record %d, but the next one is %d: a file is missing, or was put in", seg.first, s.Seq)
	}
	line, there, err := firstLine(seg.f)
	if err != nil {
		return err
	}
	if !isMagic(line) {
		return s.tornBegin(seg, there)
	}
	s.Offset = int64(len(Magic))
	s.done += s.Offset
	return nil
}

// firstLine reads the first line of a file, and how long the file is. A writer may
// write the line just now: the line is read again until the file was as long before
// as after.
func firstLine(f File) (line string, there int64, err error) {
	for {
		before, err := f.Size()
		if err != nil {
			return "", 0, err
		}
		b := make([]byte, min(int64(len(Magic)), before))
		n, err := f.ReadAt(b, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return "", 0, err
		}
		there, err := f.Size()
		if err != nil {
			return "", 0, err
		}
		if there == before || isMagic(string(b[:n])) {
			return string(b[:n]), there, nil
		}
	}
}

// tornBegin says what the first line of a segment is instead.
func (s *Scanner) tornBegin(seg segment, there int64) error {
	tear, err := begins(seg.f, there)
	if err != nil {
		return err
	}
	if tear == "" {
		return s.damage(seg, "the first line of the file was changed")
	}
	if later, err := s.later(); err != nil || later {
		return errors.Join(err, s.damage(seg, "the file ends before its first record, and another file follows"))
	}
	s.Torn, s.Tear = there, tear
	return io.EOF
}

// block reads whole records. It returns none when the segment ends here.
func (s *Scanner) block(seg segment, size int64) ([]Item, error) {
	there, err := seg.f.Size()
	if err != nil {
		return nil, err
	}
	want := min(size, max(there-s.Offset, 0))
	room := s.room(want)
	buf, items := room.bytes, room.items
	n, err := seg.f.ReadAt(buf, s.Offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	rest := buf[:n]
	for len(rest) > 0 && (s.Until == 0 || s.Seq < s.Until) {
		f, err := ParseFrame(rest)
		if errors.Is(err, errShort) {
			if len(items) == 0 && int64(n) == size {
				return s.block(seg, f.Size) // one record is larger than a block
			}
			if len(items) == 0 {
				return nil, s.short(seg, there, errInside)
			}
			break
		}
		if err != nil || f.faded() {
			if len(items) > 0 {
				break // the next block begins with it
			}
			return nil, s.short(seg, there, cmp.Or(err, errHeader))
		}
		f.Segment, f.Offset = s.Segment, s.Offset
		s.Log.Note(s.Seq, s.Segment, s.Offset)
		items = append(items, Item{Frame: f})
		rest = rest[f.Size:]
		s.Offset += f.Size
		s.done += f.Size
		s.Seq++
	}
	s.last = block{buf, items}
	return items, nil
}

// room is memory for a block of so many bytes.
func (s *Scanner) room(size int64) block {
	select {
	case b := <-s.spare:
		clear(b.items)
		if int64(cap(b.bytes)) >= size {
			return block{b.bytes[:size], b.items[:0]}
		}
	default:
	}
	return block{bytes: make([]byte, size)}
}

// errGrown says that a file has more in it than a moment ago.
var errGrown = errors.New("the file has grown")

// errInside reports a file that ends inside of a record.
var errInside = errors.New("the file ends inside of the record, and another file follows")

// short says that the file, as long as it was, ends before a record is whole, or
// what is wrong with the record.
func (s *Scanner) short(seg segment, there int64, wrong error) error {
	later, err := s.later()
	if err != nil {
		return err
	}
	if later {
		now, err := seg.f.Size()
		if err != nil {
			return err
		}
		if now > there {
			return errGrown
		}
		return s.damage(seg, "%s", wrong)
	}
	tear, err := s.ends(seg, there)
	if err != nil {
		return err
	}
	if tear == "" {
		return s.damage(seg, "%s", wrong)
	}
	s.Torn, s.Tear = there-s.Offset, tear
	return io.EOF
}

// later reports whether another segment follows, which may have been begun just
// now.
func (s *Scanner) later() (bool, error) {
	if s.Segment+1 >= s.Log.Count() {
		if err := s.Log.refresh(); err != nil {
			return false, err
		}
	}
	return s.Segment+1 < s.Log.Count(), nil
}

func (s *Scanner) damage(seg segment, format string, args ...any) error {
	return &Damage{File: seg.name, Offset: s.Offset, Record: s.Seq, What: fmt.Sprintf(format, args...)}
}
