package recoverytest

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// stream is the store as one that keeps deliveries. A part is skipped for a store that keeps none.
func (k *kit) stream() recovery.Stream {
	k.Helper()
	s, ok := k.store.(recovery.Stream)
	if given, _ := k.read(recovery.Query{Incident: "A"}); !ok || given.Stream == nil {
		k.Skip("the store keeps no deliveries")
	}
	return s
}

// task is a delivery about an action of its own; amount may be empty.
func task(key, amount string) recovery.Delivery {
	a := &recovery.Action{ID: "act_" + key, Type: "refund"}
	if amount != "" {
		a.Amount = money(amount)
	}
	return recovery.Delivery{Key: key, Do: recovery.ToDo, Action: a}
}

// put commits a decision with deliveries, and says when something falls due next.
func (k *kit) put(r *recovery.Record, next time.Time, list ...recovery.Delivery) {
	k.Helper()
	c := k.prepare(r, recovery.Query{})
	for i := range list {
		list[i].Namespace, list[i].Incident, list[i].Decision = r.Decision.Namespace, r.Decision.Incident, r.Decision.ID
	}
	c.Outbox, c.NextDue = list, next
	k.send(c)
}

// wantClaimed claims what can be handed out at a minute, for ten minutes.
func (k *kit) wantClaimed(s recovery.Stream, namespace string, minute int, want ...string) {
	k.Helper()
	list, err := s.Claim(k.Context(), recovery.Claim{Namespace: namespace, Now: minuteOf(minute), Until: minuteOf(minute + 10)})
	if err != nil {
		k.Fatalf("claiming failed: %v", err)
	}
	var got []string
	for _, d := range list {
		got = append(got, d.Key)
		if d.Namespace != namespace || d.Action == nil || d.Action.ID != "act_"+d.Key || d.Seq == 0 || d.Incident == "" || d.Decision == "" {
			k.Errorf("a delivery was claimed as %+v", d)
		}
	}
	if !slices.Equal(got, want) {
		k.Errorf("claimed at minute %d: got %v, want %v", minute, got, want)
	}
}

func (k *kit) reportOn(key string, outcome recovery.Outcome, minute int) {
	k.Helper()
	r := recovery.Report{Incident: "A", Action: "act_" + key, Key: key, Outcome: outcome, At: minuteOf(minute)}
	q := recovery.Query{Incident: "A"}
	given, version := k.read(q)
	k.send(recovery.Commit{Reports: []recovery.Report{r}, Reads: q, Given: given, Version: version})
}

// streamClaims hands out deliveries in order, each to one at a time, until its lease has ended.
func streamClaims(k *kit) {
	s := k.stream()
	later := task("e2", "")
	later.NotBefore = minuteOf(30)
	k.put(decided("dec_1", "A"), time.Time{}, task("e1", ""), later, task("e3", ""))
	k.put(decided("dec_2", "A", supersedes("dec_1")), time.Time{}, task("e4", ""), task("e1", "")) // its key came before
	k.put(decided("dec_3", "B", of("acme")), time.Time{}, task("e5", ""))
	k.wantClaimed(s, "", 1, "e1", "e3", "e4")
	k.wantClaimed(s, "", 2)
	k.wantClaimed(s, "acme", 2, "e5")
	if err := s.Renew(k.Context(), []string{"e1", "e3", "e4"}, minuteOf(20)); err != nil {
		k.Errorf("renewing failed: %v", err)
	}
	k.wantClaimed(s, "", 19)
	if err := s.Settle(k.Context(), "e3"); err != nil {
		k.Errorf("settling failed: %v", err)
	}
	k.wantClaimed(s, "", 20, "e1", "e4")
	if err := s.Return(k.Context(), "e1", minuteOf(25)); err != nil {
		k.Errorf("returning failed: %v", err)
	}
	k.wantClaimed(s, "", 24)
	k.reportOn("e4", recovery.OutcomeDone, 24)
	k.wantClaimed(s, "", 30, "e1", "e2")
	k.reportOn("e1", recovery.OutcomeUndone, 31)
	k.reportOn("e2", recovery.OutcomeDone, 31)
	k.wantClaimed(s, "", 59)
}

// streamWithdraws takes out what nobody has claimed, and conflicts with a claim that came in between.
func streamWithdraws(k *kit) {
	s := k.stream()
	k.put(decided("dec_1", "A"), time.Time{}, task("e1", ""), task("e2", ""))
	given, _ := k.read(recovery.Query{Incident: "A"})
	if got := given.Stream.Waiting(); !slices.Equal(got, []string{"e1", "e2"}) {
		k.Errorf("waiting are %v", got)
	}
	c := k.prepare(decided("dec_2", "A", supersedes("dec_1")), recovery.Query{})
	c.Withdrawn, c.Outbox = []string{"e1"}, []recovery.Delivery{task("e3", "")}
	k.send(c)
	late := k.prepare(decided("dec_3", "A", supersedes("dec_2")), recovery.Query{})
	late.Withdrawn = []string{"e2"}
	list, err := s.Claim(k.Context(), recovery.Claim{Now: minuteOf(1), Until: minuteOf(9)})
	if err != nil || len(list) != 2 || list[0].Key != "e2" || list[1].Key != "e3" {
		k.Errorf("claimed %v, %v", list, err)
	}
	k.wantConflict(late)
	k.wantPrevious("A", "dec_2")
	again := k.prepare(late.Record, recovery.Query{})
	if got := again.Given.Stream.Waiting(); len(got) > 0 {
		k.Errorf("waiting are %v, though all were claimed", got)
	}
	k.send(again)
}

// streamFails puts back what has failed once, and holds money back behind what is dead.
func streamFails(k *kit) {
	s := k.stream()
	k.put(decided("dec_1", "A"), time.Time{}, task("e1", "5 EUR"), task("e2", ""), task("e3", "6 EUR"))
	k.wantClaimed(s, "", 0, "e1", "e2", "e3")
	k.reportOn("e1", recovery.OutcomeFailed, 1)
	k.wantClaimed(s, "", 2, "e1")
	k.reportOn("e1", recovery.OutcomeFailed, 3)
	k.wantClaimed(s, "", 20, "e2") // the other money waits behind what is dead
	given, _ := k.read(recovery.Query{Incident: "A"})
	i := slices.IndexFunc(given.Stream.Open, func(o store.Open) bool { return o.Key == "e1" })
	if i < 0 || given.Stream.Open[i].State != store.DeliveryDead {
		k.Errorf("the stream has %+v, and e1 is not dead", given.Stream.Open)
	}
	k.reportOn("e1", recovery.OutcomeDone, 21)
	k.reportOn("e2", recovery.OutcomeDone, 21)
	k.wantClaimed(s, "", 40, "e3")
}

// streamFallsDue knows on which incidents something falls due.
func streamFallsDue(k *kit) {
	s := k.stream()
	k.put(decided("dec_1", "A"), minuteOf(30))
	k.put(decided("dec_2", "B"), minuteOf(20))
	k.put(decided("dec_3", "C", of("acme")), minuteOf(10))
	k.put(decided("dec_4", "D"), time.Time{})
	want := func(minute, most int, next time.Time, incidents ...string) {
		k.Helper()
		due, at, err := s.FallenDue(k.Context(), "", minuteOf(minute), most)
		var got []string
		for _, d := range due {
			got = append(got, d.Incident)
		}
		if err != nil || !slices.Equal(got, incidents) || !at.Equal(next) {
			k.Errorf("at minute %d, %v have fallen due, next is %s (%v); want %v, next %s", minute, got, at, err, incidents, next)
		}
	}
	want(5, 0, minuteOf(20))
	want(20, 0, minuteOf(20), "B")
	want(31, 0, minuteOf(20), "B", "A")
	want(31, 1, minuteOf(20), "B")
	q := recovery.Query{Incident: "B"}
	given, version := k.read(q)
	if !given.Stream.NextDue.Equal(minuteOf(20)) {
		k.Errorf("the store says that something falls due on B at %s", given.Stream.NextDue)
	}
	fell := task("f1", "")
	fell.Incident, fell.Decision = "B", "dec_2"
	k.send(recovery.Commit{Reads: q, Given: given, Version: version, Fell: []recovery.Delivery{fell}, NextDue: minuteOf(50)})
	want(31, 0, minuteOf(30), "A") // what was put in can be claimed at once, but A is due before
	k.wantClaimed(s, "", 31, "f1")
}
