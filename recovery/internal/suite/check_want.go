package suite

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func (c *checker) want(w *playbook.Want) {
	known := c.set.known
	if w.Plays != nil {
		for _, t := range w.Plays.Items {
			if of := known.caseOfItems(t.Value); of != "" {
				c.errorf(t.Range, "unknown-play", "write `"+of+"` here, and want what each item has under `items: ["+of+"/ITEM/"+t.Value[len(of)+1:]+"]`",
					"the cases of `%s` are each item's own", of)
			} else if !known.isPlay(t.Value) {
				c.errorf(t.Range, "unknown-play", c.playHint(t.Value), "there is no play `%s`", t.Value)
			}
		}
	}
	if w.Items != nil {
		for _, t := range w.Items.Items {
			c.item(t)
		}
	}
	if w.Never != nil {
		for _, t := range w.Never.Items {
			c.actionType(t)
		}
	}
	c.actions(w.Actions, ofGiven)
	c.actions(w.Withheld, ofWithheld)
	c.actions(w.Proposed, ofGiven)
	c.actions(w.Owed, ofOwed)
	if w.Missed != nil {
		for _, t := range w.Missed.Items {
			c.promise(t)
		}
	}
	if w.PassedOver != nil {
		for _, p := range w.PassedOver.Items {
			if !known.partners[p.Key.Value] {
				c.errorf(p.Key.Range, "unknown-partner", didYouMean(p.Key.Value, sortedKeys(known.partners)), "there is no partner `%s`", p.Key.Value)
			}
		}
	}
	if w.Changes != nil {
		for _, p := range w.Changes.Items {
			c.changed(p.Key)
		}
	}
	if w.Choices != nil {
		for _, choice := range w.Choices.Items {
			c.choice(choice)
		}
	}
}

// item checks the name of an item that a play is for: playbook/play/ITEM, and its case behind it.
func (c *checker) item(t playbook.Text) {
	known := c.set.known
	of := known.playOf(t.Value)
	switch {
	case of == nil:
		c.errorf(t.Range, "unknown-play", "write `playbook/play/ITEM`, and `/case` behind it where a case with an id holds", "there is no play that `%s` begins with", t.Value)
	case of.Each == nil:
		c.errorf(t.Range, "unknown-play", "want it under `plays`", "`%s` is for the incident as a whole: it has no `each`", of.Name)
	case len(t.Value) <= len(of.Name)+1:
		c.errorf(t.Range, "unknown-play", "write `"+of.Name+"/ITEM`", "`%s` names no item", t.Value)
	}
}

func (c *checker) playHint(name string) string {
	known := c.set.known.playNames()
	for _, k := range known {
		if strings.HasSuffix(k, "/"+name) {
			return "write `" + k + "`, with the playbook's id"
		}
	}
	return didYouMean(name, known)
}

// actionType finds a type of action by its name. It is nil for a wrong name, and
// for a type that no play gives.
func (c *checker) actionType(t playbook.Text) *policy.ActionType {
	found, ok := c.set.known.types[t.Value]
	if !ok {
		c.errorf(t.Range, "unknown-action", didYouMean(t.Value, sortedKeys(c.set.known.types)), "there is no action `%s`", t.Value)
	}
	return found
}

// changed checks the name of an action in changes: its type, or type/id.
func (c *checker) changed(key playbook.Text) {
	name, id, hasID := strings.Cut(key.Value, "/")
	plain := key
	plain.Value = name
	if hasID {
		plain.Range = key.Range
	}
	if _, ok := c.set.known.types[name]; !ok {
		c.actionType(plain)
		return
	}
	if !hasID {
		return
	}
	var known []string
	for _, p := range c.set.known.plays {
		for _, a := range canGive(p) {
			if a.Type.Name == name && a.Own {
				return // what comes behind may be an item
			}
			if a.Type.Name == name && a.ID != "" {
				known = append(known, a.ID)
			}
		}
	}
	if !slices.Contains(known, id) {
		c.errorf(key.Range, "unknown-action", didYouMean(id, known), "no play gives an action `%s` with the id `%s`", name, id)
	}
}

func (c *checker) choice(w *playbook.WantedChoice) {
	c.choicePlay(w.Play)
	c.time(w.DueAt)
	c.actions(w.Options, ofOption)
}

func (c *checker) actions(list *playbook.WantedActions, where kindOfList) {
	if list == nil {
		return
	}
	for _, a := range list.Items {
		c.action(a, where)
	}
}

func (c *checker) action(w *playbook.WantedAction, where kindOfList) {
	t, known := c.set.actionTypeOf(w.Type.Value, where)
	if !known {
		c.actionType(w.Type)
	}
	if t == nil {
		return
	}
	for _, e := range w.Asked {
		c.asked(t, e, where)
	}
}

// asked checks one thing that is asked of an action.
func (c *checker) asked(t *policy.ActionType, e playbook.Entry, where kindOfList) {
	name := e.Key.Value
	q, ok := questionAbout(t, name, where)
	if !ok {
		known := questionsAbout(t, where)
		hint := didYouMean(name, known)
		if hint == "" && slices.Contains([]string{"within", "after", "calendar", "since", "pauses"}, name) && where == ofGiven {
			hint = "a decision has the times that come of it: ask for `due_at` or `not_before`"
		}
		if name == "item" && slices.Contains(known, "for") {
			hint = "write `for`"
		}
		switch where {
		case ofChosen:
			c.errorf(e.Key.Range, "unknown-parameter", hint, "`%s` has no parameter `%s`; it has %s", t.Name, name, listed(known))
			return
		case ofReported:
			c.errorf(e.Key.Range, "unknown-parameter", hint, "a report on `%s` says nothing of `%s`; it has %s", t.Name, name, listed(known))
			return
		}
		c.errorf(e.Key.Range, "unknown-parameter", hint, "nothing is known of `%s` in `%s`; it can be asked about %s", name, t.Name, listed(known))
		return
	}
	if isNull(e.Value) {
		return // that there is none
	}
	switch q.shape {
	case shapeActions:
		c.actions(actionsOf(e.Value), ofGiven)
		if actionsOf(e.Value) == nil {
			c.errorf(e.Value.Range, "wrong-type", "", "`%s` is a list of actions", name)
		}
	case shapeMessage, shapeText:
		c.parts(e, q.parts())
	case shapeRange:
		c.amounts(e, q.spec)
	case shapeAllowed:
		c.allowed(e, q.spec)
	default:
		c.literal(e.Value, q.spec)
	}
}

// parts checks a text, or a mapping that asks about parts of it.
func (c *checker) parts(e playbook.Entry, known []string) {
	switch e.Value.Kind {
	case playbook.List:
		c.errorf(e.Value.Range, "wrong-type", "", "`%s` is a text, or `{contains: …}`", e.Key.Value)
	case playbook.Mapping:
		for _, part := range e.Value.Entries {
			switch {
			case !slices.Contains(known, part.Key.Value):
				c.errorf(part.Key.Range, "unknown-key", didYouMean(part.Key.Value, known), "`%s` has no key `%s`; it has %s", e.Key.Value, part.Key.Value, listed(known))
			case part.Value.Kind != playbook.Scalar:
				c.errorf(part.Value.Range, "wrong-type", "", "`%s` is a text", part.Key.Value)
			}
		}
	}
}

// amounts checks the range of an option: {from, to}; either end may be left out,
// or one amount.
func (c *checker) amounts(e playbook.Entry, spec *policy.Field) {
	if e.Value.Kind != playbook.Mapping {
		c.literal(e.Value, spec)
		return
	}
	for _, end := range e.Value.Entries {
		if end.Key.Value != "from" && end.Key.Value != "to" {
			c.errorf(end.Key.Range, "unknown-key", didYouMean(end.Key.Value, []string{"from", "to"}), "a range has `from` and `to`, not `%s`", end.Key.Value)
			continue
		}
		c.literal(end.Value, spec)
	}
}

// allowed checks a parameter of an option: a value, or a list of them.
func (c *checker) allowed(e playbook.Entry, spec *policy.Field) {
	if e.Value.Kind != playbook.List || spec.Type.Kind == value.KindList {
		c.literal(e.Value, spec)
		return
	}
	for _, item := range e.Value.Items {
		c.literal(item, spec)
	}
}

func (c *checker) literal(v playbook.Value, spec *policy.Field) {
	x, err := parse(spec.Type, v)
	if err != nil {
		c.errorf(v.Range, "bad-literal", "", "`%s`: %s", spec.Name, err)
		return
	}
	if wanted := spec.Misfit(x); wanted != "" {
		c.errorf(v.Range, "unknown-value", didYouMean(v.Text.Value, spec.OneOf), "`%s` is never %s; it is %s", spec.Name, plainText(v), wanted)
	}
}

// listed joins names for a message: `a`, `b` and `c`.
func listed(names []string) string {
	return term.List(each(names, func(n string) string { return "`" + n + "`" }), "and")
}

// actionsOf reads a list of actions that stands where any value may.
func actionsOf(v playbook.Value) *playbook.WantedActions {
	if v.Kind != playbook.List {
		return nil
	}
	out := &playbook.WantedActions{Range: v.Range}
	for _, item := range v.Items {
		if item.Kind != playbook.Mapping || len(item.Entries) != 1 {
			return nil
		}
		e := item.Entries[0]
		if e.Value.Kind != playbook.Mapping && !isNull(e.Value) {
			return nil
		}
		out.Items = append(out.Items, &playbook.WantedAction{Type: e.Key, Asked: e.Value.Entries, Range: item.Range})
	}
	return out
}
