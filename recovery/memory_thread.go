package recovery

import (
	"slices"

	"github.com/servicerecovery/amends/recovery/store"
)

// thread is what a memory store knows of one incident.
type thread struct {
	number  int            // which incident of the store it is
	latest  *Record        // nil when there is none
	choices []*Record      // every choice that was ever made on it, in order
	stands  store.Standing // made of the latest and the choices
	counted []*store.Decision
	reports []Report
}

// add makes a record the latest one, or a choice one that hangs on it.
func (t *thread) add(r *Record, number int64) {
	counts := r.Counts(number)
	t.stands = t.stands.After(counts, t.counted)
	if r.On == "" {
		t.latest = r
		return
	}
	t.choices, t.counted = append(t.choices, r), append(t.counted, counts)
}

// made are the records of the choices that stand.
func (t *thread) made() []Record {
	if len(t.stands.Made) == 0 {
		return nil
	}
	out := make([]Record, 0, len(t.stands.Made))
	for i, c := range t.counted {
		if slices.Contains(t.stands.Made, c) {
			out = append(out, *t.choices[i])
		}
	}
	return out
}

func (t *thread) report(r Report) {
	same := func(x Report) bool {
		return x.Incident == r.Incident && x.Action == r.Action && x.At.Equal(r.At) && x.Note == r.Note
	}
	if !slices.ContainsFunc(t.reports, same) {
		t.reports = append(t.reports, r)
	}
}
