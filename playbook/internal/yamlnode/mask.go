package yamlnode

import "strings"

// mask is a change to the source after which the rest of a file can be read,
// though something in it cannot. Places stay what they are, but on lines that
// are moved to the left.
type mask struct {
	from, to int
	with     string // stands at from; blanks stand behind it
	cut      bool   // nothing else stands there: the line moves
	spoilt   Pos    // where a value stands that was blanked out; else zero
}

// spoil blanks out the value between start and the cursor.
func (f *trapFinder) spoil(start cursor) {
	if f.c.off > start.off {
		f.masks = append(f.masks, mask{from: start.off, to: f.c.off, with: "x", spoilt: start.pos})
	}
}

// masked returns the text with the masks over it.
func (f *trapFinder) masked() string {
	var out strings.Builder
	last := 0
	for _, m := range f.masks {
		out.WriteString(f.c.text[last:m.from])
		m.write(&out, f.c.text[m.from:m.to])
		last = m.to
	}
	out.WriteString(f.c.text[last:])
	return out.String()
}

func (m mask) write(out *strings.Builder, hidden string) {
	out.WriteString(m.with)
	if m.cut {
		return
	}
	for i, r := range hidden {
		switch {
		case r == '\n':
			out.WriteByte('\n')
		case i >= len(m.with):
			out.WriteByte(' ')
		}
	}
}

// spoilt returns where the blanked values start.
func (f *trapFinder) spoilt() map[Pos]bool {
	at := map[Pos]bool{}
	for _, m := range f.masks {
		if m.spoilt.Line > 0 {
			at[m.spoilt] = true
		}
	}
	return at
}
