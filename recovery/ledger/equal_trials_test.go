package ledger

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

// TestTrialsAreThoseOfTheSlowWay compares with asking each outcome about each other one.
func TestTrialsAreThoseOfTheSlowWay(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 4))
	tried := 0
	for n := range 400 {
		e := &equaliser{options: EqualOptions{Across: []string{"region", "tier"}}, groups: map[string]map[string]*outcome{}}
		members, amounts := 1+r.IntN(8), 1+r.IntN(4)
		for range 1 + r.IntN(40) {
			o := &outcome{same: []recovery.Key{{Path: "failure", Text: fmt.Sprint(r.IntN(2))}}}
			for _, field := range e.options.Across {
				o.Across = append(o.Across, recovery.Key{Path: field, Text: fmt.Sprint(r.IntN(members))})
			}
			for range r.IntN(amounts) {
				o.Redress = append(o.Redress, Redress{Type: fmt.Sprint("refund", r.IntN(amounts))})
			}
			if r.IntN(6) > 0 { // all its named cases may have left an outcome
				o.seqs = []int64{r.Int64N(1000)}
			}
			same := textsOf(o.same)
			if e.groups[same] == nil {
				e.groups[same] = map[string]*outcome{}
			}
			e.groups[same][o.text()] = o
		}
		got, want := e.trials(), slowTrials(e)
		if tried += len(want); !reflect.DeepEqual(got, want) {
			t.Fatalf("round %d: %d trials, and %d the slow way", n, len(got), len(want))
		}
	}
	if tried < 10_000 {
		t.Errorf("only %d trials were compared", tried)
	}
}

func slowTrials(e *equaliser) []*trial {
	var out []*trial
	for _, same := range slices.Sorted(maps.Keys(e.groups)) {
		outcomes := e.groups[same]
		keys := slices.Sorted(maps.Keys(outcomes))
		for i, field := range e.options.Across {
			for _, key := range keys {
				o := outcomes[key]
				of := 0
				tried := map[string]bool{o.Across[i].Text: true}
				for _, key := range keys {
					other := outcomes[key]
					text := other.Across[i].Text
					if of == trialsOfOutcome || tried[text] || len(o.seqs) == 0 || len(other.seqs) == 0 || other.gave() == o.gave() {
						continue
					}
					of++
					tried[text] = true
					out = append(out, &trial{same: o.same, field: field, member: o.Across[i].Text, seq: o.seqs[0], other: text, from: other.seqs[0]})
				}
			}
		}
	}
	return out
}
