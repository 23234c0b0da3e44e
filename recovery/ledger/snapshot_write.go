package ledger

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"slices"

	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/ledger/internal/tables"
	"github.com/servicerecovery/amends/recovery/store"
)

// snapshotWriter writes a snapshot of everything that a ledger has on disk: what the snapshot that it
// stands on has, and what has changed since.
type snapshotWriter struct {
	l    *Ledger
	base *snapshot // nil: there is none
	*tables.Writer
	heap *tables.Sink
}

// writeSnapshot returns the digest. The caller holds the lock, and nothing is on its way to the disk.
func (l *Ledger) writeSnapshot(to log.File) (tables.Digest, error) {
	w := &snapshotWriter{l: l, base: l.index.base, Writer: tables.NewWriter(to)}
	w.heap = w.Table("heap", 0, 1)
	for _, write := range []func() error{w.records, w.tree, w.threads, w.sums, w.choices, w.left, w.refusals, w.erased, w.busy} {
		if err := write(); err != nil {
			return tables.Digest{}, err
		}
	}
	meta, err := w.meta()
	if err != nil {
		return tables.Digest{}, err
	}
	return w.Finish(meta)
}

func (w *snapshotWriter) meta() ([]byte, error) {
	l := w.l
	m := snapshotMeta{
		Records: l.confirmed, Head: l.confirmedHead, Threads: l.index.count, Sets: l.sets, Calendars: l.calendars, Facts: countedOf(l.index.counts.Kinds()), Unwiped: l.unwiped, Deliveries: l.index.streams.on,
		Key: l.gone.key, Refused: l.gone.sorted(),
	}
	first, end := l.tail.End()
	m.Segment, m.Offset = first, end
	for id, first := range l.index.sets.All() {
		m.Decided = append(m.Decided, decidedSet{id[:], first})
	}
	slices.SortFunc(m.Decided, func(a, b decidedSet) int { return bytes.Compare(a.ID, b.ID) })
	if w.base != nil {
		m.Erased = w.base.meta.Erased
	}
	for _, seq := range l.erased.fresh() {
		kind, err := l.log.KindOf(seq)
		if err != nil {
			return nil, err
		}
		if kind == KindDecision || kind == KindRefusal {
			m.Erased++
		}
	}
	return json.Marshal(m)
}

// records says where each record begins, and its hash.
func (w *snapshotWriter) records() error {
	to, from := w.Table("records", 0, recordRow), int64(0)
	if w.base != nil {
		from = w.base.Size()
		if err := w.base.records.Each(0, func(row []byte) bool { to.Add(row); return true }); err != nil {
			return w.base.bad(err)
		}
	}
	var row []byte
	for seq := from; seq < w.l.confirmed; seq++ {
		offset, hash, err := w.l.log.Place(seq)
		if err != nil {
			return err
		}
		row = append(binary.BigEndian.AppendUint64(row[:0], uint64(offset)), hash[:]...)
		to.Add(row)
	}
	return nil
}

func (w *snapshotWriter) tree() error {
	to := w.Table("tree", 0, treeRow)
	for _, level := range w.l.tree.Levels() {
		for _, h := range level {
			to.Add(h[:])
		}
	}
	return nil
}

// put adds a row whose text stands in the heap.
func (w *snapshotWriter) put(to *tables.Sink, key, text []byte) {
	row := binary.BigEndian.AppendUint64(slices.Clip(key), uint64(w.heap.Append(text)))
	to.Add(binary.BigEndian.AppendUint32(row, uint32(len(text))))
}

// change is something that is new since the base, under the key of its row. Keys of one table are equally
// long.
type change[T any] struct {
	key  [sumKey]byte // the longest there is; zeros stand behind a shorter one
	what T
}

func changed[T any](key []byte, what T) (c change[T]) {
	copy(c.key[:], key)
	c.what = what
	return c
}

// merge goes through the rows of a table of the base and through changes, both in the order of keys, which
// have so many bytes. Where they have the same key, the change takes the place of the row if it replaces,
// and else follows it.
func merge[T any](w *snapshotWriter, base *tables.Table, size int, news []change[T], write func(key []byte, what T), replaces bool, old func(row []byte) error) error {
	slices.SortFunc(news, func(a, b change[T]) int { return bytes.Compare(a.key[:], b.key[:]) })
	next := func() {
		write(news[0].key[:size], news[0].what)
		news = news[1:]
	}
	var failed error
	if base != nil {
		err := base.Each(0, func(row []byte) bool {
			for len(news) > 0 && bytes.Compare(news[0].key[:size], row[:size]) < 0 {
				next()
			}
			if replaces && len(news) > 0 && bytes.Equal(news[0].key[:size], row[:size]) {
				return true
			}
			failed = old(row)
			return failed == nil
		})
		if err := cmp.Or(failed, w.base.bad(err)); err != nil {
			return err
		}
	}
	for len(news) > 0 {
		next()
	}
	return nil
}

// below is a table of the base, nil where there is none.
func (w *snapshotWriter) below(table func(*snapshot) *tables.Table) *tables.Table {
	if w.base == nil {
		return nil
	}
	return table(w.base)
}

// threads has what is known of each incident, by its key.
func (w *snapshotWriter) threads() error {
	to := w.Table("threads", threadKey, threadRow)
	news := make([]change[*thread], 0, len(w.l.index.threads))
	for incident, t := range w.l.index.threads {
		key := keyOf(incident)
		news = append(news, changed(key[:], t))
	}
	var e encoder
	write := func(key []byte, t *thread) {
		if t != nil {
			e.buf = e.buf[:0]
			e.thread(t)
			w.put(to, key, e.buf)
		}
	}
	return merge(w, w.below(func(s *snapshot) *tables.Table { return s.threads }), threadKey, news, write, true, func(row []byte) error {
		text, err := w.base.text(row[threadKey:])
		w.put(to, row[:threadKey], text)
		return err
	})
}

// sums adds up each group by time. A row has the sum of its group up to it.
func (w *snapshotWriter) sums() error {
	to := w.Table("sums", sumKey, sumRow)
	var key [sumKey]byte    // of the row that is being added up
	var sum, was store.Wide // of its group up to it, and before it
	var old store.Wide      // of the base's last row
	var oldGroup store.ID   // and its group
	next := func(k []byte) {
		if bytes.Equal(k, key[:]) {
			return
		}
		if sum != was {
			to.Add(sum.Append(key[:]))
		}
		was = sum
		if k == nil || !bytes.Equal(k[:len(oldGroup)], key[:len(oldGroup)]) {
			sum, was = store.Wide{}, store.Wide{}
		}
		copy(key[:], k)
	}
	var news []change[store.Wide]
	for group, e := range w.l.index.counts.Entries() {
		k := sumOf(group, e.At)
		news = append(news, changed(k[:], e.Weight))
	}
	write := func(key []byte, weight store.Wide) {
		next(key)
		sum = sum.Plus(weight)
	}
	err := merge(w, w.below(func(s *snapshot) *tables.Table { return s.sums }), sumKey, news, write, false, func(row []byte) error {
		next(row[:sumKey])
		if store.ID(row) != oldGroup {
			oldGroup, old = store.ID(row), store.Wide{}
		}
		now := store.ReadWide(row[sumKey:])
		sum, old = sum.Plus(now.Minus(old)), now
		return nil
	})
	next(nil)
	return err
}

// choices has every choice, by the key under which its precedents are found.
func (w *snapshotWriter) choices() error {
	to, c := w.Table("choices", choiceKey, choiceRow), w.l.index.choices
	news := make([]change[*stood], 0, len(c.bySeq))
	for _, x := range c.bySeq {
		id := keyOf(x.key)
		news = append(news, changed(binary.BigEndian.AppendUint64(id[:], uint64(x.seq)), x))
	}
	write := func(key []byte, x *stood) {
		e := encoder{}
		e.stood(x, x.until)
		w.put(to, key, e.buf)
	}
	return merge(w, w.below(func(s *snapshot) *tables.Table { return s.choiceRows }), choiceKey, news, write, true, func(row []byte) error {
		x, err := w.base.choice(row)
		if err != nil {
			return err
		}
		if _, erased := c.gone[x.incident]; erased {
			return nil
		}
		e := encoder{}
		e.stood(x, cmp.Or(c.ended[x.seq], x.until))
		w.put(to, row[:choiceKey], e.buf)
		return nil
	})
}

// left has the record that first left each choice to somebody.
func (w *snapshotWriter) left() error {
	to := w.Table("left", leftKey, leftRow)
	add := func(row []byte) error {
		erased, err := w.l.erased.has(int64(binary.BigEndian.Uint64(row[leftKey:])))
		if err == nil && !erased {
			to.Add(row)
		}
		return err
	}
	var failed error
	var news []change[int64]
	write := func(key []byte, seq int64) {
		failed = cmp.Or(failed, add(binary.BigEndian.AppendUint64(slices.Clip(key), uint64(seq))))
	}
	for id, seq := range w.l.index.left {
		news = append(news, changed(id[:], seq))
		if w.base == nil {
			continue
		}
		// The record that the base has is the first, unless it was erased.
		first, err := w.base.leftBy(id)
		if err != nil {
			return err
		}
		if erased, err := w.l.erased.has(first); err != nil || first >= 0 && !erased {
			news = news[:len(news)-1]
			if err != nil {
				return err
			}
		}
	}
	err := merge(w, w.below(func(s *snapshot) *tables.Table { return s.left }), leftKey, news, write, true, add)
	return cmp.Or(err, failed)
}

// refusals has the refusals of each incident, by its key.
func (w *snapshotWriter) refusals() error {
	to := w.Table("refusals", refusalRow, refusalRow)
	add := func(row []byte) error {
		erased, err := w.l.erased.has(int64(binary.BigEndian.Uint64(row[len(store.ID{}):])))
		if err == nil && !erased {
			to.Add(row)
		}
		return err
	}
	var failed error
	var news []change[struct{}]
	write := func(row []byte, _ struct{}) { failed = cmp.Or(failed, add(row)) }
	for incident, list := range w.l.index.refused {
		for _, seq := range list {
			news = append(news, changed(binary.BigEndian.AppendUint64(incident[:], uint64(seq)), struct{}{}))
		}
	}
	err := merge(w, w.below(func(s *snapshot) *tables.Table { return s.refusals }), refusalRow, news, write, true, add)
	return cmp.Or(err, failed)
}

// erased has the records that were erased.
func (w *snapshotWriter) erased() error {
	to := w.Table("erased", erasedRow, erasedRow)
	var news []change[struct{}]
	for _, seq := range w.l.erased.fresh() {
		news = append(news, changed(binary.BigEndian.AppendUint64(nil, uint64(seq)), struct{}{}))
	}
	write := func(row []byte, _ struct{}) { to.Add(row) }
	return merge(w, w.below(func(s *snapshot) *tables.Table { return s.erased }), erasedRow, news, write, true, func(row []byte) error {
		to.Add(row)
		return nil
	})
}

// busy has the incidents on which deliveries are not settled, or something falls due, by their keys.
func (w *snapshotWriter) busy() error {
	to, live := w.Table("busy", busyKey, busyRow), &w.l.index.streams.live
	var news []change[[]byte]
	for namespace, id := range live.All() {
		if live.Idle(namespace, id) {
			continue
		}
		key := keyOf(store.Name(namespace, id))
		e := encoder{}
		e.text(namespace)
		e.text(id)
		news = append(news, changed(key[:], e.buf))
	}
	write := func(key, text []byte) { w.put(to, key, text) }
	return merge(w, nil, busyKey, news, write, true, nil)
}
