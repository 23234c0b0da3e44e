package prove

import (
	"slices"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// mostBefore bounds the rows of a table of which each is compared with all rows before it.
const mostBefore = 100

// neverRows finds the rows of tables that no valid incident fits, as far as their keys are fields or facts.
func (c *checker) neverRows() (out []Proof) {
	for _, t := range c.program.Tables() {
		if a, _ := c.reason.Row(t, 0); a == nil || t.OfItem() {
			continue
		}
		box := c.reason.Valid()
		if b := t.Playbook(); b != nil {
			if box = c.reason.Require(c.reason.Applies(b), box, policy.CanYes); box != nil {
				box = c.reason.Narrow(b, box)
			}
		}
		var before []*policy.Asked
		for i := range t.Rows() {
			if box == nil || c.ctx.Err() != nil {
				return out
			}
			fits, exact := c.reason.Row(t, i)
			why := ""
			switch {
			case t.Covered(i): // this is said when the set is loaded
			case !c.isFree(box, []*policy.Asked{fits}, nil):
				why = "no valid incident fits it"
			case len(before) <= mostBefore && len(before) > 0 && !c.isFree(box, []*policy.Asked{fits}, before):
				why = "whatever it fits, rows before it fit too"
				if i == t.Otherwise() {
					why = "each valid incident fits a row before it"
				}
			}
			if why != "" {
				out = append(out, Proof{Question: Never, Standing: Broken, At: t.Row(i), Reason: "the row `" + t.Label(i) + "` of the table `" + t.Name + "` is never found: " + why})
			}
			if exact {
				before = append(before, fits)
			}
		}
	}
	return out
}

// neverOptions finds the options of a play that a cap of nothing always empties.
func (c *checker) neverOptions(p *policy.Play, add func(*policy.Play, policy.Position, string, ...any)) {
	if p.Choice == nil {
		return
	}
	for _, o := range p.Choice.Options {
		if o.To == nil {
			continue
		}
		empties := slices.ContainsFunc(limitsOf(c.program), func(l *policy.Limit) bool {
			if l.Keep || l.PerItem || l.When() != "" || !slices.Contains(l.Of, o.Type.Name) || l.Scope != c.program.Shared && l.Scope != p.Playbook {
				return false
			}
			room, _ := l.AtMost.Fixed()
			m, isMoney := room.(value.Money)
			return isMoney && m.Sign() <= 0 && m.Currency() == o.To.Currency()
		})
		if empties {
			add(p, o.Position, "the option %s of the play %s is always empty: a cap leaves nothing of it", o.Type.Name, p.Name)
		}
	}
}

// caseHeld reports whether a case is the first one of its play that holds for the incident of a trial that the play
// matched.
func (c *checker) caseHeld(t *trial, p *policy.Play, k *policy.Case) bool {
	in := c.inputOf(t)
	defer in.Release()
	for _, x := range p.Cases {
		asked := c.reason.Case(x)
		if c.readsItems(t, asked) {
			return false
		}
		if c.reason.Holds(asked, in) {
			return x == k
		}
	}
	return false
}

// reachesCase reports whether a trial shows that an incident reaches a case of a play.
func (c *checker) reachesCase(t *trial, p *policy.Play, k *policy.Case) bool {
	return t.decision != nil && slices.ContainsFunc(t.decision.Plays, func(m recovery.Match) bool {
		switch {
		case m.Play != p.Name:
			return false
		case p.Each != nil:
			return k.ID != "" && slices.ContainsFunc(m.Items, func(i recovery.MatchItem) bool { return i.Case == k.ID })
		case k.ID != "":
			return m.Case == k.ID
		}
		return c.caseHeld(t, p, k)
	})
}

// comesTooLate reports whether a decision gives what a play has for what comes too late.
func comesTooLate(t *trial, p *policy.Play) bool {
	return t.decision != nil && slices.ContainsFunc(t.decision.Warnings, func(w recovery.Warning) bool {
		return w.Code == recovery.WarnTooLate && w.Play == p.Name
	})
}
