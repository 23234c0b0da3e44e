package yamlnode

import "strings"

// frame is a bracket that is open.
type frame struct {
	bracket rune
	at      cursor
	key     bool // the entry at hand has its key
	done    bool // the item at hand is complete, if nothing but a comma follows
	// what had been found when the bracket opened
	problems, masks int
}

// flow is a list in brackets or a mapping in braces that is being looked
// through.
type flow struct {
	*trapFinder
	parent int // the column that a value must be indented beyond
	stack  []frame
	trying bool // only to see whether it ends: comments are comments
}

// flow looks through the list or mapping at the cursor and steps over it; false
// when that cannot be done.
func (f *trapFinder) flow(parent int) bool {
	return (&flow{trapFinder: f, parent: parent}).read()
}

// report adds a problem; the text from start up to the cursor is spoilt.
func (f *flow) report(p Problem, start cursor) { f.trapFinder.report(inside(p), start) }

func (f *flow) top() *frame { return &f.stack[len(f.stack)-1] }

func (f *flow) read() bool {
	for {
		f.skipSpace()
		r := f.c.peek()
		switch {
		case r == eof:
			f.giveUp(unclosedProblem(f.top().at.pos, f.top().bracket))
			return false
		case r == '#' && !f.hashInside():
			f.hidden(f.c)
		case f.outside(r):
			f.leave()
			return false
		case strings.ContainsRune("[{\"'", r) && len(f.stack) > 0 && f.top().done:
			f.comma(f.c, string(r))
		case r == '[' || r == '{':
			f.stack = append(f.stack, frame{bracket: r, at: f.c, problems: len(f.problems), masks: len(f.masks)})
			f.c.next()
		case r == ']' || r == '}':
			closed := *f.top()
			if closer(closed.bracket) != r {
				f.giveUp(mismatchProblem(f.c.pos, r, closed))
				return false
			}
			f.stack = f.stack[:len(f.stack)-1]
			f.c.next()
			if len(f.stack) == 0 {
				return true
			}
			f.afterBracket(closed)
		case r == ',' && f.nothingBefore():
			f.problems = append(f.problems, loneCommaProblem(f.c.pos))
			f.masks = append(f.masks, mask{from: f.c.off, to: f.c.off + 1})
			f.c.next()
		case r == ',':
			f.top().key, f.top().done = false, false
			f.c.next()
		case r == '?':
			f.c.next()
		case r == ':':
			f.top().key, f.top().done = true, false
			f.c.next()
		case r == '&':
			f.flowAnchor()
		default:
			if !f.scalar() {
				return false
			}
		}
	}
}

// nothingBefore reports whether no item stands before the comma at the cursor.
func (f *flow) nothingBefore() bool {
	before := strings.TrimRight(f.c.text[:f.c.off], " \t\n")
	return strings.ContainsAny(before[len(before)-1:], ",[{")
}

// outside reports whether a line of the block around starts at the cursor: the
// brackets were meant to be closed before.
func (f *flow) outside(r rune) bool {
	if r != '-' || len(f.stack) == 0 || f.c.pos.Line == f.stack[0].at.pos.Line {
		return false
	}
	_, starts := f.c.startsLine()
	return starts && f.c.item()
}

// leave reports the innermost bracket as never closed, and goes on with the
// line at the cursor.
func (f *flow) leave() {
	first := f.stack[0]
	f.problems = append(f.problems, unclosedProblem(f.top().at.pos, f.top().bracket))
	f.masks = f.masks[:first.masks]
	line := strings.LastIndexByte(f.c.text[:f.c.off], '\n')
	f.masks = append(f.masks, mask{from: first.at.off, to: line, with: "x", spoilt: first.at.pos})
	f.c = cursor{f.c.text, line + 1, Pos{f.c.pos.Line, 1}}
}

// skipSpace steps over blanks, breaks and comments that hide nothing.
func (f *flow) skipSpace() {
	for {
		for isBlankOrBreak(f.c.peek()) {
			f.c.next()
		}
		if f.c.peek() != '#' || f.hashInside() || f.hides(f.c) {
			return
		}
		f.endOfLine()
	}
}

// hashInside reports whether no blank stands before the `#` at the cursor, so
// that it starts no comment.
func (f *flow) hashInside() bool {
	return f.c.off > 0 && !isBlankOrBreak(rune(f.c.text[f.c.off-1]))
}

// separated reports whether the item before the cursor has ended.
func (f *flow) separated() bool {
	ahead := f.c
	ahead.skipBlanks()
	return ahead.peek() == eof || strings.ContainsRune(",]}:\n#", ahead.peek())
}

// afterBracket looks behind an inner list or mapping: `[1, 2].size()`.
func (f *flow) afterBracket(inner frame) {
	if f.separated() {
		f.top().done = true
		return
	}
	if f.missingComma(true) {
		return
	}
	f.forget(inner.problems, inner.masks)
	f.c = inner.at
	f.whole()
	f.report(bracketProblem(inner.at.pos, f.c.pos, inner.bracket, f.upTo(inner.at)), inner.at)
}

// missingComma reports that the next entry, or where brackets may stand the
// next item, follows without a comma.
func (f *flow) missingComma(brackets bool) bool {
	ahead := f.c
	for isBlankOrBreak(ahead.peek()) {
		ahead.next()
	}
	next := ahead
	for isWordRune(ahead.peek()) {
		ahead.next()
	}
	entry := f.top().key && f.top().bracket == '{' && ahead.off > next.off && ahead.colon()
	bracket := brackets && (next.peek() == '[' || next.peek() == '{')
	if next.off == f.c.off || !entry && !bracket {
		return false
	}
	name := ahead.text[next.off:ahead.off]
	if !entry {
		name = string(next.peek())
	}
	f.comma(next, name)
	return true
}

// comma reports a missing comma before the cursor next, and reads on as if it
// stood there.
func (f *flow) comma(next cursor, name string) {
	p := missingCommaProblem(next.pos, name)
	if ahead := f.c.text[:next.off]; len(strings.TrimRight(ahead, " \t\n")) == len(strings.TrimRight(ahead, " \t")) {
		at := Pos{next.pos.Line, next.pos.Column - (len(ahead) - len(strings.TrimRight(ahead, " \t")))}
		p.Edit = Edit{at, at, ","}
	}
	f.problems = append(f.problems, p)
	if before := f.c.text[next.off-1]; isBlank(rune(before)) {
		f.masks = append(f.masks, mask{from: next.off - 1, to: next.off, with: ","})
	} else {
		f.unmasked = true
	}
	f.top().key, f.top().done = false, false
	f.c = next
}

// scalar looks at a scalar inside brackets; false when it never ends.
func (f *flow) scalar() bool {
	start := f.c
	r := f.c.peek()
	switch {
	case r == '"' || r == '\'':
		return f.quoted(r)
	case r == '!':
		f.whole()
		f.report(tagProblem(start.pos, firstLine(f.upTo(start))), start)
	case r == '*':
		f.flowAlias()
	case strings.ContainsRune("@`%|>&", r), f.c.item():
		f.whole()
		f.report(indicatorProblem(start.pos, r, f.upTo(start)), start)
	default:
		return f.plain()
	}
	return true
}

func (f *flow) quoted(quote rune) bool {
	start := f.c
	if !skipQuoted(&f.c, quote) {
		f.giveUp(unclosedProblem(start.pos, quote))
		return false
	}
	whole := f.upTo(start)
	switch {
	case f.separated():
		f.escapes(start, start)
		f.top().done = true
	case !f.missingComma(false):
		f.whole()
		f.report(quoteProblem(start.pos, f.c.pos, whole, f.upTo(start)), start)
	}
	return true
}

func (f *flow) flowAnchor() {
	if start := f.c; !f.anchor() || f.c.peek() == '&' {
		f.c = start
		f.whole()
		f.report(indicatorProblem(start.pos, '&', f.upTo(start)), start)
	}
}

func (f *flow) flowAlias() {
	start := f.c
	name := f.c.name()
	switch end := f.c.pos; {
	case !f.separated():
		f.whole()
		f.report(indicatorProblem(start.pos, '*', f.upTo(start)), start)
	case !f.anchors[name]:
		f.report(unknownAlias(start.pos, end, name), start)
	}
}
