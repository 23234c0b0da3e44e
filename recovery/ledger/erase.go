package ledger

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// Erasure says which payloads to erase: those of one incident, or of every
// incident of a customer. One of the two is required.
type Erasure struct {
	Namespace string // of the incident or the customer
	Incident  string
	Customer  string    // as in customer.id
	At        time.Time // written into the ledger; zero: no time is
	// Cancelled is told of each delivery of what is erased that was not settled, once that is on disk: it is not
	// handed out any more, and whoever has claimed it may have done it. It may be nil.
	Cancelled func(recovery.Delivery)
}

// Erase overwrites the records of an incident or of a customer and returns how many they were. The
// chain stays whole: the records keep their places, and a record is added. It says which records
// were erased, and keeps their use of partners. Facts and precedents no longer count the erased
// records.
//
// A keyed hash is kept of each incident, and what comes again about it is refused with [recovery.ErrErased], until
// [Ledger.Anew]: a webhook that comes late is not paid again.
//
// Copies of the files keep the old bytes, and so may the disk. FORMAT.md says
// more, also about later decisions that quote an erased one.
func (l *Ledger) Erase(ctx context.Context, e Erasure) (records int, err error) {
	if (e.Incident == "") == (e.Customer == "") {
		return 0, errors.New("an incident or a customer is wanted, whose records are to be erased")
	}
	c, err := l.concerned(ctx, e)
	if err != nil || len(c.seqs) == 0 {
		return 0, err
	}
	cancelled, err := l.pending(c)
	if err == nil {
		err = l.commitErasure(e.At, c)
	}
	if err != nil {
		return 0, err
	}
	if e.Cancelled != nil {
		for i := range cancelled {
			e.Cancelled(cancelled[i])
		}
	}
	return len(c.seqs), errors.Join(l.forgetErased(c), l.wipe(c.seqs))
}

// concerned is what an erasure is about.
type concerned struct {
	incidents map[string]about // by their names: see [store.Name]
	seqs      []int64          // all records of theirs
	rest      store.Sets       // by which the other incidents were decided
	until     int64            // how many records were looked at
}

// concerned finds the incidents that are meant, and all records of theirs.
func (l *Ledger) concerned(ctx context.Context, e Erasure) (*concerned, error) {
	c := &concerned{incidents: map[string]about{}}
	if e.Incident != "" {
		c.incidents[store.Name(e.Namespace, e.Incident)] = aboutOf(e.Namespace, e.Incident)
	} else {
		err := l.each(ctx, func(t *log.Item) error {
			about, err := whose(t)
			switch {
			case err != nil || about.namespace != e.Namespace || about.customer != e.Customer:
			case about.incident == "": // a refusal of an incident without an id
				c.seqs = append(c.seqs, t.Head.Seq)
			default:
				c.incidents[about.incident] = about
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	err := l.each(ctx, func(t *log.Item) error {
		c.until = t.Head.Seq + 1
		about, err := whose(t)
		switch {
		case about.incident != "" && c.incidents[about.incident].incident != "":
			c.seqs = append(c.seqs, t.Head.Seq)
		case about.set != store.ID{}:
			c.rest.Decided(about.set, t.Head.Seq, about.newest)
		}
		return err
	})
	slices.Sort(c.seqs)
	return c, err
}

// each goes through the records on disk that can be erased.
func (l *Ledger) each(ctx context.Context, visit func(*log.Item) error) error {
	l.mu.RLock()
	until, err := l.confirmed, l.usable()
	l.mu.RUnlock()
	if err != nil {
		return err
	}
	if until == 0 {
		return nil
	}
	w := &log.Walk{Scanner: log.Scanner{Log: l.log, Until: until}, Visit: func(t *log.Item) error {
		if t.Body != log.BodyWhole || !t.Head.Kind.Erasable() {
			return nil
		}
		return visit(t)
	}}
	return w.Run(ctx)
}

// about says what a record is about.
type about struct {
	incident            string // its name, see [store.Name]; empty where it has no id
	namespace, customer string
	id                  string   // of the incident
	set                 store.ID // that decided, of a decision
	newest              bool     // the decision makes the set the newest
}

func aboutOf(namespace, incident string) about {
	if incident == "" {
		return about{namespace: namespace}
	}
	return about{incident: store.Name(namespace, incident), namespace: namespace, id: incident}
}

// whose says what a record is about. A record of reports is about one incident.
func whose(t *log.Item) (a about, err error) {
	switch t.Head.Kind {
	case KindDecision:
		s, err := parseSummary(t.Head.Seq, t.Payload, map[string]bool{"customer.id": true})
		if err != nil {
			return a, err
		}
		a = aboutOf(s.Namespace, s.Incident)
		a.customer, a.set, a.newest = s.Key("customer.id"), s.Set, s.Newest
		return a, nil
	case KindReport:
		list, _, err := parseReports(t.Payload)
		if err != nil || len(list) == 0 {
			return a, err
		}
		return aboutOf(list[0].Namespace, list[0].Incident), nil
	case KindStream:
		s, err := parseStreamed(t.Payload)
		if err != nil {
			return a, err
		}
		return aboutOf(s.namespace, s.incident), nil
	case KindMark:
		m, err := parseMark(t.Payload)
		return aboutOf(m.Namespace, m.Incident), err
	case KindRefusal:
		r, err := parseRefusal(t.Payload)
		if err != nil {
			return a, err
		}
		a = aboutOf(r.Namespace, r.Incident)
		var in recovery.Incident
		if json.Unmarshal(r.Input, &in) == nil {
			a.customer = in.Customer.ID
		}
	}
	return a, nil
}

// forgetErased drops what memory and the index still hold of what was erased. The records are there
// until then, so nothing ever leads to one that is not.
func (l *Ledger) forgetErased(c *concerned) error {
	l.mu.Lock()
	l.unwiped = append(slices.Clip(l.unwiped), c.seqs...)
	for _, list := range l.index.choices.gone {
		clear(list)
	}
	for incident := range c.incidents {
		l.index.unrefuse(incident, c.seqs...)
	}
	maps.DeleteFunc(l.index.left, func(_ store.ID, seq int64) bool {
		_, erased := slices.BinarySearch(c.seqs, seq)
		return erased
	})
	for set, first := range l.index.sets.All() {
		if first >= c.until {
			c.rest.Decided(set, first, true)
		}
	}
	if err := l.decidedSince(c); err != nil {
		l.mu.Unlock()
		return errors.Join(err, l.dropIndexes(nil))
	}
	l.index.sets = c.rest
	if l.index.base == nil {
		l.mu.Unlock()
		return nil
	}
	if err := l.renew(); err != nil {
		return l.dropIndexes(nil)
	}
	return nil
}

// decidedSince adds the sets of decisions that have come since the records were looked at. The caller
// holds the lock.
func (l *Ledger) decidedSince(c *concerned) error {
	for seq := c.until; seq < l.next; seq++ {
		s := l.fresh[seq]
		if s == nil && seq < l.confirmed {
			kind, err := l.log.KindOf(seq)
			erased, err2 := l.erased.has(seq)
			if err = cmp.Or(err, err2); err == nil && kind == KindDecision && !erased {
				s, err = l.look(ref{seq: seq})
			}
			if err != nil {
				return err
			}
		}
		if s != nil {
			c.rest.Decided(s.Set, seq, s.Newest)
		}
	}
	return nil
}

// commitErasure takes the incidents out of the index, and records that.
func (l *Ledger) commitErasure(at time.Time, c *concerned) error {
	seqs := c.seqs
	l.mu.Lock()
	if err := l.usable(); err != nil {
		l.mu.Unlock()
		return err
	}
	e := erasure{at: at, records: seqs}
	type gone struct {
		incident string
		thread   *thread
		from     store.Standing
	}
	var list []gone
	for _, incident := range slices.Sorted(maps.Keys(c.incidents)) {
		t, err := l.index.find(incident)
		if err != nil {
			l.mu.Unlock()
			return err
		}
		if t == nil {
			continue
		}
		if t.last() > seqs[len(seqs)-1] || t.last() >= l.confirmed {
			l.mu.Unlock()
			return store.Changed("incident " + strings.TrimLeft(incident, "\x00") + " was decided again while its records were being erased; erase it again")
		}
		from, err := t.standing(l.look)
		if err != nil {
			l.mu.Unlock()
			return err
		}
		e.reserves = slices.AppendSeq(e.reserves, from.Reserves())
		if t.decided {
			e.incidents++
		}
		list = append(list, gone{incident, t, from})
	}
	slices.SortFunc(e.reserves, compareReserves)
	if !l.seals { // else the database refuses what comes again
		e.key, e.refused = l.gone.refusing(maps.Keys(c.incidents))
	}
	p, err := prepare(KindErasure, e.append(nil))
	if err != nil {
		l.mu.Unlock()
		return err
	}
	for _, g := range list {
		l.undo = append(l.undo, undo{seq: l.next, incident: g.incident, forgotten: g.thread, before: g.from, shifted: true})
		l.index.counts.Shift(g.thread.number, g.from, store.Standing{})
		l.index.forget(g.incident)
		l.index.streams.erase(c.incidents[g.incident], l.next)
	}
	l.index.counts.Reserve(e.reserves)
	l.erased.add(seqs)
	l.undo = append(l.undo, undo{seq: l.next, erased: seqs, reserves: e.reserves}, undo{seq: l.next, gone: l.gone.change(&e)})
	for _, seq := range seqs {
		l.cache[seq%cacheSize].Store(nil)
	}
	l.put(p)
	return l.settle(l.joined())
}

// wipe overwrites the salts and payloads of records, which are in order, with zeros.
func (l *Ledger) wipe(seqs []int64) error {
	for _, seq := range seqs {
		f, err := l.log.Find(seq)
		if err != nil {
			return err
		}
		if f.Erased() {
			continue
		}
		if err := l.log.Overwrite(&f); err != nil {
			l.mu.Lock()
			l.end(err)
			l.mu.Unlock()
			return err
		}
		l.cache[seq%cacheSize].Store(nil)
	}
	l.mu.Lock()
	l.unwiped = slices.DeleteFunc(slices.Clone(l.unwiped), func(seq int64) bool {
		_, found := slices.BinarySearch(seqs, seq)
		return found
	})
	l.mu.Unlock()
	return nil
}

func compareReserves(a, b recovery.Reserve) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Partner, b.Partner), cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Units, b.Units))
}

// erasures are the records that the ledger says were erased. A record whose payload is
// not there, and which is not among them, is damage.
type erasures struct {
	mu   sync.Mutex
	base *snapshot // nil: there is none
	set  map[int64]bool
}

// stand forgets all, and begins with those that a snapshot has.
func (e *erasures) stand(on *snapshot) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.base, e.set = on, map[int64]bool{}
}

func (e *erasures) add(seqs []int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, seq := range seqs {
		e.set[seq] = true
	}
}

func (e *erasures) remove(seqs []int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, seq := range seqs {
		delete(e.set, seq)
	}
}

func (e *erasures) has(seq int64) (bool, error) {
	e.mu.Lock()
	base, fresh := e.base, e.set[seq]
	e.mu.Unlock()
	if fresh || base == nil || seq >= base.Size() {
		return fresh, nil
	}
	return base.wasErased(seq)
}

// fresh are those that the snapshot does not have, in order.
func (e *erasures) fresh() []int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Sorted(maps.Keys(e.set))
}

// Anew says that an incident that was erased begins anew: what comes again about it is taken as a new incident.
func (l *Ledger) Anew(ctx context.Context, namespace, incident string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	err := l.usable()
	if err != nil || !l.gone.has(store.Name(namespace, incident)) {
		l.mu.Unlock()
		return err
	}
	e := erasure{anew: []goneHash{l.gone.hash(store.Name(namespace, incident))}}
	p, err := prepare(KindErasure, e.append(nil))
	if err != nil {
		l.mu.Unlock()
		return err
	}
	l.undo = append(l.undo, undo{seq: l.next, gone: l.gone.change(&e)})
	l.put(p)
	return l.settle(l.joined())
}

// goneHash is the keyed hash of an incident's name.
type goneHash = Hash

// gone are the incidents that were erased and have not begun anew, by keyed hashes of their names. Who has the ledger
// has the key: the hashes keep names out of sight, and do not keep somebody from trying names.
type gone struct {
	key    []byte // nil before the first erasure
	hashes map[goneHash]bool
}

func (g *gone) hash(name string) (out goneHash) {
	h := hmac.New(sha256.New, g.key)
	h.Write([]byte(name))
	h.Sum(out[:0])
	return out
}

func (g *gone) has(name string) bool { return len(g.hashes) > 0 && g.hashes[g.hash(name)] }

// refuses is an error for what comes about an incident that was erased. A mirror refuses nothing.
func (l *Ledger) refuses(namespace, incident string) error {
	if l.seals || !l.gone.has(store.Name(namespace, incident)) {
		return nil
	}
	return fmt.Errorf("incident %s: %w", intake.Shown(incident), recovery.ErrErased)
}

// refusing are the hashes of incidents that were not refused before, in order, and the key, where this erasure has to say it.
func (g *gone) refusing(names iter.Seq[string]) (key []byte, out []goneHash) {
	with := gone{key: g.key}
	if g.key == nil {
		key = make([]byte, sha256.Size)
		_, _ = rand.Read(key) // it never fails
		with.key = key
	}
	for name := range names {
		if h := with.hash(name); !g.hashes[h] {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b goneHash) int { return bytes.Compare(a[:], b[:]) })
	return key, out
}

// change applies an erasure, and returns what takes that back.
func (g *gone) change(e *erasure) *gone {
	was := &gone{key: g.key, hashes: map[goneHash]bool{}}
	if g.hashes == nil {
		g.hashes = map[goneHash]bool{}
	}
	if e.key != nil {
		g.key = e.key
	}
	for _, h := range e.refused {
		was.hashes[h] = g.hashes[h]
		g.hashes[h] = true
	}
	for _, h := range e.anew {
		was.hashes[h] = g.hashes[h]
		delete(g.hashes, h)
	}
	return was
}

// takeBack undoes a change.
func (g *gone) takeBack(was *gone) {
	g.key = was.key
	for h, refused := range was.hashes {
		if refused {
			g.hashes[h] = true
		} else {
			delete(g.hashes, h)
		}
	}
}

// sorted are the hashes in order.
func (g *gone) sorted() (out [][]byte) {
	for h := range g.hashes {
		out = append(out, h[:])
	}
	slices.SortFunc(out, bytes.Compare)
	return out
}
