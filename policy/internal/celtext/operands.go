package celtext

import "strings"

// span returns what the tokens i to j span.
func (s *Source) span(i, j int) Span {
	last := len(s.Tokens) - 1
	i, j = min(max(i, 0), last), min(max(j, 0), last)
	return Span{s.Tokens[i].From, max(s.Tokens[i].From, s.Tokens[j].To)}
}

// Word returns the text of token i, "" past the end.
func (s *Source) Word(i int) string {
	if i < 0 || i >= len(s.Tokens) {
		return ""
	}
	return s.TokenText(s.Tokens[i])
}

// glued reports whether token i+1 follows token i without a blank.
func (s *Source) glued(i int) bool {
	return i >= 0 && i+1 < len(s.Tokens) && s.Tokens[i].To == s.Tokens[i+1].From
}

func (s *Source) isName(i int) bool {
	return i >= 0 && i < len(s.Tokens) && s.Tokens[i].Kind == TokName
}

// operandBefore returns the first token of the value that ends with token i, -1 if no value ends
// there.
func (s *Source) operandBefore(i int) int {
	for i >= 0 && s.endsOperand(i) {
		switch open := s.Match[i]; {
		case open >= 0 && open < i && s.Is(open, "[") && open > 0 && s.endsOperand(open-1):
			i = open - 1
		case open >= 0 && open < i && s.Is(open, "(") && s.isName(open-1) && s.Word(open-1) != "in":
			i = open - 1
		case open >= 0 && open < i:
			return open
		case s.Is(i-1, ".") && i > 1:
			i -= 2
		case s.Is(i-1, "?") && s.Is(i-2, ".") && i > 2:
			i -= 3
		default:
			return i
		}
	}
	return -1
}

// operandAfter returns the last token of the value that starts with token i, -1 if no value starts
// there.
func (s *Source) operandAfter(i int) int {
	for s.Is(i, "!") || s.Is(i, "-") {
		i++
	}
	if i >= len(s.Tokens) || !s.startsOperand(i) {
		return -1
	}
	if s.Match[i] > i {
		i = s.Match[i]
	}
	for {
		switch next := i + 1; {
		case s.Is(next, ".") && s.isName(next+1):
			i = next + 1
		case s.Is(next, ".") && s.Is(next+1, "?") && s.isName(next+2):
			i = next + 2
		case (s.Is(next, "(") && s.isName(i) || s.Is(next, "[")) && s.Match[next] > next:
			i = s.Match[next]
		default:
			return i
		}
	}
}

// TextOf returns the text that the tokens i to j span, blanks between them included.
func (s *Source) TextOf(i, j int) string {
	at := s.span(i, j)
	return s.Text(at.From, at.To)
}

// Compares reports whether token i compares two values.
func (s *Source) Compares(i int) bool {
	switch s.Word(i) {
	case "==", "!=", "<", "<=", ">", ">=":
		return s.Tokens[i].Kind == TokPunct
	}
	return false
}

// endsOperand reports whether a value can end with token i.
func (s *Source) endsOperand(i int) bool {
	t := s.Tokens[i]
	return t.Kind == TokNumber || t.Kind == TokText || s.Is(i, ")") || s.Is(i, "]") || s.Is(i, "}") ||
		t.Kind == TokName && s.TokenText(t) != "in"
}

// startsOperand reports whether only a value can begin with token i.
func (s *Source) startsOperand(i int) bool {
	t := s.Tokens[i]
	return t.Kind == TokNumber || t.Kind == TokText || s.Is(i, "(") || s.Is(i, "[") || s.Is(i, "!") ||
		t.Kind == TokName && s.TokenText(t) != "in"
}

// missesOperator reports whether token i cannot follow the end of a value.
func (s *Source) missesOperator(i int) bool {
	t, before := s.Tokens[i], s.Tokens[i-1]
	if s.Is(i, "(") {
		return before.Kind != TokName
	}
	return t.Kind == TokNumber || t.Kind == TokText || t.Kind == TokName && s.TokenText(t) != "in"
}

func (s *Source) isOperator(i int) bool {
	t := s.Tokens[i]
	if t.Kind == TokName {
		return s.TokenText(t) == "in"
	}
	return t.Kind == TokPunct && !strings.Contains("()[]{}.,!?:", s.TokenText(t)) || s.Is(i, "!") || s.Is(i, "?") || s.Is(i, ":") || s.Is(i, ".")
}

// missesOperand reports whether no value can start behind operator i.
func (s *Source) missesOperand(i int) bool {
	if i+1 >= len(s.Tokens) {
		return true
	}
	return !s.startsOperand(i+1) && !s.Is(i+1, "-") && !s.Is(i+1, "{") && !s.Is(i+1, ".") && !(s.Is(i, ".") && s.Is(i+1, "?"))
}

// ConditionAround returns where the smallest condition around a token starts, as far as the tokens
// tell. It starts behind the && or || in front of the token, or with the branch or the whole. ok is
// false if that part is not a condition.
func (s *Source) ConditionAround(i int, wholeIsCondition bool) (at int, ok bool) {
	start := i
	for start > 0 {
		before := start - 1
		switch m := s.Match[before]; {
		case m >= 0 && m < before: // skip a pair of brackets
			start = m
		case s.Is(before, "&&") || s.Is(before, "||"):
			return s.Tokens[start].From, true
		case m > before && s.Is(before, "(") && !(s.isName(before-1) && s.Word(before-1) != "in"):
			// A group: a condition if && or || or ! stand beside it, or in it.
			if s.joined(start, m) || s.Is(before-1, "!") {
				return s.Tokens[start].From, true
			}
			start = before
		case m > before: // an argument, or a member of a list
			start = before
			for start > 0 && (s.isName(start-1) || s.Is(start-1, ".")) {
				start--
			}
		case s.Is(before, "?") && !s.Is(before-1, "."), s.Is(before, ":"):
			return s.Tokens[start].From, wholeIsCondition
		default:
			start = before
		}
	}
	return s.Tokens[start].From, wholeIsCondition || s.isAsked(i)
}

// joined reports whether && or || stands between two tokens, outside of further brackets.
func (s *Source) joined(from, to int) bool {
	for i := from; i < to; i++ {
		if s.Match[i] > i {
			i = s.Match[i]
			continue
		}
		if s.Is(i, "&&") || s.Is(i, "||") {
			return true
		}
	}
	return false
}

// isAsked reports whether a ? follows a token, outside of the brackets around it.
func (s *Source) isAsked(i int) bool {
	depth := 0
	for ; i < len(s.Tokens); i++ {
		switch {
		case s.Match[i] > i:
			i = s.Match[i]
		case s.Match[i] >= 0:
			depth--
		case depth == 0 && s.Is(i, "?") && !s.Is(i-1, "."):
			return true
		case depth == 0 && (s.Is(i, ":") || s.Is(i, ",")):
			return false
		}
	}
	return false
}

// numberFrom returns the last token of the number that starts with token i, -1 if no number starts
// there. Separators of any country belong to the number.
func (s *Source) numberFrom(i int) int {
	if i >= len(s.Tokens) || s.Tokens[i].Kind != TokNumber {
		return -1
	}
	for s.Is(i+1, ",") && s.glued(i) && s.glued(i+1) && s.Tokens[i+2].Kind == TokNumber {
		i += 2
	}
	return i
}

// phrase returns the last token of some words that start with token i, -1 if other words stand
// there.
func (s *Source) phrase(i int, words string) int {
	last := i - 1
	for word := range strings.FieldsSeq(words) {
		last++
		if !s.isName(last) || !strings.EqualFold(s.Word(last), word) || s.Is(last+1, "(") && s.glued(last) {
			return -1
		}
	}
	return last
}

// Beside returns the tokens of the value that the tokens i to j are compared with, or looked
// for in, -1 where there is none: incident.failure in `incident.failure == late`.
func (s *Source) Beside(i, j int) (from, to int) {
	if open := i - 1; open >= 0 && (s.Is(open, "[") || s.Is(open, ",")) {
		for open >= 0 && !(s.Is(open, "[") && s.Match[open] >= j) {
			open--
		}
		if open > 0 && s.Word(open-1) == "in" {
			return s.operandBefore(open - 2), open - 2
		}
		return -1, -1
	}
	switch {
	case i > 1 && s.Compares(i-1):
		return s.operandBefore(i - 2), i - 2
	case j+2 < len(s.Tokens) && s.Compares(j+1):
		return j + 2, s.operandAfter(j + 2)
	case i > 1 && s.Word(i-1) == "in":
		return s.operandBefore(i - 2), i - 2
	}
	return -1, -1
}
