package playbook_test

import (
	"testing"

	"github.com/servicerecovery/amends/playbook"
)

// term reads the only term of a playbook.
func term(t *testing.T, yaml string) playbook.Text {
	t.Helper()
	docs, ds := playbook.Parse("t.yaml", []byte("amends: v1\nplaybook: p\nplays: []\nterms:\n  t: "+yaml+"\n"))
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	return docs[0].Terms[0].Expr
}

func TestSub(t *testing.T) {
	for yaml, c := range map[string]struct {
		from, to int
		want     string
	}{
		`a == b`:                      {5, 6, "5:11-5:12"},
		`'it''s x'`:                   {2, 4, "5:9-5:12"},
		`"a\"b"`:                      {1, 2, "5:8-5:10"},
		`"a\u00e9b"`:                  {2, 3, "5:14-5:15"},
		"\"a\n    b\"":                {1, 2, "5:8-5:9"},
		">-\n    a &&\n    b == c":    {5, 6, "7:5-7:6"},
		"|\n    a\n    b == c":        {2, 8, "7:5-7:11"},
		"a &&\n    b":                 {0, 6, "5:6-6:6"},
		"incident.ñame == x":          {9, 13, "5:15-5:19"},
		"\"\\\n    late\"":            {0, 4, "6:5-6:9"},
		"&anchor\n    late == 'x'":    {0, 4, "6:5-6:9"},
		"a ||\n\n    b":               {5, 6, "7:5-7:6"},
		"'a\n    b ' # a comment   ":  {2, 3, "6:5-6:6"},
		"\"tab\\tin\" # another one ": {3, 4, "5:10-5:12"},
	} {
		if got := span(term(t, yaml).Sub(c.from, c.to)); got != c.want {
			t.Errorf("%q from %d to %d: %s, want %s", yaml, c.from, c.to, got, c.want)
		}
	}
}

func TestScalarKinds(t *testing.T) {
	for yaml, want := range map[string]playbook.ScalarKind{
		"true": playbook.Bool, "false": playbook.Bool, "True": playbook.String, "yes": playbook.String, "'true'": playbook.String,
		"12": playbook.Int, "-12": playbook.Int, "012": playbook.Int, "+1": playbook.Int, "--1": playbook.String, "0x1f": playbook.String, "1_000": playbook.String,
		"1.5": playbook.Float, "-.5": playbook.Float, "1.": playbook.Float, "1e3": playbook.Float, "1.5E-3": playbook.Float, ".": playbook.String, "e3": playbook.String, "1e": playbook.String,
		"2026-01-01": playbook.String, "10 EUR": playbook.String, "09:30": playbook.String, "'12'": playbook.String, "nan": playbook.String,
	} {
		got := term(t, yaml)
		if got.Kind != want {
			t.Errorf("%s is a %d, want %d", yaml, got.Kind, want)
		}
		if got.Plain && got.Value != yaml {
			t.Errorf("%s became %s", yaml, got.Value)
		}
	}
}
