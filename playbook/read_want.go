package playbook

import (
	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// Closed sets of what a suite can want.
var (
	warningCodes    = []string{"unanswered", "stale", "too-late", "no-expected-time", "late-when-given", "in-the-future", "no-partner", "fact-without-key", "invalid-field", "language"}
	passedOverFor   = []string{"agreement", "direction", "coverage", "capacity"}
	changesOfAction = []string{"new", "changed", "kept", "cancelled"}
	waysOfHandling  = []string{"new", "changed", "retry", "outdated"}
)

// want reads what a test expects.
func (r *reader) want(n *yamlnode.Node, key Text) *Want {
	m := r.mapping(n, key, "what is expected, such as `{plays: […], actions: […]}`")
	if m == nil {
		return nil
	}
	m.what = "`want`"
	w := &Want{Range: key.Range}
	w.Plays = m.wantedTexts("plays", "a list of plays `playbook/play`", nil)
	w.Items = m.wantedTexts("items", "a list of items `playbook/play/ITEM`", nil)
	w.Actions = m.wantedActions("actions")
	w.Exactly = m.bool("exactly")
	w.Never = m.wantedTexts("never", "a list of types of actions", nil)
	w.Warnings = m.wantedTexts("warnings", "a list of codes", warningCodes)
	w.Withheld = m.wantedActions("withheld")
	w.PassedOver = m.wantedPairs("passed_over", "reasons by partner, such as `{quickbike: capacity}`", passedOverFor)
	m.on("choices", func(n *yamlnode.Node, key Text) { w.Choices = r.wantedChoices(n, key) })
	w.Proposed = m.wantedActions("proposed")
	w.Changes = m.wantedPairs("changes", "changes by type of action, such as `{compensate: kept}`", changesOfAction)
	w.Owed = m.wantedActions("owed")
	w.Missed = m.wantedTexts("missed", "a list of broken promises, such as `[resolve]`", nil)
	w.Handled = m.oneOf("handled", waysOfHandling...)
	w.Error = m.title("error", "a part of the refusal's text")
	w.Incident = m.values("incident", "what the map makes of the payload, by the names of fields")
	m.close()
	return w
}

// wantedTexts reads a list of scalars, which may be empty.
func (m *mapping) wantedTexts(key, wanted string, set []string) (out *WantedTexts) {
	m.on(key, func(n *yamlnode.Node, k Text) {
		if n.Kind == yamlnode.Scalar && kindOf(n) != Null {
			m.r.wrong(n, k, wanted, "write `["+clip(n.Value)+"]`")
			return
		}
		texts := &WantedTexts{Range: m.r.at(n)}
		isList := m.r.list(n, k, wanted, func(item *yamlnode.Node) {
			t := m.r.scalar(item, k, wanted)
			if t.IsSet() && set != nil {
				t = m.r.member(item, k, set)
			}
			if t.IsSet() {
				texts.Items = append(texts.Items, t)
			}
		})
		if isList {
			out = texts
		}
	})
	m.among(key, set)
	return out
}

// wantedPairs reads texts of a closed set by names of the team's own.
func (m *mapping) wantedPairs(key, what string, set []string) (out *WantedPairs) {
	m.on(key, func(n *yamlnode.Node, k Text) {
		in := m.r.mapping(n, k, what)
		if in == nil {
			return
		}
		out = &WantedPairs{Range: in.rng()}
		in.each(func(name Text, value *yamlnode.Node) {
			if t := m.r.member(value, name, set); t.IsSet() {
				out.Items = append(out.Items, Pair{name, t})
			}
		})
	})
	m.among(key, set)
	return out
}

// wantedActions reads a list of actions, which may be empty.
func (m *mapping) wantedActions(key string) (out *WantedActions) {
	m.on(key, func(n *yamlnode.Node, k Text) {
		if n.Kind == yamlnode.Mapping {
			m.r.wrong(n, k, "a list of actions", "write each action as an item: `- ` and its type with what is asked of it")
			return
		}
		actions := &WantedActions{Range: m.r.at(n)}
		isList := m.r.list(n, k, "a list of actions", func(item *yamlnode.Node) {
			if a := m.r.wantedAction(item); a != nil {
				actions.Items = append(actions.Items, a)
			}
		})
		if isList {
			out = actions
		}
	})
	return out
}

// wantedAction reads one of them: its type, and what is asked as a mapping.
func (r *reader) wantedAction(n *yamlnode.Node) *WantedAction {
	if broken(n) {
		return nil
	}
	if n.Kind != yamlnode.Mapping || len(n.Entries) != 1 {
		r.noAction(n)
		return nil
	}
	e := n.Entries[0]
	a := &WantedAction{Type: r.text(e.Key), Range: r.at(n)}
	switch {
	case broken(e.Value), e.Value.Kind == yamlnode.Scalar && kindOf(e.Value) == Null:
	case e.Value.Kind != yamlnode.Mapping:
		r.wrong(e.Value, a.Type, "what is asked of it as a mapping", "write `"+clip(a.Type.Value)+": {…}` with the parameters by name")
	default:
		r.written(e.Value, a.Type)
		r.mapping(e.Value, a.Type, "parameters").each(func(k Text, v *yamlnode.Node) {
			if val := r.value(v); val.IsSet() {
				a.Asked = append(a.Asked, Entry{k, val})
			}
		})
	}
	return a
}

// wantedChoices reads the choices that should be there; there may be none.
func (r *reader) wantedChoices(n *yamlnode.Node, key Text) *WantedChoices {
	const shape = "a choice `{play, decider, options}`"
	out := &WantedChoices{Range: r.at(n)}
	isList := r.list(n, key, "a list of choices", func(item *yamlnode.Node) {
		m := r.mapping(item, key, shape)
		if m == nil {
			return
		}
		m.what = "a choice"
		c := &WantedChoice{Range: m.rng()}
		c.Play = m.scalar("play", "a play `playbook/play`")
		c.Decider = m.scalar("decider", "who decides")
		c.DueAt = m.scalar("due_at", "a time such as `2026-03-02T12:00:00+01:00`")
		c.Options = m.wantedActions("options")
		m.on("choose", func(n *yamlnode.Node, k Text) {
			in := r.mapping(n, k, "`{at_least, at_most}`")
			if in == nil {
				return
			}
			in.what = "`choose`"
			c.AtLeast, c.AtMost = in.int("at_least", 0), in.int("at_most", 0)
			in.close()
		})
		m.on("precedents", func(n *yamlnode.Node, k Text) {
			if in := r.mapping(n, k, "`{count: N}`"); in != nil {
				in.what = "`precedents`"
				c.Precedents = in.int("count", 0)
				in.close()
			}
		})
		m.close()
		out.Items = append(out.Items, c)
	})
	if !isList {
		return nil
	}
	return out
}
