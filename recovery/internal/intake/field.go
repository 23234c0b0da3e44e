package intake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// field takes one field from the incident, or its default. A playbook that narrows
// a field has its say after the shared one.
func (t *Intake) field(f *field) {
	raw, path, ok := t.raw(f)
	if !ok {
		t.missing(f)
		return
	}
	if native, ok := f.plain(raw); ok {
		t.set(f, native)
		return
	}
	if t.tooMany(f, raw, path) {
		return
	}
	if f.items != nil {
		t.takeItems(f, raw, path)
		return
	}
	native, bad := Coerce(raw, f.Type)
	if bad == nil {
		bad = f.refuses(native, raw)
	}
	if bad != nil && f.InvalidAbsent && t.setAside(f, raw, bad.At(path)) {
		return
	}
	if bad != nil {
		t.refuse(f, bad.At(path))
		return
	}
	t.set(f, native)
}

// plain takes at once what nearly every field has: text in ASCII, a number as JSON writes it, a time. The
// value is what [Coerce] makes of it and [field.refuses] lets pass. Anything else is left to these.
func (f *field) plain(raw any) (native any, ok bool) {
	switch came := raw.(type) {
	case string:
		ok = f.Type.Kind == value.KindString && isPlain(came) && !(f.NonEmpty && came == "")
		return raw, ok && (f.OneOf == nil || slices.Contains(f.OneOf, came))
	case json.Number:
		if f.Type.Kind == value.KindInt && isPlainInt(string(came)) {
			n, err := strconv.ParseInt(string(came), 10, 64)
			return n, err == nil && f.low <= n && n <= f.high
		}
		if f.Type.Kind == value.KindDouble && f.fits && jsontext.IsNumber(string(came)) {
			return toDouble(came)
		}
	case int64:
		return raw, f.Type.Kind == value.KindInt && f.low <= came && came <= f.high
	case time.Time:
		at, inYears := toTime(came)
		return raw, f.Type.Kind == value.KindTimestamp && f.fits && inYears && at == came
	}
	return nil, false
}

// isPlain reports whether a text is all of ASCII that everybody sees.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isPlainInt reports whether a number begins as JSON wants a whole number to begin.
func isPlainInt(n string) bool {
	digits := strings.TrimPrefix(n, "-")
	return digits != "" && digits[0] >= '0' && digits[0] <= '9' && (digits[0] != '0' || len(digits) == 1)
}

// set gives a field the value that came.
func (t *Intake) set(f *field, native any) {
	t.input.Set(f.Field, native)
	t.present[f.rank/64] |= 1 << (f.rank % 64)
	t.given[f.rank/64] |= 1 << (f.rank % 64)
}

// also takes a field that another playbook which applies declares too. The value has to fit both, and
// where there is none, both have to give it the same default.
func (t *Intake) also(f *field) {
	first := t.own[f.Slot]
	raw, path, ok := t.raw(f)
	switch {
	case ok && f.items == nil: // playbooks do not narrow items
		t.fitsAlso(f, raw, path)
	case ok, first.Required():
	case f.Required():
		t.missing(f)
	case defaultOf(first) != defaultOf(f):
		t.problem(f.Name, "a value, because two playbooks that apply have different defaults: "+first.book+" has "+defaultOf(first)+", "+f.book+" has "+defaultOf(f), "")
	}
}

func (t *Intake) fitsAlso(f *field, raw any, path string) {
	native, bad := Coerce(raw, f.Type)
	if bad == nil {
		bad = f.refuses(native, raw)
	}
	if bad == nil || f.InvalidAbsent && t.setAside(f, raw, bad.At(path)) || slices.Contains(t.problems, bad.At(path)) {
		return
	}
	t.refuse(f, bad.At(path))
}

// defaultOf writes the default of a field for people.
func defaultOf(f *field) string {
	switch f.Default {
	case nil:
		return "none"
	case "":
		return `""`
	}
	return value.Show(f.Default)
}

// raw finds a field under its name, else under an earlier one. A value that stands
// where the name needs an object is refused: its fields would be taken as absent.
func (t *Intake) raw(f *field) (raw any, path string, ok bool) {
	for _, outer := range f.outer {
		t.wantObject(outer)
	}
	if t.isFlat && f.std < 0 {
		raw = t.beside[f.Slot]
		ok = !IsAbsent(raw)
	} else {
		raw, ok = t.lookup(f.Name, f.std)
	}
	if ok {
		return raw, f.Name, true
	}
	for _, was := range f.Was {
		if raw, ok = t.Lookup(was); ok {
			t.readAs = append(t.readAs, Renamed{f.Name, was})
			return raw, was, true
		}
	}
	return nil, f.Name, false
}

func (t *Intake) wantObject(path string) {
	raw, ok := t.Lookup(path)
	if _, isObject := raw.(map[string]any); !ok || isObject || slices.Contains(t.notObjects, path) {
		return
	}
	t.notObjects = append(t.notObjects, path)
	t.problem(path, "an object", Shown(raw))
}

func (t *Intake) missing(f *field) {
	switch {
	case f.preset: // the input began with it
	case f.Default != nil:
		t.set(f, f.Default)
	case f.Required():
		t.problem(f.Name, wantedOf(f.Type.Kind), "")
	}
}

// refuses says why a field does not take a value of its type; nil when it does.
func (f *field) refuses(native, raw any) *Mismatch {
	if s, isText := native.(string); isText {
		return f.refusesText(s, raw)
	}
	if f.Type.Currency != "" && !inCurrency(native, f.Type.Currency) {
		if f.Type.Kind == value.KindList {
			return &Mismatch{wanted: "amounts in " + f.Type.Currency, found: Shown(raw)}
		}
		return &Mismatch{wanted: "an amount in " + f.Type.Currency, found: Shown(raw)}
	}
	list, isList := native.([]any)
	if f.isID && isList {
		for i, one := range list {
			if s, isText := one.(string); isText && !isSeen(s) {
				return &Mismatch{within: fmt.Sprintf("[%d]", i), wanted: seenID, found: Shown(s)}
			}
		}
	}
	if bad := f.misfit(native, raw); bad != nil {
		return bad
	}
	if f.NonEmpty && isList && len(list) == 0 {
		return &Mismatch{wanted: "a list that is not empty", found: "[]"}
	}
	return nil
}

func (f *field) refusesText(s string, raw any) *Mismatch {
	if given, isText := raw.(string); isText && given != s { // something took the place of bytes that are not UTF-8
		return &Mismatch{wanted: "text in UTF-8", found: Shown(raw)}
	}
	if f.isID && !isSeen(s) {
		return &Mismatch{wanted: seenID, found: Shown(s)}
	}
	if bad := f.misfit(s, raw); bad != nil {
		return bad
	}
	if f.NonEmpty && s == "" {
		return &Mismatch{wanted: "a text that is not empty", found: `""`}
	}
	return nil
}

// misfit says which bound, or which list of allowed values, a value is outside of.
func (f *field) misfit(native, raw any) *Mismatch {
	if f.fits {
		return nil
	}
	if wanted := f.Misfit(native); wanted != "" {
		if f.says != "" {
			wanted += ", as the playbook " + f.says + " says"
		}
		return &Mismatch{wanted: wanted, found: Shown(raw)}
	}
	return nil
}

// seenID is what is wanted of an id.
const seenID = "an id without control characters and others that nobody can see"

// isSeen reports whether a text has no character that nobody can see.
func isSeen(s string) bool {
	at, _ := unseen.First(s)
	return at < 0
}

// inCurrency reports whether an amount, or each of a list, is in a currency.
func inCurrency(native any, currency string) bool {
	switch x := native.(type) {
	case value.Money:
		return x.Currency() == currency
	case []any:
		return !slices.ContainsFunc(x, func(e any) bool { return !inCurrency(e, currency) })
	}
	return true
}

// setAside takes a value that does not fit as missing. The record keeps it, so that whoever decides
// the record again finds the same. It reports false for a value that the record cannot keep.
func (t *Intake) setAside(f *field, raw any, p Problem) bool {
	kept, ok := normalise(raw, 0)
	if text, isText := kept.(string); !ok || isText && !utf8.ValidString(text) {
		return false
	}
	t.set(f, f.Default)
	if t.aside == nil {
		t.aside = map[string]any{}
	}
	if _, before := t.aside[f.Name]; !before {
		t.invalid = append(t.invalid, p)
	}
	t.aside[f.Name] = kept
	return true
}

func (t *Intake) problem(path, wanted, found string) {
	t.problems = append(t.problems, Problem{Path: path, Wanted: wanted, Found: found})
}

// refuse says what is wrong with the value of a field. The field then has none: not
// even the default, with which the incident began.
func (t *Intake) refuse(f *field, p Problem) {
	t.problems = append(t.problems, p)
	if f.preset {
		t.input.Set(f.Field, nil)
	}
}

// refusedBefore reports whether a field that a playbook narrows was refused as the
// shared one. What is wrong with it is not said twice.
func (t *Intake) refusedBefore(f *field) bool {
	return t.layout.isShared[f.Slot] && slices.ContainsFunc(t.problems[:t.ofShared], func(p Problem) bool {
		return p.Path == f.Name || strings.HasPrefix(p.Path, f.Name+"[")
	})
}
