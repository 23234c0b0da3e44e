package recovery_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

// lives are short stories on Monday, 2 March 2026, in UTC: actions, then what
// happens at a time, and what the decision and the agenda say then.
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
		10:30 paused= | respond changed due 10:00, missed respond 10:00 | overdue respond 10:00`},
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
}

func TestLives(t *testing.T) {
	for _, life := range lives {
		t.Run(life.name, func(t *testing.T) {
			store := &writtenStore{MemoryStore: recovery.NewMemoryStore(), calendars: calendarNames{}}
			d := newDesk(t, "plays: [{id: p, approach: standardised-response, when: \"true\", do: "+life.do+"}]\n", recovery.WithStore(store))
			in := recovery.Incident{ID: "T-1", OccurredAt: at("2026-03-02T09:00:00Z")}
			for _, line := range strings.Split(strings.TrimSpace(life.story), "\n") {
				parts := strings.Split(line+" ", "|")
				d.now = clockTime(strings.Fields(parts[0])[0])
				for _, change := range strings.Fields(parts[0])[1:] {
					happens(&in, change)
				}
				d.now = d.now.UTC()
				in.Summary = fmt.Sprint(d.now) // so that nothing is a retry
				said := saidBy(d.handle(in))
				list, err := d.Agenda(context.Background(), "T-1")
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
				got := said + " | " + strings.Join(owed, "; ")
				want := strings.TrimSpace(parts[1]) + " | " + strings.TrimSpace(parts[2])
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: -want +got\n%s", strings.TrimSpace(parts[0]), diff)
				}
			}
		})
	}
}

func clockTime(text string) time.Time { return at("2026-03-02T" + text + ":00Z") }

func happens(in *recovery.Incident, change string) {
	field, text, _ := strings.Cut(change, "=")
	var when time.Time
	if text != "" && field != "severity" {
		when = clockTime(text)
	}
	switch field {
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
		if in.Paused = nil; text != "" {
			in.Paused = []recovery.Pause{{From: when}}
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
		out = append(out, text)
	}
	for _, m := range d.Missed {
		out = append(out, "missed "+m.Type+" "+m.DueAt.Format("15:04"))
	}
	return strings.Join(out, ", ")
}
