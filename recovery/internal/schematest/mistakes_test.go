package schematest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"gopkg.in/yaml.v3"

	"github.com/servicerecovery/amends/playbook"
)

// seen are the codes of mistakes that the schemas see too.
var seen = strings.Fields(`
	missing-version unsupported-version missing-kind two-kinds not-in-shared unknown-key missing-key wrong-type unknown-value empty-list
	bad-id bad-name bad-action bad-fact bad-limit no-direction bad-row bad-day bad-hours no-hours bad-language
	wrong-approach missing-review-by money-if-late money-in-remind bad-remind missing-parameter unknown-parameter unknown-zone unknown-currency
	bad-date bad-money bad-duration bad-percent bad-period`)

// TestMistakes changes each value of a set that has everything, in turn, into
// each of many others, leaves each key out and adds one that nobody knows. What
// the library accepts then fits the schema, and what it calls a mistake of shape
// does not. In short, it makes one change in four.
func TestMistakes(t *testing.T) {
	whole := folder(t, "testdata/whole")
	if ds := verdict(whole); ds.HasErrors() {
		t.Fatal(ds)
	}
	playbooks, suites := load(t, "playbook"), load(t, "suite")
	if n := fits(t, "whole", whole, playbooks, suites); n != 4 {
		t.Fatalf("%d documents", n)
	}
	for _, name := range sorted(whole) {
		t.Run(name, func(t *testing.T) {
			schema := playbooks
			if isSuite(name) {
				schema = suites
			}
			t.Parallel()
			accepted, refused := 0, 0
			files := maps.Clone(whole)
			if !isSuite(name) {
				delete(files, "parcels_test.yaml")
			}
			mutate(t, whole[name].Data, func(what string, changed []byte) {
				files[name] = &fstest.MapFile{Data: changed}
				codes := codesIn(verdict(files))
				docs, err := documents(changed)
				if err != nil {
					t.Fatal(what, err)
				}
				problem := schema.Validate(docs[0])
				switch {
				case len(codes) == 0:
					accepted++
					if problem != nil && !wantsQuotes(what) {
						t.Errorf("%s: the library takes it; %v", what, problem)
					}
				case problem == nil && slices.ContainsFunc(codes, func(c string) bool { return slices.Contains(seen, c) }) && !needsTheSet(what):
					t.Errorf("%s: the library says %s, and the schema nothing", what, strings.Join(codes, ", "))
				default:
					refused++
				}
			})
			t.Logf("%d changes accepted, %d refused", accepted, refused)
			if accepted < 50 || refused < 400 {
				t.Error("that is too few")
			}
		})
	}
}

// wantsQuotes holds for text that YAML takes for true or false, which the
// schemas want in quotes.
func wantsQuotes(what string) bool {
	return strings.HasSuffix(what, " = true") || strings.HasSuffix(what, " = [true]")
}

// needsTheSet holds for what no schema can see: whether an action of the team's
// own is given as it was declared, whether an expression has the type of the rows
// that it picks, and which names of a row are keys of its table.
func needsTheSet(what string) bool {
	return strings.Contains(what, ".send_flowers") || strings.HasPrefix(what, ".tables.") && strings.Contains(what, ".by") || strings.HasPrefix(what, ".tables.owed.rows[")
}

func codesIn(ds playbook.Diagnostics) []string {
	var codes []string
	for _, d := range ds {
		if d.Severity == playbook.Error {
			codes = append(codes, d.Code)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// changes are what values are replaced with.
var changes = []string{
	"null", "true", "7", "-7", "0.5", "text", "Bad Id!", `""`, "[]", "{}", "[7]", "[true]", "[[]]", "{zzz: 1}", "[{zzz: {}}]", "[{respond: {}}]", "[{compensate: {amount: 5 EUR}}]",
	"12.50 EUR", "10 EURO", "90m", "90 minutes", "3wd", "20%", "20 %", "2026-06-30", "30.6.2026", "2026-03-02T10:00:00Z", "cash", "mon", "highest", "UTC",
}

// mutate calls yield with every change of every value of a document.
func mutate(t *testing.T, src []byte, yield func(what string, changed []byte)) {
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		t.Fatal(err)
	}
	emit := func(what string) {
		var out bytes.Buffer
		e := yaml.NewEncoder(&out)
		if err := e.Encode(&doc); err != nil {
			t.Fatal(what, err)
		}
		yield(what, out.Bytes())
	}
	turn := 0
	var visit func(path string, n *yaml.Node)
	visit = func(path string, n *yaml.Node) {
		before := *n
		for _, c := range changes {
			if turn++; testing.Short() && turn%4 != 0 {
				continue
			}
			var other yaml.Node
			if err := yaml.Unmarshal([]byte(c), &other); err != nil {
				t.Fatal(c, err)
			}
			*n = *other.Content[0]
			emit(path + " = " + c)
		}
		*n = before
		switch n.Kind {
		case yaml.SequenceNode:
			for i, item := range n.Content {
				visit(fmt.Sprintf("%s[%d]", path, i), item)
			}
		case yaml.MappingNode:
			n.Content = append(slices.Clone(before.Content), &yaml.Node{Kind: yaml.ScalarNode, Value: "zzz"}, &yaml.Node{Kind: yaml.ScalarNode, Value: "1"})
			emit(path + " with zzz: 1")
			for i := 0; i < len(before.Content); i += 2 {
				key := before.Content[i].Value
				n.Content = slices.Delete(slices.Clone(before.Content), i, i+2)
				emit(path + " without " + key)
				n.Content = slices.Clone(before.Content)
				n.Content[i] = &yaml.Node{Kind: yaml.ScalarNode, Value: "Bad Key"}
				emit(path + " with Bad Key for " + key)
			}
			n.Content = before.Content
			for i := 0; i < len(n.Content); i += 2 {
				visit(path+"."+n.Content[i].Value, n.Content[i+1])
			}
		}
	}
	visit("", doc.Content[0])
}
