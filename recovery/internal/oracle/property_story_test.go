package oracle

import (
	"context"
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

// pStep is one step of a story: an incident was handled.
type pStep struct {
	*oBench
	in     *oIncident
	before *recovery.Decision // the incident's latest decision until now; nil at first
	got    *recovery.Decision // nil when it was refused
}

// property says of every step of many stories that something holds. check
// returns what is wrong. The stories are those of TestOracle, at other seeds.
func property(t *testing.T, check func(*pStep) string) {
	t.Helper()
	eachStory(t, func(b *oBench) string {
		for range b.steps() {
			s := &pStep{oBench: b, in: b.next()}
			if b.dice.chance(40) {
				if diff := b.compareChoice(); diff != "" {
					return b.tell(s.in, diff)
				}
			}
			s.before = b.latest[s.in.text("id")]
			var err error
			if s.got, err = b.engine.Handle(context.Background(), s.in.api()); err != nil {
				continue
			}
			b.latest[s.in.text("id")] = s.got
			// The oracle goes along, for the choices: it is not what is tested here.
			if _, _, refusal := b.world.handle(s.in, b.now); refusal != nil {
				return b.tell(s.in, "the oracle refuses what the engine decides")
			}
			if wrong := check(s); wrong != "" {
				return b.tell(s.in, wrong)
			}
		}
		return ""
	})
}

// eachStory runs something for many sets.
func eachStory(t *testing.T, run func(*oBench) string) {
	t.Helper()
	t.Parallel()
	stories := uint64(max(10, *oracleN/8))
	if testing.Short() {
		stories = 5
	}
	for i := range stories {
		seed := 1_000_003*i + 17
		b, err := newBench(seed)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := run(b); wrong != "" {
			t.Fatalf("seed %d: %s", seed, wrong)
		}
	}
}

func standing(d *recovery.Decision) (out []recovery.Action) {
	for _, a := range d.Actions {
		if a.Change != recovery.ChangeCancelled {
			out = append(out, a)
		}
	}
	return out
}

func codes(d *recovery.Decision) []string {
	out := []string{}
	for _, w := range d.Warnings {
		out = append(out, string(w.Code))
	}
	return out
}
