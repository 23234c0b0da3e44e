package recoverytest

import (
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

func (k *kit) wantMade(incident string, want ...string) {
	k.Helper()
	given, _ := k.read(recovery.Query{Incident: incident})
	var got []string
	for _, r := range given.Made {
		got = append(got, r.Decision.ID)
	}
	if !slices.Equal(got, want) {
		k.Errorf("Given.Made of %s: got %v, want %v", incident, got, want)
	}
}

func madeInOrder(k *kit) {
	k.commit(
		decided("dec_1", "A"),
		decided("dec_9", "A", chose("dec_1", "p/one", "")),
		decided("dec_2", "B"),
		decided("dec_3", "A", chose("dec_1", "p/two", "")),
	)
	k.wantMade("A", "dec_9", "dec_3")
	k.wantMade("B")
}

func madeCarriedOver(k *kit) {
	k.commit(
		decided("dec_1", "A"),
		decided("dec_2", "A", chose("dec_1", "p/one", "")),
		decided("dec_3", "A", chose("dec_1", "p/two", "")),
		decided("dec_4", "A", supersedes("dec_1"), keeps("dec_3")),
	)
	k.wantMade("A", "dec_3")
	k.commit(decided("dec_5", "A", chose("dec_4", "p/three", "")))
	k.wantMade("A", "dec_3", "dec_5")
	k.commit(decided("dec_6", "A", supersedes("dec_4"), keeps("dec_5", "dec_3")))
	k.wantMade("A", "dec_3", "dec_5") // in the order they were made
	k.commit(decided("dec_7", "A", supersedes("dec_6")))
	k.wantMade("A")
}

// madeWithdraws cancels an action of a decision by a choice on it, and that
// choice's by the next one. What is given anew later counts again.
func madeWithdraws(k *kit) {
	k.commit(decided("dec_1", "A", gives("compensate", "10 EUR", named("act_base"))))
	k.wantFact(money("10 EUR"), sum("compensate", "EUR"))
	k.commit(decided("dec_2", "A", chose("dec_1", "p/one", ""),
		gives("compensate", "40 EUR", named("act_one")), gives("compensate", "0 EUR", named("act_base"), cancelled)))
	k.wantFact(money("40 EUR"), sum("compensate", "EUR"))
	k.wantFact(int64(1), countActions("compensate"))
	k.commit(decided("dec_3", "A", chose("dec_1", "p/two", ""),
		gives("compensate", "50 EUR", named("act_two")), gives("compensate", "0 EUR", named("act_one"), cancelled)))
	k.wantFact(money("50 EUR"), sum("compensate", "EUR"))
	k.commit(decided("dec_4", "A", supersedes("dec_1"), keeps("dec_2", "dec_3"), gives("compensate", "10 EUR", named("act_base"))))
	k.wantFact(money("60 EUR"), sum("compensate", "EUR"))
}

func (k *kit) wantPrecedents(incident string, q recovery.PrecedentQuery, want ...recovery.Chosen) {
	k.Helper()
	got := k.precedents(recovery.Query{Incident: incident, Precedents: []recovery.PrecedentQuery{q}})[0]
	sums := store.Summarise(want)
	equal := cmp.Comparer(func(a, b recovery.Money) bool { return a == b })
	if diff := cmp.Diff(&sums, &got, equal); !got.Same(&sums) {
		k.Errorf("precedents of %s for %s differ (-want +got):\n%s", q.Play, incident, diff)
	}
}

func chosen(decision, reason string, actions ...recovery.ChosenAction) recovery.Chosen {
	return recovery.Chosen{Decision: decision, Reason: reason, Actions: actions}
}

func precedentsCompared(k *kit) {
	parcel, letter := same("service", "parcel"), same("service", "letter")
	tierless, gold := same("customer.tier", ""), same("customer.tier", "gold")
	k.commit(
		decided("dec_1", "A"), decided("dec_2", "B"), decided("dec_3", "C"), decided("dec_4", "D"),
		decided("dec_16", "A", chose("dec_1", "p/one", "first", parcel, gold), gives("compensate", "5 EUR"), gives("replace", "")),
		decided("dec_15", "B", chose("dec_2", "p/one", "second", parcel, gold), gives("compensate", "7 EUR"), gives("refund", "1 EUR", cancelled)),
		decided("dec_14", "B", chose("dec_2", "p/two", "another play", parcel, gold), gives("compensate", "9 EUR")),
		decided("dec_13", "C", chose("dec_3", "p/one", "another service", letter, gold), gives("compensate", "11 EUR")),
		decided("dec_12", "D", chose("dec_4", "p/one", "no tier", parcel, tierless), gives("compensate", "13 EUR")),
	)
	first := chosen("dec_16", "first", recovery.ChosenAction{Type: "compensate", Amount: money("5 EUR")}, recovery.ChosenAction{Type: "replace"})
	second := chosen("dec_15", "second", recovery.ChosenAction{Type: "compensate", Amount: money("7 EUR")})
	untiered := chosen("dec_12", "no tier", recovery.ChosenAction{Type: "compensate", Amount: money("13 EUR")})
	like := func(keys ...recovery.Key) recovery.PrecedentQuery {
		return recovery.PrecedentQuery{Play: "p/one", Comparable: keys}
	}
	k.wantPrecedents("X", like(parcel, gold), first, second)
	k.wantPrecedents("X", like(parcel, tierless), untiered)
	k.wantPrecedents("X", like(parcel))
	k.wantPrecedents("X", like())
	k.wantPrecedents("A", like(parcel, gold), second) // its own are no precedents
	k.wantPrecedents("B", like(parcel, gold), first)
	k.wantPrecedents("X", recovery.PrecedentQuery{Play: "p/three", Comparable: []recovery.Key{parcel, gold}})
}

func precedentsThatStand(k *kit) {
	q := recovery.PrecedentQuery{Play: "p/one"}
	k.commit(
		decided("dec_1", "A"), decided("dec_2", "B"),
		decided("dec_3", "A", chose("dec_1", "p/one", "a"), gives("replace", "")),
		decided("dec_4", "B", chose("dec_2", "p/one", "b"), gives("replace", "")),
	)
	a := chosen("dec_3", "a", recovery.ChosenAction{Type: "replace"})
	b := chosen("dec_4", "b", recovery.ChosenAction{Type: "replace"})
	k.wantPrecedents("X", q, a, b)
	k.commit(decided("dec_5", "A", supersedes("dec_1"), keeps("dec_3")))
	k.wantPrecedents("X", q, a, b) // kept, in its place
	k.commit(decided("dec_6", "A", supersedes("dec_5")))
	k.wantPrecedents("X", q, b)
}
