package cli

import (
	"strings"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/internal/zoned"
)

// textOf writes a decision for people, with times in the zones of a set.
func textOf(d *recovery.Decision, zones zoned.Zones) term.Text {
	w := &textWriter{page: term.NewPage(false), zones: zones}
	handled := ""
	if d.Handled != "" {
		handled = string(d.Handled) + ", "
	}
	w.line(0, "%s  %sdecided %s", d.Incident, handled, value.Plain{Zone: zones.Decision()}.Time(d.DecidedAt))
	for _, p := range d.Plays {
		w.play(p)
	}
	for _, a := range d.Actions {
		w.action(1, "→", a)
	}
	for _, c := range d.Choices {
		w.choice(c)
	}
	for _, x := range d.Withheld {
		w.line(1, "withheld (%s): %s", x.Reason, term.Spaced(x.Type, amount(x.Amount), params(x.Params, zones.Text(x.Play))))
	}
	for _, x := range d.PassedOver {
		w.line(1, "passed over: %s (%s)", x.Partner, x.Reason)
	}
	for i := range d.Missed {
		w.missed(&d.Missed[i])
	}
	for _, x := range d.Warnings {
		w.line(1, "warning: %s: %s", term.Spaced(string(x.Code), x.Play), x.Message)
	}
	return w.page.Text()
}

type textWriter struct {
	page  *term.Page
	zones zoned.Zones
}

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

func (w *textWriter) action(indent int, sign string, a recovery.Action) {
	w.line(indent, "%s %s", sign, a.TextIn(w.zones.Plays(a.Plays)))
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
	for _, x := range a.Remind {
		w.action(indent+1, "remind:", x)
	}
	for _, x := range a.IfLate {
		w.action(indent+1, "if late:", x)
	}
}

// missed writes a broken promise.
func (w *textWriter) missed(m *recovery.Missed) {
	plain := w.zones.Text(m.Play)
	done := "not done"
	if !m.DoneAt.IsZero() {
		done = "done " + plain.Time(m.DoneAt)
	}
	if m.DueAt.Before(m.GivenAt) {
		done += ", and given only at " + plain.Time(m.GivenAt)
	}
	w.line(1, "missed: %s of %s, due %s, %s", m.Type, m.Play, plain.Time(m.DueAt), done)
}

func (w *textWriter) choice(c recovery.Choice) {
	by := ""
	if !c.DueAt.IsZero() {
		by = " by " + w.zones.Text(c.Play).Time(c.DueAt)
	}
	w.line(1, "? %s chooses%s (%s)", c.Decider, by, c.ID)
	for _, o := range c.Options {
		span := ""
		if o.From.IsSet() {
			span = o.From.String() + " to " + o.To.String()
		}
		w.line(2, "%s", term.Spaced("- "+o.Type, span, params(o.Params, w.zones.Text(c.Play))))
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

func params(list []recovery.Param, plain value.Plain) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Name+": "+plain.Show(p.Value))
	}
	if len(out) == 0 {
		return ""
	}
	return "(" + strings.Join(out, ", ") + ")"
}

// refusalText writes for people why an incident was refused.
func refusalText(id string, err error) term.Text {
	w := &textWriter{page: term.NewPage(false)}
	w.line(0, "%s  refused", id)
	w.line(1, "%s", err)
	return w.page.Text()
}
