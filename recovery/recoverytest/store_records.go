package recoverytest

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
)

func newStore(k *kit) {
	given, _ := k.read(recovery.Query{
		Incident: "T",
		Facts: []recovery.FactQuery{
			countIncidents(), countActions("refund"), sum("refund", "EUR"), sum("refund", "JPY", same("customer.id", "C")),
		},
		Use:        []recovery.UseQuery{today("bike", "outbound")},
		Precedents: []recovery.PrecedentQuery{{Play: "p/choice"}},
	})
	if given.Previous != nil || len(given.Made) > 0 || len(given.Reports) > 0 {
		k.Errorf("something was decided: %v, %v, %v", given.Previous, given.Made, given.Reports)
	}
	want := []any{int64(0), int64(0), money("0 EUR"), money("0 JPY")}
	for i := range want {
		if given.Facts[i] != want[i] {
			k.Errorf("fact %d: got %v, want %v", i, given.Facts[i], want[i])
		}
	}
	if given.Use[0] != 0 || given.Precedents[0].Count > 0 {
		k.Errorf("use is %d, precedents are %v", given.Use[0], given.Precedents[0])
	}
}

func (k *kit) wantPrevious(incident, id string) {
	k.Helper()
	given, _ := k.read(recovery.Query{Incident: incident})
	got := ""
	if given.Previous != nil {
		got = given.Previous.Decision.ID
	}
	if got != id {
		k.Errorf("Given.Previous of %s: got %q, want %q", incident, got, id)
	}
}

func latestIsPrevious(k *kit) {
	k.commit(decided("dec_1", "A"), decided("dec_2", "B"))
	k.wantPrevious("A", "dec_1")
	k.commit(decided("dec_3", "A", supersedes("dec_1")))
	k.wantPrevious("A", "dec_3")
	k.wantPrevious("B", "dec_2")
	k.wantPrevious("C", "")
	k.commit(decided("dec_4", "A", chose("dec_3", "p/choice", "")))
	k.wantPrevious("A", "dec_3") // a choice is not the previous decision
}

func readsBack(k *kit) {
	want := decided("dec_1", "A", key("customer.id", "C"), occurred(noon().Add(-time.Microsecond)),
		gives("compensate", "12.50 EUR", late), reserves("bike", "outbound", 2, noon()), keeps("dec_0"))
	want.Base = noon().Add(time.Microsecond)
	k.commit(want)
	given, _ := k.read(recovery.Query{Incident: "A"})
	wantRecord(k.T, given.Previous, want)
	choice := decided("dec_2", "A", chose("dec_1", "p/choice", "why", same("service", "parcel")), gives("refund", "1 EUR"))
	k.commit(choice)
	given, _ = k.read(recovery.Query{Incident: "A"})
	if len(given.Made) != 1 {
		k.Fatalf("got %d choices, want 1", len(given.Made))
	}
	wantRecord(k.T, &given.Made[0], choice)
}

// wantRecord compares decisions by their JSON, which is what a store has to keep
// of them.
func wantRecord(t *testing.T, got, want *recovery.Record) {
	t.Helper()
	if got == nil {
		t.Fatalf("no record of decision %s was read", want.Decision.ID)
	}
	if !bytes.Equal(got.Decision.AppendJSON(nil), want.Decision.AppendJSON(nil)) {
		t.Errorf("got  %s\nwant %s", got.Decision.AppendJSON(nil), want.Decision.AppendJSON(nil))
	}
	form := func(r *recovery.Record) []byte {
		return r.AppendJSON(nil, func(c *worktime.Calendar) string { return string(c.AppendJSON(nil)) })
	}
	if a, b := form(got), form(want); !bytes.Equal(a, b) {
		t.Errorf("in the form that stores keep, got  %s\nwant %s", a, b)
	}
	x, y := *got, *want
	x.Decision, y.Decision = nil, nil
	x.Promises, y.Promises, x.Handed, y.Handed = nil, nil, nil, nil // the form has them
	emptyAsNil := cmp.FilterValues(func(a, b []string) bool { return len(a) == 0 && len(b) == 0 }, cmp.Ignore())
	noReserves := cmp.FilterValues(func(a, b []recovery.Reserve) bool { return len(a) == 0 && len(b) == 0 }, cmp.Ignore())
	noKeys := cmp.FilterValues(func(a, b []recovery.Key) bool { return len(a) == 0 && len(b) == 0 }, cmp.Ignore())
	money := cmp.Comparer(func(a, b recovery.Money) bool { return a == b })
	if diff := cmp.Diff(y, x, emptyAsNil, noReserves, noKeys, money); diff != "" {
		t.Errorf("the record of %s differs (-want +got):\n%s", want.Decision.ID, diff)
	}
}

func sameDecisionTwice(k *kit) {
	c := k.prepare(decided("dec_1", "A", gives("refund", "5 EUR"), reserves("bike", "outbound", 1, noon())),
		recovery.Query{Facts: []recovery.FactQuery{matters(sum("refund", "EUR"))}, Use: []recovery.UseQuery{today("bike", "outbound")}})
	k.send(c)
	k.send(c) // at once
	k.commit(decided("dec_2", "B", gives("refund", "5 EUR"), reserves("bike", "outbound", 1, noon())))
	k.send(c) // after something has changed that would be a conflict
	k.wantFact(money("10 EUR"), sum("refund", "EUR"))
	k.wantUse("C", 2, today("bike", "outbound"))

	k.commit(decided("dec_3", "A", supersedes("dec_1")))
	k.send(c) // after it was superseded, which it does not undo
	k.wantPrevious("A", "dec_3")
	k.wantFact(money("5 EUR"), sum("refund", "EUR"))
}

func reportsOnce(k *kit) {
	k.commit(decided("dec_1", "A", gives("refund", "5 EUR")))
	done := recovery.Report{Incident: "A", Action: "act_refund", At: noon(), Note: "paid"}
	other := recovery.Report{Incident: "A", Action: "act_refund", At: noon().Add(time.Hour), Note: "paid"}
	elsewhere := recovery.Report{Incident: "B", Action: "act_x", At: noon()}
	k.send(recovery.Commit{Reports: []recovery.Report{done}})
	k.send(recovery.Commit{Reports: []recovery.Report{other, done, elsewhere}})
	given, _ := k.read(recovery.Query{Incident: "A"})
	if diff := cmp.Diff([]recovery.Report{done, other}, given.Reports, cmp.Comparer(func(a, b recovery.Money) bool { return a == b })); diff != "" {
		k.Errorf("Given.Reports of A differ, equal ones are kept once (-want +got):\n%s", diff)
	}
	k.wantFact(int64(1), countIncidents()) // a report makes no incident
	k.commit(decided("dec_2", "A", supersedes("dec_1")))
	if given, _ := k.read(recovery.Query{Incident: "A"}); len(given.Reports) != 2 {
		k.Errorf("reports outlive the decision, but %d are left", len(given.Reports))
	}
}

func refusalsCountNowhere(k *kit) {
	k.send(recovery.Commit{Refusal: &recovery.Refusal{
		Incident: "A", At: noon(), Input: []byte(`{"id":"A"}`), Set: recovery.SetRef{Digest: "sha256:00"},
		Error: errors.New("severity: wanted 1 to 5, found 6"),
	}})
	k.wantFact(int64(0), countIncidents())
	k.wantPrevious("A", "")
	k.commit(decided("dec_1", "A"))
	k.wantPrevious("A", "dec_1")
}
