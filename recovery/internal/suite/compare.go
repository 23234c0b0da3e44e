package suite

import (
	"errors"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
)

// Failure is one expectation that was not met.
type Failure struct {
	Step  string         // of the case; empty for the first
	Key   string         // of want: plays, actions, …
	Range playbook.Range // of the expectation
	// Message says what is wrong, Diff what was wanted and what came, Why what
	// led to it, a line each.
	Message string
	Diff    []Line
	Why     []Reason
}

// outcome is what came of a step: a decision or an error.
type outcome struct {
	decision *recovery.Decision
	err      error
}

// comparison compares what a step wants with what came.
type comparison struct {
	set      *Set
	step     *Step
	d        *recovery.Decision
	why      *reasons
	failures []Failure
}

func (c *comparison) fail(key string, at playbook.Range, message string, diff []Line, why ...Reason) {
	c.failures = append(c.failures, Failure{Step: c.step.Name, Key: key, Range: at, Message: message, Diff: diff, Why: why})
}

// compare returns what was not as wanted.
func (s *Set) compare(d *Decided) []Failure {
	step, came := d.step, d.outcome
	c := &comparison{set: s, step: step, d: came.decision, why: d.reasons()}
	w := step.Want
	if w == nil {
		w = &playbook.Want{}
	}
	if w.Incident.IsSet() {
		c.incident(w.Incident, d.incident)
	}
	switch {
	case came.err != nil:
		c.refused(w, came.err)
	case d.looked && w.Error.IsSet():
		c.fail("error", w.Error.Range, "the payload was to be refused, and fits", []Line{{'-', "refused: " + w.Error.Value}})
	case d.looked:
	case w.Error.IsSet() && step.test.Report != nil:
		c.fail("error", w.Error.Range, "the report was to be refused, and was taken", []Line{{'-', "refused: " + w.Error.Value}})
	case w.Error.IsSet() && settled(step.test) != nil:
		e := settled(step.test)
		c.fail("error", w.Error.Range, "the "+e.noun+" was to be refused, and was "+e.done,
			[]Line{{'-', "refused: " + w.Error.Value}, {'+', e.done + ": " + strings.Join(each(c.toDo(), thing.text), ", ")}})
	case w.Error.IsSet():
		c.fail("error", w.Error.Range, "it was to be refused, and was decided",
			[]Line{{'-', "refused: " + w.Error.Value}, {'+', "decided: " + strings.Join(each(c.d.Plays, playName), ", ")}})
	default:
		c.plays(w)
		c.items(w)
		c.actions(w)
		c.never(w)
		c.warnings(w)
		c.withheld(w)
		c.passedOver(w)
		c.choices(w)
		c.proposed(w)
		c.changes(w)
		c.missed(w)
		c.handled(w)
		c.owed(w, d.after)
		c.guarantees(d)
	}
	return c.failures
}

// refused compares the text of a refusal; one that nobody wanted is shown at the
// field that it is about.
func (c *comparison) refused(w *playbook.Want, err error) {
	text := err.Error()
	if w.Error.IsSet() {
		if !strings.Contains(text, w.Error.Value) {
			c.fail("error", w.Error.Range, "it was refused for another reason", []Line{{'-', w.Error.Value}, {'+', oneLine(text)}})
		}
		return
	}
	switch t := c.step.test; {
	case settled(t) != nil:
		c.fail("error", settled(t).at, "the "+settled(t).noun+" was refused", []Line{{'+', oneLine(text)}})
		return
	case t.Report != nil:
		c.fail("error", t.Report.Range, "the report was refused", []Line{{'+', oneLine(text)}})
		return
	case t.Again.IsSet():
		c.fail("error", t.Again.Range, "the incident could not be decided again", []Line{{'+', oneLine(text)}})
		return
	}
	at := c.step.Range
	if t := c.step.test; t.Payload.IsSet() {
		c.fail("error", t.Payload.Range, "the payload was refused", []Line{{'+', oneLine(text)}})
		return
	}
	var incident *recovery.IncidentError
	if errors.As(err, &incident) {
		for _, p := range incident.Problems {
			if v, ok := find(c.step.test.Incident, p.Path); ok {
				at = v.Range
				break
			}
		}
	}
	c.fail("error", at, "the incident was refused", []Line{{'+', oneLine(text)}})
}

func playName(m recovery.Match) string {
	if m.Case != "" {
		return m.Play + "/" + m.Case
	}
	return m.Play
}

func texts(list *playbook.WantedTexts) []string {
	return each(list.Items, func(t playbook.Text) string { return t.Value })
}

func (c *comparison) plays(w *playbook.Want) {
	if w.Plays == nil {
		return
	}
	wanted, came := texts(w.Plays), each(c.d.Plays, playName)
	if slices.Equal(wanted, came) {
		return
	}
	c.fail("plays", w.Plays.Range, "other plays than wanted", linesOf(wanted, came), c.why.plays(wanted, came)...)
}

// items compares the items that plays with each are for, with their cases.
func (c *comparison) items(w *playbook.Want) {
	if w.Items == nil {
		return
	}
	wanted, came := texts(w.Items), itemNames(c.d)
	if !slices.Equal(wanted, came) {
		c.fail("items", w.Items.Range, "other items than wanted", linesOf(wanted, came), c.why.items(wanted, came)...)
	}
}

// itemNames are the items that the plays of a decision are for: playbook/play/ITEM, and the case.
func itemNames(d *recovery.Decision) (out []string) {
	for _, m := range d.Plays {
		for _, x := range m.Items {
			name := m.Play + "/" + x.Item
			if x.Case != "" {
				name += "/" + x.Case
			}
			out = append(out, name)
		}
	}
	return out
}

func linesOf(wanted, came []string) []Line {
	return difference(wanted, came, func(i, j int) bool { return wanted[i] == came[j] })
}

// toDo are the actions of a decision without those that are cancelled, which
// are there to be seen by changes.
func (c *comparison) toDo() (out []thing) {
	for i := range c.d.Actions {
		if a := &c.d.Actions[i]; a.Change != recovery.ChangeCancelled {
			out = append(out, c.set.givenThing(c.d.Incident, a))
		}
	}
	return out
}

func (c *comparison) cancelled() (out []thing) {
	for i := range c.d.Actions {
		if a := &c.d.Actions[i]; a.Change == recovery.ChangeCancelled {
			out = append(out, c.set.givenThing(c.d.Incident, a))
		}
	}
	return out
}

// asksForCancelled tells wanted actions that are about cancelled ones.
func asksForCancelled(w *playbook.WantedAction) bool {
	return slices.ContainsFunc(w.Asked, func(e playbook.Entry) bool {
		return e.Key.Value == "change" && e.Value.Text.Value == string(recovery.ChangeCancelled)
	})
}

func (c *comparison) actions(w *playbook.Want) {
	if w.Actions == nil {
		return
	}
	var todo, gone []*playbook.WantedAction
	for _, a := range w.Actions.Items {
		if asksForCancelled(a) {
			gone = append(gone, a)
		} else {
			todo = append(todo, a)
		}
	}
	c.each("actions", gone, c.cancelled(), ofGiven)
	if w.Exactly.Value == "true" || len(w.Actions.Items) == 0 {
		c.exactly(w, todo)
		return
	}
	c.each("actions", todo, c.toDo(), ofGiven)
}

// each reports the wanted actions that are not there.
func (c *comparison) each(key string, wanted []*playbook.WantedAction, came []thing, where kindOfList) {
	missing, taken := c.set.assign(wanted, came, where)
	for _, w := range missing {
		diff := c.set.unlike(w, came, taken, where)
		var why []Reason
		if key == "actions" {
			by := c.givenBy(w, came, taken)
			why = append(by, c.why.missing(w, len(by) > 0)...)
		}
		c.fail(key, w.Range, notThere(key, w.Type.Value), diff, why...)
	}
}

// givenBy says why the action that is nearest to a wanted one is there: by the plays that gave
// it, with what they have looked at.
func (c *comparison) givenBy(w *playbook.WantedAction, came []thing, taken []bool) []Reason {
	j := c.set.nearest(w, came, taken, ofGiven)
	if j < 0 || taken[j] || came[j].action == nil {
		return nil
	}
	return c.why.given(came[j].action.Plays)
}

func notThere(key, kind string) string {
	switch key {
	case "withheld":
		return "no such `" + kind + "` was withheld"
	case "choices":
		return "no such option `" + kind + "` is offered"
	case "owed":
		return "no such `" + kind + "` is owed"
	}
	return "no such `" + kind + "` is there"
}

// unlike shows a wanted action beside the one of its type that is nearest.
func (s *Set) unlike(w *playbook.WantedAction, came []thing, taken []bool, where kindOfList) []Line {
	j := s.nearest(w, came, taken, where)
	if j < 0 {
		lines := []Line{{'-', wantedText(w)}}
		for _, x := range came {
			lines = append(lines, Line{'+', x.text()})
		}
		return lines
	}
	answers, ok := s.ask(w, came[j], where)
	if ok { // it fits, and is another's
		return []Line{{'-', wantedText(w)}}
	}
	return apart(w, answers)
}

// apart shows each wanted property of an action, and below one that differs what the action
// has instead.
func apart(w *playbook.WantedAction, answers []answer) []Line {
	lines := []Line{{' ', w.Type.Value}}
	for _, a := range answers {
		if a.ok {
			lines = append(lines, Line{' ', "  " + a.key + ": " + oneLine(a.got)})
			continue
		}
		lines = append(lines, Line{'-', "  " + a.key + ": " + oneLine(a.want)})
		if a.got != "" {
			lines = append(lines, Line{'+', "  " + a.key + ": " + oneLine(a.got)})
		}
	}
	return lines
}

// wantedText writes a wanted action in one line.
func wantedText(w *playbook.WantedAction) string {
	parts := each(w.Asked, func(e playbook.Entry) string { return e.Key.Value + ": " + plainText(e.Value) })
	if len(parts) == 0 {
		return w.Type.Value
	}
	return w.Type.Value + " (" + strings.Join(parts, ", ") + ")"
}

// exactly compares the whole list, in order.
func (c *comparison) exactly(w *playbook.Want, wanted []*playbook.WantedAction) {
	came := c.toDo()
	fits := func(i, j int) bool {
		_, ok := c.set.ask(wanted[i], came[j], ofGiven)
		return ok
	}
	whole := len(wanted) == len(came)
	for i := 0; whole && i < len(wanted); i++ {
		whole = fits(i, i)
	}
	if whole {
		return
	}
	message := "the actions are not exactly these"
	if len(wanted) == 0 {
		message = "nothing was to be done"
	}
	c.fail("actions", w.Actions.Range, message, c.sideBySide(wanted, came))
}

// sideBySide shows two lists of actions. Where two of one type stand side by side and
// differ, it shows the properties that differ.
func (c *comparison) sideBySide(wanted []*playbook.WantedAction, came []thing) (out []Line) {
	const sameType, same = 1, 2
	alike := func(i, j int) int {
		if wanted[i].Type.Value != came[j].kind {
			return 0
		}
		if _, ok := c.set.ask(wanted[i], came[j], ofGiven); ok {
			return same
		}
		return sameType
	}
	for _, p := range aligned(len(wanted), len(came), alike) {
		switch {
		case p.came < 0:
			out = append(out, Line{'-', wantedText(wanted[p.wanted])})
		case p.wanted < 0:
			out = append(out, Line{'+', came[p.came].text()})
		case alike(p.wanted, p.came) == same:
			out = append(out, Line{' ', came[p.came].text()})
		default:
			answers, _ := c.set.ask(wanted[p.wanted], came[p.came], ofGiven)
			out = append(out, apart(wanted[p.wanted], answers)...)
		}
	}
	return out
}

func (c *comparison) never(w *playbook.Want) {
	if w.Never == nil {
		return
	}
	for _, t := range w.Never.Items {
		for _, x := range c.toDo() {
			if x.kind == t.Value {
				c.fail("never", t.Range, "there is a `"+t.Value+"`, which must never be", []Line{{'+', x.text()}}, c.why.given(x.action.Plays)...)
			}
		}
	}
}
