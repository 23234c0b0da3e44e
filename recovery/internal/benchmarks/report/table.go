package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/engines"
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/measure"
)

// goals are how many times faster than the naive way, and than the best peer,
// matching is meant to be.
var goals = map[int]struct{ naive, best float64 }{10: {20, 8}, 100: {70, 25}, 1000: {500, 80}, 10000: {4000, 150}}

// Tables are the figures as Markdown.
func (d *Document) Tables() string {
	var b strings.Builder
	b.WriteString(d.made())
	b.WriteString("\nOne incident, all plays that match:\n\n")
	d.matrix(&b, "", func(c *measure.Cell) string { return duration(c.Nanoseconds) })
	b.WriteString("\nHow many times faster matching with amends is, within the same rounds:\n\n")
	d.ratios(&b)
	b.WriteString("\nAllocated for one incident:\n\n")
	d.matrix(&b, "", func(c *measure.Cell) string { return size(c.Bytes) + " in " + count(c.Allocations) })
	if len(d.Sets) > 0 {
		b.WriteString("\nSets that only amends was measured on, matching alone:\n\n")
		d.sets(&b)
	}
	return b.String()
}

func (d *Document) made() string {
	date := ""
	if d.Date != "" {
		date = d.Date + ", "
	}
	text := fmt.Sprintf("\nMeasured: %s%s, %d CPUs, %s; medians of %d rounds of %s for each figure.\n", date, d.Machine, d.CPUs, d.Go, d.Rounds, d.Slice)
	var versions []string
	for module, v := range d.Versions {
		versions = append(versions, module+" "+v)
	}
	slices.Sort(versions)
	return text + "With " + strings.Join(versions, ", ") + ".\n"
}

func (d *Document) sizes() []int {
	var out []int
	for _, c := range d.Cells {
		if !slices.Contains(out, c.Plays) {
			out = append(out, c.Plays)
		}
	}
	return out
}

func (d *Document) head(b *strings.Builder, first string) {
	fmt.Fprintf(b, "| %s |", first)
	for _, n := range d.sizes() {
		fmt.Fprintf(b, " %s plays |", grouped(n))
	}
	b.WriteString("\n|---|" + strings.Repeat("--:|", len(d.sizes())) + "\n")
}

func (d *Document) matrix(b *strings.Builder, first string, show func(*measure.Cell) string) {
	d.head(b, first)
	for _, e := range engines.All() {
		fmt.Fprintf(b, "| %s |", e.Name)
		for _, n := range d.sizes() {
			text := ""
			if c := d.Find(e.Name, n); c != nil {
				text = " " + show(c)
			}
			b.WriteString(text + " |")
		}
		b.WriteString("\n")
	}
}

func (d *Document) ratios(b *strings.Builder) {
	d.head(b, "")
	b.WriteString("| than cel-go, naive |")
	for _, n := range d.sizes() {
		fmt.Fprintf(b, " %s |", ratio(d.Find(engines.Amends, n), d.Find(engines.CELGo, n)))
	}
	b.WriteString("\n| goal |")
	for _, n := range d.sizes() {
		fmt.Fprintf(b, " %s |", wantedTimes(goals[n].naive))
	}
	b.WriteString("\n| than the best peer |")
	for _, n := range d.sizes() {
		best := d.best(n)
		fmt.Fprintf(b, " %s (%s) |", ratio(d.Find(engines.Amends, n), best), best.Name)
	}
	b.WriteString("\n| goal |")
	for _, n := range d.sizes() {
		fmt.Fprintf(b, " %s |", wantedTimes(goals[n].best))
	}
	b.WriteString("\n| than Go closures, by key |")
	for _, n := range d.sizes() {
		fmt.Fprintf(b, " %s |", ratio(d.Find(engines.Amends, n), d.Find(engines.Tables, n)))
	}
	b.WriteString("\n")
}

// best is the fastest peer at a size.
func (d *Document) best(plays int) *measure.Cell {
	var out *measure.Cell
	for _, name := range engines.Peers() {
		if c := d.Find(name, plays); c != nil && (out == nil || c.Nanoseconds < out.Nanoseconds) {
			out = c
		}
	}
	return out
}

func (d *Document) sets(b *strings.Builder) {
	b.WriteString("| set | plays | one incident | allocated | loaded in | |\n|---|--:|--:|--:|--:|---|\n")
	for _, c := range d.Sets {
		fmt.Fprintf(b, "| %s | %s | %s | %s in %s | %.1f s | %s |\n", c.Name, grouped(c.Plays), duration(c.Nanoseconds), size(c.Bytes), count(c.Allocations), c.Load, c.About)
	}
}

func ratio(ours, theirs *measure.Cell) string { return times(measure.Times(ours, theirs)) }

func times(x float64) string { return threeDigits(x) + " ×" }

func wantedTimes(x float64) string {
	if x == 0 {
		return ""
	}
	return times(x)
}

func duration(ns float64) string { return scaled(ns, 1000, "ns", "µs", "ms", "s") }

func size(bytes float64) string { return scaled(bytes, 1000, "B", "kB", "MB", "GB") }

func count(n float64) string { return threeDigits(n) }

func scaled(x, step float64, units ...string) string {
	for len(units) > 1 && x >= 0.9995*step {
		x, units = x/step, units[1:]
	}
	return threeDigits(x) + " " + units[0]
}

// threeDigits writes a number to three digits, whole ones with commas.
func threeDigits(x float64) string {
	switch {
	case x == 0:
		return "0"
	case x < 0.995:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case x < 9.995:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case x < 99.95:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return grouped(int(x + 0.5))
}

func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
