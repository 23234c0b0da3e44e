package engines

import (
	"fmt"

	"github.com/google/cel-go/cel"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// celDialect is plain CEL; money is in cents.
func celDialect() *dialect {
	return &dialect{
		path: under("incident"),
		literal: func(k workload.Kind, v any) string {
			switch k {
			case workload.Duration:
				return fmt.Sprintf("duration(%q)", fmt.Sprintf("%ds", seconds(v)))
			case workload.Time:
				return fmt.Sprintf("timestamp(%q)", rfc3339(v))
			}
			return plain(v)
		},
		oneOf: "%[1]s in [%[2]s]", includes: "%[2]s in %[1]s", startsWith: "%[1]s.startsWith(%[2]s)",
		present: "has(%[1]s)", isTrue: "%[1]s", isFalse: "!%[1]s",
	}
}

// celGo asks one program after another, over the incident as a map.
type celGo struct {
	programs []cel.Program
	stream   []map[string]any
	matched  []int
}

func loadCELGo(w *Workload) (Matcher, error) { return newCELGo(w) }

func loadCELOptimised(w *Workload) (Matcher, error) {
	return newCELGo(w, cel.EvalOptions(cel.OptOptimize))
}

func newCELGo(w *Workload, options ...cel.ProgramOption) (Matcher, error) {
	env, err := cel.NewEnv(cel.Variable("incident", cel.MapType(cel.StringType, cel.DynType)))
	if err != nil {
		return nil, err
	}
	m, d := &celGo{}, celDialect()
	for _, p := range w.Plays {
		ast, issues := env.Compile(d.play(p, " && "))
		if issues.Err() != nil {
			return nil, issues.Err()
		}
		program, err := env.Program(ast, options...)
		if err != nil {
			return nil, err
		}
		m.programs = append(m.programs, program)
	}
	for _, in := range w.Stream {
		m.stream = append(m.stream, map[string]any{"incident": nested(in, asIs)})
	}
	return m, nil
}

func (m *celGo) Match(incident int) error {
	m.matched = m.matched[:0]
	vars := m.stream[incident]
	for i, p := range m.programs {
		out, _, err := p.Eval(vars)
		if err != nil {
			return err
		}
		if out.Value() == true {
			m.matched = append(m.matched, i)
		}
	}
	return nil
}

func (m *celGo) Matched() []int { return m.matched }
