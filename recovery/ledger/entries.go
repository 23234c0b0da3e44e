package ledger

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// Entry is one record of a ledger, for reading. Fields that its kind does not
// have are nil.
type Entry struct {
	Seq    int64
	Kind   Kind
	Erased bool // then there is nothing more

	Record  *recovery.Record // of a decision
	Refusal *recovery.Refusal
	Reports []recovery.Report
	Mark    *recovery.Mark
	Stream  *Streamed
	Set     *playbook.Set // digest and files only
	// ErasedRecords are the records that an erasure has erased, and ErasedAt is when. ErasedIncidents is on
	// how many of the incidents something was decided.
	ErasedRecords   []int64
	ErasedAt        time.Time
	ErasedIncidents int64

	payload []byte // of a decision, of reports, or about deliveries
}

// Move does to the deliveries of its incident what the record did. The queue is as the records before have left it.
// It reports whether a store that keeps deliveries has written the record.
func (e *Entry) Move(q *store.Queue) (keeps bool, err error) {
	if e.payload == nil {
		return false, nil
	}
	t := &log.Item{}
	t.Head.Kind, t.Payload = e.Kind, e.payload
	x, err := deliveriesOf(t)
	if err == nil {
		err = moves(t, q)
	}
	return x != nil, err
}

// Read is what a decision was made from. Entries of other kinds were made from nothing.
func (e *Entry) Read() (*Read, error) {
	if e.Kind != KindDecision || e.payload == nil {
		return nil, ErrNotFound
	}
	return parseGiven(e.payload)
}

// In reports whether an entry is about a namespace. One that is about no incident, such as a set, is
// about all of them, and so is one that was erased.
func (e *Entry) In(namespace string) bool {
	switch {
	case e.Record != nil:
		return e.Record.Decision.Namespace == namespace
	case e.Refusal != nil:
		return e.Refusal.Namespace == namespace
	case e.Mark != nil:
		return e.Mark.Namespace == namespace
	case len(e.Reports) > 0:
		return e.Reports[0].Namespace == namespace
	case e.Stream != nil:
		return e.Stream.Namespace == namespace
	}
	return true
}

// Entries goes through the records of a ledger, in order. It may be written
// meanwhile. The last pair has the error that ended it, if there is one.
//
// The tasks of a host after a decision are [recovery.Decision.Effects] of its
// record. A host that remembers how far it got reads on from there.
func Entries(ctx context.Context, dir string) iter.Seq2[*Entry, error] {
	return entriesIn(ctx, dir, func(*log.Item) bool { return true })
}

// entriesIn goes through the records of a ledger that are wanted, in order.
func entriesIn(ctx context.Context, dir string, wanted func(*log.Item) bool) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		err := scan(ctx, dir, wanted, nil, (*Text).Read, func(e *Entry, r *recovery.Record) error {
			e.Record = r
			if !yield(e, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

// Playbooks are the files of a set, so that it can be loaded again. Entries of other kinds have
// none.
func (e *Entry) Playbooks() (fs.FS, error) {
	if e.Set == nil {
		return nil, ErrNotFound
	}
	return setFS(e.Set.Files)
}

type entryReader struct {
	log       *log.Log
	mu        sync.RWMutex
	calendars map[string]*worktime.Calendar
	stand     map[string]int64 // where those stand that nobody has come to
}

func (r *entryReader) calendar(name string) (*worktime.Calendar, error) {
	r.mu.RLock()
	c, ok := r.calendars[name]
	r.mu.RUnlock()
	if ok {
		return c, nil
	}
	seq, ok := r.stand[name]
	if !ok {
		return nil, ErrNotFound
	}
	c, err := calendarIn(r.log, seq)
	if err == nil {
		r.mu.Lock()
		r.calendars[name] = c
		r.mu.Unlock()
	}
	return c, err
}

// About are the records of a ledger about one incident of a namespace, in order: its decisions and choices, what was
// reported and refused, and marks. With sets, the sets by which it was decided stand before them, as far
// as the ledger holds them. Where the ledger has an index, other incidents are not read.
func About(ctx context.Context, dir, namespace, incident string, sets bool) ([]*Entry, error) {
	return entriesAbout(ctx, log.Directory(dir), store.Name(namespace, incident), sets)
}

func entriesAbout(ctx context.Context, dir log.Files, incident string, sets bool) ([]*Entry, error) {
	return looked(func(index bool) ([]*Entry, error) {
		// A refusal without an incident's id is in no index.
		return aboutBy(ctx, dir, index && incident != "", incident, sets)
	})
}

// aboutBy looks an incident up with the index, if there is one, or without it.
func aboutBy(ctx context.Context, dir log.Files, index bool, incident string, sets bool) ([]*Entry, error) {
	from, err := openLog(dir, step)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	var f *searcher
	err = fromSnapshot(dir, from, index, func(s *snapshot, w *log.Walk) error {
		f = &searcher{log: from, base: s, audit: log.NewAudit(from), incident: incident, sets: map[string]int64{}, calendars: map[string]int64{}}
		if s != nil {
			maps.Copy(f.sets, s.meta.Sets)
			maps.Copy(f.calendars, s.meta.Calendars)
		}
		w.Work, w.Visit = func(t *log.Item) { parse(t, nil) }, f.visit
		return f.audit.Run(ctx, w)
	})
	if err != nil {
		return nil, err
	}
	defer f.base.close()
	return f.entries(sets)
}

// searcher finds the records about an incident.
type searcher struct {
	log      *log.Log
	base     *snapshot // what it begins with; nil: nothing
	audit    *log.Audit
	incident string  // its name: see [store.Name]
	later    []int64 // those about the incident behind the base
	// Where sets and calendars stand, by digest and by name.
	sets, calendars map[string]int64
}

func (f *searcher) visit(t *log.Item) error {
	if err := f.base.see(t); err != nil {
		return err
	}
	if err := f.audit.Look(t); err != nil {
		return err
	}
	is := false
	switch made := t.Made.(type) {
	case *store.Decision:
		is = made.Name() == f.incident
	case *recovery.Refusal:
		is = store.Name(made.Namespace, made.Incident) == f.incident
	case []recovery.Report:
		is = slices.ContainsFunc(made, func(r recovery.Report) bool { return store.Name(r.Namespace, r.Incident) == f.incident })
	case recovery.Mark:
		is = store.Name(made.Namespace, made.Incident) == f.incident
	case *streamed:
		is = made.name() == f.incident
	case string:
		if t.Head.Kind == KindSet {
			f.sets[made] = t.Head.Seq
		} else {
			f.calendars[made] = t.Head.Seq
		}
	}
	if is {
		f.later = append(f.later, t.Head.Seq)
	}
	return nil
}

// entries reads what was found.
func (f *searcher) entries(sets bool) (out []*Entry, err error) {
	r := &entryReader{log: f.log, calendars: map[string]*worktime.Calendar{}, stand: f.calendars}
	add := func(t *log.Item, err error) error {
		if err != nil {
			return err
		}
		e, err := r.entry(t)
		out = append(out, e)
		return err
	}
	if f.base != nil {
		known, err := f.base.about(f.incident)
		if err != nil {
			return nil, err
		}
		for _, seq := range slices.Compact(known) {
			t, err := aboutIncident(f.log, seq, f.incident)
			if err := add(&t, err); err != nil {
				return nil, err
			}
		}
	}
	for _, seq := range f.later {
		t, err := whole(f.log, seq)
		if err := add(&t, err); err != nil {
			return nil, err
		}
	}
	if sets {
		decided, err := f.decided(out)
		return append(decided, out...), err
	}
	return out, nil
}

// decided reads the sets that decided, in the order in which they did.
func (f *searcher) decided(list []*Entry) (out []*Entry, err error) {
	for _, e := range list {
		if e.Record == nil {
			continue
		}
		digest := e.Record.Decision.Set.Digest
		seq, held := f.sets[digest]
		if !held || slices.ContainsFunc(out, func(o *Entry) bool { return o.Set.Digest == digest }) {
			continue
		}
		x, err := archivedIn(f.log, seq, digest)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// archivedIn reads a set from the record that holds it.
func archivedIn(from *log.Log, seq int64, digest string) (*Entry, error) {
	t, err := whole(from, seq)
	if err != nil {
		return nil, err
	}
	r := entryReader{log: from}
	if t.Head.Kind == KindSet {
		if e, err := r.entry(&t); err != nil || e.Set.Digest == digest {
			return e, err
		}
	}
	return nil, from.Damaged(&t.Frame, seq, "the index leads to it for another set than the one that it holds")
}

// Archived is the entry of a set that the ledger holds. The error is [ErrNotFound] when it does not.
func (l *Ledger) Archived(digest string) (*Entry, error) {
	l.mu.RLock()
	err := l.usable()
	seq, held := l.sets[digest]
	l.mu.RUnlock()
	switch {
	case err != nil:
		return nil, err
	case !held || seq >= l.Size():
		return nil, ErrNotFound
	}
	return archivedIn(l.log, seq, digest)
}

func (r *entryReader) entry(t *log.Item) (*Entry, error) {
	e := &Entry{Seq: t.Head.Seq, Kind: t.Head.Kind, Erased: t.Body == log.BodyErased}
	switch t.Body {
	case log.BodyErased:
		return e, nil
	case log.BodyChanged:
		return nil, r.log.Damaged(&t.Frame, e.Seq, "its payload was changed")
	}
	if err := r.fill(e, t.Payload); err != nil {
		return nil, fmt.Errorf("record %d: %w", e.Seq, err)
	}
	return e, nil
}

func (r *entryReader) fill(e *Entry, payload []byte) (err error) {
	switch e.Kind {
	case KindDecision:
		e.payload = payload
		e.Record, err = readRecord(payload, r.calendar)
	case KindRefusal:
		e.Refusal, err = parseRefusal(payload)
	case KindReport:
		e.payload = payload
		e.Reports, _, err = parseReports(payload)
	case KindStream:
		e.payload = payload
		e.Stream, err = readStreamed(payload, r.calendar)
	case KindMark:
		var m recovery.Mark
		m, err = parseMark(payload)
		e.Mark = &m
	case KindSet:
		e.Set = &playbook.Set{}
		e.Set.Digest, e.Set.Files, err = parseSet(payload)
	case KindCalendar:
		var name string
		var text []byte
		if name, text, err = parseCalendar(payload); err == nil {
			var c *worktime.Calendar
			c, err = worktime.ParseCalendar(text)
			r.mu.Lock()
			r.calendars[name] = c
			r.mu.Unlock()
		}
	case KindErasure:
		var x erasure
		x, err = parseErasure(payload)
		e.ErasedRecords, e.ErasedAt, e.ErasedIncidents = x.records, x.at, x.incidents
	}
	return err
}

// setDigest is the digest of a set: the SHA-256 of what sha256sum prints for its
// files in the order of their paths.
func setDigest(files []playbook.File) string {
	sorted := slices.SortedFunc(slices.Values(files), func(a, b playbook.File) int { return strings.Compare(a.Path, b.Path) })
	h := sha256.New()
	for _, f := range sorted {
		sum := sha256.Sum256(f.Source)
		path := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(f.Path)
		if path != f.Path {
			h.Write([]byte(`\`))
		}
		h.Write([]byte(hex.EncodeToString(sum[:]) + "  " + path + "\n"))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// checkSet returns the digest of an archived set, and an error when its files have another.
func checkSet(payload []byte) (digest string, err error) {
	digest, files, err := parseSet(payload)
	if err == nil && digest != setDigest(files) {
		err = errors.New("the set is not the one that its digest says")
	}
	return digest, err
}

// setFS makes a file system of a set's files. It is a zip archive in memory, which package zip can
// read as a file system.
func setFS(files []playbook.File) (fs.FS, error) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range files {
		file, err := w.CreateHeader(&zip.FileHeader{Name: f.Path, Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if _, err := file.Write(f.Source); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
}
