package yamlnode

import (
	"regexp"
	"strings"
)

// plain steps over a plain scalar inside brackets, which ends at many more
// characters than outside; false when the brackets were to be closed before.
func (f *flow) plain() bool {
	start := f.c
	for {
		r := f.c.peek()
		switch {
		case r == eof:
			return true
		case r == '[' || r == '{' || r == '?':
			f.cutAt(f.c, start)
			return true
		case f.c.colon():
			return f.plainColon(start)
		case r == ',' || r == ']' || r == '}':
			if r == ',' && open(f.upTo(start)) > 0 {
				f.cutAt(f.c, start)
			}
			return true
		case r == '#' && f.c.off > start.off && !f.hashInside():
			f.plainComment(start)
			return true
		case r == '"' || r == '\'':
			if f.literal(start) {
				return true
			}
			continue
		}
		f.c.next()
	}
}

// cutAt reports what YAML makes of the character at a cursor inside a plain
// scalar.
func (f *flow) cutAt(at, start cursor) {
	r := at.peek()
	before := start.text[start.off:at.off]
	f.c = start
	f.whole()
	whole := f.upTo(start)
	switch r {
	case '?':
		f.report(questionProblem(at.pos, whole), start)
	case ',':
		f.report(commaProblem(start.pos, f.c.pos, before, whole, ""), start)
	case ':':
		f.report(colonProblem(at.pos, whole, ""), start)
	case '#':
		f.report(commentProblem(at.pos, whole), start)
	default:
		f.report(bracketProblem(start.pos, f.c.pos, r, whole), start)
	}
}

// literal steps over a string of an expression, or the apostrophe at the
// cursor; true when something in it ends the scalar, which is reported.
func (f *flow) literal(start cursor) bool {
	from := f.c
	f.stringLiteral(f.c.peek())
	for at := from; at.off < f.c.off; at.next() {
		r := at.peek()
		if strings.ContainsRune(",[]{}?", r) || at.colon() || r == '#' && isBlank(rune(at.text[at.off-1])) {
			f.cutAt(at, start)
			return true
		}
	}
	return false
}

// plainColon looks at the colon behind a plain scalar: of a key; of the next
// entry, when a comma or a bracket is missing; or of text.
func (f *flow) plainColon(start cursor) bool {
	colon, text := f.c, f.upTo(start)
	value := strings.TrimRightFunc(text, isWordRune)
	word := text[len(value):]
	next := start
	for next.off < start.off+len(value) {
		next.next()
	}
	apart := word != "" && (value == "" || isBlankOrBreak(rune(value[len(value)-1])))
	if value == "" && !f.top().key {
		return true // a key: read takes its colon
	}
	column, starts := next.startsLine()
	switch ownLine := apart && starts; {
	case ownLine && (column <= f.parent || column < next.pos.Column):
		f.c = next
		f.leave()
		return false
	case !f.top().key:
		return true
	case ownLine || apart && shortValue.MatchString(value):
		f.comma(next, word)
		return true
	}
	f.c = start
	f.whole()
	if !apart {
		word = ""
	}
	f.report(colonProblem(colon.pos, f.upTo(start), word), start)
	return true
}

// shortValue matches what hardly starts a text: a number, a date, a duration,
// an amount.
var shortValue = regexp.MustCompile(`^\d\S*( [A-Z]{3})?\s*$`)

// plainComment looks whether a comment cuts a plain scalar.
func (f *flow) plainComment(start cursor) {
	at := f.c
	if f.hides(at) {
		f.cutAt(at, start)
		return
	}
	f.skipSpace()
	if !f.separated() {
		f.whole()
		f.report(commentProblem(at.pos, ""), start)
	}
}

// hidden reports a comment behind a complete item in which brackets are closed.
func (f *flow) hidden(at cursor) {
	before := strings.TrimRight(at.text[:at.off], " \t\n")
	f.whole()
	if strings.HasSuffix(before, ",") || strings.HasSuffix(before, "[") || strings.HasSuffix(before, "{") {
		f.report(hiddenProblem(at.pos), at)
		return
	}
	f.problems = append(f.problems, hiddenProblem(at.pos))
	f.masks = append(f.masks, mask{from: at.off, to: f.c.off})
}

// Bounds of reading on behind a comment.
const (
	maxTries = 100
	tryBytes = 4096
)

// hides reports whether the comment at a cursor was meant as text: it closes
// brackets, and without it they are not closed.
func (f *flow) hides(at cursor) bool {
	if f.trying {
		return false
	}
	depth := len(f.stack)
	ahead := *f.trapFinder
	ahead.c = at
	for r := at.peek(); r != '\n' && r != eof; r = ahead.c.peek() {
		switch r {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case '"', '\'':
			ahead.stringLiteral(r)
			continue
		}
		ahead.c.next()
	}
	if depth >= len(f.stack) {
		return false
	}
	if f.tries++; f.tries > maxTries {
		return true
	}
	ahead.c.text = ahead.c.text[:min(len(ahead.c.text), ahead.c.off+tryBytes)]
	ahead.problems, ahead.masks = nil, nil
	try := flow{trapFinder: &ahead, parent: f.parent, trying: true}
	for _, open := range f.stack {
		open.problems, open.masks = 0, 0
		try.stack = append(try.stack, open)
	}
	return !try.read()
}

// whole steps over what was meant as one item: up to the comma or bracket that
// is not its own.
func (f *flow) whole() {
	var open []rune
	for {
		r := f.c.peek()
		switch {
		case r == eof:
			return
		case r == '"' || r == '\'':
			f.stringLiteral(r)
			continue
		case r == '(' || r == '[' || r == '{':
			open = append(open, r)
		case r == ')' || r == ']' || r == '}':
			if len(open) == 0 || !matches(open[len(open)-1], r) {
				if r != ')' {
					return
				}
				break
			}
			open = open[:len(open)-1]
		case r == ',' && len(open) == 0:
			return
		}
		f.c.next()
	}
}

func matches(open, close rune) bool {
	return open == '(' && close == ')' || open == '[' && close == ']' || open == '{' && close == '}'
}

// stringLiteral steps over a string inside an expression. A quote that is not
// closed on its line, or stands behind a letter, is an apostrophe.
func (f *trapFinder) stringLiteral(quote rune) {
	start, ahead := f.c, f.c
	f.c.next()
	if start.off > 0 && isLetter(start.text[start.off-1]) {
		return
	}
	ahead.next()
	for r := ahead.peek(); r != '\n' && r != eof; r = ahead.peek() {
		ahead.next()
		if r == '\\' {
			ahead.next()
		}
		if r == quote {
			f.c = ahead
			return
		}
	}
}
