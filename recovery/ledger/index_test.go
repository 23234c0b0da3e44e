package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// withoutIndex is a copy of a directory without its indexes.
func withoutIndex(dir *memoryFiles) *memoryFiles {
	out := dir.clone()
	for name := range dir.data {
		if strings.HasSuffix(name, ".index") {
			delete(out.data, name)
		}
	}
	return out
}

// indexes are the names of the indexes in a directory.
func indexes(t testing.TB, dir log.Files) []string {
	t.Helper()
	names, err := log.Indexes(dir)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// questions asks everything about an incident, in several ways.
func questions(incident string) recovery.Query {
	q := everything(incident)
	q.Set = "sha256:01"
	day := at("2026-03-02T00:00:00Z")
	for days := range 5 {
		from := day.AddDate(0, 0, -days)
		q.Facts = append(q.Facts,
			recovery.FactQuery{Name: "all", Count: "incidents", From: from},
			recovery.FactQuery{Name: "mine", Sum: "refund", Currency: "EUR", Same: []recovery.Key{{Path: "customer.id", Text: "C-1"}}, From: from},
			recovery.FactQuery{Name: "occurred", Sum: "compensate", Currency: "EUR", Occurred: true, Same: []recovery.Key{{Path: "customer.id", Text: "C-2"}}, From: from},
			recovery.FactQuery{Name: "actions", Count: "refund", Same: []recovery.Key{{Path: "customer.id", Text: "C-1"}, {Path: "service", Text: "parcel"}}, From: from},
			recovery.FactQuery{Name: "nobody's", Count: "incidents", Same: []recovery.Key{{Path: "customer.id", Text: "C-99"}}},
		)
		q.Use = append(q.Use, recovery.UseQuery{Partner: "bike", Direction: "outbound", From: from, Until: from.AddDate(0, 0, 2)})
	}
	q.Use = append(q.Use, recovery.UseQuery{Partner: "bike", Direction: "inbound", From: day, Until: day.AddDate(1, 0, 0)})
	for _, key := range []string{"a", "b"} {
		q.Precedents = append(q.Precedents, recovery.PrecedentQuery{Play: "p/one", Comparable: []recovery.Key{{Path: "service", Text: key}}})
	}
	return q
}

// told is all that a ledger says about incidents, to engines, to whoever has decisions explained, and
// in receipts.
func told(t *testing.T, dir *memoryFiles, l *Ledger, incidents []string) string {
	t.Helper()
	ctx := context.Background()
	var out strings.Builder
	for _, incident := range incidents {
		g, _, err := l.Read(ctx, questions(incident))
		if err != nil {
			t.Fatal(err)
		}
		previous, made := "", ""
		if g.Previous != nil {
			previous = string(g.Previous.AppendJSON(nil, l.calendarName))
		}
		for _, m := range g.Made {
			made += string(m.AppendJSON(nil, l.calendarName))
		}
		fmt.Fprintln(&out, incident, previous, made, text(g.Reports), g.UpdatedAt, g.SetIsOlder, text(g.Facts), text(g.Use), text(g.Precedents))
		chosen, _, err := l.Read(ctx, recovery.Query{Choice: "cho_" + incident})
		fmt.Fprintln(&out, "proposed on", chosen.Previous != nil, err)
		x, err := explain(ctx, dir, ExplainOptions{Incident: incident})
		fmt.Fprintln(&out, "explained", text(x), err)
		list, err := entriesAbout(ctx, dir, incident, true)
		fmt.Fprintln(&out, "about", text(list), err)
		receipt, err := prove(ctx, dir, ProveOptions{Incident: incident})
		fmt.Fprintf(&out, "receipt %s %v\n", receipt, err)
		if g.Previous != nil {
			receipt, err = prove(ctx, dir, ProveOptions{Decision: g.Previous.Decision.ID})
			fmt.Fprintf(&out, "receipt %s %v\n", receipt, err)
		}
	}
	c, err := l.Checkpoint("")
	fmt.Fprintln(&out, c, err)
	return out.String()
}

// sameWithoutIndex opens a ledger with its index and without, and compares all that it says.
func sameWithoutIndex(t *testing.T, dir *memoryFiles, incidents []string, indexed bool) {
	t.Helper()
	with, without := dir.clone(), withoutIndex(dir)
	a, b := openFiles(t, with, 100_000), openFiles(t, without, 100_000)
	if (a.Unread() > 0) != indexed || b.Unread() != 0 {
		t.Fatalf("%d of %d records were not read, and %d without an index", a.Unread(), a.Size(), b.Unread())
	}
	x, y := told(t, with, a, incidents), told(t, without, b, incidents)
	if x != y {
		at := 0
		for at < min(len(x), len(y)) && x[at] == y[at] {
			at++
		}
		t.Fatalf("with an index of %d of %d records:\n%.600s\nwithout:\n%.600s", a.Unread(), a.Size(), x[max(at-200, 0):], y[max(at-200, 0):])
	}
}

func randomIncidents(n int) (out []string) {
	for i := range n {
		out = append(out, named(i))
	}
	return out
}

// TestIndexAgrees commits at random, erases, and writes an index now and then. With it, the ledger says
// the same as without it.
func TestIndexAgrees(t *testing.T) {
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 11))
		dir := newMemoryFiles()
		l := openFiles(t, dir, 100_000)
		steps, compared := 400, 0
		if testing.Short() {
			steps = 120
		}
		for i := range steps {
			who := named(random.IntN(12))
			ctx, n := context.Background(), random.IntN(30)
			if n > 3 { // it may have been erased
				if err := l.Anew(ctx, "", who); err != nil {
					t.Fatal(err)
				}
			}
			switch {
			case n == 0:
				if err := l.WriteIndex(ctx); err != nil {
					t.Fatal(err)
				}
			case n == 1:
				if _, err := l.Erase(ctx, Erasure{Incident: who}); err != nil {
					t.Fatal(err)
				}
			case n == 2:
				if _, err := l.Erase(ctx, Erasure{Customer: fmt.Sprint("C-", random.IntN(4))}); err != nil {
					t.Fatal(err)
				}
			case n == 3:
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				sameWithoutIndex(t, dir, randomIncidents(14), len(indexes(t, dir)) > 0)
				compared++
				l = openFiles(t, dir, 100_000)
			case n < 10:
				if err := l.Commit(ctx, recovery.Commit{Reports: []recovery.Report{{Incident: who, Action: "act_1", At: at("2026-03-02T12:00:00Z"), Note: fmt.Sprint(i % 3)}}}); err != nil {
					t.Fatal(err)
				}
			case n < 13:
				r := &recovery.Refusal{Incident: who, Input: []byte(`{}`), At: at("2026-03-02T12:00:00Z"), Error: fmt.Errorf("no")}
				if err := l.Commit(ctx, recovery.Commit{Refusal: r}); err != nil {
					t.Fatal(err)
				}
			case n < 16:
				g, version, err := l.Read(ctx, recovery.Query{Incident: who})
				if err == nil {
					m := &recovery.Mark{Incident: who, UpdatedAt: at("2026-03-02T12:00:00Z").Add(time.Duration(i) * time.Minute)}
					err = l.Commit(ctx, recovery.Commit{Mark: m, Given: g, Version: version})
				}
				if err != nil {
					t.Fatal(err)
				}
			default:
				part, id := randomPart(t, random, l, who, i), fmt.Sprint("dec_", seed, "_", i)
				customer, set, key := fmt.Sprint("C-", random.IntN(4)), fmt.Sprint("sha256:0", random.IntN(3)), string(rune('a'+random.IntN(2)))
				all := func(r *recovery.Record) {
					part(r)
					r.Keys["customer.id"], r.Keys["service"] = customer, "parcel"
					r.Decision.Set.Digest = set
					if r.On != "" {
						r.Decision.Made.Pending, r.Decision.Made.Choice = i%3 == 0, "cho_"+who
						r.Comparable = []recovery.Key{{Path: "service", Text: key}}
					}
				}
				if err := commitPlain(l, id, who, all); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if compared == 0 {
			t.Error("nothing was compared")
		}
		verifyT(t, dir)
	}
}

// TestIndexOfStory tells a story through engines over a ledger that is opened anew at each step, and
// compares what it says with an index and without: explained decisions, precedents and calendars too.
func TestIndexOfStory(t *testing.T) {
	dir := newMemoryFiles()
	random := rand.New(rand.NewPCG(9, 8))
	now := at("2026-03-02T09:00:00Z")
	steps := 60
	if testing.Short() {
		steps = 15
	}
	chosen := 0
	for i := range steps {
		l := openFiles(t, dir, 20_000)
		l.indexAfter = 12
		d := newDesk(t, l, story)
		now = now.Add(time.Duration(random.IntN(20)) * time.Hour)
		d.now = now
		in := incident(named(random.IntN(12)), []string{"late", "lost", "other"}[random.IntN(3)], fmt.Sprint("C-", random.IntN(3)), time.Duration(random.IntN(60))*time.Hour, random.IntN(5)+1)
		x := d.handle(in)
		if len(x.Choices) > 0 && random.IntN(2) == 0 {
			d.choose(x, fmt.Sprint(1+random.IntN(20), " EUR"), "Eva", "because")
			chosen++
		}
		if random.IntN(20) == 0 {
			if _, err := l.Erase(context.Background(), Erasure{Incident: named(random.IntN(12))}); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if i%5 == 4 {
			sameWithoutIndex(t, dir, randomIncidents(13), len(indexes(t, dir)) > 0)
		}
	}
	names := indexes(t, dir)
	if len(names) != 1 || chosen == 0 {
		t.Errorf("there are the indexes %v, and %d choices were made", names, chosen)
	}
	r, err := replay(context.Background(), dir, ReplayOptions{Differs: func(x Difference) error { t.Errorf("%+v", x); return nil }})
	if err != nil || r.Same == 0 {
		t.Errorf("%+v, %v", r, err)
	}
	verifyT(t, dir)
}
