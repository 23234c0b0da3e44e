package engines

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// cedarDialect has decimals in the place of doubles; they compare by methods.
func cedarDialect() *dialect {
	path := under("context")
	methods := map[workload.Op]string{
		workload.Less: "lessThan", workload.LessEqual: "lessThanOrEqual", workload.Greater: "greaterThan", workload.GreaterEqual: "greaterThanOrEqual",
	}
	return &dialect{
		path: path,
		literal: func(k workload.Kind, v any) string {
			switch k {
			case workload.Double:
				return fmt.Sprintf("decimal(%q)", decimal(v.(float64)))
			case workload.Duration:
				return fmt.Sprintf("duration(%q)", fmt.Sprintf("%ds", seconds(v)))
			case workload.Time:
				return fmt.Sprintf("datetime(%q)", rfc3339(v))
			}
			return plain(v)
		},
		oneOf: "[%[2]s].contains(%[1]s)", includes: "%[1]s.contains(%[2]s)", startsWith: `%[1]s like "%[3]s*"`,
		present: "context has %[2]s", isTrue: "%[1]s", isFalse: "!%[1]s",
		compare: func(f *workload.Field, op workload.Op, literal string) string {
			if f.Kind == workload.Double {
				return path(f) + "." + methods[op] + "(" + literal + ")"
			}
			return path(f) + " " + symbols[op] + " " + literal
		},
	}
}

// cedarGo asks for authorisation: each play is a policy that permits, and the
// reasons of the answer are the plays that match.
type cedarGo struct {
	policies *cedar.PolicySet
	stream   []types.Record
	reasons  []cedar.DiagnosticReason
}

func loadCedar(w *Workload) (Matcher, error) {
	m, d := &cedarGo{policies: cedar.NewPolicySet()}, cedarDialect()
	for _, p := range w.Plays {
		var policy cedar.Policy
		text := "permit (principal, action, resource) when { " + d.play(p, " && ") + " };"
		if err := policy.UnmarshalCedar([]byte(text)); err != nil {
			return nil, fmt.Errorf("%w in %s", err, text)
		}
		m.policies.Add(cedar.PolicyID(strconv.Itoa(p.Number)), &policy)
	}
	for _, in := range w.Stream {
		record, err := cedarRecord(nested(in, asIs))
		if err != nil {
			return nil, err
		}
		m.stream = append(m.stream, record)
	}
	return m, nil
}

func cedarRecord(m map[string]any) (types.Record, error) {
	out := types.RecordMap{}
	for name, v := range m {
		converted, err := cedarValue(v)
		if err != nil {
			return types.Record{}, err
		}
		out[types.String(name)] = converted
	}
	return types.NewRecord(out), nil
}

func cedarValue(v any) (types.Value, error) {
	switch x := v.(type) {
	case string:
		return types.String(x), nil
	case int64:
		return types.Long(x), nil
	case bool:
		return types.Boolean(x), nil
	case float64:
		return types.ParseDecimal(decimal(x))
	case time.Duration:
		return types.NewDuration(x), nil
	case time.Time:
		return types.NewDatetime(x), nil
	case []string:
		members := make([]types.Value, len(x))
		for i, s := range x {
			members[i] = types.String(s)
		}
		return types.NewSet(members...), nil
	case map[string]any:
		return cedarRecord(x)
	}
	return nil, fmt.Errorf("no Cedar value for %T", v)
}

func (m *cedarGo) Match(incident int) error {
	_, diagnostic := cedar.Authorize(m.policies, nil, cedar.Request{
		Principal: types.NewEntityUID("Desk", "care"), Action: types.NewEntityUID("Action", "recover"), Resource: types.NewEntityUID("Incident", "one"),
		Context: m.stream[incident],
	})
	if len(diagnostic.Errors) > 0 {
		return fmt.Errorf("cedar: %v", diagnostic.Errors[0])
	}
	m.reasons = diagnostic.Reasons
	return nil
}

func (m *cedarGo) Matched() []int {
	out := make([]int, len(m.reasons))
	for i, r := range m.reasons {
		out[i], _ = strconv.Atoi(string(r.PolicyID))
	}
	slices.Sort(out)
	return out
}
