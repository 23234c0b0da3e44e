package account_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
	"github.com/servicerecovery/amends/recovery/internal/review"
	"github.com/servicerecovery/amends/recovery/ledger"
)

const keepsHighest = `amends: v1
playbook: p
review_by: 2037-06-30
limits: [{of: compensate, keep: highest}]
plays:
  - id: fixed
    approach: standardised-response
    when: incident.failure == "late"
    do: [{compensate: {amount: 10 EUR}}]
  - id: dear
    approach: case-by-case
    when: incident.severity == 5
    discretion: {decider: lead, within: 6h, options: [{compensate: {amount: {from: 1 EUR, to: 90 EUR}}}]}
`

// TestWithdrawnByAChoice holds that what a choice takes back is no longer counted as given, by any table and
// any figure.
func TestWithdrawnByAChoice(t *testing.T) {
	for _, x := range []struct{ chosen, want string }{{"40 EUR", "40.00 EUR"}, {"90 EUR", "90.00 EUR"}} {
		dir, ctx := t.TempDir(), context.Background()
		l, err := ledger.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		engine, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(keepsHighest)}}, recovery.WithStore(l), recovery.WithClock(func() time.Time { return start }))
		if err != nil {
			t.Fatal(err)
		}
		d, err := engine.Handle(ctx, recovery.Incident{ID: "A", Service: "s", Failure: "late", Severity: 5, OccurredAt: start})
		if err == nil {
			_, err = engine.Choose(ctx, recovery.Selection{Incident: "A", Choice: d.Choices[0].ID, By: "Rosa", Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney(x.chosen)}}})
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		sum := recovery.MustMoney("0 EUR")
		err = account.Walk(ctx, dir, account.Options{Now: start}, account.Rows{Action: func(a *account.Action) (err error) {
			if a.Latest && a.Is.Change != recovery.ChangeCancelled {
				sum, err = sum.Add(a.Is.Amount)
			}
			return err
		}})
		if err != nil || sum.String() != x.want {
			t.Errorf("chose %s: the actions that stand come to %s, want %s: %v", x.chosen, sum, x.want, err)
		}
		r, err := review.Run(ctx, dir, review.Defaults(start))
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range [][]review.Amount{r.AtAGlance.Redress, r.Costs.Promised, r.Costs.ByKind[0].Promised} {
			if len(got) != 1 || got[0].String() != x.want {
				t.Errorf("chose %s: review says %v, want %s", x.chosen, got, x.want)
			}
		}
	}
}
