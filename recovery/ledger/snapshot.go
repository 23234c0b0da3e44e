package ledger

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/ledger/internal/tables"
	"github.com/servicerecovery/amends/recovery/store"
)

// snapshot is a file from which the index of the first records of a ledger is looked up, instead of
// read from the records. It is used only when a record of the ledger holds its digest, and when no
// later record has erased one that it is about. Rows are looked up when somebody asks.
type snapshot struct {
	name string
	meta snapshotMeta
	*tables.Reader
	file *openFile

	records, tree, threads, heap, sums, choiceRows, left, refusals, erased, busy *tables.Table
	// vouched is set once a record was read that holds the digest.
	vouched bool
}

// snapshotMeta is what a snapshot holds beside its tables. All of it is read when it is opened.
type snapshotMeta struct {
	Records int64     `json:"records"` // how many it is about: those before the record of this number
	Head    tlog.Hash `json:"head"`    // the hash of the last of them
	Segment int64     `json:"segment"` // the first record of the segment that has the last of them
	Offset  int64     `json:"offset"`  // where in it that ends
	Threads int       `json:"threads"` // see index.count
	Erased  int64     `json:"erased"`  // how many decisions and refusals were erased
	// Unwiped are erased records that may not have been overwritten yet: the index is written before.
	Unwiped []int64 `json:"unwiped"`
	// Sets and Calendars are where they stand, by digest and by name.
	Sets      map[string]int64 `json:"sets"`
	Calendars map[string]int64 `json:"calendars"`
	Decided   []decidedSet     `json:"decided"`
	Facts     []countedKind    `json:"facts"`
	// Deliveries says that the ledger keeps them.
	Deliveries bool `json:"deliveries,omitempty"`
	// Refused are the keyed hashes of incidents that were erased and have not begun anew.
	Key     []byte   `json:"key,omitempty"`
	Refused [][]byte `json:"refused,omitempty"`
}

func (m *snapshotMeta) gone() gone {
	out := gone{key: m.Key, hashes: map[goneHash]bool{}}
	for _, h := range m.Refused {
		if len(h) == len(goneHash{}) {
			out.hashes[goneHash(h)] = true
		}
	}
	return out
}

// countedKind is a kind of fact, with the type of its field by name.
type countedKind struct {
	store.FactKind
	Of string
}

func countedOf(kinds []store.FactKind) (out []countedKind) {
	for _, k := range kinds {
		out = append(out, countedKind{k, k.Of.String()})
	}
	return out
}

// kinds are the kinds of facts that the snapshot counts.
func (m *snapshotMeta) kinds() (out []store.FactKind) {
	for _, k := range m.Facts {
		t, _ := value.ParseType(k.Of)
		k.FactKind.Of = t.Kind
		out = append(out, k.FactKind)
	}
	return out
}

// decidedSet is a set by which decisions were made.
type decidedSet struct {
	ID    []byte `json:"id"` // a store.ID
	First int64  `json:"first"`
}

// The tables: their names, and the sizes of keys and rows. FORMAT.md says what is in them.
const (
	recordRow  = 8 + 32
	treeRow    = 32
	threadKey  = 16
	threadRow  = threadKey + 8 + 4
	sumKey     = 16 + 8 + 4
	sumRow     = sumKey + 16
	choiceKey  = 16 + 8
	choiceRow  = choiceKey + 8 + 4
	refusalRow = 16 + 8

	leftKey = 16
	leftRow = leftKey + 8

	erasedRow = 8

	busyKey = 16
	busyRow = busyKey + 8 + 4
)

var errSnapshot = errors.New("the index does not have what an index has")

// openSnapshot opens an index. Whether the chain vouches for it shows later.
func openSnapshot(dir log.Files, name string) (s *snapshot, err error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	s = &snapshot{name: name, file: &openFile{File: f}}
	defer func() {
		if err != nil {
			s, err = nil, errors.Join(err, f.Close())
		}
	}()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	if s.Reader, err = tables.Open(s.file, size); err != nil {
		return nil, err
	}
	if err = json.Unmarshal(s.Meta, &s.meta); err != nil {
		return nil, err
	}
	for _, t := range []struct {
		to       **tables.Table
		name     string
		key, row int
	}{
		{&s.records, "records", 0, recordRow}, {&s.tree, "tree", 0, treeRow}, {&s.threads, "threads", threadKey, threadRow}, {&s.heap, "heap", 0, 1},
		{&s.sums, "sums", sumKey, sumRow}, {&s.choiceRows, "choices", choiceKey, choiceRow}, {&s.left, "left", leftKey, leftRow}, {&s.refusals, "refusals", refusalRow, refusalRow},
		{&s.erased, "erased", erasedRow, erasedRow}, {&s.busy, "busy", busyKey, busyRow},
	} {
		if *t.to = s.Table(t.name, t.key, t.row); *t.to == nil {
			return s, errSnapshot
		}
	}
	if slices.ContainsFunc(s.meta.Decided, func(x decidedSet) bool { return len(x.ID) != len(store.ID{}) }) {
		return s, errSnapshot
	}
	if n := s.meta.Records; n < 1 || s.records.Rows() != n || s.meta.Offset < int64(len(log.Magic)) || name != log.IndexName(n) {
		return s, errSnapshot
	}
	return s, nil
}

// openFile is a file that may be closed while others read it: they get an error then, and the next
// attempt does not come here any more.
type openFile struct {
	log.File
	mu     sync.RWMutex
	closed bool
}

var errIndexClosed = errors.New("the index was replaced by a later one")

func (f *openFile) ReadAt(b []byte, offset int64) (int, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed {
		return 0, errIndexClosed
	}
	return f.File.ReadAt(b, offset)
}

func (f *openFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	return f.File.Close()
}

func (s *snapshot) close() error {
	if s == nil {
		return nil
	}
	return s.file.Close()
}

// bad says that the snapshot does not hold what its digest says.
func (s *snapshot) bad(err error) error {
	if err == nil || errors.Is(err, errIndexClosed) {
		return err
	}
	return &badIndex{Damage{File: s.name, Record: -1, What: "the index is not as it was written; it is not needed, and amends ledger repair removes it"}}
}

// badIndex is damage to an index alone.
type badIndex struct{ Damage }

func (e *badIndex) Unwrap() error { return &e.Damage }

// isBadIndex reports whether an error says that a snapshot is not as it was written.
func isBadIndex(err error) bool {
	var bad *badIndex
	return errors.As(err, &bad)
}

// Size implements [log.Base].
func (s *snapshot) Size() int64 { return s.meta.Records }

// Place implements [log.Base].
func (s *snapshot) Place(seq int64) (offset int64, hash tlog.Hash, err error) {
	row, err := s.records.Row(seq)
	if err != nil {
		return 0, hash, s.bad(err)
	}
	copy(hash[:], row[8:])
	return int64(binary.BigEndian.Uint64(row)), hash, nil
}

// restore fills a tree.
func (s *snapshot) restore(t *log.Tree) error {
	var levels []tlog.Hash
	err := s.tree.Each(0, func(row []byte) bool {
		levels = append(levels, tlog.Hash(row))
		return true
	})
	if err != nil {
		return s.bad(err)
	}
	next := func() (h tlog.Hash, err error) {
		if len(levels) == 0 {
			return h, s.bad(errSnapshot)
		}
		h, levels = levels[0], levels[1:]
		return h, nil
	}
	return t.Restore(s.meta.Records, next, func(seq int64) (tlog.Hash, error) {
		_, hash, err := s.Place(seq)
		return hash, err
	})
}

// thread returns what is known of an incident, nil if nothing is.
func (s *snapshot) thread(key store.ID) (*thread, error) {
	i, err := s.threads.Search(key[:])
	if err != nil || i == s.threads.Rows() {
		return nil, s.bad(err)
	}
	row, err := s.threads.Row(i)
	if err != nil || store.ID(row) != key {
		return nil, s.bad(err)
	}
	text, err := s.text(row[threadKey:])
	if err != nil {
		return nil, err
	}
	return s.readThread(text)
}

func (s *snapshot) readThread(text []byte) (*thread, error) {
	r := decoder{rest: text}
	t := r.thread()
	if r.bad || len(r.rest) > 0 {
		return nil, s.bad(errSnapshot)
	}
	return t, nil
}

// text is the part of the heap that the end of a row points to.
func (s *snapshot) text(end []byte) ([]byte, error) {
	at, n := binary.BigEndian.Uint64(end), binary.BigEndian.Uint32(end[8:])
	text, err := s.heap.Bytes(int64(at&math.MaxInt64), int64(n))
	return text, s.bad(err)
}

// sumOf is the key of what counts in a group at an instant.
func sumOf(group store.ID, at time.Time) (key [sumKey]byte) {
	copy(key[:], group[:])
	binary.BigEndian.PutUint64(key[16:], uint64(at.Unix())^1<<63)
	binary.BigEndian.PutUint32(key[24:], uint32(at.Nanosecond()))
	return key
}

// Since implements [store.Sums]. Each row has the sum of its group up to and with itself.
func (s *snapshot) Since(group store.ID, from time.Time) (store.Wide, error) {
	first, last := sumOf(group, from), [sumKey]byte{}
	copy(last[:], group[:])
	for i := len(group); i < len(last); i++ {
		last[i] = 0xff
	}
	all, err := s.sumBefore(group, last[:])
	if err != nil {
		return store.Wide{}, s.bad(err)
	}
	before, err := s.sumBefore(group, first[:])
	return all.Minus(before), s.bad(err)
}

// sumBefore is the sum of a group's rows before a key.
func (s *snapshot) sumBefore(group store.ID, key []byte) (store.Wide, error) {
	i, err := s.sums.Search(key)
	if err != nil || i == 0 {
		return store.Wide{}, err
	}
	row, err := s.sums.Row(i - 1)
	if err != nil || store.ID(row) != group {
		return store.Wide{}, err
	}
	return store.ReadWide(row[sumKey:]), nil
}

// choices are the choices of a key, in order.
func (s *snapshot) choices(key string) (out []*stood, err error) {
	id := keyOf(key)
	i, err := s.choiceRows.Search(id[:])
	if err != nil {
		return nil, s.bad(err)
	}
	for ; i < s.choiceRows.Rows(); i++ {
		row, err := s.choiceRows.Row(i)
		if err != nil || store.ID(row) != id {
			return out, s.bad(err)
		}
		x, err := s.choice(row)
		if err != nil {
			return nil, err
		}
		x.key = key
		out = append(out, x)
	}
	return out, nil
}

func (s *snapshot) choice(row []byte) (*stood, error) {
	text, err := s.text(row[choiceKey:])
	if err != nil {
		return nil, err
	}
	r := decoder{rest: text}
	x := r.stood()
	x.seq = int64(binary.BigEndian.Uint64(row[16:]))
	if r.bad || len(r.rest) > 0 {
		return nil, s.bad(errSnapshot)
	}
	return x, nil
}

// decision finds a decision by its id, or a choice that was made; -1: there is none. It goes through
// what is known of all incidents.
func (s *snapshot) decision(id store.ID) (int64, error) {
	found := int64(-1)
	var failed error
	err := s.threads.Each(0, func(row []byte) bool {
		var text []byte
		if text, failed = s.text(row[threadKey:]); failed != nil || !bytes.Contains(text, id[:]) {
			return failed == nil
		}
		var t *thread
		if t, failed = s.readThread(text); failed == nil {
			if seq, ok := t.find(id); ok {
				found = seq
			}
		}
		return failed == nil && found < 0
	})
	return found, cmp.Or(failed, s.bad(err))
}

// about are the records about an incident, in order.
func (s *snapshot) about(incident string) ([]int64, error) {
	key := keyOf(incident)
	out, err := s.refusalsOf(key)
	if err != nil {
		return nil, err
	}
	t, err := s.thread(key)
	if err != nil {
		return nil, err
	}
	if t != nil {
		out = append(out, t.records()...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// refusalsOf are the records that refused an incident.
func (s *snapshot) refusalsOf(incident store.ID) (out []int64, err error) {
	i, err := s.refusals.Search(incident[:])
	if err != nil {
		return nil, s.bad(err)
	}
	err = s.refusals.Each(i, func(row []byte) bool {
		if store.ID(row) != incident {
			return false
		}
		out = append(out, int64(binary.BigEndian.Uint64(row[16:])))
		return true
	})
	return out, s.bad(err)
}

// leftBy finds the record that first left a choice to somebody; -1: none has.
func (s *snapshot) leftBy(choice store.ID) (int64, error) {
	i, err := s.left.Search(choice[:])
	if err != nil || i == s.left.Rows() {
		return -1, s.bad(err)
	}
	row, err := s.left.Row(i)
	if err != nil || store.ID(row) != choice {
		return -1, s.bad(err)
	}
	return int64(binary.BigEndian.Uint64(row[leftKey:])), nil
}

// wasErased reports whether the ledger says of a record that it was erased.
func (s *snapshot) wasErased(seq int64) (bool, error) {
	var key [erasedRow]byte
	binary.BigEndian.PutUint64(key[:], uint64(seq))
	i, err := s.erased.Search(key[:])
	if err != nil || i == s.erased.Rows() {
		return false, s.bad(err)
	}
	row, err := s.erased.Row(i)
	return err == nil && int64(binary.BigEndian.Uint64(row)) == seq, s.bad(err)
}
