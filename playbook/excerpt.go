package playbook

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/servicerecovery/amends/playbook/unseen"
)

// Widths of an excerpt on a screen.
const (
	tabWidth   = 4
	lineWidth  = 100 // longer lines are clipped around the place
	leftOfMark = 40  // how much of a clipped line stands before the place
)

// excerpt writes the source line with its number, and a caret line below.
func (d Diagnostic) excerpt(out *strings.Builder, p paint) {
	if d.Range.IsZero() || d.Range.File == "" {
		return
	}
	snippet, skipped := d.around()
	cells := cellsOf(snippet)
	from, to := d.marked(len(cells), skipped)
	first, last := window(cells, from)
	number := fmt.Sprintf("%4d", d.Range.Start.Line)
	text, before, under := draw(cells, first, last, from, to)
	out.WriteString(p.dim(number+" | ") + text + "\n")
	out.WriteString(p.dim(strings.Repeat(" ", len(number))+" | ") + strings.Repeat(" ", before) + p.mark(d.Severity, strings.Repeat("^", under)) + "\n")
}

// around returns the part of the snippet from which the excerpt is drawn, and
// how many runes stand before it: a line may be as long as a file.
func (d Diagnostic) around() (part string, skipped int) {
	const most = 10 * lineWidth // runes on either side; some may take no column
	first, last := d.Range.Start.Column-most, d.Range.Start.Column+most
	from, to, n := 0, len(d.Snippet), 0
	for i := range d.Snippet {
		switch n++; {
		case n == first:
			from, skipped = i, n-1
		case n == last:
			to = i
		}
		if n == last {
			break
		}
	}
	return d.Snippet[from:to], skipped
}

// marked returns which runes of the part of the snippet the range covers. A
// range that goes on over further lines is marked to the end of its first.
func (d Diagnostic) marked(runes, skipped int) (from, to int) {
	from = min(d.Range.Start.Column-1-skipped, runes)
	switch end := d.Range.End; {
	case end.Line > d.Range.Start.Line:
		to = runes
	case end.Line == d.Range.Start.Line:
		to = min(end.Column-1-skipped, runes)
	}
	return from, max(to, from+1)
}

// cell is a rune as it is shown, and how many columns it takes.
type cell struct {
	text  string
	width int
}

func cellsOf(s string) []cell {
	var cells []cell
	column := 0
	hidden := map[int]bool{} // a file must not be able to steer the terminal, nor the eye
	for at := range unseen.Escaped(s) {
		hidden[at] = true
	}
	for at, r := range s {
		c := cell{string(r), width(r)}
		switch {
		case r == '\t':
			c.width = tabWidth - column%tabWidth
			c.text = strings.Repeat(" ", c.width)
		case hidden[at]:
			c.text = unseen.Escape(r)
			c.width = len(c.text)
		}
		cells = append(cells, c)
		column += c.width
	}
	return cells
}

// window chooses the runes of a long line that are shown.
func window(cells []cell, from int) (first, last int) {
	total := 0
	for _, c := range cells {
		total += c.width
	}
	if total <= lineWidth {
		return 0, len(cells)
	}
	first = min(from, len(cells))
	for room := leftOfMark; first > 0 && room > 0; room -= cells[first].width {
		first--
	}
	last = first
	for room := lineWidth; last < len(cells) && cells[last].width <= room; last++ {
		room -= cells[last].width
	}
	return first, last
}

// draw returns the text of a window, the columns before the mark and the width
// of the mark.
func draw(cells []cell, first, last, from, to int) (text string, before, under int) {
	var b strings.Builder
	if first > 0 {
		b.WriteString("…")
		before = 1
	}
	for i := first; i < last; i++ {
		b.WriteString(cells[i].text)
		switch {
		case i < from:
			before += cells[i].width
		case i < to:
			under += cells[i].width
		}
	}
	if last < len(cells) {
		b.WriteString("…")
	}
	return b.String(), before, max(under, 1)
}

// wide holds the blocks of characters that take two columns.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1}, {0x231a, 0x231b, 1}, {0x2e80, 0x303e, 1}, {0x3041, 0xa4cf, 1}, {0xa960, 0xa97f, 1},
		{0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1}, {0xfe30, 0xfe6f, 1}, {0xff00, 0xff60, 1}, {0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{
		{0x16fe0, 0x18cff, 1}, {0x1b000, 0x1b2ff, 1}, {0x1f300, 0x1f64f, 1}, {0x1f680, 0x1f6ff, 1},
		{0x1f900, 0x1f9ff, 1}, {0x20000, 0x3fffd, 1},
	},
}

// width is how many columns a terminal gives a character.
func width(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me), r == 0x200d:
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}
