package recovery_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// TestPlain decides incidents by the index, and with each play asked in turn. Whole decisions are
// compared, ids and errors included. The sets are the examples; an incident has each field from a
// random one of the example's incidents. The policy package compares the two ways of matching on
// random sets.
func TestPlain(t *testing.T) {
	examples, err := filepath.Glob("../examples/*/incidents.jsonl")
	if err != nil || len(examples) == 0 {
		t.Fatal(examples, err)
	}
	n := 1000
	if testing.Short() {
		n = 100
	}
	decided, failed := 0, 0
	for _, file := range examples {
		dir := filepath.Dir(file)
		d, f := testPlain(t, filepath.Join(dir, "playbooks"), fieldsOf(t, file), n)
		decided, failed = decided+d, failed+f
	}
	if decided == 0 || failed == 0 {
		t.Errorf("%d decisions and %d errors: nothing was compared", decided, failed)
	}
}

func testPlain(t *testing.T, set string, incidents []map[string]any, n int) (decided, failed int) {
	t.Helper()
	indexed, plain := plainPair(t, set)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		in := mixed(t, random, incidents, fmt.Sprint("T-", i))
		got, want := handled(indexed, in), handled(plain, in)
		if got != want {
			t.Fatalf("%s: %+v: with the index:\n%s\nin turn:\n%s", set, in, got, want)
		}
		if got[0] == '{' {
			decided++
		} else {
			failed++
		}
	}
	return decided, failed
}

// plainPair is one set in two engines. The second asks every play.
func plainPair(t *testing.T, set string) (indexed, plain *recovery.Engine) {
	t.Helper()
	var engines [2]*recovery.Engine
	for i := range engines {
		var err error
		if engines[i], err = recovery.Load(os.DirFS(set), recovery.WithClock(func() time.Time { return at("2026-03-09T09:00:00Z") })); err != nil {
			t.Fatal(set, err)
		}
	}
	recovery.Plainly(engines[1])
	return engines[0], engines[1]
}

// fieldsOf reads the incidents of an example as bare JSON.
func fieldsOf(t *testing.T, file string) (all []map[string]any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var fields map[string]any
		if err := json.Unmarshal(line, &fields); err != nil {
			t.Fatal(file, err)
		}
		all = append(all, fields)
	}
	return all
}

// mixed takes each field from one of the incidents, and so leaves out those that it lacks.
func mixed(t *testing.T, random *rand.Rand, incidents []map[string]any, id string) (in recovery.Incident) {
	t.Helper()
	names := map[string]bool{}
	for _, fields := range incidents {
		for name := range fields {
			names[name] = true
		}
	}
	made := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if value, ok := incidents[random.IntN(len(incidents))][name]; ok {
			made[name] = value
		}
	}
	made["id"] = id
	text, err := json.Marshal(made)
	if err == nil {
		err = in.UnmarshalJSON(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func handled(engine *recovery.Engine, in recovery.Incident) string {
	d, err := engine.Handle(context.Background(), in)
	if err != nil {
		return fmt.Sprintf("%T: %v", err, err)
	}
	return string(d.AppendJSON(nil))
}
