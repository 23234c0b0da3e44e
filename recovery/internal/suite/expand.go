package suite

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// Case is one test with nothing left to merge: what happens to one incident,
// step by step.
type Case struct {
	Suite string
	Name  string // of the test; a row of each adds what differs
	Range playbook.Range
	Steps []*Step // the test itself, then those of then
}

// FullName is what the case is found by: suite/test or suite/test/row.
func (c *Case) FullName() string { return c.Suite + "/" + c.Name }

// Step is the incident at one time.
type Step struct {
	Name  string // empty for the first
	Range playbook.Range
	Now   time.Time
	Want  *playbook.Want // nil: nothing

	test *playbook.Test // merged
}

// casesOf merges what a suite says into cases.
func (s *Set) casesOf(suite *playbook.Suite) []*Case {
	var out []*Case
	for _, test := range suite.Tests {
		whole := mergeTest(suite.Defaults, test)
		name := test.Name.Value
		if len(test.Each) == 0 {
			out = append(out, newCase(suite, name, whole))
			continue
		}
		rows := numbered(each(test.Each, rowName))
		for i, row := range test.Each {
			merged := mergeTest(whole, row)
			if merged.Then == nil {
				merged.Then = whole.Then
			}
			out = append(out, newCase(suite, name+"/"+rows[i], merged))
		}
	}
	return out
}

func newCase(suite *playbook.Suite, name string, test *playbook.Test) *Case {
	c := &Case{Suite: suite.Name.Value, Name: name, Range: test.Range}
	c.Steps = append(c.Steps, newStep(suite, "", test))
	names := numbered(each(test.Then, stepName))
	for i, row := range test.Then {
		test = mergeStep(test, row)
		c.Steps = append(c.Steps, newStep(suite, names[i], test))
	}
	return c
}

func newStep(suite *playbook.Suite, name string, test *playbook.Test) *Step {
	now := test.Now
	if !now.IsSet() {
		now = suite.Now
	}
	return &Step{Name: name, Range: test.Range, Now: decidedAt(now, test.Incident), Want: test.Want, test: test}
}

// decidedAt is when a step decides: when it says, else when the incident
// occurred.
func decidedAt(now playbook.Text, incident playbook.Value) time.Time {
	if !now.IsSet() {
		occurred, _ := find(incident, "occurred_at")
		now = occurred.Text
	}
	t, err := value.ParseTimestamp(now.Value)
	if err != nil {
		return time.Unix(0, 0).UTC() // such an incident is refused, whatever the time
	}
	return t
}

// find looks up a dotted name in nested mappings.
func find(v playbook.Value, path string) (playbook.Value, bool) {
	for name := range strings.SplitSeq(path, ".") {
		found := false
		for _, e := range v.Entries {
			if e.Key.Value == name {
				v, found = e.Value, true
				break
			}
		}
		if !found {
			return playbook.Value{}, false
		}
	}
	return v, true
}

// rowName names a row by what it says: delay 24h, customer.tier gold.
func rowName(row *playbook.Test) string {
	if row.Name.IsSet() {
		return row.Name.Value
	}
	var parts []string
	if row.Now.IsSet() {
		parts = append(parts, "now "+row.Now.Value)
	}
	for _, v := range []playbook.Value{row.Payload, row.Incident, row.Facts, row.Partners, row.Precedents} {
		parts = append(parts, leaves(v, "")...)
	}
	if len(parts) == 0 {
		return "as it is"
	}
	return clipped(strings.Join(parts, ", "), 80)
}

func stepName(row *playbook.Test) string {
	switch {
	case row.Name.IsSet():
		return row.Name.Value
	case row.Now.IsSet():
		return "then " + row.Now.Value
	case row.Payload.IsSet():
		return clipped("then "+strings.Join(leaves(row.Payload, ""), ", "), 80)
	case row.Again.IsSet():
		return "then again"
	case row.Choose != nil:
		return "then choose"
	case row.Approve != nil:
		return "then approve"
	case row.Decline != nil:
		return "then decline"
	case row.Report != nil:
		return "then report"
	}
	return "then"
}

// leaves writes the values of nested mappings by their dotted names.
func leaves(v playbook.Value, path string) []string {
	if v.Kind != playbook.Mapping {
		if path == "" {
			return nil
		}
		return []string{path + " " + plainText(v)}
	}
	var out []string
	for _, e := range v.Entries {
		name := e.Key.Value
		if path != "" {
			name = path + "." + name
		}
		out = append(out, leaves(e.Value, name)...)
	}
	return out
}

// plainText writes a value in one line as YAML would.
func plainText(v playbook.Value) string {
	switch v.Kind {
	case playbook.Scalar:
		if v.Text.Value == "" && v.Text.Kind == playbook.String {
			return `""`
		}
		return oneLine(v.Text.Value)
	case playbook.List:
		return "[" + strings.Join(each(v.Items, plainText), ", ") + "]"
	case playbook.Mapping:
		return "{" + strings.Join(each(v.Entries, func(e playbook.Entry) string { return e.Key.Value + ": " + plainText(e.Value) }), ", ") + "}"
	}
	return ""
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func clipped(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// numbered tells equal names apart.
func numbered(names []string) []string {
	seen := map[string]int{}
	for i, n := range names {
		if seen[n]++; seen[n] > 1 {
			names[i] = n + " #" + itoa(seen[n])
		}
	}
	return names
}

func itoa(n int) string { return strconv.Itoa(n) }

func each[T, U any](list []T, f func(T) U) []U {
	out := make([]U, len(list))
	for i := range list {
		out[i] = f(list[i])
	}
	return out
}
