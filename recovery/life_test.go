package recovery_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

// lives are short stories on Monday, 2 March 2026, in UTC: actions, or plays, then what
// happens at a time, and what the decision and the agenda say then. given is said of what
// the first decision did not give. done:survey=10:00 reports an outcome of an action.
var lives = []struct{ name, do, story string }{
	{"next reply", `[{respond: {since: waiting_since, within: 4h, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 waiting=09:00 | respond new due 13:00 | due respond 13:00
		10:00 waiting= responded=10:00 | respond kept due 13:00 done 10:00 |
		15:00 waiting=15:00 | respond changed due 19:00 | due respond 19:00
		20:00 | respond kept due 19:00, missed respond 19:00 | overdue respond 19:00; due escalate
		20:30 responded=20:30 | respond kept due 19:00 done 20:30, missed respond 19:00 |`},
	{"overdue, then on hold", `[{respond: {within: 1h, pauses: true, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 | respond new due 10:00 | due respond 10:00
		11:00 paused=11:00 | respond kept due 10:00, missed respond 10:00 | overdue respond 10:00; due escalate`},
	{"on hold in time", `[{respond: {within: 1h, pauses: true}}]`, `
		09:00 | respond new due 10:00 | due respond 10:00
		09:30 paused=09:20 | respond changed | waiting respond
		10:30 paused= | respond changed due 10:00, missed respond 10:00, late when given | overdue respond 10:00`},
	{"steps end with the work", `[{resolve: {within: 2h, if_late: [{escalate: {to: lead}}, {escalate: {to: head, after: 2h}}, {apologise: {}}]}}]`, `
		09:00 | resolve new due 11:00 | due resolve 11:00
		11:30 | resolve kept due 11:00, missed resolve 11:00 | overdue resolve 11:00; due escalate; due apologise
		12:00 resolved=12:00 | resolve kept due 11:00 done 12:00, missed resolve 11:00 | due apologise`},
	{"reopened", `[{resolve: {within: 2h}}]`, `
		09:00 | resolve new due 11:00 | due resolve 11:00
		10:00 resolved=10:00 | resolve kept due 11:00 done 10:00 |
		15:00 reopened=15:00 | resolve changed due 17:00 | due resolve 17:00`},
	{"the severity of a closed case", `[{resolve: {within: 8h}}]`, `
		09:00 | resolve new due 17:00 | due resolve 17:00
		12:00 resolved=12:00 | resolve kept due 17:00 done 12:00 |
		14:00 severity=5 resolved=12:00 | resolve kept due 17:00 done 12:00 |`},
	{"an answer that arrives late", `[{respond: {within: 1h}}]`, `
		09:00 | respond new due 10:00 | due respond 10:00
		10:30 | respond kept due 10:00, missed respond 10:00 | overdue respond 10:00
		11:00 responded=09:40 | respond kept due 10:00 done 09:40 |`},
	{"a reminder", `[{respond: {within: 4h, remind: [{notify: {to: lead, before: 25%, every: 20m}}]}}]`, `
		09:00 | respond new due 13:00 | due respond 13:00
		12:00 | respond kept due 13:00 | due notify 12:00; due respond 13:00
		12:45 | respond kept due 13:00 | due notify 12:40; due respond 13:00
		12:50 responded=12:50 | respond kept due 13:00 done 12:50 |`},
	{"informed each time", `[{inform: {every: 2h, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 | inform new due 11:00 | next inform 11:00
		10:00 informed=10:00 | inform changed due 13:00 | next inform 13:00
		13:30 | inform kept due 13:00, missed inform 13:00 | overdue inform 13:00; due escalate`},
	{"comes back", tagged(`[{refund: {amount: 5 EUR}}]`), `
		09:00 tags=a |  |
		10:00 tags=a,late | refund new given 10:00 | due refund
		11:00 tags=a | refund cancelled given 10:00 |
		11:30 |  |
		12:00 tags=late | refund new given 10:00 | due refund`},
	{"comes back late", tagged(`[{escalate: {to: lead, within: 30m}}]`), `
		09:00 tags=late | escalate new due 09:30 | due escalate 09:30
		10:00 tags= | escalate cancelled due 09:30, missed escalate 09:30 |
		12:00 tags=late | escalate new due 09:30, missed escalate 09:30 | overdue escalate 09:30`},
	{"comes back late, twice", tagged(`[{escalate: {to: lead, within: 1h}}]`), `
		09:00 tags=late | escalate new due 10:00 | due escalate 10:00
		09:30 tags= | escalate cancelled due 10:00 |
		09:40 |  |
		12:00 tags=late | escalate new due 10:00, missed escalate 10:00 | overdue escalate 10:00`},
	{"reopened", `[{investigate: {within: 4h}}]`, `
		09:00 | investigate new due 13:00 | due investigate 13:00
		11:00 resolved=10:30 | investigate kept due 13:00 | due investigate 13:00
		12:00 reopened=12:00 | investigate kept due 13:00 | due investigate 13:00`},
	{"chosen, and on hold in time", chosen("[{callback: {within: 4h, pauses: true, if_late: [{escalate: {to: lead}}]}}]"), `
		09:00 |  | due choice
		10:00 chose:callback |  | due callback 14:00
		12:00 paused=12:00 |  | waiting callback
		15:00 severity=5 |  | waiting callback
		16:00 paused=12:00-15:30 |  | due callback 17:30
		18:00 severity=4 | missed callback 17:30 | overdue callback 17:30; due escalate`},
	{"chosen, and a hold that is told once it is overdue", chosen("[{callback: {within: 4h, pauses: true, if_late: [{escalate: {to: lead}}]}}]"), `
		09:00 |  | due choice
		10:00 chose:callback |  | due callback 14:00
		15:00 paused=12:00 | missed callback 14:00 | overdue callback 14:00; due escalate
		16:00 severity=5 | missed callback 14:00 | overdue callback 14:00; due escalate
		17:00 paused= | missed callback 14:00 | overdue callback 14:00; due escalate`},
	{"earliest not before", `plays:
  - {id: a, approach: standardised-response, when: "true", do: [{acknowledge: {after: 2h, within: 1h}}]}
  - {id: b, approach: standardised-response, when: "true", do: [{acknowledge: {}}]}
`, `
		09:00 | acknowledge new due 12:00 | due acknowledge`},
	{"joins", `plays:
  - {id: a, approach: standardised-response, when: "true", do: [{callback: {}}]}
  - {id: b, approach: standardised-response, when: '"late" in incident.tags', do: [{callback: {}}]}
`, `
		09:00 | callback new | due callback
		12:00 tags=late | callback changed | due callback`},
	{"waited", `[{apologise: {within: 4h, pauses: true}}]`, `
		09:00 reported=07:00 paused=06:00 | apologise new | waiting apologise
		12:00 paused= | apologise changed due 11:00, missed apologise 11:00, late when given | overdue apologise 11:00`},
	{"done keeps", `plays: [{id: p, approach: standardised-response, when: "true", do: [{explain: {since: reported_at, within: 2h}}]}]
`, `
		09:00 reported=09:00 | explain new due 11:00 | due explain 11:00
		10:30 done:explain=10:00 reported=09:30 | explain kept due 11:00 done 10:00 |`},
	{"other case", `plays: [{id: p, approach: standardised-response, when: "true", cases: [{when: incident.severity > 3, do: [{explain: {within: 1h}}]}, {do: [{explain: {within: 4h}}]}]}]
`, `
		09:00 severity=4 | explain new due 10:00 | due explain 10:00
		10:30 done:explain=09:30 severity=2 | explain kept due 10:00 done 09:30 |`},
	{"pause told late", `[{callback: {within: 30m, pauses: true}}]`, `
		09:00 | callback new due 09:30 | due callback 09:30
		11:00 paused=09:10 | callback kept due 09:30, missed callback 09:30 | overdue callback 09:30
		12:00 paused=09:10-11:30 | callback kept due 09:30, missed callback 09:30 | overdue callback 09:30
		12:30 done:callback=12:20 | callback kept due 09:30 done 12:20, missed callback 09:30 |
		13:00 undone:callback=12:40 | callback kept due 09:30, missed callback 09:30 | overdue callback 09:30`},
	{"pause told in time", `[{callback: {within: 30m, pauses: true}}]`, `
		09:00 | callback new due 09:30 | due callback 09:30
		09:20 paused=09:10-10:00 | callback changed due 10:20 | waiting callback 10:20
		10:15 paused=09:10-09:40 | callback changed due 10:00, missed callback 10:00, late when given | overdue callback 10:00`},
	{"pause told late, then more time", `plays: [{id: p, approach: standardised-response, when: "true", cases: [{when: incident.severity > 3, do: [{explain: {within: 1h, pauses: true}}]}, {do: [{explain: {within: 4h, pauses: true}}]}]}]
`, `
		09:00 severity=4 | explain new due 10:00 | due explain 10:00
		11:00 paused=09:30 | explain kept due 10:00, missed explain 10:00 | overdue explain 10:00
		12:00 severity=2 paused=09:30-12:00 | explain changed due 14:00, missed explain 10:00 | due explain 14:00`},
	{"pause told late of what was switched off", tagged(`[{explain: {within: 1h, pauses: true}}]`), `
		09:00 tags=late | explain new due 10:00 | due explain 10:00
		11:00 tags= | explain cancelled due 10:00, missed explain 10:00 |
		11:30 paused=09:30 | missed explain 10:00 |
		12:00 tags=late | explain new due 10:00, missed explain 10:00 | overdue explain 10:00`},
	{"pause told late of an inform", `[{inform: {every: 2h, pauses: true, if_late: [{escalate: {to: lead}}]}}]`, `
		09:00 | inform new due 11:00 | next inform 11:00
		12:00 paused=10:00-12:30 | inform kept due 11:00, missed inform 11:00 | overdue inform 11:00; due escalate
		13:10 informed=13:00 | inform changed due 15:30, missed inform 11:00 | next inform 15:30
		14:00 paused=10:00-12:00 | inform changed due 15:00, missed inform 11:00 | next inform 15:00`},
	{"informed late, after it was reopened", `[{inform: {every: 2h}}]`, `
		09:00 | inform new due 11:00 | next inform 11:00
		10:00 resolved=10:00 | inform cancelled due 11:00 |
		11:00 reopened=11:00 | inform new due 13:00 | next inform 13:00
		14:00 informed=13:30 | inform changed due 17:00, missed inform 13:00 | next inform 17:00`},
	{"informed after it was resolved late", `[{inform: {every: 2h}}]`, `
		09:00 | inform new due 11:00 | next inform 11:00
		12:00 resolved=11:30 | inform cancelled due 11:00, missed inform 11:00 |
		13:00 informed=12:40 | inform new due 15:00 done 12:40, missed inform 11:00 |`},
	{"an inform comes back", tagged(`[{inform: {every: 2h}}]`), `
		09:00 tags=late | inform new due 11:00 | next inform 11:00
		13:30 tags= | inform cancelled due 11:00, missed inform 11:00, missed inform 13:00 |
		14:00 tags=late | inform new due 11:00, missed inform 11:00, missed inform 13:00 | overdue inform 11:00
		14:30 informed=14:20 | inform changed due 17:00, missed inform 11:00, missed inform 13:00 | next inform 17:00`},
	{"answered late where no answer was needed, and switched off", tagged(`[{acknowledge: {since: resolved_at, within: 1h}}]`), `
		09:00 tags=late | acknowledge new | waiting acknowledge
		12:00 resolved=10:00 responded=11:30 | acknowledge changed due 11:00 done 11:30 |
		13:00 tags= | acknowledge cancelled due 11:00 done 11:30 |`},
	{"steps of a pause told late", `[{callback: {within: 1h, pauses: true, if_late: [{apologise: {after: 30m, pauses: true}}]}}]`, `
		09:00 | callback new due 10:00 | due callback 10:00
		11:00 paused=09:30 | callback kept due 10:00, missed callback 10:00 | overdue callback 10:00; due apologise`},
	{"waited", `[{repair: {after: 30m, pauses: true}}]`, `
		09:00 | repair new | next repair 09:30
		11:00 paused=10:00 | repair kept | due repair`},
	{"informed, resolved", `[{inform: {every: 1h}}]`, `
		09:00 | inform new due 10:00 | next inform 10:00
		11:30 informed=09:50 | inform changed due 11:00, missed inform 11:00 | overdue inform 11:00
		12:00 resolved=11:50 informed=11:50 | inform changed due 13:00 done 11:50, missed inform 11:00 |
		13:20 informed=13:20 | inform changed due 15:00 done 13:20, missed inform 11:00 |`},
	{"one ask waits", `plays:
  - {id: a, approach: standardised-response, when: "true", do: [{survey: {}}]}
  - {id: b, approach: standardised-response, when: "true", do: [{survey: {since: waiting_since}}]}
`, `
		09:00 | survey new | due survey`},
	{"one ask waits, one later", `plays:
  - {id: a, approach: standardised-response, when: "true", do: [{survey: {since: waiting_since}}]}
  - {id: b, approach: standardised-response, when: "true", do: [{survey: {after: 2h}}]}
`, `
		09:00 | survey new | next survey 11:00`},
	{"one play asks twice", `[{survey: {}}, {survey: {since: occurred_at, after: 36h}}]`, `
		09:00 | survey new | due survey`},
	{"one play asks twice, once by a field", `[{explain: {within: 4h}}, {explain: {since: waiting_since, within: 1h}}]`, `
		09:00 waiting=08:30 | explain new due 09:30 | due explain 09:30
		09:20 waiting=13:00 | explain changed due 13:00 | due explain 13:00`},
	{"steps merge", `[{compensate: {amount: 5 EUR, within: 1h, if_late: [{apologise: {after: 5h}}, {apologise: {within: 4h}}]}}]`, `
		09:00 | compensate new due 10:00 | due compensate 10:00
		11:00 | compensate kept due 10:00, missed compensate 10:00 | overdue compensate 10:00; due apologise 14:00
		16:00 | compensate kept due 10:00, missed compensate 10:00 | overdue compensate 10:00; overdue apologise 14:00`},
	{"one type twice", `[{resolve: {within: 4h, remind: [{notify: {to: lead, before: 30m}}], if_late: [{notify: {to: lead}}]}}]`, `
		09:00 | resolve new due 13:00 | due resolve 13:00
		12:40 | resolve kept due 13:00 | due resolve 13:00; due notify`},
	{"substitute", "partners: {bike: {agreement: {ref: A, from: 2026-01-01, until: 2027-01-01}, outbound: {}}}\n" + `plays: [{id: p, approach: partner-substitute, when: "true", substitute: {}}]
`, `
		09:00 | substitute new | due substitute
		11:00 done:substitute=10:00 | substitute kept done 10:00 |`},
	{"escalate of a limit", `limits: [{of: [compensate], at_most: 5 EUR, over: escalate, to: lead}]
plays: [{id: p, approach: standardised-response, when: "true", do: [{compensate: {amount: 10 EUR}}]}]
`, `
		09:00 | compensate new, escalate new | due compensate; due escalate
		11:00 done:escalate=10:00 | compensate kept, escalate kept done 10:00 | due compensate`},
	{"reported twice", `[{apologise: {within: 4h}}]`, `
		09:00 | apologise new due 13:00 | due apologise 13:00
		15:10 done:apologise=10:00 done:apologise=15:00 | apologise kept due 13:00 done 15:00, missed apologise 13:00 |`},
	{"done of each effect", `[{apologise: {within: 4h, note: "${incident.severity}"}}]`, `
		09:00 severity=2 | apologise new due 13:00 | due apologise 13:00
		10:30 done:apologise=10:00 severity=3 | apologise changed due 13:00 done 10:00 |
		15:00 done:apologise=14:00 | apologise kept due 13:00 done 10:00 |
		16:00 failed:apologise=15:30 | apologise kept due 13:00 done 10:00 |`},
	{"ahead of now", `[{apologise: {within: 4h}}]`, `
		09:00 | apologise new due 13:00 | due apologise 13:00
		10:30 done:apologise=10:00 undone:apologise=12:00 | apologise kept due 13:00 done 10:00 |
		12:30 | apologise kept due 13:00 | due apologise 13:00`},
	{"paid what a limit has left", `limits: [{of: [compensate], at_most: 5 EUR}]
plays: [{id: p, approach: standardised-response, when: '!("x" in incident.tags)', do: [{compensate: {amount: 10 EUR, within: 1h}}]}]
`, `
		09:00 | compensate new due 10:00 | due compensate 10:00
		11:00 done:compensate=09:30 | compensate kept due 10:00 done 09:30 |
		12:00 tags=x | compensate cancelled due 10:00 done 09:30 | overpaid compensate`},
	{"raised after it was paid", `plays: [{id: p, approach: standardised-response, when: "true", do: [{refund: {amount: "incident.severity > 3 ? money('10 EUR') : money('5 EUR')", within: 1h}}]}]
`, `
		09:00 severity=2 | refund new due 10:00 | due refund 10:00
		09:40 done:refund=09:30 | refund kept due 10:00 done 09:30 |
		12:00 severity=4 | refund changed due 10:00, missed refund 10:00, late when given | overdue refund 10:00
		12:30 done:refund=12:20 | refund kept due 10:00 done 12:20, missed refund 10:00 |`},
	{"comes back done", tagged(`[{explain: {within: 4h}}]`), `
		09:00 tags=late | explain new due 13:00 | due explain 13:00
		10:00 done:explain=09:30 tags= | explain cancelled due 13:00 |
		11:00 tags=late | explain new due 13:00 done 09:30 |`},
	{"an apology before the reopening", `[{apologise: {within: 4h}}]`, `
		09:00 | apologise new due 13:00 | due apologise 13:00
		11:00 done:apologise=10:00 resolved=11:00 | apologise kept due 13:00 done 10:00 |
		15:00 reopened=15:00 | apologise changed due 19:00 | due apologise 19:00
		16:00 reopened=16:00 | apologise kept due 19:00 | due apologise 19:00
		17:30 done:apologise=17:00 | apologise kept due 19:00 done 17:00 |`},
	{"resolved since its field, then reopened", `[{explain: {since: waiting_since, within: 1h}}]`, `
		09:00 waiting=09:00 | explain new due 10:00 | due explain 10:00
		09:40 done:explain=09:30 waiting= | explain kept due 10:00 done 09:30 |
		11:00 reopened=11:00 | explain changed | waiting explain`},
	{"a step of each silence", `[{inform: {every: 2h, if_late: [{apologise: {within: 1h}}]}}]`, `
		09:00 | inform new due 11:00 | next inform 11:00
		12:30 | inform kept due 11:00, missed inform 11:00 | overdue inform 11:00; overdue apologise 12:00
		13:30 | inform kept due 11:00, missed inform 11:00, missed inform 13:00 | overdue inform 11:00; overdue apologise 12:00
		14:10 informed=14:00 | inform changed due 17:00, missed inform 11:00, missed inform 13:00 | overdue apologise 12:00; next inform 17:00`},
	{"answered after it was resolved", `[{acknowledge: {within: 4h}}]`, `
		09:00 | acknowledge new due 13:00 | due acknowledge 13:00
		11:00 resolved=11:00 | acknowledge cancelled due 13:00 |
		15:00 responded=14:30 | acknowledge new due 13:00 done 14:30 |`},
	{"paid what a limit has left, then not given", `limits: [{of: [compensate], at_most: 5 EUR}]
plays: [{id: p, approach: standardised-response, when: '!("x" in incident.tags)', do: [{compensate: {amount: 10 EUR, within: 1h}}]}]
`, `
		09:00 | compensate new due 10:00 | due compensate 10:00
		12:00 done:compensate=09:30 tags=x | compensate cancelled due 10:00 | overpaid compensate`},
}

// tagged is a set with one play that is for incidents with the tag late.
func tagged(do string) string {
	return "plays: [{id: p, approach: standardised-response, when: '\"late\" in incident.tags', do: " + do + "}]\n"
}

func TestLives(t *testing.T) {
	for _, life := range lives {
		t.Run(life.name, func(t *testing.T) { live(t, life.do, life.story) })
	}
}

// live goes through a story. What stands behind a third bar is what became of the promises by then.
func live(t *testing.T, do, story string) {
	store := &writtenStore{MemoryStore: recovery.NewMemoryStore(), calendars: calendarNames{}}
	plays := do
	if strings.HasPrefix(plays, "[") {
		plays = "plays: [{id: p, approach: standardised-response, when: \"true\", do: " + do + "}]\n"
	}
	d := newDesk(t, plays, recovery.WithStore(store))
	ids := map[string]string{}
	in := recovery.Incident{ID: "T-1", OccurredAt: at("2026-03-02T09:00:00Z")}
	for _, line := range strings.Split(strings.TrimSpace(story), "\n") {
		parts := strings.Split(line+" ", "|")
		d.now = clockTime(strings.Fields(parts[0])[0])
		for _, change := range strings.Fields(parts[0])[1:] {
			if _, option, ok := strings.Cut(change, "chose:"); ok {
				choices, err := d.Choices(context.Background(), in.ID)
				if err != nil {
					t.Fatal(err)
				}
				sel := recovery.Selection{Incident: in.ID, Choice: choices[0].ID, By: "kim", Options: []recovery.Selected{{Type: option}}}
				if _, err := d.Choose(context.Background(), sel); err != nil {
					t.Fatal(err)
				}
				continue
			}
			if outcome, action, ok := strings.Cut(change, ":"); ok && outcome != "" && !strings.Contains(outcome, "=") {
				kind, when, _ := strings.Cut(action, "=")
				r := recovery.Report{Incident: in.ID, Action: ids[kind], Outcome: recovery.Outcome(outcome), At: clockTime(when)}
				if err := d.Report(context.Background(), r); err != nil {
					t.Fatal(err)
				}
				continue
			}
			happens(&in, change)
		}
		d.now = d.now.UTC()
		in.Summary = fmt.Sprint(d.now) // so that nothing is a retry
		decision := d.handle(in)
		said := saidBy(decision)
		for _, a := range decision.Actions {
			ids[a.Type] = a.ID
		}
		list, _, err := d.Agenda(context.Background(), "T-1")
		if err != nil {
			t.Fatal(err)
		}
		var owed []string
		for _, o := range list {
			text := string(o.State) + " " + o.Action.Type
			if !o.At.IsZero() {
				text += " " + o.At.Format("15:04")
			}
			owed = append(owed, text)
		}
		if len(parts) > 3 {
			if diff := cmp.Diff(strings.TrimSpace(parts[3]), promisedBy(t, store, d.now)); diff != "" {
				t.Errorf("%s: promises: -want +got\n%s", strings.TrimSpace(parts[0]), diff)
			}
		}
		got := said + " | " + strings.Join(owed, "; ")
		want := strings.TrimSpace(parts[1]) + " | " + strings.TrimSpace(parts[2])
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", strings.TrimSpace(parts[0]), diff)
		}
	}
}

// chosen is a play that leaves it to the lead which of some actions is given.
func chosen(options string) string {
	return "plays:\n  - {id: p, approach: case-by-case, when: \"true\", discretion: {decider: lead, options: " + options + "}}\n"
}

func clockTime(text string) time.Time { return at("2026-03-02T" + text + ":00Z") }

func happens(in *recovery.Incident, change string) {
	field, text, _ := strings.Cut(change, "=")
	var when time.Time
	if text != "" && field != "severity" && field != "tags" && field != "paused" {
		when = clockTime(text)
	}
	switch field {
	case "tags":
		in.Tags = strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
	case "reported":
		in.ReportedAt = when
	case "expected":
		in.ExpectedAt = when
	case "waiting":
		in.WaitingSince = when
	case "responded":
		in.RespondedAt = when
	case "informed":
		in.InformedAt = when
	case "resolved":
		in.ResolvedAt = when
	case "reopened":
		in.ReopenedAt = when
	case "severity":
		in.Severity = int(text[0] - '0')
	case "paused":
		in.Paused = nil
		if from, until, ended := strings.Cut(text, "-"); ended {
			in.Paused = []recovery.Pause{{From: clockTime(from), Until: clockTime(until)}}
		} else if text != "" {
			in.Paused = []recovery.Pause{{From: clockTime(text)}}
		}
	}
}

func saidBy(d *recovery.Decision) string {
	var out []string
	for _, a := range d.Actions {
		text := a.Type + " " + string(a.Change)
		if !a.DueAt.IsZero() {
			text += " due " + a.DueAt.Format("15:04")
		}
		if !a.DoneAt.IsZero() {
			text += " done " + a.DoneAt.Format("15:04")
		}
		if !a.GivenAt.Equal(clockTime("09:00")) {
			text += " given " + a.GivenAt.Format("15:04")
		}
		out = append(out, text)
	}
	for _, m := range d.Missed {
		out = append(out, "missed "+m.Type+" "+m.DueAt.Format("15:04"))
	}
	if slices.Contains(codes(d), "late-when-given") {
		out = append(out, "late when given")
	}
	return strings.Join(out, ", ")
}
