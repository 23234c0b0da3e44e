package oracle

import (
	"slices"
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

// TestOracleItems tells stories as TestOracle does, of the same sets with more in them: items, ratios,
// rounding, facts that add up a field, authority and second signatures. They have seeds of their own,
// so that TestOracle's stories stay as they are.
func TestOracleItems(t *testing.T) {
	run := func(seed uint64) string {
		b, err := benchOf(seed, true)
		if err != nil {
			return "the set does not load: " + err.Error() + b.yaml()
		}
		return b.story()
	}
	if *oracleSeed != 0 {
		if msg := run(*oracleSeed); msg != "" {
			t.Fatalf("%s\n\nIn short:\n%s", msg, shrink(*oracleSeed, true))
		}
		return
	}
	failed, n := 0, *oracleN
	if testing.Short() {
		n /= 20
	}
	for seed := range uint64(n) {
		seed += *oracleFrom
		if msg := run(seed); msg != "" {
			t.Errorf("seed %d (-oracle.seed=%d):\n%s", seed, seed, msg)
			if failed++; failed == 3 {
				t.Fatal("and so on")
			}
		}
	}
}

// TestOracleItemsReach holds that the stories of TestOracleItems come to what they are about.
func TestOracleItemsReach(t *testing.T) {
	n, seeds := map[string]int{}, 60
	if testing.Short() {
		seeds = 22
	}
	for seed := range uint64(seeds) {
		b, err := benchOf(seed+1, true)
		if err != nil {
			t.Fatal(err)
		}
		for range b.steps() {
			in := b.next()
			_ = b.compareChoice() + b.compareProposal() + b.compare(in)
			if d := b.latest[in.text("id")]; d != nil {
				reached(n, d)
			}
		}
		for _, d := range b.made {
			if d.Made.Second != nil {
				n["approved"]++
			}
		}
		for what, count := range b.reached {
			n[what] += count
		}
	}
	for what, least := range map[string]int{"for items": 100, "with a case": 20, "own": 200, "cancelled": 10, "withheld": 10, "proposed": 10, "approved": 3, "declined": 2} {
		if n[what] < least*seeds/60 {
			t.Errorf("%s: only %d", what, n[what])
		}
	}
	t.Log(n)
}

func reached(n map[string]int, d *recovery.Decision) {
	for _, m := range d.Plays {
		if len(m.Items) > 0 {
			n["for items"]++
		}
		if slices.ContainsFunc(m.Items, func(x recovery.MatchItem) bool { return x.Case != "" }) {
			n["with a case"]++
		}
	}
	for _, a := range d.Actions {
		if a.Item != "" && a.Change == recovery.ChangeCancelled {
			n["cancelled"]++
		} else if a.Item != "" {
			n["own"]++
		}
	}
	for _, w := range d.Withheld {
		if w.Item != "" {
			n["withheld"]++
		}
	}
}
