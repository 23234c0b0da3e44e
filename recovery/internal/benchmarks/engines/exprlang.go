package engines

import (
	"fmt"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// exprEnv is what expressions see. Typed structs let expr check types and read
// members by their place, pointers spare it copies; the two functions are folded
// when a play is compiled.
type exprEnv struct {
	Incident *exprIncident           `expr:"incident"`
	Minutes  func(int) time.Duration `expr:"minutes"`
	At       func(string) time.Time  `expr:"at"`
}

type exprIncident struct {
	Service    string        `expr:"service"`
	Failure    string        `expr:"failure"`
	Region     string        `expr:"region"`
	Channel    string        `expr:"channel"`
	Source     string        `expr:"source"`
	Voucher    *string       `expr:"voucher"`
	Tags       []string      `expr:"tags"`
	Severity   int64         `expr:"severity"`
	Contacts   int64         `expr:"contacts"`
	Affected   int64         `expr:"affected"`
	Progress   float64       `expr:"progress"`
	Delay      time.Duration `expr:"delay"`
	FirstReply time.Duration `expr:"first_reply"`
	OccurredAt time.Time     `expr:"occurred_at"`
	PromisedAt time.Time     `expr:"promised_at"`
	Reopened   bool          `expr:"reopened"`
	Resolved   bool          `expr:"resolved"`
	Escalated  bool          `expr:"escalated"`
	Customer   *exprCustomer `expr:"customer"`
	Order      *exprOrder    `expr:"order"`
}

type exprCustomer struct {
	Tier    string  `expr:"tier"`
	Country string  `expr:"country"`
	Spend   float64 `expr:"spend"`
}

type exprOrder struct {
	Value int64 `expr:"value"` // cents
}

func newExprEnv(in *workload.Incident) *exprEnv {
	env := &exprEnv{
		Incident: &exprIncident{
			Service: in.Service, Failure: in.Failure, Region: in.Region, Channel: in.Channel, Source: in.Source, Tags: in.Tags,
			Severity: in.Severity, Contacts: in.Contacts, Affected: in.Affected, Progress: in.Progress,
			Delay: in.Delay, FirstReply: in.FirstReply, OccurredAt: in.OccurredAt, PromisedAt: in.PromisedAt,
			Reopened: in.Reopened, Resolved: in.Resolved, Escalated: in.Escalated,
			Customer: &exprCustomer{Tier: in.Tier, Country: in.Country, Spend: in.Spend},
			Order:    &exprOrder{Value: in.OrderCents},
		},
		Minutes: func(n int) time.Duration { return time.Duration(n) * time.Minute },
		At: func(s string) time.Time {
			t, _ := time.Parse(time.RFC3339, s) // written by exprDialect
			return t
		},
	}
	if in.Voucher != "" {
		env.Incident.Voucher = &in.Voucher
	}
	return env
}

func exprDialect() *dialect {
	return &dialect{
		path: under("incident"),
		literal: func(k workload.Kind, v any) string {
			switch k {
			case workload.Duration:
				return fmt.Sprintf("minutes(%d)", seconds(v)/60)
			case workload.Time:
				return fmt.Sprintf("at(%q)", rfc3339(v))
			}
			return plain(v)
		},
		oneOf: "%[1]s in [%[2]s]", includes: "%[2]s in %[1]s", startsWith: "%[1]s startsWith %[2]s",
		present: "%[1]s != nil", isTrue: "%[1]s", isFalse: "!%[1]s",
	}
}

// exprLang asks one program after another, on one machine.
type exprLang struct {
	machine  vm.VM
	programs []*vm.Program
	stream   []*exprEnv
	matched  []int
}

func loadExpr(w *Workload) (Matcher, error) {
	m, d := &exprLang{}, exprDialect()
	sample := newExprEnv(&workload.Incident{})
	for _, p := range w.Plays {
		program, err := expr.Compile(d.play(p, " && "), expr.Env(sample), expr.AsBool(), expr.ConstExpr("minutes"), expr.ConstExpr("at"))
		if err != nil {
			return nil, err
		}
		m.programs = append(m.programs, program)
	}
	for _, in := range w.Stream {
		m.stream = append(m.stream, newExprEnv(in))
	}
	return m, nil
}

func (m *exprLang) Match(incident int) error {
	m.matched = m.matched[:0]
	env := m.stream[incident]
	for i, p := range m.programs {
		out, err := m.machine.Run(p, env)
		if err != nil {
			return err
		}
		if out == true {
			m.matched = append(m.matched, i)
		}
	}
	return nil
}

func (m *exprLang) Matched() []int { return m.matched }
