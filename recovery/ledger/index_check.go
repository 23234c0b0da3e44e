package ledger

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"slices"

	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// indexCheck compares an index with the records that it is about, while they go by. Memory grows with
// how much was erased. It puts together again what is known of each incident, at the last of the
// incident's records. What all incidents count is added up in a sum that depends on every place and weight.
type indexCheck struct {
	*snapshot
	log   *log.Log // that stands on the index
	bad   bool
	stale bool

	tree    log.Tree
	sets    store.Sets
	wiped   int64 // decisions and refusals that were erased
	erasing map[int64]bool
	gone    gone
	// How many rows and names were met.
	threadsMet, recordsMet, choicesMet, leftMet, refusalsMet, busyMet int64
	delivers                                                          bool // a record has deliveries
	setsMet, calendarsMet                                             int
	seed                                                              maphash.Seed
	sum                                                               uint64
}

// checkIndexes begins to check the indexes in a directory.
func checkIndexes(dir log.Files) (out []*indexCheck, unused []string, err error) {
	const most = 3 // as for readers
	names, err := log.Indexes(dir)
	if err != nil {
		return nil, nil, err
	}
	for i, name := range names {
		s, err := openSnapshot(dir, name)
		if err != nil || i >= most {
			_ = s.close()
			unused = append(unused, name)
			continue
		}
		at, err := openLog(dir, step)
		if err != nil {
			return nil, nil, errors.Join(err, s.close())
		}
		at.Stand(s)
		out = append(out, &indexCheck{snapshot: s, log: at, erasing: map[int64]bool{}, seed: maphash.MakeSeed()})
	}
	return out, unused, nil
}

func (c *indexCheck) close() error { return errors.Join(c.log.Close(), c.snapshot.close()) }

// wanted are the keys of incidents by which the index counts.
func (c *indexCheck) wanted() map[string]bool {
	out := map[string]bool{}
	want(out, c.meta.kinds())
	return out
}

// look takes in a record that is whole, or was erased.
func (c *indexCheck) look(t *log.Item) {
	if t.Head.Seq >= c.Size() {
		c.stale = c.see(t) != nil || c.stale
		return
	}
	if !c.bad {
		c.bad = !c.agrees(t)
	}
}

func (c *indexCheck) agrees(t *log.Item) bool {
	seq := t.Head.Seq
	c.tree.Add(t.Hash)
	offset, hash, err := c.Place(seq)
	if err != nil || offset != t.Offset || hash != t.Hash {
		return false
	}
	if seq == c.Size()-1 && (c.meta.Head != t.Hash || c.meta.Offset != t.Offset+t.Size || c.meta.Segment != c.log.Begins(t.Segment)) {
		return false
	}
	erased, err := c.wasErased(seq)
	if err != nil {
		return false
	}
	if erased {
		if t.Head.Kind == KindDecision || t.Head.Kind == KindRefusal {
			c.wiped++
		}
		return t.Head.Kind.Erasable()
	}
	switch made := t.Made.(type) {
	case *store.Decision:
		c.sets.Decided(made.Set, seq, made.Newest)
		c.delivers = c.delivers || t.Beside != nil
	case erasure:
		for _, n := range made.records {
			c.erasing[n] = true
		}
		c.count(func(x *store.Index) { x.Reserve(made.reserves) })
		c.gone.change(&made)
		return true
	case string:
		if t.Head.Kind == KindSet {
			return met(c.meta.Sets, made, seq, &c.setsMet)
		}
		return met(c.meta.Calendars, made, seq, &c.calendarsMet)
	}
	return c.incident(t)
}

// met compares where a name stands with a record that gives it. Of several such records, which earlier
// versions wrote, the last one counts.
func met(at map[string]int64, name string, seq int64, times *int) bool {
	last, known := at[name]
	if last == seq {
		*times++
	}
	return known && last >= seq
}

// incident compares what the index knows of the incident of a record.
func (c *indexCheck) incident(t *log.Item) bool {
	about, err := whose(t)
	if err != nil || about.incident == "" {
		return err == nil
	}
	key, seq := keyOf(about.incident), t.Head.Seq
	if t.Head.Kind == KindRefusal {
		c.refusalsMet++
		row := binary.BigEndian.AppendUint64(key[:], uint64(seq))
		i, err := c.refusals.Search(row)
		if err != nil || i == c.refusals.Rows() {
			return false
		}
		is, err := c.refusals.Row(i)
		if err != nil || !bytes.Equal(is, row) {
			return false
		}
		if th, err := c.thread(key); err != nil || th == nil || !slices.Contains(th.records(), seq) {
			return err == nil // something was told since
		}
	}
	th, err := c.thread(key)
	if err != nil || th == nil {
		return false
	}
	records := th.records()
	c.recordsMet++
	return slices.Contains(records, seq) && (seq < slices.Max(records) || c.rebuild(about, th, t))
}

// rebuild puts together what is known of an incident from its records, and compares. The last of them
// is given.
func (c *indexCheck) rebuild(of about, th *thread, last *log.Item) bool {
	c.threadsMet++
	incident, queue := of.incident, &store.Queue{}
	x, wanted := newIndex(), c.wanted()
	x.counts.Count(c.meta.kinds()).Add()
	look := func(r ref) (*store.Decision, error) {
		t, err := whole(c.log, r.seq)
		if err != nil {
			return nil, err
		}
		return parseSummary(r.seq, t.Payload, wanted)
	}
	records := th.records()
	slices.Sort(records)
	for _, seq := range slices.Compact(records) {
		t := last
		if seq != last.Head.Seq {
			other, err := aboutIncident(c.log, seq, incident)
			if err != nil {
				return false
			}
			parse(&other, wanted)
			t = &other
		}
		if err := cmp.Or(x.apply(t, look), moves(t, queue)); err != nil {
			return false
		}
	}
	if !queue.Idle() && !c.isBusy(of) {
		return false
	}
	again, err := x.find(incident)
	if err != nil || again == nil || th.number < 0 || th.number >= c.meta.Threads {
		return false
	}
	again.number = th.number
	is, was := encoder{}, encoder{}
	is.thread(again)
	was.thread(th)
	c.add(x.counts)
	return bytes.Equal(is.buf, was.buf) && c.rebuilt(x.choices) && c.leftAgain(x.left)
}

// isBusy looks for an incident among those on which anything is left to do.
func (c *indexCheck) isBusy(of about) bool {
	key := keyOf(of.incident)
	i, err := c.busy.Search(key[:])
	if err != nil || i == c.busy.Rows() {
		return false
	}
	row, err := c.busy.Row(i)
	if err != nil || store.ID(row) != key {
		return false
	}
	e := encoder{}
	e.text(of.namespace)
	e.text(of.id)
	text, err := c.text(row[busyKey:])
	c.busyMet++
	return err == nil && bytes.Equal(text, e.buf)
}

// rebuilt compares the choices on an incident.
func (c *indexCheck) rebuilt(of *choices) bool {
	for _, x := range of.bySeq {
		id := keyOf(x.key)
		key := binary.BigEndian.AppendUint64(id[:], uint64(x.seq))
		i, err := c.choiceRows.Search(key)
		if err != nil || i == c.choiceRows.Rows() {
			return false
		}
		row, err := c.choiceRows.Row(i)
		if err != nil || !bytes.Equal(row[:choiceKey], key) {
			return false
		}
		text, err := c.text(row[choiceKey:])
		e := encoder{}
		e.stood(x, x.until)
		if err != nil || !bytes.Equal(text, e.buf) {
			return false
		}
		c.choicesMet++
	}
	return true
}

// leftAgain compares where choices on an incident were left to somebody.
func (c *indexCheck) leftAgain(of map[store.ID]int64) bool {
	for id, seq := range of {
		if is, err := c.leftBy(id); err != nil || is != seq {
			return false
		}
		c.leftMet++
	}
	return true
}

// count adds up what is counted without an incident.
func (c *indexCheck) count(do func(*store.Index)) {
	x := store.NewIndex()
	do(x)
	c.add(x)
}

func (c *indexCheck) add(x *store.Index) {
	for group, e := range x.Entries() {
		key := sumOf(group, e.At)
		c.sum += c.weigh(key[:], e.Weight)
	}
}

// weigh gives each weight a factor that depends on its place. Weights at one place may be added up.
func (c *indexCheck) weigh(key []byte, weight store.Wide) uint64 {
	low := binary.BigEndian.Uint64(weight.Append(nil)[8:])
	return low * (maphash.Bytes(c.seed, key) | 1)
}

// used reports whether whoever opens the ledger uses the index. If so, the error says whether it is
// as the records say.
func (c *indexCheck) used() (bool, error) {
	switch {
	case !c.vouched || c.stale:
		return false, nil
	case c.bad || !c.complete() || c.Check() != nil:
		return true, c.snapshot.bad(errSnapshot)
	}
	return true, nil
}

// complete reports whether the index has nothing that the records do not say.
func (c *indexCheck) complete() bool {
	ok := c.threadsMet == c.threads.Rows() && c.refusalsMet == c.refusals.Rows() && c.choicesMet == c.choiceRows.Rows() && c.leftMet == c.left.Rows() && c.busyMet == c.busy.Rows() && (c.meta.Deliveries || !c.delivers) &&
		c.setsMet == len(c.meta.Sets) && c.calendarsMet == len(c.meta.Calendars) && c.wiped == c.meta.Erased && bytes.Equal(c.gone.key, c.meta.Key) && slices.EqualFunc(c.gone.sorted(), c.meta.Refused, bytes.Equal) && int64(len(c.erasing)) == c.erased.Rows()
	decided := 0
	for id, first := range c.sets.All() {
		decided++
		ok = ok && slices.ContainsFunc(c.meta.Decided, func(x decidedSet) bool { return store.ID(x.ID) == id && x.First == first })
	}
	return ok && decided == len(c.meta.Decided) && c.rowsAgree()
}

// rowsAgree goes through those tables that are not looked up by incident.
func (c *indexCheck) rowsAgree() bool {
	ok := true
	records := int64(0)
	err := c.threads.Each(0, func(row []byte) bool {
		text, err := c.text(row[threadKey:])
		if err == nil {
			var t *thread
			if t, err = c.readThread(text); err == nil {
				records += int64(len(t.records()))
			}
		}
		return err == nil
	})
	ok = ok && err == nil && records == c.recordsMet
	err = c.snapshot.erased.Each(0, func(row []byte) bool {
		ok = ok && c.erasing[int64(binary.BigEndian.Uint64(row))]
		return ok
	})
	ok = ok && err == nil
	var group store.ID
	var before store.Wide
	sum := uint64(0)
	err = c.sums.Each(0, func(row []byte) bool {
		if store.ID(row) != group {
			group, before = store.ID(row), store.Wide{}
		}
		now := store.ReadWide(row[sumKey:])
		sum, before = sum+c.weigh(row[:sumKey], now.Minus(before)), now
		return true
	})
	ok = ok && err == nil && sum == c.sum
	var tree log.Tree
	return ok && c.restore(&tree) == nil && sameTree(&tree, &c.tree)
}

// sameTree compares trees by their roots and their hashes.
func sameTree(a, b *log.Tree) bool {
	x, errX := a.Root()
	y, errY := b.Root()
	return errX == nil && errY == nil && x == y && slices.EqualFunc(a.Levels(), b.Levels(), slices.Equal[[]Hash])
}
