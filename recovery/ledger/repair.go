package ledger

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
}

// keptSuffix ends the names of files with what was cut off. They are no part of a
// ledger.
const keptSuffix = ".cut"

// Repair cuts off what stands behind the last whole record of a ledger and is no
// record: the beginning of one, zeros, or rubbish. It is kept in a file beside the
// segment. Anything else that is wrong is left as it is, and returned as a *[Damage]:
// what stands before a whole record is never cut, nor is a record whose header is
// there, unless zeros have taken its end. A ledger that is whole is left alone.
func Repair(ctx context.Context, dir string) (*Repaired, error) {
	return repair(ctx, directory(dir))
}

func repair(ctx context.Context, dir files) (done *Repaired, err error) {
	lock, err := dir.Lock()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	log, err := openLog(dir, 1<<30) // nothing is looked up
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	t := tail{dir: dir, lock: lock, segment: log.count() - 1}
	if err := t.open(log); err != nil {
		return nil, err
	}
	w, err := audited(ctx, log, 0)
	var damage *Damage
	if errors.As(err, &damage) && damage.Tear != "" {
		w, err = before(ctx, log, damage)
	}
	if err != nil {
		return nil, err
	}
	return t.keep(w)
}

// before goes through the records before a damaged one, which stands in the last
// segment.
func before(ctx context.Context, log *log, d *Damage) (w *walk, err error) {
	if d.Record == 0 {
		w, err = &walk{scanner: scanner{log: log}}, newAudit(log).finish()
	} else {
		w, err = audited(ctx, log, d.Record)
	}
	if err != nil {
		return nil, err
	}
	if last := log.count() - 1; w.segment < last || d.Record == 0 {
		if w.torn > 0 {
			return nil, d // a commit that began in another segment
		}
		w.segment, w.offset = last, d.Offset
	}
	w.tear = d.Tear
	return w, nil
}

// audited goes through the records of a log, or those before one.
func audited(ctx context.Context, log *log, until int64) (*walk, error) {
	a := newAudit(log)
	w := &walk{scanner: scanner{log: log, until: until}, digests: true, work: func(t *item) { t.parse(nil) }, visit: a.look}
	return w, a.run(ctx, w)
}

// keep cuts off what the walk has found to be torn, and everything behind it, and
// puts it into a file.
func (t *tail) keep(w *walk) (*Repaired, error) {
	out := &Repaired{Records: w.seq}
	if t.f == nil {
		return out, nil
	}
	size, err := t.f.Size()
	if err != nil || size == w.offset {
		return out, err
	}
	out.Cut, out.File, out.Offset, out.Tear = size-w.offset, t.name, w.offset, w.tear
	if out.Kept, err = t.copy(w.offset, size); err != nil {
		return nil, err
	}
	t.size = size
	if err := t.undisturbed(); err != nil {
		return nil, err
	}
	if err := t.f.Truncate(w.offset); err != nil {
		return nil, err
	}
	return out, t.f.Sync()
}

// copy writes the end of the file into another one, which is on disk when it returns.
func (t *tail) copy(from, to int64) (name string, err error) {
	begin := fmt.Sprintf("%s-at-%d", strings.TrimSuffix(t.name, segmentSuffix), from)
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

// run walks through a log and judges it. Damage that is at the end, and could be cut
// off, is marked as such.
func (a *audit) run(ctx context.Context, w *walk) error {
	err := w.run(ctx)
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

// rest says what stands in the last segment from a damaged record on, if it may be cut
// off: a record whose end was made zeros, or what is no record and holds none.
func (l *log) rest(d *Damage) (Tear, error) {
	s := l.segment(l.count() - 1)
	if s.name != d.File || d.Offset == 0 { // a file of another kind is nobody's to cut
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
	f, err := parseFrame(b)
	if err == nil {
		if !f.erased() && len(f.payload) > 0 && f.payload[len(f.payload)-1] == 0 && allZero(b[f.size:]) {
			return TearRecord, nil
		}
		return "", nil
	}
	if traces(b) {
		return "", nil
	}
	return TearRubbish, nil
}

// traces reports whether there is something of a record among bytes: a preamble or a
// header.
func traces(b []byte) bool {
	for i := 0; i+preambleSize <= len(b); i++ {
		if binary.BigEndian.Uint32(b[i:]) > maxHeader {
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
		if _, err := parseHeader(rest[:end+1]); err == nil {
			return true
		}
	}
}
