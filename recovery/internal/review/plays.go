package review

import (
	"context"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/account"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// Played is what came of one play in a period.
type Played struct {
	Decisions int64            // that it had a part in
	Cases     map[string]int64 // by the case that held; no name: none did, or it has none
	Promised  []Amount         // redress that stands, by currency
	Reported  []Amount
	Promises  Kept
	Left      int64 // choices that it left to somebody
	Made      int64

	promised, reported amounts
	kept               kept
}

// Plays says what came of each play, by playbook/play.
func Plays(ctx context.Context, dir string, scope ledger.Scope, now time.Time) (map[string]*Played, error) {
	p := played{now: now, plays: map[string]*Played{}}
	err := account.Walk(ctx, dir, account.Options{Now: now, Scope: scope}, account.Rows{
		Decision: p.decision, Action: p.action, Promise: p.promise, Choice: p.choice,
	})
	for _, x := range p.plays {
		x.Promised, x.Reported, x.Promises = x.promised.list(), x.reported.list(), x.kept.finish()
	}
	return p.plays, err
}

type played struct {
	now   time.Time
	plays map[string]*Played
}

func (p *played) of(play string) *Played {
	if p.plays[play] == nil {
		p.plays[play] = &Played{Cases: map[string]int64{}}
	}
	return p.plays[play]
}

func (p *played) decision(x *account.Decision) error {
	for _, m := range x.Is.Plays {
		of := p.of(m.Play)
		of.Decisions++
		of.Cases[m.Case]++
	}
	return nil
}

func (p *played) action(x *account.Action) error {
	if stands(x) && isRedress(x.Is) && len(x.Is.Plays) > 0 {
		of := p.of(x.Is.Plays[0])
		of.promised.add(x.Is.Amount)
		of.reported.add(x.Reported)
	}
	return nil
}

func (p *played) promise(x *account.Promise) error {
	p.of(x.Is.Play).kept.add(x, !x.Is.DueAt.After(p.now))
	return nil
}

func (p *played) choice(x *account.Choice) error {
	of := p.of(x.Is.Play)
	of.Left++
	if x.State == account.ChoiceMade {
		of.Made++
	}
	return nil
}

// Sums are what was promised and what was reported, in words; both are empty where the play gave no
// money.
func (p *Played) Sums() (promised, reported string) {
	if len(p.Promised) == 0 {
		return "", ""
	}
	return sum(p.Promised), sum(p.Reported)
}
