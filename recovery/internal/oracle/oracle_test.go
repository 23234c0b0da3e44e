package oracle

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/servicerecovery/amends/recovery"
)

// TestOracle compares the engine with the reference evaluator.
//
// Where SEMANTICS.md leaves something open, the evaluator takes the engine's reading, and says so
// there. The comparison leaves out: the ids themselves (it compares which are equal), the words of
// warnings and how often one is said, the order of warnings, of withheld and of cancelled actions,
// and the order of partners in another direction than the incident with a provider wants.

var (
	oracleN    = flag.Int("oracle.n", 320, "how many sets TestOracle makes up; the properties take an eighth")
	oracleSeed = flag.Uint64("oracle.seed", 0, "the one seed that TestOracle runs; 0: many")
)

func TestOracle(t *testing.T) {
	if *oracleSeed != 0 {
		if msg := runOracle(*oracleSeed); msg != "" {
			t.Fatal(msg)
		}
		return
	}
	failed, n := 0, *oracleN
	if testing.Short() {
		n /= 10
	}
	for seed := range uint64(n) {
		if msg := runOracle(seed + 1); msg != "" {
			t.Errorf("seed %d (-oracle.seed=%d):\n%s", seed+1, seed+1, msg)
			if failed++; failed == 3 {
				t.Fatal("and so on")
			}
		}
	}
}

// FuzzDecide makes the same comparison for seeds that a fuzzer comes up with.
func FuzzDecide(f *testing.F) {
	f.Add([]byte("parcel"))
	f.Add([]byte{0, 1, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		h := fnv.New64a()
		h.Write(data)
		seed := h.Sum64()
		if msg := runOracle(seed); msg != "" {
			t.Fatalf("seed %d (-oracle.seed=%d):\n%s", seed, seed, msg)
		}
	})
}

// oBench is the engine and the oracle side by side.
type oBench struct {
	set    *oSet
	world  *oWorld
	engine *recovery.Engine
	store  *recovery.MemoryStore
	now    time.Time
	ids    map[string]string // id of an action by what it is made from
	keys   map[string]string // and the other way round
	ins    []*oIncident
	made   []*recovery.Decision          // the choices, as they were made
	latest map[string]*recovery.Decision // of each incident
	dice   *oDice
}

func newBench(seed uint64) (*oBench, error) {
	d := newDice(seed, 1+int(seed%3))
	b := &oBench{dice: d, set: d.set(), store: recovery.NewMemoryStore(), ids: map[string]string{}, keys: map[string]string{}, latest: map[string]*recovery.Decision{}, now: pick(d, startTimes...)}
	b.world = newWorld(b.set)
	var err error
	b.engine, err = recovery.Load(b.set.files(), recovery.WithStore(b.store), recovery.WithClock(func() time.Time { return b.now }))
	return b, err
}

// runOracle plays the story of one seed. The result is empty, or says where the
// engine and the oracle differ.
func runOracle(seed uint64) string {
	b, err := newBench(seed)
	if err != nil {
		return "the set does not load: " + err.Error() + b.yaml()
	}
	for range b.steps() {
		in := b.next()
		diff := ""
		if b.dice.chance(50) {
			diff = b.compareChoice()
		}
		if diff == "" {
			diff = b.compare(in)
		}
		if diff != "" {
			return b.tell(in, diff)
		}
	}
	return ""
}

func (b *oBench) steps() int { return 4 + 3*b.dice.size }

// next goes on in time, to an incident that is new, has changed or is the same.
func (b *oBench) next() *oIncident {
	b.now = b.now.Add(time.Duration(b.dice.IntN(600)) * time.Minute)
	if len(b.ins) == 0 || !b.dice.chance(45) {
		in := b.dice.incident(b.set, fmt.Sprintf("T-%d", len(b.ins)+1), b.now)
		b.ins = append(b.ins, in)
		return in
	}
	i := b.dice.IntN(len(b.ins))
	if b.dice.chance(85) {
		b.ins[i] = b.dice.later(b.ins[i], b.now)
	}
	return b.ins[i]
}

// tell shows what was found, with the incident and the set.
func (b *oBench) tell(in *oIncident, diff string) string {
	text, err := in.api().MarshalJSON()
	return fmt.Sprintf("at %s, incident %s %v\n%s%s", timeText(b.now), text, err, diff, b.yaml())
}

func (b *oBench) yaml() string {
	var out strings.Builder
	files := b.set.files()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&out, "\n# %s\n%s", name, files[name].Data)
	}
	return out.String()
}

// compare decides and handles an incident in both.
func (b *oBench) compare(in *oIncident) string {
	ctx := context.Background()
	run, refusal := b.world.run(in, b.now)
	got, err := b.engine.Decide(ctx, in.api())
	if diff := b.differ(in, run, refusal, got, err); diff != "" {
		return "Decide (-oracle +engine):\n" + diff
	}
	handled, err := b.engine.Handle(ctx, in.api())
	want, refusal := b.world.handle(in, b.now)
	if refusal != nil {
		return b.refused(refusal, err)
	}
	if err != nil {
		return "Handle: " + err.Error()
	}
	b.latest[in.text("id")] = handled
	if diff := cmp.Diff(want.view.lines(in.text("provider") != ""), viewOf(handled).lines(in.text("provider") != "")); diff != "" {
		return "Handle (-oracle +engine):\n" + diff
	}
	return b.sameIDs(want.acts, handled.Actions)
}

func (b *oBench) differ(in *oIncident, run *oRun, refusal *oRefusal, got *recovery.Decision, err error) string {
	if refusal != nil || err != nil {
		return b.refused(refusal, err)
	}
	if diff := cmp.Diff(run.out.view.lines(in.text("provider") != ""), viewOf(got).lines(in.text("provider") != "")); diff != "" {
		return diff
	}
	return b.sameIDs(run.out.acts, got.Actions)
}

// refused compares why there is no decision.
func (b *oBench) refused(want *oRefusal, err error) string {
	got := &oRefusal{kind: "none"}
	var invalid *recovery.IncidentError
	var failed *recovery.EvaluationError
	var ambiguous *recovery.AmbiguousError
	switch {
	case errors.As(err, &invalid):
		got.kind = "invalid"
		for _, p := range invalid.Problems {
			got.names = append(got.names, p.Path)
		}
		sort.Strings(got.names)
		got.names = slices.Compact(got.names)
	case errors.As(err, &failed):
		got = &oRefusal{"evaluation", []string{failed.PlayName()}}
	case errors.As(err, &ambiguous):
		got = &oRefusal{"ambiguous", ambiguous.Plays[:]}
	case err != nil:
		got = &oRefusal{kind: err.Error()}
	}
	if want == nil {
		want = &oRefusal{kind: "none"}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(oRefusal{}), cmpopts.EquateEmpty()); diff != "" {
		return fmt.Sprintf("refusals (-oracle +engine):\n%s\n%v", diff, err)
	}
	return ""
}

// sameIDs checks that two actions have one id exactly if SEMANTICS.md makes
// their ids from the same things.
func (b *oBench) sameIDs(want []*oAct, got []recovery.Action) string {
	for i, a := range want {
		if a.change == "cancelled" { // their order is free; the rest of the line says which it was
			continue
		}
		if known, ok := b.ids[a.key]; ok && known != got[i].ID {
			return fmt.Sprintf("the action %s has the id %s, and had %s", a.key, got[i].ID, known)
		}
		if key, ok := b.keys[got[i].ID]; ok && key != a.key {
			return fmt.Sprintf("the actions %s and %s have one id, %s", a.key, key, got[i].ID)
		}
		b.ids[a.key], b.keys[got[i].ID] = got[i].ID, a.key
		if diff := b.sameIDs(a.ifLate, got[i].IfLate); diff != "" {
			return diff
		}
	}
	return ""
}
