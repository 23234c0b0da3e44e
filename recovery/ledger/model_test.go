package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// TestAgreesWithMemory commits at random to a ledger, which is opened anew every so
// often, and to the store in memory, whose answers are right.
func TestAgreesWithMemory(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	dir := newMemoryFiles()
	l := openFiles(t, dir, 100_000)
	memory := recovery.NewMemoryStore()
	steps := 600
	if testing.Short() {
		steps = 150
	}
	for i := range steps {
		if random.IntN(25) == 0 {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = openFiles(t, dir, 100_000)
		}
		who := named(random.IntN(40))
		if random.IntN(6) == 0 {
			c := recovery.Commit{Reports: []recovery.Report{{Incident: who, Action: fmt.Sprint("act_", random.IntN(3)), At: at("2026-03-02T12:00:00Z"), Note: fmt.Sprint(random.IntN(2))}}}
			if random.IntN(3) == 0 {
				c.Reports = append(c.Reports, recovery.Report{Incident: named(random.IntN(40)), Action: "act_z", At: at("2026-03-02T12:00:00Z")})
			}
			for _, s := range []recovery.Store{l, memory} {
				if err := s.Commit(context.Background(), c); err != nil {
					t.Fatal(err)
				}
			}
		} else {
			part := randomPart(t, random, memory, who, i)
			for _, s := range []recovery.Store{l, memory} {
				if err := commitPlain(s, fmt.Sprint("dec_", i), who, part); err != nil {
					t.Fatal(err)
				}
			}
		}
		if asked := named(random.IntN(45)); known(t, l, asked) != known(t, memory, asked) {
			t.Fatalf("step %d, %s:\nledger %s\nmemory %s", i, asked, known(t, l, asked), known(t, memory, asked))
		}
	}
	verifyT(t, dir)
}

func randomPart(t *testing.T, random *rand.Rand, memory recovery.Store, who string, i int) func(*recovery.Record) {
	g, _, err := memory.Read(context.Background(), recovery.Query{Incident: who})
	if err != nil {
		t.Fatal(err)
	}
	var actions []func(*recovery.Record)
	for range random.IntN(3) {
		actions = append(actions, given([]string{"refund", "compensate"}[random.IntN(2)], fmt.Sprint(random.IntN(9), " EUR")))
	}
	hours, cancels, choice := random.IntN(100), random.IntN(3) == 0, random.IntN(2) == 0
	var keeps []string
	for _, m := range g.Made {
		if random.IntN(2) == 0 {
			keeps = append(keeps, m.Decision.ID)
		}
	}
	return func(r *recovery.Record) {
		for _, a := range actions {
			a(r)
		}
		r.OccurredAt = r.OccurredAt.Add(-time.Duration(hours) * time.Hour)
		if cancels && g.Previous != nil && len(g.Previous.Decision.Actions) > 0 {
			a := g.Previous.Decision.Actions[0]
			a.Change, a.IfLate = recovery.ChangeCancelled, nil
			r.Decision.Actions = append(r.Decision.Actions, a)
		}
		if g.Previous != nil && choice {
			r.On = g.Previous.Decision.ID
			r.Decision.Made = &recovery.Made{Choice: "cho_1", By: "Eva", Reason: fmt.Sprint("why \"", i, "\"\n")}
			r.Decision.Plays = []recovery.Match{{Play: "p/one"}}
			r.Decision.Withheld = []recovery.Withheld{{ID: "act_w", Type: "refund", Reason: "zero", Amount: recovery.MustMoney("0 EUR")}}
			return
		}
		r.Keeps = keeps
	}
}

// TestStoryAgreesWithMemory holds the same at the level of the engine: a story told
// through a ledger that forgets everything between two steps is the story told
// through memory.
func TestStoryAgreesWithMemory(t *testing.T) {
	dir, steps := newMemoryFiles(), 60
	if testing.Short() {
		steps = 25
	}
	play := func(store func() recovery.Store) (out []string) {
		now := at("2026-03-02T09:00:00Z")
		random := rand.New(rand.NewPCG(7, 8))
		for i := range steps {
			now = now.Add(time.Duration(random.IntN(20)) * time.Hour)
			engine, err := recovery.Load(setOf(story), recovery.WithStore(store()), recovery.WithClock(func() time.Time { return now }))
			if err != nil {
				t.Fatal(err)
			}
			in := incident(named(random.IntN(12)), []string{"late", "lost", "other"}[random.IntN(3)], fmt.Sprint("C-", random.IntN(3)), time.Duration(random.IntN(60))*time.Hour, random.IntN(5)+1)
			if random.IntN(4) == 0 {
				in.ResolvedAt = now
			}
			d, err := engine.Handle(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, text(d))
			if len(d.Choices) > 0 && random.IntN(2) == 0 {
				made, err := engine.Choose(context.Background(), recovery.Selection{
					Incident: d.Incident, Choice: d.Choices[0].ID, By: "Eva", Reason: "because",
					Options: []recovery.Selected{{Type: "compensate", Amount: money(random.IntN(40)), Params: map[string]any{"as": "cash"}}},
				})
				out = append(out, text(made), fmt.Sprint(err))
			}
			if i%3 == 0 && len(d.Actions) > 0 {
				out = append(out, fmt.Sprint(engine.Report(context.Background(), recovery.Report{Incident: d.Incident, Action: d.Actions[0].ID, At: now, Note: "done"})))
			}
			owed, _, err := engine.Agenda(context.Background(), d.Incident)
			out = append(out, text(owed), fmt.Sprint(err))
		}
		return out
	}
	memory := recovery.NewMemoryStore()
	want := play(func() recovery.Store { return memory })
	var last *Ledger
	got := play(func() recovery.Store {
		if last != nil {
			if err := last.Close(); err != nil {
				t.Fatal(err)
			}
		}
		last = openFiles(t, dir, 50_000)
		return last
	})
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("step %d:\nledger %s\nmemory %s", i, got[i], want[i])
		}
	}
	verifyT(t, dir)
	r, err := replay(context.Background(), dir, ReplayOptions{Differs: func(d Difference) error { t.Errorf("%+v", d); return nil }})
	if err != nil || r.Same < int64(steps) || r.Different > 0 || len(r.Skipped) > 0 {
		t.Errorf("%+v, %v", r, err)
	}
}
