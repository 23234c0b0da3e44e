package playbook

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Mappings of one name have the same keys, or a schema of one would be wrong for
// the other.
func TestShapesOfOneNameAreOne(t *testing.T) {
	first := map[string]Shape{}
	for _, s := range readShapes() {
		if was, ok := first[s.Name]; ok {
			if diff := cmp.Diff(was, s); diff != "" {
				t.Errorf("%s has two shapes:\n%s", s.Name, diff)
			}
		}
		first[s.Name] = s
	}
}

// Every mapping that the code reads is in the specimens: none is forgotten by
// whoever adds one.
func TestShapesAreAll(t *testing.T) {
	names := map[string]bool{}
	for _, s := range Shapes() {
		names[s.Name] = true
	}
	apart := map[string]bool{"a document": true} // until it has said what it is
	called := regexp.MustCompile(`\.what = "([^"]+)"|testKind\{(?:what: )?"([^"]+)"`)
	files, _ := filepath.Glob("*.go")
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range called.FindAllStringSubmatch(string(src), -1) {
			name := m[1] + m[2]
			if name == "action `" || name == "`" {
				continue // followed by the name of the action, or of the direction
			}
			found++
			if !names[name] && !apart[name] {
				t.Errorf("%s: the specimens have no mapping that is called %q", file, name)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d names were found", found)
	}
}

// A key says what the reader does with it.
func TestShapesSayWhatIsRead(t *testing.T) {
	keys := map[string]Key{}
	for _, s := range Shapes() {
		for _, k := range s.Keys {
			keys[s.Name+" "+k.Name] = k
		}
	}
	for name, want := range map[string]Key{
		"a play id":                             {Kind: KeyID, Required: true},
		"a play approach":                       {Kind: KeyOneOf, Required: true, OneOf: []string{caseByCase, standardised, preventive, partnered}},
		"a play lead":                           {Kind: KeyText, Approach: preventive},
		"a play discretion":                     {Approach: caseByCase, Required: true},
		"a play do":                             {Kind: KeyActions},
		"a play priority":                       {Kind: KeyInt, Least: math.MinInt32, Most: math.MaxInt32},
		"a play when":                           {Kind: KeyExpression, Required: true},
		"a case do":                             {Kind: KeyActions, Required: true},
		"a capacity units":                      {Kind: KeyInt, Required: true, Least: 1, Most: math.MaxInt32},
		"a field type":                          {OneOf: fieldTypes[:]},
		"a fact same":                           {Kind: KeyTexts},
		"an action pauses":                      {Kind: KeyBool},
		"a row otherwise":                       {Kind: KeyBool},
		"`outbound` covers":                     {Kind: KeyExpression},
		"`want` warnings":                       {OneOf: warningCodes},
		"`want` error":                          {Kind: KeyText},
		"a row of `then` now":                   {Kind: KeyText},
		"a season from":                         {Kind: KeyText, Required: true},
		"a playbook review_by":                  {Kind: KeyText},
		"a document of shared definitions zone": {Kind: KeyText},
	} {
		got, ok := keys[name]
		got.Name = ""
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("%s: %v\n%s", name, ok, diff)
		}
	}
}
