package log

import (
	"errors"
	"fmt"
	"io/fs"
)

// Tail is the file that records are added to.
type Tail struct {
	log     *Log
	dir     Files
	lock    Lock
	f       File
	name    string
	segment int   // which one it is
	size    int64 // of what is on disk for certain
	old     bool  // it is of the format before, and gets no more records
	// broken is set while the file may hold more than that, and made is the
	// file that was begun for it, if there is one.
	broken bool
	made   string
	extra  File
}

// OpenTail opens the last segment of a log for adding to it, if there is one, locked.
func OpenTail(l *Log, lock Lock) (*Tail, error) {
	t := &Tail{log: l, dir: l.dir, lock: lock, segment: l.Count() - 1}
	if t.segment < 0 {
		t.segment = 0
		return t, nil
	}
	t.name = l.segment(t.segment).name
	f, err := t.dir.Tail(t.name, false)
	if err != nil {
		return nil, err
	}
	t.f = f
	line, _, err := firstLine(f)
	t.old = line == magic1
	return t, errors.Join(err, l.replace(f))
}

// Trim cuts off what stands behind the last whole record, once the log was read.
func (t *Tail) Trim(end, torn int64) error {
	if t.f == nil && t.log.Count() == 0 {
		return nil
	}
	if t.f == nil || t.segment != t.log.Count()-1 {
		return &LockedError{} // another writer has begun a segment meanwhile
	}
	t.size = end + torn
	if err := t.undisturbed(); err != nil || torn == 0 && end > 0 {
		return err
	}
	t.size = end
	if end == 0 { // not even the first line is whole
		t.size, t.old = int64(len(Magic)), false
		if _, err := t.f.WriteAt([]byte(Magic), 0); err != nil {
			return err
		}
	}
	if err := t.f.Truncate(t.size); err != nil {
		return err
	}
	return t.f.Sync()
}

// End is where the log ends on disk: the first record of the segment, and where in it.
func (t *Tail) End() (first, offset int64) { return t.log.Begins(t.segment), t.size }

// Spot is where a batch begins.
type Spot struct {
	Segment int
	Offset  int64
}

// Write adds a batch, and returns where it begins. When it fails, it removes what was written of the
// batch. Where even that fails, the next call tries again before it writes.
func (t *Tail) Write(first int64, b []byte, limit int64) (Spot, error) {
	if err := t.undisturbed(); err != nil {
		return Spot{}, err
	}
	if t.broken {
		if err := t.mend(); err != nil {
			return Spot{}, fmt.Errorf("after an error, the end of the ledger could not be restored: %w", err)
		}
	}
	var err error
	var at Spot
	if t.f == nil || t.size > int64(len(Magic)) && (t.old || t.size+int64(len(b)) > limit) {
		at, err = t.begin(first, b)
	} else {
		at, err = t.extend(b)
	}
	var disturbed *DisturbedError
	if err == nil || errors.As(err, &disturbed) {
		return at, err
	}
	t.broken = true
	if mendErr := t.mend(); mendErr != nil {
		err = errors.Join(err, fmt.Errorf("the end of the ledger could not be restored, and nothing is recorded until it can be: %w", mendErr))
	}
	return Spot{}, err
}

// undisturbed checks that the end of the ledger is as this writer left it: the file is where it was,
// and as long. Before there is a segment, it checks the lock file instead.
func (t *Tail) undisturbed() error {
	if t.f == nil {
		return t.lock.Held()
	}
	size, err := t.dir.Same(t.name, t.f)
	switch {
	case err != nil:
		return err
	case size < t.size:
		return &DisturbedError{t.name, fmt.Sprintf("has %d bytes, and %d were written", size, t.size)}
	case size > t.size && !t.broken:
		return &DisturbedError{t.name, fmt.Sprintf("has %d bytes, and only %d were written", size, t.size)}
	}
	return nil
}

func (t *Tail) extend(b []byte) (Spot, error) {
	at := Spot{t.segment, t.size}
	if t.old { // there is nothing in it but the first line
		if _, err := t.f.WriteAt([]byte(Magic), 0); err != nil {
			return at, err
		}
		t.old = false
	}
	if _, err := t.f.WriteAt(b, t.size); err != nil {
		return at, err
	}
	if err := t.f.Sync(); err != nil {
		return at, err
	}
	t.size += int64(len(b))
	return at, nil
}

// begin writes a batch to a new file.
func (t *Tail) begin(first int64, b []byte) (Spot, error) {
	name := SegmentName(first)
	f, err := t.dir.Tail(name, true)
	var locked *LockedError
	if errors.Is(err, fs.ErrExist) || errors.As(err, &locked) {
		return Spot{}, &DisturbedError{name, "is there, and this writer has not begun it"}
	}
	if err != nil {
		return Spot{}, err
	}
	t.made, t.extra = name, f
	if _, err := f.WriteAt([]byte(Magic), 0); err != nil {
		return Spot{}, err
	}
	if _, err := f.WriteAt(b, int64(len(Magic))); err != nil {
		return Spot{}, err
	}
	if err := f.Sync(); err != nil {
		return Spot{}, err
	}
	if err := t.dir.Sync(); err != nil {
		return Spot{}, err
	}
	if t.f != nil { // the file before is still read
		t.segment++
	}
	t.log.extend(segment{name, first, f, f})
	t.f, t.name, t.made, t.extra = f, name, "", nil
	t.size, t.old = int64(len(Magic)+len(b)), false
	return Spot{t.segment, int64(len(Magic))}, nil
}

// mend brings the end of the ledger back to what is on disk for certain.
func (t *Tail) mend() error {
	if t.extra != nil {
		_ = t.extra.Close() // the file is removed next
		t.extra = nil
	}
	if t.made != "" {
		if err := t.dir.Remove(t.made); err != nil {
			return err
		}
		t.made = ""
		if err := t.dir.Sync(); err != nil {
			return err
		}
	}
	if t.f != nil {
		if err := t.f.Truncate(t.size); err != nil {
			return err
		}
		if err := t.f.Sync(); err != nil {
			return err
		}
	}
	t.broken = false
	return nil
}
