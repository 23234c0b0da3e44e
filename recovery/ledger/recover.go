package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// recover reads the ledger, cuts off a torn tail, and finishes an erasure that
// was interrupted. Where something is damaged, nothing is changed.
func (l *Ledger) recover() error {
	var err error
	if l.log, err = openLog(l.dir, 1); err != nil {
		return err
	}
	l.tail = tail{dir: l.dir, lock: l.lock, segment: l.log.count() - 1}
	if err := l.tail.open(l.log); err != nil {
		return err
	}
	l.expect()
	r := loader{audit: newAudit(l.log), l: l, wanted: l.index.wanted()}
	w := &walk{scanner: scanner{log: l.log}, digests: true, work: func(t *item) { t.parse(r.wanted) }, visit: r.apply}
	if err := cmp.Or(r.run(context.Background(), w), r.err); err != nil {
		return err
	}
	l.next, l.head = w.seq, w.head
	l.confirmed, l.confirmedHead = l.next, l.head
	if err := l.tail.trim(l.log, w.offset, w.torn); err != nil {
		return err
	}
	return l.wipe(r.unfinished)
}

// expect prepares the indexes of the facts that the last decisions asked for, so
// that they are filled while the ledger is read.
func (l *Ledger) expect() {
	const enough = 1000 // records
	last := l.log.count() - 1
	if last < 0 {
		return
	}
	s := scanner{log: l.log, segment: last, seq: l.log.segment(last).first}
	if l.log.segment(last).first > 0 && last > 0 {
		s.segment, s.seq = last-1, l.log.segment(last-1).first // the last one may be short
	}
	var recent []item
	for {
		items, err := s.next()
		if err != nil {
			break // whatever is wrong, reading from the beginning finds it
		}
		recent = append(recent[max(0, len(recent)-enough):], items...)
	}
	for i := max(0, len(recent)-enough); i < len(recent); i++ {
		t := &recent[i]
		if t.check(false); t.what == "" && t.body == bodyWhole && t.head.kind == KindDecision {
			l.expectOf(t.payload)
		}
	}
	l.log.forget(0)
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
	*audit
	l      *Ledger
	wanted map[string]bool
	err    error // of the index. What the audit finds comes before it
}

// apply is done in order.
func (r *loader) apply(t *item) error {
	if err := r.look(t); err != nil {
		return err
	}
	l := r.l
	seq := t.head.seq
	l.tree.add(t.hash)
	if r.err != nil {
		return nil
	}
	switch made := t.made.(type) {
	case *store.Decision:
		r.err = r.decision(made)
	case []recovery.Report:
		r.report(seq, made)
	case erasure:
		r.err = r.erase(&made)
	case string:
		if t.head.kind == KindSet {
			l.sets[made] = seq
		} else {
			l.calendars[made] = seq
		}
	}
	return nil
}

func (r *loader) report(seq int64, list []recovery.Report) {
	for _, report := range list {
		th := r.l.index.open(report.Incident)
		m := th.more()
		if !slices.Contains(m.reports, seq) {
			m.reports = append(m.reports, seq)
		}
		th.extras = m
	}
}

func (r *loader) decision(s *store.Decision) error {
	return r.l.index.take(s, r.sum)
}

// sum sums up a decision that the index points to.
func (r *loader) sum(at ref) (*store.Decision, error) {
	return r.l.lookFor(at, func() map[string]bool { return r.wanted })
}

func (r *loader) erase(e *erasure) error {
	for _, seq := range e.records {
		if r.changed[seq] != nil {
			continue // it was not taken into the index
		}
		if err := r.forget(seq); err != nil {
			return err
		}
	}
	r.l.index.counts.Reserve(e.reserves)
	return nil
}

// forget takes a record out of the index that was to be erased, and is still
// there.
func (r *loader) forget(seq int64) error {
	f, err := r.l.log.find(seq)
	if err != nil {
		return err
	}
	if f.erased() {
		return nil
	}
	t := item{frame: f}
	t.check(false)
	incident, _, err := whose(&t)
	if err != nil {
		return err
	}
	th := r.l.index.threads[incident]
	if th == nil {
		return nil
	}
	from, err := th.standing(r.sum)
	if err != nil {
		return err
	}
	r.l.index.counts.Shift(th.number, from, store.Standing{})
	delete(r.l.index.threads, incident)
	return nil
}

// build begins to count the kinds of facts that were not asked for before. It goes
// through the ledger.
func (l *Ledger) build(facts []recovery.FactQuery) error {
	missing := l.index.counts.Missing(facts)
	if len(missing) == 0 {
		return nil
	}
	wanted := l.index.wanted()
	want(wanted, missing)
	b := builder{l: l, counting: l.index.counts.Count(missing), look: func(r ref) (*store.Decision, error) {
		return l.lookFor(r, func() map[string]bool { return wanted })
	}}
	// Each incident is looked at once, where its latest decision stands.
	visit := func(t *item) error {
		s, _ := t.made.(*store.Decision)
		return b.add(s)
	}
	w := &walk{scanner: scanner{log: l.log, until: l.confirmed}, visit: visit, work: func(t *item) {
		if t.body == bodyWhole && t.head.kind == KindDecision {
			t.made, _ = parseSummary(t.head.seq, t.payload, wanted)
		}
	}}
	if l.confirmed > 0 {
		if err := w.run(context.Background()); err != nil {
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
	t := b.l.index.threads[s.Incident]
	if t == nil || t.latest.seq != s.Number {
		return nil
	}
	made, err := each(t.standingChoices(), b.look)
	if err != nil {
		return err
	}
	b.counting.Stands(t.number, store.Standing{Latest: s, Made: made})
	return nil
}
