package report

import (
	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// Guarantee is what holds for every incident.
type Guarantee struct {
	Name, About string // playbook/id
	Claim       string // in words
	For         string // the condition as it is written; empty: every incident
	Standing    Standing
}

// Standing is what is known of a guarantee.
type Standing struct {
	Word    string // proved, broken, open; empty: nobody looked
	Reason  string
	Example string // an incident on which it is broken
}

// guarantees are those of the set, in the order of its documents.
func (b *builder) guarantees(standings map[string]Standing) []Guarantee {
	var out []Guarantee
	for _, d := range b.set.Documents {
		for _, g := range d.Guarantees {
			name := d.ID.Value + "/" + g.ID.Value
			out = append(out, Guarantee{Name: name, About: oneLine(g.About.Value), Claim: claimOf(g), For: oneLine(g.For.Value), Standing: standings[name]})
		}
	}
	return out
}

// claimOf says in words what a guarantee claims.
func claimOf(g *playbook.Guarantee) string {
	list := func(texts []playbook.Text, word string) string {
		var out []string
		for _, t := range texts {
			out = append(out, t.Value)
		}
		return term.List(out, word)
	}
	switch {
	case len(g.Gives) > 0:
		text := "we always " + list(g.Gives, "or")
		if g.Within.IsSet() {
			text += ", due within " + g.Within.Value
		}
		if g.Calendar.IsSet() {
			text += " of the calendar " + g.Calendar.Value
		}
		return text
	case len(g.Never) > 0:
		return "we never " + list(g.Never, "or")
	case g.WhenGrows.IsSet():
		return "with more " + g.WhenGrows.Value + ", and all else the same, no less is given: " + list(g.NeverLess, "and") + " together"
	case len(g.Same) > 0:
		return "no difference by " + list(g.RegardlessOf, "or") + ": " + list(g.Same, "and") + " are the same"
	}
	return list(g.Of, "and") + " never come to more than " + list(g.AtMost, "or")
}
