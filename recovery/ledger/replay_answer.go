package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// engine returns the engine that decides by a set. It is nil when the set is not archived.
func (r *replayer) engine(digest string) (*recovery.Engine, error) {
	if r.other != nil {
		return r.other, nil
	}
	a := r.sets[digest]
	if a == nil {
		return nil, nil
	}
	a.once.Do(func() {
		var t log.Item
		if t, a.err = whole(r.log, a.seq); a.err != nil {
			return
		}
		if _, a.err = checkSet(t.Payload); a.err != nil {
			return
		}
		_, files, _ := parseSet(t.Payload)
		var set fs.FS
		if set, a.err = setFS(files); a.err == nil {
			a.engine, a.err = recovery.Load(set)
		}
	})
	return a.engine, a.err
}

func (r *replayer) calendar(name string) (*worktime.Calendar, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c, ok := r.read[name]; ok {
		return c, nil
	}
	seq, ok := r.calendars[name]
	if !ok {
		return nil, ErrNotFound
	}
	c, err := calendarIn(r.log, seq)
	r.read[name] = c
	return c, err
}

func (r *replayer) record(seq int64) (*recovery.Record, error) {
	t, err := whole(r.log, seq)
	if err != nil {
		return nil, err
	}
	return readRecord(t.Payload, r.calendar)
}

// errAsksPast says that a record can only be decided once the past was built up to it.
var errAsksPast = errors.New("it asks for what was not read")

// answer gives what was read when the decision was made.
func (r *replayer) answer(x *task, was *recovery.Record, q recovery.Query) (g recovery.Given, err error) {
	if len(q.Precedents) > 0 {
		g.Precedents, err = r.precedents(x, was, q.Precedents)
		return g, err
	}
	if x.given.Previous >= 0 {
		if g.Previous, err = r.record(x.given.Previous); err != nil {
			return g, err
		}
	}
	for _, seq := range x.given.Made {
		m, err := r.record(seq)
		if err != nil {
			return g, err
		}
		g.Made = append(g.Made, *m)
	}
	g.UpdatedAt, g.Stream = x.given.UpdatedAt, x.given.Stream
	for _, report := range x.given.Reports {
		report.Namespace, report.Incident = was.Decision.Namespace, was.Decision.Incident
		g.Reports = append(g.Reports, report)
	}
	return g, r.facts(x, was, q, &g)
}

// precedents are those that the record has, or those that stood when the decision was made.
func (r *replayer) precedents(x *task, was *recovery.Record, asked []recovery.PrecedentQuery) ([]store.Precedents, error) {
	out := make([]store.Precedents, len(asked))
	for i := range asked {
		at := slices.IndexFunc(x.given.Query.Precedents, func(y recovery.PrecedentQuery) bool { return samePrecedents(y, asked[i]) })
		if at >= 0 && summedUp(&x.given.Precedents[at]) {
			out[i] = x.given.Precedents[at]
			continue
		}
		chosen, err := r.choices.before(&asked[i], x.given.Seen, nameOf(was.Decision))
		if err != nil {
			return nil, err
		}
		if at >= 0 && x.given.Precedents[at].Count != len(chosen) {
			return nil, fmt.Errorf("%d of its precedents: %w", x.given.Precedents[at].Count-len(chosen), ErrErased)
		}
		out[i] = store.Summarise(chosen)
	}
	return out, nil
}

// summedUp reports whether a record has more of its precedents than their count.
func summedUp(p *store.Precedents) bool { return p.Count == 0 || len(p.Recent) > 0 }

// forget reduces the expected number of precedents by those that were erased since, and returns how
// many were erased. The decision can then be made from the rest.
func (r *replayer) forget(given *Read, incident string) (n int, err error) {
	for i := range given.Query.Precedents {
		if summedUp(&given.Precedents[i]) {
			continue
		}
		left, err := r.choices.before(&given.Query.Precedents[i], given.Seen, incident)
		if err != nil {
			return 0, err
		}
		n += given.Precedents[i].Count - len(left)
		given.Precedents[i].Count = len(left)
	}
	return n, nil
}

func (r *replayer) facts(x *task, was *recovery.Record, q recovery.Query, g *recovery.Given) error {
	g.Facts, g.Use = make([]any, len(q.Facts)), make([]int64, len(q.Use))
	older := was.Decision.Semantics != recovery.Semantics
	for i := range q.Facts {
		f := &q.Facts[i]
		at := slices.IndexFunc(x.given.Query.Facts, func(y recovery.FactQuery) bool { return sameFact(y, *f) || older && sameButWhen(y, *f) })
		switch {
		case at >= 0:
			g.Facts[i] = x.given.Facts[at]
		case r.past == nil:
			return fmt.Errorf("it asks for the fact %s, which was not read", f.Name)
		case !x.inTime:
			return errAsksPast
		default:
			var err error
			if g.Facts[i], err = r.past.fact(x.seq, nameOf(was.Decision), f); err != nil {
				return err
			}
		}
	}
	for i, u := range q.Use {
		at := slices.IndexFunc(x.given.Query.Use, func(y recovery.UseQuery) bool {
			return y.Partner == u.Partner && y.Direction == u.Direction && y.From.Equal(u.From) && y.Until.Equal(u.Until)
		})
		switch {
		case at >= 0:
			g.Use[i] = x.given.Use[at]
		case r.past == nil:
			return fmt.Errorf("it asks for the use of partner %s, which was not read", u.Partner)
		case !x.inTime:
			return errAsksPast
		default:
			var err error
			if g.Use[i], err = r.past.used(x.seq, nameOf(was.Decision), u); err != nil {
				return err
			}
		}
	}
	return nil
}

func sameFact(a, b recovery.FactQuery) bool {
	return a.Count == b.Count && a.Occurred == b.Occurred && a.Sum == b.Sum && a.Of == b.Of && a.Currency == b.Currency && a.From.Equal(b.From) && slices.Equal(a.Same, b.Same)
}

// sameButWhen takes facts for the same that differ only in what says when something counts, which
// versions of the semantics read otherwise.
func sameButWhen(a, b recovery.FactQuery) bool {
	a.Occurred = b.Occurred
	return sameFact(a, b)
}

func samePrecedents(a, b recovery.PrecedentQuery) bool {
	return store.PrecedentKey("", a.Play, a.Comparable) == store.PrecedentKey("", b.Play, b.Comparable)
}

// past answers queries that a decision did not read when it was made, as the ledger stood before its
// record. It is built when such a query comes for the first time.
type past struct {
	log    *log.Log
	index  *index
	wanted map[string]bool
	kept   bool
}

func newPast(from *log.Log) *past { return &past{log: from, index: newIndex()} }

// add takes in a decision, in the order of the ledger.
func (p *past) add(seq int64, payload []byte) error {
	if !p.kept {
		return nil
	}
	s, err := parseSummary(seq, payload, p.wanted)
	if err != nil {
		return err
	}
	return p.index.take(s, p.look)
}

func (p *past) look(r ref) (*store.Decision, error) {
	t, err := whole(p.log, r.seq)
	if err != nil {
		return nil, err
	}
	return parseSummary(r.seq, t.Payload, p.wanted)
}

// fact answers a fact. The first fact of a kind reads all earlier records again.
func (p *past) fact(seq int64, incident string, q *recovery.FactQuery) (any, error) {
	if missing := p.index.counts.Missing([]recovery.FactQuery{*q}); len(missing) > 0 {
		fresh := newIndex()
		fresh.counts.Count(append(p.index.counts.Kinds(), missing...)).Add()
		if err := p.keep(seq, fresh); err != nil {
			return nil, err
		}
	}
	number, own, err := p.own(incident)
	if err != nil {
		return nil, err
	}
	return p.index.counts.Fact(q, number, own)
}

// keep fills a fresh index with everything before a record.
func (p *past) keep(seq int64, fresh *index) error {
	p.index, p.wanted, p.kept = fresh, fresh.wanted(), true
	if seq == 0 {
		return nil
	}
	w := &log.Walk{Scanner: log.Scanner{Log: p.log, Until: seq}, Visit: func(t *log.Item) error {
		if t.Body != log.BodyWhole || t.Head.Kind != KindDecision {
			return nil
		}
		return p.add(t.Head.Seq, t.Payload)
	}}
	return w.Run(context.Background())
}

// used answers how many units of a partner were reserved.
func (p *past) used(seq int64, incident string, q recovery.UseQuery) (int64, error) {
	if !p.kept {
		if err := p.keep(seq, newIndex()); err != nil {
			return 0, err
		}
	}
	_, own, err := p.own(incident)
	if err != nil {
		return 0, err
	}
	return p.index.counts.Use(&q, own)
}

func (p *past) own(incident string) (int, store.Standing, error) {
	t, err := p.index.find(incident)
	if err != nil || t == nil {
		return store.Stranger, store.Standing{}, err
	}
	own, err := t.standing(p.look)
	return t.number, own, err
}
