package recoverytest

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// other is the kit with another handle on the store.
func (k *kit) other() *kit {
	k.Helper()
	if k.At == nil || k.Place == nil {
		k.Skip("the store has one handle")
	}
	return &kit{T: k.T, Harness: k.Harness, store: k.At(k.T, k.Place(k.T, k.store))}
}

// history commits something of each kind.
func (k *kit) history() {
	k.Helper()
	bike := reserves("bike", "outbound", 2, noon())
	k.commit(
		decided("dec_1", "A", key("customer.id", "C"), gives("refund", "5 EUR"), bike),
		decided("dec_2", "A", supersedes("dec_1"), key("customer.id", "C"), gives("refund", "7 EUR", named("act_a")), bike),
		decided("dec_3", "A", chose("dec_2", "p/one", "fair", same("service", "bike")), gives("compensate", "3 EUR")),
		decided("dec_4", "A", of("acme"), gives("refund", "9 EUR")),
	)
	k.send(recovery.Commit{Reports: []recovery.Report{{Incident: "A", Action: "act_a", Amount: money("7 EUR"), At: noon(), Note: "paid"}}})
	q := recovery.Query{Incident: "A"}
	given, version := k.read(q)
	k.send(recovery.Commit{Mark: &recovery.Mark{Incident: "A", UpdatedAt: noon(), Told: []byte(`{"id":"A","x":1}`)}, Reads: q, Given: given, Version: version})
	k.send(recovery.Commit{Refusal: &recovery.Refusal{Incident: "R", At: noon(), Input: []byte(`{"id":"R"}`), Error: errors.New("no")}})
}

// wantHistory compares all that history has committed.
func (k *kit) wantHistory() {
	k.Helper()
	k.wantPrevious("A", "dec_2")
	given, _ := k.read(recovery.Query{Incident: "A"})
	switch {
	case len(given.Made) != 1 || given.Made[0].Decision.ID != "dec_3":
		k.Errorf("choices are %v", given.Made)
	case len(given.Reports) != 1 || given.Reports[0].Note != "paid" || given.Reports[0].Amount != money("7 EUR"):
		k.Errorf("reports are %+v", given.Reports)
	case !given.UpdatedAt.Equal(noon()):
		k.Errorf("updated_at is %s", given.UpdatedAt)
	case given.Told == nil || string(given.Told.Incident) != `{"id":"A","x":1}`:
		k.Errorf("told is %v", given.Told)
	}
	if given, _ := k.read(recovery.Query{Incident: "R"}); given.Told == nil || string(given.Told.Incident) != `{"id":"R"}` {
		k.Errorf("what was refused is told as %v", given.Told)
	}
	k.wantFact(int64(1), countIncidents())
	k.wantFact(money("7 EUR"), sum("refund", "EUR", same("customer.id", "C")))
	k.wantFact(money("3 EUR"), sum("compensate", "EUR"))
	k.wantUse("X", 2, today("bike", "outbound"))
	if got := k.precedents(recovery.Query{Precedents: []recovery.PrecedentQuery{{Play: "p/one", Comparable: []recovery.Key{same("service", "bike")}}}}); got[0].Count != 1 {
		k.Errorf("there are %d precedents, want 1", got[0].Count)
	}
}

func handlesRead(k *kit) {
	other := k.other()
	k.history()
	other.wantHistory()
	other.commit(decided("dec_9", "A", supersedes("dec_2"), keeps("dec_3"), gives("refund", "1 EUR")))
	k.wantPrevious("A", "dec_9")
	k.wantFact(money("1 EUR"), sum("refund", "EUR"))
	k.wantUse("X", 0, today("bike", "outbound"))
	k.commit(decided("dec_1", "A", gives("refund", "99 EUR"))) // which the other has committed, in the other's view
	other.wantPrevious("A", "dec_9")
}

// handlesConflict has two handles race for what there is one of.
func handlesConflict(k *kit) {
	two := [...]*kit{k, k.other()}
	late := two[1].prepare(decided("dec_late", "A"), recovery.Query{})
	k.commit(decided("dec_1", "A"))
	two[1].wantConflict(late)
	for round := range rounds {
		if k.Failed() {
			return // the others say the same
		}
		customer := same("customer.id", fmt.Sprint("C-", round))
		q := recovery.Query{
			Facts: []recovery.FactQuery{matters(sum("compensate", "EUR", customer))},
			Use:   []recovery.UseQuery{today(fmt.Sprint("bike-", round), "outbound")},
		}
		var winners atomic.Int64
		race(func(racer int) {
			incident := fmt.Sprintf("T-%d-%d", round, racer)
			own := q
			own.Incident = incident
			won := two[racer%2].handle(own, func(given recovery.Given) *recovery.Record {
				if given.Facts[0].(recovery.Money).Sign() > 0 || given.Use[0] > 0 {
					return nil
				}
				return decided("dec_"+incident, incident, key(customer.Path, customer.Text), gives("compensate", "1 EUR"), reserves(q.Use[0].Partner, "outbound", 1, noon()))
			})
			if won {
				winners.Add(1)
			}
		})
		k.wantOneWinner(round, &winners)
	}
}

// reopened ends the store, and opens it again.
func reopened(k *kit) {
	if k.Reopen == nil {
		k.Skip("the store ends with its process")
	}
	k.history()
	k.store = k.Reopen(k.T, k.store)
	k.wantHistory()
	k.commit(decided("dec_9", "A", supersedes("dec_2"), keeps("dec_3")))
	k.store = k.Reopen(k.T, k.store)
	k.wantPrevious("A", "dec_9")
	k.wantUse("X", 0, today("bike", "outbound"))
}

// reopensStream ends the store while deliveries wait, are claimed, are dead, and something is about to fall due.
func reopensStream(k *kit) {
	if k.Reopen == nil {
		k.Skip("the store ends with its process")
	}
	s := k.stream()
	again := func() {
		k.Helper()
		k.store = k.Reopen(k.T, k.store)
		s = k.stream()
	}
	k.put(decided("dec_1", "A"), time.Time{}, task("e1", "5 EUR"), task("e2", ""), task("e3", "6 EUR"))
	k.put(decided("dec_2", "B"), time.Time{}, task("e4", ""))
	again()
	k.wantClaimedOf(s, recovery.Claim{By: "me", Each: 1}, 0, "e1", "e4")
	if err := s.Bury(k.Context(), "me", "e1"); err != nil {
		k.Errorf("burying failed: %v", err)
	}
	again()
	given, _ := k.read(recovery.Query{Incident: "A"})
	if i := slices.IndexFunc(given.Stream.Open, func(o store.Open) bool { return o.Key == "e1" && o.State == store.DeliveryDead }); i < 0 {
		k.Errorf("opened again, the stream has %+v, and e1 is not dead", given.Stream.Open)
	}
	k.wantClaimed(s, "", 20, "e2", "e4")
	k.reportOn("e2", recovery.OutcomeDone, 21)
	if err := s.Settle(k.Context(), "e4"); err != nil {
		k.Errorf("settling failed: %v", err)
	}
	if err := s.Revive(k.Context(), "e1"); err != nil {
		k.Errorf("reviving failed: %v", err)
	}
	again()
	k.wantClaimed(s, "", 30, "e1", "e3")
	k.put(decided("dec_3", "B", supersedes("dec_2")), minuteOf(40), task("e4", "")) // its key came before
	again()
	k.reportOn("e1", recovery.OutcomeDone, 31)
	k.reportOn("e3", recovery.OutcomeDone, 31)
	k.wantClaimed(s, "", 39)
	k.wantNext(s, 39, minuteOf(40))
	if due, err := s.FallenDue(k.Context(), recovery.Claim{By: "me", Now: minuteOf(40), Until: minuteOf(50)}); err != nil || len(due) != 1 || due[0].Incident != "B" || !due[0].At.Equal(minuteOf(40)) {
		k.Errorf("opened again, these have fallen due: %v, %v", due, err)
	}
	if err := s.Postpone(k.Context(), "me", recovery.Postponed{Incident: "B", Until: minuteOf(70), Why: "no set"}); err != nil {
		k.Errorf("postponing failed: %v", err)
	}
	again()
	// A store may forget with its process that an incident was postponed: it is then looked at before.
	if next, err := s.Next(k.Context(), "", minuteOf(41)); err != nil || next.IsZero() || next.After(minuteOf(70)) {
		k.Errorf("opened again, the stream has to be looked at at %s (%v), want no later than %s", next, err, minuteOf(70))
	}
}

// begin begins a transaction of the host's.
func (k *kit) begin() (*kit, Transaction) {
	k.Helper()
	if k.Begin == nil {
		k.Skip("the store has no transactions of the host's")
	}
	tx := k.Begin(k.T, k.store)
	return &kit{T: k.T, Harness: k.Harness, store: tx.Store}, tx
}

// end ends a transaction.
func (k *kit) end(how func() error) {
	k.Helper()
	if err := how(); err != nil {
		k.Fatalf("ending a transaction failed: %v", err)
	}
}

func rollsBack(k *kit) {
	in, tx := k.begin()
	in.commit(decided("dec_1", "A", gives("refund", "5 EUR"), reserves("bike", "outbound", 2, noon())))
	in.wantPrevious("A", "dec_1")
	in.wantFact(money("5 EUR"), sum("refund", "EUR"))
	k.end(tx.Rollback)
	k.wantPrevious("A", "")
	k.wantFact(int64(0), countIncidents())
	k.wantFact(money("0 EUR"), sum("refund", "EUR"))
	k.wantUse("X", 0, today("bike", "outbound"))
	in, tx = k.begin()
	in.commit(decided("dec_1", "A", gives("refund", "6 EUR"))) // the id is free
	k.end(tx.Commit)
	k.wantPrevious("A", "dec_1")
	k.wantFact(money("6 EUR"), sum("refund", "EUR"))
}

func isolates(k *kit) {
	in, tx := k.begin()
	in.commit(decided("dec_1", "A", gives("refund", "5 EUR")))
	k.wantPrevious("A", "")
	k.wantFact(int64(0), countIncidents())
	k.end(tx.Commit)
	k.wantPrevious("A", "dec_1")
}

// streamsWithin puts deliveries into the stream within transactions.
func streamsWithin(k *kit) {
	s := k.stream()
	in, tx := k.begin()
	in.put(decided("dec_1", "A"), minuteOf(5), task("e1", ""))
	if given, _ := in.read(recovery.Query{Incident: "A"}); len(given.Stream.Waiting()) != 1 {
		k.Errorf("within the transaction, the stream has %+v", given.Stream)
	}
	k.end(tx.Rollback)
	k.wantClaimed(s, "", 0)
	k.wantNext(s, 0, time.Time{})
	in, tx = k.begin()
	in.put(decided("dec_2", "A"), minuteOf(5), task("e2", ""))
	k.wantClaimed(s, "", 0) // it is not committed
	k.wantNext(s, 0, time.Time{})
	k.end(tx.Commit)
	k.wantNext(s, 0, minuteOf(0))
	k.wantClaimed(s, "", 1, "e2")
	k.wantNext(s, 1, minuteOf(5))
}

// erase erases, and returns the deliveries that were cancelled.
func (k *kit) erase(e store.Erasure) []recovery.Delivery {
	k.Helper()
	if k.Erase == nil {
		k.Skip("the store erases nothing")
	}
	cancelled, err := k.Erase(k.Context(), k.store, e)
	if err != nil {
		k.Fatalf("erasing failed: %v", err)
	}
	return cancelled
}

// wantErased holds that nothing is known of an incident, and that it is refused until it is begun anew.
func (k *kit) wantErased(namespace, incident string) {
	k.Helper()
	q := recovery.Query{Namespace: namespace, Incident: incident}
	given, version := k.read(q)
	if given.Previous != nil || len(given.Made)+len(given.Reports) > 0 || given.Told != nil || !given.UpdatedAt.IsZero() {
		k.Errorf("of an incident that was erased, this is known: %+v", given)
	}
	late := recovery.Commit{Record: decided("dec_late", incident, of(namespace)), Reads: q, Given: given, Version: version}
	refused := recovery.Commit{Refusal: &recovery.Refusal{Namespace: namespace, Incident: incident, At: noon(), Input: []byte(`{"id":"A"}`), Error: errors.New("no")}, Reads: q, Given: given, Version: version}
	for _, c := range []recovery.Commit{late, refused} {
		if err := k.store.Commit(k.Context(), c); !errors.Is(err, recovery.ErrErased) {
			k.Errorf("what comes of an incident that was erased is committed with %v, want ErrErased", err)
		}
	}
}

func erasesIncident(k *kit) {
	k.history()
	k.erase(store.Erasure{Incident: "A", At: noon()})
	k.wantErased("", "A")
	k.wantFact(int64(0), countIncidents())
	k.wantFact(money("0 EUR"), sum("refund", "EUR"))
	k.wantFact(money("0 EUR"), sum("compensate", "EUR"))
	k.wantUse("X", 2, today("bike", "outbound")) // the partner's units are used all the same
	if got := k.precedents(recovery.Query{Precedents: []recovery.PrecedentQuery{{Play: "p/one", Comparable: []recovery.Key{same("service", "bike")}}}}); got[0].Count != 0 {
		k.Errorf("there are %d precedents, want none", got[0].Count)
	}
	q := recovery.Query{Namespace: "acme", Incident: "A"}
	if given, _ := k.read(q); given.Previous == nil || given.Previous.Decision.ID != "dec_4" {
		k.Error("the incident of another tenant was erased as well")
	}
	if k.Reopen != nil {
		k.store = k.Reopen(k.T, k.store)
		k.wantErased("", "A")
	}
	if err := k.Anew(k.Context(), k.store, "", "A"); err != nil {
		k.Fatalf("beginning anew failed: %v", err)
	}
	k.commit(decided("dec_9", "A", gives("refund", "1 EUR")))
	k.wantPrevious("A", "dec_9")
	k.wantFact(money("1 EUR"), sum("refund", "EUR"))
}

func erasesCustomer(k *kit) {
	k.commit(
		decided("dec_1", "A", key("customer.id", "C")),
		decided("dec_2", "B", key("customer.id", "C")),
		decided("dec_3", "D", key("customer.id", "D")),
		decided("dec_4", "E", of("acme"), key("customer.id", "C")),
	)
	k.erase(store.Erasure{Namespace: "acme", Customer: "C"})
	k.wantErased("acme", "E")
	k.wantPrevious("A", "dec_1")
	k.erase(store.Erasure{Customer: "C"})
	k.wantErased("", "A")
	k.wantErased("", "B")
	k.wantPrevious("D", "dec_3")
	k.wantFact(int64(1), countIncidents())
}

// erasesPending lists and cancels deliveries of what is erased.
func erasesPending(k *kit) {
	s := k.stream()
	k.put(decided("dec_1", "A", key("customer.id", "C")), minuteOf(10), task("e1", "5 EUR"), task("e2", ""))
	k.put(decided("dec_2", "B", key("customer.id", "D")), time.Time{}, task("e3", ""))
	k.wantClaimed(s, "", 0, "e1", "e2", "e3")
	k.reportOn("e2", recovery.OutcomeDone, 1)
	cancelled := k.erase(store.Erasure{Customer: "C"})
	var keys []string
	for _, d := range cancelled {
		keys = append(keys, d.Key)
		if d.Action == nil || d.Action.Amount != money("5 EUR") {
			k.Errorf("cancelled is %+v", d)
		}
	}
	if !slices.Equal(keys, []string{"e1"}) {
		k.Errorf("cancelled are %v, want e1", keys)
	}
	k.wantClaimed(s, "", 30, "e3")
	if due, err := s.FallenDue(k.Context(), recovery.Claim{By: "me", Now: minuteOf(60), Until: minuteOf(61)}); err != nil || len(due) > 0 {
		k.Errorf("due are %v, %v, though the incident was erased", due, err)
	}
}
