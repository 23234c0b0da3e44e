package measure

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/engines"
)

// TestRun holds that every engine is checked and measured at every size.
func TestRun(t *testing.T) {
	o := Options{Sizes: []int{10, 100}, Incidents: 8, Checked: 8, Rounds: 2, Slice: 100 * time.Microsecond, SetSize: 40, Progress: func(string) {}}
	results, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range o.Sizes {
		for _, e := range engines.All() {
			c := results.Find(e.Name, n)
			if c == nil {
				t.Errorf("%s was not measured with %d plays", e.Name, n)
			} else if len(c.Rounds) != o.Rounds || c.Nanoseconds <= 0 {
				t.Errorf("%s, %d plays: %+v", e.Name, n, c)
			}
		}
	}
	if len(results.Sets) != len(engines.Sets(40)) {
		t.Errorf("%d sets were measured", len(results.Sets))
	}
}

func TestTimes(t *testing.T) {
	ours, theirs := &Cell{Rounds: []float64{1, 2, 4}}, &Cell{Rounds: []float64{10, 10, 10}}
	if got := Times(ours, theirs); got != 5 {
		t.Errorf("the median of 10, 5 and 2.5 is %v", got)
	}
	ours.Rounds, theirs.Rounds = ours.Rounds[:2], theirs.Rounds[:2]
	if got := Times(ours, theirs); got != 7.5 {
		t.Errorf("the median of 10 and 5 is %v", got)
	}
}

// wrong is an engine that finds one play too few.
type wrong struct{ engines.Matcher }

func (w wrong) Matched() []int { return nil }

func (w wrong) Match(int) error { return nil }

// TestWrongAnswer holds that an engine with wrong answers is not measured.
func TestWrongAnswer(t *testing.T) {
	c := &contestant{matcher: wrong{}}
	if err := c.check([][]int{{}, {3}}); err == nil {
		t.Error("a wrong answer was not noticed")
	}
	if err := c.check([][]int{{}, {}}); err != nil {
		t.Error(err)
	}
}
