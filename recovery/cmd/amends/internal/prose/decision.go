package prose

import (
	"strings"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/internal/zoned"
)

// Decision writes a decision for people, with times in the zones of a set.
func Decision(d *recovery.Decision, zones zoned.Zones) term.Text {
	w := NewWriter(zones)
	handled := ""
	if d.Handled != "" {
		handled = string(d.Handled) + ", "
	}
	w.Line(0, "%s  %sdecided %s", d.Incident, handled, value.Plain{Zone: zones.Decision()}.Time(d.DecidedAt))
	for _, p := range d.Plays {
		w.play(p)
	}
	w.made(d.Made)
	for _, a := range d.Actions {
		w.action(1, "→", a)
	}
	for _, c := range d.Choices {
		w.choice(c)
	}
	for _, x := range d.Withheld {
		w.Line(1, "withheld (%s): %s", x.Reason, term.Spaced(x.Type, Item(x.Item), Amount(x.Amount), Params(x.Params, zones.Text(x.Play))))
	}
	for _, x := range d.PassedOver {
		w.Line(1, "passed over: %s (%s)", x.Partner, x.Reason)
	}
	for i := range d.Missed {
		w.missed(&d.Missed[i])
	}
	for _, x := range d.Warnings {
		w.Line(1, "warning: %s: %s", term.Spaced(string(x.Code), x.Play), x.Message)
	}
	return w.Page.Text()
}

// Writer writes lines about decisions.
type Writer struct {
	Page  *term.Page
	zones zoned.Zones
}

// NewWriter shows times in the zones of a set.
func NewWriter(zones zoned.Zones) *Writer { return &Writer{Page: term.NewPage(false), zones: zones} }

// Line writes a line, each step of indent by two blanks.
func (w *Writer) Line(indent int, format string, args ...any) {
	w.Page.Line("%s%s", strings.Repeat("  ", indent), term.Textf(format, args...))
}

func (w *Writer) play(p recovery.Match) {
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
	w.Line(1, "%s (%s)", name, p.Approach)
	if len(why) > 0 {
		w.Line(2, "because %s", strings.Join(why, ", "))
	}
}

// made says who has chosen, and who has agreed.
func (w *Writer) made(m *recovery.Made) {
	if m == nil || !m.Pending && m.Second == nil && m.Declined == nil {
		return
	}
	w.Line(1, "proposed by %s%s", as(m.By, m.Roles), because(m.Reason))
	switch {
	case m.Pending:
		w.Line(1, "pending: another person has to agree; nothing is given yet")
	case m.Second != nil:
		w.Line(1, "agreed to by %s%s", as(m.Second.By, m.Second.Roles), because(m.Second.Reason))
		return
	default:
		w.Line(1, "turned down by %s%s", as(m.Declined.By, m.Declined.Roles), because(m.Declined.Reason))
	}
	for _, a := range m.Proposed {
		w.action(1, "?", a)
	}
}

func as(name string, roles []string) string {
	if len(roles) == 0 {
		return name
	}
	return name + " (" + strings.Join(roles, ", ") + ")"
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

func (w *Writer) action(indent int, sign string, a recovery.Action) {
	w.Line(indent, "%s %s", sign, a.TextIn(w.zones.Plays(a.Plays)))
	if a.Already.IsSet() && (a.Already != a.Amount || a.Change != recovery.ChangeKept) {
		w.Line(indent+1, "given before: %s", a.Already)
	}
	if a.Message != nil {
		for _, l := range strings.Split(strings.TrimRight(a.Message.Text, "\n"), "\n") {
			w.Line(indent+1, "%s> %s", a.Message.Language, l)
		}
	}
	if a.Note != "" {
		w.Line(indent+1, "note: %s", a.Note)
	}
	for _, x := range a.Remind {
		w.action(indent+1, "remind:", x)
	}
	for _, x := range a.IfLate {
		w.action(indent+1, "if late:", x)
	}
}

// missed writes a broken promise.
func (w *Writer) missed(m *recovery.Missed) {
	plain := w.zones.Text(m.Play)
	done := "not done"
	if !m.DoneAt.IsZero() {
		done = "done " + plain.Time(m.DoneAt)
	}
	if m.DueAt.Before(m.GivenAt) {
		done += ", and given only at " + plain.Time(m.GivenAt)
	}
	w.Line(1, "missed: %s of %s, due %s, %s", term.Spaced(m.Type, Item(m.Item)), m.Play, plain.Time(m.DueAt), done)
}

func (w *Writer) choice(c recovery.Choice) {
	by := ""
	if !c.DueAt.IsZero() {
		by = " by " + w.zones.Text(c.Play).Time(c.DueAt)
	}
	w.Line(1, "? %s chooses%s (%s)", c.Decider, by, c.ID)
	for _, o := range c.Options {
		span := ""
		if o.From.IsSet() {
			span = o.From.String() + " to " + o.To.String()
		}
		w.Line(2, "%s", term.Spaced("- "+o.Type, span, Params(o.Params, w.zones.Text(c.Play))))
	}
	for _, p := range c.Precedents.Options {
		w.Line(2, "before: %s %s to %s, median %s, in %s", p.Type, p.Lowest, p.Highest, p.Median, term.Count(c.Precedents.Count, "case"))
	}
}

// Item is empty for an action of the incident as a whole.
func Item(id string) string {
	if id == "" {
		return ""
	}
	return "for " + id
}

// Amount is empty where nothing was given.
func Amount(m recovery.Money) string {
	if !m.IsSet() {
		return ""
	}
	return m.String()
}

// Params are empty or stand in brackets.
func Params(list []recovery.Param, plain value.Plain) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Name+": "+plain.Show(p.Value))
	}
	if len(out) == 0 {
		return ""
	}
	return "(" + strings.Join(out, ", ") + ")"
}

// Refusal writes for people why an incident was refused.
func Refusal(id string, err error) term.Text {
	w := NewWriter(zoned.Zones{})
	w.Line(0, "%s  refused", id)
	w.Line(1, "%s", err)
	return w.Page.Text()
}
