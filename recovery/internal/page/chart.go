package page

import (
	"html/template"
	"math"
	"strconv"
	"strings"
)

// Tone is the colour of a bar.
type Tone string

// The tones.
const (
	Main  Tone = "main"
	Other Tone = "other" // what the main one is compared with
	Good  Tone = "good"
	Late  Tone = "late"
	Bad   Tone = "bad"
)

// Bar is one bar of a chart, with its words.
type Bar struct {
	Label string
	Value float64 // its length; nothing below 0 is drawn
	Text  string  // behind the bar
	Tone  Tone
}

// Stack is a bar of several parts.
type Stack struct {
	Label, Text string
	Parts       []Bar // the values and tones are used
}

// Chart is bars below each other. Label says what they show, for those who hear the page.
type Chart struct {
	Label string
	Bars  []Bar
}

// Stacks is stacked bars below each other. Each is as long as the others: parts are shares.
type Stacks struct {
	Label string
	Rows  []Stack
}

// The measures of a chart, in pixels.
const (
	chartWidth = 560 // narrow, so that a small screen need not shrink it much
	barWidth   = 330.0
	rowHeight  = 46
)

func bars(c Chart) template.HTML {
	most := 0.0
	for _, b := range c.Bars {
		most = max(most, b.Value)
	}
	d := newDrawing(c.Label, len(c.Bars))
	for i, b := range c.Bars {
		d.label(rowHeight*i+14, b.Label)
		width := 0.0
		if b.Value > 0 {
			width = max(1, b.Value/most*barWidth)
		}
		d.rect(b.Tone, 0, rowHeight*i+21, width)
		d.text("quiet", width+8, rowHeight*i+33, b.Text)
	}
	return d.end()
}

func stacks(c Stacks) template.HTML {
	d := newDrawing(c.Label, len(c.Rows))
	for i, row := range c.Rows {
		d.label(rowHeight*i+14, row.Label)
		total := 0.0
		for _, p := range row.Parts {
			total += p.Value
		}
		at := 0.0
		for _, p := range row.Parts {
			if p.Value <= 0 {
				continue
			}
			width := p.Value / total * barWidth
			d.rect(p.Tone, at, rowHeight*i+21, width)
			at += width
		}
		d.text("quiet", barWidth+8, rowHeight*i+33, row.Text)
	}
	return d.end()
}

// drawing is an SVG in the making. Every text in it is escaped.
type drawing struct{ strings.Builder }

func newDrawing(label string, rows int) *drawing {
	d := &drawing{}
	height := strconv.Itoa(max(1, rows*rowHeight))
	d.WriteString(`<svg viewBox="0 0 ` + strconv.Itoa(chartWidth) + ` ` + height + `" width="` + strconv.Itoa(chartWidth) + `" height="` + height + `" role="img" aria-label="` + template.HTMLEscapeString(label) + `">` + "\n")
	return d
}

func (d *drawing) text(class string, x float64, y int, text string) {
	d.WriteString(`<text x="` + pixels(x) + `" y="` + strconv.Itoa(y) + `"`)
	if class != "" {
		d.WriteString(` class="` + class + `"`)
	}
	d.WriteString(`>` + template.HTMLEscapeString(text) + `</text>`)
}

// longest is how many columns a label may have. More would be cut off at the edge of a small screen.
const longest = 60

// label writes a label, shortened where it is long. Whoever points at it sees the whole.
func (d *drawing) label(y int, text string) {
	columns := 0
	for i, r := range text {
		if columns++; r >= 0x1100 { // about where characters begin that are twice as wide
			columns++
		}
		if columns > longest {
			d.WriteString("<g><title>" + template.HTMLEscapeString(text) + "</title>")
			d.text("", 0, y, strings.TrimRight(text[:i], " ")+"…")
			d.WriteString("</g>")
			return
		}
	}
	d.text("", 0, y, text)
}

func (d *drawing) rect(tone Tone, x float64, y int, width float64) {
	d.WriteString(`<rect class="bar-` + string(tone) + `" x="` + pixels(x) + `" y="` + strconv.Itoa(y) + `" width="` + pixels(width) + `" height="15" rx="2"/>`)
}

func (d *drawing) end() template.HTML {
	d.WriteString("\n</svg>")
	return template.HTML(d.String())
}

// pixels rounds to a tenth, so that every machine writes the same.
func pixels(f float64) string {
	return strconv.FormatFloat(math.Floor(float64(f*10)+0.5)/10, 'f', -1, 64)
}
