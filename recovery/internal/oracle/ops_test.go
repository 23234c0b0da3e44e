package oracle

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// oOp is one thing that is done in both, in a form in which it can be done once more in a story from
// which other things were left out. Where it makes no sense any more, it does nothing.
type oOp struct {
	at   time.Time
	what string     // for who reads the story
	in   *oIncident // what is told; nil: something else is done
	do   func(b *oBench) string
}

// do does something in both. The result says where they differ.
func (b *oBench) do(o *oOp) string {
	if o == nil {
		return ""
	}
	o.at = b.now
	b.acts = append(b.acts, o)
	return o.do(b)
}

// told is a version of an incident.
func (b *oBench) told(in *oIncident) *oOp {
	return &oOp{in: in, do: func(b *oBench) string { return b.compare(in) }}
}

// owed looks at the agenda of an incident, now or some time later.
func (b *oBench) owed(in *oIncident) *oOp {
	id := in.text("id")
	if b.latest[id] == nil {
		return nil
	}
	now := b.now.Add(time.Duration(b.dice.IntN(3000)) * time.Minute)
	if b.dice.chance(30) {
		now = b.now
	}
	return &oOp{what: "agenda of " + id + " at " + timeText(now), do: func(b *oBench) string { return b.compareAgenda(id, now) }}
}

// reload lets a changed set decide from now on.
func (b *oBench) reload() *oOp {
	dice := b.dice.copy()
	_, same := madeUp(b.seed, b.rich)
	b.dice.change(same) // as many throws
	return &oOp{what: "another set", do: func(b *oBench) string {
		_, set := madeUp(b.seed, b.rich)
		shaped := b.shape.of(set)
		dice.copy().change(set)
		shaped()
		if err := b.use(set); err != nil {
			return "the changed set does not load: " + err.Error()
		}
		return ""
	}}
}

// again decides a stored incident again in both.
func (b *oBench) again() *oOp {
	ids := slices.Sorted(maps.Keys(b.world.lives))
	if len(ids) == 0 {
		return nil
	}
	id := pick(b.dice, ids...)
	return &oOp{what: "again " + id, do: func(b *oBench) string {
		if b.world.lives[id] == nil {
			return ""
		}
		in := b.world.lives[id].latest().raw
		got, err := b.engine.Again(context.Background(), id)
		want, how, refusal := b.world.again(id, b.now)
		return b.compareHandled("Again "+id, in, want, how, refusal, got, err)
	}}
}

// oOpen is something that can be reported done.
type oOpen struct {
	id  string
	act *oAct
	n   int // which effect it means; -1: it is a step
}

func (b *oBench) reportables() (all []oOpen) {
	for _, id := range slices.Sorted(maps.Keys(b.world.lives)) {
		l := b.world.lives[id]
		for _, a := range l.given() {
			effects := l.effects(a.key, b.now)
			if len(effects) == 0 {
				continue
			}
			if reportable(effects) {
				all = append(all, oOpen{id, a, len(effects) - 1})
			}
			for _, step := range append(slices.Clone(a.ifLate), a.remind...) {
				if from := step.asks[0].from; !from.IsZero() && from.Before(b.now) {
					all = append(all, oOpen{id, step, -1})
				}
			}
		}
	}
	return all
}

// report makes up a report on something that was given.
func (b *oBench) report() *oOp {
	all := b.reportables()
	if len(all) == 0 {
		return nil
	}
	o := pick(b.dice, all...)
	p := oReport{key: o.act.key, effect: o.n, outcome: recovery.OutcomeDone, at: b.now.Add(-time.Duration(b.dice.IntN(300)) * time.Minute)}
	if b.dice.chance(25) {
		p.outcome = pick(b.dice, recovery.OutcomeFailed, recovery.OutcomeUndone)
	}
	if b.dice.chance(10) {
		p.at = b.now.Add(time.Duration(b.dice.IntN(300)) * time.Minute)
	}
	if o.n < 0 && p.at.Before(o.act.asks[0].from) {
		p.at = o.act.asks[0].from
	}
	if o.act.amount != nil && p.outcome == recovery.OutcomeDone && b.dice.chance(40) {
		m := pick(b.dice, recovery.MustMoney("1 EUR"), *o.act.amount)
		if m.Currency() == o.act.amount.Currency() {
			p.amount = &m
		}
	}
	what := fmt.Sprintf("report on %s %s: %s %s, at %s", o.id, o.act.key, p.outcome, moneyText(p.amount), timeText(p.at))
	return &oOp{what: what, do: func(b *oBench) string { return b.reported(o.id, p) }}
}

// reported reports something to both, if it is still there to be reported.
func (b *oBench) reported(id string, p oReport) string {
	at := slices.IndexFunc(b.reportables(), func(o oOpen) bool { return o.id == id && o.act.key == p.key })
	if at < 0 {
		return ""
	}
	p.effect = b.reportables()[at].n
	report := recovery.Report{Incident: id, Action: b.ids[p.key], Outcome: p.outcome, At: p.at}
	if p.amount != nil {
		report.Amount = *p.amount
	}
	b.world.lives[id].reports = append(b.world.lives[id].reports, &p)
	if err := b.engine.Report(context.Background(), report); err != nil {
		return fmt.Sprintf("Report %+v of %s: %v", report, p.key, err)
	}
	return ""
}
