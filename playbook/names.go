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
	if t.Kind == Bool {
		r.add(t.Range, "bad-id", "write an id of your own, such as `company`; put it into quotes if it is meant as text", "`%s` is a bool and no id", t.Value)
		return false
	}
	if wellFormed(t.Value, '-') {
		return true
	}
	r.mend(t.Range, "bad-id", respell(t, '-', false),
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
			r.mend(t.Range, "bad-name", respell(t, '_', len(parts) > 1),
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
func respell(t Text, join rune, dotted bool) remedy {
	if name, rest, glued := strings.Cut(t.Value, ":"); glued && wellFormed(name, join) && rest != "" {
		return say("write a blank behind the colon: `" + clip(name) + ": …`")
	}
	if dotted {
		parts := strings.Split(t.Value, ".")
		for i, part := range parts {
			parts[i] = spelt(part, join)
			if !wellFormed(parts[i], join) {
				return remedy{}
			}
		}
		return instead(t, strings.Join(parts, "."))
	}
	out := spelt(t.Value, join)
	if out == t.Value || !wellFormed(out, join) {
		return remedy{}
	}
	return instead(t, out)
}

// spelt writes a name with what names are made of.
func spelt(name string, join rune) string {
	out := strings.Map(func(c rune) rune {
		switch {
		case c >= 'A' && c <= 'Z':
			return c - 'A' + 'a'
		case c == ' ' || c == '-' || c == '_' || c == '.' || c == '/' || c == '&' || c == '+' || c == '\u00a0':
			return join
		case c == '\'' || c == '’' || c == '#' || c == '!' || c == '?' || c == '(' || c == ')' || c == ',' || c == ':' || c == '"':
			return -1
		}
		return c
	}, plainLetters(strings.TrimSpace(name)))
	for double := string([]rune{join, join}); strings.Contains(out, double); {
		out = strings.ReplaceAll(out, double, string(join))
	}
	out = strings.Trim(out, string(join))
	if digits := strings.TrimLeft(out, "0123456789"); digits != out && !wellFormed(out, join) {
		if rest := strings.TrimLeft(digits, "-_"); wellFormed(rest, join) { // 2-days-late
			out = rest + string(join) + out[:len(out)-len(digits)]
		}
	}
	return out
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
