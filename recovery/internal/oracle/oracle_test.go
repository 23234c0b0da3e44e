package oracle

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
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
	oracleFrom = flag.Uint64("oracle.from", 1, "the first seed of TestOracle")
	oracleSeed = flag.Uint64("oracle.seed", 0, "the one seed that TestOracle runs; 0: many")
)

func TestOracle(t *testing.T) {
	if *oracleSeed != 0 {
		if msg := runOracle(*oracleSeed); msg != "" {
			t.Fatalf("%s\n\nIn short:\n%s", msg, shrink(*oracleSeed, false))
		}
		return
	}
	failed, n := 0, *oracleN
	if testing.Short() {
		n /= 16
	}
	for i := range uint64(n) {
		seed := *oracleFrom + i
		if msg := runOracle(seed); msg != "" {
			t.Errorf("seed %d (-oracle.seed=%d):\n%s", seed, seed, msg)
			if failed++; failed == 3 {
				t.Fatal("and so on")
			}
		}
	}
}

// FuzzDecide tells the same stories for seeds that a fuzzer comes up with.
func FuzzDecide(f *testing.F) {
	f.Add([]byte("parcel"))
	f.Add([]byte{0, 1, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		h := fnv.New64a()
		h.Write(data)
		if msg := runOracle(h.Sum64()); msg != "" {
			t.Fatalf("-oracle.seed=%d:\n%s", h.Sum64(), msg)
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
	seed   uint64
	rich   bool   // it has what richSet adds
	shape  oShape // what is left of the set, of a story that is told again
	acts   []*oOp // what was done so far

	reached map[string]int // proposals, by what became of them
}

func newBench(seed uint64) (*oBench, error) { return benchOf(seed, false) }

func benchOf(seed uint64, rich bool) (*oBench, error) { return shapedBench(seed, rich, oShape{}) }

func shapedBench(seed uint64, rich bool, shape oShape) (*oBench, error) {
	b := &oBench{seed: seed, rich: rich, shape: shape, store: recovery.NewMemoryStore(), reached: map[string]int{}, ids: map[string]string{}, keys: map[string]string{}, latest: map[string]*recovery.Decision{}}
	d, set := madeUp(seed, rich)
	b.dice = d
	shape.of(set)()
	b.now = pick(d, startTimes...)
	b.world = newWorld(set)
	return b, b.use(set)
}

// madeUp is the set of a seed, and the dice that go on from there.
func madeUp(seed uint64, rich bool) (*oDice, *oSet) {
	d := newDice(seed, 1+int(seed%3))
	set := d.set()
	if rich {
		richSet(set, seed)
	}
	return d, set
}

// use lets a set decide from now on.
func (b *oBench) use(set *oSet) (err error) {
	b.set, b.world.set = set, set
	b.engine, err = recovery.Load(set.files(), recovery.WithStore(b.store), recovery.WithClock(func() time.Time { return b.now }))
	return err
}

// runOracle plays the story of one seed. The result is empty, or says where the
// engine and the oracle differ.
func runOracle(seed uint64) string {
	b, err := newBench(seed)
	if err != nil {
		return "the set does not load: " + err.Error() + b.yaml()
	}
	return b.story()
}

// story compares the two sides at each step of a story.
func (b *oBench) story() string {
	for range b.steps() {
		in := b.next()
		var diff string
		if b.dice.chance(6) {
			diff = b.do(b.reload())
		}
		if diff == "" && b.dice.chance(50) {
			diff = b.do(b.choice())
		}
		if diff == "" && b.rich {
			diff = b.do(b.settled())
		}
		if diff == "" && b.dice.chance(40) {
			diff = b.do(b.report())
		}
		if diff == "" && b.dice.chance(25) {
			diff = b.do(b.again())
		}
		if diff == "" {
			diff = b.do(b.told(in))
		}
		if diff == "" {
			diff = b.do(b.owed(in))
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
	if len(b.ins) == 0 || !b.dice.chance(65) {
		in := b.dice.incident(b.set, fmt.Sprintf("T-%d", len(b.ins)+1), b.now)
		b.enrich(in)
		b.ins = append(b.ins, in)
		return in
	}
	i := b.dice.IntN(len(b.ins))
	if b.dice.chance(85) {
		b.ins[i] = b.dice.later(b.ins[i], b.now)
		b.enrich(b.ins[i])
	}
	return b.ins[i]
}

// tell shows what was found, with the incident and the set.
func (b *oBench) tell(in *oIncident, diff string) string {
	text, err := in.api().MarshalJSON()
	return fmt.Sprintf("at %s, incident %s %v\n%s%s", timeText(b.now), text, err, diff, b.yaml())
}

func (b *oBench) yaml() string { return b.set.text() }

// compare decides and handles an incident in both.
func (b *oBench) compare(in *oIncident) string {
	ctx := context.Background()
	run, refusal := b.world.run(in, b.now)
	got, err := b.engine.Decide(ctx, in.api())
	if diff := b.differ(in, run, refusal, got, err); diff != "" {
		return "Decide (-oracle +engine):\n" + diff
	}
	handled, err := b.engine.Handle(ctx, in.api())
	want, how, refusal := b.world.handle(in, b.now)
	return b.compareHandled("Handle", in, want, how, refusal, handled, err)
}

func (b *oBench) compareHandled(call string, in *oIncident, want *oDecision, how recovery.Handled, refusal *oRefusal, got *recovery.Decision, err error) string {
	if refusal != nil || err != nil {
		return b.refused(refusal, err)
	}
	b.latest[in.text("id")] = got
	if got.Handled != how {
		inbound := in.text("provider") != ""
		return fmt.Sprintf("%s: the oracle says %s, the engine %s (-oracle +engine)\n%s", call, how, got.Handled,
			b.diff(want.view.lines(inbound), viewOf(got).lines(inbound)))
	}
	inbound := in.text("provider") != ""
	if diff := b.diff(want.view.lines(inbound), viewOf(got).lines(inbound)); diff != "" {
		return call + " (-oracle +engine):\n" + diff
	}
	if diff := b.sameIDs(want.acts, got.Actions); diff != "" {
		return diff
	}
	return b.compareEffects(want, got)
}

// compareEffects compares what the host is given to do.
func (b *oBench) compareEffects(want *oDecision, got *recovery.Decision) string {
	var effects, engines []string
	for _, a := range want.acts {
		do := map[string]string{"new": "do", "changed": "change", "cancelled": "cancel"}[a.change]
		if do != "" && !a.silent() {
			effects = append(effects, do+" "+a.key)
		}
	}
	for _, e := range got.Effects() {
		if e.Choice == nil && e.Do != recovery.ToSay {
			engines = append(engines, e.Do+" "+b.keys[e.Action.ID])
		}
	}
	sort.Strings(effects)
	sort.Strings(engines)
	if diff := b.diff(effects, engines); diff != "" {
		return "effects (-oracle +engine):\n" + diff
	}
	return ""
}

// diff is empty for two equal lists; else it has all lines, with those that only one of them has marked.
func (b *oBench) diff(want, got []string) string {
	if slices.Equal(want, got) {
		return ""
	}
	var out strings.Builder
	rest := slices.Clone(got)
	for _, line := range want {
		mark := "- "
		if i := slices.Index(rest, line); i >= 0 {
			mark = "  "
			for _, extra := range rest[:i] {
				out.WriteString("+ " + extra + "\n")
			}
			rest = rest[i+1:]
		}
		out.WriteString(mark + line + "\n")
	}
	for _, extra := range rest {
		out.WriteString("+ " + extra + "\n")
	}
	return out.String()
}

// reportable says that it is clear which effect a report on an action means: not more than one is
// open, and the last one does not take something back.
func reportable(effects []*oEffect) bool {
	open := 0
	for _, e := range effects {
		if e.report == nil {
			open++
		}
	}
	last := effects[len(effects)-1]
	return last.amount == nil || open < 2 && last.amount.Sign() > 0
}

// engineAgenda is what the engine says is owed on an incident by its latest decision, with the choices
// that nobody has made since.
func (b *oBench) engineAgenda(id string, now time.Time) []recovery.Owed {
	given, _, err := b.store.Read(context.Background(), recovery.Query{Incident: id})
	if err != nil {
		panic(err)
	}
	d := *b.latest[id]
	d.Choices = given.Choices()
	return agendaFor(&d, b.world.lives[id].latest().in.api(), now, given.Reports...)
}

// agendaFor is what the engine says that a decision owes, if it was made of an incident.
func agendaFor(d *recovery.Decision, in recovery.Incident, now time.Time, reports ...recovery.Report) []recovery.Owed {
	text, err := in.MarshalJSON()
	if err != nil {
		panic(err)
	}
	given := recovery.Given{Previous: &recovery.Record{Decision: d, Incident: text}, Reports: reports}
	list, _, err := given.Agenda(now)
	if err != nil {
		panic(err)
	}
	return list
}

func (b *oBench) differ(in *oIncident, run *oRun, refusal *oRefusal, got *recovery.Decision, err error) string {
	if refusal != nil || err != nil {
		return b.refused(refusal, err)
	}
	if diff := b.diff(run.out.view.lines(in.text("provider") != ""), viewOf(got).lines(in.text("provider") != "")); diff != "" {
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
			path, _, _ := strings.Cut(p.Path, "[") // of a list, which of its items is not compared
			got.names = append(got.names, path)
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
	if len(want) != len(got) {
		return fmt.Sprintf("%d actions, and the engine has %d: %v", len(want), len(got), got)
	}
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
		if diff := b.sameIDs(a.ifLate, got[i].IfLate) + b.sameIDs(a.remind, got[i].Remind); diff != "" {
			return diff
		}
	}
	return ""
}
