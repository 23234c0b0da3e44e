package ledger

import (
	"context"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

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
