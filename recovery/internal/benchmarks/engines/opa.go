package engines

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// regoDialect counts durations and times in seconds: Rego has numbers only.
func regoDialect() *dialect {
	return &dialect{
		path: under("input"),
		literal: func(k workload.Kind, v any) string {
			if k == workload.Duration || k == workload.Time {
				return strconv.FormatInt(seconds(v), 10)
			}
			return plain(v)
		},
		oneOf: "%[1]s in {%[2]s}", includes: "%[2]s in %[1]s", startsWith: "startswith(%[1]s, %[2]s)",
		present: `%[1]s != ""`, isTrue: "%[1]s == true", isFalse: "%[1]s == false",
	}
}

// regoModule is a set of the plays that match. Rego has no "or" within a rule:
// a play with one is written twice.
func regoModule(plays []workload.Play) string {
	d := regoDialect()
	var b strings.Builder
	b.WriteString("package plays\n\n")
	for _, p := range plays {
		for _, when := range alternatives(p.When) {
			fmt.Fprintf(&b, "matches contains %d if {\n\t%s\n}\n\n", p.Number, d.join(when, "\n\t"))
		}
	}
	return b.String()
}

// alternatives are the conjunctions that a conjunction with "or" in it stands for.
func alternatives(when []workload.Condition) [][]workload.Condition {
	for i, c := range when {
		if c.Op != workload.Either {
			continue
		}
		var out [][]workload.Condition
		for _, one := range c.Any {
			chosen := slices.Clone(when)
			chosen[i] = one
			out = append(out, alternatives(chosen)...)
		}
		return out
	}
	return [][]workload.Condition{when}
}

// opa evaluates a prepared query, over input that was parsed beforehand.
type opa struct {
	query  rego.PreparedEvalQuery
	stream []ast.Value
	found  []any
}

func loadOPA(w *Workload) (Matcher, error) {
	ctx := context.Background()
	query, err := rego.New(rego.Query("data.plays.matches"), rego.Module("plays.rego", regoModule(w.Plays))).PrepareForEval(ctx)
	if err != nil {
		return nil, err
	}
	m := &opa{query: query}
	for _, in := range w.Stream {
		value, err := ast.InterfaceToValue(nested(in, regoValue))
		if err != nil {
			return nil, err
		}
		m.stream = append(m.stream, value)
	}
	return m, nil
}

func regoValue(k workload.Kind, v any) any {
	if k == workload.Duration || k == workload.Time {
		return seconds(v)
	}
	return v
}

func (m *opa) Match(incident int) error {
	results, err := m.query.Eval(context.Background(), rego.EvalParsedInput(m.stream[incident]))
	if err != nil {
		return err
	}
	if len(results) != 1 {
		return fmt.Errorf("opa: %d results", len(results))
	}
	m.found, _ = results[0].Expressions[0].Value.([]any)
	return nil
}

func (m *opa) Matched() []int {
	out := make([]int, len(m.found))
	for i, v := range m.found {
		out[i], _ = strconv.Atoi(fmt.Sprint(v))
	}
	slices.Sort(out)
	return out
}
