package recoverytest

import (
	"context"
	"errors"
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
	k.wantClaimedOf(s, recovery.Claim{Namespace: namespace, By: "me"}, minute, want...)
}

// wantClaimedOf is wantClaimed for a claim that says more.
func (k *kit) wantClaimedOf(s recovery.Stream, c recovery.Claim, minute int, want ...string) []recovery.Delivery {
	k.Helper()
	c.Now, c.Until = minuteOf(minute), minuteOf(minute+10)
	namespace := c.Namespace
	list, err := s.Claim(k.Context(), c)
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
	return list
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
	if err := s.Renew(k.Context(), "me", []string{"e1", "e3", "e4"}, minuteOf(20)); err != nil {
		k.Errorf("renewing failed: %v", err)
	}
	k.wantClaimed(s, "", 19)
	if err := s.Settle(k.Context(), "e3"); err != nil {
		k.Errorf("settling failed: %v", err)
	}
	k.wantClaimed(s, "", 20, "e1", "e4")
	if err := s.Return(k.Context(), "me", "e1", minuteOf(25)); err != nil {
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

// streamHolds lets who has claimed a delivery, and nobody else, renew it, give it back and give it up. It counts
// the attempts, and hands out no more than was asked for.
func streamHolds(k *kit) {
	s := k.stream()
	k.put(decided("dec_1", "A"), time.Time{}, task("e1", "5 EUR"), task("e2", ""), task("e3", "6 EUR"))
	k.put(decided("dec_2", "B"), time.Time{}, task("e4", ""))
	attempt := func(list []recovery.Delivery, want int) {
		k.Helper()
		for _, d := range list {
			if d.Attempt != want {
				k.Errorf("%s was claimed for the %d. time, want %d", d.Key, d.Attempt, want)
			}
		}
	}
	attempt(k.wantClaimedOf(s, recovery.Claim{By: "me", Each: 1, Most: 1}, 0, "e1"), 1)
	attempt(k.wantClaimedOf(s, recovery.Claim{By: "you", Each: 1}, 0, "e4"), 1)
	for what, err := range map[string]error{
		"renew":  s.Renew(k.Context(), "you", []string{"e1"}, minuteOf(90)),
		"return": s.Return(k.Context(), "you", "e1", minuteOf(0)),
		"bury":   s.Bury(k.Context(), "you", "e1"),
		"revive": s.Revive(k.Context(), "e1"),
	} {
		if err == nil {
			k.Errorf("somebody else could %s what was claimed", what)
		}
	}
	k.wantClaimed(s, "", 9)
	attempt(k.wantClaimedOf(s, recovery.Claim{By: "you", Each: 1, Most: 1}, 10, "e1"), 2)
	if err := s.Renew(k.Context(), "me", []string{"e1"}, minuteOf(90)); err == nil {
		k.Error("a claim could be renewed that has ended and is held by somebody else")
	}
	if err := s.Bury(k.Context(), "you", "e1"); err != nil {
		k.Errorf("burying failed: %v", err)
	}
	k.wantClaimedOf(s, recovery.Claim{By: "me", Each: 1}, 11, "e2", "e4")
	given, _ := k.read(recovery.Query{Incident: "A"})
	if i := slices.IndexFunc(given.Stream.Open, func(o store.Open) bool { return o.Key == "e1" && o.State == store.DeliveryDead && o.InDoubt() }); i < 0 {
		k.Errorf("the stream has %+v, and e1 is not dead and in doubt", given.Stream.Open)
	}
	if err := s.Settle(k.Context(), "e2"); err != nil {
		k.Errorf("settling failed: %v", err)
	}
	k.wantNext(s, 11, minuteOf(21)) // e3 waits behind e1, and e4 is held
	if err := s.Revive(k.Context(), "e1"); err != nil {
		k.Errorf("reviving failed: %v", err)
	}
	k.wantNext(s, 11, minuteOf(11))
	attempt(k.wantClaimedOf(s, recovery.Claim{By: "me", Each: 1}, 12, "e1"), 1)
}

// wantNext asks when the stream has to be looked at next.
func (k *kit) wantNext(s recovery.Stream, minute int, want time.Time) {
	k.Helper()
	if next, err := s.Next(k.Context(), "", minuteOf(minute)); err != nil || !next.Equal(want) {
		k.Errorf("at minute %d, the stream has to be looked at at %s (%v), want %s", minute, next, err, want)
	}
}

// streamFallsDue knows on which incidents something falls due, and lets one look at each.
func streamFallsDue(k *kit) {
	s := k.stream()
	k.wantNext(s, 0, time.Time{})
	k.put(decided("dec_1", "A"), minuteOf(32))
	k.put(decided("dec_2", "B"), minuteOf(20))
	k.put(decided("dec_3", "C", of("acme")), minuteOf(10))
	k.put(decided("dec_4", "D"), time.Time{})
	want := func(minute, most int, next time.Time, want ...recovery.FallenDue) {
		k.Helper()
		due, err := s.FallenDue(k.Context(), recovery.Claim{By: "me", Now: minuteOf(minute), Until: minuteOf(minute + 10), Most: most})
		if err != nil || !slices.EqualFunc(due, want, func(a, b recovery.FallenDue) bool {
			return a.Incident == b.Incident && a.At.Equal(b.At) && a.Attempt == b.Attempt
		}) {
			k.Errorf("at minute %d, these have fallen due: %v (%v); want %v", minute, due, err, want)
		}
		k.wantNext(s, minute, next)
	}
	a, b := recovery.FallenDue{Incident: "A", At: minuteOf(32), Attempt: 1}, recovery.FallenDue{Incident: "B", At: minuteOf(20), Attempt: 1}
	want(5, 0, minuteOf(20))
	want(20, 0, minuteOf(30), b) // it is looked at until 30
	want(25, 0, minuteOf(30))
	b.Attempt = 2
	want(30, 1, minuteOf(32), b) // one at a time
	want(32, 0, minuteOf(40), a)
	for by, wrong := range map[string]bool{"you": true, "me": false} {
		if err := s.Postpone(k.Context(), by, recovery.Postponed{Incident: "A", Until: minuteOf(55), Why: "no set"}); (err != nil) != wrong {
			k.Errorf("%s could postpone what I have claimed: %v", by, err)
		}
	}
	given, _ := k.read(recovery.Query{Incident: "A"})
	if x := given.Stream.Stuck; x == nil || x.Attempts != 1 || x.Why != "no set" || !x.Since.Equal(minuteOf(32)) || !x.Until.Equal(minuteOf(55)) {
		k.Errorf("what was postponed is known as %+v", x)
	}
	q := recovery.Query{Incident: "B"}
	given, version := k.read(q)
	if !given.Stream.NextDue.Equal(minuteOf(20)) || given.Stream.Stuck != nil {
		k.Errorf("the store says of B: %+v", given.Stream)
	}
	fell := task("f1", "")
	fell.Incident, fell.Decision = "B", "dec_2"
	k.send(recovery.Commit{Reads: q, Given: given, Version: version, Fell: []recovery.Delivery{fell}, NextDue: minuteOf(50)})
	k.wantNext(s, 32, minuteOf(32)) // what was put in can be claimed at once
	k.wantClaimed(s, "", 32, "f1")
	if err := s.Settle(k.Context(), "f1"); err != nil {
		k.Errorf("settling failed: %v", err)
	}
	b.At, b.Attempt = minuteOf(50), 1
	want(50, 0, minuteOf(55), b)
	a.Attempt = 2
	want(55, 0, minuteOf(60), a)
}

// streamReports conflicts with a decision that came between reading and reporting: what falls due next hangs
// on it.
func streamReports(k *kit) {
	k.stream()
	k.put(decided("dec_1", "A"), minuteOf(20), task("e1", ""))
	q := recovery.Query{Incident: "A"}
	given, version := k.read(q)
	late := recovery.Commit{
		Reports: []recovery.Report{{Incident: "A", Action: "act_e1", Key: "e1", Outcome: recovery.OutcomeDone, At: minuteOf(1)}},
		Reads:   q, Given: given, Version: version,
	}
	k.put(decided("dec_2", "A", supersedes("dec_1")), minuteOf(30))
	k.wantConflict(late)
	if given, _ := k.read(q); len(given.Reports) > 0 || !given.Stream.NextDue.Equal(minuteOf(30)) {
		k.Errorf("after a report that conflicts, the store has %v, and something falls due at %s", given.Reports, given.Stream.NextDue)
	}
}

// streamCounts counts what is not settled, and names the incidents that somebody has to look at.
func streamCounts(k *kit) {
	s := k.stream()
	k.put(decided("dec_1", "A"), time.Time{}, task("e1", "5 EUR"), task("e2", ""), task("e3", "6 EUR"))
	k.put(decided("dec_2", "B"), minuteOf(1), task("e4", ""))
	k.put(decided("dec_3", "C"), time.Time{}, task("e5", ""))
	k.put(decided("dec_4", "A", of("acme")), minuteOf(1), task("e6", ""))
	k.wantClaimedOf(s, recovery.Claim{By: "me", Each: 1, Most: 1}, 0, "e1")
	if err := s.Bury(k.Context(), "me", "e1"); err != nil {
		k.Fatalf("burying failed: %v", err)
	}
	k.wantClaimedOf(s, recovery.Claim{By: "me", Each: 1}, 1, "e2", "e4", "e5")
	if err := s.Settle(k.Context(), "e5"); err != nil {
		k.Fatalf("settling failed: %v", err)
	}
	if _, err := s.FallenDue(k.Context(), recovery.Claim{By: "me", Now: minuteOf(2), Until: minuteOf(9)}); err != nil {
		k.Fatalf("asking what has fallen due failed: %v", err)
	}
	if err := s.Postpone(k.Context(), "me", recovery.Postponed{Incident: "B", Until: minuteOf(55), Why: "no set"}); err != nil {
		k.Fatalf("postponing failed: %v", err)
	}
	for namespace, want := range map[string]recovery.Backlog{
		"":     {Waiting: 1, Claimed: 2, Dead: 1, Stuck: 1, Troubled: []string{"A", "B"}},
		"acme": {Waiting: 1},
		"none": {},
	} {
		got, err := s.Backlog(k.Context(), namespace)
		if err != nil || !slices.Equal(got.Troubled, want.Troubled) || got.Waiting != want.Waiting || got.Claimed != want.Claimed || got.Dead != want.Dead || got.Stuck != want.Stuck {
			k.Errorf("the backlog of %q is %+v (%v), want %+v", namespace, got, err, want)
		}
	}
}

// streamReported conflicts with a report that came in between: what falls due next was made without it.
func streamReported(k *kit) {
	s := k.stream()
	k.put(decided("dec_1", "A"), time.Time{}, task("e1", "5 EUR"), task("e2", ""))
	k.wantClaimed(s, "", 0, "e1", "e2")
	q := recovery.Query{Incident: "A"}
	given, version := k.read(q)
	late := recovery.Commit{Reads: q, Given: given, Version: version, NextDue: minuteOf(50)}
	record := k.prepare(decided("dec_2", "A", supersedes("dec_1")), recovery.Query{})
	report := late
	report.Reports = []recovery.Report{{Incident: "A", Action: "act_e2", Key: "e2", At: minuteOf(2)}}
	k.reportOn("e1", recovery.OutcomeUndone, 1)
	k.wantConflict(late)
	k.wantConflict(record)
	k.wantConflict(report)
	k.wantPrevious("A", "dec_1")
	report.Given, report.Version = k.read(q)
	k.send(report)
	if given, _ := k.read(q); len(given.Reports) != 2 || !given.Stream.NextDue.Equal(minuteOf(50)) {
		k.Errorf("there are %d reports, and something falls due at %s", len(given.Reports), given.Stream.NextDue)
	}
}

// streamTenants claims, and asks what falls due, for one tenant at a time.
func streamTenants(k *kit) {
	s := k.stream()
	k.put(decided("dec_1", "A"), minuteOf(20), task("e1", ""))
	k.put(decided("dec_2", "A", of("acme")), minuteOf(10), task("e2", ""))
	k.put(decided("dec_3", "A", of("zeta")), time.Time{})
	for _, x := range []struct {
		namespace, key string
		due            int // the minute; 0: never
	}{{"", "e1", 20}, {"acme", "e2", 10}, {"zeta", "", 0}, {"none", "", 0}} {
		next := func(minute int, want time.Time) {
			k.Helper()
			if got, err := s.Next(k.Context(), x.namespace, minuteOf(minute)); err != nil || !got.Equal(want) {
				k.Errorf("at minute %d, the stream of %q has to be looked at at %s (%v), want %s", minute, x.namespace, got, err, want)
			}
		}
		if x.key == "" {
			next(0, time.Time{})
			k.wantClaimed(s, x.namespace, 0)
		} else {
			next(0, minuteOf(0))
			k.wantClaimed(s, x.namespace, 0, x.key)
			if err := s.Settle(k.Context(), x.key); err != nil {
				k.Errorf("settling failed: %v", err)
			}
			next(0, minuteOf(x.due))
		}
		due, err := s.FallenDue(k.Context(), recovery.Claim{Namespace: x.namespace, By: x.namespace, Now: minuteOf(30), Until: minuteOf(40)})
		if want := min(x.due, 1); err != nil || len(due) != want || want == 1 && !due[0].At.Equal(minuteOf(x.due)) {
			k.Errorf("of %q, these have fallen due: %v (%v)", x.namespace, due, err)
		}
	}
	if err := s.Postpone(k.Context(), "acme", recovery.Postponed{Namespace: "acme", Incident: "A", Until: minuteOf(90), Why: "no set"}); err != nil {
		k.Errorf("postponing failed: %v", err)
	}
	for namespace, stuck := range map[string]bool{"": false, "acme": true} {
		if given, _ := k.read(recovery.Query{Namespace: namespace, Incident: "A"}); (given.Stream.Stuck != nil) != stuck {
			k.Errorf("of %q, what could not be decided is known as %+v", namespace, given.Stream.Stuck)
		}
	}
}

// streamHeedsContext asks for each thing within a context that has ended. None is done.
func streamHeedsContext(k *kit) {
	s := k.stream()
	k.put(decided("dec_1", "A"), minuteOf(5), task("e1", ""), task("e2", ""), task("e3", ""))
	k.wantClaimedOf(s, recovery.Claim{By: "me", Each: 2}, 0, "e1", "e2")
	if err := s.Bury(k.Context(), "me", "e2"); err != nil {
		k.Fatalf("burying failed: %v", err)
	}
	if due, err := s.FallenDue(k.Context(), recovery.Claim{By: "me", Now: minuteOf(6), Until: minuteOf(9)}); err != nil || len(due) != 1 {
		k.Fatalf("what has fallen due: %v, %v", due, err)
	}
	before, _ := k.read(recovery.Query{Incident: "A"})
	ctx, cancel := context.WithCancel(k.Context())
	cancel()
	claim := recovery.Claim{By: "me", Now: minuteOf(30), Until: minuteOf(40)}
	_, claiming := s.Claim(ctx, claim)
	_, falling := s.FallenDue(ctx, claim)
	_, next := s.Next(ctx, "", minuteOf(0))
	_, backlog := s.Backlog(ctx, "")
	for what, err := range map[string]error{
		"claiming": claiming, "asking what has fallen due": falling, "asking what is next": next, "asking for the backlog": backlog,
		"renewing":   s.Renew(ctx, "me", []string{"e1"}, minuteOf(90)),
		"returning":  s.Return(ctx, "me", "e1", minuteOf(1)),
		"burying":    s.Bury(ctx, "me", "e1"),
		"reviving":   s.Revive(ctx, "e2"),
		"settling":   s.Settle(ctx, "e1"),
		"postponing": s.Postpone(ctx, "me", recovery.Postponed{Incident: "A", Until: minuteOf(90), Why: "no set"}),
	} {
		if !errors.Is(err, context.Canceled) {
			k.Errorf("%s within a context that has ended: got %v", what, err)
		}
	}
	after, _ := k.read(recovery.Query{Incident: "A"})
	if !slices.EqualFunc(before.Stream.Open, after.Stream.Open, func(a, b store.Open) bool { return a.Key == b.Key && a.State == b.State }) || after.Stream.Stuck != nil {
		k.Errorf("within a context that has ended, the stream became %+v", after.Stream)
	}
	k.wantClaimed(s, "", 11, "e1", "e3")
}
