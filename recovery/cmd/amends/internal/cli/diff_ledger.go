package cli

import (
	"context"
	"fmt"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/input"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/diff"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/internal/zoned"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// ledgerNotes say what --ledger compares.
const ledgerNotes = `With --ledger, one case is the latest decision of an incident: it says all that the
customer is promised, so that money is not counted twice where an incident was
decided again. It is decided anew by both sets at the time on record, with the
facts, the partners' use, the precedents, the previous decision, the choices and the
reports that were read then; what a set asks for beyond is answered as the ledger
stood just before. Choices by people are not made again, and their money counts on
neither side; where a set takes one back, that is told. Refusals are not decided again, and what was erased cannot be; both are counted.
Memory grows by a bit a record and with the choices; where a set asks for facts or
partners that were not read then, also by some 400 bytes an incident.`

// revisit decides what a ledger holds by both sides on every core and sums up.
func (d *diffFlags) revisit(h command.Host, old, now *diff.Side) (*diff.Impact, error) {
	scope, err := d.scope.Of(d.ledger, zoned.Of(now.Set()).Shared())
	if err != nil {
		return nil, err
	}
	impact := diff.NewImpact(d.examples)
	pool := &comparers{old: old, now: now}
	fields := input.NewUndeclaredFields(input.DeclaredBy(old.Set(), now.Set()))
	show := term.NewProgress(h.Stderr, nil, "decided anew")
	found, err := ledger.Revisit(context.Background(), d.ledger, ledger.RevisitOptions{Scope: scope, Progress: show.Show, Decide: func(x *ledger.Case) (func() error, error) {
		c, err := pool.take()
		if err != nil {
			return nil, err
		}
		defer pool.put(c)
		v, err := c.Again(fmt.Sprintf("record %d", x.Seq), x.Record, x.Given)
		var in recovery.Incident
		if err == nil {
			err = in.UnmarshalJSON(x.Record.Incident)
		}
		undeclared := fields.Declared.Undeclared(in)
		return func() error {
			impact.Add(v)
			fields.Add(undeclared)
			return nil
		}, err
	}})
	show.End()
	if err != nil {
		return nil, stores.Placed(d.ledger, err)
	}
	impact.Finish()
	fields.Say(h)
	impact.Origin = diff.Origin{
		Ledger: d.ledger, Earlier: int(found.Earlier), Outside: int(found.Outside), Choices: int(found.Choices), Refusals: int(found.Refusals),
		Erased: int(found.Erased), Forgotten: int(found.Forgotten),
	}
	return impact, nil
}
