package recoverytest

import (
	"context"
	"errors"
	"fmt"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// of makes the record one of a tenant.
func of(namespace string) with {
	return func(r *recovery.Record) {
		r.Decision.Namespace = namespace
		for i := range r.Reserves {
			r.Reserves[i].Namespace = namespace
		}
	}
}

// tenantsApart lets two tenants and nobody's decide incidents of one id.
func tenantsApart(k *kit) {
	for i, name := range []string{"", "acme", "zeta"} {
		id := string(rune('1' + 3*i))
		k.commit(decided("dec_"+id, "A", key("customer.id", "C"), gives("refund", fmt.Sprint(i+5, " EUR")), reserves("bike", "outbound", int64(i+1), noon()), of(name)))
		id = string(rune('2' + 3*i))
		k.commit(decided("dec_"+id, "A", chose("dec_"+string(rune('1'+3*i)), "p/one", name), gives("compensate", "7 EUR"), of(name)))
		k.send(recovery.Commit{Reports: []recovery.Report{{Namespace: name, Incident: "A", Action: "act_" + id, At: noon()}}})
	}
	refused := recovery.Refusal{Namespace: "acme", Incident: "A", At: noon(), Input: []byte(`{"id":"A","x":1}`), Set: recovery.SetRef{Digest: "sha256:00"}, Error: errRefused}
	k.send(recovery.Commit{Refusal: &refused})
	for i, name := range []string{"", "acme", "zeta"} {
		given, _ := k.read(recovery.Query{Namespace: name, Incident: "A"})
		if given.Previous == nil || given.Previous.Decision.ID != "dec_"+string(rune('1'+3*i)) || len(given.Made) != 1 || len(given.Reports) != 1 {
			k.Errorf("of %q, previous is %v, with %d choices and %d reports", name, given.Previous, len(given.Made), len(given.Reports))
		}
		if told := given.Told != nil; told != (name == "acme") {
			k.Errorf("of %q, something was told that was refused: %v", name, told)
		}
		same := same("customer.id", "C")
		q := recovery.Query{Namespace: name, Incident: "X", Facts: []recovery.FactQuery{countIncidents(same), sum("refund", "EUR")}, Use: []recovery.UseQuery{today("bike", "outbound")},
			Precedents: []recovery.PrecedentQuery{{Namespace: name, Play: "p/one"}}}
		for j := range q.Facts {
			q.Facts[j].Namespace = name
		}
		q.Use[0].Namespace = name
		given, _ = k.read(q)
		if given.Facts[0] != int64(1) || given.Facts[1] != money(fmt.Sprint(i+5, " EUR")) || given.Use[0] != int64(i+1) {
			k.Errorf("%q counts %v and uses %v", name, given.Facts, given.Use)
		}
		if p := given.Precedents[0]; p.Count != 1 || len(p.Recent) != 1 || p.Recent[0].Reason != name {
			k.Errorf("the precedents of %q are %+v", name, p)
		}
	}
	if given, _ := k.read(recovery.Query{Namespace: "other", Incident: "A"}); given.Previous != nil {
		k.Errorf("a tenant that nobody knows has %s", given.Previous.Decision.ID)
	}
}

// heedsContext asks within a context that has ended.
func heedsContext(k *kit) {
	k.commit(decided("dec_1", "A"))
	c := k.prepare(decided("dec_2", "A", supersedes("dec_1")), recovery.Query{})
	ctx, cancel := context.WithCancel(k.Context())
	cancel()
	_, _, err := k.store.Read(ctx, recovery.Query{Incident: "A"})
	_, err2 := k.store.Precedents(ctx, recovery.Query{Incident: "A", Precedents: []recovery.PrecedentQuery{{Play: "p/one"}}})
	for what, err := range map[string]error{"reading": err, "reading precedents": err2, "committing": k.store.Commit(ctx, c)} {
		if !errors.Is(err, context.Canceled) {
			k.Errorf("%s within a context that has ended: got %v", what, err)
		}
	}
	k.wantPrevious("A", "dec_1")
	k.send(c)
}

// preparesKinds prepares the store for facts after decisions have come.
func preparesKinds(k *kit) {
	k.commit(decided("dec_1", "A", key("customer.id", "C"), gives("refund", "5 EUR")))
	q := sum("refund", "EUR", same("customer.id", "C"))
	set := &playbook.Set{Digest: "sha256:00"}
	for range 2 {
		if err := k.store.Prepare(k.Context(), set, []recovery.FactKind{store.KindOf(&q)}); err != nil {
			k.Fatalf("preparing failed: %v", err)
		}
	}
	k.wantFact(money("5 EUR"), q)
	k.commit(decided("dec_2", "B", key("customer.id", "C"), gives("refund", "7 EUR")))
	k.wantFact(money("12 EUR"), q)
}
