package recoverytest

import (
	"time"

	"github.com/servicerecovery/amends/policy/value"
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
		decided("dec_2", "B", occurred(noon().Add(-time.Microsecond)), gives("refund", "2 EUR")),
		decided("dec_3", "C", occurred(noon().Add(time.Microsecond)), gives("refund", "4 EUR")),
		decided("dec_4", "D", occurred(noon().Add(100*24*time.Hour)), gives("refund", "8 EUR")),
	)
	madrid := time.FixedZone("", 3600)
	k.wantFact(int64(3), from(countIncidents(), noon()))
	k.wantFact(int64(3), from(countIncidents(), noon().In(madrid)))
	k.wantFact(money("13 EUR"), byOccurrence(from(sum("refund", "EUR"), noon())))
	k.wantFact(money("15 EUR"), byOccurrence(from(sum("refund", "EUR"), noon().Add(-time.Microsecond))))
	k.wantFact(money("12 EUR"), byOccurrence(from(sum("refund", "EUR"), noon().Add(time.Microsecond))))
	k.wantFact(int64(2), byOccurrence(from(countActions("refund"), noon().Add(time.Microsecond))))
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
	q := byOccurrence(from(sum("refund", "EUR", customer), noon()))
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
	q := byOccurrence(sum("compensate", "EUR", customer))
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

// factsByGiven moves the beginning of a window over what was given on several days. The incidents
// occurred long before.
func factsByGiven(k *kit) {
	long := occurred(noon().AddDate(-1, 0, 0))
	k.commit(
		decided("dec_1", "A", long, gives("refund", "1 EUR", givenOn(0)), gives("refund", "2 EUR", givenOn(2))),
		decided("dec_2", "B", long, gives("refund", "4 EUR", givenOn(1)), gives("refund", "8 EUR", givenOn(1))),
		decided("dec_3", "C", long, gives("refund", "16 EUR")), // by its decision, at noon
		decided("dec_4", "D", long, gives("refund", "32 EUR", givenOn(3), cancelled), gives("inform", "", givenOn(3), late)),
	)
	for day, want := range []struct {
		count int64
		sum   string
	}{{5, "31 EUR"}, {3, "14 EUR"}, {1, "2 EUR"}, {0, "0 EUR"}} {
		k.wantFact(want.count, from(countActions("refund"), onDay(day)))
		k.wantFact(money(want.sum), from(sum("refund", "EUR"), onDay(day)))
		k.wantFact(int64(0), from(countIncidents(), onDay(day))) // incidents go by when they occurred
		k.wantFact(int64(0), byOccurrence(from(countActions("refund"), onDay(day))))
	}
	k.wantFact(money("31 EUR"), byOccurrence(sum("refund", "EUR")))
	k.wantFact(money("2 EUR"), from(sum("refund", "EUR"), onDay(1).Add(time.Microsecond)))
	k.wantFactFor("A", money("12 EUR"), from(sum("refund", "EUR"), onDay(1)))
	k.wantFactFor("B", money("2 EUR"), from(sum("refund", "EUR"), onDay(1)))
	k.wantFact(int64(1), from(countActions("inform"), onDay(3)))
}

// factsByParts raises an amount and lowers it again. The action counts once, when it was first given.
func factsByParts(k *kit) {
	customer := same("customer.id", "C")
	is := key("customer.id", "C")
	q := sum("refund", "EUR", customer)
	want := func(sums ...string) {
		k.Helper()
		for day, s := range sums {
			k.wantFact(money(s), from(q, onDay(day)))
			k.wantFact(map[bool]int64{true: 1, false: 0}[day == 0], from(countActions("refund", customer), onDay(day)))
		}
		k.wantFact(money(sums[0]), byOccurrence(q))
		k.wantFactFor("A", money("0 EUR"), q) // its own parts are all left out
		k.wantFactFor("A", money("0 EUR"), from(q, onDay(1)))
	}
	k.commit(decided("dec_1", "A", is, gives("refund", "5 EUR", givenOn(0))))
	want("5 EUR", "0 EUR", "0 EUR")
	k.commit(decided("dec_2", "A", is, supersedes("dec_1"), gives("refund", "12 EUR", givenOn(0, gave(0, "5 EUR"), gave(1, "7 EUR")))))
	want("12 EUR", "7 EUR", "0 EUR")
	k.commit(decided("dec_3", "A", is, supersedes("dec_2"), gives("refund", "20 EUR", givenOn(0, gave(0, "5 EUR"), gave(1, "7 EUR"), gave(2, "8 EUR")))))
	want("20 EUR", "15 EUR", "8 EUR")
	k.commit(decided("dec_4", "A", is, supersedes("dec_3"), gives("refund", "6 EUR", givenOn(0, gave(0, "5 EUR"), gave(1, "1 EUR")))))
	want("6 EUR", "1 EUR", "0 EUR")
	k.commit(decided("dec_5", "A", is, supersedes("dec_4"), gives("refund", "6 EUR", givenOn(0, gave(2, "6 EUR"))))) // given, cancelled, given again
	want("6 EUR", "6 EUR", "6 EUR")

	// A rise is a conflict for whoever has read a window that it lies in.
	reads := recovery.Query{Facts: []recovery.FactQuery{matters(from(q, onDay(2)))}}
	c := k.prepare(decided("dec_6", "B", is), reads)
	k.commit(decided("dec_7", "A", is, supersedes("dec_5"), gives("refund", "9 EUR", givenOn(0, gave(2, "6 EUR"), gave(3, "3 EUR")))))
	k.wantConflict(c)
	k.send(k.prepare(c.Record, reads))
	c = k.prepare(decided("dec_8", "B", is, supersedes("dec_6")), recovery.Query{Facts: []recovery.FactQuery{matters(from(q, onDay(3)))}})
	k.commit(decided("dec_9", "A", is, supersedes("dec_7"), gives("refund", "8 EUR", givenOn(0, gave(2, "5 EUR"), gave(3, "3 EUR")))))
	k.send(c) // what fell lies before the window
	k.commit(decided("dec_10", "A", supersedes("dec_9"), gives("refund", "8 EUR", givenOn(0, gave(2, "5 EUR"), gave(3, "3 EUR")))))
	k.wantFact(money("0 EUR"), q) // of another customer, with every part
}

// factsOfChosen dates what was chosen by the choice, and not by the decision that it hangs on.
func factsOfChosen(k *kit) {
	k.commit(
		decided("dec_1", "A", gives("compensate", "5 EUR", givenOn(0))),
		decided("dec_2", "A", chose("dec_1", "p/one", ""), gives("compensate", "20 EUR", givenOn(2))),
		decided("dec_3", "A", supersedes("dec_1"), keeps("dec_2"), gives("compensate", "5 EUR", givenOn(0))),
	)
	k.wantFact(money("25 EUR"), sum("compensate", "EUR"))
	k.wantFact(money("20 EUR"), from(sum("compensate", "EUR"), onDay(1)))
	k.wantFact(int64(1), from(countActions("compensate"), onDay(2)))
	k.wantFact(int64(0), from(countActions("compensate"), onDay(3)))
}

func factsOfFields(k *kit) {
	customer := same("customer.id", "C")
	calls, down := sumOf("calls", value.KindInt, "", customer), sumOf("down", value.KindDuration, "", customer)
	score, euros := sumOf("score", value.KindDouble, "", customer), sumOf("price", value.KindMoney, "EUR", customer)
	k.wantFact(int64(0), calls)
	k.wantFact(time.Duration(0), down)
	k.wantFact(0.0, score)
	k.wantFact(money("0 EUR"), euros)
	all := func(calls, down, score, price string) with {
		return func(r *recovery.Record) {
			for _, w := range []with{key("customer.id", "C"), key("calls", calls), key("down", down), key("score", score), key("price", price)} {
				w(r)
			}
		}
	}
	k.commit(
		decided("dec_1", "A", occurred(noon()), all("3", "1h30m", "0.1", "2.50 EUR")),
		decided("dec_2", "B", occurred(noon().Add(-time.Hour)), all("-1", "45m", "0.2", "1.00 EUR")),
		decided("dec_3", "D", occurred(noon()), all("x", "soon", "high", "9.00 MXN")), // not of the kind: nothing
		decided("dec_4", "E", occurred(noon()), key("customer.id", "C")),              // absent: nothing
		decided("dec_5", "F", occurred(noon()), key("customer.id", "other"), key("calls", "7")),
	)
	k.wantFact(int64(2), calls)
	k.wantFact(2*time.Hour+15*time.Minute, down)
	k.wantFact(0.3, score) // decimals, not 0.30000000000000004
	k.wantFact(money("3.50 EUR"), euros)
	k.wantFact(money("9.00 MXN"), sumOf("price", value.KindMoney, "MXN", customer))
	k.wantFact(int64(3), from(calls, noon())) // by when they occurred
	k.wantFactFor("A", int64(-1), calls)      // without its own
	k.wantFactFor("A", 0.2, score)

	k.commit(decided("dec_6", "A", supersedes("dec_1"), occurred(noon()), all("5", "1s", "1e15", "0.01 EUR")))
	k.wantFact(int64(4), calls)
	k.wantFact(45*time.Minute+time.Second, down)
	k.wantFact(1e15+0.2, score)
	k.wantFact(money("1.01 EUR"), euros)
	k.commit(decided("dec_7", "A", supersedes("dec_6"), occurred(noon()), all("0", "0s", "-1e300", "0.00 EUR")))
	k.wantFact(-1e15+0.2, score) // nothing counts more
	k.wantFact(int64(-1), calls)
}

func sumOf(field string, of value.Kind, currency string, same ...recovery.Key) recovery.FactQuery {
	return recovery.FactQuery{Name: "sum of " + field, Sum: "incident." + field, Of: of, Currency: currency, Same: same, Occurred: true}
}
