package explain

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// width is that of a terminal for which text is written.
const width = 80

// Legend says what the marks of the text mean.
const Legend = holds + " holds, " + holdsNot + " does not, " + fails + " has no value, (in brackets) was not looked at, " + "▸ decided"

// Text is the report for people, coloured when colour is set.
func (r *Report) Text(colour bool) term.Text {
	t := &textWriter{report: r, page: term.NewPage(colour), opened: map[*policy.Node]bool{}, plain: r.plain()}
	t.head()
	if r.Reasons != nil {
		t.body()
	}
	return t.page.Text()
}

type textWriter struct {
	report *Report
	page   *term.Page
	opened map[*policy.Node]bool // what was written below a term
	plain  value.Plain           // in the zone of what is being written
}

func (t *textWriter) paint(code term.Colour, s string) term.Text { return t.page.Paint(code, s) }

func (t *textWriter) line(format string, args ...any) { t.page.Line(format, args...) }

// wrapped writes a text, broken to the width; what follows its first line stands
// deeper.
func (t *textWriter) wrapped(indent, deeper int, style term.Colour, text string) {
	text = term.Plain(text).String() // as it is broken
	lines := term.Wrap(text, width-indent)
	t.line("%s%s", strings.Repeat(" ", indent), t.paint(style, lines[0]))
	if len(lines) == 1 {
		return
	}
	rest := strings.TrimSpace(strings.TrimPrefix(strings.Join(strings.Fields(text), " "), lines[0]))
	for _, l := range term.Wrap(rest, width-indent-deeper) {
		t.line("%s%s", strings.Repeat(" ", indent+deeper), t.paint(style, l))
	}
}

// head says what came of the incident.
func (t *textWriter) head() {
	r := t.report
	who := r.Incident
	if who != "" {
		who += "  "
	}
	switch {
	case r.Refused != nil && r.Past != nil:
		t.wrapped(0, 2, term.Bold, who+"was refused at "+t.plain.Time(r.DecidedAt))
	case r.Refused != nil:
		t.wrapped(0, 2, term.Bold, who+"refused")
	case r.Reasons.Err != nil:
		t.wrapped(0, 2, term.Bold, who+"cannot be decided")
		t.wrapped(0, 4, term.Red, t.errorText(r.Reasons.Err))
	default:
		t.wrapped(0, 2, term.Bold, who+t.decided())
	}
	if r.Past != nil {
		t.past()
	}
	if r.Refused != nil {
		t.refused(r.Refused)
	}
}

func (t *textWriter) decided() string {
	r := t.report
	text := "decided " + t.plain.Time(r.DecidedAt)
	if m := r.Reasons.Decision.Made; m != nil {
		return "chosen by " + m.By + " at " + t.plain.Time(r.DecidedAt)
	}
	if len(r.options.Plays) > 0 {
		return text
	}
	n, all := r.matched(), len(r.Reasons.Plays)
	verb := "match"
	if n == 1 || all == 1 {
		verb = "matches"
	}
	return fmt.Sprintf("%s: %d of %s %s", text, n, term.Count(all, "play"), verb)
}

// refused says all that is wrong with an incident, a line each.
func (t *textWriter) refused(err error) {
	var misfit *recovery.IncidentError
	if !errors.As(err, &misfit) {
		t.wrapped(2, 2, "", err.Error())
		return
	}
	for _, p := range misfit.Problems {
		t.wrapped(2, 2, "", p.String())
	}
}

// errorText is an error with its place as people can open it.
func (t *textWriter) errorText(err error) string {
	var evaluation *recovery.EvaluationError
	if !errors.As(err, &evaluation) || evaluation.File == "" {
		return err.Error()
	}
	placed := *evaluation
	placed.File = path.Join(t.report.options.Dir, placed.File)
	return placed.Error()
}

// plain is the zone of the playbooks, where they have one; else UTC.
func (r *Report) plain() value.Plain {
	var zone *time.Location
	if r.Reasons != nil {
		for _, e := range r.Reasons.Plays {
			if zone != nil && zone.String() != e.Play.Playbook.Zone.String() {
				return value.Plain{}
			}
			zone = e.Play.Playbook.Zone
		}
	}
	return value.Plain{Zone: zone}
}

func (t *textWriter) body() {
	r := t.report
	if d := r.Reasons.Decision; d != nil {
		t.warnings(d, "")
		t.missed(d)
	}
	for _, e := range r.Shown {
		t.line("")
		t.play(e)
	}
	t.withdrawn()
	for _, l := range r.Reasons.Limits {
		t.limit(l)
	}
	if len(r.Near) > 0 {
		t.line("")
		t.line("%s", t.paint(term.Bold, "nearest misses"))
	}
	for _, e := range r.Near {
		t.line("")
		t.play(e)
	}
	if len(r.Others) > 0 {
		t.line("")
		t.line("%s", t.paint(term.Bold, "others (--all shows each)"))
	}
	for _, g := range r.Others {
		t.wrapped(2, 4, "", g.String())
	}
}

// withdrawn lists what earlier decisions gave by plays that are not shown.
func (t *textWriter) withdrawn() {
	d := t.report.Reasons.Decision
	if d == nil || len(t.report.options.Plays) > 0 {
		return
	}
	for _, a := range d.Actions {
		if !slices.ContainsFunc(slices.Concat(t.report.Shown, t.report.Near), func(e policy.Explanation) bool { return slices.Contains(a.Plays, e.Play.Name) }) {
			t.line("")
			t.wrapped(0, 4, "", "given before, by "+strings.Join(a.Plays, ", ")+": "+a.TextIn(t.plain.Zone))
		}
	}
}

// missed lists the broken promises, unless only some plays were asked about.
func (t *textWriter) missed(d *recovery.Decision) {
	only := t.report.options.Plays
	for _, m := range d.Missed {
		if len(only) > 0 && !slices.Contains(only, m.Play) {
			continue
		}
		done := "not done"
		if !m.DoneAt.IsZero() {
			done = "done " + t.plain.Time(m.DoneAt)
		}
		if m.DueAt.Before(m.GivenAt) {
			done += ", and given only at " + t.plain.Time(m.GivenAt)
		}
		t.wrapped(2, 2, "", "missed: "+term.Spaced(m.Type, ofItem(m.Item))+" of "+m.Play+", due "+t.plain.Time(m.DueAt)+", "+done)
	}
}

func (t *textWriter) warnings(d *recovery.Decision, play string) {
	indent := 2
	if play != "" {
		indent = 4
	}
	for _, w := range d.Warnings {
		if w.Play == play {
			t.wrapped(indent, 2, "", "warning: "+string(w.Code)+": "+w.Message)
		}
	}
}

// limit says what a limit did, and by what figures.
func (t *textWriter) limit(l recovery.BoundLimit) {
	r := t.report
	took := l.Withheld
	cut := l.Cut
	if only := r.options.Plays; len(only) > 0 {
		took = slices.DeleteFunc(slices.Clone(took), func(w recovery.Withheld) bool { return !slices.Contains(only, w.Play) })
		cut = slices.DeleteFunc(slices.Clone(cut), func(c recovery.CutOffer) bool { return !slices.Contains(only, c.Play) })
		if len(took)+len(cut) == 0 {
			return
		}
	}
	t.line("")
	t.wrapped(0, 4, "", r.place(l.Limit.Position)+": "+limitText(l))
	for _, w := range took {
		t.wrapped(4, 2, "", "withheld from "+w.Play+": "+term.Spaced(w.Type, ofItem(w.Item), amount(w.Amount), params(w.Params, t.plain)))
	}
	for _, c := range cut {
		t.wrapped(4, 2, "", "the offer of "+optionName(c)+" in "+c.Play+" goes up to "+c.After.String()+", not "+c.Before.String())
	}
}

func limitText(l recovery.BoundLimit) string {
	of := strings.Join(l.Limit.Of, ", ")
	if l.Limit.PerItem {
		of += ", per item"
	}
	if l.Limit.Keep {
		return "limit: of " + of + " only the highest is kept"
	}
	text := "limit: at most " + cmp.Or(amount(l.AtMost), "what the item allows") + " of " + of
	if l.Limit.Counting != nil {
		text += ", counting " + l.Limit.Counting.Name + ", which was " + amount(l.Counted)
	}
	if when := l.Limit.When(); when != "" {
		text += ", when " + term.Spaced(strings.Fields(when)...)
	}
	if l.Chosen.IsSet() {
		text += ", and " + l.Chosen.String() + " chosen before"
	}
	return text
}

func optionName(c recovery.CutOffer) string {
	if c.ID == "" {
		return c.Type
	}
	return c.Type + "/" + c.ID
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
		out = append(out, p.Name+": "+paramText(p.Value, plain))
	}
	if len(out) == 0 {
		return ""
	}
	return "(" + strings.Join(out, ", ") + ")"
}

func paramText(v any, plain value.Plain) string {
	if r, ok := v.(recovery.MoneyRange); ok {
		return r.String()
	}
	return plain.Show(v)
}

func messageOf(err error) string {
	var e *policy.EvalError
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}
