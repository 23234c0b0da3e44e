package engines

import (
	"context"
	"io/fs"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// amends makes an input for each incident and fills it, finds the playbooks that
// apply and the plays that match, and writes down what their conditions have read.
type amends struct {
	program *policy.Program
	now     time.Time
	stream  [][]setting
	matched []*policy.Play
	reasons []policy.Reason
}

// setting is a field of an incident with its value.
type setting struct {
	field *policy.Field
	value any
}

func loadAmends(w *Workload) (Matcher, error) {
	return newAmends(playbooks(conditions(w.Plays), 1), w.Stream)
}

func newAmends(set fs.FS, stream []*workload.Incident) (*amends, error) {
	read, diagnostics := playbook.Load(set)
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	program, diagnostics := policy.Compile(read)
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	m := &amends{program: program, now: now()}
	for _, in := range stream {
		m.stream = append(m.stream, settings(program, in))
	}
	return m, nil
}

// settings are an incident's values as validation would set them, with defaults.
func settings(program *policy.Program, in *workload.Incident) []setting {
	values := map[string]any{"id": in.ID}
	for _, f := range workload.Fields() {
		if v := f.Get(in); v != nil {
			values[f.Name] = native(f.Kind, v)
		}
	}
	var out []setting
	for _, f := range program.Fields {
		v, ok := values[f.Name]
		if !ok {
			v = f.Default
		}
		if v != nil {
			out = append(out, setting{field: f, value: v})
		}
	}
	return out
}

func native(k workload.Kind, v any) any {
	switch k {
	case workload.Money:
		return euros(v.(int64))
	case workload.Strings:
		list := []any{}
		for _, s := range v.([]string) {
			list = append(list, s)
		}
		return list
	}
	return v
}

func (m *amends) input(incident int) *policy.Input {
	in := m.program.NewInput(m.now)
	for _, s := range m.stream[incident] {
		in.Set(s.field, s.value)
	}
	return in
}

func (m *amends) Match(incident int) error {
	in := m.input(incident)
	defer in.Release()
	matches, err := find(m.program, in)
	if err != nil {
		return err
	}
	m.matched, m.reasons = m.matched[:0], m.reasons[:0]
	for i := range matches {
		m.matched = append(m.matched, matches[i].Play)
		for n := range matches[i].Reasons() {
			m.reasons = append(m.reasons, matches[i].Reason(in, n))
		}
	}
	return nil
}

func find(p *policy.Program, in *policy.Input) ([]policy.Match, error) {
	if _, err := in.Applying(); err != nil {
		return nil, err
	}
	return p.Match(in)
}

func (m *amends) Matched() []int {
	out := make([]int, len(m.matched))
	for i, p := range m.matched {
		out[i] = numbered(p.Name)
	}
	return sorted(out)
}

// given is amends with inputs that were made beforehand, as those of the peers
// are. What an input finds out while it is matched, the days on which its times
// fall, is forgotten by Refresh.
type given struct {
	*amends
	inputs  []*policy.Input
	matches []policy.Match
}

func loadGiven(w *Workload) (Matcher, error) {
	return newGiven(playbooks(conditions(w.Plays), 1), w.Stream)
}

func newGiven(set fs.FS, stream []*workload.Incident) (*given, error) {
	m, err := newAmends(set, stream)
	if err != nil {
		return nil, err
	}
	g := &given{amends: m, inputs: make([]*policy.Input, len(m.stream))}
	for i := range g.inputs {
		g.inputs[i] = m.input(i)
	}
	return g, nil
}

func (m *given) Refresh() {
	for i, in := range m.inputs {
		for _, s := range m.stream[i] {
			in.Set(s.field, s.value)
		}
	}
}

func (m *given) Match(incident int) error {
	var err error
	m.matches, err = find(m.program, m.inputs[incident])
	return err
}

func (m *given) Matched() []int {
	out := make([]int, len(m.matches))
	for i, match := range m.matches {
		out[i] = numbered(match.Play.Name)
	}
	return sorted(out)
}

// decide makes whole decisions: the incident is checked, the store is read, and
// what the plays give is expanded, merged and explained.
type decide struct {
	engine   *recovery.Engine
	stream   []recovery.Incident
	decision *recovery.Decision
}

func loadDecide(w *Workload) (Matcher, error) {
	engine, err := recovery.Load(playbooks(conditions(w.Plays), 1), recovery.WithClock(now))
	if err != nil {
		return nil, err
	}
	m := &decide{engine: engine}
	for _, in := range w.Stream {
		m.stream = append(m.stream, incident(in))
	}
	return m, nil
}

func incident(in *workload.Incident) recovery.Incident {
	out := recovery.Incident{
		ID: in.ID, Service: in.Service, Failure: in.Failure, Severity: int(in.Severity), Source: in.Source,
		Channel: in.Channel, Region: in.Region, Tags: in.Tags, OccurredAt: in.OccurredAt,
		Customer: recovery.Customer{ID: "C-" + in.ID, Tier: in.Tier},
		Fields: map[string]any{
			"contacts": in.Contacts, "affected": in.Affected, "order.value": euros(in.OrderCents), "customer.country": in.Country,
			"customer.spend": in.Spend, "progress": in.Progress, "delay": in.Delay, "first_reply": in.FirstReply,
			"promised_at": in.PromisedAt, "reopened": in.Reopened, "resolved": in.Resolved, "escalated": in.Escalated,
		},
	}
	if in.Voucher != "" {
		out.Fields["voucher"] = in.Voucher
	}
	return out
}

func (m *decide) Match(incident int) error {
	var err error
	m.decision, err = m.engine.Decide(context.Background(), m.stream[incident])
	return err
}

func (m *decide) Matched() []int {
	out := make([]int, len(m.decision.Plays))
	for i, match := range m.decision.Plays {
		out[i] = numbered(match.Play)
	}
	return sorted(out)
}
