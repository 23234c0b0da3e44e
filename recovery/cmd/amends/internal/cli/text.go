package cli

import (
	"strings"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// textOf writes a decision for people.
func textOf(d *recovery.Decision) term.Text {
	w := &textWriter{term.NewPage(false)}
	w.line(0, "%s  decided %s", d.Incident, value.FormatTimestamp(d.DecidedAt))
	for _, p := range d.Plays {
		w.play(p)
	}
	for _, a := range d.Actions {
		w.action(1, a)
	}
	for _, c := range d.Choices {
		w.choice(c)
	}
	for _, x := range d.Withheld {
		w.line(1, "withheld (%s): %s", x.Reason, term.Spaced(x.Type, amount(x.Amount), params(x.Params)))
	}
	for _, x := range d.PassedOver {
		w.line(1, "passed over: %s (%s)", x.Partner, x.Reason)
	}
	for _, x := range d.Warnings {
		w.line(1, "warning: %s: %s", term.Spaced(string(x.Code), x.Play), x.Message)
	}
	return w.page.Text()
}

type textWriter struct{ page *term.Page }

func (w *textWriter) line(indent int, format string, args ...any) {
	w.page.Line("%s%s", strings.Repeat("  ", indent), term.Textf(format, args...))
}

func (w *textWriter) play(p recovery.Match) {
	name := p.Play
	if p.Case != "" {
		name += "/" + p.Case
	}
	var why []string
	for _, r := range p.Because {
		if r.Value == "" {
			why = append(why, r.Expr+" is empty")
		} else {
			why = append(why, r.Expr+" = "+r.Value)
		}
	}
	w.line(1, "%s (%s)", name, p.Approach)
	if len(why) > 0 {
		w.line(2, "because %s", strings.Join(why, ", "))
	}
}

func (w *textWriter) action(indent int, a recovery.Action) {
	sign := "→"
	if indent > 1 {
		sign = "if late:"
	}
	w.line(indent, "%s %s", sign, a)
	if a.Already.IsSet() && a.Already != a.Amount {
		w.line(indent+1, "given before: %s", a.Already)
	}
	if a.Message != nil {
		for _, l := range strings.Split(strings.TrimRight(a.Message.Text, "\n"), "\n") {
			w.line(indent+1, "%s> %s", a.Message.Language, l)
		}
	}
	if a.Note != "" {
		w.line(indent+1, "note: %s", a.Note)
	}
	for _, x := range a.IfLate {
		w.action(indent+1, x)
	}
}

func (w *textWriter) choice(c recovery.Choice) {
	by := ""
	if !c.DueAt.IsZero() {
		by = " by " + value.FormatTimestamp(c.DueAt)
	}
	w.line(1, "? %s chooses%s (%s)", c.Decider, by, c.ID)
	for _, o := range c.Options {
		span := ""
		if o.From.IsSet() {
			span = o.From.String() + " to " + o.To.String()
		}
		w.line(2, "%s", term.Spaced("- "+o.Type, span, params(o.Params)))
	}
	for _, p := range c.Precedents.Options {
		w.line(2, "before: %s %s to %s, median %s, in %s", p.Type, p.Lowest, p.Highest, p.Median, term.Count(c.Precedents.Count, "case"))
	}
}

func amount(m recovery.Money) string {
	if !m.IsSet() {
		return ""
	}
	return m.String()
}

func params(list []recovery.Param) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Name+": "+value.Show(p.Value))
	}
	if len(out) == 0 {
		return ""
	}
	return "(" + strings.Join(out, ", ") + ")"
}

// refusalText writes for people why an incident was refused.
func refusalText(id string, err error) term.Text {
	w := &textWriter{term.NewPage(false)}
	w.line(0, "%s  refused", id)
	w.line(1, "%s", err)
	return w.page.Text()
}
