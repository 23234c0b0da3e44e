package recovery_test

import (
	"context"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

// TestAMonthlyCap claims old failures and raises amounts from January on. What counts under the cap
// of a month is what was given in it.
func TestAMonthlyCap(t *testing.T) {
	const capped = `
facts:
  credited: {sum: refund, currency: EUR, same: [customer.id], last: month%s}
limits: [{of: refund, at_most: 20 EUR, counting: credited}]
plays:
  - id: pay
    approach: standardised-response
    when: incident.severity > 1
    cases:
      - when: incident.severity == 2
        do: [{refund: {amount: 5 EUR}}]
      - when: incident.severity == 3
        do: [{refund: {amount: 15 EUR}}]
  - id: call
    approach: standardised-response
    when: "true"
    do: [{callback: {}}]
`
	// A step is a day, an incident, its severity or again, and the refund that is wanted. Every incident
	// occurred in a month of its own, in the year before.
	given := []struct{ step, want string }{
		{"01-05 A 2", "5.00"},
		{"01-06 B 2", "5.00"},
		{"01-07 C 3", "10.00"}, // the rest of January
		{"01-08 D 2", "none"},
		{"02-01 D 2", "none"}, // a retry
		{"02-01 D again", "5.00"},
		{"02-02 A 3", "15.00"}, // it rises by 10 in February
		{"02-03 E 3", "5.00"},
		{"02-04 F 2", "none"},
		{"02-05 A 2", "5.00"}, // it falls, and what it rose by is free again
		{"02-06 F 3", "10.00"},
		{"02-07 D 1", "none"}, // cancelled
		{"02-08 D 2", "5.00"}, // and given again, in February
		{"02-09 G 2", "none"},
		{"03-01 G 3", "15.00"},
	}
	occurred := []struct{ step, want string }{
		{"01-05 A 2", "5.00"}, {"01-06 B 3", "15.00"}, {"01-07 C 3", "15.00"}, {"01-08 D 3", "15.00"}, {"01-09 E 3", "15.00"},
	}
	for by, steps := range map[string][]struct{ step, want string }{"": given, ", by: occurred": occurred} {
		d := newDesk(t, replaced(capped, by))
		for _, s := range steps {
			f := strings.Fields(s.step)
			d.now = at("2026-" + f[0] + "T12:00:00Z")
			var out *recovery.Decision
			if f[2] == "again" {
				var err error
				if out, err = d.Again(context.Background(), f[1]); err != nil {
					t.Fatal(err)
				}
			} else {
				out = d.handle(recovery.Incident{
					ID: f[1], Severity: int(f[2][0] - '0'), Customer: recovery.Customer{ID: "C"},
					OccurredAt: at("2025-03-01T12:00:00Z").AddDate(0, int(f[1][0]-'A'), 0),
				})
			}
			got := "none"
			for _, a := range out.Actions {
				if a.Type == "refund" && a.Change != recovery.ChangeCancelled {
					got = a.Amount.Decimal()
				}
			}
			if got != s.want {
				t.Errorf("%q, %s: got %s, want %s", by, s.step, got, s.want)
			}
		}
	}
}

// TestAgainKeepsParts decides again without a change: what was given keeps its times.
func TestAgainKeepsParts(t *testing.T) {
	d := newDesk(t, paying)
	d.handle(recovery.Incident{Severity: 2})
	for day, severity := range []int{3, 3, 4, 2, 3} {
		d.now = d.now.AddDate(0, 0, day)
		d.handle(recovery.Incident{Severity: severity, Summary: d.now.String()})
	}
	q := recovery.FactQuery{Name: "f", Sum: "refund", Currency: "EUR"}
	for since, want := range map[string]string{"2026-03-01T00:00:00Z": "10 EUR", "2026-03-03T00:00:00Z": "5 EUR", "2026-03-12T09:00:00Z": "5 EUR", "2026-03-12T09:00:01Z": "0 EUR"} {
		q.From = at(since)
		given, _, err := d.store.Read(context.Background(), recovery.Query{Facts: []recovery.FactQuery{q}})
		if err != nil || given.Facts[0] != recovery.MustMoney(want) {
			t.Errorf("since %s: got %v, %v, want %s", since, given.Facts, err, want)
		}
	}
}
