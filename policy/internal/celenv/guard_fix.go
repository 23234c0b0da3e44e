package celenv

import (
	"strings"

	"github.com/servicerecovery/amends/policy/value"
)

// guardRemedy says how to read what may not be there. In a condition, has(…) goes in front
// of the part that reads it; anywhere else a value is wanted for when it is not there.
func (e *Expr) guardRemedy(u unguarded) remedy {
	if list, item, ok := cutItem(u.path); ok {
		return e.itemRemedy(u, list, item)
	}
	src := newSource(e.source)
	asked := "has(" + u.path + ")"
	isTable := strings.HasPrefix(u.path, varTables+".")
	dot := strings.LastIndex(u.path, ".")
	optional := u.path[:dot] + ".?" + u.path[dot+1:]
	if at, ok := src.conditionAround(src.tokenAt(u.at.from), e.form.typ.Kind == value.KindBool); ok {
		hint := "write " + asked + " && …"
		if len(u.way) == 0 && !isTable {
			hint += ", or " + optional + ".orValue(…)"
		}
		return remedy{hint, Fix{at, at, asked + " && "}}
	}
	read := src.text(u.at.from, u.at.to)
	zero := zeroOf(e.typeOfRead(u))
	if strings.HasPrefix(u.path, varAction+".") || zero == "" || len(u.way) > 0 {
		return say("write " + asked + " ? … : … with what to say or give without it")
	}
	if isTable {
		text := asked + " ? " + read + " : " + zero
		if u.at.from > 0 || u.at.to < len(src.runes) {
			text = "(" + text + ")"
		}
		return remedy{"write " + shown(text) + ", or with what else to take without a row", Fix{u.at.from, u.at.to, text}}
	}
	text := optional + ".orValue(" + zero + ")"
	return remedy{"write " + text + ", or with what else to take without it", Fix{u.at.from, u.at.to, text}}
}

// typeOfRead returns the type of the value that is read.
func (e *Expr) typeOfRead(u unguarded) value.Type {
	c := newCompiler(e.scope, e.source, e.form.inMessage)
	src := c.places.src
	t, _ := c.typeOfText(src.text(u.at.from, u.at.to))
	return t
}

// conditionAround returns where the smallest condition around a token starts, as far as the
// tokens tell: behind the && or || before it, or where its branch or the whole starts. ok is
// false where that is no condition.
func (s *source) conditionAround(i int, wholeIsCondition bool) (at int, ok bool) {
	start := i
	for start > 0 {
		before := start - 1
		switch m := s.match[before]; {
		case m >= 0 && m < before: // what stands in brackets
			start = m
		case s.is(before, "&&") || s.is(before, "||"):
			return s.tokens[start].from, true
		case m > before && s.is(before, "(") && !(s.isName(before-1) && s.word(before-1) != "in"):
			// A group: a condition if && or || or ! stand beside it, or in it.
			if s.joined(start, m) || s.is(before-1, "!") {
				return s.tokens[start].from, true
			}
			start = before
		case m > before: // an argument, or a member of a list
			start = before
			for start > 0 && (s.isName(start-1) || s.is(start-1, ".")) {
				start--
			}
		case s.is(before, "?") && !s.is(before-1, "."), s.is(before, ":"):
			return s.tokens[start].from, wholeIsCondition
		default:
			start = before
		}
	}
	return s.tokens[start].from, wholeIsCondition || s.isAsked(i)
}

// joined reports whether && or || stands between two tokens, outside of further brackets.
func (s *source) joined(from, to int) bool {
	for i := from; i < to; i++ {
		if s.match[i] > i {
			i = s.match[i]
			continue
		}
		if s.is(i, "&&") || s.is(i, "||") {
			return true
		}
	}
	return false
}

// isAsked reports whether a ? follows a token, outside of the brackets around it.
func (s *source) isAsked(i int) bool {
	depth := 0
	for ; i < len(s.tokens); i++ {
		switch {
		case s.match[i] > i:
			i = s.match[i]
		case s.match[i] >= 0:
			depth--
		case depth == 0 && s.is(i, "?") && !s.is(i-1, "."):
			return true
		case depth == 0 && (s.is(i, ":") || s.is(i, ",")):
			return false
		}
	}
	return false
}
