package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/engines"
)

// The measures of the chart, in pixels.
const (
	width, height           = 900, 620
	left, right, above, low = 70, 660, 64, 560 // of the plot
	lineHeight              = 19
)

// style is told from the theme of whoever looks. Lines differ in dash and marker
// as well as in colour, and each has its name at its end.
const style = `
text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.title { font-size: 17px; font-weight: 600 }
.small { font-size: 12px; fill: #59636e }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.leader { stroke: #818b98; stroke-width: 1; fill: none }
.line { fill: none; stroke-width: 1.8 }
.mark { stroke-width: 1.8; fill: #ffffff }
.ours { stroke: #0a58ca } .ours.line { stroke-width: 3.2 } .ours.mark { fill: #0a58ca }
.peer { stroke: #57606a } .hand { stroke: #8a4600 }
.name.ours { stroke: none; fill: #0a58ca; font-weight: 600 } .name.peer { stroke: none } .name.hand { stroke: none; fill: #8a4600 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .small { fill: #9198a1 } .grid { stroke: #3d444d } .leader { stroke: #656c76 } .mark { fill: #0d1117 }
  .ours { stroke: #79b8ff } .ours.mark { fill: #79b8ff } .peer { stroke: #b1bac4 } .hand { stroke: #f0a35e }
  .name.ours { fill: #79b8ff } .name.hand { fill: #f0a35e }
}
`

// series is one engine's line.
type series struct {
	name, class  string
	dash, marker int
	points       []point
	label        float64 // where the name stands
}

type point struct{ x, y float64 }

func (s *series) last() point { return s.points[len(s.points)-1] }

// Chart draws the time of one incident against the number of plays, both on
// logarithmic scales, as SVG.
func Chart(d *Document) string {
	lines, bottom, top := d.lines()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" role="img" aria-labelledby="title about">`+"\n", width, height)
	b.WriteString(`<title id="title">Time to match one incident, by number of plays</title>` + "\n")
	fmt.Fprintf(&b, "<desc id=\"about\">%s</desc>\n<style>%s</style>\n", describe(d), style)
	fmt.Fprintf(&b, `<text class="title" x="%d" y="28">Time to match one incident, by number of plays</text>`+"\n", left)
	fmt.Fprintf(&b, `<text class="small" x="%d" y="48">about four plays match, whatever their number; both scales are logarithmic; less is better</text>`+"\n", left)
	axes(&b, d.sizes(), bottom, top)
	for _, s := range lines {
		s.draw(&b)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// describe says in words what the chart shows.
func describe(d *Document) string {
	var out []string
	for _, e := range engines.All() {
		var values []string
		for _, n := range d.sizes() {
			if c := d.Find(e.Name, n); c != nil {
				values = append(values, fmt.Sprintf("%s at %s plays", duration(c.Nanoseconds), grouped(n)))
			}
		}
		out = append(out, e.Name+": "+strings.Join(values, ", ")+".")
	}
	return strings.Join(out, " ")
}

// lines places every measured point, and the names beside them; bottom and top
// are the powers of ten between which the times lie.
func (d *Document) lines() (out []*series, bottom, top float64) {
	bottom, top = math.Inf(1), math.Inf(-1)
	for _, c := range d.Cells {
		bottom = math.Min(bottom, math.Floor(math.Log10(c.Nanoseconds)))
		top = math.Max(top, math.Ceil(math.Log10(c.Nanoseconds)))
	}
	for i, e := range engines.All() {
		s := &series{name: e.Name, class: classOf(e.Name), dash: i, marker: i}
		for _, n := range d.sizes() {
			if c := d.Find(e.Name, n); c != nil {
				s.points = append(s.points, point{across(n, d.sizes()), up(math.Log10(c.Nanoseconds), bottom, top)})
			}
		}
		if len(s.points) > 0 {
			out = append(out, s)
		}
	}
	spread(out)
	return out, bottom, top
}

func classOf(name string) string {
	switch {
	case name == engines.Amends || name == engines.Explained || name == engines.Decide:
		return "ours"
	case slices.Contains(engines.Peers(), name):
		return "peer"
	}
	return "hand"
}

func across(n int, sizes []int) float64 {
	first, last := math.Log10(float64(sizes[0])), math.Log10(float64(sizes[len(sizes)-1]))
	if first == last {
		return (left + right) / 2
	}
	return left + (right-left)*(math.Log10(float64(n))-first)/(last-first)
}

func up(exponent, bottom, top float64) float64 {
	return low - (low-above)*(exponent-bottom)/max(1, top-bottom)
}

// spread moves names apart that would overlap: down from above, and then back up
// from the foot of the plot.
func spread(lines []*series) {
	byHeight := slices.Clone(lines)
	slices.SortStableFunc(byHeight, func(a, b *series) int { return cmp.Compare(a.last().y, b.last().y) })
	next := float64(above)
	for _, s := range byHeight {
		s.label = max(next, s.last().y)
		next = s.label + lineHeight
	}
	most := float64(low)
	for _, s := range slices.Backward(byHeight) {
		s.label = min(most, s.label)
		most = s.label - lineHeight
	}
}

func axes(b *strings.Builder, sizes []int, bottom, top float64) {
	for e := bottom; e <= top; e++ {
		y := up(e, bottom, top)
		fmt.Fprintf(b, `<path class="grid" d="M%d %.1fH%d"/><text class="small" x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n", left, y, right, left-10, y+4, power(e))
	}
	for _, n := range sizes {
		x := across(n, sizes)
		fmt.Fprintf(b, `<path class="grid" d="M%.1f %dV%d"/><text class="small" x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", x, above, low, x, low+22, grouped(n))
	}
	fmt.Fprintf(b, `<text class="small" x="%d" y="%d" text-anchor="middle">plays in the set</text>`+"\n", (left+right)/2, low+44)
}

// power writes a power of ten nanoseconds.
func power(exponent float64) string {
	units := []string{"ns", "µs", "ms", "s"}
	unit := min(int(exponent)/3, len(units)-1)
	return grouped(int(math.Pow(10, exponent-float64(3*unit)))) + " " + units[unit]
}

func (s *series) draw(b *strings.Builder) {
	dashes := []string{"none", "9 4", "none", "3 3", "8 3 2 3", "6 6", "12 3", "none", "4 4"}
	var path strings.Builder
	for i, p := range s.points {
		fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(i, 1)], p.x, p.y)
	}
	fmt.Fprintf(b, `<path class="line %s" stroke-dasharray="%s" d="%s"/>`+"\n", s.class, dashes[s.dash%len(dashes)], path.String())
	for _, p := range s.points {
		fmt.Fprintf(b, `<path class="mark %s" d="M%.1f %.1f%s"/>`+"\n", s.class, p.x, p.y, shape(s.marker))
	}
	end := s.last()
	fmt.Fprintf(b, `<path class="leader" d="M%.1f %.1fL%d %.1f"/>`+"\n", end.x+8, end.y, right+26, s.label)
	fmt.Fprintf(b, `<text class="name %s" x="%d" y="%.1f">%s</text>`+"\n", s.class, right+32, s.label+4, s.name)
}

// shape is a marker, drawn from its centre.
func shape(i int) string {
	shapes := []string{
		"m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z", // a circle
		"m-4.5 -4.5h9v9h-9z",                    // a square
		"m0 -6l5.5 10h-11z",                     // a triangle
		"m0 6l5.5 -10h-11z",                     // one on its head
		"m0 -6l6 6l-6 6l-6 -6z",                 // a diamond
		"m-5 -5l10 10m0 -10l-10 10",             // a cross
		"m-6 0h12m-6 -6v12",                     // a plus
		"m-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z",   // a small circle
		"m0 -6l5.7 4.1l-2.2 6.8h-7l-2.2 -6.8z",  // a pentagon
	}
	return shapes[i%len(shapes)]
}
