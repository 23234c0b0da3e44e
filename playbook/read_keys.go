package playbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// This file reads tables with several keys: what stands under `by`, and what each row says of a key.

// endsOfRange are the keys of a range.
var endsOfRange = [...]string{"from", "above", "upto", "below"}

// tableKeys reads the names and expressions under `by`.
func (r *reader) tableKeys(n *yamlnode.Node, key Text) (out []TableKey) {
	m := r.mapping(n, key, "the keys of a table `{size: incident.size, delay: incident.delay}`")
	if m != nil && len(n.Entries) == 0 && !n.Partial {
		r.add(r.at(n), "wrong-type", "write an expression, or a name and an expression for each key", "`by` names no key")
	}
	m.each(func(name Text, v *yamlnode.Node) {
		switch {
		case name.Value == "otherwise":
			r.add(name.Range, "reserved-name", "choose another name", "`otherwise` cannot be the name of a key: it marks the row for the rest")
			return
		case !r.isName(name):
			return
		}
		out = append(out, TableKey{name, r.uncut(v, name, "an expression such as `incident.delay`")})
	})
	return out
}

// keysAsList refuses a list under `by`, and names its expressions.
func (r *reader) keysAsList(n *yamlnode.Node, key Text) {
	fix := say("write a name for each, such as `by: {size: incident.size, delay: incident.delay}`")
	var names []string
	for _, item := range n.Items {
		name := item.Value[strings.LastIndexByte(item.Value, '.')+1:]
		if item.Kind != yamlnode.Scalar || !wellFormed(name, '_') || slices.Contains(names, name) {
			r.misfit(n, key, "an expression, or a mapping of names and expressions", fix)
			return
		}
		names = append(names, name)
	}
	var keys []string
	for i, name := range names {
		keys = append(keys, name+": "+n.Items[i].Value)
	}
	if n.Start.Line == n.End.Line && len(keys) > 0 {
		fix = as(n, "{"+strings.Join(keys, ", ")+"}")
	}
	r.misfit(n, key, "an expression, or a mapping of names and expressions", fix)
}

// ofSeveralKeys refuses a row of a table with one key that is written as in a table with several.
func (r *reader) ofSeveralKeys(n *yamlnode.Node) bool {
	for _, e := range n.Entries {
		if isKey := e.Key.Value == "is" || e.Key.Value == "from" || e.Key.Value == "above"; !isKey && e.Value.Kind == yamlnode.Mapping {
			r.add(r.at(e.Key), "bad-row", "name the key under `by`, such as `by: {"+clip(e.Key.Value)+": …}`, or write `from:`, `above:` or `is:` without a name",
				"the table has one key without a name, and this row says something of `%s`", clip(e.Key.Value))
			return true
		}
	}
	return false
}

// keyedRow reads a row of a table with several keys; nil when it is not understood.
func (r *reader) keyedRow(n *yamlnode.Node, t *Table) *Row {
	m := r.mapping(n, Text{}, "a row such as `{size: large, delay: {from: 3h}, amount: 5 EUR}`")
	if m == nil {
		return nil
	}
	row := &Row{Range: m.rng()}
	otherwise := m.bool("otherwise")
	row.Otherwise = otherwise.Value == "true"
	if otherwise.Value == "false" {
		m.add("otherwise", "bad-row", "write `otherwise: true`, or leave it out", "`otherwise` is `true` or is not there")
	}
	m.each(func(k Text, v *yamlnode.Node) {
		switch named := t.named(k.Value); {
		case k.Value == "otherwise" || k.Value == "":
		case named:
			row.Keys = append(row.Keys, r.rowKey(k, v))
		case v.Kind == yamlnode.Mapping || v.Kind == yamlnode.List:
			r.mend(k.Range, "bad-row", r.keyMeant(k, n, t), "`by` names no key `%s`", clip(k.Value))
			row.Keys = append(row.Keys, RowKey{Name: misread()}) // so that nothing else is said of the row
		case k.Value == "is" || slices.Contains(endsOfRange[:], k.Value):
			name := "delay"
			if len(t.Keys) > 0 {
				name = t.Keys[0].Name.Value
			}
			r.add(k.Range, "bad-row", "write the key in front, such as `"+name+": {from: …}` or `"+name+": …`", "the table has keys with names, and `%s` does not say which one it means", k.Value)
			row.Keys = append(row.Keys, RowKey{Name: misread()})
		default:
			text := r.scalar(v, k, "a value")
			row.Columns = append(row.Columns, Entry{k, Value{Kind: kindIfSet(text), Text: text, Range: r.at(v)}})
		}
	})
	switch {
	case n.Partial || len(t.Keys) == 0:
	case row.Otherwise && len(row.Keys) > 0:
		r.add(m.head(), "bad-row", "make two rows of it", "a row says which keys it is for, or it is for the rest: `otherwise: true`")
	case !row.Otherwise && !otherwise.IsSet() && len(row.Keys) == 0:
		r.add(m.head(), "bad-row", "write "+listed(t.keyNames())+", or `otherwise: true` for the rest", "a row says when it is meant, and this one names no key")
	}
	row.Keys = slices.DeleteFunc(row.Keys, func(k RowKey) bool { return !k.Name.IsSet() })
	return row
}

func (t *Table) named(key string) bool {
	return slices.ContainsFunc(t.Keys, func(k TableKey) bool { return k.Name.Value == key })
}

func (t *Table) keyNames() (names []string) {
	for _, k := range t.Keys {
		names = append(names, k.Name.Value)
	}
	return names
}

// keyMeant says which key of the table a row most likely means.
func (r *reader) keyMeant(k Text, row *yamlnode.Node, t *Table) remedy {
	var left []string
	for _, name := range t.keyNames() {
		if !slices.ContainsFunc(row.Entries, func(e yamlnode.Entry) bool { return e.Key.Value == name }) {
			left = append(left, name)
		}
	}
	if fix := didYouMean(k, left); fix.hint != "" {
		return fix
	}
	return say("the keys are " + strings.ReplaceAll(listed(t.keyNames()), " or ", " and ") + "; a column has one value")
}

// rowKey reads what a row says of a key: a value, a list of values, or a range.
func (r *reader) rowKey(name Text, n *yamlnode.Node) RowKey {
	out := RowKey{Name: name, Range: r.at(n)}
	if n.Kind != yamlnode.Mapping {
		out.Is = r.oneOrMore(n, name, "a value, a list of values, or a range such as `{from: 3h, below: 6h}`")
		return out
	}
	m := r.mapping(n, name, "a range")
	m.what = "a range"
	ends := [len(endsOfRange)]*Text{&out.From, &out.Above, &out.Upto, &out.Below}
	for i, end := range endsOfRange {
		*ends[i] = m.scalar(end, "a value")
	}
	for i := 0; i < len(ends); i += 2 {
		if a, b := endsOfRange[i], endsOfRange[i+1]; m.has(a) && m.has(b) && !n.Partial {
			m.add(b, "bad-row", "remove one of them", "a range has `%s` or `%s`, found both", a, b)
		}
	}
	if len(n.Entries) == 0 && !n.Partial {
		r.add(r.at(n), "bad-row", "write where the range begins or ends, such as `{from: 3h, below: 6h}`, or leave `"+name.Value+"` out for anything", "this range has no end")
	}
	m.close()
	return out
}

// misspeltKeys reports columns that only one row has and that are near the name of a key.
func (r *reader) misspeltKeys(t *Table) {
	if len(t.Keys) == 0 || len(t.Rows) < 2 {
		return
	}
	count := map[string]int{}
	for _, row := range t.Rows {
		if row == nil {
			return // it may have the column
		}
		for _, c := range row.Columns {
			count[c.Key.Value]++
		}
	}
	for _, row := range t.Rows {
		row.Columns = slices.DeleteFunc(row.Columns, func(c Entry) bool {
			fix := didYouMean(c.Key, t.keyNames())
			if count[c.Key.Value] > 1 || fix.hint == "" {
				return false
			}
			r.mend(c.Key.Range, "bad-row", fix, "`by` names no key `%s`, and no other row has a column of that name", clip(c.Key.Value))
			return true
		})
	}
}

// LabelAbove begins the label of a row that begins above a value.
const LabelAbove = "above "

// mostListed is how many values of a list the label of a row shows.
const mostListed = 3

// Label is the name of a row in the reasons of a decision: `from 24h`, `gold`, `otherwise`, and in a
// table with several keys `size large, delay from 3h below 6h`.
func (r *Row) Label() string {
	switch {
	case r.Otherwise:
		return "otherwise"
	case r.From.IsSet():
		return "from " + r.From.Value
	case r.Above.IsSet():
		return LabelAbove + r.Above.Value
	case len(r.Is) > 0:
		return r.Is[0].Value
	}
	var out []string
	for _, k := range r.Keys {
		words := []string{k.Name.Value}
		for _, end := range []struct {
			word string
			text Text
		}{{"from", k.From}, {"above", k.Above}, {"upto", k.Upto}, {"below", k.Below}} {
			if end.text.IsSet() {
				words = append(words, end.word, end.text.Value)
			}
		}
		if list := listedIs(k.Is); list != "" {
			words = append(words, list)
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, ", ")
}

func listedIs(values []Text) string {
	var out []string
	for _, v := range values[:min(len(values), mostListed)] {
		text := v.Value
		if text == "" {
			text = `""`
		}
		out = append(out, text)
	}
	if more := len(values) - len(out); more > 0 {
		out = append(out, fmt.Sprintf("%d more", more))
	}
	return strings.Join(out, " or ")
}
