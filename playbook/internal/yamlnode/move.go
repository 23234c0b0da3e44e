package yamlnode

import (
	"fmt"
	"slices"
	"strings"
)

// move is a line that is read as if it were indented otherwise.
type move struct {
	from, to int // its blanks in the source
	line     int
	columns  [2]int // where it starts, and where it is read
	problem  int    // which problem of the finder says so
}

// moves are the lines that were moved.
type moves struct {
	of map[int][]move // by their problems
	// open are those that a line below can share a problem with: one of each kind, and nothing since
	// then is indented less.
	open []move
	tab  *move    // the first that a tab indents
	last move     // the last of all
	all  []string // the lines of the file, once one was moved
	seen int      // how many of them open knows
}

// move reads the line at the cursor as if it started at a column. Lines below that are off
// in the same way are the same mistake, and not reported again.
func (f *trapFinder) move(column int, p Problem) {
	if f.moves.last.line == f.c.pos.Line {
		f.moveAgain(column)
		return
	}
	start := strings.LastIndexByte(f.c.text[:f.c.off], '\n') + 1
	m := move{from: start, to: f.c.off, line: f.c.pos.Line, columns: [2]int{f.real(f.c.pos).Column, column}}
	m.problem = f.sameMove(m, p.Code)
	if m.problem < 0 {
		m.problem = len(f.problems)
		f.problems = append(f.problems, p)
		f.moves.add(m, p.Code)
	}
	if f.moves.of == nil {
		f.moves.of = map[int][]move{}
	}
	f.moves.of[m.problem] = append(f.moves.of[m.problem], m)
	f.moves.last = m
	f.masks = append(f.masks, mask{from: start, to: f.c.off, with: strings.Repeat(" ", column-1), cut: true})
	f.shifts[f.c.pos.Line] += m.columns[0] - column
	f.moved += column - m.columns[0]
	f.c.pos.Column = column
}

// moveAgain reads a line elsewhere that was moved already: its blanks were odd, and where they seemed to
// put it nothing can stand. That it stands there is no mistake of its own.
func (f *trapFinder) moveAgain(column int) {
	m := f.moves.last
	m.columns[1] = column
	same := f.moves.of[m.problem]
	same[len(same)-1] = m
	if len(same) == 1 {
		f.problems[m.problem].Hint = oddBlanksHint(column)
	}
	f.masks[len(f.masks)-1].with = strings.Repeat(" ", column-1)
	f.shifts[m.line] = m.columns[0] - column
	f.moved = column - m.columns[0]
	f.c.pos.Column = column
}

// sameMove finds the problem that a line shares with lines above: all tabs of a file are one
// mistake, and so are neighbours that are off by the same blanks. Neighbours have nothing between
// them that is indented less.
func (f *trapFinder) sameMove(m move, code string) int {
	if f.moves.all == nil {
		f.moves.all = strings.Split(f.c.text, "\n")
	}
	f.moves.look(m.line - 1)
	if code == CodeTab {
		if f.moves.tab != nil {
			return f.moves.tab.problem
		}
		return -1
	}
	for _, last := range slices.Backward(f.moves.open) {
		if last.columns == m.columns && f.problems[last.problem].Code == code {
			return last.problem
		}
	}
	return -1
}

// look goes on to a line. What is indented less there ends the moves that are open. Each line is looked at
// once: to look back from each move would take a time that grows with the square of the file.
func (s *moves) look(line int) {
	for ; s.seen < line; s.seen++ {
		if indent := s.indent(s.seen + 1); indent < len(s.all[s.seen]) {
			s.open = slices.DeleteFunc(s.open, func(m move) bool { return s.indent(m.line) > indent })
		}
	}
}

// indent is by how many spaces a line is indented.
func (s *moves) indent(line int) int {
	text := s.all[line-1]
	return len(text) - len(strings.TrimLeft(text, " "))
}

// add keeps a move that shares no problem with one above.
func (s *moves) add(m move, code string) {
	if code == CodeTab {
		s.tab = &m
		return
	}
	s.look(m.line)
	s.open = append(s.open, m)
}

// real is where the place of a line that was moved stands in the file.
func (f *trapFinder) real(p Pos) Pos { return Pos{p.Line, p.Column - f.moved} }

// settleMoved puts what was found on a line that was moved where it stands in the file.
func (f *trapFinder) settleMoved(line, problems, masks int) {
	if f.moved == 0 {
		return
	}
	back := func(p Pos) Pos {
		if p.Line == line {
			return f.real(p)
		}
		return p
	}
	for i := problems; i < len(f.problems); i++ {
		p := &f.problems[i]
		if len(f.moves.of[i]) > 0 {
			continue // of the line as it stands
		}
		p.Start, p.End = back(p.Start), back(p.End)
		p.Edit.Start, p.Edit.End = back(p.Edit.Start), back(p.Edit.End)
	}
	for i := masks; i < len(f.masks); i++ {
		f.masks[i].spoilt = back(f.masks[i].spoilt)
	}
	f.moved = 0
}

// finishMoves says of each line that was moved what its blanks should be.
func (f *trapFinder) finishMoves() {
	for i := range f.problems {
		var out strings.Builder
		var first, last *move
		for j := range f.moves.of[i] {
			m := &f.moves.of[i][j]
			if first == nil {
				first = m
			} else {
				out.WriteString(f.c.text[last.to:m.from])
			}
			out.WriteString(strings.Repeat(" ", m.columns[1]-1))
			last = m
		}
		if first != nil {
			f.problems[i].Edit = Edit{Pos{first.line, 1}, Pos{last.line, 1 + len([]rune(f.c.text[last.from:last.to]))}, out.String()}
			if first != last {
				f.problems[i].Hint = strings.Replace(f.problems[i].Hint, " in front of it", " in front of it and of the lines below that are off with it", 1)
			}
		}
	}
}

// CodeTab is the code of a line that is not indented by spaces.
const CodeTab = "yaml-tab"

// isOddBlank recognises what looks like indentation and does not indent in YAML.
func isOddBlank(r rune) bool {
	switch r {
	case '\t', '\u00a0', '\u2002', '\u2003', '\u2007', '\u2009', '\u202f', '\u3000':
		return true
	}
	return false
}

// reindent reads a line that tabs or other odd blanks indent as if spaces did. How wide a
// tab was meant to be is told by what the line can belong to.
func (f *trapFinder) reindent() bool {
	start := f.c
	blanks, tabs := 0, 0
	what := ""
	for ; f.c.peek() == ' ' || isOddBlank(f.c.peek()); f.c.next() {
		switch {
		case f.c.peek() == '\t':
			tabs++
			what = "a tab"
		case f.c.peek() != ' ' && what == "":
			what = "a blank that is no space"
			blanks++
		default:
			blanks++
		}
	}
	at := Pos{start.pos.Line, 1}
	p := Problem{
		Code: CodeTab, Message: what + " indents this line; YAML indents by spaces", Start: at, End: f.c.pos,
	}
	spaces := start.pos.Column - 1
	column := 0
	for _, value := range []bool{f.c.item(), false} {
		for _, width := range []int{2, 4, 8, 3, 1} {
			if try := spaces + blanks + tabs*width + 1; column == 0 && f.couldStand(try, value) {
				column = try
			}
		}
	}
	if column == 0 {
		column = spaces + blanks + tabs*2 + 1
		if n := len(f.open); n > 0 && f.pending == none {
			column = f.open[n-1].column
		}
	}
	p.Hint = oddBlanksHint(column)
	entry := f.isEntry()
	if n := len(f.open); !entry && n > 0 && column <= f.open[n-1].column {
		column = f.open[n-1].column + 2 // it goes on with the value above
	}
	f.move(column, p)
	if !entry && f.pending == none {
		rest := f.c
		f.endOfLine()
		f.lose(rest)
	}
	return entry || f.pending != none
}

// oddBlanksHint says how to indent a line by spaces.
func oddBlanksHint(column int) string {
	switch column {
	case 1:
		return "remove it"
	case 2:
		return "indent it by 1 space"
	}
	return fmt.Sprintf("indent it by %d spaces", column-1)
}

// couldStand reports whether the line at the cursor could start at a column: as the value
// that is still to come, or if that is not wanted, in a block that is open.
func (f *trapFinder) couldStand(column int, value bool) bool {
	item := f.c.item()
	if f.pending != none && (column > f.pending || column == f.pending && item) {
		return true
	}
	if value {
		return false
	}
	for i := len(f.open) - 1; i >= 0; i-- {
		if f.open[i].column == column && f.open[i].list == item {
			return true
		}
	}
	return false
}

// nearest returns the column, of the blocks that are or were open, that a line was most
// likely meant to start at: that of a list for an item, of a mapping for a key.
func nearest(blocks []block, column int, item bool) (at int, ok bool) {
	best := -1
	for i, b := range blocks {
		if b.list == item && (best < 0 || distance(b.column, column) <= distance(blocks[best].column, column)) {
			best = i
		}
	}
	if best < 0 {
		return 0, false
	}
	return blocks[best].column, true
}

func distance(a, b int) int { return max(a-b, b-a) }

// blanks says how to indent a line that should start at another column.
func blanksHint(from, to int) string {
	switch n := to - from; {
	case n == 1:
		return "write one more blank in front of it"
	case n > 1:
		return fmt.Sprintf("write %d more blanks in front of it", n)
	}
	return fewerBlanks(from - to)
}
