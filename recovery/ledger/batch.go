package ledger

import (
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// Commits that wait at the same time share one write and one sync: each joins
// the batch that is open, and the first to find nobody writing writes it. Meanwhile
// the next batch fills. There is no goroutine in the background.

// batch is records that are written together.
type batch struct {
	first  int64 // number of the first record
	buf    []byte
	starts []int64 // of the records, in buf
	leaves []tlog.Hash
	// told is sent to once, when one of those that wait has to write the batch. It is closed when the
	// batch is on disk, or was refused.
	told chan struct{}
	err  error // set before told is closed
	// A batch has room for one record, which is all that it gets where nobody else commits.
	oneStart [1]int64
	oneLeaf  [1]tlog.Hash
}

func newBatch(buf []byte) *batch {
	b := &batch{buf: buf[:0], told: make(chan struct{}, 1)}
	b.starts, b.leaves = b.oneStart[:0], b.oneLeaf[:0]
	return b
}

// undo has what it takes to undo the changes that a record made to the index.
type undo struct {
	seq      int64
	incident string // whose thread it was about
	saved    *thread
	shifted  bool
	before   store.Standing
	after    store.Standing
	refused  bool
	set      *playbook.Set
	calendar string
	// forgotten is a thread that was erased. erased are the records, and reserves is the use of
	// partners that is counted after it.
	forgotten *thread
	erased    []int64
	reserves  []recovery.Reserve
	gone      *gone // what was refused before
}

// prepared is a payload with everything that can be computed before its place in the ledger is
// known.
type prepared struct {
	kind    Kind
	salt    [log.SaltSize]byte
	payload []byte
	digest  log.Digest
	sum     uint32
}

func prepare(kind Kind, payload []byte) (*prepared, error) {
	if len(payload) > log.MaxPayload {
		return nil, fmt.Errorf("a record of %d bytes is larger than a ledger takes", len(payload))
	}
	p := &prepared{kind: kind, payload: payload}
	if _, err := rand.Read(p.salt[:]); err != nil {
		return nil, err
	}
	p.digest = log.PayloadDigest(p.salt[:], payload)
	p.sum = log.Sum32(p.salt[:], payload)
	return p, nil
}

// put adds a record to the open batch. The caller holds the lock.
func (l *Ledger) put(p *prepared) {
	b := l.batch
	if len(b.starts) == 0 {
		b.first = l.next
	}
	h := log.Header{Kind: p.kind, Payload: p.digest, Prev: l.head, Seq: l.next}
	var text [log.MaxHeader]byte
	line := h.Append(text[:0])
	b.starts = append(b.starts, int64(len(b.buf)))
	b.buf = log.AppendFrame(b.buf, line, p.salt[:], p.payload, p.sum)
	l.head = log.RecordHash(line)
	b.leaves = append(b.leaves, l.head)
	l.next++
}

// ahead is a record that has to stand before the one that needs it, with its undo.
type ahead struct {
	*prepared
	undo undo
}

// ahead prepares the set and the calendars that a record names and that are not in the ledger yet.
func (l *Ledger) ahead(digest string, calendars []*calendarEntry) ([]ahead, error) {
	var out []ahead
	add := func(kind Kind, payload []byte, u undo) error {
		p, err := prepare(kind, payload)
		out = append(out, ahead{p, u})
		return err
	}
	if set := l.known[digest]; set != nil {
		if err := add(KindSet, appendSet(nil, set), undo{set: set}); err != nil {
			return nil, err
		}
	}
	for _, e := range calendars {
		if _, done := l.calendars[e.name]; done {
			continue
		}
		if err := add(KindCalendar, appendCalendar(nil, e.text), undo{calendar: e.name}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (l *Ledger) putAhead(list []ahead) {
	for _, a := range list {
		a.undo.seq = l.next
		if a.undo.set != nil {
			l.sets[a.undo.set.Digest] = l.next
			delete(l.known, a.undo.set.Digest)
		} else {
			l.calendars[a.undo.calendar] = l.next
		}
		l.undo = append(l.undo, a.undo)
		l.put(a.prepared)
	}
}

// usable says why nothing can be read or committed. The caller holds the lock, for
// reading at least.
func (l *Ledger) usable() error {
	if l.closed {
		return ErrClosed
	}
	return l.ended
}

// end stops recording for good when something else has changed the files. The caller holds the lock.
func (l *Ledger) end(err error) {
	var disturbed *DisturbedError
	if l.ended == nil && errors.As(err, &disturbed) {
		l.ended = disturbed
	}
}

// settle waits until a batch is on disk or was refused, and writes it if nobody else does. A nil
// batch stands for one that is on disk already.
func (l *Ledger) settle(b *batch) error {
	if b == nil {
		return nil
	}
	l.mu.Lock()
	lead := b == l.batch && !l.writing
	l.writing = l.writing || lead
	l.mu.Unlock()
	if !lead {
		if _, lead = <-b.told; !lead {
			return b.err
		}
	}
	l.mu.Lock()
	l.writeBatch()
	l.mu.Unlock()
	return b.err
}

// joined returns the open batch, to which the caller has added a record. It unlocks the lock that the
// caller holds.
func (l *Ledger) joined() *batch {
	b := l.batch
	l.mu.Unlock()
	return b
}

// writeBatch writes the open batch, and tells somebody to write the next. The
// caller holds the lock, and still does afterwards.
func (l *Ledger) writeBatch() {
	b := l.batch
	var spare []byte
	if n := len(l.spare); n > 0 {
		spare, l.spare = l.spare[n-1], l.spare[:n-1]
	}
	l.batch = newBatch(spare)
	l.inflight = b
	l.mu.Unlock()
	at, err := l.tail.Write(b.first, b.buf, l.limit)
	l.mu.Lock()
	l.inflight = nil
	if err != nil {
		l.end(err)
		l.refuse(b, err)
		return
	}
	l.confirm(b, at)
	l.writing = len(l.batch.starts) > 0
	if l.writing {
		l.batch.told <- struct{}{}
	}
}

// confirm remembers that a batch is on disk.
func (l *Ledger) confirm(b *batch, at log.Spot) {
	for i, start := range b.starts {
		seq := b.first + int64(i)
		l.log.Note(seq, at.Segment, at.Offset+start)
		l.tree.Add(b.leaves[i])
		delete(l.fresh, seq)
		delete(l.freshReports, seq)
	}
	l.confirmed = b.first + int64(len(b.starts))
	l.confirmedHead = b.leaves[len(b.leaves)-1]
	l.index.streams.settle(l.confirmed)
	kept := 0
	for kept < len(l.undo) && l.undo[kept].seq < l.confirmed {
		kept++
	}
	l.undo = l.undo[:copy(l.undo, l.undo[kept:])]
	if cap(b.buf) <= 8*log.BlockSize && len(l.spare) < 2 {
		l.spare = append(l.spare, b.buf)
	}
	close(b.told)
}

// refuse takes back everything that is not on disk: a batch that could not be written, and the
// commits after it, which were made from the refused ones.
func (l *Ledger) refuse(b *batch, err error) {
	err = fmt.Errorf("nothing was recorded: %w", err)
	for i := len(l.undo) - 1; i >= 0; i-- {
		l.takeBack(&l.undo[i])
	}
	l.undo = l.undo[:0]
	clear(l.fresh)
	clear(l.freshReports)
	for seq := l.confirmed; seq < l.next && seq < l.confirmed+cacheSize; seq++ {
		l.cache[seq%cacheSize].Store(nil)
	}
	l.index.sets.Forget(l.confirmed)
	l.index.choices.takeBack(l.confirmed)
	l.next, l.head = l.confirmed, l.confirmedHead
	l.rollbacks++
	if again := l.streamsAgain(); again != nil && l.ended == nil {
		l.ended = fmt.Errorf("what is to be handed out could not be read again: %w", again)
	}
	l.epoch = fmt.Sprintf("%.8s.%d", l.epoch, l.rollbacks)
	later := l.batch
	l.batch = newBatch(nil)
	b.err, later.err = err, err
	close(b.told)
	close(later.told)
	l.writing = false
}

func (l *Ledger) takeBack(u *undo) {
	switch {
	case u.set != nil:
		delete(l.sets, u.set.Digest)
		l.known[u.set.Digest] = u.set
		return
	case u.calendar != "":
		delete(l.calendars, u.calendar)
		return
	case u.gone != nil:
		l.gone.takeBack(u.gone)
		return
	case u.erased != nil:
		l.erased.remove(u.erased)
		l.index.counts.Release(u.reserves)
		return
	case u.forgotten != nil:
		l.index.remember(u.incident, u.forgotten)
		l.index.counts.Shift(u.forgotten.number, store.Standing{}, u.before)
		return
	case u.refused:
		l.index.unrefuse(u.incident, u.seq)
		return
	case u.incident == "":
		return
	}
	t := l.index.threads[u.incident]
	if u.shifted {
		l.index.unleave(u.after, u.seq)
		l.index.counts.Shift(t.number, u.after, u.before)
	}
	if u.saved == nil {
		l.index.lose(u.incident)
		return
	}
	*t = *u.saved
}

// waitFor returns the batch that a record is in, nil when it is on disk.
func (l *Ledger) waitFor(seq int64) *batch {
	switch {
	case seq < l.confirmed:
		return nil
	case l.inflight != nil && seq < l.inflight.first+int64(len(l.inflight.starts)):
		return l.inflight
	}
	return l.batch
}
