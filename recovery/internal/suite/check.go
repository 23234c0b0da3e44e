package suite

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/given"
)

// checker looks whether the names and values in a suite are those of the set. A
// misspelt name in what must never happen would pass for ever.
type checker struct {
	set   *Set
	diags playbook.Diagnostics
}

func (c *checker) errorf(at playbook.Range, code, hint, format string, args ...any) {
	c.diags = append(c.diags, playbook.Diagnostic{
		Severity: playbook.Error, Code: code, Hint: hint, Range: at, Message: fmt.Sprintf(format, args...),
	})
}

func didYouMean(name string, known []string) string {
	if near := playbook.Suggest(name, known); near != "" {
		return "did you mean `" + near + "`?"
	}
	return ""
}

func (c *checker) suite(s *playbook.Suite) {
	c.time(s.Now)
	if s.Defaults != nil {
		c.test(s.Defaults)
	}
	for _, t := range s.Tests {
		c.test(t)
		for _, row := range t.Each {
			c.test(row)
			c.tests(row.Then)
		}
		c.tests(t.Then)
		c.wantsSomething(s, t)
		c.wholePayload(s, t)
	}
}

func (c *checker) tests(list []*playbook.Test) {
	for _, t := range list {
		c.test(t)
	}
}

// wantsSomething reports a test that cannot fail.
func (c *checker) wantsSomething(s *playbook.Suite, t *playbook.Test) {
	rows := append(append([]*playbook.Test{t}, t.Each...), t.Then...)
	for _, row := range t.Each {
		rows = append(rows, row.Then...)
	}
	for _, row := range rows {
		if row.Want != nil || s.Defaults != nil && s.Defaults.Want != nil {
			return
		}
	}
	at := t.Name.Range
	if !t.Name.IsSet() {
		at = t.Range
	}
	c.errorf(at, "missing-key", "write `want:` and what is expected, or `want: {}` if it is enough that the incident can be decided", "a test needs `want`")
}

func (c *checker) test(t *playbook.Test) {
	c.time(t.Now)
	c.incident(t.Incident, "")
	c.payload(t)
	c.given("facts", "unknown-fact", t.Facts)
	c.given("partners", "unknown-partner", t.Partners)
	c.given("precedents", "unknown-play", t.Precedents)
	if t.Choose != nil {
		c.chosen(t.Choose)
	}
	c.signed(t.Approve)
	c.signed(t.Decline)
	c.reports(t.Report)
	if t.Want != nil {
		c.want(t.Want)
	}
}

func (c *checker) time(t playbook.Text) {
	if !t.IsSet() || t.Kind == playbook.Null {
		return
	}
	if _, err := value.ParseTimestamp(t.Value); err != nil {
		c.errorf(t.Range, "bad-literal", "", "%s", err)
	}
}

// incident checks the names of fields; their values are the decider's to judge,
// since a test may be about an incident that is refused.
func (c *checker) incident(v playbook.Value, prefix string) {
	seen := map[string]playbook.Text{}
	c.fields(v, prefix, seen)
}

func (c *checker) fields(v playbook.Value, prefix string, seen map[string]playbook.Text) {
	for _, e := range v.Entries {
		path := prefix + e.Key.Value
		if !c.set.known.isField(path) {
			c.unknownField(e.Key, prefix)
			continue
		}
		_, isField := c.set.known.fields[path]
		if !isField && e.Value.Kind == playbook.Mapping {
			c.fields(e.Value, path+".", seen)
			continue
		}
		if first, twice := seen[path]; twice {
			c.errorf(e.Key.Range, "duplicate-key", "remove one of them", "field `%s` is written twice, in two ways; first on line %d", path, first.Range.Start.Line)
		}
		seen[path] = e.Key
	}
}

// unknownField points out the part of a dotted name that is not known.
func (c *checker) unknownField(key playbook.Text, prefix string) {
	known := c.set.known
	name := key.Value
	for from := 0; ; {
		part, _, more := strings.Cut(name[from:], ".")
		if !known.isField(prefix+name[:from]+part) || !more {
			hint := didYouMean(part, known.fieldsUnder(prefix+name[:from]))
			at := key.Range
			if key.Plain {
				start := utf8.RuneCountInString(name[:from])
				at = key.Sub(start, start+utf8.RuneCountInString(part))
			}
			c.errorf(at, "unknown-field", hint, "there is no field `%s`", prefix+name)
			return
		}
		from += len(part) + 1
	}
}

// given checks what is given of one kind, entry by entry, so that each mistake
// is told at its place.
func (c *checker) given(kind, code string, v playbook.Value) {
	for _, e := range v.Entries {
		if isNull(e.Value) {
			continue
		}
		one := playbook.Value{Kind: playbook.Mapping, Entries: []playbook.Entry{e}}
		data := append(appendText([]byte("{"), kind), ':')
		data = append(appendValue(data, one), '}')
		_, err := given.Parse(data, c.set.program)
		if err == nil {
			continue
		}
		if c.knows(kind, e.Key.Value) {
			c.errorf(e.Value.Range, "bad-literal", "", "%s", err)
		} else {
			message, hint, _ := strings.Cut(err.Error(), "; ")
			c.errorf(e.Key.Range, code, hint, "%s", message)
		}
	}
}

func (c *checker) knows(kind, name string) bool {
	switch kind {
	case "facts":
		for _, f := range c.set.program.Facts {
			if f.Name == name || f.Plain == name {
				return true
			}
		}
		return false
	case "partners":
		return c.set.known.partners[name]
	}
	p := c.set.known.plays[name]
	return p != nil && p.Choice != nil
}
