package recovery

// ActionID is the id under which decisions on an incident list the action that
// a play, named playbook/play, gives with an id of its own; own is empty for one
// without. It holds for types whose actions are not merged: refund, compensate,
// prevent, and custom ones without once.
func ActionID(incident, play, kind, own string) string {
	return hashID("act", incident, "", "play", play, kind, own)
}
