package suite

import (
	"context"
	"fmt"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/given"
)

// Result is what came of a case.
type Result struct {
	*Case
	Failures []Failure
}

// OK reports whether everything was as wanted.
func (r Result) OK() bool { return len(r.Failures) == 0 }

// Run decides the cases, each from an empty store, and compares. watch, if not
// nil, sees each step as it was decided; not those in which no play was asked.
func (s *Set) Run(ctx context.Context, cases []*Case, watch func(*Decided)) ([]Result, error) {
	var out []Result
	for _, c := range cases {
		r := Result{Case: c}
		memory := &store{tells: c.Steps[0].test.Payload.IsSet()}
		for _, step := range c.Steps {
			d, err := s.decide(ctx, step, memory)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.FullName(), err)
			}
			r.Failures = append(r.Failures, s.compare(d)...)
			if watch != nil && (d.asked() || d.mapped != nil) {
				watch(d)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// Decided is a step with what came of it.
type Decided struct {
	outcome
	set      *Set
	ctx      context.Context
	step     *Step
	incident recovery.Incident
	looked   bool  // at what a map makes of a payload, and no more
	mapped   any   // the payload, as a tree; nil: there was none
	before   store // what the engine read from
	after    *store
}

// asked reports whether the plays were asked. A choice that is made or settled, a report, and an incident that stands as
// it was told before ask none.
func (d *Decided) asked() bool {
	t := d.step.test
	if d.looked {
		return false
	}
	stood := d.decision != nil && !t.Again.IsSet() && (d.decision.Handled == recovery.HandledRetry || d.decision.Handled == recovery.HandledOutdated)
	return settled(t) == nil && t.Report == nil && !stood
}

// decide takes one step. An incident that is refused is a result and no error. The error
// says that the context has ended, or that the step's `given` cannot be read.
func (s *Set) decide(ctx context.Context, step *Step, memory *store) (*Decided, error) {
	var err error
	if memory.Store, err = given.Parse(givenJSON(step.test), s.program); err != nil {
		return nil, err
	}
	d := &Decided{set: s, ctx: ctx, step: step, before: *memory, after: memory}
	s.clock = step.Now
	switch t := step.test; {
	case t.Choose != nil:
		d.decision, d.err = s.engine.Choose(ctx, s.selection(step, memory), recovery.In(memory))
	case t.Approve != nil:
		d.decision, d.err = sign(ctx, s.engine.Approve, t.Approve, memory)
	case t.Decline != nil:
		d.decision, d.err = sign(ctx, s.engine.Decline, t.Decline, memory)
	case t.Report != nil:
		d.decision, d.err = s.report(ctx, step, memory)
	case memory.tells:
		s.tell(d, memory)
	default:
		if d.incident, d.err = incidentOf(t.Incident); d.err != nil {
			return d, nil // it is refused before it is an incident
		}
		if t.Again.IsSet() {
			d.decision, d.err = s.engine.Again(ctx, d.incident.ID, recovery.In(memory))
		} else {
			d.decision, d.err = s.engine.Handle(ctx, d.incident, recovery.In(memory))
		}
	}
	if d.err != nil {
		return d, ctx.Err()
	}
	return d, nil
}

func incidentOf(v playbook.Value) (in recovery.Incident, err error) {
	if !v.IsSet() {
		v = playbook.Value{Kind: playbook.Mapping}
	}
	err = in.UnmarshalJSON(appendValue(nil, v))
	return in, err
}

// givenJSON writes what a test gives as decide takes it from a file.
func givenJSON(t *playbook.Test) []byte {
	dst := []byte("{")
	for _, part := range []struct {
		name string
		v    playbook.Value
	}{{"facts", t.Facts}, {"partners", t.Partners}, {"precedents", t.Precedents}} {
		if !part.v.IsSet() {
			continue
		}
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = appendValue(append(appendText(dst, part.name), ':'), part.v)
	}
	return append(dst, '}')
}
