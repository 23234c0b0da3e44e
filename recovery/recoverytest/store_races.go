package recoverytest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/servicerecovery/amends/recovery"
)

const (
	racers = 8
	rounds = 20
)

// race runs one function on several goroutines at once. Failures are reported
// with Errorf only, as only the test's own goroutine may stop it.
func race(run func(racer int)) {
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range racers {
		done.Go(func() {
			start.Wait()
			run(i)
		})
	}
	start.Done()
	done.Wait()
}

// handle does what an engine does: read, decide, commit, and all of it again
// after a conflict. decide returns nil when there is nothing left to give.
func (k *kit) handle(q recovery.Query, decide func(recovery.Given) *recovery.Record) (won bool) {
	const attempts = 1000
	for range attempts {
		given, version, err := k.store.Read(k.Context(), q)
		if err != nil {
			k.Errorf("reading failed: %v", err)
			return false
		}
		if wrong := misfit(&q, &given); wrong != "" {
			k.Error(wrong)
			return false
		}
		record := decide(given)
		if record == nil {
			return false
		}
		err = k.store.Commit(k.Context(), recovery.Commit{Record: record, Reads: q, Given: given, Version: version})
		if err == nil {
			return true
		}
		if !errors.Is(err, recovery.ErrConflict) {
			k.Errorf("committing failed: %v", err)
			return false
		}
	}
	k.Errorf("a commit was refused %d times", attempts)
	return false
}

func (k *kit) wantOneWinner(round int, winners *atomic.Int64) {
	k.Helper()
	if n := winners.Load(); n != 1 {
		k.Errorf("round %d: %d took what there was one of", round, n)
	}
}

func raceForUnit(k *kit) {
	for round := range rounds {
		if k.Failed() {
			return // the others say the same
		}
		partner := fmt.Sprint("bike-", round)
		var winners atomic.Int64
		race(func(racer int) {
			incident := fmt.Sprintf("T-%d-%d", round, racer)
			q := recovery.Query{Incident: incident, Use: []recovery.UseQuery{today(partner, "outbound")}}
			won := k.handle(q, func(given recovery.Given) *recovery.Record {
				if given.Use[0] >= 1 {
					return nil
				}
				return decided("dec_"+incident, incident, reserves(partner, "outbound", 1, noon()))
			})
			if won {
				winners.Add(1)
			}
		})
		k.wantOneWinner(round, &winners)
		k.wantUse("X", 1, today(partner, "outbound"))
	}
}

func raceForEuro(k *kit) {
	for round := range rounds {
		if k.Failed() {
			return // the others say the same
		}
		customer := same("customer.id", fmt.Sprint("C-", round))
		credited := matters(sum("compensate", "EUR", customer))
		var winners atomic.Int64
		race(func(racer int) {
			incident := fmt.Sprintf("T-%d-%d", round, racer)
			q := recovery.Query{Incident: incident, Facts: []recovery.FactQuery{credited}}
			won := k.handle(q, func(given recovery.Given) *recovery.Record {
				if given.Facts[0].(recovery.Money).Sign() > 0 {
					return nil
				}
				return decided("dec_"+incident, incident, key(customer.Path, customer.Text), gives("compensate", "1 EUR"))
			})
			if won {
				winners.Add(1)
			}
		})
		k.wantOneWinner(round, &winners)
		k.wantFact(money("1 EUR"), credited)
	}
}

func raceForIncident(k *kit) {
	for round := range rounds {
		if k.Failed() {
			return // the others say the same
		}
		incident := fmt.Sprint("T-", round)
		var winners atomic.Int64
		race(func(racer int) {
			won := k.handle(recovery.Query{Incident: incident}, func(given recovery.Given) *recovery.Record {
				if given.Previous != nil {
					return nil
				}
				return decided(fmt.Sprintf("dec_%d_%d", round, racer), incident, gives("refund", "1 EUR"))
			})
			if won {
				winners.Add(1)
			}
		})
		k.wantOneWinner(round, &winners)
	}
	k.wantFact(int64(rounds), countIncidents())
	k.wantFact(money(fmt.Sprint(rounds, " EUR")), sum("refund", "EUR"))
}

func raceWithOneDecision(k *kit) {
	for round := range rounds {
		if k.Failed() {
			return // the others say the same
		}
		incident := fmt.Sprint("T-", round)
		c := k.prepare(decided("dec_"+incident, incident, gives("refund", "1 EUR"), reserves("bike", "outbound", 1, noon())), recovery.Query{})
		race(func(int) {
			if err := k.store.Commit(k.Context(), c); err != nil {
				k.Errorf("committing what another has just committed failed: %v", err)
			}
		})
	}
	k.wantFact(money(fmt.Sprint(rounds, " EUR")), sum("refund", "EUR"))
	k.wantUse("X", rounds, today("bike", "outbound"))
}

func readOfOneMoment(k *kit) {
	// Each commit adds one incident, one euro and one unit: whenever one reads, the
	// three are equal.
	q := recovery.Query{
		Incident: "X",
		Facts:    []recovery.FactQuery{countIncidents(), sum("refund", "EUR")},
		Use:      []recovery.UseQuery{today("bike", "outbound")},
	}
	race(func(racer int) {
		for round := range rounds {
			if k.Failed() {
				return // the others say the same
			}
			if racer%2 == 0 {
				incident := fmt.Sprintf("T-%d-%d", racer, round)
				k.handle(recovery.Query{Incident: incident}, func(recovery.Given) *recovery.Record {
					return decided("dec_"+incident, incident, gives("refund", "1 EUR"), reserves("bike", "outbound", 1, noon()))
				})
				continue
			}
			given, _, err := k.store.Read(k.Context(), q)
			if err != nil {
				k.Errorf("reading failed: %v", err)
				return
			}
			incidents, _ := given.Facts[0].(int64)
			euros, _ := given.Facts[1].(recovery.Money)
			if euros.Units() != 100*incidents || given.Use[0] != incidents {
				k.Errorf("one read saw %d incidents, %s and %d units", incidents, euros, given.Use[0])
			}
		}
	})
	k.wantFact(int64(rounds*racers/2), countIncidents())
}
