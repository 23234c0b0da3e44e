package recoverytest

import (
	"time"

	"github.com/servicerecovery/amends/recovery"
)

func factsByKeys(k *kit) {
	k.commit(
		decided("dec_1", "A", key("customer.id", "C"), key("failure", "late")),
		decided("dec_2", "B", key("customer.id", "C"), key("failure", "lost")),
		decided("dec_3", "D", key("customer.id", "E"), key("failure", "late")),
		decided("dec_4", "F"),
	)
	k.wantFact(int64(4), countIncidents())
	k.wantFact(int64(2), countIncidents(same("customer.id", "C")))
	k.wantFact(int64(1), countIncidents(same("customer.id", "C"), same("failure", "late")))
	k.wantFact(int64(1), countIncidents(same("failure", "late"), same("customer.id", "C")))
	k.wantFact(int64(0), countIncidents(same("customer.id", "c")))
	k.wantFact(int64(0), countIncidents(same("customer.id", "late"), same("failure", "C")))
	k.wantFact(int64(0), countIncidents(same("region", "MAD")))

	// Texts that look alike when they are put together.
	k.commit(
		decided("dec_5", "G", key("a", "1,b"), key("b", "2")),
		decided("dec_6", "H", key("a", "1"), key("b", "b,2")),
		decided("dec_7", "I", key("a", "1\x00"), key("b", "2")),
	)
	k.wantFact(int64(1), countIncidents(same("a", "1,b"), same("b", "2")))
	k.wantFact(int64(1), countIncidents(same("a", "1"), same("b", "b,2")))
	k.wantFact(int64(0), countIncidents(same("a", "1"), same("b", "\x002")))

	// What comes after the fact was first asked for counts as well.
	k.commit(decided("dec_8", "J", key("customer.id", "C")))
	k.wantFact(int64(3), countIncidents(same("customer.id", "C")))
}

func factsWithoutItself(k *kit) {
	k.commit(
		decided("dec_1", "A", key("customer.id", "C"), gives("refund", "5 EUR")),
		decided("dec_2", "B", key("customer.id", "C"), gives("refund", "3 EUR")),
	)
	customer := same("customer.id", "C")
	k.wantFactFor("A", int64(1), countIncidents(customer))
	k.wantFactFor("A", int64(1), countActions("refund", customer))
	k.wantFactFor("A", money("3 EUR"), sum("refund", "EUR", customer))
	k.wantFactFor("B", money("5 EUR"), sum("refund", "EUR", customer))
	k.wantFactFor("X", money("8 EUR"), sum("refund", "EUR", customer))
	// Asked about another customer, as when the incident's has been corrected.
	k.wantFactFor("A", money("0 EUR"), sum("refund", "EUR", same("customer.id", "D")))
	// Outside the window its own must not be taken off either.
	k.wantFactFor("A", int64(0), from(countIncidents(customer), noon().Add(time.Second)))
}

func factsWindow(k *kit) {
	k.commit(
		decided("dec_1", "A", occurred(noon()), gives("refund", "1 EUR")),
		decided("dec_2", "B", occurred(noon().Add(-time.Nanosecond)), gives("refund", "2 EUR")),
		decided("dec_3", "C", occurred(noon().Add(time.Nanosecond)), gives("refund", "4 EUR")),
		decided("dec_4", "D", occurred(noon().Add(100*24*time.Hour)), gives("refund", "8 EUR")),
	)
	madrid := time.FixedZone("", 3600)
	k.wantFact(int64(3), from(countIncidents(), noon()))
	k.wantFact(int64(3), from(countIncidents(), noon().In(madrid)))
	k.wantFact(money("13 EUR"), from(sum("refund", "EUR"), noon()))
	k.wantFact(money("15 EUR"), from(sum("refund", "EUR"), noon().Add(-time.Nanosecond)))
	k.wantFact(money("12 EUR"), from(sum("refund", "EUR"), noon().Add(time.Nanosecond)))
	k.wantFact(int64(0), from(countIncidents(), noon().Add(101*24*time.Hour)))
	k.wantFact(int64(4), countIncidents()) // from the zero time on
}

func factsOfActions(k *kit) {
	k.commit(
		decided("dec_1", "A", gives("refund", "1 EUR"), gives("refund", "2 EUR"), gives("inform", "")),
		decided("dec_2", "B", gives("refund", "4 EUR", cancelled), gives("inform", "", late)),
		decided("dec_3", "C"),
	)
	k.wantFact(int64(2), countActions("refund"))
	k.wantFact(int64(2), countActions("inform")) // and not the one in if_late
	k.wantFact(int64(0), countActions("escalate"))
	k.wantFact(money("3 EUR"), sum("refund", "EUR"))
	k.wantFact(money("0 EUR"), sum("inform", "EUR"))
}

func factsOfMoney(k *kit) {
	k.commit(
		decided("dec_1", "A", gives("compensate", "0.10 EUR"), gives("compensate", "100 JPY"), gives("refund", "50 EUR")),
		decided("dec_2", "B", gives("compensate", "0.20 EUR", late)),
	)
	k.wantFact(money("0.30 EUR"), sum("compensate", "EUR"))
	k.wantFact(money("100 JPY"), sum("compensate", "JPY"))
	k.wantFact(money("0 USD"), sum("compensate", "USD"))
}

func factsOfLatest(k *kit) {
	customer := same("customer.id", "C")
	q := from(sum("refund", "EUR", customer), noon())
	k.commit(decided("dec_1", "A", key("customer.id", "C"), gives("refund", "5 EUR")))
	k.wantFact(money("5 EUR"), q)
	k.commit(decided("dec_2", "A", key("customer.id", "C"), gives("refund", "9 EUR"), supersedes("dec_1")))
	k.wantFact(money("9 EUR"), q)
	k.wantFact(int64(1), countIncidents(customer))
	k.commit(decided("dec_3", "A", key("customer.id", "C"), gives("refund", "0 EUR", cancelled), supersedes("dec_2")))
	k.wantFact(money("0 EUR"), q)
	k.wantFact(int64(1), countIncidents(customer)) // still an incident
	k.commit(decided("dec_4", "A", key("customer.id", "C"), gives("refund", "7 EUR"), supersedes("dec_3"), occurred(noon().Add(-time.Hour))))
	k.wantFact(money("0 EUR"), q) // it turned out to have occurred before
	k.wantFact(money("7 EUR"), from(q, noon().Add(-time.Hour)))
	k.commit(decided("dec_5", "A", key("customer.id", "D"), gives("refund", "7 EUR"), supersedes("dec_4")))
	k.wantFact(int64(0), countIncidents(customer)) // of another customer
	k.wantFact(int64(1), countIncidents(same("customer.id", "D")))
	k.commit(decided("dec_6", "A", supersedes("dec_5")))
	k.wantFact(int64(0), countIncidents(same("customer.id", "D")))
	k.wantFact(int64(1), countIncidents())
}

func factsOfChoices(k *kit) {
	customer := same("customer.id", "C")
	q := sum("compensate", "EUR", customer)
	k.commit(
		decided("dec_1", "A", key("customer.id", "C"), gives("compensate", "5 EUR")),
		decided("dec_2", "A", chose("dec_1", "p/one", ""), gives("compensate", "20 EUR"), gives("compensate", "1 EUR", cancelled)),
		decided("dec_3", "A", chose("dec_1", "p/two", ""), gives("compensate", "40 EUR")),
	)
	k.wantFact(money("65 EUR"), q)
	k.wantFact(int64(3), countActions("compensate", customer))
	k.wantFact(int64(1), countIncidents(customer)) // a choice is no incident
	k.wantFactFor("A", money("0 EUR"), q)
	// Choices go where their decision goes, in time and by keys.
	k.commit(decided("dec_4", "A", key("customer.id", "C"), gives("compensate", "5 EUR"), supersedes("dec_1"), keeps("dec_3"), occurred(noon().Add(-time.Hour))))
	k.wantFact(money("45 EUR"), q)
	k.wantFact(money("0 EUR"), from(q, noon()))
	k.commit(decided("dec_5", "A", key("customer.id", "C"), supersedes("dec_4")))
	k.wantFact(money("0 EUR"), q)
}

func factsWithoutKey(k *kit) {
	k.commit(decided("dec_1", "A", gives("refund", "5 EUR")), decided("dec_2", "B", key("failure", "late")))
	k.wantFact(nil, countIncidents(same("customer.id", "")))
	k.wantFact(nil, sum("refund", "EUR", same("failure", "late"), same("customer.id", "")))

	// Having no answer is no conflict, however much has changed.
	c := k.prepare(decided("dec_3", "C"), recovery.Query{Facts: []recovery.FactQuery{matters(countIncidents(same("customer.id", "")))}})
	k.commit(decided("dec_4", "D"))
	k.send(c)
}
