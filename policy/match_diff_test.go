package policy_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

var (
	matchSets = flag.Int("match.sets", 40, "how many random sets are matched in both ways")
	matchSeed = flag.Uint64("match.seed", 1, "where their generator starts")
)

// outcome is all that matching says of an incident, as text: of one that fits values, and of the
// same when it has changed, over the same input.
func outcome(p *policy.Program, values, changes map[string]any, facts [2]any) string {
	in := p.NewInput(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	defer in.Release()
	fields := fieldsOf(p)
	if len(values)%2 == 0 { // what has a default is absent in no incident, and may be so here
		for _, f := range p.Fields {
			in.Set(f, nil)
		}
	}
	set := func(values map[string]any) {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if f := fields[name]; f != nil {
				in.Set(f, values[name])
			}
			if name == "missed" {
				in.SetMissed(values[name].([]string))
			}
		}
	}
	var out strings.Builder
	applying := func() {
		books, err := in.Applying()
		for _, b := range books {
			fmt.Fprintf(&out, "applies %s\n", b.ID)
		}
		describeError(&out, err)
	}
	match := func() {
		matches, err := p.Match(in)
		for _, m := range matches {
			fmt.Fprintf(&out, "%s", m.Play.Name)
			if m.Case != nil {
				fmt.Fprintf(&out, " case %s", m.Case.ID)
			}
			for _, x := range m.Items {
				fmt.Fprintf(&out, " %s", x.Item.ID())
				if x.Case != nil {
					fmt.Fprintf(&out, ":%s", x.Case.ID)
				}
			}
			fmt.Fprintf(&out, " %q\n", policy.Because(in, &m))
		}
		describeError(&out, err)
	}
	set(values)
	for i, f := range p.Facts {
		in.SetFact(f, facts[i])
	}
	applying()
	// As the engine does: what a playbook narrows is set when it is known which apply.
	if values["failure"] == "" {
		in.Set(fields["failure"], "late")
	}
	match()
	set(changes)
	match()
	applying()
	match()
	return out.String()
}

func describeError(out *strings.Builder, err error) {
	if err == nil {
		return
	}
	var play *policy.PlayError
	var eval *policy.EvalError
	fmt.Fprintf(out, "%T: %v", err, err)
	if errors.As(err, &play) && errors.As(err, &eval) {
		fmt.Fprintf(out, " (%s, %v, %s, %s)", play.Play, eval.Position, eval.Expr, eval.Message)
	}
	out.WriteString("\n")
}

// compareWays compares matching with asking each play in turn: what it finds, the cases, the
// reasons, and the errors to the letter. It returns nil for a set that has mistakes.
func compareWays(t *testing.T, d *dice, small bool, incidents int) (program *policy.Program, outcomes []string) {
	t.Helper()
	g := &setGen{dice: d, small: small}
	fsys := g.set()
	set, diags := playbook.Load(fsys)
	program, found := policy.Compile(set)
	if program == nil || diags.HasErrors() {
		for _, diag := range append(diags, found...) {
			if diag.Severity == playbook.Error && diag.Code != "unguarded-read" && diag.Code != "constant-fails" && diag.Code != "not-in-one-of" {
				t.Fatalf("the generator is at fault: %v", diag)
			}
		}
		return nil, nil
	}
	plain := program.Plain()
	for range incidents {
		values := g.incident(g.one(10))
		facts := [2]any{pick[any](d, nil, int64(0), int64(1), int64(2)), pick[any](d, nil, value.MustMoney("1 EUR"), value.MustMoney("100 EUR"))}
		changes := g.incident(false)
		for _, name := range slices.Sorted(maps.Keys(changes)) {
			if g.roll(4) > 0 {
				delete(changes, name)
			}
		}
		got, want := outcome(program, values, changes, facts), outcome(plain, values, changes, facts)
		if got != want {
			for name, file := range fsys {
				t.Logf("%s:\n%s", name, file.Data)
			}
			t.Fatalf("%v, then %v, %v gives\n%s\nand asking each play\n%s", values, changes, facts, got, want)
		}
		outcomes = append(outcomes, got)
	}
	return program, outcomes
}

// TestMatchAsAskingEach compares both ways on random sets and incidents.
func TestMatchAsAskingEach(t *testing.T) {
	sets, matched, failed := 0, 0, 0
	n := *matchSets
	if testing.Short() {
		n /= 20
	}
	for i := range n {
		d := &dice{state: *matchSeed + uint64(i)*0x1000}
		program, outcomes := compareWays(t, d, false, 40)
		if t.Failed() {
			t.Fatalf("-match.seed=%d -match.sets=1", d.state)
		}
		if program == nil {
			continue
		}
		sets++
		for _, o := range outcomes {
			if strings.Contains(o, "/p") {
				matched++
			}
			if strings.Contains(o, "Error") {
				failed++
			}
		}
	}
	t.Logf("%d sets, %d incidents with a match, %d with an error", sets, matched, failed)
	if sets < n/4 || n >= 40 && (matched < 100 || failed < 100) {
		t.Errorf("too little was compared: %d sets, %d matched, %d failed", sets, matched, failed)
	}
}

// FuzzMatch is the same with a fuzzer's choices.
func FuzzMatch(f *testing.F) {
	seeds, incidents := 8, 10
	if testing.Short() {
		seeds, incidents = 4, 4
	}
	for i := range seeds {
		f.Add(uint64(i), []byte{})
		f.Add(uint64(i), []byte(strings.Repeat(string(rune('a'+i)), 50*i)))
	}
	f.Fuzz(func(t *testing.T, seed uint64, choices []byte) {
		if len(choices) > 20_000 {
			return
		}
		compareWays(t, &dice{bytes: choices, state: seed}, true, incidents)
	})
}

// TestMatchAllocatesWhatItReturns holds that matching needs memory for the matches and the
// texts of their reasons only.
func TestMatchAllocatesWhatItReturns(t *testing.T) {
	for _, w := range workloads[:2] {
		program := compile(t, w.set(1000))
		incident := w.incident(program)
		now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		allocs := testing.AllocsPerRun(50, func() {
			in := program.NewInput(now)
			for _, s := range incident {
				in.Set(s.field, s.value)
			}
			if _, err := in.Applying(); err != nil {
				t.Fatal(err)
			}
			if matches, err := program.Match(in); err != nil || len(matches) == 0 {
				t.Fatal(matches, err)
			}
			in.Release()
		})
		// The matches, their reasons, and two or three texts; and now and then a new input, since a
		// pool may be emptied. Asking each play takes thousands.
		if allocs > 40 {
			t.Errorf("%s: %v allocations", w.name, allocs)
		}
	}
}

// TestMatchTogether holds that a program serves many goroutines, and that inputs which are
// used again carry nothing over.
func TestMatchTogether(t *testing.T) {
	d := &dice{state: 77}
	g := &setGen{dice: d}
	var program *policy.Program
	for program == nil {
		set, _ := playbook.Load(g.set())
		program, _ = policy.Compile(set)
	}
	type incident struct {
		values, changes map[string]any
		facts           [2]any
		want            string
	}
	incidents := make([]incident, 60)
	for i := range incidents {
		x := incident{values: g.incident(g.one(10)), changes: g.incident(false)}
		x.want = outcome(program.Plain(), x.values, x.changes, x.facts)
		incidents[i] = x
	}
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range incidents {
				x := incidents[(i*7+worker)%len(incidents)]
				if got := outcome(program, x.values, x.changes, x.facts); got != x.want {
					t.Errorf("%v gives\n%s\nand asking each play\n%s", x.values, got, x.want)
				}
			}
		})
	}
	all.Wait()
}

// TestReleaseForgets holds that an input starts anew when it is used again.
func TestReleaseForgets(t *testing.T) {
	g := &setGen{dice: &dice{state: 3}}
	var program *policy.Program
	for program == nil {
		set, _ := playbook.Load(g.set())
		program, _ = policy.Compile(set)
	}
	for range 20 {
		in := program.NewInput(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
		for _, f := range program.Facts {
			if got := in.Fact(f); got != f.Zero() {
				t.Errorf("the fact %s is %v at first", f.Name, got)
			}
		}
		for _, f := range program.Fields {
			if got := in.Field(f); !reflect.DeepEqual(got, f.Default) {
				t.Errorf("the field %s is %v at first, not its default %v", f.Name, got, f.Default)
			}
			in.Set(f, "a")
		}
		in.SetFact(program.Facts[0], int64(7))
		in.SetFact(program.Facts[1], value.MustMoney("7 EUR"))
		in.Release()
	}
}
