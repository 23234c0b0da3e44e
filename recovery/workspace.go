package recovery

// workspace is what a decision is made in: memory that is used again for the
// next one. Nothing that leaves the engine, be it a decision, a record or a
// query, may point into it.
type workspace struct {
	incident   Incident
	values     values
	validation validation
	subject    subject
	conclusion conclusion
	// record is the canonical JSON of the incident; text is what is being hashed.
	record, text []byte
	drafts       []draft  // the latest slab
	list         []*draft // behind the conclusion's
	applying     []bool   // by the playbooks' numbers
	slots        []int    // of facts
	today        day      // in which decisions are made, in the zone last asked for
}

// workspace returns one for a decision about an incident. It goes back with
// release.
func (r *ruleset) workspace(in *Incident) *workspace {
	w, _ := r.workspaces.Get().(*workspace)
	if w == nil {
		w = &workspace{values: newValues(&r.layout, r.program.Slots()), applying: make([]bool, len(r.program.Playbooks))}
	}
	w.incident = *in
	return w
}

// What a workspace keeps after one unusual decision is bounded.
const (
	mostDrafts = 256
	mostText   = 64 << 10
)

func (r *ruleset) release(w *workspace) {
	if w.subject.input != nil {
		w.subject.input.Release()
	}
	w.values.clear()
	if w.conclusion.drafts != nil {
		w.list = w.conclusion.drafts
	}
	clear(w.list[:cap(w.list)])
	clear(w.drafts)
	clear(w.applying)
	w.drafts, w.list, w.slots = w.drafts[:0], w.list[:0], w.slots[:0]
	w.record, w.text = w.record[:0], w.text[:0]
	if cap(w.drafts) > mostDrafts || cap(w.list) > mostDrafts {
		w.drafts, w.list = nil, nil
	}
	if cap(w.record) > mostText || cap(w.text) > mostText {
		w.record, w.text = nil, nil
	}
	w.incident, w.validation, w.subject, w.conclusion = Incident{}, validation{}, subject{}, conclusion{}
	r.workspaces.Put(w)
}

// or returns the error of the context where that has ended an evaluation, and else the given one:
// what came of the conditions then has no meaning.
func (w *workspace) or(err error) error {
	if stopped := w.subject.input.Interrupted(); stopped != nil {
		return stopped
	}
	return err
}

// draft returns room for an action in the making. Those handed out before stay
// where they are.
func (w *workspace) draft() *draft {
	if len(w.drafts) == cap(w.drafts) {
		w.drafts = make([]draft, 0, max(8, 2*cap(w.drafts)))
	}
	w.drafts = w.drafts[:len(w.drafts)+1]
	return &w.drafts[len(w.drafts)-1]
}
