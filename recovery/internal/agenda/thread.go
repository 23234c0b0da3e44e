package agenda

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// Thread is what is known of one incident: its latest decision, the choices that were made, and
// the reports on its actions. The zero value knows nothing.
type Thread struct {
	Latest  *recovery.Record // nil: nothing was decided
	reports []recovery.Report
	updated time.Time         // the latest updated_at that was seen
	choices []recovery.Record // every choice that was made
	counted []*store.Decision // the same choices, as the rules of a store see them
	stands  store.Standing    // the latest decision and the choices on it
	queue   store.Queue       // its deliveries
	keeps   bool              // deliveries are kept
	known   *recovery.Given   // what a store has answered; nil: the thread was put together of records
}

// Known is a thread that is as a store has answered.
func Known(g recovery.Given) *Thread { return &Thread{Latest: g.Previous, known: &g} }

// Move does to the deliveries of the incident what a record did. The function reports whether deliveries are kept.
func (t *Thread) Move(move func(q *store.Queue) (keeps bool, err error)) error {
	keeps, err := move(&t.queue)
	t.keeps = t.keeps || keeps
	return err
}

// Take adds a record, in the order in which records were committed.
func (t *Thread) Take(r *recovery.Record) {
	t.seen(r.UpdatedAt)
	counts := r.Counts(int64(len(t.choices)))
	t.stands = t.stands.After(counts, t.counted)
	if r.On == "" {
		t.Latest = r
		return
	}
	t.choices, t.counted = append(slices.Clip(t.choices), *r), append(slices.Clip(t.counted), counts)
}

// Mark adds that a version of the incident was seen which changed nothing.
func (t *Thread) Mark(m *recovery.Mark) {
	if m != nil {
		t.seen(m.UpdatedAt)
	}
}

func (t *Thread) seen(updated time.Time) {
	if updated.After(t.updated) {
		t.updated = updated
	}
}

// Report adds reports.
func (t *Thread) Report(list ...recovery.Report) {
	t.reports = append(slices.Clip(t.reports), list...)
}

// Made are the choices that stand.
func (t *Thread) Made() (out []recovery.Record) {
	for i, c := range t.counted {
		if slices.Contains(t.stands.Made, c) {
			out = append(out, t.choices[i])
		}
	}
	return out
}

// Choices are the choices that were ever made, standing or not.
func (t *Thread) Choices() []recovery.Record { return t.choices }

// Given answers what a store would of the incident.
func (t *Thread) Given() recovery.Given {
	switch {
	case t.known != nil:
		return *t.known
	case t.Latest == nil:
		return recovery.Given{}
	}
	out := recovery.Given{Previous: t.Latest, Made: t.Made(), Reports: t.reports, UpdatedAt: t.updated}
	if t.keeps {
		out.Stream = t.queue.Stream()
	}
	return out
}
