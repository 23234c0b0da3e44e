package recovery

import "slices"

// withdrawn are the ids of the actions that choices have cancelled: a limit that
// keeps the highest drops the decision's action, or an earlier choice's, in
// favour of what was chosen. What a choice withdrew of one decision says nothing
// about later ones, which give their actions anew. It is nil in the common case.
func withdrawn(latest *Record, made []*Record) map[string]bool {
	var out map[string]bool
	for i, r := range made {
		for _, a := range r.Decision.Actions {
			if a.Change != ChangeCancelled {
				continue
			}
			if latest != nil && r.On == latest.Decision.ID || chosenIn(made[:i], a.ID) {
				if out == nil {
					out = map[string]bool{}
				}
				out[a.ID] = true
			}
		}
	}
	return out
}

func chosenIn(made []*Record, id string) bool {
	return slices.ContainsFunc(made, func(r *Record) bool { return hasAction(r.Decision.Actions, id) })
}

// madeOn are the choices of what a store has answered.
func (g *Given) madeOn() []*Record {
	var out []*Record
	for i := range g.Made {
		out = append(out, &g.Made[i])
	}
	return out
}
