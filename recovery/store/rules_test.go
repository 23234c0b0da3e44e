package store_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/store"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func decision(id string, number int64, actions ...store.Action) *store.Decision {
	return &store.Decision{ID: store.IDOf(id), Incident: "T-1", Number: number, OccurredAt: noon, Keys: map[string]string{"customer.id": "C-1"}, Actions: actions}
}

func gives(id, kind, amount string) store.Action {
	return store.Action{ID: store.IDOf(id), Type: kind, Amount: value.MustMoney(amount)}
}

func cancels(id, kind string) store.Action {
	return store.Action{ID: store.IDOf(id), Type: kind, Cancelled: true}
}

func choice(on string, d *store.Decision) *store.Decision {
	d.Choice = &store.Choice{On: store.IDOf(on)}
	return d
}

// TestStanding goes through what counts of an incident, decision by decision.
func TestStanding(t *testing.T) {
	euros := store.KindOf(&store.FactQuery{Sum: "compensate", Currency: "EUR", Same: []store.Key{{Path: "customer.id"}}})
	first := decision("one", 1, gives("a", "compensate", "5 EUR"))
	chosen := choice("one", decision("two", 2, gives("b", "compensate", "20 EUR"), cancels("a", "compensate")))
	higher := choice("one", decision("three", 3, gives("c", "compensate", "30 EUR"), cancels("b", "compensate")))
	anew := decision("four", 4, gives("a", "compensate", "6 EUR"))
	anew.Keeps = []store.ID{store.IDOf("three")}
	bare := decision("five", 5)

	var s store.Standing
	for _, step := range []struct {
		name    string
		add     *store.Decision
		choices []*store.Decision
		units   int64 // in cents
	}{
		{"a decision counts", first, nil, 500},
		{"a choice withdraws what the decision gave", chosen, nil, 2000},
		{"and a later one what an earlier one gave", higher, nil, 3000},
		{"a new decision gives its actions anew, and keeps what it names", anew, []*store.Decision{chosen, higher}, 3600},
		{"a decision that keeps nothing leaves nothing", bare, []*store.Decision{chosen, higher}, 0},
	} {
		s = s.After(step.add, step.choices)
		var total store.Wide
		entries := euros.Entries(s)
		for _, e := range entries {
			total = total.Plus(e.Weight)
		}
		if len(entries) > 0 != (step.units != 0) {
			t.Errorf("%s: counts: %v", step.name, entries)
		}
		answer, err := euros.Answer(total)
		if want := must(value.NewMoney(step.units, "EUR")); err != nil || answer != any(want) {
			t.Errorf("%s: got %v, %v, want %v", step.name, answer, err, want)
		}
	}
}

func must(m value.Money, err error) value.Money {
	if err != nil {
		panic(err)
	}
	return m
}

// TestEntriesNeedEveryText holds that an incident without one of the texts is the same
// as no other.
func TestEntriesNeedEveryText(t *testing.T) {
	kind := store.KindOf(&store.FactQuery{Count: "incidents", Same: []store.Key{{Path: "customer.id"}, {Path: "failure"}}})
	s := store.Standing{}.After(decision("one", 1), nil)
	if len(kind.Entries(s)) > 0 {
		t.Error("an incident without a failure counts")
	}
	s.Latest.Keys["failure"] = "late"
	entries := kind.Entries(s)
	if want := []string{"C-1", "late"}; len(entries) != 1 || !cmp.Equal(entries[0].Texts, want) {
		t.Errorf("got %v, want one with %v", entries, want)
	}
}

// TestAnswersThatDoNotFit holds that a sum never wraps around: it would pass under
// every limit.
func TestAnswersThatDoNotFit(t *testing.T) {
	kind := store.FactKind{Sum: "refund", Currency: "JPY"}
	_, err := kind.Answer(store.WideOf(9e18).Plus(store.WideOf(9e18)))
	var overflow *store.OverflowError
	if !errors.As(err, &overflow) {
		t.Errorf("got %v", err)
	}
	if _, err := store.NewIndex().Fact(&store.FactQuery{Name: "n", Count: "incidents"}, store.Stranger, store.Standing{}); err == nil {
		t.Error("a kind of fact that is not counted is answered")
	}
}

func TestPrecedentKeyDoesNotDependOnOrder(t *testing.T) {
	a, b := store.Key{Path: "region", Text: "north"}, store.Key{Path: "tier", Text: "gold"}
	if store.PrecedentKey("", "p/x", []store.Key{a, b}) != store.PrecedentKey("", "p/x", []store.Key{b, a}) {
		t.Error("the order of the keys counts")
	}
	if store.PrecedentKey("", "p/x", []store.Key{{Path: "a", Text: "bc"}}) == store.PrecedentKey("", "p/x", []store.Key{{Path: "ab", Text: "c"}}) {
		t.Error("two cases have one key")
	}
}

type nowIs struct {
	fact       any
	use        int64
	precedents int
}

func (n nowIs) Fact(*store.FactQuery) (any, error) { return n.fact, nil }
func (n nowIs) Use(*store.UseQuery) (int64, error) { return n.use, nil }
func (n nowIs) Precedents(*store.PrecedentQuery) (store.Precedents, error) {
	return store.Precedents{Count: n.precedents}, nil
}

func TestConflicts(t *testing.T) {
	one, two := store.IDOf("one"), store.IDOf("two")
	seen := store.Seen{
		Latest: one, Made: []store.ID{two},
		Reads: store.Query{
			Facts:      []store.FactQuery{{Name: "free"}, {Name: "counted", Matters: true}},
			Use:        []store.UseQuery{{Partner: "bike", Direction: "outbound"}},
			Precedents: []store.PrecedentQuery{{Play: "p"}},
		},
		Facts: []any{int64(1), int64(2)}, Use: []int64{3}, Precedents: []store.Precedents{{Count: 1}},
	}
	chooses, takes := seen, seen
	chooses.Chooses, chooses.On = true, two
	takes.Reserves = []store.Reserve{{Partner: "bike", Direction: "outbound"}}
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"the same thread":            {seen.CheckThread(one, []store.ID{two}, time.Time{}), false},
		"another decision":           {seen.CheckThread(two, []store.ID{two}, time.Time{}), true},
		"another choice":             {seen.CheckThread(one, nil, time.Time{}), true},
		"a later version":            {seen.CheckThread(one, []store.ID{two}, time.Unix(1, 0)), true},
		"a mark on another":          {seen.CheckLatest(two), true},
		"a mark on the same":         {seen.CheckLatest(one), false},
		"a choice on another":        {chooses.CheckThread(one, []store.ID{two}, time.Time{}), true},
		"the same counts":            {seen.CheckCounts(nowIs{int64(2), 3, 1}), false},
		"a counted fact":             {seen.CheckCounts(nowIs{int64(1), 3, 1}), true},
		"a use that is not taken":    {seen.CheckCounts(nowIs{int64(2), 9, 1}), false},
		"the use of what is taken":   {takes.CheckCounts(nowIs{int64(2), 9, 1}), true},
		"another precedent":          {seen.CheckCounts(nowIs{int64(2), 3, 2}), true},
		"what is taken, as was seen": {takes.CheckCounts(nowIs{int64(2), 3, 1}), false},
	} {
		if errors.Is(c.err, store.ErrConflict) != c.want {
			t.Errorf("%s: got %v", name, c.err)
		}
	}
}

// TestSummarise sums up an odd number of choices, an even one, several currencies and none.
func TestSummarise(t *testing.T) {
	m := value.MustMoney
	chose := func(id string, amounts ...string) store.Chosen {
		c := store.Chosen{Decision: id, Reason: "because of " + id}
		for _, a := range amounts {
			c.Actions = append(c.Actions, store.ChosenAction{Type: "compensate", Amount: m(a)})
		}
		return c
	}
	list := []store.Chosen{
		chose("1", "9 EUR"), chose("2", "1 EUR", "7 USD"), chose("3", "4 EUR"), chose("4", "2 EUR"), {Decision: "5", Actions: []store.ChosenAction{{Type: "replace"}}},
		chose("6", "4 USD"), chose("7", "4 USD"),
	}
	got := store.Summarise(list)
	want := []store.Spread{
		{Type: "compensate", Lower: m("2 EUR"), Upper: m("4 EUR"), Lowest: m("1 EUR"), Highest: m("9 EUR")},
		{Type: "compensate", Lower: m("4 USD"), Upper: m("4 USD"), Lowest: m("4 USD"), Highest: m("7 USD")},
	}
	if got.Count != 7 || !slices.Equal(got.Amounts, want) {
		t.Errorf("got %d, %v", got.Count, got.Amounts)
	}
	if median := got.Amounts[0].Median().RatString(); median != "3" {
		t.Errorf("the median of 1, 2, 4 and 9 is %s", median)
	}
	var recent []string
	for _, p := range got.Recent {
		recent = append(recent, p.Decision)
	}
	if !slices.Equal(recent, []string{"7", "6", "5", "4", "3"}) || got.Recent[2].Type != "replace" || got.Recent[3].Amount != m("2 EUR") {
		t.Errorf("recent are %v", got.Recent)
	}
	other := store.Summarise(list[1:])
	again, none := store.Summarise(list), store.Summarise(nil)
	if !got.Same(&again) || got.Same(&other) || none.Count != 0 || none.Same(&got) {
		t.Error("summaries are compared wrongly")
	}
}

// TestSets orders sets by their first decisions, and by those that make one the newest.
func TestSets(t *testing.T) {
	a, b, c := store.IDOf("a"), store.IDOf("b"), store.IDOf("c")
	var s store.Sets
	s.Decided(b, 5, false)
	s.Decided(a, 7, false)
	s.Decided(a, 3, false) // numbers may come in any order
	if !s.Older(a, b) || s.Older(b, a) || s.Older(c, a) || s.Older(a, c) || s.Older(a, a) {
		t.Error("sets stand in the order of their first decisions")
	}
	s.Decided(a, 9, true)
	if !s.Older(b, a) || s.Older(a, b) {
		t.Error("a set that was gone back to is the newest")
	}
	s.Forget(9)
	if !s.Older(a, b) {
		t.Error("what was taken back makes no set the newest")
	}
	s.Forget(4)
	if s.Older(a, b) || s.Older(b, a) {
		t.Error("a set whose decisions were taken back is known")
	}
}

// TestReportJSON writes reports as JSON and reads them back: a store may keep them so.
func TestReportJSON(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for want, r := range map[string]store.Report{
		`{"incident":"A"}`: {Incident: "A"},
		`{"namespace":"acme","incident":"A","action":"act_1","outcome":"undone","amount":{"value":"0.00","currency":"EUR"},"at":"2026-03-02T12:00:00Z","note":"n","key":"eff_1"}`: {
			Namespace: "acme", Incident: "A", Action: "act_1", Outcome: store.OutcomeUndone, Amount: value.MustMoney("0 EUR"), At: at, Note: "n", Key: "eff_1",
		},
	} {
		text, err := json.Marshal(r)
		if err != nil || string(text) != want {
			t.Errorf("got %s, %v, want %s", text, err, want)
		}
		var back store.Report
		if err := json.Unmarshal(text, &back); err != nil || back != r {
			t.Errorf("read back: got %+v, %v, want %+v", back, err, r)
		}
	}
}
