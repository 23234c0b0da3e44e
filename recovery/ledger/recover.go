package ledger

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// recover reads the ledger, cuts off a torn tail, and finishes an erasure that
// was interrupted. Where something is damaged, nothing is changed.
func (l *Ledger) recover() error {
	var err error
	if l.log, err = openLog(l.dir, 1); err != nil {
		return err
	}
	if l.tail, err = log.OpenTail(l.log, l.lock); err != nil {
		return err
	}
	var r *loader
	var w *log.Walk
	err = fromSnapshot(l.dir, l.log, true, func(s *snapshot, from *log.Walk) error {
		r, w = &loader{Audit: log.NewAudit(l.log), l: l}, from
		if err := l.begin(s); err != nil {
			return err
		}
		r.wanted = l.index.wanted()
		w.Digests, w.Work, w.Visit = true, func(t *log.Item) { parse(t, r.wanted) }, r.apply
		return cmp.Or(r.Run(context.Background(), w), r.err)
	})
	if err != nil {
		return err
	}
	l.next, l.head = w.Seq, w.Head
	l.confirmed, l.confirmedHead = l.next, l.head
	if l.index.base != nil {
		l.unread, l.unwiped = l.index.base.Size(), l.index.base.meta.Unwiped
	}
	if err := l.tail.Trim(w.Offset, w.Torn); err != nil {
		return err
	}
	if r.forgot {
		if err := l.decideSets(); err != nil {
			return err
		}
	}
	l.opened = true
	l.index.streams.settle(l.next)
	_ = l.dropIndexes(l.index.base) // one that stays is thrown away the next time too
	unfinished := append(r.Unfinished, l.unwiped...)
	slices.Sort(unfinished)
	return l.wipe(unfinished)
}

// begin empties what is known of the ledger, but for what a snapshot has.
func (l *Ledger) begin(s *snapshot) error {
	l.index, l.tree = indexOver(s), log.Tree{}
	l.sets, l.calendars = map[string]int64{}, map[string]int64{}
	l.erased.stand(s)
	l.gone = gone{}
	if s == nil {
		l.expect()
		return nil
	}
	maps.Copy(l.sets, s.meta.Sets)
	maps.Copy(l.calendars, s.meta.Calendars)
	l.gone = s.meta.gone()
	return cmp.Or(s.restore(&l.tree), l.restream(s))
}

// decideSets finds out which set decided first, where what is known of it may come from records that
// were to be erased.
func (l *Ledger) decideSets() error {
	l.index.sets = store.Sets{}
	return l.each(context.Background(), func(t *log.Item) error {
		about, err := whose(t)
		if err != nil || about.set == (store.ID{}) {
			return err
		}
		erased, err := l.erased.has(t.Head.Seq)
		if err == nil && !erased {
			l.index.sets.Decided(about.set, t.Head.Seq, about.newest)
		}
		return err
	})
}

// expect prepares the indexes of the facts that the last decisions asked for, so
// that they are filled while the ledger is read.
func (l *Ledger) expect() {
	const enough = 1000 // records
	s := l.log.Recent()
	if s == nil {
		return
	}
	var recent []log.Item
	for {
		items, err := s.Next()
		if err != nil {
			break // whatever is wrong, reading from the beginning finds it
		}
		recent = append(recent[max(0, len(recent)-enough):], items...)
	}
	for i := max(0, len(recent)-enough); i < len(recent); i++ {
		t := &recent[i]
		if t.Check(false); t.What == "" && t.Body == log.BodyWhole && t.Head.Kind == KindDecision {
			l.expectOf(t.Payload)
		}
	}
	l.log.Forget(0)
}

func (l *Ledger) expectOf(payload []byte) {
	given, err := parseGiven(payload)
	if err != nil {
		return
	}
	l.index.counts.Count(l.index.counts.Missing(given.Query.Facts)).Add()
}

// loader fills the index from the records.
type loader struct {
	*log.Audit
	l      *Ledger
	wanted map[string]bool
	forgot bool  // records were taken into the index that are to be erased
	err    error // of filling the index; an error that the audit finds is returned before it
}

// apply takes one record into the index. Records are applied in the order of the ledger.
func (r *loader) apply(t *log.Item) error {
	if err := r.Look(t); err != nil {
		return err
	}
	l := r.l
	seq := t.Head.Seq
	if err := l.index.base.see(t); err != nil {
		return err
	}
	l.tree.Add(t.Hash)
	if r.err != nil {
		return nil
	}
	if r.err = l.streamAgain(t); r.err != nil {
		return nil
	}
	switch made := t.Made.(type) {
	case *recovery.Refusal:
		if made.Incident != "" {
			l.index.refuse(store.Name(made.Namespace, made.Incident), seq)
		}
		r.err = l.index.apply(t, r.sum)
	case erasure:
		r.err = r.erase(&made)
	case string:
		if t.Head.Kind == KindSet {
			l.sets[made] = seq
		} else {
			l.calendars[made] = seq
		}
	default:
		r.err = l.index.apply(t, r.sum)
	}
	return nil
}

// sum sums up a decision that the index points to.
func (r *loader) sum(at ref) (*store.Decision, error) {
	return r.l.lookFor(at, func() map[string]bool { return r.wanted })
}

func (r *loader) erase(e *erasure) error {
	r.l.erased.add(e.records)
	for _, seq := range e.records {
		if r.Changed[seq] != nil {
			continue // it was not taken into the index
		}
		if err := r.forget(seq); err != nil {
			return err
		}
	}
	r.l.index.counts.Reserve(e.reserves)
	r.l.gone.change(e)
	return nil
}

// forget takes the incident of a record out of the index. The record was to be erased, and an
// interruption has left its payload in the file.
func (r *loader) forget(seq int64) error {
	f, err := r.l.log.Find(seq)
	if err != nil {
		return err
	}
	if f.Erased() {
		return nil
	}
	t := log.Item{Frame: f}
	t.Check(false)
	about, err := whose(&t)
	if err != nil {
		return err
	}
	r.forgot = true
	r.l.index.streams.forget(about.namespace, about.id)
	r.l.index.unrefuse(about.incident, seq)
	th, err := r.l.index.find(about.incident)
	if err != nil || th == nil {
		return err
	}
	from, err := th.standing(r.sum)
	if err != nil {
		return err
	}
	r.l.index.counts.Shift(th.number, from, store.Standing{})
	r.l.index.forget(about.incident)
	return nil
}

// build begins to count the kinds of facts that were not asked for before. It reads the ledger
// for that.
func (l *Ledger) build(missing []store.FactKind) error {
	if len(missing) == 0 {
		return nil
	}
	wanted := l.index.wanted()
	want(wanted, missing)
	b := builder{l: l, counting: l.index.counts.Count(missing), look: func(r ref) (*store.Decision, error) {
		return l.lookFor(r, func() map[string]bool { return wanted })
	}}
	// Each incident is looked at once, where its latest decision stands.
	visit := func(t *log.Item) error {
		s, _ := t.Made.(*store.Decision)
		return b.add(s)
	}
	w := &log.Walk{Scanner: log.Scanner{Log: l.log, Until: l.confirmed}, Visit: visit, Work: func(t *log.Item) {
		if t.Body == log.BodyWhole && t.Head.Kind == KindDecision {
			t.Made, _ = parseSummary(t.Head.Seq, t.Payload, wanted)
		}
	}}
	if l.confirmed > 0 {
		if err := w.Run(context.Background()); err != nil {
			return fmt.Errorf("looking for what facts count: %w", err)
		}
	}
	for _, s := range l.fresh {
		if err := b.add(s); err != nil {
			return err
		}
	}
	b.counting.Add()
	return nil
}

type builder struct {
	l        *Ledger
	counting *store.Counting
	look     lookup
}

// add counts an incident where s is its latest decision.
func (b *builder) add(s *store.Decision) error {
	if s == nil || s.Choice != nil {
		return nil
	}
	t, err := b.l.index.find(s.Name())
	if err != nil || t == nil || t.latest.seq != s.Number {
		return err
	}
	made, err := each(t.standingChoices(), b.look)
	if err != nil {
		return err
	}
	b.counting.Stands(t.number, store.Standing{Latest: s, Made: made})
	return nil
}
