package ledger

import (
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
)

// log is the segments of a directory, for reading. More may be found as they
// are written.
type log struct {
	dir files

	mu       sync.RWMutex
	segments []segment
	strays   []string // names that do not belong there
	places   []place  // of every step-th record
	step     int64
}

type segment struct {
	name  string
	first int64 // its first record
	f     file
	own   bool // this writer has it open for writing
}

// place is where a record stands.
type place struct {
	segment int32
	offset  int64
}

// openLog opens what is there. With a step of 1 every record is found at once, with more some
// have to be passed over.
func openLog(dir files, step int64) (*log, error) {
	l := &log{dir: dir, step: step}
	if err := l.refresh(); err != nil {
		_ = l.Close() // the first error says more
		return nil, err
	}
	return l, nil
}

// refresh finds segments that were begun since.
func (l *log) refresh() error {
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
			if !strings.HasSuffix(name, ".lock") && !strings.HasSuffix(name, keptSuffix) {
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
		l.segments = append(l.segments, segment{name, first, f, false})
	}
	return nil
}

// extend adds the segment that has just been begun.
func (l *log) extend(s segment) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.segments = append(l.segments, s)
}

// replace reads the last segment through another file.
func (l *log) replace(f file) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := &l.segments[len(l.segments)-1]
	old := last.f
	last.f, last.own = f, true
	return old.Close()
}

// overwrite makes zeros of a record's salt and payload, on disk.
func (l *log) overwrite(f *frame) error {
	s := l.segment(f.segment)
	if _, err := l.dir.Same(s.name, s.f); err != nil {
		return err
	}
	to := s.f
	if !s.own {
		var err error
		if to, err = l.dir.Write(s.name); err != nil {
			return err
		}
	}
	_, err := to.WriteAt(make([]byte, len(f.salt)+len(f.payload)), f.body())
	if err == nil {
		err = to.Sync()
	}
	if !s.own {
		err = errors.Join(err, to.Close())
	}
	return err
}

func (l *log) Close() error {
	var errs []error
	for _, s := range l.segments {
		errs = append(errs, s.f.Close())
	}
	return errors.Join(errs...)
}

func (l *log) count() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.segments)
}

func (l *log) segment(i int) segment {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.segments[i]
}

// bytes is how much there is to read.
func (l *log) bytes() (total int64, err error) {
	for i := range l.count() {
		n, err := l.segment(i).f.Size()
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// note remembers where a record stands; they come in order.
func (l *log) note(seq int64, segment int, offset int64) {
	if seq%l.step != 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if int64(len(l.places)) == seq/l.step {
		l.places = append(l.places, place{int32(segment), offset})
	}
}

// forget drops what was noted from a record on.
func (l *log) forget(seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.places = l.places[:min(int64(len(l.places)), (seq+l.step-1)/l.step)]
}

// find reads a record that was noted, or stands after one that was.
func (l *log) find(seq int64) (frame, error) {
	l.mu.RLock()
	if seq < 0 || seq/l.step >= int64(len(l.places)) {
		l.mu.RUnlock()
		return frame{}, ErrNotFound
	}
	at := l.places[seq/l.step]
	l.mu.RUnlock()
	for n := seq / l.step * l.step; n < seq; n++ {
		size, err := l.sizeAt(at)
		if err != nil {
			return frame{}, err
		}
		at.offset += size
		if next := int(at.segment) + 1; next < l.count() && l.segment(next).first == n+1 {
			at = place{int32(next), int64(len(magic))}
		}
	}
	return l.read(at)
}

func (l *log) sizeAt(at place) (int64, error) {
	var b [preambleSize]byte
	if err := readFull(l.segment(int(at.segment)).f, b[:], at.offset); err != nil {
		return 0, err
	}
	f, err := parsePreamble(b[:])
	return f.size, err
}

// read reads the record at a place. Most are read at once.
func (l *log) read(at place) (frame, error) {
	const most = 4096
	file := l.segment(int(at.segment)).f
	buf := make([]byte, most)
	n, err := file.ReadAt(buf, at.offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return frame{}, err
	}
	f, err := parseFrame(buf[:n])
	if errors.Is(err, errShort) {
		buf = make([]byte, f.size)
		if err := readFull(file, buf, at.offset); err != nil {
			return frame{}, err
		}
		f, err = parseFrame(buf)
	}
	f.segment, f.offset = int(at.segment), at.offset
	return f, err
}

func readFull(f file, b []byte, offset int64) error {
	n, err := f.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
