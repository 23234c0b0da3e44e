package yamlnode

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// value looks at a value in a block, at the cursor, and steps over it. Lines
// that are indented beyond parent belong to it.
func (f *trapFinder) value(parent int) {
	start := f.c
	anchored := f.anchor()
	r := f.c.peek()
	switch {
	case r == '\n' || r == eof || r == '#':
		f.pending = parent
		f.skipLine()
	case r == '|' || r == '>':
		f.blockScalar(start, parent)
	case r == '!':
		at := f.c
		f.extent(parent)
		f.report(tagProblem(at.pos, firstLine(f.upTo(at))), start)
	case r == '"' || r == '\'':
		f.quotedValue(start, parent, r)
	case r == '[' || r == '{':
		f.flowValue(start, parent, r)
	case r == '*':
		f.aliasValue(start, parent)
	case strings.ContainsRune("@`%,]}&", r), strings.ContainsRune("-?:", r) && f.c.blankBehind():
		if anchored {
			f.c, r = start, '&' // it was no anchor
		}
		at := f.c
		f.extent(parent)
		f.report(indicatorProblem(at.pos, r, f.upTo(at)), start)
	default:
		f.plainValue(start, parent)
	}
}

// anchor steps over an anchor, if one stands at the cursor.
func (f *trapFinder) anchor() bool {
	if f.c.peek() != '&' {
		return false
	}
	ahead := f.c
	name := ahead.name()
	if name == "" || !isBlankOrBreak(ahead.peek()) && ahead.peek() != eof {
		return false
	}
	f.anchors[name] = true
	f.c = ahead
	f.c.skipBlanks()
	return true
}

// upTo is the text between a former cursor and the cursor.
func (f *trapFinder) upTo(from cursor) string { return f.c.text[from.off:f.c.off] }

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// extent steps to the end of a plain value: over the rest of the line and the
// deeper lines below that are no comment. The cursor stays before the break.
func (f *trapFinder) extent(parent int) {
	for {
		f.endOfLine()
		if !f.continues(parent) {
			return
		}
	}
}

// continues steps to the next line with content, if the value at hand goes on
// there.
func (f *trapFinder) continues(parent int) bool {
	ahead := f.c
	for isBlankOrBreak(ahead.peek()) {
		if ahead.peek() == '\t' && ahead.pos.Line != f.c.pos.Line && ahead.pos.Column <= parent {
			return false // a tab that indents: line() reports it
		}
		ahead.next()
	}
	if ahead.peek() == eof || ahead.peek() == '#' || ahead.pos.Line == f.c.pos.Line || ahead.pos.Column <= parent {
		return false
	}
	if ahead.entry() {
		return false // a key that is indented too far: settle reports it
	}
	f.c = ahead
	return true
}

// blockScalar steps over a literal or folded scalar.
func (f *trapFinder) blockScalar(start cursor, parent int) {
	at, r := f.c.pos, f.c.peek()
	head := f.c
	f.skipLine()
	indicators, _, _ := strings.Cut(f.upTo(head), "#")
	if strings.Trim(strings.TrimRight(indicators[1:], " \t\n"), "+-0123456789") != "" {
		f.c = head
		f.extent(parent)
		f.report(indicatorProblem(at, r, f.upTo(head)), start)
		return
	}
	for {
		ahead := f.c
		for ahead.peek() == ' ' {
			ahead.next()
		}
		if r := ahead.peek(); r == eof || r != '\n' && ahead.pos.Column <= parent {
			return
		}
		f.c = ahead
		f.skipLine()
	}
}

// ends reports whether nothing but a comment follows on the line.
func (f *trapFinder) ends() bool {
	ahead := f.c
	ahead.skipBlanks()
	r := ahead.peek()
	return r == '\n' || r == eof || r == '#'
}

// goesOn reports whether deeper lines follow, without stepping to them.
func (f *trapFinder) goesOn(parent int) bool {
	ahead := *f
	ahead.endOfLine()
	return ahead.continues(parent)
}

func (f *trapFinder) quotedValue(start cursor, parent int, quote rune) {
	at := f.c
	if !skipQuoted(&f.c, quote) {
		f.giveUp(unclosedProblem(at.pos, quote))
		return
	}
	quoted := f.upTo(at)
	end := f.lineEnd()
	if f.ends() && !f.goesOn(parent) {
		f.escapes(at, start)
		f.skipLine()
		return
	}
	if f.surplus(parent) {
		return
	}
	f.extent(parent)
	f.report(quoteProblem(at.pos, end, quoted, f.upTo(at)), start)
}

// escapes reports what looks like an escape in the quoted text between two cursors and means nothing to YAML.
func (f *trapFinder) escapes(quoted, start cursor) {
	if quoted.peek() != '"' {
		return
	}
	for at := quoted; at.off < f.c.off; at.next() {
		if at.peek() != '\\' {
			continue
		}
		if text := badEscape(at.text[at.off:f.c.off]); text != "" {
			f.report(escapeProblem(at.pos, text, f.upTo(quoted)), start)
			return
		}
		at.next()
	}
}

// badEscape returns the escape that text starts with if YAML does not know it.
func badEscape(text string) string {
	name, size := utf8.DecodeRuneInString(text[1:])
	digits := hexDigits[name]
	switch end := 1 + size; {
	case digits == 0 && (name == '\n' || strings.ContainsRune(escapeNames, name)):
		return ""
	case digits == 0:
		return text[:end]
	case len(text) < end+digits:
		return text[:end]
	default:
		if _, err := strconv.ParseUint(text[end:end+digits], 16, 32); err != nil {
			return text[:end]
		}
		return ""
	}
}

// surplus reports closing brackets and commas behind a value that is complete,
// and steps over them.
func (f *trapFinder) surplus(parent int) bool {
	ahead := f.c
	ahead.skipBlanks()
	start := ahead
	for strings.ContainsRune(",]} \t", ahead.peek()) {
		ahead.next()
	}
	if ahead.off == start.off || ahead.peek() != '\n' && ahead.peek() != eof && ahead.peek() != '#' || f.goesOn(parent) {
		return false
	}
	f.c = ahead
	text := strings.TrimRight(f.upTo(start), " \t")
	f.problems = append(f.problems, surplusProblem(start.pos, text))
	f.masks = append(f.masks, mask{from: start.off, to: start.off + len(text)})
	f.skipLine()
	return true
}

// lineEnd is the place where the content of the line ends.
func (f *trapFinder) lineEnd() Pos {
	ahead, end := f.c, f.c.pos
	for r := ahead.peek(); r != '\n' && r != eof; r = ahead.peek() {
		ahead.next()
		if !isBlank(r) {
			end = ahead.pos
		}
	}
	return end
}

func (f *trapFinder) flowValue(start cursor, parent int, bracket rune) {
	problems, masks, at := len(f.problems), len(f.masks), f.c
	if !f.flow(parent) {
		return
	}
	end := f.lineEnd()
	if f.ends() && !f.goesOn(parent) {
		f.skipLine()
		return
	}
	if f.surplus(parent) {
		return
	}
	f.forget(problems, masks)
	f.extent(parent)
	f.report(bracketProblem(at.pos, end, bracket, f.upTo(at)), start)
}

// aliasValue looks at what starts with `*`: an alias of an anchor above, or
// text that was meant as such.
func (f *trapFinder) aliasValue(start cursor, parent int) {
	at := f.c
	name := f.c.name()
	end := f.c.pos
	switch known := f.anchors[name]; {
	case !f.ends():
		f.extent(parent)
		f.report(indicatorProblem(at.pos, '*', f.upTo(at)), start)
	case !known:
		f.report(unknownAlias(at.pos, end, name), start)
	}
	f.skipLine()
}

func unknownAlias(at, end Pos, name string) Problem {
	return Problem{
		Code:    "unknown-alias",
		Message: "no anchor `&" + clip(name) + "` stands above this alias in its document",
		Hint:    "put the value into single quotes if it was meant as text",
		Start:   at,
		End:     end,
	}
}

// plainValue looks for what cuts a plain value: a colon or a comment.
func (f *trapFinder) plainValue(start cursor, parent int) {
	from := f.c
	for {
		for r := f.c.peek(); r != '\n' && r != eof; r = f.c.peek() {
			if f.c.colon() {
				at := f.c.pos
				f.extent(parent)
				f.report(colonProblem(at, f.upTo(from), ""), start)
				return
			}
			f.c.next()
			if !isBlank(r) || f.c.peek() != '#' {
				continue
			}
			at := f.c.pos
			f.endOfLine()
			if f.continues(parent) {
				f.extent(parent)
				f.report(commentProblem(at, ""), start)
			}
			return
		}
		if !f.continues(parent) {
			return
		}
	}
}
