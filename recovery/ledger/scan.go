package ledger

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// Text is the record of a decision as it is kept.
type Text struct {
	Seq int64
	// JSON is what [recovery.Record.AppendJSON] wrote. It must not be changed, nor kept.
	JSON []byte
	// Calendar finds a calendar that the record names.
	Calendar func(name string) (*worktime.Calendar, error)
}

// Read reads the whole record.
func (t *Text) Read() (*recovery.Record, error) { return recovery.ReadRecord(t.JSON, t.Calendar) }

var errStopped = errors.New("stopped")

// Scan goes through the records of a ledger as [Entries] does, for readers who do not need whole
// decisions: [Entry.Record] is nil. In its place, read takes what it needs out of the text of a decision,
// on any core and in no order. Then visit gets what read returned, in the order of the ledger; of a record
// of another kind, or one that was erased, it gets the zero value. An Entry of a decision is good until visit
// returns.
//
// When read fails, it is called once more in order, and that error ends the scan: a calendar may have been
// out of its reach before. What Scan checks is what Entries checks: every checksum, and that each record
// follows from the one before.
func Scan[T any](ctx context.Context, dir string, read func(*Text) (T, error), visit func(*Entry, T) error) error {
	return scan(ctx, dir, func(*log.Item) bool { return true }, func(t *log.Item) bool { return t.Head.Kind != KindDecision }, read, visit)
}

// made is what was read of a decision.
type made[T any] struct {
	entry *Entry
	of    T
}

// Skim goes through a ledger as [Scan] does, and passes over the decisions of plain incidents: those on
// which decisions were made that left no choice to anybody, and on which nothing was chosen, reported or
// refused. It first tells plain the records of each such incident, in order, whatever its namespace; the
// last of them is its latest decision. It returns how many records the ledger had.
//
// Only an index tells which incidents are plain. Without one, and where so few are that it would save
// nothing, none is, and Skim is Scan.
func Skim[T any](ctx context.Context, dir string, plain func(decisions []int64), read func(*Text) (T, error), visit func(*Entry, T) error) (records int64, err error) {
	s, err := looked(func(index bool) (*skimmer, error) {
		if !index {
			return nil, nil
		}
		return newSkimmer(ctx, log.Directory(dir))
	})
	if err != nil {
		return 0, err
	}
	if s == nil {
		err = Scan(ctx, dir, read, func(e *Entry, of T) error {
			records = e.Seq + 1
			return visit(e, of)
		})
		return records, err
	}
	defer s.close()
	if err := s.each(plain); err != nil {
		return 0, err
	}
	r := entryReader{log: s.log, calendars: map[string]*worktime.Calendar{}}
	for seq := range s.records {
		if s.passes(seq) {
			continue
		}
		m, err := skimmed(&r, seq, read)
		if err == nil {
			err = cmp.Or(ctx.Err(), visit(m.entry, m.of))
		}
		if err != nil {
			return 0, err
		}
	}
	return s.records, nil
}

// skimmed reads one record.
func skimmed[T any](r *entryReader, seq int64, read func(*Text) (T, error)) (m made[T], err error) {
	t, err := whole(r.log, seq)
	switch {
	case errors.Is(err, ErrErased):
		m.entry = &Entry{Seq: seq, Kind: t.Head.Kind, Erased: true}
		return m, nil
	case err != nil:
		return m, err
	case t.Head.Kind != KindDecision:
		m.entry, err = r.entry(&t)
		return m, err
	}
	if m, err = tried(r, &t, read); err != nil {
		err = fmt.Errorf("record %d: %w", seq, err)
	}
	return m, err
}

// tried reads what is wanted of a decision.
func tried[T any](r *entryReader, t *log.Item, read func(*Text) (T, error)) (m made[T], err error) {
	m.entry = &Entry{Seq: t.Head.Seq, Kind: t.Head.Kind, payload: t.Payload}
	text := Text{Seq: t.Head.Seq, Calendar: r.calendar}
	if text.JSON, err = recordText(t.Payload); err == nil {
		m.of, err = read(&text)
	}
	return m, err
}

// skimmer knows which records an index tells enough about.
type skimmer struct {
	log     *log.Log
	base    *snapshot
	records int64             // how many there are
	touched map[store.ID]bool // the incidents on which something has come since the index
	passed  []uint64          // a bit for each record of the index, set where it need not be read
}

// errUnindexed says that there is no index.
var errUnindexed = errors.New("there is no index")

// newSkimmer is nil where nothing can be saved.
func newSkimmer(ctx context.Context, dir log.Files) (*skimmer, error) {
	from, err := openLog(dir, step)
	if err != nil {
		return nil, err
	}
	k := &skimmer{log: from}
	err = fromSnapshot(dir, from, true, func(s *snapshot, w *log.Walk) error {
		if k.base, k.touched = s, map[store.ID]bool{}; s == nil {
			return errUnindexed
		}
		k.records, w.Visit = s.Size(), k.visit
		return w.Run(ctx)
	})
	saves := false
	if err == nil {
		saves, err = k.mark()
	}
	if err != nil || !saves {
		k.close()
		k = nil
	}
	if errors.Is(err, errUnindexed) {
		err = nil
	}
	return k, err
}

func (k *skimmer) close() { _ = errors.Join(k.log.Close(), k.base.close()) }

// visit sees the records that came since the index.
func (k *skimmer) visit(t *log.Item) error {
	if err := k.base.see(t); err != nil {
		return err
	}
	k.records = t.Head.Seq + 1
	if t.Body != log.BodyWhole {
		return nil
	}
	about, err := whose(t)
	k.touched[keyOf(about.incident)] = true
	return err
}

func (k *skimmer) passes(seq int64) bool {
	return seq < k.base.Size() && k.passed[seq/64]>>(seq%64)&1 != 0
}

// mark finds the records that need not be read. It reports false where they are so few that to go through
// all records takes less time.
func (k *skimmer) mark() (saves bool, err error) {
	size := k.base.Size()
	few := size / 16
	if k.base.refusals.Rows()+k.base.left.Rows() > few {
		return false, nil
	}
	leaves := map[int64]bool{}
	err = k.base.left.Each(0, func(row []byte) bool {
		leaves[int64(binary.BigEndian.Uint64(row[leftKey:]))] = true
		return true
	})
	err = cmp.Or(err, k.base.refusals.Each(0, func(row []byte) bool {
		k.touched[store.ID(row)] = true
		return true
	}))
	if err != nil {
		return false, k.base.bad(err)
	}
	k.passed = make([]uint64, size/64+1)
	rest := size
	err = k.threads(func(key store.ID, t *thread) {
		records := t.records()
		if !t.decided || t.extras != nil && len(t.choices)+len(t.reports) > 0 || k.touched[key] || slices.ContainsFunc(records, func(n int64) bool { return leaves[n] }) {
			return
		}
		for _, n := range t.decisions() {
			if n >= 0 && n < size {
				k.passed[n/64] |= 1 << (n % 64)
				rest--
			}
		}
	})
	return rest <= few, err
}

// each tells of each incident whose decisions are passed over.
func (k *skimmer) each(plain func(decisions []int64)) error {
	return k.threads(func(_ store.ID, t *thread) {
		if t.decided && k.passes(t.latest.seq) {
			plain(t.decisions())
		}
	})
}

func (k *skimmer) threads(visit func(key store.ID, t *thread)) error {
	var failed error
	err := k.base.threads.Each(0, func(row []byte) bool {
		var text []byte
		var t *thread
		if text, failed = k.base.text(row[threadKey:]); failed != nil {
			return false
		}
		if t, failed = k.base.readThread(text); failed == nil {
			visit(store.ID(row), t)
		}
		return failed == nil
	})
	return cmp.Or(failed, k.base.bad(err))
}

func scan[T any](ctx context.Context, dir string, wanted, keeps func(*log.Item) bool, read func(*Text) (T, error), visit func(*Entry, T) error) error {
	from, err := openLog(log.Directory(dir), step)
	if err != nil {
		return err
	}
	defer from.Close()
	r := entryReader{log: from, calendars: map[string]*worktime.Calendar{}}
	w := &log.Walk{Scanner: log.Scanner{Log: from}, Keeps: keeps}
	w.Work = func(t *log.Item) {
		if !wanted(t) || t.Body != log.BodyWhole || t.Head.Kind != KindDecision {
			return
		}
		if m, err := tried(&r, t, read); err == nil {
			t.Made = m
		}
	}
	w.Visit = func(t *log.Item) error {
		if !wanted(t) {
			return nil
		}
		m, ok := t.Made.(made[T])
		var err error
		switch {
		case ok:
		case t.Body == log.BodyWhole && t.Head.Kind == KindDecision:
			if m, err = tried(&r, t, read); err != nil {
				err = fmt.Errorf("record %d: %w", t.Head.Seq, err)
			}
		default:
			m.entry, err = r.entry(t)
		}
		if err != nil {
			return err
		}
		return visit(m.entry, m.of)
	}
	return w.Run(ctx)
}

// Scope says what of a ledger is counted. The zero value counts everything of the empty namespace.
type Scope struct {
	// Namespace is the one whose incidents are counted. With All, those of every namespace are.
	Namespace string
	All       bool
	// Since and Until bound the time at which something counts: not before Since, and before Until.
	// A zero time is no bound.
	Since, Until time.Time
	// Set is the digest of the set whose decisions are counted; empty: those of all sets.
	Set string
}

// Has reports whether something is counted that counts at a time and was decided by a set.
func (s Scope) Has(at time.Time, digest string) bool {
	switch {
	case !s.Since.IsZero() && at.Before(s.Since), !s.Until.IsZero() && !at.Before(s.Until):
		return false
	}
	return s.Set == "" || s.Set == digest
}

// hasDecision reports whether a decision is counted, by when it was made.
func (s Scope) hasDecision(d *store.Decision) bool {
	return s.in(d.Namespace) && (s.IsZero() || s.has(d.DecidedAt, d))
}

// hasIncident reports whether the incident of a decision is counted: by when it was reported, else by
// when it occurred.
func (s Scope) hasIncident(d *store.Decision) bool {
	if s.IsZero() || !s.in(d.Namespace) {
		return s.in(d.Namespace)
	}
	at := d.OccurredAt
	if reported, err := value.ParseTimestamp(d.Key(reportedAt)); err == nil {
		at = reported
	}
	return s.has(at, d)
}

func (s Scope) in(namespace string) bool { return s.All || s.Namespace == namespace }

// reportedAt is the field by which incidents are counted.
const reportedAt = "reported_at"

func (s Scope) has(at time.Time, d *store.Decision) bool {
	bounds := Scope{Since: s.Since, Until: s.Until}
	return bounds.Has(at, "") && (s.Set == "" || d.Set == store.IDOf(s.Set))
}

// IsZero reports whether everything of the namespace is counted.
func (s Scope) IsZero() bool { return s.Since.IsZero() && s.Until.IsZero() && s.Set == "" }

// Sets goes through the sets that a ledger has archived, in the order in which they came. It does not
// read what else is in the records.
func Sets(ctx context.Context, dir string) iter.Seq2[*Entry, error] {
	return entriesIn(ctx, dir, func(t *log.Item) bool { return t.Head.Kind == KindSet && t.Body != log.BodyErased })
}
