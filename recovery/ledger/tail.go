package ledger

import (
	"errors"
	"fmt"
	"io/fs"
)

// tail is the file that records are added to.
type tail struct {
	dir     files
	lock    lock
	f       file
	name    string
	segment int   // which one it is
	size    int64 // of what is on disk for certain
	// broken is set while the file may hold more than that, and made is the
	// file that was begun for it, if there is one.
	broken bool
	made   string
	extra  file
}

// open opens the last segment of a log, if there is one, locked.
func (t *tail) open(l *log) error {
	if t.segment < 0 {
		t.segment = 0
		return nil
	}
	t.name = l.segment(t.segment).name
	f, err := t.dir.Tail(t.name, false)
	if err != nil {
		return err
	}
	t.f = f
	return l.replace(f)
}

// trim cuts off what stands behind the last whole record, once the log was read.
func (t *tail) trim(l *log, end, torn int64) error {
	if t.f == nil && l.count() == 0 {
		return nil
	}
	if t.f == nil || t.segment != l.count()-1 {
		return &LockedError{} // another writer has begun a segment meanwhile
	}
	t.size = end + torn
	if err := t.undisturbed(); err != nil || torn == 0 && end > 0 {
		return err
	}
	t.size = end
	if end == 0 { // not even the first line is whole
		t.size = int64(len(magic))
		if _, err := t.f.WriteAt([]byte(magic), 0); err != nil {
			return err
		}
	}
	if err := t.f.Truncate(t.size); err != nil {
		return err
	}
	return t.f.Sync()
}

type tailPlace struct {
	segment int
	offset  int64
}

// write adds a batch, and returns where it begins. When it fails, nothing of
// the batch is left, or nothing is written until that is so.
func (t *tail) write(b *batch, limit int64) (tailPlace, error) {
	if err := t.undisturbed(); err != nil {
		return tailPlace{}, err
	}
	if t.broken {
		if err := t.mend(); err != nil {
			return tailPlace{}, fmt.Errorf("after an error, the end of the ledger could not be restored: %w", err)
		}
	}
	var err error
	var at tailPlace
	if t.f == nil || t.size > int64(len(magic)) && t.size+int64(len(b.buf)) > limit {
		at, err = t.begin(b)
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
	return tailPlace{}, err
}

// undisturbed holds that the end of the ledger is as this writer left it: the file
// is where it was, and as long. Before there is one, the lock has to be.
func (t *tail) undisturbed() error {
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

func (t *tail) extend(b *batch) (tailPlace, error) {
	at := tailPlace{t.segment, t.size}
	if _, err := t.f.WriteAt(b.buf, t.size); err != nil {
		return at, err
	}
	if err := t.f.Sync(); err != nil {
		return at, err
	}
	t.size += int64(len(b.buf))
	return at, nil
}

// begin writes a batch to a new file.
func (t *tail) begin(b *batch) (tailPlace, error) {
	name := segmentName(b.first)
	f, err := t.dir.Tail(name, true)
	var locked *LockedError
	if errors.Is(err, fs.ErrExist) || errors.As(err, &locked) {
		return tailPlace{}, &DisturbedError{name, "is there, and this writer has not begun it"}
	}
	if err != nil {
		return tailPlace{}, err
	}
	t.made, t.extra = name, f
	if _, err := f.WriteAt([]byte(magic), 0); err != nil {
		return tailPlace{}, err
	}
	if _, err := f.WriteAt(b.buf, int64(len(magic))); err != nil {
		return tailPlace{}, err
	}
	if err := f.Sync(); err != nil {
		return tailPlace{}, err
	}
	if err := t.dir.Sync(); err != nil {
		return tailPlace{}, err
	}
	if t.f != nil { // which is read still
		t.segment++
	}
	t.f, t.name, t.made, t.extra = f, name, "", nil
	t.size = int64(len(magic) + len(b.buf))
	return tailPlace{t.segment, int64(len(magic))}, nil
}

// mend brings the end of the ledger back to what is on disk for certain.
func (t *tail) mend() error {
	if t.extra != nil {
		_ = t.extra.Close() // it is removed
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
