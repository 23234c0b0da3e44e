package recoverytest

import (
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

// TestStore checks that a store keeps the contract of [recovery.Store]. open
// returns a store that knows nothing yet; it is called once for each part, and
// closes what has to be closed with t.Cleanup.
//
// The store is asked as an engine asks it: a read, then a commit that says what
// was read. The decisions committed are made up, and name no playbooks.
func TestStore(t *testing.T, open func(t *testing.T) recovery.Store) {
	for _, part := range parts() {
		t.Run(part.name, func(t *testing.T) {
			part.run(&kit{T: t, store: open(t)})
		})
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
		{"stream/a report on an old decision conflicts", streamReports},

		{"races/for the last unit", raceForUnit},
		{"races/for the last euro", raceForEuro},
		{"races/to decide one incident", raceForIncident},
		{"races/with one decision", raceWithOneDecision},
		{"races/a read is of one moment", readOfOneMoment},

		{"random commits agree with a plain model", agreesWithModel},
	}
}
