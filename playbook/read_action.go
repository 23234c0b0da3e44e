package playbook

import (
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// actionKeys are what every action takes.
var actionKeys = [...]string{"id", "since", "within", "ends", "after", "calendar", "pauses", "remind", "if_late", "owner", "message", "note"}

// actions reads the list of actions under key.
func (m *mapping) actions(key string) []*Action { return m.steps(key, given) }

// steps reads a list of actions under key.
func (m *mapping) steps(key string, step stepKind) (out []*Action) {
	m.on(key, func(n *yamlnode.Node, k Text) {
		if n.Kind == yamlnode.Mapping || n.Kind == yamlnode.Scalar && kindOf(n) != Null {
			m.r.misfit(n, k, "a list of actions", actionsRemedy(n))
			return
		}
		m.r.list(n, k, "a list of actions", func(item *yamlnode.Node) {
			if a := m.r.action(item, step); a != nil {
				out = append(out, a)
			}
		})
	})
	m.is(key, KeyActions)
	m.noMoney(step, out)
	return out
}

// actionsRemedy writes one action as a list.
func actionsRemedy(n *yamlnode.Node) remedy {
	if hint := dashHint(n); hint != "" {
		return say(hint)
	}
	const hint = "write each action as an item: `- ` and its type with its parameters"
	if n.Kind == yamlnode.Scalar && wellFormed(n.Value, '_') {
		return as(n, "["+n.Value+": {}]")
	}
	if line := n.Line(n.Start.Line); n.Kind == yamlnode.Mapping && len(n.Entries) > 0 && n.Start.Line == n.End.Line && strings.HasPrefix(strings.TrimLeft(line, " "), n.Entries[0].Key.Value) {
		return remedy{hint, Edit{Pos(n.Start), Pos(n.Start), "- "}}
	}
	return say(hint)
}

// action reads one action: its type, and its parameters as a mapping.
func (r *reader) action(n *yamlnode.Node, step stepKind) *Action {
	if broken(n) {
		return nil
	}
	if n.Kind != yamlnode.Mapping || len(n.Entries) != 1 || isBareID(n) {
		r.noAction(n)
		return nil
	}
	e := n.Entries[0]
	a := &Action{Type: r.text(e.Key), Range: r.at(n)}
	a.misread = broken(e.Value)
	if broken(e.Value) || e.Value.Kind == yamlnode.Scalar && kindOf(e.Value) == Null {
		if !a.misread {
			r.needsBefore(a, step)
		}
		return a // a bare type has no parameters
	}
	if e.Value.Kind != yamlnode.Mapping {
		a.misread = true
		r.misfit(e.Value, a.Type, "its parameters as a mapping", paramsRemedy(e))
		return a
	}
	a.misread = e.Value.Partial
	m := r.mapping(e.Value, a.Type, "parameters")
	m.what = "action `" + a.Type.Value + "`"
	m.common(a, step)
	m.record(stepNames[step])
	m.each(func(k Text, v *yamlnode.Node) {
		if !m.isOfStep(a, step, k.Value) {
			a.Params = append(a.Params, Entry{k, r.value(v)})
		}
	})
	return a
}

// paramsRemedy names the one parameter that a value alone most likely is.
func paramsRemedy(e yamlnode.Entry) remedy {
	name := map[string]string{"compensate": "amount", "refund": "amount", "escalate": "to", "assign": "to", "notify": "to", "replace": "item", "repair": "item", "reperform": "item", "prevent": "measure", "inform": "every"}[e.Key.Value]
	if v := e.Value; name != "" && v.Kind == yamlnode.Scalar && v.Start.Line == v.End.Line && yamlnode.PlainText(v.Value, true) {
		return as(v, "{"+name+": "+v.Value+"}")
	}
	return say("write `" + e.Key.Value + ": {…}` with the parameters by name")
}

// common reads what every action takes.
func (m *mapping) common(a *Action, step stepKind) {
	a.ID = m.id("id")
	m.ofStep(a, step)
	if step != reminder {
		m.times(a)
	}
	a.Owner = m.scalar("owner", "text")
	a.Message = m.scalar("message", "the id of a message")
	a.Note = m.words("note")
}

// times reads when an action is owed, and what comes before and after its deadline.
func (m *mapping) times(a *Action) {
	a.Since = m.scalar("since", "a field such as `resolved_at`")
	a.Within = m.scalar("within", "a duration such as `4h`")
	a.Ends = m.oneOf("ends", "day", "working-day")
	a.After = m.scalar("after", "a duration such as `2d`")
	a.Calendar = m.scalar("calendar", "the id of a calendar")
	a.Pauses = m.bool("pauses").Value == "true"
	a.Remind = m.steps("remind", reminder)
	a.IfLate = m.steps("if_late", lateStep)
}

// id reads an id under key. It is the zero Text if the value is not an id.
func (m *mapping) id(key string) Text {
	t := m.scalar(key, "an id such as `late-parcel`")
	m.is(key, KeyID)
	if t.IsSet() && !m.r.isID(t) {
		return misread()
	}
	return t
}

// noAction reports a list item that is no action.
func (r *reader) noAction(n *yamlnode.Node) {
	const wanted = "an action is its type, and its parameters as a mapping; found %s"
	switch {
	case n.Kind == yamlnode.Scalar && kindOf(n) == String && wellFormed(n.Value, '_'):
		r.mend(r.at(n), "bad-action", as(n, n.Value+": {}"), wanted, found(n))
	case isBareID(n):
		r.add(r.at(n.Entries[0].Key), "bad-action", "write the type, and the id among its parameters, such as `callback: {id: …}`", "an action begins with its type, not with its `id`")
	case n.Kind != yamlnode.Mapping || len(n.Entries) == 0:
		r.add(r.at(n), "bad-action", "", wanted, found(n))
	default:
		var keys []string
		for _, e := range n.Entries {
			keys = append(keys, clip(e.Key.Value))
		}
		fix := say("write each action as an item of its own")
		if len(keys) == 2 && keys[0] == "id" {
			fix = say("write the id among the parameters, as `" + keys[1] + ": {id: …}`")
		}
		if first := n.Entries[0]; first.Value.IsAbsent() {
			fix = say("indent the parameters below `" + first.Key.Value + ":`, or write `" + first.Key.Value + ": {" + keys[1] + ": …}`")
			fix.edit = deeperEntries(n)
		}
		r.mend(r.at(n.Entries[1].Key), "bad-action", fix, wanted, "several keys: "+strings.ReplaceAll(listed(keys), " or ", " and "))
	}
}

// isBareID recognises an id where an action is wanted.
func isBareID(n *yamlnode.Node) bool {
	return n.Kind == yamlnode.Mapping && len(n.Entries) == 1 && n.Entries[0].Key.Value == "id" && n.Entries[0].Value.Kind == yamlnode.Scalar
}

// deeperEntries indents the entries of an action below its type, where each has a line of
// its own.
func deeperEntries(n *yamlnode.Node) Edit {
	first, last := n.Entries[1].Key.Start.Line, n.Entries[len(n.Entries)-1].Value.End.Line
	var out strings.Builder
	for line := first; line <= last; line++ {
		text := n.Line(line)
		if line > first {
			out.WriteString("\n")
		}
		if strings.TrimSpace(text) != "" {
			out.WriteString("  ")
		}
		out.WriteString(text)
	}
	if first <= n.Entries[0].Key.Start.Line {
		return Edit{}
	}
	return Edit{Pos{first, 1}, Pos{last, 1 + len([]rune(n.Line(last)))}, out.String()}
}
