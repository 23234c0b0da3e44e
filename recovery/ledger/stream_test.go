package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

const streamStory = `
calendars:
  office: {zone: Europe/Madrid, hours: {mon-fri: "09:00-18:00"}, holidays: [2026-03-03]}
incident:
  delay: {type: duration, default: 0s}
messages:
  sorry: {en: "We are sorry. You get ${action.amount}."}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do:
      - compensate: {amount: "incident.delay > hours(48) ? money(\"10 EUR\") : money(\"5 EUR\")", message: sorry}
      - respond:
          within: 2h
          calendar: office
          remind: [{notify: {to: agent, before: 30m}}]
          if_late: [{escalate: {to: lead, every: 1h}}]
      - survey: {after: 2d}
  - id: broken
    approach: case-by-case
    when: incident.failure == "broken"
    discretion:
      decider: agent
      within: 2h
      options: [{compensate: {amount: {from: 1 EUR, to: 50 EUR}}}]
      authority: {agent: 10 EUR}
      second: {above: 10 EUR, by: boss}
`

// twin is a story that is told to a store in memory and to a ledger.
type twin struct {
	t       *testing.T
	now     time.Time
	files   *memoryFiles
	memory  *recovery.MemoryStore
	ledger  *Ledger
	engines [2]*recovery.Engine
	claimed []recovery.Delivery
	choices []recovery.Choice
	seen    map[string]int
}

func newTwin(t *testing.T) *twin {
	w := &twin{t: t, now: at("2026-03-02T09:00:00Z"), files: newMemoryFiles(), memory: recovery.NewMemoryStore(recovery.KeepDeliveries()), seen: map[string]int{}}
	w.open(KeepDeliveries())
	w.engines[0] = w.engine(w.memory)
	return w
}

func (w *twin) engine(s recovery.Store) *recovery.Engine {
	e, err := recovery.Load(setOf(streamStory), recovery.WithStore(s), recovery.WithNamespace("acme"), recovery.WithClock(func() time.Time { return w.now }))
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

func (w *twin) open(options ...Option) {
	l, err := open(w.files, 6000, options...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.ledger = l
	w.engines[1] = w.engine(l)
}

// reopen ends the ledger, sometimes with an index, and opens it again.
func (w *twin) reopen(indexed bool) {
	if indexed {
		if err := w.ledger.WriteIndex(context.Background()); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.ledger.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
	if indexed && w.ledger.Unread() == 0 {
		w.t.Error("the index was not used")
	}
}

func (w *twin) stores() [2]recovery.Stream { return [2]recovery.Stream{w.memory, w.ledger} }

// both does something to both, and compares what comes of it.
func (w *twin) both(what string, do func(i int) (string, error)) string {
	w.t.Helper()
	var got [2]string
	for i := range got {
		text, err := do(i)
		if err != nil {
			text = "refused: " + strings.TrimPrefix(err.Error(), "recovery: ")
		}
		got[i] = text
	}
	if got[0] != got[1] {
		w.t.Fatalf("%s at %s:\nin memory %s\nledger    %s", what, w.now, got[0], got[1])
	}
	if !strings.HasPrefix(got[0], "refused") {
		w.seen[what]++
	}
	return got[0]
}

func (w *twin) tell(r *rand.Rand) {
	in := incident(fmt.Sprint("T-", r.IntN(4)), []string{"late", "late", "broken", "other"}[r.IntN(4)], "C-1", time.Duration(24*r.IntN(4))*time.Hour, 1)
	if r.IntN(6) == 0 {
		in.RespondedAt = w.now
	}
	w.both("tell", func(i int) (string, error) {
		d, err := w.engines[i].Handle(context.Background(), in)
		if err != nil {
			return "", err
		}
		w.choices = append(w.choices, d.Choices...)
		return string(d.AppendJSON(nil)), nil
	})
}

func (w *twin) claim(r *rand.Rand) {
	c := recovery.Claim{Namespace: "acme", By: fmt.Sprint("host ", r.IntN(2)), Now: w.now, Until: w.now.Add(time.Duration(r.IntN(90)) * time.Minute), Each: r.IntN(3)}
	w.both("claim", func(i int) (string, error) {
		list, err := w.stores()[i].Claim(context.Background(), c)
		var out []byte
		for j := range list {
			out = fmt.Appendf(out, "%d %d ", list[j].Seq, list[j].Attempt)
			out = append(list[j].AppendJSON(out, func(c *worktime.Calendar) string { return calendarName(c.AppendJSON(nil)) }), '\n')
		}
		if i == 0 {
			w.claimed = append(w.claimed, list...)
		}
		// Incidents that can be claimed since the same time come in any order.
		lines := strings.Split(string(out), "\n")
		slices.Sort(lines)
		return strings.Join(lines, "\n"), err
	})
}

// deal does something about a delivery that was claimed.
func (w *twin) deal(r *rand.Rand) {
	if len(w.claimed) == 0 {
		return
	}
	d := w.claimed[r.IntN(len(w.claimed))]
	ctx := context.Background()
	by := fmt.Sprint("host ", r.IntN(2))
	what := [...]string{"done", "failed", "undone", "bury", "revive", "settle"}[r.IntN(6)]
	w.both(what, func(i int) (string, error) {
		switch what {
		case "bury":
			return "", w.stores()[i].Bury(ctx, by, d.Key)
		case "revive":
			return "", w.stores()[i].Revive(ctx, d.Key)
		case "settle":
			_ = w.stores()[i].Settle(ctx, d.Key) // a ledger may have forgotten it
			return "", nil
		}
		return "", w.engines[i].Report(ctx, recovery.Report{Incident: d.Incident, Key: d.Key, Outcome: recovery.Outcome(what)})
	})
}

func (w *twin) choose(r *rand.Rand) {
	if len(w.choices) == 0 {
		return
	}
	c := w.choices[r.IntN(len(w.choices))]
	sel := recovery.Selection{Choice: c.ID, By: "Ana", Roles: []string{"agent"}, Reason: "fair", Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney(fmt.Sprint(1+r.IntN(30), " EUR"))}}}
	w.both("choose", func(i int) (string, error) {
		for n := range 4 {
			sel.Incident = fmt.Sprint("T-", n)
			if d, err := w.engines[i].Choose(context.Background(), sel); err == nil {
				return string(d.AppendJSON(nil)), nil
			}
		}
		return "", nil
	})
}

// fall has what has fallen due put into the stream.
func (w *twin) fall() {
	c := recovery.Claim{Namespace: "acme", By: "me", Now: w.now, Until: w.now}
	text := w.both("fall", func(i int) (string, error) {
		list, err := w.stores()[i].FallenDue(context.Background(), c)
		var out []string
		for _, d := range list {
			out = append(out, d.Incident+" "+d.At.String())
		}
		slices.Sort(out)
		return strings.Join(out, "\n"), err
	})
	for line := range strings.Lines(text) {
		id, _, _ := strings.Cut(line, " ")
		w.both("again", func(i int) (string, error) {
			d, err := w.engines[i].Again(context.Background(), id)
			if err != nil {
				return "", err
			}
			return string(d.AppendJSON(nil)), nil
		})
	}
}

// same compares what the stores know of the streams.
func (w *twin) same() {
	for n := range 4 {
		w.both("read", func(i int) (string, error) {
			given, _, err := w.stores()[i].Read(context.Background(), recovery.Query{Namespace: "acme", Incident: fmt.Sprint("T-", n)})
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("%+v %+v %v", given.Stream.Open, given.Stream.Fell, given.Stream.NextDue), nil
		})
	}
	w.both("next", func(i int) (string, error) {
		next, err := w.stores()[i].Next(context.Background(), "acme", w.now)
		return next.String(), err
	})
	w.both("backlog", func(i int) (string, error) {
		b, err := w.stores()[i].Backlog(context.Background(), "acme")
		return fmt.Sprintf("%+v", b), err
	})
}

// TestStreamIsAsInMemory tells random stories, opens the ledger again on the way, and compares it with a store in
// memory. Afterwards the ledger is whole, and every decision comes out again as it was.
func TestStreamIsAsInMemory(t *testing.T) {
	seeds := 12
	if testing.Short() {
		seeds = 3
	}
	seen := map[string]int{}
	for seed := range seeds {
		w := newTwin(t)
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		for range 150 {
			w.now = w.now.Add(time.Duration(r.IntN(100)) * time.Minute)
			switch r.IntN(8) {
			case 0, 1:
				w.tell(r)
			case 2, 3:
				w.claim(r)
			case 4:
				w.deal(r)
			case 5:
				w.fall()
			case 6:
				w.choose(r)
			case 7:
				if r.IntN(3) == 0 {
					w.reopen(r.IntN(2) == 0)
				}
			}
			w.same()
			w.bounded()
		}
		w.reopen(true)
		w.same()
		if err := w.ledger.Close(); err != nil {
			t.Fatal(err)
		}
		if v := verifyT(t, w.files); v.Indexed == 0 || v.Kinds[KindStream] == 0 {
			t.Errorf("verified: %+v", v)
		}
		again, err := replay(context.Background(), w.files, ReplayOptions{Scope: Scope{All: true}, Differs: func(d Difference) error {
			t.Errorf("decided again: %+v", d)
			return nil
		}})
		if err != nil || again.Different > 0 || again.Same == 0 {
			t.Errorf("replayed: %+v, %v", again, err)
		}
		for what, n := range w.seen {
			seen[what] += n
		}
	}
	for _, what := range []string{"tell", "claim", "done", "failed", "undone", "bury", "revive", "choose", "again"} {
		if seen[what] == 0 {
			t.Errorf("no story has come to: %s", what)
		}
	}
}

// bounded holds that nothing stays in memory of an incident on which nothing is left to do.
func (w *twin) bounded() {
	s := w.ledger.index.streams
	known := 0
	for namespace, id := range s.live.All() {
		if s.live.Idle(namespace, id) {
			w.t.Fatalf("%s has nothing left to do, and is kept in mind", id)
		}
		s.live.Change(namespace, id, func(q *store.Queue) { known += len(q.All()) })
	}
	if len(s.records) != known || len(s.moved) > 0 {
		w.t.Fatalf("%d deliveries are in memory, %d places of them, and %d incidents have moved", known, len(s.records), len(s.moved))
	}
}

// TestStreamCutAtEveryByte stops the disk at every byte. A decision is there with its deliveries or not at all, and what
// was handed out is not handed out to another before the lease has ended.
func TestStreamCutAtEveryByte(t *testing.T) {
	w := newTwin(t)
	type handed struct {
		ops  int
		keys []string
	}
	var sure []handed
	ctx := context.Background()
	for n := range 2 {
		in := incident(fmt.Sprint("T-", n), "late", "C-1", time.Hour, 1)
		if _, err := w.engines[1].Handle(ctx, in); err != nil {
			t.Fatal(err)
		}
		list, err := w.ledger.Claim(ctx, recovery.Claim{Namespace: "acme", By: "me", Now: w.now, Until: w.now.Add(time.Hour), Each: 1})
		if err != nil || len(list) == 0 {
			t.Fatal(list, err)
		}
		for _, d := range list {
			sure = append(sure, handed{len(w.files.ops), []string{d.Key}})
			if err := w.engines[1].Report(ctx, recovery.Report{Incident: d.Incident, Key: d.Key}); err != nil {
				t.Fatal(err)
			}
		}
		w.now = w.now.Add(3 * time.Hour)
		if d, err := w.engines[1].Again(ctx, in.ID); err != nil || len(d.Missed) > 1 {
			t.Fatal(d, err)
		}
	}
	if n, err := w.ledger.Erase(ctx, Erasure{Namespace: "acme", Incident: "T-0"}); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	built := newMemoryFiles()
	for i, o := range w.files.ops {
		for cut := range max(len(o.data), 1) {
			if testing.Short() && cut%31 != 0 {
				continue
			}
			torn := built.clone()
			torn.apply(o, cut)
			l, err := open(torn, 6000, KeepDeliveries())
			if err != nil {
				t.Fatalf("operation %d, cut at %d: %v", i, cut, err)
			}
			for n := range 2 {
				given, _, err := l.Read(ctx, recovery.Query{Namespace: "acme", Incident: fmt.Sprint("T-", n)})
				if err != nil || given.Previous != nil && len(given.Stream.Open) == 0 {
					t.Fatalf("operation %d, cut at %d: a decision is there without its deliveries: %+v, %v", i, cut, given.Stream, err)
				}
			}
			list, err := l.Claim(ctx, recovery.Claim{Namespace: "acme", By: "you", Now: at("2026-03-02T09:00:01Z"), Until: at("2026-03-02T09:10:00Z")})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range list {
				if slices.ContainsFunc(sure, func(h handed) bool { return h.ops <= i && slices.Contains(h.keys, d.Key) }) {
					t.Fatalf("operation %d, cut at %d: %s was handed out twice", i, cut, d.Do)
				}
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if v := verifyT(t, torn); v.Torn != 0 {
				t.Fatalf("operation %d, cut at %d: %+v", i, cut, v)
			}
		}
		built.apply(o, len(o.data))
	}
}

// TestStreamOnBrokenDisk breaks the disk under each kind of change. What was refused has changed nothing.
func TestStreamOnBrokenDisk(t *testing.T) {
	w := newTwin(t)
	ctx := context.Background()
	tell := func() error {
		_, err := w.engines[1].Handle(ctx, incident("T-1", "late", "C-1", time.Hour, 1))
		return err
	}
	claim := func() error {
		_, err := w.ledger.Claim(ctx, recovery.Claim{Namespace: "acme", By: "me", Now: w.now, Until: w.now.Add(time.Hour), Each: 1})
		return err
	}
	key := func() string {
		given, _, err := w.ledger.Read(ctx, recovery.Query{Namespace: "acme", Incident: "T-1"})
		if err != nil || len(given.Stream.Open) == 0 {
			t.Fatal(given, err)
		}
		return given.Stream.Open[0].Key
	}
	state := func() string {
		given, _, err := w.ledger.Read(ctx, recovery.Query{Namespace: "acme", Incident: "T-1"})
		if err != nil {
			t.Fatal(err)
		}
		next, _ := w.ledger.Next(ctx, "acme", w.now)
		b, _ := w.ledger.Backlog(ctx, "acme")
		return fmt.Sprintf("%+v %v %+v", given.Stream, next, b)
	}
	for i, do := range []func() error{
		tell, claim,
		func() error { return w.ledger.Bury(ctx, "me", key()) },
		func() error { return w.ledger.Revive(ctx, key()) },
		claim,
		func() error {
			return w.engines[1].Report(ctx, recovery.Report{Incident: "T-1", Key: key(), Outcome: recovery.OutcomeFailed})
		},
		claim,
		func() error { return w.ledger.Settle(ctx, key()) },
		func() error {
			_, err := w.engines[1].Again(ctx, "T-1")
			return err
		},
	} {
		if i == 8 {
			w.now = w.now.Add(26 * time.Hour)
		}
		before := state()
		breakDisk(w.files, "write")
		err := do()
		w.files.fail = nil
		if err == nil {
			t.Fatalf("%d: a broken disk took it", i)
		}
		if after := state(); after != before {
			t.Errorf("%d: what was refused has left something behind:\nbefore %s\nafter  %s", i, before, after)
		}
		if err := do(); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		if state() == before {
			t.Errorf("%d: nothing has changed", i)
		}
		was := state()
		w.reopen(false)
		if state() != was {
			t.Errorf("%d: opened again\ngot  %s\nwant %s", i, state(), was)
		}
	}
}

// TestStreamOfMany has many goroutines decide, claim and report at once: each delivery is handed out once.
func TestStreamOfMany(t *testing.T) {
	w := newTwin(t)
	ctx := context.Background()
	var mu sync.Mutex
	handed := map[string]int{}
	var done sync.WaitGroup
	for g := range 8 {
		done.Go(func() {
			for i := range 12 {
				if _, err := w.engines[1].Handle(ctx, incident(fmt.Sprintf("T-%d-%d", g%4, i), "late", "C-1", time.Hour, 1)); err != nil {
					t.Error(err)
				}
				list, err := w.ledger.Claim(ctx, recovery.Claim{Namespace: "acme", By: fmt.Sprint(g), Now: w.now, Until: w.now.Add(time.Hour), Most: 3})
				if err != nil {
					t.Error(err)
				}
				for _, d := range list {
					mu.Lock()
					handed[d.Key]++
					mu.Unlock()
					if err := w.engines[1].Report(ctx, recovery.Report{Incident: d.Incident, Key: d.Key}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	done.Wait()
	rest, err := w.ledger.Claim(ctx, recovery.Claim{Namespace: "acme", By: "last", Now: w.now, Until: w.now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range rest {
		handed[d.Key]++
	}
	if want := 4 * 12 * 3; len(handed) != want { // the money, its words, the response
		t.Errorf("%d deliveries were handed out, want %d", len(handed), want)
	}
	for key, n := range handed {
		if n != 1 {
			t.Errorf("%s was handed out %d times", key, n)
		}
	}
	if err := w.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	verifyT(t, w.files)
}

// TestWithoutStream refuses what needs deliveries, and says how they are kept.
func TestWithoutStream(t *testing.T) {
	l := openT(t, t.TempDir())
	if _, err := l.Claim(t.Context(), recovery.Claim{}); err == nil || !strings.Contains(err.Error(), "KeepDeliveries") {
		t.Errorf("got %v", err)
	}
	given, _, err := l.Read(t.Context(), recovery.Query{Incident: "T-1"})
	if err != nil || given.Stream != nil {
		t.Errorf("a ledger without deliveries answers with %+v, %v", given.Stream, err)
	}
}
