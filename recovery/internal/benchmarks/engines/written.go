package engines

import (
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/handwritten"
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// written is matching that a programmer wrote.
type written struct {
	match   func(in *workload.Incident, out []int) []int
	stream  []*workload.Incident
	matched []int
}

func loadSwitch(w *Workload) (Matcher, error) {
	return &written{match: handwritten.Switch(len(w.Plays)), stream: w.Stream}, nil
}

func loadTables(w *Workload) (Matcher, error) {
	return &written{match: handwritten.NewTables(w.Plays).Match, stream: w.Stream}, nil
}

func (m *written) Match(incident int) error {
	m.matched = m.match(m.stream[incident], m.matched[:0])
	return nil
}

func (m *written) Matched() []int { return sorted(m.matched) }
