package oracle

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

// oAuthority is up to how much a role may choose alone.
type oAuthority struct {
	role string
	upTo []recovery.Money
}

func (d *oDiscretion) authorityYAML(w *yamlWriter) {
	if len(d.authority) > 0 {
		w.line(3, "authority:")
	}
	for _, a := range d.authority {
		parts := []string{}
		for _, m := range a.upTo {
			parts = append(parts, m.String())
		}
		w.line(4, "%s: [%s]", a.role, strings.Join(parts, ", "))
	}
	if d.above.IsSet() {
		w.line(3, "second: {above: %s, by: %s}", d.above, d.second)
	}
}

// oProposer is who chose, and in which roles.
type oProposer struct {
	by    string
	roles []string
}

// alone is the most that one of some roles may choose alone in a currency; not set: nothing.
func (d *oDiscretion) alone(roles []string, currency string) (most recovery.Money) {
	for _, a := range d.authority {
		for _, m := range a.upTo {
			if slices.Contains(roles, a.role) && m.Currency() == currency && (!most.IsSet() || m.Compare(most) > 0) {
				most = m
			}
		}
	}
	return most
}

// allows says what somebody may do who chose some actions: "" choose them, "pending" propose them,
// "beyond" neither.
func (d *oDiscretion) allows(acts []*oAct, roles []string) (verdict string) {
	if len(d.authority) == 0 && !d.above.IsSet() {
		return ""
	}
	totals := map[string]recovery.Money{}
	for _, a := range acts {
		if a.amount == nil {
			continue
		}
		cur := a.amount.Currency()
		if _, ok := totals[cur]; !ok {
			totals[cur] = minus(*a.amount, *a.amount)
		}
		totals[cur] = plus(totals[cur], *a.amount)
	}
	for cur, total := range totals {
		most := d.alone(roles, cur)
		within := total.IsZero() || len(d.authority) == 0 || most.IsSet() && total.Compare(most) <= 0
		second := d.above.IsSet() && d.above.Currency() == cur && total.Compare(d.above) > 0
		switch {
		case second && (len(d.authority) == 0 || most.IsSet() && most.Compare(d.above) >= 0):
			verdict = "pending"
		case second || !within:
			return "beyond"
		}
	}
	return verdict
}

// proposedActs are what proposals would give.
func proposedActs(list []*oMade) (out []*oAct) {
	for _, m := range list {
		out = append(out, m.acts...)
	}
	return out
}

// stillProposed are the proposals whose play still matches; the others are over.
func (r *oRun) stillProposed() (out []*oMade) {
	for _, m := range r.life.proposed {
		if r.stillMatches(m) {
			out = append(out, m)
		}
	}
	return out
}

// approve is another person's agreement: the play, the ranges, the limits and the proposer's
// authority are looked at anew.
func (w *oWorld) approve(m *oMade, who oProposer, d *oPlay, at oMoment) (*oMade, string) {
	if sameName(who.by, m.who.by) {
		return nil, "needs-another"
	}
	if !slices.Contains(who.roles, d.discretion.second) {
		return nil, "not-the-second"
	}
	t := w.lives[m.incident]
	r, made, refused := w.choosing(m.incident, d, m.picks, m.reason, m.who, at.decision.at, m)
	if refused == "" && d.discretion.allows(made.acts, m.who.roles) == "beyond" {
		refused = "beyond"
	}
	if refused != "" {
		return nil, refused
	}
	t.drop(m)
	r.make(made)
	return made, ""
}

// decline turns a proposal down, or takes it back.
func (w *oWorld) decline(m *oMade, who oProposer, d *oPlay, reason string) string {
	if reason == "" || !slices.Contains(who.roles, d.discretion.second) && !sameName(who.by, m.who.by) {
		return "refused"
	}
	l := w.lives[m.incident]
	l.drop(m)
	if !slices.ContainsFunc(l.latest().choices, func(c *oChoice) bool { return c.play.name() == m.play.name() }) {
		l.reopened = append(slices.Clone(l.reopened), m.choice)
	}
	return ""
}

func (l *oLife) drop(m *oMade) {
	l.proposed = slices.DeleteFunc(slices.Clone(l.proposed), func(x *oMade) bool { return x == m })
}

// sameName compares people without regard to case and blanks.
func sameName(a, b string) bool {
	plain := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	return plain(a) == plain(b)
}

// compareProposal settles one of the proposals in both.
func (b *oBench) compareProposal() string { return b.do(b.settled()) }

// settled makes up how one of the proposals is settled.
func (b *oBench) settled() *oOp {
	var all []*oMade
	for _, id := range slices.Sorted(maps.Keys(b.world.lives)) {
		all = append(all, b.world.lives[id].proposed...)
	}
	if len(all) == 0 || !b.dice.chance(60) {
		return nil
	}
	m := pick(b.dice, all...)
	who := oProposer{pick(b.dice, "kim", "Kim ", "ana", "zoe", "hugo"), some(b.dice, 70, []string{"director", "lead", "agent"})}
	approved, reason := true, ""
	if b.dice.chance(30) {
		approved, reason = false, pick(b.dice, "", "too much")
	}
	what := fmt.Sprintf("%s settles as %v what was proposed on %s %s, %t %q", who.by, who.roles, m.incident, m.play.name(), approved, reason)
	return &oOp{what: what, do: func(b *oBench) string {
		l := b.world.lives[m.incident]
		if l == nil {
			return ""
		}
		i := slices.IndexFunc(l.proposed, func(x *oMade) bool { return x.play.name() == m.play.name() })
		if i < 0 {
			return ""
		}
		return b.settle(l.proposed[i], who, approved, reason)
	}}
}

// settle settles a proposal in both.
func (b *oBench) settle(m *oMade, who oProposer, approved bool, reason string) string {
	ctx, play := context.Background(), b.playNow(m.play)
	id := b.choiceID(m.incident, m.play)
	if !approved {
		refused := b.world.decline(m, who, play, reason)
		got, err := b.engine.Decline(ctx, id, who.by, who.roles, reason)
		if diff := agreeRefused("Decline", refused, err); diff != "" || refused != "" {
			return diff
		}
		if got.Made == nil || got.Made.Declined == nil || len(got.Actions) > 0 {
			return fmt.Sprintf("declining gives %+v", got)
		}
		b.reached["declined"]++
		return ""
	}
	want, refused := b.world.approve(m, who, play, oMoment{decision: &oDecision{at: b.now}})
	got, err := b.engine.Approve(ctx, id, who.by, who.roles, "")
	if diff := agreeRefused("Approve", refused, err); diff != "" || refused != "" {
		return diff
	}
	b.made = append(b.made, got)
	if diff := cmp.Diff(chosenLines(want), linesOf(got.Actions)); diff != "" {
		return fmt.Sprintf("Approve (-oracle +engine):\n%s", diff)
	}
	return b.sameIDs(want.acts, standing(got))
}

// playNow is a play as the set that decides now has it.
func (b *oBench) playNow(p *oPlay) *oPlay {
	for _, book := range b.set.books {
		for _, now := range book.plays {
			if now.name() == p.name() {
				return now
			}
		}
	}
	return p
}

func agreeRefused(call, refused string, err error) string {
	var no *recovery.ChoiceError
	if (refused == "") == (err == nil) && (err == nil || errors.As(err, &no)) {
		return ""
	}
	return fmt.Sprintf("%s: the oracle refuses with %q, the engine with %v", call, refused, err)
}

// compareProposed compares what is proposed, and that proposing it once more changes nothing.
func (b *oBench) compareProposed(want *oMade, sel recovery.Selection, got *recovery.Decision) string {
	if got.Made == nil || !got.Made.Pending || len(got.Actions) > 0 {
		return fmt.Sprintf("Choose %+v: the oracle says that it awaits a second person, the engine gives %+v", sel, got)
	}
	b.reached["proposed"]++
	brief := func(typ string, amount *recovery.Money, params []string) string {
		return fmt.Sprint(typ, " ", moneyText(amount), " ", params)
	}
	var proposed, engines []string
	for _, a := range want.acts {
		proposed = append(proposed, brief(a.typ, a.amount, mapText(a.params)))
	}
	for _, a := range got.Made.Proposed {
		engines = append(engines, brief(a.Type, &a.Amount, paramText(a.Params)))
	}
	if diff := b.diff(proposed, engines); diff != "" {
		return fmt.Sprintf("Choose %+v proposes (-oracle +engine):\n%s", sel, diff)
	}
	again, err := b.engine.Choose(context.Background(), sel)
	if err != nil || again.ID != got.ID {
		return fmt.Sprintf("Choose %+v once more: %v", sel, err)
	}
	return ""
}

// chosenLines are the actions that a choice gives, as they are compared.
func chosenLines(m *oMade) (out []string) {
	for _, a := range m.acts {
		view := a.seen
		view.Change, view.Already, view.GivenAt, view.DoneAt = a.change, moneyText(a.already), timeText(a.given), timeText(a.done)
		out = append(out, view.lines("chosen")...)
	}
	return out
}

func linesOf(list []recovery.Action) (out []string) {
	for _, a := range list {
		if a.Change != recovery.ChangeCancelled { // it is no longer the highest
			out = append(out, actionView(a).lines("chosen")...)
		}
	}
	return out
}

// proposer is who chooses. Where the play has no authority, the dice are not thrown.
func (b *oBench) proposer(p *oPlay) oProposer {
	who := oProposer{by: "kim"}
	if len(p.discretion.authority) > 0 || p.discretion.above.IsSet() {
		who = oProposer{pick(b.dice, "kim", "ana"), some(b.dice, 75, []string{"lead", "agent", "duty-manager", "team-lead"})}
	}
	return who
}
