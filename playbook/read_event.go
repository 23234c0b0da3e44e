package playbook

import "github.com/servicerecovery/amends/playbook/internal/yamlnode"

// event reads what a step of a suite is about, beside the incident that is told.
func (m *mapping) event(t *Test) {
	m.on("again", func(n *yamlnode.Node, k Text) {
		t.Again = m.r.scalar(n, k, "`true`")
		if t.Again.IsSet() && t.Again.Value != "true" {
			m.r.wrong(n, k, "`true`", "write `again: true` where time has passed, or leave the key out")
			t.Again = misread()
		}
	})
	m.is("again", KeyBool)
	t.Choose = m.chosen()
	t.Approve = m.signed("approve", "who agrees")
	t.Decline = m.signed("decline", "who turns it down")
	t.Report = m.wantedActions("report")
	if t.Report != nil && len(t.Report.Items) == 0 && !m.node.Partial {
		m.add("report", "empty-list", "write what came of an action, such as `- refund: {}`", "a step with `report` reports something")
	}
	m.oneEvent()
}

// oneEvent reports a step that is about two things, and one in which nothing happens that could
// look at the world it gives.
func (m *mapping) oneEvent() {
	first := ""
	for _, key := range []string{"incident", "payload", "again", "choose", "approve", "decline", "report"} {
		switch _, has := m.get(key); {
		case !has:
		case first == "":
			first = key
		default:
			m.add(key, "bad-step", "make two steps of them, one after the other", "a step is about one thing, and this one has `%s` and `%s`", first, key)
			return
		}
	}
	for _, key := range []string{"facts", "partners", "precedents"} {
		if _, has := m.get(key); has && (first == "" || first == "report") && !m.node.Partial {
			m.add(key, "bad-step", "add `again: true` to decide the incident again, or `incident` with what is told", "nothing is decided in this step, so nothing looks at its `%s`", key)
			return
		}
	}
}

// chosen reads the choice that a step makes.
func (m *mapping) chosen() (out *MadeChoice) {
	const key = "choose"
	m.on(key, func(n *yamlnode.Node, k Text) {
		in := m.r.mapping(n, k, "the choice that is made `{play, by, options}`")
		if in == nil {
			return
		}
		in.what = "a choice that is made"
		out = &MadeChoice{Range: k.Range}
		out.Play = in.scalar("play", "a play `playbook/play`")
		out.By = in.title("by", "who chooses")
		out.Roles = in.texts("roles", "a list of the roles in which that is done")
		out.Reason = in.title("reason", "why")
		out.Options = in.wantedActions("options")
		in.wants("options", "what is chosen, each as an item of a list")
		in.require("play", "by", "options")
		in.close()
	})
	return out
}

// signed reads who agrees to a choice that was proposed, or turns it down.
func (m *mapping) signed(key, who string, needs ...string) (out *SignedChoice) {
	m.on(key, func(n *yamlnode.Node, k Text) {
		in := m.r.mapping(n, k, "`{play, by, roles, reason}`")
		if in == nil {
			return
		}
		in.what = "`" + key + "`"
		out = &SignedChoice{Range: k.Range}
		out.Play = in.scalar("play", "a play `playbook/play`")
		out.By = in.title("by", who)
		out.Roles = in.texts("roles", "a list of the roles in which that is done")
		out.Reason = in.title("reason", "why")
		in.require(append([]string{"play", "by"}, needs...)...)
		in.close()
	})
	return out
}
