package celtext

import (
	"slices"

	"github.com/servicerecovery/amends/policy/value"
)

// Language is what finding slips needs to know of the language.
type Language interface {
	// TypeOf returns the type of a text by itself; ok is false where the text is wrong, or its
	// type is not known.
	TypeOf(text string) (t value.Type, ok bool)
	// Check returns what is wrong with a text that would stand for the whole source.
	Check(text string) Issues
	// IsFunction reports whether expressions can call a function of this name.
	IsFunction(name string) bool
	// IsVariable reports whether a path can start with this name.
	IsVariable(name string) bool
}

// Slips finds what is written as in another language, or as people speak. It looks at the
// tokens alone: a parser notices such a slip later than at its place, and takes minutes over
// some garbage. Signs are looked for first, then formulas, values, words, and what is missing:
// an earlier kind of slip is often the cause of a later one.
func Slips(src *Source, lang Language) Issues {
	f := &finder{src: src, lang: lang}
	_ = f.firstSlip(f.signSlip) || f.formulaSlip() || f.valueSlips() || f.firstSlip(f.wordSlip) || f.firstSlip(f.shapeSlip)
	return f.issues
}

// finder finds the slips in one source text.
type finder struct {
	src    *Source
	lang   Language
	issues Issues
}

// firstSlip looks for a slip at each token in turn.
func (f *finder) firstSlip(find func(i int) bool) bool {
	for i := range f.src.Tokens {
		if find(i) {
			return true
		}
	}
	return false
}

// typeOf returns the type of the tokens i to j by themselves.
func (f *finder) typeOf(i, j int) (value.Type, bool) {
	if i < 0 || j < i {
		return value.Type{}, false
	}
	return f.lang.TypeOf(f.src.TextOf(i, j))
}

// settled applies the fixes for a text that is to replace the whole source, so that one hint does
// not lead to the next.
func (f *finder) settled(text string) string {
	first := text
	for range 8 {
		next := f.lang.Check(text)
		if len(next) == 0 {
			return text
		}
		i := slices.IndexFunc(next, func(i Issue) bool { return !i.Fix.IsZero() })
		if i < 0 {
			return first
		}
		text = next[i].Fix.apply(text)
	}
	return first
}
