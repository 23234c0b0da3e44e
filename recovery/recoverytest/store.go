package recoverytest

import (
	"context"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// Harness says how the kit comes by stores. What a store cannot do is nil, and the parts that need it are
// skipped: nobody else can have a store in memory, and a store without a transaction of the host's has none.
type Harness struct {
	// New returns a store that knows nothing yet. It is called once for each part, and closes what has to be
	// closed with t.Cleanup.
	New func(t *testing.T) recovery.Store
	// Reopen ends a handle as the end of its process would, and opens the same store again.
	Reopen func(t *testing.T, s recovery.Store) recovery.Store
	// Place says where a store is, and At returns another handle on the store that is there. Both handles are used at
	// the same time, also by another process: the kit starts the test's own program once more, for the test that has
	// called TestStore. There, TestStore calls At and nothing else of the harness.
	Place func(t *testing.T, s recovery.Store) string
	At    func(t *testing.T, place string) recovery.Store
	// Begin begins a transaction of the host's.
	Begin func(t *testing.T, s recovery.Store) Transaction
	// Erase has a store erase, and returns the deliveries that it has cancelled. Anew begins an incident anew that
	// was erased.
	Erase func(ctx context.Context, s recovery.Store, e store.Erasure) ([]recovery.Delivery, error)
	Anew  func(ctx context.Context, s recovery.Store, namespace, incident string) error
}

// Transaction is one of the host's, and a store that is bound to it, for [recovery.In].
type Transaction struct {
	Store recovery.Store
	// Commit ends the transaction, and tells hooks what has happened in it. Rollback leaves nothing of it.
	Commit, Rollback func() error
}

// TestStore checks that a store keeps the contract of [recovery.Store], and of [recovery.Stream] if it keeps
// deliveries.
//
// The store is asked as an engine asks it: a read, then a commit that says what
// was read. Most decisions committed are made up, and name no playbooks; an engine decides in one part.
// Package store has the rules that every store needs.
func TestStore(t *testing.T, h Harness) {
	if place, ok := isSecond(t); ok {
		second(&kit{T: t, Harness: h, store: h.At(t, place)})
		return
	}
	name := t.Name()
	for _, part := range parts() {
		t.Run(part.name, func(t *testing.T) {
			part.run(&kit{T: t, Harness: h, test: name, store: h.New(t)})
		})
	}
	if t.Failed() {
		t.Log("the rules that every store needs are in package recovery/store: an Index answers facts, use and precedents, Commit.Seen finds conflicts, Standing says what stands, Streams keep deliveries. recovery.MemoryStore is thin around them")
	}
}

type part struct {
	name string
	run  func(*kit)
}

func parts() []part {
	return []part{
		{"a new store knows nothing", newStore},
		{"the latest decision is the previous one", latestIsPrevious},
		{"what was committed is read back", readsBack},
		{"the same decision twice changes nothing", sameDecisionTwice},
		{"reports are kept, equal ones once", reportsOnce},
		{"refusals count nowhere", refusalsCountNowhere},
		{"what carries promises on is read back", readsLife},
		{"marks move updated_at and nothing else", marksMove},
		{"what was told and refused is kept until it is decided", toldIsKept},
		{"marks keep what no document declares", toldByMark},
		{"sets stand in the order in which they first decided", setsInOrder},

		{"tenants see nothing of each other", tenantsApart},
		{"a context that has ended is heeded", heedsContext},
		{"kinds of facts are counted when they are prepared", preparesKinds},

		{"facts/incidents with the same keys", factsByKeys},
		{"facts/sums of a field", factsOfFields},
		{"facts/an incident does not count itself", factsWithoutItself},
		{"facts/the window begins at from", factsWindow},
		{"facts/actions of a type", factsOfActions},
		{"facts/sums in one currency", factsOfMoney},
		{"facts/only the latest decision counts", factsOfLatest},
		{"facts/choices count with their decision", factsOfChoices},
		{"facts/actions and amounts by when they were given", factsByGiven},
		{"facts/a raised amount by when it rose", factsByParts},
		{"facts/what was chosen by the choice", factsOfChosen},
		{"facts/without a key there is no answer", factsWithoutKey},

		{"use/the window is from, included, until, not", useWindow},
		{"use/each direction and partner for itself", useByDirection},
		{"use/an incident's own does not count", useWithoutItself},
		{"use/a superseding decision releases it", useReleased},

		{"choices/made choices in order", madeInOrder},
		{"choices/kept ones are carried over", madeCarriedOver},
		{"choices/what they withdraw does not count", madeWithdraws},
		{"choices/what was proposed counts, and is no precedent", proposalCounts},
		{"choices/what was proposed is carried over", proposalCarriedOver},
		{"choices/what was proposed is found by its choice", proposalFound},
		{"choices/precedents by play and comparable fields", precedentsCompared},
		{"choices/precedents that do not stand", precedentsThatStand},

		{"conflicts/another decision on the incident", conflictOfPrevious},
		{"conflicts/a choice made meanwhile", conflictOfChoice},
		{"conflicts/a proposal that is settled twice", conflictOfProposal},
		{"conflicts/a choice on a decision that is not the latest", conflictOfStaleChoice},
		{"conflicts/a sum that a limit counts", conflictOfFact},
		{"conflicts/the use of a partner that is reserved", conflictOfUse},
		{"conflicts/a precedent that came meanwhile", conflictOfPrecedents},
		{"conflicts/a mark and a decision", marksConflict},
		{"conflicts/two change what was told last", toldConflicts},
		{"conflicts/what does not matter", noConflict},
		{"conflicts/leave nothing behind", conflictLeavesNothing},

		{"stream/claimed in order, for a time", streamClaims},
		{"stream/what nobody has claimed is withdrawn", streamWithdraws},
		{"stream/what fails is put back once", streamFails},
		{"stream/a claim is held by one", streamHolds},
		{"stream/what falls due is looked at by one", streamFallsDue},
		{"stream/what is not settled is counted", streamCounts},
		{"stream/a report that came in between", streamReported},
		{"stream/a report on an old decision conflicts", streamReports},
		{"stream/tenants see nothing of each other", streamTenants},
		{"stream/a context that has ended is heeded", streamHeedsContext},
		{"stream/random things, compared with the rules", streamRandom},

		{"races/for the last unit", raceForUnit},
		{"races/for the last euro", raceForEuro},
		{"races/to decide one incident", raceForIncident},
		{"races/with one decision", raceWithOneDecision},
		{"races/a read is of one moment", readOfOneMoment},

		{"handles/what one has committed, the other reads", handlesRead},
		{"handles/conflicts between two", handlesConflict},
		{"handles/two processes share a store", processes},
		{"handles/it is there when opened again", reopened},
		{"handles/deliveries are there when opened again", reopensStream},
		{"transactions/a rollback leaves nothing", rollsBack},
		{"transactions/nobody sees what is not committed", isolates},
		{"transactions/deliveries come and go with them", streamsWithin},
		{"erasure/of an incident", erasesIncident},
		{"erasure/of a customer of a tenant", erasesCustomer},
		{"erasure/lists and cancels deliveries", erasesPending},

		{"an engine's records are read back", readsEngines},
		{"random commits agree with a plain model", agreesWithModel},
	}
}
