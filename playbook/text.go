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
