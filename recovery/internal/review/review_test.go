package review

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
)

var day = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// TestQuantiles compares with what the words say: as many below the median as above, and the smallest
// that nine of ten do not exceed.
func TestQuantiles(t *testing.T) {
	if m, p := quantiles(nil); m != nil || p != nil {
		t.Error("of nothing there is a median")
	}
	r := rand.New(rand.NewPCG(1, 1))
	for n := 1; n < 60; n++ {
		var list []time.Duration
		for range n {
			list = append(list, 2*time.Second*time.Duration(r.IntN(50)))
		}
		median, p90 := quantiles(slices.Clone(list))
		below, above, within := 0, 0, 0
		for _, d := range list {
			s := Seconds(d / time.Second)
			if s < *median {
				below++
			}
			if s > *median {
				above++
			}
			if s <= *p90 {
				within++
			}
		}
		if 2*below > n || 2*above > n || 10*within < 9*n {
			t.Errorf("%v: median %d, 90th percentile %d", list, *median, *p90)
		}
		if !slices.ContainsFunc(list, func(d time.Duration) bool { return Seconds(d/time.Second) == *p90 }) {
			t.Errorf("%v: %d is none of them", list, *p90)
		}
	}
}

// incidents are random incidents of a few customers and kinds.
func incidents(r *rand.Rand, n int) []*account.Incident {
	var out []*account.Incident
	for i := range n {
		x := &account.Incident{SourceTold: r.IntN(3) > 0, Answered: true, Last: &recovery.Decision{}}
		x.Incident = fmt.Sprint("T-", i)
		x.Fields = [][]byte{[]byte(`"parcel"`), []byte([]string{`"late"`, `"lost"`}[r.IntN(2)])}
		x.Is = recovery.Incident{
			ID: x.Incident, Service: "parcel", Failure: fieldText(x.Fields[1]), OccurredAt: day.Add(time.Duration(r.IntN(2000)) * time.Hour),
			Source: []string{"", "complaint", "monitor", "staff", "partner"}[r.IntN(5)], Customer: recovery.Customer{ID: []string{"", "A", "B", "C", "D"}[r.IntN(5)]},
		}
		out = append(out, x)
	}
	return out
}

// TestRepeats compares with going over all pairs. What came before is looked for in the whole ledger,
// also before both periods.
func TestRepeats(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 200 {
		o := Defaults(day.Add(3000 * time.Hour))
		o.Scope.Since, o.Scope.Until, o.Before = day.Add(1000*time.Hour), day.Add(1800*time.Hour), day.Add(300*time.Hour)
		rv := newReviewer(o)
		list := incidents(r, 1+r.IntN(25))
		acted := map[string]time.Time{}
		for _, x := range list {
			if r.IntN(5) == 0 {
				acted[x.Incident] = x.Is.OccurredAt.Add(time.Duration(r.IntN(500)) * time.Hour)
				a := &account.Action{Row: account.Row{Incident: x.Incident, Latest: true}, Is: &recovery.Action{Type: recovery.ActionPrevent}, DoneAt: acted[x.Incident]}
				if err := rv.action(a); err != nil {
					t.Fatal(err)
				}
			}
			if err := rv.incident(x); err != nil {
				t.Fatal(err)
			}
		}
		got := rv.finish()
		var repeats, before, after int64
		for i, x := range list {
			again := slices.ContainsFunc(list, func(y *account.Incident) bool {
				return y != x && y.Is.Failure == x.Is.Failure && y.Is.Customer.ID == x.Is.Customer.ID && x.Is.Customer.ID != "" &&
					(y.Is.OccurredAt.Before(x.Is.OccurredAt) || y.Is.OccurredAt.Equal(x.Is.OccurredAt) && slices.Index(list, y) < i)
			})
			prevented := slices.ContainsFunc(list, func(y *account.Incident) bool {
				return y.Is.Failure == x.Is.Failure && !acted[y.Incident].IsZero() && acted[y.Incident].Before(x.Is.OccurredAt)
			})
			at := x.Is.OccurredAt
			if at.Before(o.Scope.Since) || !at.Before(o.Scope.Until) {
				if again && at.Before(o.Scope.Since) && !at.Before(o.Before) {
					before++
				}
				continue
			}
			if again {
				repeats++
			}
			if prevented {
				after++
			}
		}
		gotAfter := int64(0)
		for _, k := range got.OnceIsEnough.Kinds {
			gotAfter += k.After
		}
		if got.OnceIsEnough.Repeats != repeats || got.AtAGlance.Before.Repeats != before || gotAfter > after { // a kind with one incident is not listed
			t.Fatalf("repeats %d and %d, want %d and %d; after %d of %d", got.OnceIsEnough.Repeats, got.AtAGlance.Before.Repeats, repeats, before, gotAfter, after)
		}
	}
}

// TestFoundByOurselves compares with going over all pairs, of a period and of all time: complaints before
// the period count.
func TestFoundByOurselves(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for round := range 200 {
		o := Defaults(day)
		if round%2 == 0 {
			o.Scope.Since, o.Scope.Until = day.Add(1000*time.Hour), day.Add(1800*time.Hour)
		}
		rv := newReviewer(o)
		list := incidents(r, 1+r.IntN(25))
		for _, x := range list {
			if err := rv.incident(x); err != nil {
				t.Fatal(err)
			}
		}
		complaint := func(x *account.Incident) bool { return x.Is.Source == "" || x.Is.Source == "complaint" }
		want, failures := int64(0), int64(0)
		for _, x := range list {
			if !o.Scope.Has(x.Is.OccurredAt, "") {
				continue
			}
			failures++
			if complaint(x) || x.Is.Source == "partner" {
				continue
			}
			if !slices.ContainsFunc(list, func(y *account.Incident) bool {
				return complaint(y) && y.Is.Customer.ID != "" && y.Is.Customer.ID == x.Is.Customer.ID && y.Is.Failure == x.Is.Failure && !y.Is.OccurredAt.After(x.Is.OccurredAt)
			}) {
				want++
			}
		}
		if got := rv.finish().WhoToldWhom; got.FoundFirst != want || got.Failures != failures {
			t.Fatalf("got %d of %d, want %d of %d", got.FoundFirst, got.Failures, want, failures)
		}
	}
}

// TestSignalsOfThePeriod holds that a signal of the period failed all the same, whenever its failure came,
// or another incident followed it.
func TestSignalsOfThePeriod(t *testing.T) {
	o := Defaults(day.Add(3000 * time.Hour))
	o.Scope.Since, o.Scope.Until = day, day.Add(24*time.Hour)
	later := day.Add(100 * time.Hour)
	for _, x := range []struct {
		name string
		list []recovery.Incident
		want int64
	}{
		{"it failed within the period", []recovery.Incident{{ID: "S", Phase: recovery.PhaseFailure, OccurredAt: day}}, 1},
		{"it failed later", []recovery.Incident{{ID: "S", Phase: recovery.PhaseFailure, OccurredAt: later}}, 1},
		{"an incident follows later", []recovery.Incident{{ID: "S", Phase: recovery.PhaseSignal, OccurredAt: day}, {ID: "T", Follows: "S", OccurredAt: later}}, 1},
		{"it is still a signal", []recovery.Incident{{ID: "S", Phase: recovery.PhaseSignal, OccurredAt: day}, {ID: "T", OccurredAt: later}}, 0},
	} {
		rv := newReviewer(o)
		if err := rv.decision(&account.Decision{Is: &recovery.Decision{Incident: "S", Phase: recovery.PhaseSignal, DecidedAt: day}}); err != nil {
			t.Fatal(err)
		}
		for _, in := range x.list {
			if err := rv.incident(&account.Incident{Row: account.Row{Incident: in.ID}, Is: in}); err != nil {
				t.Fatal(err)
			}
		}
		if got := rv.finish().WhoToldWhom; got.Signals != 1 || got.CameAll != x.want {
			t.Errorf("%s: %d of %d, want %d of 1", x.name, got.CameAll, got.Signals, x.want)
		}
	}
}

// TestDueNow holds that what is due exactly now is due, and what is due later is open.
func TestDueNow(t *testing.T) {
	for ahead, want := range map[time.Duration]int64{-time.Microsecond: 1, 0: 1, time.Microsecond: 0} {
		rv := newReviewer(Defaults(day))
		x := &account.Promise{Once: true, Is: recovery.Promised{DueAt: day.Add(ahead), DoneAt: day.Add(-time.Hour), Outcome: recovery.PromiseKept}}
		if err := rv.promise(x); err != nil {
			t.Fatal(err)
		}
		got := rv.finish()
		if k := got.Promises.All; k.Due != want || k.Open != 1-want || got.AtAGlance.Due != want {
			t.Errorf("due %s from now: %+v", ahead, k)
		}
	}
}

// TestPromisesAddUp holds that kept, late and broken are all that were due, in totals and under types,
// and that a promise of several plays counts under each of them.
func TestPromisesAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	outcomes := []recovery.PromiseOutcome{recovery.PromiseKept, recovery.PromiseLate, recovery.PromiseBroken, recovery.PromiseOpen, recovery.PromiseLapsed, account.NotReported}
	rv := newReviewer(Defaults(day))
	counts := map[recovery.PromiseOutcome]int64{}
	plays := map[string]int64{}
	for range 500 {
		x := &account.Promise{Once: r.IntN(4) > 0, Is: recovery.Promised{
			Type: []string{"respond", "resolve"}[r.IntN(2)], Play: []string{"p/a", "p/b"}[r.IntN(2)], Outcome: outcomes[r.IntN(len(outcomes))],
		}}
		x.Is.DueAt = day.Add(-time.Duration(1+r.IntN(100)) * time.Hour)
		switch x.Is.Outcome {
		case recovery.PromiseOpen:
			x.Is.DueAt = day.Add(time.Hour)
		case recovery.PromiseLate:
			x.Is.DoneAt = x.Is.DueAt.Add(time.Minute)
		}
		if x.Once {
			counts[x.Is.Outcome]++
		}
		plays[x.Is.Play]++
		if err := rv.promise(x); err != nil {
			t.Fatal(err)
		}
	}
	got := rv.finish().Promises
	all := got.All
	if all.Kept != counts[outcomes[0]] || all.Late != counts[outcomes[1]] || all.Broken != counts[outcomes[2]] || all.Due != all.Kept+all.Late+all.Broken ||
		all.Open != counts[outcomes[3]] || all.Lapsed != counts[outcomes[4]] || all.NotReported != counts[outcomes[5]] {
		t.Errorf("%+v, want %v", all, counts)
	}
	due := int64(0)
	for _, n := range got.ByType {
		due += n.Due
	}
	if due != all.Due {
		t.Errorf("%d due by type, %d in all", due, all.Due)
	}
	for _, n := range got.ByPlay {
		if sum := n.Due + n.Open + n.Lapsed + n.NotReported; sum != plays[n.Name] {
			t.Errorf("%s: %d, want %d", n.Name, sum, plays[n.Name])
		}
	}
}

// TestPaidAndCancelledIsInNeither gives 10 EUR that were reported done, and cancels 7 EUR that were too.
func TestPaidAndCancelledIsInNeither(t *testing.T) {
	euros := func(units int64) recovery.Money {
		m, err := value.NewMoney(units, "EUR")
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	rv := newReviewer(Defaults(day))
	for change, of := range map[recovery.Change][2]int64{recovery.ChangeKept: {1000, 1000}, recovery.ChangeCancelled: {0, 700}} {
		x := &account.Action{Row: account.Row{Latest: true}, DecidedAt: day, Reported: euros(of[1]), Is: &recovery.Action{
			Type: "refund", Plays: []string{"p/a"}, Change: change, Justice: recovery.JusticeDistributive, Amount: euros(of[0]),
		}}
		if err := rv.action(x); err != nil {
			t.Fatal(err)
		}
	}
	got := rv.finish().Costs
	if p, r := sum(got.Promised), sum(got.Reported); p != "10.00 EUR" || r != "10.00 EUR" {
		t.Errorf("promised %s, reported %s", p, r)
	}
}

// TestVerdicts has each rule speak on both sides of its bound.
func TestVerdicts(t *testing.T) {
	for _, x := range []struct {
		name   string
		cell   cell
		before bool
		want   Verdict
		points int
	}{
		{"too few", cell{incidents: 9, due: 9, kept: 9}, false, TooFew, 0},
		{"95 % kept", cell{incidents: 20, due: 20, kept: 19}, false, Strong, 1},
		{"90 % kept", cell{incidents: 20, due: 20, kept: 18}, false, Mixed, 0},
		{"80 % kept", cell{incidents: 20, due: 20, kept: 16}, false, Mixed, 0},
		{"75 % kept", cell{incidents: 20, due: 20, kept: 15}, false, Weak, -1},
		{"10 % again", cell{incidents: 20, repeats: 2}, false, Mixed, 0},
		{"15 % again", cell{incidents: 20, repeats: 3}, false, Weak, -1},
		{"fewer than before", cell{incidents: 20, repeats: 3, before: 4}, true, Strong, 1},
		{"as many as before", cell{incidents: 20, repeats: 4, before: 4}, true, Mixed, 0},
		{"more than before", cell{incidents: 20, repeats: 5, before: 4}, true, Weak, -1},
		{"half found", cell{incidents: 20, found: 10}, false, Strong, 1},
		{"fewer found", cell{incidents: 20, found: 9}, false, Mixed, 0},
		{"content", cell{incidents: 20, score: 8, scored: 2}, false, Strong, 1},
		{"unhappy", cell{incidents: 20, score: 4, scored: 2}, false, Weak, -1},
		{"both sides", cell{incidents: 20, due: 20, kept: 20, score: 4, scored: 2}, false, Mixed, 0},
	} {
		s := &strong{}
		s.scores.sum, s.scores.n = 30, 10
		got := s.judge(&x.cell, nil, x.before)
		if got.Verdict != x.want || got.Points != x.points {
			t.Errorf("%s: %s %d, want %s %d (%q)", x.name, got.Verdict, got.Points, x.want, x.points, got.Because)
		}
	}
}
