package yamlnode

import "strings"

// frame is a bracket that is open.
type frame struct {
	bracket rune
	at      cursor
	key     bool // the entry at hand has its key
	// what had been found when the bracket opened
	problems, masks int
}

// flow looks through a list in brackets or a mapping in braces, at the cursor,
// and steps over it; false when that cannot be done.
func (f *trapFinder) flow() bool {
	var stack []frame
	for {
		f.skipSpace()
		r := f.c.peek()
		switch {
		case r == eof:
			top := stack[len(stack)-1]
			f.giveUp(unclosedProblem(top.at.pos, top.bracket))
			return false
		case r == '[' || r == '{':
			stack = append(stack, frame{r, f.c, false, len(f.problems), len(f.masks)})
			f.c.next()
		case r == ']' || r == '}':
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if closer(top.bracket) != r {
				f.giveUp(mismatchProblem(f.c.pos, r, top))
				return false
			}
			f.c.next()
			if len(stack) == 0 {
				return true
			}
			f.afterBracket(top)
		case r == ',':
			stack[len(stack)-1].key = false
			f.c.next()
		case r == '?':
			f.c.next()
		case r == ':':
			stack[len(stack)-1].key = true
			f.c.next()
		case r == '&':
			f.anchors[f.c.name()] = true
		default:
			if !f.flowItem(&stack[len(stack)-1]) {
				return false
			}
		}
	}
}

// skipSpace steps over blanks, breaks and comments.
func (f *trapFinder) skipSpace() {
	for {
		for isBlankOrBreak(f.c.peek()) {
			f.c.next()
		}
		if f.c.peek() != '#' || f.c.off > 0 && !isBlankOrBreak(rune(f.c.text[f.c.off-1])) {
			return
		}
		f.endOfLine()
	}
}

// separated reports whether the item before the cursor has ended.
func (f *trapFinder) separated() bool {
	ahead := f.c
	ahead.skipBlanks()
	return ahead.peek() == eof || strings.ContainsRune(",]}:\n#", ahead.peek())
}

// afterBracket looks behind an inner list or mapping: `[1, 2].size()`.
func (f *trapFinder) afterBracket(inner frame) {
	if f.separated() {
		return
	}
	f.forget(inner.problems, inner.masks)
	f.c = inner.at
	f.flowExtent()
	f.report(bracketProblem(inner.at.pos, f.c.pos, inner.bracket, f.upTo(inner.at)), inner.at)
}

// flowItem looks at a scalar inside brackets; false when it never ends.
func (f *trapFinder) flowItem(in *frame) bool {
	start := f.c
	r := f.c.peek()
	switch {
	case r == '"' || r == '\'':
		if !skipQuoted(&f.c, r) {
			f.giveUp(unclosedProblem(start.pos, r))
			return false
		}
		if quoted := f.upTo(start); !f.separated() {
			f.flowExtent()
			f.report(quoteProblem(start.pos, f.c.pos, quoted, f.upTo(start)), start)
		}
	case r == '!':
		f.flowExtent()
		f.report(tagProblem(start.pos, firstLine(f.upTo(start))), start)
	case r == '*':
		f.flowAlias(start)
	case strings.ContainsRune("@`%|>", r):
		f.flowExtent()
		f.report(indicatorProblem(start.pos, r), start)
	default:
		f.flowPlain(in)
	}
	return true
}

func (f *trapFinder) flowAlias(start cursor) {
	name := f.c.name()
	switch end := f.c.pos; {
	case !f.separated():
		f.flowExtent()
		f.report(indicatorProblem(start.pos, '*'), start)
	case !f.anchors[name]:
		f.report(unknownAlias(start.pos, end, name), start)
	}
}

// flowPlain steps over a plain scalar inside brackets, which ends at many more
// characters than outside.
func (f *trapFinder) flowPlain(in *frame) {
	start := f.c
	for {
		r := f.c.peek()
		switch {
		case r == eof:
			return
		case r == '[' || r == '{':
			f.itemFrom(start)
			f.report(bracketProblem(start.pos, f.c.pos, r, f.upTo(start)), start)
			return
		case r == '?':
			at := f.c.pos
			f.itemFrom(start)
			f.report(questionProblem(at, f.upTo(start)), start)
			return
		case f.c.colon():
			if !in.key {
				return // the colon of a key: flow() takes it
			}
			at := f.c.pos
			f.itemFrom(start)
			f.report(colonProblem(at, f.upTo(start)), start)
			return
		case r == ',' || r == ']' || r == '}':
			if before := f.upTo(start); r == ',' && open(before) > 0 {
				f.itemFrom(start)
				f.report(commaProblem(start.pos, f.c.pos, before), start)
			}
			return
		case r == '#' && f.c.off > start.off && isBlankOrBreak(rune(f.c.text[f.c.off-1])):
			f.flowComment(start)
			return
		}
		f.c.next()
	}
}

// flowComment looks whether a comment cuts a plain scalar.
func (f *trapFinder) flowComment(start cursor) {
	at := f.c.pos
	f.skipSpace()
	if f.separated() {
		return
	}
	f.flowExtent()
	f.report(commentProblem(at), start)
}

// itemFrom takes the extent of an item from its start.
func (f *trapFinder) itemFrom(start cursor) {
	f.c = start
	f.flowExtent()
}

// flowExtent steps over what was meant as one item: up to the comma or bracket
// that is not its own.
func (f *trapFinder) flowExtent() {
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
// closed on its line is an apostrophe.
func (f *trapFinder) stringLiteral(quote rune) {
	ahead := f.c
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
	f.c.next()
}
