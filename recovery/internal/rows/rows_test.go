package rows

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// TestSummaryAgrees compares a summary made of rows of amounts with one that is made of all choices.
func TestSummaryAgrees(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var all, own, others []store.Chosen
		amounts := map[Amount]int64{}
		for i := range random.IntN(20) {
			c := store.Chosen{Decision: string(rune('a' + i)), Reason: "why"}
			for range random.IntN(4) {
				a := store.ChosenAction{Type: []string{"refund", "compensate"}[random.IntN(2)]}
				if random.IntN(4) > 0 {
					var err error
					if a.Amount, err = value.NewMoney(int64(random.IntN(5)*100), []string{"EUR", "JPY"}[random.IntN(2)]); err != nil {
						t.Fatal(err)
					}
				}
				c.Actions = append(c.Actions, a)
			}
			text, err := Chosen(&c)
			if err != nil {
				t.Fatal(err)
			}
			back, err := ReadChosen(text)
			if diff := cmp.Diff(c, back, cmp.Comparer(func(a, b value.Money) bool { return a == b })); err != nil || diff != "" {
				t.Fatalf("read back, a choice differs (%v):\n%s", err, diff)
			}
			all = append(all, c)
			if random.IntN(5) == 0 {
				own = append(own, c)
			} else {
				others = append(others, c)
			}
			for _, a := range Amounts(&c) {
				n := a.Count
				a.Count = 0
				amounts[a] += n
			}
		}
		var list []Amount
		for a, n := range amounts {
			a.Count = n
			list = append(list, a)
		}
		slices.SortFunc(list, func(a, b Amount) int { return compareAmounts(&a, &b) })
		recent := slices.Clone(others)
		slices.Reverse(recent)
		got, err := Summary(list, recent, own)
		if want := store.Summarise(others); err != nil || !got.Same(&want) {
			t.Fatalf("of %+v without %+v: got %+v, want %+v (%v)", all, own, got, want, err)
		}
	}
}

// TestReportsSurvive holds that nothing of a report is lost in its text: an amount of nothing is an amount.
func TestReportsSurvive(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 1000, time.UTC)
	for _, r := range []recovery.Report{
		{Incident: "A", Action: "act", At: at},
		{Namespace: "acme", Incident: "A", Action: "act", Outcome: recovery.OutcomeUndone, Amount: value.MustMoney("0 EUR"), At: at, Note: "<n>", Key: "eff_1"},
	} {
		text, err := Report(&r)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := ReadReport(text); err != nil || back != r {
			t.Errorf("got %+v, want %+v (%v)", back, r, err)
		}
	}
}

// TestChanged compares lists of entries of an incident.
func TestChanged(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	one, two := store.ID{1}, store.ID{2}
	was := []Entry{{one, at, store.WideOf(5)}, {two, at, store.WideOf(1)}}
	is := merged([]Entry{{two, at, store.WideOf(1)}, {one, at, store.WideOf(3)}, {one, at, store.WideOf(4)}})
	gone, added := Changed(was, is)
	if len(gone) != 1 || gone[0] != was[0] || len(added) != 1 || added[0].Group != one || added[0].Weight != store.WideOf(7) {
		t.Errorf("gone are %+v, added %+v", gone, added)
	}
	asked := Asked{Group: one, From: at, Until: at.Add(1)}
	if total := asked.Of(is); total != store.WideOf(7) {
		t.Errorf("the total is %v", total)
	}
	if asked.From = at.Add(1); asked.Of(is) != (store.Wide{}) {
		t.Error("what lies before counts")
	}
}

// TestGivenSurvives holds that what a decision was made from is read back as it was written, but for what is in
// other records.
func TestGivenSurvives(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 1000, time.UTC)
	eur := value.MustMoney("5 EUR")
	c := recovery.Commit{
		Reads: recovery.Query{
			Namespace: "acme", Incident: "A",
			Facts:      []store.FactQuery{{Name: "n", Count: "incidents", From: at, Same: []store.Key{{Path: "customer.id", Text: "C"}}}, {Name: "m", Sum: "refund", Currency: "EUR", Matters: true}, {Name: "d", Of: value.KindDouble}, {Name: "t", Of: value.KindDuration}, {Name: "none"}},
			Use:        []store.UseQuery{{Partner: "bike", Direction: "outbound", From: at, Until: at.Add(time.Hour)}},
			Precedents: []store.PrecedentQuery{{Play: "p/one", Comparable: []store.Key{{Path: "service", Text: "s"}}}},
		},
		Given: recovery.Given{
			UpdatedAt:  at,
			Facts:      []any{int64(0), eur, 0.5, time.Minute, nil},
			Use:        []int64{3},
			Precedents: []store.Precedents{{Count: 2, Amounts: []store.Spread{{Type: "refund", Lower: eur, Upper: eur, Lowest: eur, Highest: eur}}, Recent: []store.Precedent{{Decision: "dec_1", Type: "refund", Amount: eur, Reason: "<r>"}}}},
			Previous:   &recovery.Record{Decision: &recovery.Decision{ID: "dec_0"}},
			Made:       []recovery.Record{{Decision: &recovery.Decision{ID: "dec_1"}}},
			Stream:     &store.Stream{Open: []store.Open{{Key: "eff_1", State: store.DeliveryClaimed, Attempt: 2, Failed: 1}}},
		},
	}
	c.Given.Reports = []recovery.Report{{}, {}}
	text, err := Given(&c)
	if err != nil {
		t.Fatal(err)
	}
	var back recovery.Commit
	reports, err := ReadGiven(text, &back)
	if err != nil || reports != 2 {
		t.Fatalf("%d reports are read (%v)", reports, err)
	}
	c.Given.Reports = nil
	same := cmp.Options{
		cmp.Comparer(func(a, b value.Money) bool { return a == b }),
		cmp.Comparer(func(a, b *recovery.Decision) bool { return a == b || a != nil && b != nil && a.ID == b.ID }),
	}
	if diff := cmp.Diff(c, back, same); diff != "" {
		t.Error(diff)
	}
}
