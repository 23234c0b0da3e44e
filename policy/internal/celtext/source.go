package celtext

// TokenKind says what a token is.
type TokenKind uint8

const (
	TokName TokenKind = iota + 1 // a name, or the operator in
	TokNumber
	TokText     // a text in quotes
	TokPunct    // an operator, a bracket, a point or a comma
	TokOpenText // a quote that is never closed
	TokStray    // a character that starts no token
)

// Token is a piece of a source text: the runes From..To-1.
type Token struct {
	From, To int
	Kind     TokenKind
}

// Source is a source text cut into tokens. cel-go gives each node of a syntax tree one offset
// only; the tokens tell where the node starts and ends.
type Source struct {
	Runes  []rune
	Tokens []Token
	Match  []int // for each token that is a bracket, the number of the other one; else -1
}

// New cuts a text into tokens.
func New(text string) *Source {
	s := &Source{Runes: []rune(text)}
	for at := 0; ; {
		at = s.skipBlank(at)
		if at >= len(s.Runes) {
			break
		}
		t := s.next(at)
		s.Tokens = append(s.Tokens, t)
		at = t.To
	}
	s.pairBrackets()
	return s
}

// Text returns the runes from..to-1.
func (s *Source) Text(from, to int) string { return string(s.Runes[from:to]) }

// TokenText returns the text of a token.
func (s *Source) TokenText(t Token) string { return s.Text(t.From, t.To) }

// at returns the rune at i, 0 past the end.
func (s *Source) at(i int) rune {
	if i < len(s.Runes) {
		return s.Runes[i]
	}
	return 0
}

// skipBlank passes white space and comments.
func (s *Source) skipBlank(at int) int {
	for at < len(s.Runes) {
		switch r := s.Runes[at]; {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f':
			at++
		case r == '/' && s.at(at+1) == '/':
			for at < len(s.Runes) && s.Runes[at] != '\n' {
				at++
			}
		default:
			return at
		}
	}
	return at
}

// next cuts the token that starts at a place that is not blank.
func (s *Source) next(at int) Token {
	r := s.Runes[at]
	if quote := s.quoteAt(at); quote >= 0 {
		return s.quoted(at, quote)
	}
	switch {
	case IsNameStart(r):
		return s.name(at)
	case IsDigit(r), r == '.' && IsDigit(s.at(at+1)):
		return s.number(at)
	}
	return s.punctuation(at)
}

// IsNameStart reports whether a name can start with a rune.
func IsNameStart(r rune) bool {
	return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// IsDigit reports whether a rune is one of 0 to 9.
func IsDigit(r rune) bool { return r >= '0' && r <= '9' }

// IsNamePart reports whether a rune can stand in a name.
func IsNamePart(r rune) bool { return IsNameStart(r) || IsDigit(r) }

func (s *Source) name(at int) Token {
	to := at + 1
	for IsNamePart(s.at(to)) {
		to++
	}
	return Token{at, to, TokName}
}

func (s *Source) number(at int) Token {
	to := at
	for {
		r := s.at(to)
		exponentSign := (r == '+' || r == '-') && to > at && (s.at(to-1) == 'e' || s.at(to-1) == 'E') && s.at(at+1) != 'x'
		// "1.size()" is a call on 1: a point counts only before a digit.
		point := r == '.' && IsDigit(s.at(to+1))
		if !IsNamePart(r) && !exponentSign && !point {
			return Token{at, to, TokNumber}
		}
		to++
	}
}

// quoteAt returns where the quotation mark of a text that starts at a place stands,
// after its prefix if it has one; -1 if no text starts here.
func (s *Source) quoteAt(at int) int {
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

func (s *Source) quoted(at, quote int) Token {
	raw := false
	for _, r := range s.Runes[at:quote] {
		raw = raw || r == 'r' || r == 'R'
	}
	mark := s.Runes[quote]
	if s.at(quote+1) == mark && s.at(quote+2) == mark {
		return s.endOfQuote(at, quote+3, mark, raw, true)
	}
	return s.endOfQuote(at, quote+1, mark, raw, false)
}

// endOfQuote finds the closing mark, or three of them, from a place inside a text.
func (s *Source) endOfQuote(start, at int, mark rune, raw, triple bool) Token {
	for ; at < len(s.Runes); at++ {
		switch r := s.Runes[at]; {
		case r == '\\' && !raw:
			at++
		case r == '\n' && !triple:
			return Token{start, at, TokOpenText}
		case r == mark && !triple:
			return Token{start, at + 1, TokText}
		case r == mark && s.at(at+1) == mark && s.at(at+2) == mark:
			return Token{start, at + 3, TokText}
		}
	}
	return Token{start, len(s.Runes), TokOpenText}
}

func (s *Source) punctuation(at int) Token {
	two := string(s.Runes[at:min(at+2, len(s.Runes))])
	switch two {
	case "==", "!=", "<=", ">=", "&&", "||":
		return Token{at, at + 2, TokPunct}
	}
	switch s.Runes[at] {
	case '<', '>', '[', ']', '{', '}', '(', ')', '.', ',', '-', '!', '?', ':', '+', '*', '/', '%':
		return Token{at, at + 1, TokPunct}
	}
	return Token{at, at + 1, TokStray}
}

// pairBrackets fills match. A bracket of the wrong kind ends the pairing of those that
// it would close.
func (s *Source) pairBrackets() {
	s.Match = make([]int, len(s.Tokens))
	var open []int
	for i, t := range s.Tokens {
		s.Match[i] = -1
		if t.Kind != TokPunct || t.To != t.From+1 {
			continue
		}
		switch r := s.Runes[t.From]; r {
		case '(', '[', '{':
			open = append(open, i)
		case ')', ']', '}':
			if n := len(open); n > 0 && closes(s.Runes[s.Tokens[open[n-1]].From], r) {
				s.Match[i], s.Match[open[n-1]] = open[n-1], i
				open = open[:n-1]
			}
		}
	}
}

func closes(open, shut rune) bool {
	return open == '(' && shut == ')' || open == '[' && shut == ']' || open == '{' && shut == '}'
}

// TokenAt returns the number of the token that covers a place, -1 if there is none.
func (s *Source) TokenAt(offset int) int {
	lo, hi := 0, len(s.Tokens)
	for lo < hi {
		if mid := (lo + hi) / 2; s.Tokens[mid].To <= offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(s.Tokens) && s.Tokens[lo].From <= offset {
		return lo
	}
	return -1
}

// Is reports whether token i is the given punctuation.
func (s *Source) Is(i int, punctuation string) bool {
	return i >= 0 && i < len(s.Tokens) && s.Tokens[i].Kind == TokPunct && s.TokenText(s.Tokens[i]) == punctuation
}
