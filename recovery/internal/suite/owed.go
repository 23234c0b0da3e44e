package suite

import (
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/agenda"
)

// owed compares the agenda at the time of the step.
func (c *comparison) owed(w *playbook.Want, memory *store) {
	if w.Owed == nil {
		return
	}
	given := memory.Given()
	list, err := agenda.Of(&given, c.step.Now)
	if err != nil {
		c.fail("owed", w.Owed.Range, "it cannot be said what is owed", []Line{{'+', oneLine(err.Error())}})
		return
	}
	var came []thing
	for i := range list {
		came = append(came, c.set.owedThing(&list[i]))
	}
	c.each("owed", w.Owed.Items, came, ofOwed)
	if len(w.Owed.Items) == 0 && len(came) > 0 {
		c.fail("owed", w.Owed.Range, "nothing was to be owed", linesOf(nil, each(came, thing.text)))
	}
}

func (s *Set) owedThing(e *agenda.Entry) thing {
	if e.Choice != nil {
		x := thing{kind: e.Type, zone: s.zones.Play(e.Choice.Play)}
		x.params = []recovery.Param{{Name: "play", Value: e.Choice.Play}, {Name: "decider", Value: e.Choice.Decider}, {Name: "to", Value: agenda.Who(e.Choice)}}
		return x.owed(e)
	}
	return s.givenThing(e.Incident, e.Action).owed(e)
}

// owed adds to a thing how urgent it is.
func (x thing) owed(e *agenda.Entry) thing {
	if x.texts == nil {
		x.texts, x.times = map[string]string{}, map[string]time.Time{}
	}
	x.texts["state"] = string(e.State)
	x.times["due_at"], x.times["not_before"] = e.DueAt, e.NotBefore
	return x
}

// missed compares the broken promises of the incident. A promise may be named by its type, or in
// full by playbook/play/type; that of an item's own action also by one of these and the item.
func (c *comparison) missed(w *playbook.Want) {
	if w.Missed == nil {
		return
	}
	wanted := texts(w.Missed)
	named := map[string]bool{}
	var lines []Line
	for i := range c.d.Missed {
		m := &c.d.Missed[i]
		sign := byte('+')
		for _, name := range missedNames(m) {
			named[name] = true
			if slices.Contains(wanted, name) {
				sign = ' '
			}
		}
		lines = append(lines, Line{sign, c.set.missedText(m)})
	}
	other := slices.ContainsFunc(lines, func(l Line) bool { return l.Sign == '+' })
	for _, name := range wanted {
		if !named[name] {
			other = true
			lines = append(lines, Line{'-', name})
		}
	}
	if other {
		c.fail("missed", w.Missed.Range, "other promises were broken than wanted", lines)
	}
}

// missedNames are what a broken promise may be called.
func missedNames(m *recovery.Missed) []string {
	full := m.Play + "/" + m.Type
	if m.Item == "" {
		return []string{m.Type, full}
	}
	return []string{m.Type, full, m.Type + "/" + m.Item, full + "/" + m.Item}
}

// missedText tells a broken promise: parcels/late/resolve, due 2026-03-02T10:00:00+01:00, not done.
func (s *Set) missedText(m *recovery.Missed) string {
	plain := s.zones.Text(m.Play)
	names := missedNames(m)
	parts := []string{names[len(names)-1], "due " + plain.Time(m.DueAt)}
	if m.DueAt.Before(m.GivenAt) {
		parts = append(parts, "given only at "+plain.Time(m.GivenAt))
	}
	if m.DoneAt.IsZero() {
		parts = append(parts, "not done")
	} else {
		parts = append(parts, "done "+plain.Time(m.DoneAt))
	}
	return strings.Join(parts, ", ")
}

func (c *comparison) handled(w *playbook.Want) {
	if !w.Handled.IsSet() || w.Handled.Value == string(c.d.Handled) {
		return
	}
	c.fail("handled", w.Handled.Range, "it was handled in another way", linesOf([]string{w.Handled.Value}, []string{string(c.d.Handled)}))
}

// promise checks the name of a broken promise: the type of an action, or playbook/play/type, and the
// item whose own it is.
func (c *checker) promise(t playbook.Text) {
	known := c.set.known.promises
	ofItem := func(name string) bool { return strings.HasPrefix(t.Value, name+"/") }
	if !slices.Contains(known, t.Value) && !(c.set.hasItems() && slices.ContainsFunc(known, ofItem)) {
		c.errorf(t.Range, "unknown-action", didYouMean(t.Value, known), "no play gives an action with a deadline that is called `%s`", t.Value)
	}
}
