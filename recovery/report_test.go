package recovery_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

// paying gives so much as a severity says, and nothing at severity 1.
const paying = `
plays:
  - id: pay
    approach: standardised-response
    when: incident.severity > 1
    cases:
      - when: incident.severity == 2
        do: [{refund: {amount: 5 EUR}}]
      - when: incident.severity == 3
        do: [{refund: {amount: 10 EUR}}]
      - when: incident.severity == 4
        do: [{refund: {amount: 15 EUR}}]
      - when: incident.severity == 5
        do: [{refund: {amount: 10 USD}}]
  - id: call
    approach: standardised-response
    when: "true"
    do: [{callback: {within: 1h, if_late: [{escalate: {to: lead}}]}}]
`

// TestWhatWasGivenAlready tells lives of one refund. A step is a severity to decide by, or a report:
// its outcome and, behind it, an amount.
func TestWhatWasGivenAlready(t *testing.T) {
	cases := map[string]struct{ steps, want string }{
		"in doubt counts":                      {"2 3", "10.00 already 5.00"},
		"done counts":                          {"2 done 3", "10.00 already 5.00"},
		"failed does not":                      {"2 failed 3", "10.00 already 0.00"},
		"undone does not":                      {"2 done undone 3", "10.00 already 0.00"},
		"undone in part":                       {"3 done undone:4 4", "15.00 already 6.00"},
		"undone in doubt":                      {"3 undone:4 4", "15.00 already 6.00"},
		"a cancellation takes nothing off":     {"3 1 3", "10.00 already 10.00"},
		"a cancellation that was undone":       {"3 1 undone 3", "10.00 already 0.00"},
		"a cancellation that was done":         {"3 1 done 3", "10.00 already 10.00"},
		"a cancelled one that was done before": {"3 done 1 undone 3", "10.00 already 0.00"},
		"a lowered amount":                     {"3 2 3", "10.00 already 10.00"},
		"a lowered amount, taken back":         {"3 done 2 undone 3", "10.00 already 5.00"},
		"a lowered amount, taken back by name": {"3 2 undone:5 3", "10.00 already 5.00"},
		"given twice, one by one":              {"2 done 3 done 4", "15.00 already 10.00"},
		"two open, both given":                 {"2 3 done:10 4", "15.00 already 10.00"},
		"two open, one given":                  {"2 3 done:5 4", "15.00 already 10.00"},
		"two open, some given":                 {"2 3 done:7 4", "15.00 already 10.00"},
		"two open, more given":                 {"2 3 done:12 4", "15.00 already 12.00"},
		"two open, the last failed":            {"2 3 failed 4", "15.00 already 5.00"},
		"more than the whole was given":        {"2 done:8 3 4", "15.00 already 10.00"},
		"the last report counts":               {"2 done failed 3", "10.00 already 0.00"},
		"failed and then done":                 {"2 failed done 3", "10.00 already 5.00"},
		"less was given than was due":          {"3 done:4 4", "15.00 already 4.00"},
		"another currency":                     {"2 5", "10.00 already 5.00"},
		"another currency and back":            {"2 5 2", "5.00 already 5.00"},
		"nothing before":                       {"2", "5.00 already nothing"},
		"many times over":                      {"3 1 3 1 3 1 2 3", "10.00 already 10.00"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, paying)
			var last *recovery.Decision
			refund := ""
			for _, step := range strings.Fields(c.steps) {
				d.now = d.now.Add(1e9)
				outcome, amount, _ := strings.Cut(step, ":")
				if len(step) == 1 {
					last = d.handle(recovery.Incident{Severity: int(step[0] - '0')})
					for _, a := range last.Actions {
						if a.Type == "refund" {
							refund = a.ID
						}
					}
					continue
				}
				r := recovery.Report{Incident: "T-1", Action: refund, Outcome: recovery.Outcome(outcome)}
				if amount != "" {
					r.Amount = recovery.MustMoney(amount + " EUR")
				}
				for range 2 { // saying it again changes nothing
					if err := d.Report(context.Background(), r); err != nil {
						t.Fatalf("%s: %v", step, err)
					}
				}
			}
			got := "nothing"
			for _, a := range last.Actions {
				if a.Type == "refund" && a.Already.IsSet() {
					got = a.Amount.Decimal() + " already " + a.Already.Decimal()
				} else if a.Type == "refund" {
					got = a.Amount.Decimal() + " already nothing"
				}
			}
			if got != c.want {
				t.Errorf("%s: got %s, want %s", c.steps, got, c.want)
			}
		})
	}
}

func TestReportsThatAreNotTaken(t *testing.T) {
	cases := map[string]struct {
		report recovery.Report
		want   string // empty: it is taken
	}{
		"two amounts are open":        {recovery.Report{Action: "refund"}, "amount: wanted how much was given, because several amounts are open, found nothing"},
		"undone, two are open":        {recovery.Report{Action: "refund", Outcome: "undone"}, "amount: wanted how much was taken back, because several amounts are open, found nothing"},
		"failed, two are open":        {recovery.Report{Action: "refund", Outcome: "failed"}, ""},
		"an amount in another":        {recovery.Report{Action: "refund", Amount: recovery.MustMoney("5 USD")}, "amount: wanted an amount in EUR, found 5.00 USD"},
		"an amount below zero":        {recovery.Report{Action: "refund", Amount: recovery.MustMoney("-5 EUR")}, "amount: wanted an amount that is not negative, found -5.00 EUR"},
		"an amount of nothing":        {recovery.Report{Action: "refund", Amount: recovery.MustMoney("0 EUR")}, ""},
		"an amount of a call":         {recovery.Report{Action: "callback", Amount: recovery.MustMoney("5 EUR")}, "amount: wanted no amount, because the action gives none, found 5.00 EUR"},
		"an unknown outcome":          {recovery.Report{Action: "callback", Outcome: "paid"}, `outcome: wanted done, failed or undone, found "paid"`},
		"a call":                      {recovery.Report{Action: "callback"}, ""},
		"a step that is not owed yet": {recovery.Report{Action: "escalate"}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, paying)
			d.handle(recovery.Incident{Severity: 2})
			ids := map[string]string{}
			for _, a := range d.handle(recovery.Incident{Severity: 3}).Actions {
				ids[a.Type] = a.ID
				for _, s := range a.IfLate {
					ids[s.Type] = s.ID
				}
			}
			c.report.Incident, c.report.Action = "T-1", ids[c.report.Action]
			err := d.Report(context.Background(), c.report)
			var wrong *recovery.ReportError
			switch {
			case c.want == "" && err != nil:
				t.Errorf("got %v", err)
			case c.want != "" && (!errors.As(err, &wrong) || wrong.Problem.String() != c.want):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestReportsOfWhatIsGone reports on an action, and on a step of another, that the incident's
// decisions stopped giving long ago.
func TestReportsOfWhatIsGone(t *testing.T) {
	d := newDesk(t, `
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do:
      - refund: {amount: 5 EUR}
      - resolve: {within: 1h, if_late: [{escalate: {to: lead}}]}
  - id: other
    approach: standardised-response
    fallback: true
    when: "true"
    do: [{callback: {}}]
`)
	first := d.handle(recovery.Incident{Failure: "late"})
	for i, failure := range []string{"lost", "broken", "wet"} {
		d.now = d.now.Add(1e9)
		d.handle(recovery.Incident{Failure: failure, Severity: i + 1})
	}
	for _, id := range []string{first.Actions[0].ID, first.Actions[1].ID, first.Actions[1].IfLate[0].ID} {
		if err := d.Report(context.Background(), recovery.Report{Incident: "T-1", Action: id}); err != nil {
			t.Error(err)
		}
	}
	var unknown *recovery.UnknownActionError
	if err := d.Report(context.Background(), recovery.Report{Incident: "T-1", Action: "act_other"}); !errors.As(err, &unknown) {
		t.Errorf("got %v, want an unknown action", err)
	}
}

// TestAReportThatComesAgain is redelivered after the amount was raised: it still means what it meant.
func TestAReportThatComesAgain(t *testing.T) {
	d := newDesk(t, paying)
	r := recovery.Report{Incident: "T-1", Action: d.handle(recovery.Incident{Severity: 2}).Actions[0].ID, At: d.now}
	report := func() {
		if err := d.Report(context.Background(), r); err != nil {
			t.Fatal(err)
		}
	}
	report()
	d.now = d.now.Add(1e9)
	d.handle(recovery.Incident{Severity: 3})
	report()
	d.now = d.now.Add(1e9)
	r.At, r.Outcome = d.now, recovery.OutcomeFailed // the raise
	report()
	d.now = d.now.Add(1e9)
	if got := d.handle(recovery.Incident{Severity: 4}).Actions[0].Already; got != recovery.MustMoney("5 EUR") {
		t.Errorf("already is %s, want 5 EUR", got)
	}
}

// TestOverpaid shows what was given beyond the amount, and takes it off once it was taken back.
func TestOverpaid(t *testing.T) {
	d := newDesk(t, paying)
	refund := d.handle(recovery.Incident{Severity: 3}).Actions[0].ID
	report := func(r recovery.Report) {
		t.Helper()
		d.now = d.now.Add(1e9)
		r.Incident, r.Action = "T-1", refund
		if err := d.Report(context.Background(), r); err != nil {
			t.Fatal(err)
		}
	}
	want := func(want string) {
		t.Helper()
		list, _, err := d.Agenda(context.Background(), "T-1")
		if err != nil {
			t.Fatal(err)
		}
		got := "none"
		for _, o := range list {
			if o.Action.Type == "refund" {
				if got = string(o.State); o.Over.IsSet() {
					got += " " + o.Over.String()
				}
			}
		}
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	want("due")
	report(recovery.Report{Amount: recovery.MustMoney("12 EUR")})
	want("overpaid 2.00 EUR")
	d.handle(recovery.Incident{Severity: 2})
	want("overpaid 7.00 EUR")
	report(recovery.Report{Outcome: recovery.OutcomeUndone, Amount: recovery.MustMoney("7 EUR")})
	want("none")
	d.now = d.now.Add(1e9)
	d.handle(recovery.Incident{Severity: 4})
	want("due") // raised: 10 EUR of the 15 are owed
	d.now = d.now.Add(1e9)
	d.handle(recovery.Incident{Severity: 1})
	want("overpaid 5.00 EUR") // cancelled, and 5 EUR were given
}

// TestReportedOnceMore says now what was said before: it was not done later, unless the promise
// has begun anew since.
func TestReportedOnceMore(t *testing.T) {
	d := newDesk(t, `plays: [{id: p, approach: standardised-response, when: "true", do: [{callback: {within: 1h}}, {respond: {since: waiting_since}}]}]
`)
	in := recovery.Incident{WaitingSince: at("2026-03-02T09:00:00Z")}
	for _, step := range []struct{ at, waiting, want string }{
		{"09:30", "09:00", "callback 09:30, respond 09:30"},
		{"11:00", "09:00", "callback 09:30, respond 09:30"},
		{"12:00", "11:30", "callback 09:30, respond 12:00"},
		{"12:30", "11:30", "callback 09:30, respond 12:00"},
	} {
		in.WaitingSince = clockTime(step.waiting)
		in.Summary, d.now = step.at, clockTime(step.at)
		for _, a := range d.handle(in).Actions {
			if err := d.Report(context.Background(), recovery.Report{Incident: "T-1", Action: a.ID}); err != nil {
				t.Fatal(err)
			}
		}
		in.Summary += " and reported"
		var got []string
		for _, a := range d.handle(in).Actions {
			got = append(got, a.Type+" "+a.DoneAt.Format("15:04"))
		}
		if text := strings.Join(got, ", "); text != step.want {
			t.Errorf("%s: got %s, want %s", step.at, text, step.want)
		}
	}
}
