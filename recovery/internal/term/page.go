package term

import "strings"

// Page is a text in the making, line by line.
type Page struct {
	out    strings.Builder
	colour bool
}

// NewPage begins a text, in colours when they are wanted.
func NewPage(colour bool) *Page { return &Page{colour: colour} }

// Line writes a line; blanks at its end are dropped.
func (p *Page) Line(format string, args ...any) {
	p.out.WriteString(strings.TrimRight(Textf(format, args...).s, " "))
	p.out.WriteByte('\n')
}

// Printf writes a text by a format. It ends no line; the caller writes the line break.
func (p *Page) Printf(format string, args ...any) { p.Add(Textf(format, args...)) }

// Add writes a text as it stands.
func (p *Page) Add(t Text) { p.out.WriteString(t.s) }

// Text is what was written so far.
func (p *Page) Text() Text { return Text{p.out.String()} }

// Colour is a colour, or a weight, of text.
type Colour string

// The colours that are used.
const (
	Bold  Colour = "1"
	Dim   Colour = "2"
	Red   Colour = "31"
	Green Colour = "32"
	Cyan  Colour = "36"
)

// Paint colours text of others, where colours are wanted.
func (p *Page) Paint(c Colour, s string) Text { return p.PaintText(c, Plain(s)) }

// PaintText colours a text, where colours are wanted.
func (p *Page) PaintText(c Colour, t Text) Text {
	if !p.colour || t.s == "" || c == "" {
		return t
	}
	return Text{"\x1b[" + string(c) + "m" + t.s + "\x1b[0m"}
}
