package playbook

import "github.com/servicerecovery/amends/playbook/internal/yamlnode"

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
