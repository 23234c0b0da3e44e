package playbook

import (
	"strings"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// ScalarKind is the kind that YAML gives a scalar.
type ScalarKind uint8

// A quoted or block scalar is always a String; so is a plain one that is
// nothing else, dates and times included.
const (
	NoScalar ScalarKind = iota
	String
	Int
	Float
	Bool
	Null
)

// Text is a scalar of YAML as it was written, with the place of each character.
// The zero Text is absent.
type Text struct {
	// Value is the decoded text: quotes, escapes and folding undone. For a
	// plain scalar it is what stands in the source, so 012 stays "012".
	Value string
	Kind  ScalarKind
	// Plain is set when the scalar was written without quotes or a block.
	Plain bool
	Range Range
	// What the place of each character is worked out from, when it is asked for.
	origin yamlnode.Origin
	// misread is set of a text that is not there because it could not be read.
	misread bool
}

// IsSet reports whether the text was written at all.
func (t Text) IsSet() bool { return t.Range.Start.Line != 0 }

// Misread reports whether a text is not set because the value in its place could
// not be read. The mistake has been reported. So nothing should be concluded
// from the missing text.
func (t Text) Misread() bool { return t.misread && !t.IsSet() }

// Picks reports whether a text in the place of the name of a calendar or of a time zone is an
// expression that picks one. No name has one of the characters that it looks for.
func (t Text) Picks() bool { return strings.ContainsAny(t.Value, ".?(") }

// misread stands for what could not be read.
func misread() Text { return Text{misread: true} }

// Sub returns where the runes from up to and without to of Value stand in the
// file, quotes, escapes and folding taken into account. Offsets outside Value
// are moved to its nearer end; from == to marks one character. The range of an
// absent text is zero.
func (t Text) Sub(from, to int) Range {
	if t.origin.IsZero() {
		return t.Range
	}
	if first, ok := t.origin.First(t.Value, yamlnode.Pos(t.Range.Start)); ok {
		last := utf8.RuneCountInString(t.Value)
		from = min(max(from, 0), last)
		to = min(max(to, from), last)
		return Range{
			File:  t.Range.File,
			Start: Pos{first.Line, first.Column + from}, End: Pos{first.Line, first.Column + max(to, from+1)},
		}
	}
	at := t.origin.Chars(t.Value, yamlnode.Pos(t.Range.Start))
	last := len(at) - 1 // just past the value
	from = min(max(from, 0), last)
	to = min(max(to, from), last)
	start := at[from]
	end := yamlnode.Pos{Line: start.Line, Column: start.Column + 1}
	if to > from {
		// The next character's place, which is where an escape ends, unless the
		// line was folded there.
		end = at[to]
		if tail := at[to-1]; end.Line != tail.Line || end.Column <= tail.Column {
			end = yamlnode.Pos{Line: tail.Line, Column: tail.Column + 1}
		}
	}
	return Range{File: t.Range.File, Start: Pos(start), End: Pos(end)}
}

// kindOf tells what a scalar is. The rules are YAML 1.2's core schema without
// its spellings that surprise: only true and false are bools, and a number is
// decimal.
func kindOf(n *yamlnode.Node) ScalarKind {
	if n.Style != yamlnode.Plain {
		return String
	}
	switch n.Value {
	case "", "~", "null", "Null", "NULL":
		return Null
	case "true", "false":
		return Bool
	}
	if c := n.Value[0]; c != '+' && c != '-' && c != '.' && (c < '0' || c > '9') {
		return String
	}
	switch digits := strings.TrimLeft(n.Value, "+-"); {
	case len(n.Value)-len(digits) > 1:
		return String
	case isDigits(digits):
		return Int
	case isFloat(digits):
		return Float
	}
	return String
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isFloat recognises digits with a point, an exponent or both.
func isFloat(s string) bool {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		exponent := s[i+1:]
		if exponent != "" && (exponent[0] == '-' || exponent[0] == '+') {
			exponent = exponent[1:]
		}
		if !isDigits(exponent) {
			return false
		}
		s = s[:i]
		if isDigits(s) {
			return true
		}
	}
	whole, part, point := strings.Cut(s, ".")
	return point && whole+part != "" && (whole == "" || isDigits(whole)) && (part == "" || isDigits(part))
}
