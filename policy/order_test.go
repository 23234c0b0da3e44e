package policy_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// chains is a shared document whose definitions go through one another in every way: a table asks a
// table, directly and through a term; a term asks a table, another term, and both; a message says
// what a table gives.
const chains = `amends: v1
shared: chains
incident:
  km: {type: int, default: 0}
  weight: {type: int, default: 1}
  share: {type: double, default: 0.5}
terms:
  band: tables.bands.b
  far: terms.band == "long" && has(tables.weights)
  step: 'has(tables.weights) ? tables.weights.n : 0'
  deep: terms.far || tables.outer.x == 1 || tables.ratios.n > 1
tables:
  bands:
    by: incident.km
    rows:
      - {from: 3, b: long}
      - {otherwise: true, b: short}
  weights:
    by: incident.weight
    rows:
      - {above: 1, n: 1}
      - {from: 4, n: 2}
  outer:
    by: "has(tables.weights) ? tables.bands.b : \"none\""
    rows:
      - {is: [long, none], x: 1}
      - {otherwise: true, x: 0}
  steps:
    by: terms.step
    rows:
      - {is: 0, x: a}
      - {otherwise: true, x: b}
  ratios:
    by: 10 / incident.km
    rows:
      - {from: 1, n: 2}
      - {otherwise: true, n: 1}
messages:
  sorry:
    en: 'You are ${tables.bands.b} and ${terms.step} from us'
`

// chained are conditions that come to the tables by one way each: what a playbook names itself is
// never all that it reads.
var chained = []string{
	`terms.band == "short"`, `terms.far`, `terms.step == 1`, `terms.deep`, `tables.outer.x == 1`, `has(tables.outer)`,
	`tables.steps.x == "b"`, `tables.bands.b == "long"`, `has(tables.weights) && tables.weights.n == 2`,
	`tables.ratios.n > 1 || incident.weight > 1`, `has(tables.ratios) || incident.weight > 2`,
}

// TestWhoeverCompilesFirst compiles sets whose playbooks share definitions again and again, side by
// side and in whatever order chance has it: decisions and explanations say what they say where
// each playbook compiles everything for itself.
func TestWhoeverCompilesFirst(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(4, runtime.NumCPU())))
	r := rand.New(rand.NewPCG(31, 32))
	rounds := 24
	if testing.Short() {
		rounds = 3
	}
	matched, rows := 0, 0
	for range rounds {
		set, _ := playbook.Load(chainedSet(r))
		apart, diags := policy.CompileApart(set)
		if apart == nil {
			t.Fatal(diags)
		}
		seeds := []uint64{r.Uint64(), r.Uint64(), r.Uint64()}
		var want []string
		for _, seed := range seeds {
			said := matchOf(t, apart, seed)
			want = append(want, said)
			matched += strings.Count(said, "\nb")
			rows += strings.Count(said, `row "from`) + strings.Count(said, `row "above`) + strings.Count(said, `row "otherwise`)
		}
		for range 8 {
			shared, _ := policy.Compile(set)
			for i, seed := range seeds {
				if diff := cmp.Diff(want[i], matchOf(t, shared, seed)); diff != "" {
					t.Fatalf("apart (-) and side by side (+):\n%s", diff)
				}
			}
		}
	}
	if matched < 10*rounds || rows < 10*rounds {
		t.Errorf("only %d plays matched, and %d rows are named", matched, rows)
	}
}

func chainedSet(r *rand.Rand) fstest.MapFS {
	files := fstest.MapFS{"chains.yaml": {Data: []byte(chains)}}
	for i := range 4 + r.IntN(3) {
		var b strings.Builder
		fmt.Fprintf(&b, "amends: v1\nplaybook: b%d\nreview_by: 2027-01-01\n%s", i, choose(r, "", "", "", "zone: Asia/Tokyo\n"))
		b.WriteString("plays:\n")
		for n := range 1 + r.IntN(3) {
			when := choose(r, chained...)
			fmt.Fprintf(&b, "  - {id: p%d, approach: standardised-response, when: '%s', do: [{apologise: {id: b%d, message: sorry}}]}\n", n, strings.ReplaceAll(when, "'", "''"), i)
		}
		files[fmt.Sprintf("%d.yaml", r.IntN(1_000_000))] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return files
}

// TestRowsOfThisInput looks up tables over an input that was used before: only rows of the values
// that it has now are told.
func TestRowsOfThisInput(t *testing.T) {
	set, _ := playbook.Load(fstest.MapFS{
		"chains.yaml": {Data: []byte(chains)},
		"a.yaml":      {Data: []byte("amends: v1\nplaybook: a\nreview_by: 2027-01-01\napplies: incident.km > 2\nplays:\n  - {id: p, approach: standardised-response, when: tables.bands.b == \"long\"}\n")},
		"b.yaml":      {Data: []byte("amends: v1\nplaybook: b\nreview_by: 2027-01-01\nplays:\n  - {id: p, approach: standardised-response, when: has(tables.weights)}\n")},
	})
	program, diags := policy.Compile(set)
	if program == nil {
		t.Fatal(diags)
	}
	fields := map[string]*policy.Field{}
	for _, f := range program.Fields {
		fields[f.Name] = f
	}
	in := program.NewInput(day(9))
	look := func(km, weight int64) (said string) {
		in.Set(fields["occurred_at"], day(8))
		in.Set(fields["km"], km)
		in.Set(fields["weight"], weight)
		if _, err := in.Applying(); err != nil {
			t.Fatal(err)
		}
		if _, err := program.Match(in); err != nil {
			t.Fatal(err)
		}
		for _, row := range in.Rows() {
			said += fmt.Sprintf("%s/%s %d ", row.Playbook.ID, row.Table, row.Row)
		}
		return said
	}
	for _, c := range []struct {
		km, weight int64
		want       string
	}{{3, 2, "a/bands 0 b/weights 0 "}, {0, 5, "b/weights 1 "}, {9, 0, "a/bands 0 "}, {0, 0, ""}} {
		if got := look(c.km, c.weight); got != c.want {
			t.Errorf("km %d, weight %d: %q, want %q", c.km, c.weight, got, c.want)
		}
	}
}

func day(n int) time.Time { return time.Date(2026, 3, n, 10, 0, 0, 0, time.UTC) }
