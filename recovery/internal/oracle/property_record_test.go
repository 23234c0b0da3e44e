package oracle

import (
	"context"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
)

// pCalendars name calendars in records, as a store does.
type pCalendars map[string]*worktime.Calendar

func (c pCalendars) name(calendar *worktime.Calendar) string {
	for name, known := range c {
		if known == calendar {
			return name
		}
	}
	name := strconv.Itoa(len(c))
	c[name] = calendar
	return name
}

func (c pCalendars) find(name string) (*worktime.Calendar, error) { return c[name], nil }

func (c pCalendars) reread(t *testing.T, r *recovery.Record) *recovery.Record {
	back, err := recovery.ReadRecord(r.AppendJSON(nil, c.name), c.find)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// "The agenda is the same after a round trip through the form that stores keep", now and later: with choices,
// reports, pauses and changed sets, and for whatever has become of the promises.
func TestPropertyAgendaRoundTrip(t *testing.T) {
	property(t, func(s *pStep) string {
		_ = s.sameIDs(s.world.lives[s.in.text("id")].latest().acts, s.got.Actions) // reports go by ids
		if s.dice.chance(50) {
			if diff := s.do(s.report()); diff != "" {
				return diff
			}
		}
		given, _, err := s.store.Read(context.Background(), recovery.Query{Incident: s.in.text("id")})
		if err != nil {
			return err.Error()
		}
		calendars, back := pCalendars{}, given
		back.Previous = calendars.reread(t, given.Previous)
		back.Made = nil
		for i := range given.Made {
			back.Made = append(back.Made, *calendars.reread(t, &given.Made[i]))
		}
		for range 4 {
			at := s.now.Add(time.Duration(s.dice.IntN(20000)) * time.Minute)
			if was, is := agendaText(&given, at), agendaText(&back, at); was != is {
				return "at " + timeText(at) + " the agenda is\n" + was + "\nand read back\n" + is
			}
		}
		return ""
	})
}

func agendaText(g *recovery.Given, at time.Time) string {
	owed, next, err := g.Agenda(at)
	if err != nil {
		return err.Error()
	}
	outcomes, err := g.Outcomes(at)
	if err != nil {
		return err.Error()
	}
	text, err := json.MarshalIndent([]any{owed, next, outcomes.Promised()}, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}
