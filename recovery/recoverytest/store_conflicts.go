package recoverytest

import "github.com/servicerecovery/amends/recovery"

func conflictOfPrevious(k *kit) {
	first := k.prepare(decided("dec_1", "A"), recovery.Query{})
	k.commit(decided("dec_2", "A"))
	k.wantConflict(first)
	k.wantPrevious("A", "dec_2")

	second := k.prepare(decided("dec_3", "A", supersedes("dec_2")), recovery.Query{})
	k.commit(decided("dec_4", "A", supersedes("dec_2")))
	k.wantConflict(second)
	k.commit(decided("dec_5", "A", supersedes("dec_4"))) // decided again, it goes through
	k.wantPrevious("A", "dec_5")
}

func conflictOfChoice(k *kit) {
	k.commit(decided("dec_1", "A"))
	again := k.prepare(decided("dec_2", "A", supersedes("dec_1")), recovery.Query{})
	choice := k.prepare(decided("dec_3", "A", chose("dec_1", "p/one", "mine")), recovery.Query{})
	k.commit(decided("dec_4", "A", chose("dec_1", "p/one", "yours")))
	k.wantConflict(again) // it would drop the choice unseen
	k.wantConflict(choice)
	k.wantMade("A", "dec_4")
}

func conflictOfStaleChoice(k *kit) {
	k.commit(decided("dec_1", "A"))
	choice := k.prepare(decided("dec_2", "A", chose("dec_1", "p/one", "")), recovery.Query{})
	k.commit(decided("dec_3", "A", supersedes("dec_1")))
	k.wantConflict(choice)
	k.wantConflict(k.prepare(choice.Record, recovery.Query{})) // even if it was read anew
	k.wantMade("A")
}

func conflictOfFact(k *kit) {
	customer := same("customer.id", "C")
	reads := recovery.Query{Facts: []recovery.FactQuery{countIncidents(customer), matters(sum("compensate", "EUR", customer))}}
	gift := gives("compensate", "5 EUR")
	c := k.prepare(decided("dec_1", "A", key("customer.id", "C"), gift), reads)
	k.commit(decided("dec_2", "B", key("customer.id", "C"), gift))
	k.wantConflict(c)
	c = k.prepare(decided("dec_1", "A", key("customer.id", "C"), gift), reads)
	k.send(c)
	k.wantFact(money("10 EUR"), sum("compensate", "EUR", customer))

	// A choice changes the sum as well, and so does a choice's end.
	c = k.prepare(decided("dec_3", "D", key("customer.id", "C"), gift), reads)
	k.commit(decided("dec_4", "A", chose("dec_1", "p/one", ""), gift))
	k.wantConflict(c)
	c = k.prepare(decided("dec_3", "D", key("customer.id", "C"), gift), reads)
	k.commit(decided("dec_5", "A", key("customer.id", "C"), gift, supersedes("dec_1")))
	k.wantConflict(c)
}

func conflictOfUse(k *kit) {
	reads := recovery.Query{Use: []recovery.UseQuery{today("bike", "outbound"), today("van", "outbound")}}
	bike := reserves("bike", "outbound", 1, noon())
	c := k.prepare(decided("dec_1", "A", bike), reads)
	k.commit(decided("dec_2", "B", bike))
	k.wantConflict(c)
	k.wantUse("X", 1, today("bike", "outbound"))

	// What was released has changed too: the partner may serve more.
	c = k.prepare(decided("dec_1", "A", bike), reads)
	k.commit(decided("dec_3", "B", supersedes("dec_2")))
	k.wantConflict(c)
}

func noConflict(k *kit) {
	customer := same("customer.id", "C")
	reads := recovery.Query{
		Facts:      []recovery.FactQuery{countIncidents(), matters(sum("compensate", "EUR", customer))},
		Use:        []recovery.UseQuery{today("bike", "outbound"), today("bike", "inbound"), today("van", "outbound")},
		Precedents: []recovery.PrecedentQuery{{Play: "p/two"}},
	}
	c := k.prepare(decided("dec_1", "A", key("customer.id", "C"), gives("compensate", "5 EUR"), reserves("bike", "outbound", 1, noon())), reads)
	k.commit(
		decided("dec_2", "B", key("customer.id", "D"), gives("compensate", "5 EUR"), reserves("van", "outbound", 1, noon())),
		decided("dec_3", "B", chose("dec_2", "p/one", "")),
		decided("dec_4", "E", key("customer.id", "C"), reserves("bike", "inbound", 1, noon())),
		decided("dec_5", "F", reserves("bike", "outbound", 1, noon().AddDate(0, 0, 1))),
	)
	if c.Given.Stream == nil { // else it matters for what falls due
		k.send(recovery.Commit{Reports: []recovery.Report{{Incident: "A", Action: "act_x", At: noon()}}})
	}
	k.send(c)
	k.wantPrevious("A", "dec_1")
}

func conflictLeavesNothing(k *kit) {
	reads := recovery.Query{Facts: []recovery.FactQuery{matters(sum("compensate", "EUR"))}, Use: []recovery.UseQuery{today("bike", "outbound")}}
	c := k.prepare(decided("dec_1", "A", gives("compensate", "5 EUR"), reserves("bike", "outbound", 1, noon())), reads)
	k.commit(decided("dec_2", "B", gives("compensate", "2 EUR")))
	k.wantConflict(c)
	k.wantPrevious("A", "")
	k.wantFact(int64(1), countIncidents())
	k.wantFact(money("2 EUR"), sum("compensate", "EUR"))
	k.wantUse("X", 0, today("bike", "outbound"))
	// The same decision, had it been made now, is no repetition of the refused one.
	k.send(k.prepare(c.Record, reads))
	k.wantPrevious("A", "dec_1")
	k.wantUse("X", 1, today("bike", "outbound"))
}

// conflictOfPrecedents makes a choice in a comparable case after its precedents were read.
func conflictOfPrecedents(k *kit) {
	reads := recovery.Query{Precedents: []recovery.PrecedentQuery{{Play: "p/one"}}}
	k.commit(decided("dec_1", "A"), decided("dec_2", "B"))
	first := k.prepare(decided("dec_3", "C"), reads)
	k.commit(decided("dec_4", "A", chose("dec_1", "p/one", "")))
	k.wantConflict(first)
	again := k.prepare(first.Record, reads)
	own := k.prepare(decided("dec_5", "A", supersedes("dec_1"), keeps("dec_4")), reads)
	k.send(again)
	k.send(own)                                                  // a choice on the incident itself is no precedent
	k.commit(decided("dec_6", "B", chose("dec_2", "p/two", ""))) // of another play
	k.wantPrevious("C", "dec_3")
}
