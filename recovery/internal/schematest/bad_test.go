package schematest

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A bad set that is named after a mistake of shape does not fit either, if it is
// YAML at all.
func TestBadSetsDoNotFit(t *testing.T) {
	playbooks, suites := load(t, "playbook"), load(t, "suite")
	unseen := []string{
		"policy/testdata/bad/wrong-type",      // of expressions
		"policy/testdata/bad/bad-money",       // the decimals of a currency
		"policy/testdata/bad/bad-period",      // one date before another
		"policy/testdata/bad/money-if-late",   // an action of the team's own
		"policy/testdata/bad/money-in-remind", // likewise
		"policy/testdata/bad/no-hours",        // seasons that leave nothing
	}
	looked := 0
	for dir, schema := range map[string]interface{ Validate(any) error }{
		"playbook/testdata/bad": playbooks, "policy/testdata/bad": playbooks, "playbook/testdata/badsuite": suites,
	} {
		for _, file := range files(t, filepath.Join(root, dir, "*.yaml")) {
			code := strings.TrimSuffix(filepath.Base(file), ".yaml")
			if !slices.Contains(seen, code) || slices.Contains(unseen, dir+"/"+code) {
				continue
			}
			docs, err := documents(read(t, file))
			if err != nil {
				continue
			}
			looked++
			if !slices.ContainsFunc(docs, func(doc any) bool { return schema.Validate(doc) != nil }) {
				t.Errorf("%s fits", file)
			}
		}
	}
	if looked < 30 {
		t.Errorf("only %d sets were looked at", looked)
	}
}

// A standard field that has to be there has no default and is not optional: an editor says
// so as well.
func TestRequiredFields(t *testing.T) {
	playbooks := load(t, "playbook")
	for field, fits := range map[string]bool{
		"{required: true}": true, "{required: true, one_of: [a]}": true, "{required: false, default: x}": true, "{required: true, optional: false}": true,
		"{required: true, default: x}": false, "{required: true, optional: true}": false,
	} {
		src := "amends: v1\nplaybook: p\nreview_by: 2027-06-30\nincident:\n  customer.id: " + field + "\nplays: [{id: p, approach: standardised-response, when: true}]\n"
		docs, err := documents([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if err := playbooks.Validate(docs[0]); (err == nil) != fits {
			t.Errorf("%s: %v", field, err)
		}
	}
}
