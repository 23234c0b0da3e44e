package yamlnode

import (
	"strings"
	"unicode/utf8"
)

// trapFinder looks through the source of a file that is not YAML for the usual
// traps. The parser's position of a syntax error is that of the enclosing
// block, or none; the traps are found where they are to be mended. It reads
// lines as loosely as a person does and keeps no more of YAML than it takes to
// tell values from keys, blocks and comments.
type trapFinder struct {
	c        cursor
	anchors  map[string]bool
	problems []Problem
	masks    []mask

	unmasked bool        // a problem stands behind which the parser is bound to fail
	shifts   map[int]int // by how much a line was moved to the left
	moves    moves
	moved    int   // by how much the line at hand was moved to the right
	lost     []int // the lines that could not be read
	tabSaid  bool  // a tab on a line without content was reported

	open    []block // the blocks that are open
	pending int     // the column that a value must be indented beyond which is still to come, else none
	tries   int     // how often reading on behind a comment was tried
}

// none is no column.
const none = -1

// findTraps returns the finder after its work.
func findTraps(src *Source) *trapFinder {
	f := &trapFinder{c: cursor{src.text, 0, Pos{1, 1}}, anchors: map[string]bool{}, shifts: map[int]int{}}
	for f.c.peek() != eof {
		line, problems, masks := f.c.pos.Line, len(f.problems), len(f.masks)
		f.line()
		f.settleMoved(line, problems, masks)
	}
	f.finishMoves()
	return f
}

// report adds a problem; the text from start up to the cursor is spoilt.
func (f *trapFinder) report(p Problem, start cursor) {
	text := cutComment(f.upTo(start))
	if !strings.Contains(text, "\n") && (start.peek() != '&' || p.quoted != "" && p.quoted[0] == '&') {
		p = p.replacing(start.pos, Pos{start.pos.Line, start.pos.Column + utf8.RuneCountInString(text)})
	}
	f.problems = append(f.problems, p)
	f.spoil(start)
}

// giveUp reports a problem behind which nothing can be told apart.
func (f *trapFinder) giveUp(p Problem) {
	f.problems = append(f.problems, p)
	f.unmasked = true
	f.c.off = len(f.c.text)
}

// forget drops what was found since, when it turns out to be part of a larger
// trap.
func (f *trapFinder) forget(problems, masks int) {
	f.problems, f.masks = f.problems[:problems], f.masks[:masks]
}

// line reads one line of a block, and the lines that its value goes on over.
func (f *trapFinder) line() {
	for f.c.peek() == ' ' {
		f.c.next()
	}
	switch r := f.c.peek(); {
	case r == '\n' || r == '#' || r == eof:
		f.skipLine()
		return
	case isOddBlank(r):
		if f.blankLine() {
			return
		}
		if !f.reindent() {
			return
		}
	case f.c.pos.Column == 1 && f.marker():
		return
	}
	if !f.settle() {
		return
	}
	parent := none // the column that a value must be indented beyond
	for f.c.item() || f.c.peek() == '?' && f.c.blankBehind() {
		parent = f.c.pos.Column
		f.opens(parent, f.c.peek() == '-', "")
		f.c.next()
		f.c.skipBlanks()
	}
	if at := f.c; f.key() {
		parent = at.pos.Column
		f.opens(parent, false, strings.TrimSpace(f.c.text[at.off:f.c.off-1]))
	} else if parent == none {
		parent = f.pending
	}
	if parent == none {
		f.noKey()
		return
	}
	f.pending = none
	f.c.skipBlanks()
	f.value(parent)
}

// noKey reports a line in a mapping or list that is neither entry nor item. A word alone
// above deeper lines is read as the key that it most likely is.
func (f *trapFinder) noKey() {
	start := f.c
	p := Problem{
		Code:    "yaml-key",
		Message: "this line has no key: a colon with a blank behind it is missing",
		Hint:    "write `key: value`, or indent the line if it goes on with the value above",
		Start:   f.c.pos,
		End:     f.lineEnd(),
	}
	f.endOfLine()
	text := cutComment(f.upTo(start))
	end := Pos{start.pos.Line, start.pos.Column + utf8.RuneCountInString(text)}
	word, rest, glued := strings.Cut(text, ":")
	switch {
	case isWord(text) && f.deeperBelow(start.pos.Column):
		p.Hint = "write `" + text + ":`"
		p.Edit = Edit{end, end, ":"}
		f.masks = append(f.masks, mask{from: start.off + len(text), to: start.off + len(text), with: ":", cut: true})
		f.problems = append(f.problems, p)
		f.opens(start.pos.Column, false, text)
		f.pending = start.pos.Column
		return
	case glued && isWord(word) && rest != "" && rest[0] != '/':
		colon := Pos{start.pos.Line, start.pos.Column + utf8.RuneCountInString(word) + 1}
		p.Hint = "write a blank behind the colon: `" + clip(word+": "+rest) + "`"
		p.Edit = Edit{colon, colon, " "}
	}
	f.problems = append(f.problems, p)
	f.lose(start)
}

// deeperBelow reports whether the next line with content belongs to a key at a column.
func (f *trapFinder) deeperBelow(column int) bool {
	ahead := f.c
	for isBlankOrBreak(ahead.peek()) {
		ahead.next()
	}
	return ahead.peek() != eof && (ahead.pos.Column > column || ahead.pos.Column == column && ahead.item())
}

// lose blanks out what stands between a former cursor and the cursor. What it says is not
// known then.
func (f *trapFinder) lose(start cursor) {
	f.lost = append(f.lost, start.pos.Line)
	f.masks = append(f.masks, mask{from: start.off, to: f.c.off})
}

// blankLine steps over a line with nothing but blanks on it, of whatever kind.
func (f *trapFinder) blankLine() bool {
	ahead := f.c
	for ahead.peek() == ' ' || isOddBlank(ahead.peek()) {
		ahead.next()
	}
	if ahead.peek() != '\n' && ahead.peek() != eof && ahead.peek() != '#' {
		return false
	}
	f.masks = append(f.masks, mask{from: f.c.off, to: ahead.off})
	if strings.ContainsRune(f.c.text[f.c.off:ahead.off], '\t') && !f.tabSaid {
		f.tabSaid = true
		end := ahead.pos
		f.problems = append(f.problems, Problem{
			Code: CodeTab, Message: "a tab indents this line; YAML indents by spaces", Hint: "remove it", Start: Pos{end.Line, 1}, End: end,
			Edit: Edit{f.c.pos, end, ""},
		})
	}
	f.c = ahead
	f.skipLine()
	return true
}

// marker steps over `---`, `...` and directives. Anchors end with their
// document.
func (f *trapFinder) marker() bool {
	switch rest := f.c.text[f.c.off:]; {
	case strings.HasPrefix(rest, "%"):
		f.directive()
		return true
	case strings.HasPrefix(rest, "---"), strings.HasPrefix(rest, "..."):
		f.skipLine()
		f.open, f.pending, f.anchors = nil, 0, map[string]bool{}
		return true
	}
	return false
}

// directive reports a version of YAML that the parser refuses.
func (f *trapFinder) directive() {
	start := f.c
	f.endOfLine()
	if words := strings.Fields(f.upTo(start)); words[0] == "%YAML" && (len(words) < 2 || words[1] != "1.1" && words[1] != "1.2") {
		f.problems = append(f.problems, Problem{
			Code:    "yaml-syntax",
			Message: "this is not YAML: playbooks are written in YAML 1.2",
			Hint:    "remove this line, or write `%YAML 1.2`",
			Start:   start.pos,
			End:     f.c.pos,
		})
		f.masks = append(f.masks, mask{from: start.off, to: f.c.off})
	}
}

// key steps over a key and its colon, if one stands at the cursor.
func (f *trapFinder) key() bool {
	k := f.c
	if k.peek() == '&' {
		f.anchors[k.name()] = true
		k.skipBlanks()
	}
	switch r := k.peek(); {
	case r == '"' || r == '\'':
		if !skipQuoted(&k, r) || k.pos.Line != f.c.pos.Line {
			return false
		}
		k.skipBlanks()
	case strings.ContainsRune("[{|>@`%!&*#", r):
		return false
	default:
		for !k.colon() {
			last := k.peek()
			if last == '\n' || last == eof {
				return false
			}
			k.next()
			if isBlank(last) && k.peek() == '#' {
				return false
			}
		}
	}
	if !k.colon() {
		return false
	}
	k.next()
	f.c = k
	return true
}

// colon reports whether a colon that ends a key stands at the cursor.
func (c *cursor) colon() bool {
	if c.peek() != ':' {
		return false
	}
	ahead := *c
	ahead.next()
	return isBlankOrBreak(ahead.peek()) || ahead.peek() == eof
}

func (c *cursor) blankBehind() bool {
	ahead := *c
	ahead.next()
	return isBlankOrBreak(ahead.peek()) || ahead.peek() == eof
}

func (f *trapFinder) skipLine() {
	f.endOfLine()
	f.c.next()
}

// endOfLine steps to the line's break.
func (f *trapFinder) endOfLine() {
	for r := f.c.peek(); r != '\n' && r != eof; r = f.c.peek() {
		f.c.next()
	}
}

// skipQuoted steps over a quoted scalar; false when it is never closed.
func skipQuoted(c *cursor, quote rune) bool {
	c.next()
	for {
		switch r := c.peek(); {
		case r == eof:
			return false
		case r == '\\' && quote == '"':
			c.next()
			c.next()
		case r == quote:
			c.next()
			if quote == '"' || c.peek() != '\'' {
				return true
			}
			c.next()
		default:
			c.next()
		}
	}
}
