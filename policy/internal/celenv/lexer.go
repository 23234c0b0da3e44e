package celenv

// tokenKind tells tokens apart as far as places and slips need it.
type tokenKind uint8

const (
	tokName tokenKind = iota + 1
	tokNumber
	tokText
	tokPunct
	tokOpenText // a quote that is never closed
	tokStray    // a character that starts no token
)

// token is a piece of source text: the runes from..to-1.
type token struct {
	from, to int
	kind     tokenKind
}

// source is a source text cut into tokens. cel-go gives one offset per node; what it
// spans is found here.
type source struct {
	runes  []rune
	tokens []token
	match  []int // for a bracket the token that closes or opens it, else -1
}

func newSource(text string) *source {
	s := &source{runes: []rune(text)}
	for at := 0; ; {
		at = s.skipBlank(at)
		if at >= len(s.runes) {
			break
		}
		t := s.next(at)
		s.tokens = append(s.tokens, t)
		at = t.to
	}
	s.pairBrackets()
	return s
}

func (s *source) text(from, to int) string { return string(s.runes[from:to]) }

func (s *source) tokenText(t token) string { return s.text(t.from, t.to) }

// at returns the rune at i, 0 past the end.
func (s *source) at(i int) rune {
	if i < len(s.runes) {
		return s.runes[i]
	}
	return 0
}

// skipBlank passes white space and comments.
func (s *source) skipBlank(at int) int {
	for at < len(s.runes) {
		switch r := s.runes[at]; {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f':
			at++
		case r == '/' && s.at(at+1) == '/':
			for at < len(s.runes) && s.runes[at] != '\n' {
				at++
			}
		default:
			return at
		}
	}
	return at
}

// next cuts the token that starts at a place that is not blank.
func (s *source) next(at int) token {
	r := s.runes[at]
	if quote := s.quoteAt(at); quote >= 0 {
		return s.quoted(at, quote)
	}
	switch {
	case isNameStart(r):
		return s.name(at)
	case isDigit(r), r == '.' && isDigit(s.at(at+1)):
		return s.number(at)
	}
	return s.punctuation(at)
}

func isNameStart(r rune) bool {
	return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isNamePart(r rune) bool { return isNameStart(r) || isDigit(r) }

func (s *source) name(at int) token {
	to := at + 1
	for isNamePart(s.at(to)) {
		to++
	}
	return token{at, to, tokName}
}

func (s *source) number(at int) token {
	to := at
	for {
		r := s.at(to)
		exponentSign := (r == '+' || r == '-') && to > at && (s.at(to-1) == 'e' || s.at(to-1) == 'E') && s.at(at+1) != 'x'
		// "1.size()" is a call on 1: a point counts only before a digit.
		point := r == '.' && isDigit(s.at(to+1))
		if !isNamePart(r) && !exponentSign && !point {
			return token{at, to, tokNumber}
		}
		to++
	}
}

// quoteAt returns where the quotation mark of a text that starts at a place stands,
// after its prefix if it has one; -1 if no text starts here.
func (s *source) quoteAt(at int) int {
	for i := at; i < at+3; i++ {
		switch s.at(i) {
		case '"', '\'':
			return i
		case 'r', 'R', 'b', 'B':
		default:
			return -1
		}
	}
	return -1
}

func (s *source) quoted(at, quote int) token {
	raw := false
	for _, r := range s.runes[at:quote] {
		raw = raw || r == 'r' || r == 'R'
	}
	mark := s.runes[quote]
	if s.at(quote+1) == mark && s.at(quote+2) == mark {
		return s.endOfQuote(at, quote+3, mark, raw, true)
	}
	return s.endOfQuote(at, quote+1, mark, raw, false)
}

// endOfQuote finds the closing mark, or three of them, from a place inside a text.
func (s *source) endOfQuote(start, at int, mark rune, raw, triple bool) token {
	for ; at < len(s.runes); at++ {
		switch r := s.runes[at]; {
		case r == '\\' && !raw:
			at++
		case r == '\n' && !triple:
			return token{start, at, tokOpenText}
		case r == mark && !triple:
			return token{start, at + 1, tokText}
		case r == mark && s.at(at+1) == mark && s.at(at+2) == mark:
			return token{start, at + 3, tokText}
		}
	}
	return token{start, len(s.runes), tokOpenText}
}

func (s *source) punctuation(at int) token {
	two := string(s.runes[at:min(at+2, len(s.runes))])
	switch two {
	case "==", "!=", "<=", ">=", "&&", "||":
		return token{at, at + 2, tokPunct}
	}
	switch s.runes[at] {
	case '<', '>', '[', ']', '{', '}', '(', ')', '.', ',', '-', '!', '?', ':', '+', '*', '/', '%':
		return token{at, at + 1, tokPunct}
	}
	return token{at, at + 1, tokStray}
}

// pairBrackets fills match. A bracket of the wrong kind ends the pairing of those that
// it would close.
func (s *source) pairBrackets() {
	s.match = make([]int, len(s.tokens))
	var open []int
	for i, t := range s.tokens {
		s.match[i] = -1
		if t.kind != tokPunct || t.to != t.from+1 {
			continue
		}
		switch r := s.runes[t.from]; r {
		case '(', '[', '{':
			open = append(open, i)
		case ')', ']', '}':
			if n := len(open); n > 0 && closes(s.runes[s.tokens[open[n-1]].from], r) {
				s.match[i], s.match[open[n-1]] = open[n-1], i
				open = open[:n-1]
			}
		}
	}
}

func closes(open, shut rune) bool {
	return open == '(' && shut == ')' || open == '[' && shut == ']' || open == '{' && shut == '}'
}

// tokenAt returns the number of the token that covers a place, -1 if there is none.
func (s *source) tokenAt(offset int) int {
	lo, hi := 0, len(s.tokens)
	for lo < hi {
		if mid := (lo + hi) / 2; s.tokens[mid].to <= offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(s.tokens) && s.tokens[lo].from <= offset {
		return lo
	}
	return -1
}

// is reports whether token i is the given punctuation.
func (s *source) is(i int, punctuation string) bool {
	return i >= 0 && i < len(s.tokens) && s.tokens[i].kind == tokPunct && s.tokenText(s.tokens[i]) == punctuation
}
