package oracle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

// What an action pays over all decisions and choices adds up to its last amount:
// `already` is always what was committed before, and nothing is forgotten.
func TestPropertyAlreadyTelescopes(t *testing.T) {
	type account struct {
		paid    map[string]recovery.Money // by action
		choices int                       // how many of them are in it
	}
	accounts := map[*oBench]*account{}
	property(t, func(s *pStep) string {
		acc := accounts[s.oBench]
		if acc == nil {
			acc = &account{paid: map[string]recovery.Money{}}
			accounts[s.oBench] = acc
		}
		book := func(d *recovery.Decision) string {
			for _, a := range d.Actions {
				if !a.Amount.IsSet() {
					continue
				}
				before := acc.paid[a.ID]
				if before.Sign() > 0 && a.Already != before || before.Sign() == 0 && a.Already.Sign() > 0 {
					return fmt.Sprintf("%s has already %s, and %s was committed", a, a.Already, before)
				}
				if !acc.paid[a.ID].IsSet() || a.Amount.Currency() != acc.paid[a.ID].Currency() || a.Amount.Compare(acc.paid[a.ID]) > 0 {
					acc.paid[a.ID] = a.Amount // what was given and taken back in words only is not paid twice
				}
			}
			return ""
		}
		for _, d := range s.made[acc.choices:] {
			acc.choices++
			if wrong := book(d); wrong != "" {
				return wrong
			}
		}
		if s.before != nil && s.got.ID == s.before.ID {
			return "" // what stands was returned
		}
		if wrong := book(s.got); wrong != "" {
			return wrong
		}
		for _, a := range s.given() { // nothing that was committed is neither given nor cancelled
			if !slices.ContainsFunc(s.got.Actions, func(b recovery.Action) bool { return a == b.ID }) && acc.paid[a].Sign() > 0 {
				return fmt.Sprintf("%s of %s was committed, and is not cancelled", acc.paid[a], a)
			}
		}
		return ""
	})
}

// given are the ids of what the decision before gave.
func (s *pStep) given() (ids []string) {
	if s.before != nil {
		for _, a := range standing(s.before) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// What a decision gives, with the choices made on it and what a cap counts, is
// within the cap. Where that is above it already, as what was given on other
// incidents may have grown since a choice was made, nothing more is given.
func TestPropertyCapsHold(t *testing.T) {
	property(t, func(s *pStep) string {
		for _, doc := range s.set.docs() {
			for _, l := range doc.limits {
				if l.keep || l.when != nil || l.atMost.op != "lit" {
					continue
				}
				limit := l.atMost.val.(oExact).money()
				governs := func(typ, play string, m recovery.Money) bool {
					return slices.Contains(l.of, typ) && m.Currency() == limit.Currency() && (doc.shared || strings.HasPrefix(play, doc.id+"/"))
				}
				sum := minus(limit, limit)
				for _, a := range standing(s.got) {
					if governs(a.Type, a.Plays[0], a.Amount) {
						sum = plus(sum, a.Amount)
					}
				}
				if sum.IsZero() {
					continue
				}
				for _, m := range s.world.lives[s.in.text("id")].made {
					for _, a := range m.acts {
						if m.stands && a.amount != nil && governs(a.typ, a.plays[0], *a.amount) {
							sum = plus(sum, *a.amount)
						}
					}
				}
				for _, f := range s.got.Facts {
					counted := l.counting != nil && (f.Name == l.counting.name || f.Name == l.counting.book.id+"/"+l.counting.name)
					if m, ok := f.Value.(recovery.Money); ok && counted {
						sum = plus(sum, m)
					}
				}
				if sum.Compare(limit) > 0 {
					return fmt.Sprintf("%v: %s is above the cap of %s", l.of, sum, limit)
				}
			}
		}
		return ""
	})
}

func plus(a, b recovery.Money) recovery.Money { return minus(a, minus(minus(b, b), b)) }

// Each withheld action says why.
func TestPropertyWithheldReasons(t *testing.T) {
	property(t, func(s *pStep) string {
		for _, w := range s.got.Withheld {
			if !slices.Contains([]recovery.WithheldReason{"keep", "limit", "too-late", "zero"}, w.Reason) {
				return "withheld for " + string(w.Reason)
			}
			if w.Reason == "zero" && !w.Amount.IsZero() || w.Reason == "limit" && w.Amount.Sign() <= 0 {
				return fmt.Sprintf("withheld %s for %s", w.Amount, w.Reason)
			}
		}
		return ""
	})
}

// Unanswered is said exactly of decisions in which the plays that answer leave nothing.
func TestPropertyUnanswered(t *testing.T) {
	property(t, func(s *pStep) string {
		answers := func(play string) bool {
			return slices.ContainsFunc(inOrder(s.world.set.books), func(p *oPlay) bool { return p.name() == play && !p.aside })
		}
		left := slices.ContainsFunc(s.got.Choices, func(c recovery.Choice) bool { return answers(c.Play) })
		left = left || slices.ContainsFunc(s.got.Actions, func(a recovery.Action) bool {
			return a.Change != recovery.ChangeCancelled && slices.ContainsFunc(a.Plays, answers)
		})
		for _, m := range s.world.lives[s.in.text("id")].made {
			left = left || m.stands && !m.play.aside // somebody has answered
		}
		said := slices.Contains(codes(s.got), "unanswered")
		if left && said || !left && !said && len(s.got.Actions) == 0 {
			return fmt.Sprintf("unanswered %v:\n%s", said, s.got.AppendJSON(nil))
		}
		return ""
	})
}

// The units that stand in one window of a partner's zone are never more than
// its capacity.
func TestPropertyCapacityHolds(t *testing.T) {
	property(t, func(s *pStep) string {
		used := map[string]int64{}
		for _, d := range s.latest {
			for _, a := range standing(d) {
				if a.Type != "substitute" {
					continue
				}
				play := s.play(a.Plays[0])
				way, id, units := "outbound", "", int64(0)
				for _, p := range a.Params {
					switch p.Name {
					case "partner":
						id = show(p.Value)
					case "units":
						units = p.Value.(int64)
					}
				}
				partner := play.book.visible()[slices.IndexFunc(play.book.visible(), func(p *oPartner) bool { return p.id == id })]
				if thread := s.world.lives[d.Incident]; thread.latest().in.text("provider") != "" {
					way = "inbound"
				}
				dir := map[string]*oDirection{"outbound": partner.outbound, "inbound": partner.inbound}[way]
				if dir.units == 0 {
					continue
				}
				zone := partner.zone
				if zone == "" {
					zone = play.book.zoneName()
				}
				key := fmt.Sprint(id, " ", way, " ", window(d.DecidedAt, dir.per, zone))
				if partner.zone == "" { // two playbooks may see it in two zones
					key += " " + zone
				}
				if used[key] += units; used[key] > dir.units {
					return fmt.Sprintf("%s: %d of %d units", key, used[key], dir.units)
				}
			}
		}
		return ""
	})
}

func (b *oBench) play(name string) *oPlay {
	for _, p := range inOrder(b.set.books) {
		if p.name() == name {
			return p
		}
	}
	panic(name)
}

// A choice outside its range is refused.
func TestPropertyChoiceOutsideRangeRefused(t *testing.T) {
	property(t, func(s *pStep) string {
		for _, c := range s.got.Choices {
			for _, o := range c.Options {
				if !o.To.IsSet() {
					continue
				}
				sel := recovery.Selection{Incident: s.got.Incident, Choice: c.ID, By: "kim", Reason: "why not",
					Options: []recovery.Selected{{Type: o.Type, ID: o.ID, Amount: plus(o.To, recovery.MustMoney("0.01 EUR")), Params: map[string]any{}}}}
				for _, p := range o.Params {
					if list, ok := p.Value.([]any); ok {
						sel.Options[0].Params[p.Name] = list[0]
					}
				}
				var no *recovery.ChoiceError
				if _, err := s.engine.Choose(context.Background(), sel); !errors.As(err, &no) {
					return fmt.Sprintf("%v for %+v", err, sel)
				}
			}
		}
		return ""
	})
}
