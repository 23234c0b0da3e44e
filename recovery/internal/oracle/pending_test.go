package oracle

import (
	"slices"
	"testing"
)

// pendingRules are the rules of time.md that the engine does not have yet, by number, and the places
// where it reads them otherwise, by letter. What they change is left out of sets, stories and
// comparisons. The list is empty in the end.
var pendingRules = []string{"14", "18", "sets", "F5", "F17", "inform"}

// openSeeds are the sets on which the engine and the evaluator differ, and it is not settled yet which of
// them reads the rules right: a start that lies in a pause (268), the deadlines of an inform (286, 313),
// given_at of money whose base has moved (302), and a deadline while a play becomes too late (9000044).
// The list is empty in the end. Run one by -oracle.seed.
var openSeeds = []uint64{268, 286, 302, 313, 9000044}

func isOpen(seed uint64) bool { return slices.Contains(openSeeds, seed) }

func pending(rule string) bool { return slices.Contains(pendingRules, rule) }

func skipPending(t *testing.T, rule string) {
	t.Helper()
	if pending(rule) {
		t.Skip("the engine does not have this rule yet: ", rule)
	}
}
