package suite

import (
	"context"
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
)

// selection is what a step chooses. Where no decision leaves such a choice, the engine says so.
func (s *Set) selection(step *Step, memory *store) recovery.Selection {
	m := step.test.Choose
	given, _ := find(step.test.Incident, "id")
	id := given.Text.Value
	if memory.tells && memory.Latest != nil {
		id = memory.Latest.Decision.Incident
	}
	sel := recovery.Selection{Incident: id, Choice: memory.choiceOf(m.Play.Value), By: m.By.Value, Roles: values(m.Roles), Reason: m.Reason.Value}
	for _, o := range m.Options.Items {
		sel.Options = append(sel.Options, selected(s.known.types[o.Type.Value], o))
	}
	return sel
}

func values(list []playbook.Text) []string {
	return each(list, func(t playbook.Text) string { return t.Value })
}

// sign agrees to what was proposed, or turns it down.
func sign(ctx context.Context, do func(ctx context.Context, choice, by string, roles []string, reason string, options ...recovery.CallOption) (*recovery.Decision, error), m *playbook.SignedChoice, memory *store) (*recovery.Decision, error) {
	return do(ctx, memory.choiceOf(m.Play.Value), m.By.Value, values(m.Roles), m.Reason.Value, recovery.In(memory))
}

// event is what a step does about a choice; what it is called, and where it stands.
type event struct {
	noun, done string
	at         playbook.Range
}

// settled says what a step does about a choice; nil: nothing.
func settled(t *playbook.Test) *event {
	switch {
	case t.Choose != nil:
		return &event{"choice", "made", t.Choose.Range}
	case t.Approve != nil:
		return &event{"approval", "given", t.Approve.Range}
	case t.Decline != nil:
		return &event{"refusal to agree", "taken", t.Decline.Range}
	}
	return nil
}

// selected is one option as it is taken.
func selected(t *policy.ActionType, o *playbook.WantedAction) recovery.Selected {
	out := recovery.Selected{Type: t.Name, Params: map[string]any{}}
	for _, e := range o.Asked {
		name := e.Key.Value
		q, _ := questionAbout(t, name, ofChosen)
		v, err := parse(q.spec.Type, e.Value)
		if err != nil {
			continue // the checker has said so
		}
		amount, isMoney := v.(recovery.Money)
		switch {
		case name == "id":
			out.ID, _ = v.(string)
		case name == "amount" && isMoney:
			out.Amount = amount
		default:
			out.Params[name] = v
		}
	}
	return out
}

// chosen checks a choice that a step makes. Whether what is chosen is allowed is for the
// engine to say: a test may be about a choice that is refused.
func (c *checker) chosen(m *playbook.MadeChoice) {
	p := c.choicePlay(m.Play)
	c.roles(m.Roles)
	if m.Options == nil {
		return
	}
	for _, o := range m.Options.Items {
		t := c.actionType(o.Type)
		if _, known := c.set.known.types[o.Type.Value]; known && p != nil && !c.offers(p, o.Type) || t == nil {
			continue
		}
		for _, e := range o.Asked {
			if isNull(e.Value) {
				c.errorf(e.Value.Range, "wrong-type", "leave it out", "`%s` of what is chosen is a value", e.Key.Value)
				continue
			}
			c.asked(t, e, ofChosen)
		}
	}
}

// signed checks a step that agrees to what was proposed, or turns it down.
func (c *checker) signed(m *playbook.SignedChoice) {
	if m != nil {
		c.choicePlay(m.Play)
		c.roles(m.Roles)
	}
}

// roles checks roles against those of the set, if it closes them.
func (c *checker) roles(list []playbook.Text) {
	for _, t := range list {
		if known := c.set.program.Roles; known != nil && !slices.Contains(known, t.Value) {
			c.errorf(t.Range, "unknown-role", didYouMean(t.Value, known), "there is no role `%s`", t.Value)
		}
	}
}

// offers reports whether a play leaves a type of action to be chosen.
func (c *checker) offers(p *policy.Play, t playbook.Text) bool {
	var known []string
	for _, o := range p.Choice.Options {
		if o.Type.Name == t.Value {
			return true
		}
		known = append(known, o.Type.Name)
	}
	c.errorf(t.Range, "unknown-action", didYouMean(t.Value, known), "`%s` offers no `%s`; it offers %s", p.Name, t.Value, listed(known))
	return false
}

// choicePlay finds a case-by-case play by its name. It returns nil for any other name.
func (c *checker) choicePlay(t playbook.Text) *policy.Play {
	if !t.IsSet() {
		return nil
	}
	p := c.set.known.plays[t.Value]
	switch {
	case p == nil:
		c.errorf(t.Range, "unknown-play", c.playHint(t.Value), "there is no play `%s`", t.Value)
	case p.Choice == nil:
		c.errorf(t.Range, "unknown-play", "", "the play `%s` is not case-by-case, so it leaves nobody a choice", p.Name)
		return nil
	}
	return p
}
