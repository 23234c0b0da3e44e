package recovery_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

// A cheat is a story of somebody who tries to be paid twice, or to keep a promise without keeping it. Its
// host pays what each effect asks for, once for each key, and takes nothing back by itself.
type cheat struct{ name, set, story string }

// cheater is the host of such a story.
type cheater struct {
	*desk
	sets map[string]string
	in   recovery.Incident
	ids  map[string]string // of actions, by their types
	keys map[string]string // of the latest effects
	seen map[string]bool   // keys that were paid
	paid []recovery.Money  // one of each currency
	last *recovery.Decision
	done []string // what the latest decision asked for
}

// TestCheats reads each line as: a time, what happens, and behind a bar what the host has paid so far, then what the
// decision asks it to do, what is owed, and what was missed.
func TestCheats(t *testing.T) {
	for _, c := range slices.Concat(paidTwice, keptByCheating) {
		t.Run(c.name, func(t *testing.T) {
			h := newCheater(t, c.set)
			for _, line := range strings.Split(strings.TrimSpace(c.story), "\n") {
				told, want, _ := strings.Cut(line, "|")
				if diff := cmp.Diff(strings.TrimSpace(want), h.play(strings.TrimSpace(told))); diff != "" {
					t.Errorf("%s: -want +got\n%s", strings.TrimSpace(told), diff)
				}
			}
		})
	}
}

// newCheater loads the first of the sets, which are parted by lines with ---.
func newCheater(t *testing.T, set string) *cheater {
	sets := strings.Split(set, "---\n")
	if strings.HasPrefix(set, "[") {
		sets = []string{"plays: [{id: p, approach: standardised-response, when: \"true\", do: " + set + "}]\n"}
	}
	h := &cheater{
		desk: newDesk(t, sets[0]), sets: map[string]string{}, ids: map[string]string{}, keys: map[string]string{}, seen: map[string]bool{},
		in: recovery.Incident{ID: "T-1", Service: "parcel", OccurredAt: clockTime("09:00"), Severity: 2},
	}
	for i, s := range sets {
		h.sets[fmt.Sprint(i+1)] = s
	}
	return h
}

// play does what a line tells. The result is what came of it.
func (h *cheater) play(line string) string {
	words := strings.Fields(line)
	h.now = clockTime(words[0])
	h.done = nil
	var errs []string
	handle := true
	for _, w := range words[1:] {
		err, quiet := h.one(w)
		if err != nil {
			errs = append(errs, err.Error())
		}
		handle = handle && !quiet
	}
	if handle {
		h.took(h.Handle(context.Background(), h.in))
	}
	if len(errs) > 0 {
		return "refused: " + strings.Join(errs, "; ")
	}
	return h.state()
}

// one is one of the things that happen in a line. quiet says that the incident is not told for it.
func (h *cheater) one(word string) (err error, quiet bool) {
	ctx := context.Background()
	op, rest, _ := strings.Cut(word, ":")
	switch op {
	case "again":
		return h.took(h.Again(ctx, h.in.ID)), true
	case "set":
		file := fstest.MapFS{"set.yaml": {Data: []byte("amends: v1\nplaybook: pb\nreview_by: 2027-01-01\n" + h.sets[rest])}}
		return h.Reload(file), false
	case "same":
		return nil, false
	case "updated":
		h.in.UpdatedAt = clockTime(strings.Replace(rest, ".", ":", 1))
		return nil, false
	case "customer":
		h.in.Customer.ID = rest
		return nil, false
	case "id":
		h.in.ID = rest
		return nil, false
	case "phase":
		h.in.Phase = rest
		return nil, false
	case "failure":
		h.in.Failure = rest
		return nil, false
	case "choose":
		return h.choose(rest), true
	case "done", "failed", "undone":
		return h.report(op, rest), true
	}
	happens(&h.in, word)
	return nil, false
}

// report reports type=12.00/5_EUR, by the action's id, or by the key of its latest effect where a # is in front.
func (h *cheater) report(outcome, text string) error {
	text, amount, _ := strings.Cut(text, "/")
	name, when, dated := strings.Cut(text, "=")
	r := recovery.Report{Incident: h.in.ID, Outcome: recovery.Outcome(outcome)}
	if key, ok := strings.CutPrefix(name, "#"); ok {
		r.Key, r.Action = h.keys[key], h.ids[key]
	} else if r.Action = h.ids[name]; r.Action == "" {
		r.Action = name
	}
	if dated {
		r.At = clockTime(strings.Replace(when, ".", ":", 1))
	}
	if amount != "" {
		r.Amount = recovery.MustMoney(strings.Replace(amount, "_", " ", 1))
	}
	return h.Report(context.Background(), r)
}

// choose chooses type/5_EUR, with the choice that was open last.
func (h *cheater) choose(text string) error {
	kind, amount, _ := strings.Cut(text, "/")
	choice := h.ids["choice"]
	s := recovery.Selection{Incident: h.in.ID, Choice: choice, By: "kim", Options: []recovery.Selected{{Type: kind}}}
	if kind == "nothing" {
		s.Options = nil
	}
	if amount != "" {
		s.Options[0].Amount = recovery.MustMoney(strings.Replace(amount, "_", " ", 1))
	}
	return h.took(h.Choose(context.Background(), s))
}

// took does what a decision asks for.
func (h *cheater) took(d *recovery.Decision, err error) error {
	if err != nil {
		return err
	}
	h.last = d
	for i := range d.Choices {
		h.ids["choice"] = d.Choices[i].ID
	}
	for _, e := range d.Effects() {
		if e.Action == nil {
			if !h.seen[e.Key] {
				h.done = append(h.done, e.Do)
			}
			h.seen[e.Key] = true
			continue
		}
		h.keys[e.Action.Type], h.ids[e.Action.Type] = e.Key, e.Action.ID
		if first := e.Action.Type + ".first"; h.keys[first] == "" {
			h.keys[first], h.ids[first] = e.Key, e.Action.ID
		}
		for _, s := range e.Action.IfLate {
			h.ids[s.Type] = s.ID
		}
		if h.seen[e.Key] {
			continue
		}
		h.seen[e.Key] = true
		h.done = append(h.done, e.Do+" "+e.Action.Type)
		if e.Do != recovery.ToCancel && e.Action.Amount.IsSet() {
			h.pay(e.Action.Difference())
		}
	}
	return nil
}

func (h *cheater) pay(m recovery.Money) {
	if m.Sign() <= 0 {
		return
	}
	for i := range h.paid {
		if h.paid[i].Currency() == m.Currency() {
			h.paid[i], _ = h.paid[i].Add(m)
			return
		}
	}
	h.paid = append(h.paid, m)
}

// state is what was paid, what is to be done now, what is owed and what was missed.
func (h *cheater) state() string {
	var out []string
	for _, m := range h.paid {
		out = append(out, m.String())
	}
	parts := []string{"paid " + strings.Join(out, " and "), strings.Join(h.done, ", ")}
	if len(out) == 0 {
		parts[0] = ""
	}
	owed, _, err := h.Agenda(context.Background(), h.in.ID)
	if err != nil {
		return err.Error()
	}
	out = nil
	for _, o := range owed {
		text := string(o.State) + " " + o.Action.Type
		if !o.At.IsZero() {
			text += " " + o.At.Format("15:04")
		}
		if o.Over.IsSet() {
			text += " by " + o.Over.String()
		}
		out = append(out, text)
	}
	parts = append(parts, strings.Join(out, ", "))
	out = nil
	for _, m := range h.last.Missed {
		out = append(out, "missed "+m.Type+" "+m.DueAt.Format("15:04"))
	}
	parts = append(parts, strings.Join(out, ", "))
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return strings.Join(parts, " | ")
}

// refundsBySeverity gives 5 EUR, 10 EUR, 10 USD for severities 2, 3, 5, and nothing at 1.
const refundsBySeverity = `
plays:
  - id: pay
    approach: standardised-response
    when: incident.severity > 1
    cases:
      - {when: incident.severity == 2, do: [{refund: {amount: 5 EUR, within: 4h}}]}
      - {when: incident.severity == 3, do: [{refund: {amount: 10 EUR, within: 4h}}]}
      - {when: incident.severity == 5, do: [{refund: {amount: 10 USD, within: 4h}}]}
`

const managersChoice = `
plays:
  - id: p
    approach: case-by-case
    when: incident.severity > 1
    discretion: {decider: lead, options: [{compensate: {amount: {from: 1 EUR, to: 50 EUR}}}, {callback: {within: 1h}}], choose: {at_least: 0, at_most: 1}}
`

var paidTwice = []cheat{
	{"a tag off and on, and reported late and ahead", refundsBySeverity, `
		09:00 | paid 5.00 EUR | do refund | due refund 13:00
		09:10 severity=1 | paid 5.00 EUR | cancel refund
		09:20 severity=2 | paid 5.00 EUR | do refund | due refund 13:00
		09:30 done:refund=08:00 | paid 5.00 EUR
		09:40 severity=1 | paid 5.00 EUR | cancel refund | overpaid refund by 5.00 EUR
		09:50 severity=2 | paid 5.00 EUR
		10:00 undone:refund=23:00 | paid 5.00 EUR
		10:10 severity=3 | paid 10.00 EUR | do refund | due refund 13:00
		10:20 severity=2 | paid 10.00 EUR | change refund
		10:30 severity=3 | paid 10.00 EUR | change refund | due refund 13:00`},
	{"two currencies in turn", refundsBySeverity, `
		09:00 | paid 5.00 EUR | do refund | due refund 13:00
		09:10 severity=5 | paid 5.00 EUR and 10.00 USD | change refund | due refund 13:00
		09:20 severity=2 | paid 5.00 EUR and 10.00 USD | change refund | due refund 13:00
		09:30 severity=5 | paid 5.00 EUR and 10.00 USD | change refund | due refund 13:00
		09:40 done:refund/10_USD | paid 5.00 EUR and 10.00 USD
		09:45 severity=5 tags=x | paid 5.00 EUR and 10.00 USD
		09:50 severity=2 | paid 5.00 EUR and 10.00 USD | change refund | due refund 13:00, overpaid refund by 10.00 USD
		10:00 severity=5 | paid 5.00 EUR and 10.00 USD | change refund
		10:10 severity=1 | paid 5.00 EUR and 10.00 USD | cancel refund | overpaid refund by 10.00 USD
		10:20 severity=5 | paid 5.00 EUR and 10.00 USD
		10:30 severity=2 | paid 5.00 EUR and 10.00 USD | do refund | due refund 13:00, overpaid refund by 10.00 USD`},
	{"two currencies, the first taken back", refundsBySeverity, `
		09:00 | paid 5.00 EUR | do refund | due refund 13:00
		09:05 done:refund | paid 5.00 EUR
		09:10 severity=5 | paid 5.00 EUR and 10.00 USD | change refund | due refund 13:00, overpaid refund by 5.00 EUR
		09:20 undone:#refund.first/5_EUR | paid 5.00 EUR and 10.00 USD | due refund 13:00
		09:30 done:refund/10_USD | paid 5.00 EUR and 10.00 USD
		09:40 severity=2 | paid 10.00 EUR and 10.00 USD | change refund | due refund 13:00, overpaid refund by 10.00 USD`},
	{"in parts", refundsBySeverity, `
		09:00 severity=3 | paid 10.00 EUR | do refund | due refund 13:00
		09:10 done:refund/4_EUR | paid 10.00 EUR | due refund 13:00
		09:20 severity=3 tags=x | paid 10.00 EUR | due refund 13:00
		09:30 severity=1 | paid 10.00 EUR | cancel refund | overpaid refund by 4.00 EUR
		09:40 severity=3 | paid 16.00 EUR | do refund | due refund 13:00
		09:50 severity=2 | paid 16.00 EUR | change refund | due refund 13:00
		10:00 severity=3 | paid 16.00 EUR | change refund | due refund 13:00
		10:10 done:refund/6_EUR | paid 16.00 EUR
		10:20 severity=3 tags=y | paid 16.00 EUR`},
	{"failed, and paid all the same", refundsBySeverity, `
		09:00 severity=3 | paid 10.00 EUR | do refund | due refund 13:00
		09:10 failed:refund | paid 10.00 EUR | due refund 13:00
		09:20 severity=3 tags=x | paid 10.00 EUR | due refund 13:00
		09:30 severity=3 tags=y | paid 10.00 EUR | due refund 13:00
		09:40 failed:refund | paid 10.00 EUR | due refund 13:00
		09:45 failed:refund=09:10 | paid 10.00 EUR | due refund 13:00
		09:50 severity=2 | paid 15.00 EUR | change refund | due refund 13:00
		10:00 severity=3 | paid 20.00 EUR | change refund | due refund 13:00
		10:10 done:refund | refused: the report on action "act_088a81a2efbcf272dcc2a0968fdd587f" of incident "T-1": amount: wanted how much was given, because several amounts are open, found nothing
		10:20 severity=2 | paid 20.00 EUR | change refund | due refund 13:00
		10:30 severity=3 | paid 20.00 EUR | change refund | due refund 13:00`},
	{"failed after it was done, of a report that is older", refundsBySeverity, `
		09:00 severity=3 | paid 10.00 EUR | do refund | due refund 13:00
		09:30 done:#refund=09:20 | paid 10.00 EUR
		09:40 failed:#refund=09:10 | paid 10.00 EUR
		09:50 severity=2 | paid 10.00 EUR | change refund | overpaid refund by 5.00 EUR
		10:00 severity=3 | paid 10.00 EUR | change refund`},
	{"a set that gives more, and the one before", refundsBySeverity + "---\n" + strings.Replace(refundsBySeverity, "5 EUR", "8 EUR", 1), `
		09:00 | paid 5.00 EUR | do refund | due refund 13:00
		09:10 set:2 same | paid 5.00 EUR | due refund 13:00
		09:15 again | paid 8.00 EUR | change refund | due refund 13:00
		09:20 set:1 again | paid 8.00 EUR | due refund 13:00
		09:30 set:2 again | paid 8.00 EUR | due refund 13:00
		09:40 set:1 severity=2 tags=x | paid 8.00 EUR | change refund | due refund 13:00
		09:50 set:2 severity=2 tags=y | paid 8.00 EUR | change refund | due refund 13:00`},
	{"an id that comes again with another customer", `
facts: {given: {sum: refund, same: [customer.id], last: 30d, currency: EUR}}
limits: [{of: refund, at_most: 7 EUR, counting: given}]
` + refundsBySeverity, `
		09:00 customer:a | paid 5.00 EUR | do refund | due refund 13:00
		09:10 customer:b | paid 5.00 EUR | due refund 13:00
		09:20 customer:a | paid 5.00 EUR | due refund 13:00
		09:30 severity=3 customer:b | paid 7.00 EUR | change refund | due refund 13:00
		09:40 id:T-2 customer:b | paid 7.00 EUR
		09:50 id:T-3 customer:a | paid 14.00 EUR | do refund | due refund 13:50
		10:00 severity=2 id:T-1 customer:a | paid 14.00 EUR | cancel refund
		10:10 id:T-2 customer:a | paid 14.00 EUR
		10:20 id:T-2 customer:c | paid 19.00 EUR | do refund | due refund 14:20`},
	{"chosen again and again", managersChoice, `
		09:00 | ask | due choice
		09:10 choose:compensate/20_EUR | paid 20.00 EUR | do compensate | due compensate
		09:20 choose:compensate/20_EUR | paid 20.00 EUR | due compensate
		09:30 choose:compensate/30_EUR | refused: choice cho_36654c5148033c28cf83a05daed26786: it was made already, by kim, with other content
		09:40 severity=1 | paid 20.00 EUR | cancel compensate
		09:50 severity=2 | paid 20.00 EUR | ask | due choice
		10:00 choose:compensate/20_EUR | paid 20.00 EUR | do compensate | due compensate
		10:10 severity=1 | paid 20.00 EUR | cancel compensate
		10:20 severity=3 | paid 20.00 EUR | ask | due choice
		10:30 choose:compensate/30_EUR | paid 30.00 EUR | do compensate | due compensate
		10:40 choose:compensate/20_EUR | refused: choice cho_36654c5148033c28cf83a05daed26786: it was made already, by kim, with other content`},
	{"nothing chosen, then something", managersChoice, `
		09:00 | ask | due choice
		09:10 choose:nothing |
		09:20 choose:compensate/20_EUR | refused: choice cho_36654c5148033c28cf83a05daed26786: it was made already, by kim, with other content
		09:30 severity=3 |
		09:40 choose:compensate/20_EUR | refused: choice cho_36654c5148033c28cf83a05daed26786: it was made already, by kim, with other content
		09:50 choose:callback | refused: choice cho_36654c5148033c28cf83a05daed26786: it was made already, by kim, with other content
		11:30 severity=3 tags=x |`},
	{"reopened", refundsBySeverity, `
		09:00 | paid 5.00 EUR | do refund | due refund 13:00
		09:10 done:refund | paid 5.00 EUR
		09:20 resolved=09:15 | paid 5.00 EUR
		09:30 reopened=09:25 | paid 5.00 EUR
		09:40 resolved= reopened= | paid 5.00 EUR
		09:50 reopened=09:45 severity=3 | paid 10.00 EUR | change refund | due refund 13:00
		10:00 resolved=10:00 severity=2 | paid 10.00 EUR | change refund
		10:10 reopened=10:05 severity=3 | paid 10.00 EUR | change refund | due refund 13:00`},
	{"a late answer pays once", `
plays:
  - {id: a, approach: standardised-response, when: "true", do: [{respond: {since: waiting_since, within: 1h}}]}
  - {id: b, approach: standardised-response, answers: false, when: '"respond" in missed', do: [{compensate: {amount: 5 EUR}}]}
`, `
		09:00 waiting=09:00 | do respond | due respond 10:00
		10:30 again | paid 5.00 EUR | do compensate | overdue respond 10:00, due compensate | missed respond 10:00
		10:31 again | paid 5.00 EUR | overdue respond 10:00, due compensate | missed respond 10:00
		10:40 responded=09:30 | paid 5.00 EUR | cancel compensate
		10:50 responded= | paid 5.00 EUR | do compensate | overdue respond 10:00, due compensate | missed respond 10:00
		10:55 again | paid 5.00 EUR | overdue respond 10:00, due compensate | missed respond 10:00
		11:00 responded=10:55 | paid 5.00 EUR | due compensate | missed respond 10:00
		11:10 waiting=11:10 | paid 5.00 EUR | change respond | due respond 12:10, due compensate | missed respond 10:00
		12:30 again | paid 5.00 EUR | overdue respond 12:10, due compensate | missed respond 10:00, missed respond 12:10
		12:40 waiting=12:40 | paid 5.00 EUR | change respond | due respond 13:40, due compensate | missed respond 10:00, missed respond 12:10
		14:00 again | paid 5.00 EUR | overdue respond 13:40, due compensate | missed respond 10:00, missed respond 12:10, missed respond 13:40`},
	{"the clock is behind", `
plays:
  - {id: a, approach: standardised-response, when: "true", do: [{respond: {within: 1h}}]}
  - {id: b, approach: standardised-response, answers: false, when: '"respond" in missed', do: [{compensate: {amount: 5 EUR}}]}
`, `
		09:00 | do respond | due respond 10:00
		10:30 again | paid 5.00 EUR | do compensate | overdue respond 10:00, due compensate | missed respond 10:00
		09:30 again | paid 5.00 EUR | due respond 10:00, due compensate | missed respond 10:00
		09:30 tags=x | paid 5.00 EUR | due respond 10:00, due compensate | missed respond 10:00
		10:31 again | paid 5.00 EUR | overdue respond 10:00, due compensate | missed respond 10:00
		09:40 tags=y responded=09:35 | paid 5.00 EUR | cancel compensate
		10:40 again | paid 5.00 EUR`},
	{"retries, older versions", refundsBySeverity, `
		09:00 updated:08.50 | paid 5.00 EUR | do refund | due refund 13:00
		09:10 same | paid 5.00 EUR | due refund 13:00
		09:20 updated:08.40 severity=3 | paid 5.00 EUR | due refund 13:00
		09:30 updated:23.00 severity=3 | paid 10.00 EUR | change refund | due refund 13:00
		09:40 updated:09.35 severity=2 | paid 10.00 EUR | change refund | due refund 13:00
		09:50 updated:09.45 severity=3 | paid 10.00 EUR | change refund | due refund 13:00`},
	{"a signal, then the failure", `
plays:
  - {id: a, approach: standardised-response, phase: any, when: "true", do: [{refund: {amount: 5 EUR}}, {replace: {}}]}
`, `
		09:00 phase:signal expected=12:00 | paid 5.00 EUR | do refund, do replace | due refund, due replace
		10:00 done:replace | paid 5.00 EUR | due refund
		12:10 phase:failure | paid 5.00 EUR | due refund
		12:20 phase:signal | paid 5.00 EUR | due refund
		12:30 phase:failure | paid 5.00 EUR | due refund`},
	{"goods once", `plays: [{id: p, approach: standardised-response, when: incident.severity > 1, do: [{replace: {within: 4h}}]}]
`, `
		09:00 | do replace | due replace 13:00
		09:10 done:replace=09:05 |
		09:20 severity=1 | cancel replace
		09:30 severity=2 |
		09:40 resolved=09:40 |
		09:50 reopened=09:45 |
		10:00 reported=09:55 |`},
	{"from several plays", `
plays:
  - {id: a, approach: standardised-response, when: "true", do: [{compensate: {amount: 5 EUR}}]}
  - {id: b, approach: standardised-response, when: '"x" in incident.tags', do: [{compensate: {amount: 5 EUR}}]}
  - {id: c, approach: standardised-response, when: '"y" in incident.tags', do: [{compensate: {amount: 7 EUR, as: voucher}}]}
`, `
		09:00 | paid 5.00 EUR | do compensate | due compensate
		09:10 tags=x | paid 10.00 EUR | do compensate | due compensate, due compensate
		09:20 tags=x,y | paid 17.00 EUR | do compensate | due compensate, due compensate, due compensate
		09:30 tags=y | paid 17.00 EUR | cancel compensate | due compensate, due compensate
		09:40 tags=x | paid 17.00 EUR | cancel compensate, do compensate | due compensate, due compensate
		09:50 tags=x,y | paid 17.00 EUR | do compensate | due compensate, due compensate, due compensate`},
	{"what was never given", refundsBySeverity, `
		09:00 | paid 5.00 EUR | do refund | due refund 13:00
		09:10 done:act_other | refused: no decision on incident "T-1" has given an action "act_other"
		09:20 severity=1 | paid 5.00 EUR | cancel refund
		09:30 done:refund/5_EUR | paid 5.00 EUR | overpaid refund by 5.00 EUR
		09:40 undone:refund/50_EUR | paid 5.00 EUR
		09:50 severity=3 | paid 15.00 EUR | do refund | due refund 13:00
		10:00 id:T-9 done:refund | refused: no decision on incident "T-9" has given an action "act_088a81a2efbcf272dcc2a0968fdd587f"`},
	{"undone over and over", refundsBySeverity, `
		09:00 | paid 5.00 EUR | do refund | due refund 13:00
		09:10 done:refund | paid 5.00 EUR
		09:20 undone:refund | paid 5.00 EUR | due refund 13:00
		09:25 undone:refund | paid 5.00 EUR | due refund 13:00
		09:30 severity=2 tags=x | paid 5.00 EUR | due refund 13:00
		09:35 undone:refund | paid 5.00 EUR | due refund 13:00
		09:40 severity=2 tags=y | paid 5.00 EUR | due refund 13:00
		09:50 undone:refund=09:05 | paid 5.00 EUR | due refund 13:00
		10:00 severity=2 tags=z | paid 5.00 EUR | due refund 13:00`},
	{"overpaid, then taken back as another", refundsBySeverity, `
		09:00 severity=3 | paid 10.00 EUR | do refund | due refund 13:00
		09:10 done:refund/30_EUR | paid 10.00 EUR | overpaid refund by 20.00 EUR
		09:20 severity=2 | paid 10.00 EUR | change refund | overpaid refund by 25.00 EUR
		09:30 undone:refund/25_EUR | paid 10.00 EUR
		09:40 severity=3 | paid 15.00 EUR | change refund | due refund 13:00`},
	{"a limit that is asked for in two orders", `
limits: [{of: compensate, at_most: 8 EUR}]
plays:
  - {id: a, approach: standardised-response, when: "true", do: [{compensate: {amount: 5 EUR}}]}
  - {id: b, approach: standardised-response, when: '"x" in incident.tags', do: [{compensate: {amount: 5 EUR, as: voucher}}]}
  - {id: c, approach: standardised-response, when: '"y" in incident.tags', do: [{compensate: {amount: 8 EUR, as: cash}}]}
`, `
		09:00 | paid 5.00 EUR | do compensate | due compensate
		09:10 tags=x | paid 8.00 EUR | do compensate | due compensate, due compensate
		09:20 tags=y | paid 11.00 EUR | cancel compensate, do compensate | due compensate, due compensate
		09:30 tags=x | paid 11.00 EUR | cancel compensate, do compensate | due compensate, due compensate`},
}

var keptByCheating = []cheat{
	{"reported_at moves", `[{respond: {within: 1h}}]`, `
		09:00 reported=09:00 | do respond | due respond 10:00
		09:50 reported=09:50 | due respond 10:00
		10:10 reported=10:10 | overdue respond 10:00 | missed respond 10:00`},
	{"resolved, cleared, resolved", `[{resolve: {within: 2h, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 | do resolve | due resolve 11:00
		10:59 resolved=10:59 |
		11:01 resolved= | overdue resolve 11:00, due escalate | missed resolve 11:00
		12:00 again | overdue resolve 11:00, due escalate | missed resolve 11:00
		20:00 resolved=20:00 | missed resolve 11:00`},
	{"resolved in time, then moved", `[{resolve: {within: 2h, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 | do resolve | due resolve 11:00
		10:59 resolved=10:59 |
		20:00 resolved=20:00 | missed resolve 11:00`},
	{"an answer ahead of time", `[{respond: {within: 1h, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 | do respond | due respond 10:00
		09:30 responded=10:30 | due respond 10:00
		10:10 again | overdue respond 10:00, due escalate | missed respond 10:00
		10:40 again | missed respond 10:00`},
	{"an answer ahead of time, at the deadline", `[{respond: {within: 1h, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 | do respond | due respond 10:00
		09:30 responded=10:00 | due respond 10:00
		10:40 again |`},
	{"the field is taken away", `[{respond: {since: waiting_since, within: 1h, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 waiting=09:00 | do respond | due respond 10:00
		10:30 waiting= | change respond | waiting respond | missed respond 10:00
		10:40 waiting=10:40 | change respond | due respond 11:40 | missed respond 10:00
		11:30 waiting=10:35 | change respond | due respond 11:35 | missed respond 10:00
		11:50 again | overdue respond 11:35, due escalate | missed respond 10:00, missed respond 11:35`},
	{"the field is taken away before it is noticed", `[{respond: {since: waiting_since, within: 1h, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 waiting=09:00 | do respond | due respond 10:00
		09:50 waiting= | change respond | waiting respond
		10:10 waiting=09:00 | change respond | overdue respond 10:00, due escalate | missed respond 10:00`},
	{"holds that overlap, lie ahead and come again", `[{callback: {within: 2h, pauses: true, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 | do callback | due callback 11:00
		09:10 paused=08:00-09:10 | change callback | due callback 11:10
		09:20 paused=09:10-09:20 | due callback 11:10
		10:00 paused=10:55 | change callback | waiting callback
		10:30 paused=10:55-12:00 | change callback | due callback 12:05
		10:50 paused= | change callback | due callback 11:00
		11:10 again | overdue callback 11:00, due escalate | missed callback 11:00
		11:20 paused=09:00 | overdue callback 11:00, due escalate | missed callback 11:00
		11:30 paused=09:00-11:30 | overdue callback 11:00, due escalate | missed callback 11:00`},
	{"a hold at the very deadline", `[{callback: {within: 1h, pauses: true, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 | do callback | due callback 10:00
		10:00 paused=10:00 | due callback 10:00, due escalate
		10:01 again | overdue callback 10:00, due escalate | missed callback 10:00`},
	{"reopened to buy time", `[{resolve: {within: 1h, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 | do resolve | due resolve 10:00
		10:10 reopened=10:10 | change resolve | due resolve 11:10 | missed resolve 10:00
		11:05 reopened=11:05 | change resolve | due resolve 12:05 | missed resolve 10:00
		11:30 again | due resolve 12:05 | missed resolve 10:00`},
	{"reopened ahead", `[{resolve: {within: 1h, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 | do resolve | due resolve 10:00
		09:50 reopened=15:00 | due resolve 10:00
		10:10 again | overdue resolve 10:00, due escalate | missed resolve 10:00`},
	{"done said before it was given", `plays: [{id: p, approach: standardised-response, when: incident.severity > 1, do: [{callback: {within: 1h, if_late: [{escalate: {to: lead}}]}}]}]
`, `
		09:00 | do callback | due callback 10:00
		09:10 done:callback=08:00 |
		10:30 again |
		10:40 done:callback=12:00 |
		11:00 again |
		11:10 done:escalate=09:00 |
		11:20 again |
		12:10 again | missed callback 10:00`},
	{"a step reported before the deadline, and undone", `[{callback: {within: 1h, if_late: [{apologise: {}}]}}]`, `
		09:00 | do callback | due callback 10:00
		09:10 done:apologise | due callback 10:00
		10:30 again | overdue callback 10:00, due apologise | missed callback 10:00
		10:40 done:apologise | overdue callback 10:00 | missed callback 10:00
		10:50 undone:apologise | overdue callback 10:00, due apologise | missed callback 10:00`},
	{"more time, then less", `plays: [{id: p, approach: standardised-response, when: "true", cases: [{when: incident.severity > 3, do: [{resolve: {within: 1h}}]}, {do: [{resolve: {within: 8h}}]}]}]
`, `
		09:00 severity=4 | do resolve | due resolve 10:00
		09:59 severity=2 | change resolve | due resolve 17:00
		10:30 severity=4 | change resolve | overdue resolve 10:00 | missed resolve 10:00
		11:00 severity=2 | change resolve | due resolve 17:00 | missed resolve 10:00
		11:10 severity=1 | due resolve 17:00 | missed resolve 10:00`},
	{"a set that forgets", `plays: [{id: p, approach: standardised-response, when: "true", do: [{resolve: {within: 1h}}]}]
---
plays: [{id: q, approach: standardised-response, when: "true", do: [{callback: {}}]}]
---
plays: [{id: p, approach: standardised-response, when: "true", do: [{resolve: {within: 9h}}]}]
`, `
		09:00 | do resolve | due resolve 10:00
		10:30 set:2 again | cancel resolve, do callback | due callback | missed resolve 10:00
		10:40 set:1 again | due callback | missed resolve 10:00
		10:50 set:3 again | cancel callback, do resolve | due resolve 18:00 | missed resolve 10:00
		11:00 set:1 again | due resolve 18:00 | missed resolve 10:00`},
	{"another play for the same work", `
plays:
  - {id: a, approach: standardised-response, when: incident.failure == "late", do: [{resolve: {within: 1h}}]}
  - {id: b, approach: standardised-response, when: incident.failure == "lost", do: [{resolve: {within: 1h}}]}
`, `
		09:00 failure:late | do resolve | due resolve 10:00
		09:50 failure:lost | change resolve | due resolve 10:50
		10:20 failure:late | change resolve | overdue resolve 10:00 | missed resolve 10:00
		10:30 failure:lost | change resolve | due resolve 10:50 | missed resolve 10:00
		11:00 again | overdue resolve 10:50 | missed resolve 10:00, missed resolve 10:50`},
	{"the same answer for two messages", `[{respond: {since: waiting_since, within: 1h}}]`, `
		09:00 waiting=09:00 | do respond | due respond 10:00
		09:30 responded=09:30 |
		09:40 waiting=09:40 | change respond | due respond 10:40
		10:00 waiting=09:20 | change respond
		10:10 waiting=09:30 |`},
	{"informed by the same word again", `[{inform: {every: 1h}}]`, `
		09:00 | do inform | next inform 10:00
		09:30 informed=09:30 | change inform | next inform 11:00
		10:40 informed=09:30 tags=x | next inform 11:00
		11:10 informed=09:20 | overdue inform 11:00 | missed inform 11:00
		11:20 informed= | change inform | overdue inform 10:00 | missed inform 10:00, missed inform 11:00`},
	{"told late, cleared, told late", `[{respond: {within: 1h, if_late: [{apologise: {}}]}}]`, `
		09:00 | do respond | due respond 10:00
		11:00 responded=09:30 |
		11:10 responded= | overdue respond 10:00, due apologise | missed respond 10:00
		11:20 responded=11:15 | due apologise | missed respond 10:00`},
	{"again by a clock that is behind", `[{respond: {within: 1h, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 | do respond | due respond 10:00
		10:30 again | overdue respond 10:00, due escalate | missed respond 10:00
		09:30 again | due respond 10:00 | missed respond 10:00
		09:40 responded=09:35 |
		10:50 again |`},
	{"a choice that waits", strings.Replace(managersChoice, "decider: lead,", "decider: lead, within: 1h,", 1), `
		09:00 | ask | due choice 10:00
		09:50 severity=1 | withdraw
		09:55 severity=2 | ask | due choice 10:00
		10:10 again | overdue choice 10:00
		10:20 choose:callback | do callback | due callback 11:20
		10:30 severity=1 | cancel callback
		10:40 severity=2 | ask | overdue choice 10:00
		11:40 again | overdue choice 10:00`},
}
