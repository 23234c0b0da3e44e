package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"
)

// body is what became of a payload.
type body int

const (
	bodyWhole body = iota + 1
	bodyErased
	bodyChanged
)

// item is a record that was read, with what is wrong with it by itself.
type item struct {
	frame
	head header
	hash tlog.Hash
	what string // what is wrong with its header; empty: nothing
	body body
	more int64 // how many records of the same commit follow
	// made is what a worker made of it.
	made any
}

// check looks at a record by itself. A digest takes longer than a checksum, and
// cannot be made up.
func (t *item) check(digests bool) {
	if sum32(t.header) != t.headerSum {
		t.what = errHeader.Error()
		return
	}
	head, err := parseHeader(t.header)
	if err != nil {
		t.what = err.Error()
		return
	}
	t.head, t.hash = head, recordHash(t.header)
	switch {
	case t.erased():
		t.body = bodyErased
	case sum32(t.salt, t.payload) != t.bodySum || digests && payloadDigest(t.salt, t.payload) != head.payload:
		t.body = bodyChanged
	default:
		t.body = bodyWhole
		if head.kind == KindReport {
			_, t.more, _ = parseReports(t.payload) // who needs them finds what is wrong
		}
	}
}

// blockSize is how much is read at once.
const blockSize = 1 << 20

// scanner reads a log from its beginning, a block of whole records at a time. A log that is
// being written is read up to where it ends by then.
type scanner struct {
	log     *log
	segment int
	offset  int64
	seq     int64 // of the next record
	until   int64 // when set, records from this one on are left alone

	torn int64 // bytes at the end that are no whole record
	tear Tear  // and what they are
	done int64 // bytes read
}

// next returns records whose parts stand in buf, which is theirs from then on.
// At the end it returns io.EOF.
func (s *scanner) next() ([]item, error) {
	for {
		if s.segment >= s.log.count() || s.until > 0 && s.seq == s.until {
			return nil, io.EOF
		}
		seg := s.log.segment(s.segment)
		if s.offset == 0 {
			if err := s.begin(seg); err != nil {
				return nil, err
			}
		}
		items, err := s.block(seg, blockSize)
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
		if now == s.offset {
			s.segment++
			s.offset = 0
		}
	}
}

// begin reads the magic line of a segment.
func (s *scanner) begin(seg segment) error {
	if seg.first != s.seq {
		return s.damage(seg, "the file begins with record %d, but the next one is %d: a file is missing, or was put in", seg.first, s.seq)
	}
	b := make([]byte, len(magic))
	if _, err := seg.f.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(b) != magic {
		return s.tornBegin(seg)
	}
	s.offset = int64(len(magic))
	s.done += s.offset
	return nil
}

// tornBegin says what the first line of a segment is instead.
func (s *scanner) tornBegin(seg segment) error {
	there, err := seg.f.Size()
	if err != nil {
		return err
	}
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
	s.torn, s.tear = there, tear
	return io.EOF
}

// block reads whole records. None means that the segment ends here.
func (s *scanner) block(seg segment, size int64) ([]item, error) {
	there, err := seg.f.Size()
	if err != nil {
		return nil, err
	}
	want := min(size, max(there-s.offset, 0))
	buf := make([]byte, want)
	n, err := seg.f.ReadAt(buf, s.offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	rest := buf[:n]
	var items []item
	for len(rest) > 0 && (s.until == 0 || s.seq < s.until) {
		f, err := parseFrame(rest)
		if errors.Is(err, errShort) {
			if len(items) == 0 && int64(n) == size {
				return s.block(seg, f.size) // one record is larger than a block
			}
			if len(items) == 0 {
				return nil, s.short(seg, there, errInside)
			}
			break
		}
		if err != nil || f.faded() {
			if len(items) > 0 {
				break // it is met again, first
			}
			return nil, s.short(seg, there, cmp.Or(err, errHeader))
		}
		f.segment, f.offset = s.segment, s.offset
		s.log.note(s.seq, s.segment, s.offset)
		items = append(items, item{frame: f})
		rest = rest[f.size:]
		s.offset += f.size
		s.done += f.size
		s.seq++
	}
	return items, nil
}

// errGrown says that a file has more in it than a moment ago.
var errGrown = errors.New("the file has grown")

// errInside is what is wrong with a record that its file ends inside of.
var errInside = errors.New("the file ends inside of the record, and another file follows")

// short says that the file, as long as it was, ends before a record is whole, or
// what is wrong with the record.
func (s *scanner) short(seg segment, there int64, wrong error) error {
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
	s.torn, s.tear = there-s.offset, tear
	return io.EOF
}

// later reports whether another segment follows, which may have been begun just
// now.
func (s *scanner) later() (bool, error) {
	if s.segment+1 >= s.log.count() {
		if err := s.log.refresh(); err != nil {
			return false, err
		}
	}
	return s.segment+1 < s.log.count(), nil
}

func (s *scanner) damage(seg segment, format string, args ...any) error {
	return &Damage{File: seg.name, Offset: s.offset, Record: s.seq, What: fmt.Sprintf(format, args...)}
}
