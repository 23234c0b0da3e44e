package policy_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
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

// outcome is all that matching says of an incident, as text.
func outcome(p *policy.Program, values map[string]any, facts [2]any) string {
	in := p.NewInput(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	defer in.Release()
	fields := fieldsOf(p)
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if f := fields[name]; f != nil {
			in.Set(f, values[name])
		}
	}
	for i, f := range p.Facts {
		in.SetFact(f, facts[i])
	}
	var out strings.Builder
	books, err := in.Applying()
	for _, b := range books {
		fmt.Fprintf(&out, "applies %s\n", b.ID)
	}
	describeError(&out, err)
	// As the engine does: what a playbook narrows is set when it is known which apply.
	if f := fields["failure"]; values["failure"] == "" {
		in.Set(f, "late")
	}
	for range 2 { // again over the same input: nothing may be left behind
		matches, err := p.Match(in)
		for _, m := range matches {
			fmt.Fprintf(&out, "%s", m.Play.Name)
			if m.Case != nil {
				fmt.Fprintf(&out, " case %s", m.Case.ID)
			}
			fmt.Fprintf(&out, " %q\n", m.Because)
		}
		describeError(&out, err)
	}
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
func compareWays(t *testing.T, d *dice, incidents int) (program *policy.Program, outcomes []string) {
	t.Helper()
	g := &setGen{dice: d}
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
	plain := policy.Plain(program)
	for range incidents {
		values := g.incident(g.one(10))
		facts := [2]any{pick[any](d, nil, int64(0), int64(1), int64(2)), pick[any](d, nil, value.MustMoney("1 EUR"), value.MustMoney("100 EUR"))}
		got, want := outcome(program, values, facts), outcome(plain, values, facts)
		if got != want {
			for name, file := range fsys {
				t.Logf("%s:\n%s", name, file.Data)
			}
			t.Fatalf("%v, %v gives\n%s\nand asking each play\n%s", values, facts, got, want)
		}
		outcomes = append(outcomes, got)
	}
	return program, outcomes
}

// TestMatchAsAskingEach compares both ways on random sets and incidents.
func TestMatchAsAskingEach(t *testing.T) {
	sets, matched, failed := 0, 0, 0
	for i := range *matchSets {
		d := &dice{state: *matchSeed + uint64(i)*0x1000}
		program, outcomes := compareWays(t, d, 40)
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
	if sets < *matchSets/4 || *matchSets >= 40 && (matched < 100 || failed < 100) {
		t.Errorf("too little was compared: %d sets, %d matched, %d failed", sets, matched, failed)
	}
}

// FuzzMatch is the same with a fuzzer's choices.
func FuzzMatch(f *testing.F) {
	for i := range 8 {
		f.Add(uint64(i), []byte{})
		f.Add(uint64(i), []byte(strings.Repeat(string(rune('a'+i)), 50*i)))
	}
	f.Fuzz(func(t *testing.T, seed uint64, choices []byte) {
		if len(choices) > 20_000 {
			return
		}
		compareWays(t, &dice{bytes: choices, state: seed}, 10)
	})
}
