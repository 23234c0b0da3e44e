package log

import (
	"errors"
	"io"
	"slices"
	"sync"
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
	places   []place  // of every step-th record
	step     int64
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

// Note remembers where a record stands. Records are noted in the order of their numbers.
func (l *Log) Note(seq int64, segment int, offset int64) {
	if seq%l.step != 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if int64(len(l.places)) == seq/l.step {
		l.places = append(l.places, place{int32(segment), offset})
	}
}

// Forget drops what was noted from a record on.
func (l *Log) Forget(seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.places = l.places[:min(int64(len(l.places)), (seq+l.step-1)/l.step)]
}

// Find reads a record that was noted, or that follows one that was noted.
func (l *Log) Find(seq int64) (Frame, error) {
	l.mu.RLock()
	if seq < 0 || seq/l.step >= int64(len(l.places)) {
		l.mu.RUnlock()
		return Frame{}, ErrNotFound
	}
	at := l.places[seq/l.step]
	l.mu.RUnlock()
	for n := seq / l.step * l.step; n < seq; n++ {
		size, err := l.sizeAt(at)
		if err != nil {
			return Frame{}, err
		}
		at.offset += size
		if next := int(at.segment) + 1; next < l.Count() && l.segment(next).first == n+1 {
			at = place{int32(next), int64(len(Magic))}
		}
	}
	return l.read(at)
}

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
