package log

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Repaired says what [Repair] has found and done.
type Repaired struct {
	Records int64 // that the ledger has
	// Cut is how many bytes were cut off the end of a file; where it is 0, nothing was
	// done.
	Cut    int64
	File   string // in the directory, from which they were cut
	Offset int64  // where in it they began
	Tear   Tear   // what they were
	Kept   string // the file in the directory that holds them now
	// Indexes are the indexes that were removed: files that are not part of the ledger.
	Indexes []string
}

// keptSuffix ends the names of the files that hold what was cut off. Such files are not part of a
// ledger.
const keptSuffix = ".cut"

// Repair does what the package ledger promises. parse reads a payload, on any core.
func Repair(ctx context.Context, dir Files, following func(*Item) int64, parse func(*Item)) (done *Repaired, err error) {
	lock, err := dir.Lock()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	log, err := Open(dir, 1<<30, following) // nothing is looked up
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	t, err := OpenTail(log, lock)
	if err != nil {
		return nil, err
	}
	w, err := audited(ctx, log, parse, 0)
	var damage *Damage
	if errors.As(err, &damage) && damage.Tear != "" {
		w, err = before(ctx, log, parse, damage)
	}
	if err != nil {
		return nil, err
	}
	return t.keep(w)
}

// before goes through the records before a damaged one, which stands in the last
// segment.
func before(ctx context.Context, log *Log, parse func(*Item), d *Damage) (w *Walk, err error) {
	if d.Record == 0 {
		w, err = &Walk{Scanner: Scanner{Log: log}}, NewAudit(log).finish()
	} else {
		w, err = audited(ctx, log, parse, d.Record)
	}
	if err != nil {
		return nil, err
	}
	if last := log.Count() - 1; w.Segment < last || d.Record == 0 {
		if w.Torn > 0 {
			return nil, d // a commit that began in another segment
		}
		w.Segment, w.Offset = last, d.Offset
	}
	w.Tear = d.Tear
	return w, nil
}

// audited goes through the records of a log, or those before one.
func audited(ctx context.Context, log *Log, parse func(*Item), until int64) (*Walk, error) {
	a := NewAudit(log)
	w := &Walk{Scanner: Scanner{Log: log, Until: until}, Digests: true, Work: parse, Visit: a.Look}
	return w, a.Run(ctx, w)
}

// keep cuts off what the walk has found to be torn, and everything behind it, and
// puts it into a file.
func (t *Tail) keep(w *Walk) (*Repaired, error) {
	out := &Repaired{Records: w.Seq}
	if t.f == nil {
		return out, nil
	}
	size, err := t.f.Size()
	if err != nil || size == w.Offset {
		return out, err
	}
	out.Cut, out.File, out.Offset, out.Tear = size-w.Offset, t.name, w.Offset, w.Tear
	if out.Kept, err = t.copy(w.Offset, size); err != nil {
		return nil, err
	}
	t.size = size
	if err := t.undisturbed(); err != nil {
		return nil, err
	}
	if err := t.f.Truncate(w.Offset); err != nil {
		return nil, err
	}
	return out, t.f.Sync()
}

// copy writes the end of the file into another one, which is on disk when it returns.
func (t *Tail) copy(from, to int64) (name string, err error) {
	begin := fmt.Sprintf("%s-at-%d", strings.TrimSuffix(t.name, SegmentSuffix), from)
	name = begin + keptSuffix
	f, err := t.dir.Create(name)
	for n := 2; errors.Is(err, fs.ErrExist); n++ {
		name = fmt.Sprintf("%s-%d%s", begin, n, keptSuffix)
		f, err = t.dir.Create(name)
	}
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.NewOffsetWriter(f, 0), io.NewSectionReader(t.f, from, to-from))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = t.dir.Sync()
	}
	return name, err
}

// Run walks through a log and judges it. Damage that is at the end, and could be cut
// off, is marked as such.
func (a *Audit) Run(ctx context.Context, w *Walk) error {
	err := w.Run(ctx)
	if err == nil {
		err = a.finish()
	}
	var damage *Damage
	if errors.As(err, &damage) && damage.Record >= 0 {
		if tear, err := a.log.rest(damage); err == nil {
			damage.Tear = tear
		}
	}
	return err
}

// rest says what stands in the last segment from a damaged record on, if it may be cut off: a
// record whose end was made zeros, or bytes that are not a record and contain none.
func (l *Log) rest(d *Damage) (Tear, error) {
	s := l.segment(l.Count() - 1)
	if s.name != d.File || d.Offset == 0 { // a file without the first line may be no segment at all
		return "", nil
	}
	size, err := s.f.Size()
	if err != nil {
		return "", err
	}
	b := make([]byte, size-d.Offset)
	if err := readFull(s.f, b, d.Offset); err != nil {
		return "", err
	}
	f, err := ParseFrame(b)
	if err == nil {
		if !f.Erased() && len(f.Payload) > 0 && f.Payload[len(f.Payload)-1] == 0 && AllZero(b[f.Size:]) {
			return TearRecord, nil
		}
		return "", nil
	}
	if traces(b) {
		return "", nil
	}
	return TearRubbish, nil
}

// traces reports whether bytes contain a part of a record: a preamble or a header.
func traces(b []byte) bool {
	for i := 0; i+PreambleSize <= len(b); i++ {
		if binary.BigEndian.Uint32(b[i:]) > MaxHeader {
			continue
		}
		if _, err := parsePreamble(b[i:]); err == nil {
			return true
		}
	}
	for rest := b; ; rest = rest[1:] {
		i := bytes.Index(rest, []byte(`{"kind":"`))
		if i < 0 {
			return false
		}
		rest = rest[i:]
		end := bytes.IndexByte(rest, '}')
		if _, err := ParseHeader(rest[:end+1]); err == nil {
			return true
		}
	}
}
