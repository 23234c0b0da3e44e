package value

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"
)

// One value of each kind, in the order of the kinds, and one above it where they have an
// order.
var ofEachKind = []struct {
	kind     Kind
	v, above any
	shown    string
}{
	{KindString, "late", nil, "late"},
	{KindInt, int64(math.MaxInt64 - 1), int64(math.MaxInt64), "9223372036854775806"},
	{KindDouble, 2.5, 3.0, "2.5"},
	{KindBool, true, nil, "true"},
	{KindTimestamp, time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 10, 0, 0, 1, time.UTC), "2026-03-02T10:00:00Z"},
	{KindDate, Date{2026, 6, 30}, Date{2026, 7, 1}, "2026-06-30"},
	{KindDuration, 80 * time.Hour, 81 * time.Hour, "80h"},
	{KindMoney, MustMoney("10 EUR"), MustMoney("10.01 EUR"), "10.00 EUR"},
	{KindPercent, Percent{digits: 125, scale: 1}, Percent{digits: 13}, "12.5%"},
	{KindList, []any{"a", int64(1)}, nil, "a, 1"},
	{KindItem, &Item{Names: []string{"id", "price"}, Values: []any{"L-1", MustMoney("1 EUR")}}, nil, "L-1"},
}

func TestEveryKindIsTreatedEverywhere(t *testing.T) {
	if n := len(ofEachKind); n != int(KindItem) || n+1 != len(kindNames) {
		t.Fatalf("%d kinds are tested and %d have names", n, len(kindNames))
	}
	for i, x := range ofEachKind {
		if x.kind != Kind(i+1) {
			t.Errorf("kind %s comes at %d", x.kind, i)
		}
		if got := TypeOf(x.v).Kind; got != x.kind {
			t.Errorf("%v is of kind %s, not %s", x.v, got, x.kind)
		}
		if got := Show(x.v); got != x.shown {
			t.Errorf("%s: %q is shown, not %q", x.kind, got, x.shown)
		}
		c, ok := Compare(x.v, x.above)
		if ok != (x.above != nil) || ok && c >= 0 {
			t.Errorf("%s: Compare gives %d, %t", x.kind, c, ok)
		}
		if c, ok := Compare(x.v, x.v); c != 0 || ok != (x.above != nil) {
			t.Errorf("%s: a value compares with itself as %d, %t", x.kind, c, ok)
		}
		for _, y := range ofEachKind {
			if _, ok := Compare(x.v, y.v); ok && x.kind != y.kind {
				t.Errorf("a %s compares with a %s", x.kind, y.kind)
			}
		}
	}
	if TypeOf(3) != (Type{}) || TypeOf(nil) != (Type{}) || Show(nil) != "" || Show(3) != "" {
		t.Error("what is of no kind is taken for a value")
	}
	if c, ok := Compare(MustMoney("1 EUR"), MustMoney("2 GBP")); ok || c != 0 {
		t.Error("amounts of two currencies compare")
	}
}

func TestParseTypeReadsWhatStringWrites(t *testing.T) {
	for k := KindString; k < KindList; k++ {
		for _, want := range []Type{{Kind: k}, {Kind: KindList, Elem: k}} {
			if got, ok := ParseType(want.String()); got != want || !ok {
				t.Errorf("%s is read as %s, %t", want, got, ok)
			}
		}
	}
	if got, ok := ParseType("[ string ]"); !ok || got != (Type{Kind: KindList, Elem: KindString}) {
		t.Error("spaces within the brackets are refused")
	}
	for _, s := range []string{"", "invalid", "list", "text", "[]", "[", "[string", "string]", "[[string]]", "[list]", "money in EUR", "Money"} {
		if got, ok := ParseType(s); ok {
			t.Errorf("%q is read as %s", s, got)
		}
	}
}

func TestTypesTellCurrenciesApart(t *testing.T) {
	types := []Type{{Kind: KindMoney}, {Kind: KindMoney, Currency: "EUR"}, {Kind: KindMoney, Currency: "GBP"}}
	for _, m := range slices.Clone(types) {
		types = append(types, Type{Kind: KindList, Elem: m.Kind, Currency: m.Currency})
	}
	seen := map[string]bool{}
	for _, typ := range types {
		if seen[typ.String()] {
			t.Errorf("two types are called %s", typ)
		}
		seen[typ.String()] = true
		if typ.Kind == KindList && typ.Member().Kind != KindMoney {
			t.Errorf("a member of %s is a %s", typ, typ.Member())
		}
	}
}

func TestNouns(t *testing.T) {
	want := []string{"a text", "a whole number", "a number", "true or false", "a time", "a date", "a duration", "an amount", "a percentage", "a list", "an item"}
	for i, noun := range want {
		if got := (Type{Kind: Kind(i + 1)}).Noun(); got != noun {
			t.Errorf("%s is called %q", Kind(i+1), got)
		}
	}
	if got := (Type{Kind: KindMoney, Currency: "EUR"}).Noun(); got != "an amount in EUR" {
		t.Error(got)
	}
	if Kind(99).String() != "invalid" || Kind(0).String() != "invalid" {
		t.Error("what is no kind has a name")
	}
}

func TestTypeParsesWhatShowWrites(t *testing.T) {
	for _, x := range ofEachKind {
		typ := TypeOf(x.v)
		got, err := typ.Parse(x.shown)
		if x.kind == KindList || x.kind == KindItem {
			if err == nil {
				t.Errorf("a list or an item is read as %v", got)
			}
			continue
		}
		if err != nil || Show(got) != x.shown || TypeOf(got) != typ {
			t.Errorf("%s is read as %v, %v", x.shown, got, err)
		}
	}
}

func TestTypeParseErrors(t *testing.T) {
	for _, c := range []struct {
		typ           Type
		text, message string
	}{
		{Type{Kind: KindBool}, "yes", `"yes" is not true or false`},
		{Type{Kind: KindInt}, "1.5", `"1.5" is not a whole number`},
		{Type{Kind: KindInt}, "9223372036854775808", `"9223372036854775808" is too large for a whole number, which has at most 64 bits`},
		{Type{Kind: KindDouble}, "+Inf", `"+Inf" is not a number`},
		{Type{Kind: KindDouble}, "NaN", `"NaN" is not a number`},
		{Type{Kind: KindMoney, Currency: "EUR"}, "10 GBP", `"10 GBP" is not an amount in EUR`},
		{Type{Kind: KindDate}, "June", `"June" is no date: write year, month and day as in 2026-06-30`},
	} {
		_, err := c.typ.Parse(c.text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || err.Error() != c.message {
			t.Errorf("%s as %s: %v, want %s", c.text, c.typ, err, c.message)
		}
	}
}
