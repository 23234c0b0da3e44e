package oracle

import (
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// Rules 4 to 7 of time.md, each on both sides of where it turns: the evaluator's clock and the
// engine's give the time that was worked out by hand.
func TestClockRules(t *testing.T) {
	office := &oCalendars[0] // mon-fri 09:00-17:00
	pause := func(from, until string) recovery.Pause {
		p := recovery.Pause{From: at(from)}
		if until != "" {
			p.Until = at(until)
		}
		return p
	}
	for _, c := range []struct {
		rule      string
		base      string
		after     string
		within    string
		office    bool
		ends      string
		pauses    []recovery.Pause
		notBefore string
		due       string
	}{
		// Rule 4: days are wall-clock days of the zone, here Madrid.
		{rule: "4 a day over the change", base: "2026-03-28T10:00:00Z", within: "1d", due: "2026-03-29T09:00:00Z"},
		{rule: "4 24 hours over the change", base: "2026-03-28T10:00:00Z", within: "24h", due: "2026-03-29T10:00:00Z"},
		{rule: "4 a skipped time", base: "2026-03-28T01:30:00Z", within: "1d", due: "2026-03-29T01:00:00Z"},
		{rule: "4 a repeated time", base: "2026-10-24T00:30:00Z", within: "1d", due: "2026-10-25T00:30:00Z"},
		{rule: "4 months are clamped", base: "2026-01-31T11:00:00Z", within: "1mo", due: "2026-02-28T11:00:00Z"},
		{rule: "4 months first, then hours", base: "2026-01-31T11:00:00Z", within: "1mo2d3h", due: "2026-03-02T14:00:00Z"},
		{rule: "4 weeks", base: "2026-03-23T11:00:00Z", within: "1w", due: "2026-03-30T10:00:00Z"},
		{rule: "4 with pauses, as much runs", base: "2026-03-02T10:00:00Z", within: "1d", pauses: []recovery.Pause{pause("2026-03-02T12:00:00Z", "2026-03-02T15:00:00Z")}, due: "2026-03-03T13:00:00Z"},
		{rule: "4 the change is part of what runs", base: "2026-03-28T10:00:00Z", within: "1d", pauses: []recovery.Pause{pause("2026-03-28T12:00:00Z", "2026-03-28T13:00:00Z")}, due: "2026-03-29T10:00:00Z"},
		// Rule 5.
		{rule: "5 the end of the day", base: "2026-03-02T10:00:00Z", within: "1d", ends: "day", due: "2026-03-03T23:00:00Z"},
		{rule: "5 midnight belongs to the day that begins", base: "2026-03-02T23:00:00Z", within: "1d", ends: "day", due: "2026-03-04T23:00:00Z"},
		{rule: "5 a minute before it does not", base: "2026-03-02T22:59:00Z", within: "1d", ends: "day", due: "2026-03-03T23:00:00Z"},
		{rule: "5 the closing of the working day", base: "2026-03-02T10:00:00Z", within: "1d", office: true, ends: "working-day", due: "2026-03-03T16:00:00Z"},
		{rule: "5 of the next one", base: "2026-03-06T10:00:00Z", within: "1d", office: true, ends: "working-day", due: "2026-03-09T16:00:00Z"},
		{rule: "5 a day passes at night too, where it is paused", base: "2026-02-28T20:00:00Z", within: "1d", office: true, ends: "working-day", pauses: []recovery.Pause{pause("2026-03-01T14:00:00Z", "")}},
		{rule: "5 and is over before a pause that comes later", base: "2026-02-28T20:00:00Z", within: "1d", office: true, ends: "working-day", pauses: []recovery.Pause{pause("2026-03-01T20:00:00Z", "")}, due: "2026-03-02T16:00:00Z"},
		// Rule 6: Monday 2 March; the office is open from 08:00 to 16:00 UTC.
		{rule: "6 a working day", base: "2026-03-02T10:00:00Z", within: "1wd", office: true, due: "2026-03-03T16:00:00Z"},
		{rule: "6 a pause at night costs nothing", base: "2026-03-02T10:00:00Z", within: "1wd", office: true, pauses: []recovery.Pause{pause("2026-03-02T17:00:00Z", "2026-03-03T07:00:00Z")}, due: "2026-03-03T16:00:00Z"},
		{rule: "6 half an hour costs half an hour", base: "2026-03-02T10:00:00Z", within: "1wd", office: true, pauses: []recovery.Pause{pause("2026-03-03T10:00:00Z", "2026-03-03T10:30:00Z")}, due: "2026-03-04T08:30:00Z"},
		{rule: "6 after and within add up", base: "2026-03-02T10:00:00Z", after: "1wd", within: "2wd", office: true, notBefore: "2026-03-04T08:00:00Z", due: "2026-03-05T16:00:00Z"},
		{rule: "6 pauses included", base: "2026-03-02T10:00:00Z", after: "1wd", within: "1wd", office: true, pauses: []recovery.Pause{pause("2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z")}, notBefore: "2026-03-04T09:00:00Z", due: "2026-03-05T09:00:00Z"},
		// Rule 7.
		{rule: "7 reached as the pause begins", base: "2026-03-02T10:00:00Z", within: "4h", pauses: []recovery.Pause{pause("2026-03-02T14:00:00Z", "")}, due: "2026-03-02T14:00:00Z"},
		{rule: "7 not reached by a minute", base: "2026-03-02T10:00:00Z", within: "4h", pauses: []recovery.Pause{pause("2026-03-02T13:59:00Z", "")}},
		{rule: "7 overdue stays", base: "2026-03-02T10:00:00Z", within: "4h", pauses: []recovery.Pause{pause("2026-03-03T10:00:00Z", "")}, due: "2026-03-02T14:00:00Z"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			clock := oClock{zone: zoneOf("Europe/Madrid"), pauses: c.pauses, ends: c.ends}
			action := "within: " + c.within
			if c.office {
				clock.minutes = minutesOf(office, "Europe/Madrid")
				action += ", calendar: office"
			}
			for key, v := range map[string]string{"after": c.after, "ends": c.ends} {
				if v != "" {
					action += fmt.Sprintf(", %s: %s", key, v)
				}
			}
			if len(c.pauses) > 0 {
				action += ", pauses: true"
			}
			notBefore, due := clock.deadline(at(c.base), c.after, c.within)
			if timeText(notBefore) != c.notBefore || timeText(due) != c.due {
				t.Errorf("the evaluator: not before %s, due %s", timeText(notBefore), timeText(due))
			}
			set := "amends: v1\nplaybook: desk\nzone: Europe/Madrid\nreview_by: 2030-01-01\ncalendars: {office: {" + office.yaml + "}}\n" +
				"plays:\n  - id: p\n    approach: standardised-response\n    when: true\n    do: [{apologise: {since: occurred_at, " + action + "}}]\n"
			engine, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(set)}}, recovery.WithClock(func() time.Time { return at("2026-10-30T00:00:00Z") }))
			if err != nil {
				t.Fatal(err)
			}
			d, err := engine.Decide(t.Context(), recovery.Incident{ID: "T", Service: "s", OccurredAt: at(c.base), Paused: c.pauses})
			if err != nil {
				t.Fatal(err)
			}
			if a := d.Actions[0]; timeText(a.NotBefore) != c.notBefore || timeText(a.DueAt) != c.due {
				t.Errorf("the engine: not before %s, due %s", timeText(a.NotBefore), timeText(a.DueAt))
			}
		})
	}
}
