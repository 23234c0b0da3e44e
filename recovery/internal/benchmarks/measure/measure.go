// Package measure times engines against each other.
//
// All engines of one size are loaded into one process, checked, and then timed in
// rounds: in each round every engine has its turn, over the same incidents. What
// disturbs the machine for a while disturbs all of them; a ratio is taken within
// a round, and the median of the rounds is what counts. Times are processor time.
package measure

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/engines"
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// Options say how much is measured.
type Options struct {
	Sizes     []int // numbers of plays
	Incidents int   // in the stream
	Checked   int   // how many of them are checked in the largest set
	Rounds    int
	Slice     time.Duration // of one engine in one round
	SetSize   int           // of the sets that only amends is measured on; 0: none
	Progress  func(string)
}

// Results are what one run has found.
type Results struct {
	Cells []Cell `json:"cells"`
	Sets  []Cell `json:"sets,omitempty"`
}

// Cell is one engine at one size. Times are of one incident.
type Cell struct {
	Name        string    `json:"name"`
	About       string    `json:"about,omitempty"`
	Plays       int       `json:"plays"`
	Nanoseconds float64   `json:"nanoseconds"` // the median of the rounds
	Rounds      []float64 `json:"rounds"`
	Allocations float64   `json:"allocations"`
	Bytes       float64   `json:"bytes"`
	Load        float64   `json:"load_seconds"`
}

// Find returns the cell of an engine at a size; nil when it was not measured.
func (r *Results) Find(name string, plays int) *Cell {
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Name == name && c.Plays == plays {
			return c
		}
	}
	return nil
}

// Times says how many times faster a is than b: the median of the rounds' ratios.
func Times(a, b *Cell) float64 {
	ratios := make([]float64, min(len(a.Rounds), len(b.Rounds)))
	for i := range ratios {
		ratios[i] = b.Rounds[i] / a.Rounds[i]
	}
	return median(ratios)
}

func median(of []float64) float64 {
	s := slices.Sorted(slices.Values(of))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// Run measures every engine at every size, and then the sets of amends alone.
func Run(o Options) (*Results, error) {
	out := &Results{}
	for _, n := range o.Sizes {
		cells, err := o.size(n)
		if err != nil {
			return nil, err
		}
		out.Cells = append(out.Cells, cells...)
	}
	if o.SetSize == 0 {
		return out, nil
	}
	for _, s := range engines.Sets(o.SetSize) {
		cell, err := o.set(s)
		if err != nil {
			return nil, err
		}
		out.Sets = append(out.Sets, *cell)
	}
	return out, nil
}

// contestant is an engine that was loaded, with its cell as it fills.
type contestant struct {
	matcher engines.Matcher
	count   int // incidents in one turn
	cell    Cell
}

func (o Options) size(n int) ([]Cell, error) {
	w := &engines.Workload{Plays: workload.Plays(n, workload.Seed), Stream: workload.Stream(n, o.Incidents, workload.Seed)}
	answers := make([][]int, o.checked(n))
	for i := range answers {
		answers[i] = workload.Answers(w.Plays, w.Stream[i])
	}
	var all []*contestant
	for _, e := range engines.All() {
		if e.Limit > 0 && n > e.Limit {
			continue
		}
		o.Progress(fmt.Sprintf("%d plays: loading %s", n, e.Name))
		start := time.Now()
		m, err := e.Load(w)
		if err != nil {
			return nil, fmt.Errorf("%s, %d plays: %w", e.Name, n, err)
		}
		c := &contestant{matcher: m, cell: Cell{Name: e.Name, Plays: n, Load: time.Since(start).Seconds()}}
		if err := c.check(answers); err != nil {
			return nil, fmt.Errorf("%s, %d plays: %w", e.Name, n, err)
		}
		all = append(all, c)
	}
	o.Progress(fmt.Sprintf("%d plays: %d rounds", n, o.Rounds))
	return o.rounds(all)
}

// checked is how many incidents are checked before anything is timed: fewer in
// large sets, where asking every play takes long.
func (o Options) checked(plays int) int {
	if plays > 1000 {
		return min(o.Checked, o.Incidents)
	}
	return o.Incidents
}

func (o Options) set(s engines.Set) (*Cell, error) {
	o.Progress(fmt.Sprintf("amends alone: %s, %d plays", s.Name, s.Plays))
	stream := workload.Stream(s.Plays, o.Incidents, workload.Seed)
	start := time.Now()
	m, answers, err := s.Load(stream)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	c := &contestant{matcher: m, cell: Cell{Name: s.Name, About: s.About, Plays: s.Plays, Load: time.Since(start).Seconds()}}
	want := make([][]int, o.checked(s.Plays))
	for i := range want {
		want[i] = answers(stream[i])
	}
	if err := c.check(want); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	cells, err := o.rounds([]*contestant{c})
	if err != nil {
		return nil, err
	}
	return &cells[0], nil
}

// check compares the answers of an engine with the right ones.
func (c *contestant) check(answers [][]int) error {
	for i, want := range answers {
		if err := c.matcher.Match(i); err != nil {
			return err
		}
		if got := c.matcher.Matched(); !slices.Equal(got, want) {
			return fmt.Errorf("incident %d: found %v, want %v", i, got, want)
		}
	}
	return nil
}

func (o Options) rounds(all []*contestant) ([]Cell, error) {
	for _, c := range all {
		if err := c.calibrate(o); err != nil {
			return nil, err
		}
	}
	for round := range o.Rounds {
		runtime.GC() // once a round: in a large heap it takes longer than a turn
		for _, c := range all {
			if err := c.turn(round*o.Incidents/o.Rounds, o.Incidents); err != nil {
				return nil, err
			}
		}
	}
	out := make([]Cell, len(all))
	for i, c := range all {
		c.cell.Nanoseconds = median(c.cell.Rounds)
		c.cell.Allocations /= float64(o.Rounds)
		c.cell.Bytes /= float64(o.Rounds)
		out[i] = c.cell
	}
	return out, nil
}

// calibrate finds out how many incidents fill a slice.
func (c *contestant) calibrate(o Options) error {
	const atLeast = 8 // incidents differ
	start, done := spent(), 0
	for spent()-start < o.Slice/8 || done < atLeast {
		if err := c.matcher.Match(done % o.Incidents); err != nil {
			return err
		}
		done++
	}
	c.count = max(atLeast, int(float64(done)*float64(o.Slice)/float64(spent()-start)))
	return nil
}

// turn times one engine over a stretch of the stream.
func (c *contestant) turn(from, incidents int) error {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	elapsed, err := c.match(from, incidents)
	if err != nil {
		return err
	}
	runtime.ReadMemStats(&after)
	n := float64(c.count)
	c.cell.Rounds = append(c.cell.Rounds, float64(elapsed)/n)
	c.cell.Allocations += float64(after.Mallocs-before.Mallocs) / n
	c.cell.Bytes += float64(after.TotalAlloc-before.TotalAlloc) / n
	return nil
}

// match times the matching of a stretch of the stream, in blocks in which no
// incident comes twice.
func (c *contestant) match(from, incidents int) (time.Duration, error) {
	var elapsed time.Duration
	next := from
	for left := c.count; left > 0; left -= incidents {
		if r, ok := c.matcher.(engines.Refresher); ok {
			r.Refresh()
		}
		start := spent()
		for range min(left, incidents) {
			if err := c.matcher.Match(next); err != nil {
				return 0, err
			}
			if next++; next == incidents {
				next = 0
			}
		}
		elapsed += spent() - start
	}
	return elapsed, nil
}
