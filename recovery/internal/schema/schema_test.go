package schema

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/testdata/golden"
)

// The published schemas are what the command writes.
func TestPublished(t *testing.T) {
	for _, kind := range Kinds() {
		got, err := Of(kind)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := Of(kind); string(again) != string(got) {
			t.Errorf("%s is written in two ways", kind)
		}
		file := filepath.Join("..", "..", "..", "playbook", "schema", kind+".json")
		golden.Check(t, file, got)
	}
	if _, err := Of("invoice"); err == nil {
		t.Error("there is a schema of an invoice")
	}
}

// Every mapping that the reader knows is in a schema.
func TestEveryShapeIsUsed(t *testing.T) {
	b := newBuilder()
	playbookSchema(b)
	suiteSchema(b)
	for _, s := range playbook.Shapes() {
		if !b.used[s.Name] {
			t.Errorf("no schema has %s", s.Name)
		}
	}
	if err := b.err(); err != nil {
		t.Error(err)
	}
}

// A key that the reader has and this package does not know, and the other way
// round, cannot be overlooked.
func TestDisagreementIsAnError(t *testing.T) {
	b := newBuilder()
	b.shapes["a case"] = playbook.Shape{Name: "a case", Keys: []playbook.Key{{Name: "id", Kind: playbook.KeyID}, {Name: "unless"}}}
	b.mapping("a case", words{"id": {"", nil}, "when": {"", nil}})
	b.mapping("a chapter", nil)
	const want = `a case has a key unless, about which there are no words
nothing says what unless of a case looks like
the reader knows no mapping that is a chapter
there are words about when, which is no key of a case`
	err := b.err()
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// Every property has words, and every reference leads somewhere.
func TestSchemasAreWhole(t *testing.T) {
	for _, kind := range Kinds() {
		text, err := Of(kind)
		if err != nil {
			t.Fatal(err)
		}
		var root map[string]any
		if err := json.Unmarshal(text, &root); err != nil {
			t.Fatal(err)
		}
		refs := 0
		var visit func(path string, v any)
		visit = func(path string, v any) {
			switch v := v.(type) {
			case []any:
				for _, e := range v {
					visit(path+"[]", e)
				}
			case map[string]any:
				if to, ok := v["$ref"].(string); ok {
					refs++
					if !leads(root, to) {
						t.Errorf("%s: %s leads nowhere, at %s", kind, to, path)
					}
				}
				for key, e := range v {
					visit(path+"/"+key, e)
				}
			}
		}
		visit("", root)
		if kind != "incident" && refs < 5 {
			t.Errorf("%s has only %d references", kind, refs)
		}
	}
}

func leads(root map[string]any, to string) bool {
	var at any = root
	for _, key := range regexp.MustCompile(`[^/#]+`).FindAllString(to, -1) {
		m, _ := at.(map[string]any)
		if at = m[key]; at == nil {
			return false
		}
	}
	return true
}

// The patterns say what policy/value reads: never less, and more only where
// a pattern cannot count.
func TestPatternsAreTheReaders(t *testing.T) {
	parsers := map[string]func(string) error{
		aDate.pattern:     func(s string) error { _, err := value.ParseDate(s); return err },
		aTime.pattern:     func(s string) error { _, err := value.ParseTimestamp(s); return err },
		aDuration.pattern: func(s string) error { _, err := value.ParseDuration(s); return err },
		aDeadline.pattern: func(s string) error { _, err := value.ParseSpan(s); return err },
		someMoney.pattern: func(s string) error { _, err := value.ParseMoney(s); return err },
		aPercent.pattern:  func(s string) error { _, err := value.ParsePercent(s); return err },
	}
	uncounted := map[string]bool{ // what a pattern takes and the reader does not
		"2026-02-30": true, "2026-02-30T10:00:00Z": true, "10 EUX": true, "1.005 EUR": true, "99999999999999999999w": true,
		"0000-01-01": true, "0000-01-01T00:00:00Z": true, "99999999999999999999 EUR": true, "0.1234567890123456789%": true, "99999999wd": true, "99999y": true,
	}
	texts := []string{
		"", "x", "10", "10 EUR", "-10 EUR", "10.50 EUR", "10. EUR", ".5 EUR", "10 eur", "10  EUR", "10EUR", " 10 EUR", "10 EURO", "1,5 EUR",
		"90m", "36h", "2d", "1w", "1d12h30m", "1w2d3h4m5s", "30m1h", "1h1h", "-90m", "--1h", "1.5h", "h", "-", "3wd", "0wd", "03wd", "3wd2h", "-3wd", "0s", "1H",
		"1y", "6mo", "1y6mo", "1y2mo3w4d5h6m7s", "1mo1m", "1m1mo", "1mo1y", "1mo1mo", "mo", "1y1d", "1w1mo", "-1y", "99999y",
		"12.5%", "-1%", "1 %", "%", "1.%", "0%", "2026-06-30", "2026-13-01", "2026-06-31", "2026-6-30", "26-06-30", "2026-00-01", "2026-01-00",
		"2026-03-02T10:00:00Z", "2026-03-02T10:00:00+01:00", "2026-03-02T10:00:00.25-23:59", "2026-03-02T10:00:00", "2026-03-02t10:00:00z",
		"2026-03-02T24:00:00Z", "2026-03-02T23:59:60Z", "2026-03-02T10:00:00,5Z", "2026-03-02T1:00:00Z", "2026-03-02T10:00:00+24:00", "2026-03-02 10:00:00Z",
		"2026-03-02T10:00:00.Z", "2026-03-02T10:00:00+0100", "10 €", "5 JPY", "5.5 JPY",
	}
	uncounted["5.5 JPY"], uncounted["2026-06-31"] = true, true
	for text := range uncounted {
		texts = append(texts, text)
	}
	for pattern, parse := range parsers {
		for _, text := range texts {
			matches, reads := regexp.MustCompile(pattern).MatchString(text), parse(text) == nil
			if matches != reads && !(matches && uncounted[text]) {
				t.Errorf("%q: the pattern %s says %v, the reader %v", text, pattern, matches, reads)
			}
		}
	}
}
