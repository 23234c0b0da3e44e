package policy_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// workload is a set of n plays of three to five conditions in so many playbooks; about four plays
// match the incident of the benchmark.
type workload struct {
	name      string
	playbooks int
	applies   func(book int) string
	when      func(i, n int) string
	missing   bool // the incident has no value for the keys
}

const benchFields = `incident:
  delay: {type: duration, default: 0s}
  order.value: {type: money, currency: EUR}
  order.fragile: {type: bool, default: false}
  weight: {type: double, default: 0}
  route: {type: string, optional: true}
`

func keyed(i, n int) string {
	return fmt.Sprintf(`incident.failure == "late" && incident.region == "R%d" && incident.severity >= %d && incident.delay >= hours(%d)`, i%max(1, n/4), i%3+1, i%20)
}

var workloads = []workload{
	{name: "keyed", when: keyed},
	{name: "key-last", when: func(i, n int) string {
		return fmt.Sprintf(`incident.severity >= %d && incident.delay >= hours(%d) && incident.failure == "late" && incident.region == "R%d"`, i%3+1, i%20, i%max(1, n/4))
	}},
	{name: "mixed", when: mixed},
	{name: "ranges", when: func(i, n int) string {
		low := float64(i%max(1, n/4)) * 400 / float64(max(1, n/4))
		return fmt.Sprintf(`incident.weight >= %g && incident.weight < %g && incident.delay >= hours(%d) && incident.severity >= 2`, low, low+400/float64(max(1, n/4)), i%20)
	}},
	{name: "residuals", when: func(i, n int) string {
		return fmt.Sprintf(`incident.severity * %d > 10 && incident.order.value * 2 > money("%d EUR")`, i%7, 100+i%1000)
	}},
	{name: "missing", missing: true, when: func(i, n int) string {
		return fmt.Sprintf(`has(incident.route) && incident.route == "R%d" && incident.severity >= %d`, i%max(1, n/4), i%3+1)
	}},
	{name: "all-match", when: func(i, n int) string {
		return fmt.Sprintf(`incident.failure == "late" && incident.severity >= %d && incident.delay >= hours(%d)`, i%3+1, i%20)
	}},
	{name: "50-playbooks", playbooks: 50, when: keyed},
	{name: "1000-playbooks", playbooks: 1000, when: keyed, applies: func(b int) string {
		return fmt.Sprintf(`incident.service == "S%d" && incident.severity >= 1`, b%250)
	}},
}

func mixed(i, n int) string {
	k := max(1, n/6)
	switch i % 5 {
	case 0:
		return fmt.Sprintf(`incident.region == "R%d" && incident.severity >= %d && incident.customer.tier in ["gold", "silver"] && incident.delay > minutes(%d)`, i%k, i%4+1, i%12*30)
	case 1:
		return fmt.Sprintf(`incident.cause == "C%d" && incident.order.value > money("%d EUR") && !incident.order.fragile`, i%k, 20+i%10*20)
	case 2:
		return fmt.Sprintf(`incident.region == "R%d" && (incident.order.fragile || incident.severity >= %d) && incident.channel != "fax"`, i%k, 2+i%4)
	case 3:
		return fmt.Sprintf(`incident.cause == "C%d" && incident.language in ["de", "en", "es"] && incident.weight < %d.5`, i%k, i%50)
	}
	return fmt.Sprintf(`"T%d" in incident.tags && incident.region.startsWith("R") && incident.severity >= %d`, i%k, i%4+1)
}

func (w workload) set(n int) fstest.MapFS {
	books := max(1, w.playbooks, n/20_000) // a file holds no more than 16 MiB
	fsys := fstest.MapFS{"shared.yaml": {Data: []byte("amends: v1\nshared: fields\n" + benchFields)}}
	for b := range books {
		var s strings.Builder
		fmt.Fprintf(&s, "amends: v1\nplaybook: b%d\nreview_by: 2027-01-01\n", b)
		if w.applies != nil {
			fmt.Fprintf(&s, "applies: '%s'\n", w.applies(b))
		}
		s.WriteString("plays:\n")
		for i := b; i < max(n, books); i += books {
			fmt.Fprintf(&s, "  - id: p%d\n    approach: standardised-response\n    when: '%s'\n    do: [{apologise: {id: a%d}}]\n", i, w.when(i, n), i)
		}
		fsys[fmt.Sprintf("b%d.yaml", b)] = &fstest.MapFile{Data: []byte(s.String())}
	}
	return fsys
}

func compile(t testing.TB, fsys fstest.MapFS) *policy.Program {
	t.Helper()
	set, diags := playbook.Load(fsys)
	p, found := policy.Compile(set)
	if diags = append(diags, found...); diags.HasErrors() || p == nil {
		t.Fatal(diags)
	}
	return p
}

// fields finds the fields of a program by name.
func fieldsOf(p *policy.Program) map[string]*policy.Field {
	byName := map[string]*policy.Field{}
	for _, f := range p.Fields {
		byName[f.Name] = f
	}
	for _, b := range p.Playbooks {
		for _, f := range b.Fields {
			byName[f.Name] = f
		}
	}
	return byName
}

// setting is a field and its value, ready to be set again and again.
type setting struct {
	field *policy.Field
	value any
}

func (w workload) incident(p *policy.Program) []setting {
	values := map[string]any{
		"id": "T-1", "service": "S1", "failure": "late", "phase": "failure", "severity": int64(4), "region": "R1", "cause": "C1", "channel": "mail",
		"language": "es", "provider": "", "customer.tier": "gold", "tags": []any{"T4", "vip"},
		"occurred_at": time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), "delay": 80 * time.Hour, "order.value": value.MustMoney("230 EUR"),
		"order.fragile": false, "weight": 1.5, "route": "R1",
	}
	if w.missing {
		delete(values, "route")
	}
	var out []setting
	for _, f := range p.Fields {
		if v, ok := values[f.Name]; ok {
			out = append(out, setting{f, v})
		}
	}
	return out
}

// BenchmarkMatch is a match as the engine asks for it: take an input, set the fields, find the
// playbooks that apply and the plays that match, and give the input back.
func BenchmarkMatch(b *testing.B) {
	for _, w := range workloads {
		for _, n := range []int{10, 100, 1000, 10_000, 100_000} {
			if n < 100_000 || !testing.Short() && (w.name == "keyed" || w.name == "mixed") {
				w.run(b, n, func(p *policy.Program) *policy.Program { return p })
			}
		}
	}
}

// BenchmarkMatchPlain is the same, asking each play in turn.
func BenchmarkMatchPlain(b *testing.B) {
	for _, w := range workloads {
		for _, n := range []int{10, 100, 1000, 10_000} {
			w.run(b, n, (*policy.Program).Plain)
		}
	}
}

// run compiles a set only where the benchmark is wanted.
func (w workload) run(b *testing.B, n int, way func(*policy.Program) *policy.Program) {
	var program *policy.Program
	b.Run(fmt.Sprintf("%s/%d", w.name, n), func(b *testing.B) {
		if program == nil {
			program = way(compile(b, w.set(n)))
		}
		benchMatch(b, program, w.incident(program))
	})
}

func benchMatch(b *testing.B, program *policy.Program, incident []setting) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	found := 0
	b.ReportAllocs()
	for b.Loop() {
		in := program.NewInput(now)
		for _, s := range incident {
			in.Set(s.field, s.value)
		}
		if _, err := in.Applying(); err != nil {
			b.Fatal(err)
		}
		matches, err := program.Match(in)
		if err != nil {
			b.Fatal(err)
		}
		found = len(matches)
		in.Release()
	}
	b.ReportMetric(float64(found), "matches")
}

// BenchmarkPrepare takes the conditions of a compiled set apart and builds the indexes.
func BenchmarkPrepare(b *testing.B) {
	for _, w := range workloads {
		if w.name != "keyed" && w.name != "mixed" && w.name != "ranges" && w.name != "1000-playbooks" {
			continue
		}
		var program *policy.Program
		b.Run(w.name+"/10000", func(b *testing.B) {
			if program == nil {
				program = compile(b, w.set(10_000))
			}
			b.ReportAllocs()
			for b.Loop() {
				policy.Prepare(program)
			}
			before := alive()
			policy.Prepare(program)
			b.ReportMetric(float64(alive()-before)/10_000, "alive-change-B/play")
		})
	}
}

// alive is how many bytes are reachable.
func alive() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
