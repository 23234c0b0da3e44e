package ledger

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// Ledger is a ledger that is open for writing. It is a [recovery.Store] and a
// safe for concurrent use.
//
// Records are handed out as they are, not copied: nobody may change one that
// was read or committed.
type Ledger struct {
	dir   log.Files
	lock  log.Lock
	log   *log.Log
	limit int64 // size at which a segment is followed by another
	seals bool  // it is filled by a [Sealer]

	mu            sync.RWMutex
	closed        bool
	opened        bool  // what is on disk was read
	ended         error // set once something else has changed the files; nothing is recorded then
	index         *index
	erased        erasures
	gone          gone
	unwiped       []int64 // erased records that may not have been overwritten yet
	unread        int64   // records that were not read to open the ledger
	indexAfter    int64   // after how many new records Close writes an index
	epoch         string  // part of every version; it changes when records were taken back
	rollbacks     int
	next          int64                       // number of the next record
	head          tlog.Hash                   // of the last record
	confirmed     int64                       // records that are on disk
	confirmedHead tlog.Hash                   // of the last of them
	tree          log.Tree                    // over them
	fresh         map[int64]*store.Decision   // decisions that are not on disk yet, by number
	freshReports  map[int64][]recovery.Report // reports that are not on disk yet
	undo          []undo                      // of the records that are not on disk yet, oldest first
	sets          map[string]int64            // archived, by digest
	calendars     map[string]int64
	known         map[string]*playbook.Set // told of, and not needed yet

	batch    *batch // that commits join
	inflight *batch // that is being written
	writing  bool   // somebody writes, or was told to
	spare    [][]byte
	payloads sync.Pool // of *[]byte, for payloads on their way into a batch

	tail  *log.Tail // the file that is written; the writer's alone
	cache [cacheSize]atomic.Pointer[cached]
	named sync.Map // *worktime.Calendar → *calendarEntry
	read  sync.Map // name → *worktime.Calendar
}

// cacheSize is how many records that were read or written last are kept at hand.
const cacheSize = 1024

type cached struct {
	seq  int64
	what any // *recovery.Record or []recovery.Report
}

// segmentSize is how large a file grows before another is begun.
const segmentSize = 64 << 20

// Open opens the ledger in a directory for writing. It begins one if there is none. It cuts off a
// last record that is not whole, and zeros at the end; call [Repair] first to keep those bytes. It
// finishes an erasure that was interrupted. The error is a *[LockedError] when the ledger is open
// for writing already, here or elsewhere. It is the *[Damage] that [Verify] finds when the ledger
// is damaged; then nothing is changed.
func Open(dir string, options ...Option) (*Ledger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return open(log.Directory(dir), segmentSize, options...)
}

// Option changes what a ledger keeps.
type Option func(*Ledger)

// KeepDeliveries makes a ledger keep the stream of deliveries: it is then a [recovery.Stream]. A ledger that has
// once kept a delivery keeps them from then on, with the option or without it. Of an incident that was decided
// before, what was decided counts as handed out, and what falls due is found with the next decision or
// [recovery.Engine.Again].
func KeepDeliveries() Option { return func(l *Ledger) { l.index.streams.on = true } }

func open(dir log.Files, limit int64, options ...Option) (*Ledger, error) {
	lock, err := dir.Lock()
	if err != nil {
		return nil, err
	}
	l := &Ledger{
		dir: dir, lock: lock, limit: limit, indexAfter: indexAfter, batch: newBatch(nil),
		fresh: map[int64]*store.Decision{}, freshReports: map[int64][]recovery.Report{}, known: map[string]*playbook.Set{},
	}
	var salt [4]byte
	if _, err = rand.Read(salt[:]); err == nil {
		l.epoch = hex.EncodeToString(salt[:])
		err = l.recover()
	}
	for _, o := range options {
		if err == nil && o != nil {
			o(l)
		}
	}
	if err != nil {
		return nil, errors.Join(err, l.release())
	}
	return l, nil
}

// release closes the files.
func (l *Ledger) release() error {
	var errs []error
	if l.log != nil {
		errs = append(errs, l.log.Close())
	}
	if l.index != nil {
		errs = append(errs, l.index.base.close())
	}
	return errors.Join(append(errs, l.lock.Close())...)
}

// Close writes every pending commit and releases the directory. Commits that
// come later are refused with [ErrClosed]. It writes an index, as [Ledger.WriteIndex] does, when
// thousands of records have come since the last one.
func (l *Ledger) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return ErrClosed
	}
	l.closed = true
	l.flush()
	var err error
	if l.ended == nil && l.worthIndexing() {
		err = l.renew()
	} else {
		l.mu.Unlock()
	}
	if err != nil {
		err = fmt.Errorf("the index could not be written; everything is recorded, and opening the ledger takes longer without it: %w", err)
	}
	return errors.Join(err, l.release())
}

// Size is how many records are in the ledger and on disk.
func (l *Ledger) Size() int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.confirmed
}

// Prepare implements [recovery.Store]. The set is written ahead of the first record that names it, and
// once. Counting a kind of fact for the first time reads the whole ledger.
func (l *Ledger) Prepare(ctx context.Context, set *playbook.Set, kinds []recovery.FactKind) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.usable(); err != nil {
		return err
	}
	if _, done := l.sets[set.Digest]; !done {
		l.known[set.Digest] = set
	}
	return l.build(l.index.counts.Uncounted(kinds))
}

// calendarEntry is a calendar as it is written.
type calendarEntry struct {
	name string
	text []byte
}

// calendarOf names a calendar for a record.
func (l *Ledger) calendarOf(c *worktime.Calendar) *calendarEntry {
	if e, ok := l.named.Load(c); ok {
		return e.(*calendarEntry)
	}
	text := c.AppendJSON(nil)
	e := &calendarEntry{calendarName(text), text}
	l.named.Store(c, e)
	l.read.Store(e.name, c)
	return e
}

// calendar finds a calendar that a record names.
func (l *Ledger) calendar(name string) (*worktime.Calendar, error) {
	if c, ok := l.read.Load(name); ok {
		return c.(*worktime.Calendar), nil
	}
	l.mu.RLock()
	seq, ok := l.calendars[name]
	l.mu.RUnlock()
	if !ok {
		return nil, ErrNotFound
	}
	f, err := l.log.Find(seq)
	if err != nil {
		return nil, err
	}
	_, text, err := parseCalendar(f.Payload)
	if err != nil {
		return nil, err
	}
	c, err := worktime.ParseCalendar(text)
	if err != nil {
		return nil, err
	}
	l.read.Store(name, c)
	return c, nil
}

// whole reads a record's payload and checks it.
func (l *Ledger) whole(seq int64) ([]byte, error) {
	f, err := l.log.Find(seq)
	if err != nil {
		return nil, fmt.Errorf("record %d: %w", seq, err)
	}
	if f.Erased() {
		if erased, err := l.erased.has(seq); err != nil || erased {
			return nil, cmp.Or(err, ErrErased)
		}
		return nil, l.log.Damaged(&f, seq, errWiped.Error())
	}
	if !l.log.Intact(&f, seq) {
		return nil, l.log.Damaged(&f, seq, "its payload was changed")
	}
	return f.Payload, nil
}

// record returns a decision that is in the ledger.
func (l *Ledger) record(seq int64) (*recovery.Record, error) {
	slot := &l.cache[seq%cacheSize]
	if c := slot.Load(); c != nil && c.seq == seq {
		if r, ok := c.what.(*recovery.Record); ok {
			return r, nil
		}
	}
	payload, err := l.whole(seq)
	if err != nil {
		return nil, err
	}
	r, err := readRecord(payload, l.calendar)
	if err != nil {
		return nil, fmt.Errorf("record %d: %w", seq, err)
	}
	slot.Store(&cached{seq, r})
	return r, nil
}

// readRecord reads the record in a decision's payload.
func readRecord(payload []byte, calendars func(string) (*worktime.Calendar, error)) (*recovery.Record, error) {
	text, err := recordText(payload)
	if err != nil {
		return nil, err
	}
	return recovery.ReadRecord(text, calendars)
}

// reports returns the reports of a record.
func (l *Ledger) reports(seq int64) ([]recovery.Report, error) {
	slot := &l.cache[seq%cacheSize]
	if c := slot.Load(); c != nil && c.seq == seq {
		if r, ok := c.what.([]recovery.Report); ok {
			return r, nil
		}
	}
	payload, err := l.whole(seq)
	if err != nil {
		return nil, err
	}
	r, _, err := parseReports(payload)
	if err != nil {
		return nil, fmt.Errorf("record %d: %w", seq, err)
	}
	slot.Store(&cached{seq, r})
	return r, nil
}

// look sums up a decision that the index points to.
func (l *Ledger) look(r ref) (*store.Decision, error) { return l.lookFor(r, l.index.wanted) }

// lookFor is look with the keys that are wanted.
func (l *Ledger) lookFor(r ref, wanted func() map[string]bool) (*store.Decision, error) {
	if s, ok := l.fresh[r.seq]; ok {
		return s, nil
	}
	if c := l.cache[r.seq%cacheSize].Load(); c != nil && c.seq == r.seq {
		if record, ok := c.what.(*recovery.Record); ok {
			return record.Counts(r.seq), nil
		}
	}
	payload, err := l.whole(r.seq)
	if err != nil {
		return nil, err
	}
	return parseSummary(r.seq, payload, wanted())
}

var _ recovery.Stream = (*Ledger)(nil)
