package playbook

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// keywords cannot be names: CEL reserves them.
var keywords = [...]string{
	"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
	"namespace", "null", "package", "return", "true", "var", "void", "while",
}

// anyInt is no bound for a whole number: the least that is taken anywhere.
const anyInt = math.MinInt32

// mostInt is the largest whole number that is taken anywhere: an int of Go holds it on
// every machine.
const mostInt = math.MaxInt32

// intOf is the value of a whole number.
func intOf(t Text) (int, bool) {
	if t.Kind != Int {
		return 0, false
	}
	v, err := strconv.ParseInt(t.Value, 10, 32)
	return int(v), err == nil
}

// wellFormed reports whether s is a lower-case letter followed by lower-case
// letters, digits and join.
func wellFormed(s string, join rune) bool {
	for i, r := range s {
		switch {
		case r >= 'a' && r <= 'z':
		case i > 0 && (r >= '0' && r <= '9' || r == join):
		default:
			return false
		}
	}
	return s != ""
}

// isID checks an id and reports what is wrong with it.
func (r *reader) isID(t Text) bool {
	if !t.IsSet() || r.hasUnseen(t) {
		return false
	}
	if wellFormed(t.Value, '-') {
		return true
	}
	r.add(t.Range, "bad-id", respell(t.Value, '-'),
		"`%s` is no id: lower-case letters, digits and `-`, starting with a letter", clip(t.Value))
	return false
}

// isName checks a name that expressions use, and reports what is wrong.
func (r *reader) isName(t Text) bool { return r.isDotted(t, t.Value) }

// isFieldName checks each part of a name that may be dotted.
func (r *reader) isFieldName(t Text) bool {
	return r.isDotted(t, strings.Split(t.Value, ".")...)
}

func (r *reader) isDotted(t Text, parts ...string) bool {
	if r.hasUnseen(t) {
		return false
	}
	for _, part := range parts {
		if !wellFormed(part, '_') {
			r.add(t.Range, "bad-name", respell(t.Value, '_'),
				"`%s` is no name: lower-case letters, digits and `_`, starting with a letter", clip(t.Value))
			return false
		}
		if slices.Contains(keywords[:], part) {
			r.add(t.Range, "reserved-name", "choose another name",
				"`%s` cannot be a name: it is a word of the expression language", part)
			return false
		}
	}
	return true
}

// respell offers a name that would do.
func respell(s string, join rune) string {
	if name, _, glued := strings.Cut(s, ":"); glued {
		return "write a blank behind the colon: `" + clip(name) + ": …`"
	}
	out := strings.Map(func(c rune) rune {
		switch {
		case c >= 'A' && c <= 'Z':
			return c - 'A' + 'a'
		case c == ' ' || c == '-' || c == '_':
			return join
		}
		return c
	}, s)
	if out == s || !wellFormed(out, join) {
		return ""
	}
	return "write `" + out + "`"
}

// keep returns a declaration whose name can be used, whatever else is wrong with
// it: that its name is not known would be a second complaint.
func keep[T any](declaration *T, named bool) *T {
	if named {
		return declaration
	}
	return nil
}

// unique reports the second use of an id among its siblings.
type unique struct {
	r     *reader
	what  string // "play"
	first map[string]Range
}

func (r *reader) unique(what string) *unique {
	return &unique{r, what, map[string]Range{}}
}

func (u *unique) add(t Text) {
	if !t.IsSet() {
		return
	}
	if at, twice := u.first[t.Value]; twice {
		u.r.add(t.Range, "duplicate-id", "choose another id", "%s `%s` is there twice; first on line %d", u.what, clip(t.Value), at.Start.Line)
		return
	}
	u.first[t.Value] = t.Range
}
