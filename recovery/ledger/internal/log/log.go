package log

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// Log is the segments of a directory, for reading. More may be found as they
// are written.
type Log struct {
	dir Files
	// following says how many records of the same commit follow one.
	following func(*Item) int64

	mu       sync.RWMutex
	segments []segment
	strays   []string // names that could be taken for a file of the ledger's
	places   []place  // of every step-th record from the first on that the base does not have
	step     int64
	base     Base // finds earlier records; nil: there are none
}

// Base finds the records before a certain one without reading the log. It is safe for concurrent use.
type Base interface {
	// Size is how many records it finds: those before the record of that number.
	Size() int64
	// Place says where a record begins, in the segment that has it, and its hash.
	Place(seq int64) (offset int64, hash tlog.Hash, err error)
}

type segment struct {
	name  string
	first int64 // its first record
	f     File
	w     File // by which this writer adds to it; nil where it does not
}

// place is where a record stands.
type place struct {
	segment int32
	offset  int64
}

// Open opens the segments of a directory. Log remembers the place of every step-th record: with a step
// of 1 it finds every record at once, and with a larger one it reads over the records between.
func Open(dir Files, step int64, following func(*Item) int64) (*Log, error) {
	l := &Log{dir: dir, step: step, following: following}
	if err := l.refresh(); err != nil {
		_ = l.Close() // the first error says more
		return nil, err
	}
	return l, nil
}

// refresh finds segments that were begun since.
func (l *Log) refresh() error {
	names, err := l.dir.List()
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.strays = nil
	for _, name := range names {
		first, ok := segmentFirst(name)
		switch {
		case !ok:
			if misleads(name) {
				l.strays = append(l.strays, name)
			}
			continue
		case slices.ContainsFunc(l.segments, func(s segment) bool { return s.name == name }):
			continue
		}
		f, err := l.dir.Open(name)
		if err != nil {
			return err
		}
		l.segments = append(l.segments, segment{name: name, first: first, f: f})
	}
	return nil
}

// extend adds the segment that a writer has just begun, which a reader may have found
// already.
func (l *Log) extend(s segment) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last := len(l.segments) - 1; last >= 0 && l.segments[last].name == s.name {
		l.segments[last].w = s.w // it is read through the file that was opened before
		return
	}
	l.segments = append(l.segments, s)
}

// replace reads the last segment through another file.
func (l *Log) replace(f File) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := &l.segments[len(l.segments)-1]
	old := last.f
	last.f, last.w = f, f
	return old.Close()
}

// Overwrite overwrites a record's salt and payload with zeros, on disk.
func (l *Log) Overwrite(f *Frame) error {
	s := l.segment(f.Segment)
	if _, err := l.dir.Same(s.name, s.f); err != nil {
		return err
	}
	to := s.w
	if to == nil {
		var err error
		if to, err = l.dir.Write(s.name); err != nil {
			return err
		}
	}
	_, err := to.WriteAt(make([]byte, len(f.Salt)+len(f.Payload)), f.Body())
	if err == nil {
		err = to.Sync()
	}
	if s.w == nil {
		err = errors.Join(err, to.Close())
	}
	return err
}

func (l *Log) Close() error {
	var errs []error
	for _, s := range l.segments {
		errs = append(errs, s.f.Close())
		if s.w != nil && s.w != s.f {
			errs = append(errs, s.w.Close())
		}
	}
	return errors.Join(errs...)
}

func (l *Log) Count() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.segments)
}

func (l *Log) segment(i int) segment {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.segments[i]
}

// Bytes is how much there is to read.
func (l *Log) Bytes() (total int64, err error) {
	for i := range l.Count() {
		n, err := l.segment(i).f.Size()
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// Stand forgets all places, and finds records before a certain one by a base from now on. A nil base
// has none.
func (l *Log) Stand(on Base) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.base, l.places = on, nil
}

// from is the first record that the base does not find. The caller holds the lock.
func (l *Log) from() int64 {
	if l.base == nil {
		return 0
	}
	return l.base.Size()
}

// Note remembers where a record stands. Records are noted in the order of their numbers.
func (l *Log) Note(seq int64, segment int, offset int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq -= l.from(); seq >= 0 && seq%l.step == 0 && int64(len(l.places)) == seq/l.step {
		l.places = append(l.places, place{int32(segment), offset})
	}
}

// Forget drops what was noted from a record on.
func (l *Log) Forget(seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	seq = max(seq-l.from(), 0)
	l.places = l.places[:min(int64(len(l.places)), (seq+l.step-1)/l.step)]
}

// Find reads a record that was noted, one that follows a noted one, or one that the base finds. A
// record that the base finds is compared with its hash; its payload is not.
func (l *Log) Find(seq int64) (Frame, error) {
	l.mu.RLock()
	base, from := l.base, l.from()
	if seq >= 0 && seq < from {
		l.mu.RUnlock()
		return l.below(base, seq)
	}
	l.mu.RUnlock()
	at, err := l.at(seq)
	if err != nil {
		return Frame{}, err
	}
	return l.read(at)
}

// at is where a record stands that was noted, or that follows a noted one.
func (l *Log) at(seq int64) (place, error) {
	l.mu.RLock()
	from := l.from()
	if seq < from || (seq-from)/l.step >= int64(len(l.places)) {
		l.mu.RUnlock()
		return place{}, ErrNotFound
	}
	at := l.places[(seq-from)/l.step]
	l.mu.RUnlock()
	for n := from + (seq-from)/l.step*l.step; n < seq; n++ {
		size, err := l.sizeAt(at)
		if err != nil {
			return at, err
		}
		at.offset += size
		if next := int(at.segment) + 1; next < l.Count() && l.segment(next).first == n+1 {
			at = place{int32(next), int64(len(Magic))}
		}
	}
	return at, nil
}

// below reads a record that the base finds.
func (l *Log) below(base Base, seq int64) (Frame, error) {
	offset, hash, err := base.Place(seq)
	if err != nil {
		return Frame{}, err
	}
	i := l.holding(seq)
	if i < 0 {
		return Frame{}, ErrNotFound
	}
	f, err := l.read(place{int32(i), offset})
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errShort), errors.Is(err, errLength), errors.Is(err, errTooLong):
	case err != nil:
		return Frame{}, err
	case RecordHash(f.Header) == hash:
		return f, nil
	}
	return Frame{}, l.Damaged(&Frame{Segment: i, Offset: offset}, seq, "the record that was written here is not here any more")
}

// Intact reports whether the payload of a record that was found is what was written. A record that
// the base has found was not compared with its digest before.
func (l *Log) Intact(f *Frame, seq int64) bool {
	if Sum32(f.Salt, f.Payload) != f.BodySum {
		return false
	}
	l.mu.RLock()
	known := seq >= l.from()
	l.mu.RUnlock()
	if known {
		return true
	}
	h, err := ParseHeader(f.Header)
	return err == nil && PayloadDigest(f.Salt, f.Payload) == h.Payload
}

// holding is the segment that has a record, by the names of the segments; -1: none has.
func (l *Log) holding(seq int64) int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	i, found := slices.BinarySearchFunc(l.segments, seq, func(s segment, seq int64) int { return cmp.Compare(s.first, seq) })
	if found {
		return i
	}
	return i - 1
}

// At is a scanner that begins behind the records that a base finds: at an offset of the segment that
// begins with the record first. It fails when there is no such segment.
func (l *Log) At(base Base, first, offset int64) (Scanner, error) {
	i := l.holding(first)
	if i < 0 || l.segment(i).first != first {
		return Scanner{}, ErrNotFound
	}
	l.Stand(base)
	return Scanner{Log: l, Segment: i, Offset: offset, Seq: base.Size()}, nil
}

// Begins is the first record of the segment of a number.
func (l *Log) Begins(segment int) int64 { return l.segment(segment).first }

func (l *Log) sizeAt(at place) (int64, error) {
	var b [PreambleSize]byte
	if err := readFull(l.segment(int(at.segment)).f, b[:], at.offset); err != nil {
		return 0, err
	}
	f, err := parsePreamble(b[:])
	return f.Size, err
}

// read reads the record at a place. One read is enough for most records.
func (l *Log) read(at place) (Frame, error) {
	const most = 4096
	file := l.segment(int(at.segment)).f
	buf := make([]byte, most)
	n, err := file.ReadAt(buf, at.offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return Frame{}, err
	}
	f, err := ParseFrame(buf[:n])
	if errors.Is(err, errShort) {
		buf = make([]byte, f.Size)
		if err := readFull(file, buf, at.offset); err != nil {
			return Frame{}, err
		}
		f, err = ParseFrame(buf)
	}
	f.Segment, f.Offset = int(at.segment), at.offset
	return f, err
}

func readFull(f File, b []byte, offset int64) error {
	n, err := f.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Recent reads the last records: from the last segment but one, since the last may be
// short. It is nil where there are none.
func (l *Log) Recent() *Scanner {
	last := l.Count() - 1
	if last < 0 {
		return nil
	}
	last = max(last-1, 0)
	return &Scanner{Log: l, Segment: last, Seq: l.segment(last).first}
}

// Damaged returns damage with the place of a record.
func (l *Log) Damaged(f *Frame, seq int64, what string) *Damage {
	return &Damage{File: l.segment(f.Segment).name, Offset: f.Offset, Record: seq, What: what}
}

// Place says where a record that [Log.Find] finds begins in its segment, and its hash.
func (l *Log) Place(seq int64) (offset int64, hash tlog.Hash, err error) {
	l.mu.RLock()
	base, from := l.base, l.from()
	l.mu.RUnlock()
	if seq >= 0 && seq < from {
		return base.Place(seq)
	}
	at, header, err := l.headerOf(seq)
	return at.offset, RecordHash(header), err
}

// KindOf is the kind of a record that [Log.Find] finds.
func (l *Log) KindOf(seq int64) (Kind, error) {
	f, err := l.Find(seq)
	if err != nil {
		return "", err
	}
	h, err := ParseHeader(f.Header)
	return h.Kind, err
}

// headerOf reads the header of a record that the base does not find.
func (l *Log) headerOf(seq int64) (place, []byte, error) {
	at, err := l.at(seq)
	if err != nil {
		return at, nil, err
	}
	var b [PreambleSize + MaxHeader]byte
	n, err := l.segment(int(at.segment)).f.ReadAt(b[:], at.offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return at, nil, err
	}
	f, err := parsePreamble(b[:n])
	if err != nil {
		return at, nil, err
	}
	if int64(n) < PreambleSize+f.headerSize {
		return at, nil, io.ErrUnexpectedEOF
	}
	return at, b[PreambleSize:][:f.headerSize], nil
}
