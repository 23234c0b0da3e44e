package recovery

import "slices"

// thread is what a store knows of one incident.
type thread struct {
	number int // which incident of the store it is
	standing
	choices []madeChoice // every choice that was ever made on it, in order
	reports []Report
}

// standing is what counts of an incident: its latest decision, with the choices
// that hang on it. It is replaced, never changed.
type standing struct {
	latest *Record // nil when there is none
	made   []*Record
}

type madeChoice struct {
	record *Record
	number uint64 // of the commit
}

// add makes a record the latest one, or a choice one that hangs on it.
func (t *thread) add(r *Record, commit uint64) {
	if r.On != "" {
		t.choices = append(t.choices, madeChoice{r, commit})
		t.made = append(slices.Clip(t.made), r)
		return
	}
	t.latest, t.made = r, nil
	for _, c := range t.choices {
		if slices.Contains(r.Keeps, c.record.Decision.ID) {
			t.made = append(t.made, c.record)
		}
	}
}

func (t *thread) report(r Report) {
	same := func(x Report) bool {
		return x.Incident == r.Incident && x.Action == r.Action && x.At.Equal(r.At) && x.Note == r.Note
	}
	if !slices.ContainsFunc(t.reports, same) {
		t.reports = append(t.reports, r)
	}
}

// records visits the latest record and the choices on it.
func (s standing) records(visit func(*Record)) {
	if s.latest == nil {
		return
	}
	visit(s.latest)
	for _, r := range s.made {
		visit(r)
	}
}
