package oracle

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// These are the sentences of time.md under "How good", about random lives, without the evaluator.

// lone are the actions of a decision that stand and that one play alone asks for.
func lone(d *recovery.Decision) (out []recovery.Action) {
	for _, a := range standing(d) {
		if len(a.Plays) == 1 {
			out = append(out, a)
		}
	}
	return out
}

// cases of the plays that matched, by name.
func cases(d *recovery.Decision) map[string]string {
	out := map[string]string{}
	for _, m := range d.Plays {
		out[m.Play] = m.Case
	}
	return out
}

func byID(list []recovery.Action, id string) *recovery.Action {
	if i := slices.IndexFunc(list, func(a recovery.Action) bool { return a.ID == id }); i >= 0 {
		return &list[i]
	}
	return nil
}

// tooLate is whether a play comes too late to prevent a failure: it then gives something else.
func tooLate(d *recovery.Decision, play string) bool {
	return slices.ContainsFunc(d.Warnings, func(w recovery.Warning) bool { return w.Code == recovery.WarnTooLate && w.Play == play })
}

// "A deadline never moves unless its inputs did": the same incident, decided some time later, has
// the deadlines that it had, where the same cases of the same plays give them.
func TestPropertyDeadlinesStay(t *testing.T) {
	property(t, func(s *pStep) string {
		if slices.Contains(codes(s.got), "in-the-future") {
			return "" // what lies ahead happens meanwhile
		}
		at := s.now
		defer func() { s.now = at }()
		s.now = at.Add(time.Duration(s.dice.IntN(20000)) * time.Minute)
		later, err := s.engine.Decide(context.Background(), s.latestIncident(s.in))
		if err != nil {
			return "" // a condition may ask for the time
		}
		was, is := cases(s.got), cases(later)
		for _, a := range lone(s.got) {
			b := byID(lone(later), a.ID)
			play := a.Plays[0]
			if b == nil || b.Plays[0] != play || was[play] != is[play] || tooLate(later, play) != tooLate(s.got, play) {
				continue
			}
			if !b.DueAt.Equal(a.DueAt) || !b.NotBefore.Equal(a.NotBefore) {
				return fmt.Sprintf("nothing changed in %s, and %s (not before %s) became %s (not before %s)", s.now.Sub(at), a, a.NotBefore, b, b.NotBefore)
			}
		}
		return ""
	})
}

// latestIncident is the incident that the decision which stands was made from: what was told last
// may have been outdated.
func (s *pStep) latestIncident(in *oIncident) recovery.Incident {
	return s.world.lives[in.text("id")].latest().raw.api()
}

// eachLife runs something for every step of every life, with all earlier decisions on its incident.
func eachLife(t *testing.T, check func(s *pStep, before []*recovery.Decision) string) {
	t.Helper()
	past := map[*oBench]map[string][]*recovery.Decision{}
	property(t, func(s *pStep) string {
		if past[s.oBench] == nil {
			past[s.oBench] = map[string][]*recovery.Decision{}
		}
		id := s.got.Incident
		before := past[s.oBench][id]
		if slices.ContainsFunc(before, func(d *recovery.Decision) bool { return d.ID == s.got.ID }) {
			return ""
		}
		past[s.oBench][id] = append(before, s.got)
		return check(s, before)
	})
}

// "Nothing is born overdue without the warning": a deadline that is past and that no earlier
// decision has given warns.
func TestPropertyBornOverdueWarns(t *testing.T) {
	eachLife(t, func(s *pStep, before []*recovery.Decision) string {
		for _, a := range lone(s.got) {
			if a.DueAt.IsZero() || !a.DueAt.Before(s.got.DecidedAt) || !a.DoneAt.IsZero() {
				continue
			}
			known := slices.ContainsFunc(before, func(d *recovery.Decision) bool {
				b := byID(d.Actions, a.ID)
				return b != nil && (b.DueAt.Equal(a.DueAt) && b.Change != recovery.ChangeCancelled || len(b.Plays) > 1)
			})
			warned := slices.ContainsFunc(s.got.Warnings, func(w recovery.Warning) bool { return w.Code == "late-when-given" && w.Play == a.Plays[0] })
			rose := slices.ContainsFunc(before, func(d *recovery.Decision) bool { // later than it once was is not shorter
				b := byID(d.Actions, a.ID)
				return b != nil && !b.DueAt.IsZero() && b.DueAt.Before(a.DueAt)
			})
			if !known && !warned && !rose {
				return "born overdue without a warning: " + a.String()
			}
		}
		return ""
	})
}

// "A kept promise never turns late", unless its event is taken back or moved.
func TestPropertyKeptStaysKept(t *testing.T) {
	eachLife(t, func(s *pStep, before []*recovery.Decision) string {
		for _, d := range before {
			for _, a := range lone(d) {
				if a.DoneAt.IsZero() || a.DueAt.IsZero() || a.DoneAt.After(a.DueAt) {
					continue
				}
				if b := byID(lone(s.got), a.ID); b != nil && b.DoneAt.Equal(a.DoneAt) && b.GivenAt.Equal(a.GivenAt) && !b.DueAt.IsZero() && b.DoneAt.After(b.DueAt) {
					return fmt.Sprintf("%s was kept at %s, and is late: %s", a, a.DoneAt, b)
				}
				for _, m := range s.got.Missed {
					listed := slices.ContainsFunc(d.Missed, func(x recovery.Missed) bool { return x.ID == m.ID && x.GivenAt.Equal(m.GivenAt) })
					if m.ID == a.ID && m.GivenAt.Equal(a.GivenAt) && m.DoneAt.Equal(a.DoneAt) && !listed {
						return fmt.Sprintf("%s was kept at %s, and is listed as missed", a, a.DoneAt)
					}
				}
			}
		}
		return ""
	})
}

// "A hold never removes an overdue one".
func TestPropertyHoldKeepsOverdue(t *testing.T) {
	property(t, func(s *pStep) string {
		id := s.in.text("id")
		overdue := map[string]time.Time{}
		for _, o := range s.engineAgenda(id, s.now) {
			if o.State == recovery.Overdue {
				overdue[o.Action.ID] = o.Action.DueAt
			}
		}
		in := s.latestIncident(s.in)
		if len(overdue) == 0 || slices.ContainsFunc(in.Paused, func(p recovery.Pause) bool { return p.Until.IsZero() || p.Until.After(s.now) }) {
			return ""
		}
		in.Paused = append(in.Paused, recovery.Pause{From: s.now})
		held, err := s.engine.Decide(context.Background(), in)
		if err != nil {
			return err.Error()
		}
		if fmt.Sprint(cases(held)) != fmt.Sprint(cases(s.got)) {
			return "" // a promise that was missed may change what matches
		}
		for _, o := range agendaFor(held, in, s.now, s.reportsOn(id)...) {
			if due, ok := overdue[o.Action.ID]; ok && o.State == recovery.Overdue && o.Action.DueAt.Equal(due) {
				delete(overdue, o.Action.ID)
			}
		}
		if len(overdue) > 0 {
			return fmt.Sprintf("a hold removes what is overdue: %v", overdue)
		}
		return ""
	})
}

// "Steps end": once a promise is done, nothing is owed for it but what had come due and is not
// procedural, and nothing at all once that was reported.
func TestPropertyStepsEnd(t *testing.T) {
	property(t, func(s *pStep) string {
		id := s.in.text("id")
		in := s.latestIncident(s.in)
		reports := s.reportsOn(id)
		say := func(a string, at time.Time) {
			reports = append(reports, recovery.Report{Incident: id, Action: a, At: at})
		}
		for _, a := range standing(s.got) {
			if !a.Amount.IsSet() {
				say(a.ID, s.now)
			}
		}
		later := s.now.Add(100000 * time.Hour)
		owed := func() map[string]bool {
			out := map[string]bool{}
			for _, o := range agendaFor(s.got, in, later, reports...) {
				out[o.Action.ID] = true
			}
			return out
		}
		now := owed()
		for _, a := range standing(s.got) {
			if now[a.ID] || a.Amount.IsSet() || a.Type == "inform" {
				continue
			}
			for _, step := range append(slices.Clone(a.IfLate), a.Remind...) {
				if justice[step.Type] == "procedural" && now[step.ID] {
					return fmt.Sprintf("%s is done, and %s is owed", a, step)
				}
				say(step.ID, later)
			}
		}
		now = owed()
		for _, a := range standing(s.got) {
			for _, step := range append(slices.Clone(a.IfLate), a.Remind...) {
				if now[step.ID] && !now[a.ID] && !a.Amount.IsSet() && a.Type != "inform" {
					return fmt.Sprintf("%s is done and %s was reported, and is owed", a, step)
				}
			}
		}
		return ""
	})
}

func (b *oBench) reportsOn(id string) []recovery.Report {
	given, _, err := b.store.Read(context.Background(), recovery.Query{Incident: id})
	if err != nil {
		panic(err)
	}
	return given.Reports
}

// "Money reported paid is never owed twice": a host that pays what each effect raises, never takes
// anything back, and reports most of it, has never paid more than the most that it was told to give.
func TestPropertyMoneyIsPaidOnce(t *testing.T) {
	type account struct{ paid, most map[string]recovery.Money }
	accounts := map[*oBench]*account{}
	eachLife(t, func(s *pStep, _ []*recovery.Decision) string {
		acc := accounts[s.oBench]
		if acc == nil {
			acc = &account{map[string]recovery.Money{}, map[string]recovery.Money{}}
			accounts[s.oBench] = acc
		}
		for _, e := range s.got.Effects() {
			a := e.Action
			if a == nil || e.Do == recovery.ToSay || !a.Amount.IsSet() || e.Do == recovery.ToCancel {
				continue
			}
			key := a.ID + a.Amount.Currency()
			if most, ok := acc.most[key]; !ok || a.Amount.Compare(most) > 0 {
				acc.most[key] = a.Amount
			}
			rise := a.Amount
			if a.Already.IsSet() && a.Already.Currency() == a.Amount.Currency() {
				rise = minus(a.Amount, a.Already)
			}
			if rise.Sign() <= 0 {
				continue
			}
			paid, ok := acc.paid[key]
			if !ok {
				paid = minus(rise, rise)
			}
			acc.paid[key] = plus(paid, rise)
			if acc.paid[key].Compare(acc.most[key]) > 0 {
				return fmt.Sprintf("%s was paid for %s", acc.paid[key], a)
			}
			if s.dice.chance(60) {
				report := recovery.Report{Incident: s.got.Incident, Action: a.ID, Amount: rise, At: s.now}
				if err := s.engine.Report(context.Background(), report); err != nil {
					return err.Error()
				}
			}
		}
		return ""
	})
}

// The agenda stays as it is until the time at which it says to look again.
func TestPropertyAgendaUntilNext(t *testing.T) {
	property(t, func(s *pStep) string {
		given, _, err := s.store.Read(context.Background(), recovery.Query{Incident: s.in.text("id")})
		if err != nil {
			return err.Error()
		}
		show := func(at time.Time) (string, time.Time) {
			owed, next, err := given.Agenda(at)
			if err != nil {
				return err.Error(), next
			}
			var out []string
			for _, o := range owed {
				out = append(out, fmt.Sprint(o.State, " ", o.Action.ID, " ", o.At.UTC(), " ", o.Over))
			}
			return strings.Join(out, "\n"), next
		}
		now := s.now
		for range 5 {
			owed, next := show(now)
			until := next
			switch {
			case next.IsZero():
				until = now.Add(10000 * time.Hour)
			case !next.After(now):
				return fmt.Sprintf("at %s, the next time to look is %s", now, next)
			}
			for _, at := range []time.Time{now.Add(time.Microsecond), now.Add(until.Sub(now) / 3), until.Add(-time.Microsecond)} {
				if is, _ := show(at); at.Before(until) && is != owed {
					return fmt.Sprintf("at %s the agenda is\n%s\nand at %s, before %s, it is\n%s", now, owed, at, next, is)
				}
			}
			if next.IsZero() {
				return ""
			}
			now = next
		}
		return ""
	})
}
