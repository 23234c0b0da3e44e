package playbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// table reads a table and compares its rows.
func (r *reader) table(name Text, n *yamlnode.Node) *Table {
	ok, before := r.isName(name), len(r.diags)
	m := r.mapping(n, name, "a table `{by, rows}`")
	t := &Table{Name: name, Range: r.place(yamlnode.Pos(name.Range.Start), n.End)}
	if m == nil {
		return keep(t, ok)
	}
	m.what = "a table"
	read := r.row
	if by, ok := m.get("by"); ok && by.Value.Kind == yamlnode.Mapping {
		t.Keys = r.tableKeys(by.Value, r.text(by.Key))
		read = func(n *yamlnode.Node, _ Text) *Row { return r.keyedRow(n, t) }
	} else if ok && by.Value.Kind == yamlnode.List {
		r.keysAsList(by.Value, r.text(by.Key))
		t.By, read = misread(), func(*yamlnode.Node, Text) *Row { return nil }
	} else {
		t.By = m.uncut("by", "an expression such as `incident.delay`")
	}
	m.wants("by", "an expression such as `incident.delay`")
	m.is("by", KeyExpression)
	t.Hit = m.oneOf("hit", "first", "unique")
	m.on("rows", func(n *yamlnode.Node, key Text) {
		if r.list(n, key, "a list of rows", func(item *yamlnode.Node) { t.Rows = append(t.Rows, read(item, key)) }) && len(n.Items) == 0 {
			r.empty(n, key)
		}
	})
	m.wants("rows", "a list of rows such as `{from: 24h, credit: 5 EUR}`")
	m.require("by", "rows")
	m.close()
	r.misspeltKeys(t)
	r.compareRows(t.Rows)
	t.Rows = slices.DeleteFunc(t.Rows, func(row *Row) bool { return row == nil })
	t.misread = r.diags[before:].HasErrors()
	return keep(t, ok)
}

// row reads one row; nil when it is not understood.
func (r *reader) row(n *yamlnode.Node, key Text) *Row {
	m := r.mapping(n, Text{}, "a row such as `{from: 24h, credit: 5 EUR}`")
	if m == nil {
		return nil
	}
	m.what = "a row"
	row := &Row{Range: m.rng()}
	if r.ofSeveralKeys(n) {
		return nil
	}
	keys := rowKeys(n)
	row.From = m.scalar("from", "a value")
	if slices.Contains(keys, "above") {
		row.Above = m.scalar("above", "a value")
	}
	m.is("above", KeyText)
	m.on("is", func(n *yamlnode.Node, k Text) { row.Is = r.oneOrMore(n, k, "a value or a list of values") })
	otherwise := m.bool("otherwise")
	row.Otherwise = otherwise.Value == "true"
	if otherwise.Value == "false" {
		m.add("otherwise", "bad-row", "write `otherwise: true`, or leave it out", "`otherwise` is `true` or is not there")
	}
	m.record(m.what)
	m.each(func(k Text, v *yamlnode.Node) {
		if slices.Contains(keys, k.Value) {
			return
		}
		t := r.scalar(v, k, "a value")
		// A column may have any name: a string looks it up too, and strings such
		// as return or two-way are no names of the expression language.
		if k.Value != "" {
			row.Columns = append(row.Columns, Entry{k, Value{Kind: kindIfSet(t), Text: t, Range: r.at(v)}})
		}
	})
	switch {
	case len(keys) == 0:
		r.add(m.head(), "bad-row", "write `from:`, `above:`, `is:` or `otherwise: true`", "a row says when it is meant: `from`, `above`, `is` or `otherwise`")
	case len(keys) > 1:
		m.add(keys[1], "bad-row", "make two rows of it", "a row has one of `from`, `above`, `is` and `otherwise`, found %s", strings.ReplaceAll(listed(keys), " or ", " and "))
	}
	return row
}

// rowKeys are the keys of a row that say when it is meant. In a row that says so
// without it, `above` is the name of a column like any other.
func rowKeys(n *yamlnode.Node) (keys []string) {
	above := false
	for _, e := range n.Entries {
		switch e.Key.Value {
		case "from", "is", "otherwise":
			keys = append(keys, e.Key.Value)
		case "above":
			above = true
		}
	}
	if above && keys == nil {
		return []string{"above"}
	}
	return keys
}

func kindIfSet(t Text) ValueKind {
	if t.IsSet() {
		return Scalar
	}
	return NoValue
}

// compareRows checks what the rows of a table have to agree in.
func (r *reader) compareRows(rows []*Row) {
	var first, otherwise *Row
	fromRow, isRow := false, false
	last := lastRow(rows)
	for i, row := range rows {
		if row == nil {
			continue
		}
		switch {
		case row.Otherwise && otherwise != nil:
			r.add(row.Range, "row-order", "remove one of them", "a table has one row `otherwise`; the first is on line %d", otherwise.Range.Start.Line)
		case row.Otherwise:
			otherwise = row
			if i < last {
				r.add(row.Range, "row-order", "move it to the end", "the row `otherwise` comes last")
			}
		}
		from, is := row.From.IsSet() || row.Above.IsSet(), len(row.Is) > 0
		if from && isRow && !is || is && fromRow && !from {
			r.add(row.Range, "mixed-rows", "make two tables of it", "a table has rows with `from` and `above`, or rows with `is`, not both")
		}
		fromRow, isRow = fromRow || from && !is, isRow || is && !from
		if first == nil {
			first = row
			continue
		}
		r.compareColumns(first, row)
	}
}

// lastRow is the place of the last row that is not `otherwise`.
func lastRow(rows []*Row) int {
	last := len(rows) - 1
	for last >= 0 && rows[last] != nil && rows[last].Otherwise {
		last--
	}
	return last
}

// compareColumns checks that a row has the columns of the first one.
func (r *reader) compareColumns(first, row *Row) {
	twice := r.twoBeginnings(first, row) || r.twoBeginnings(row, first)
	if lacks, has := otherColumns(first, row), otherColumns(row, first); !twice && len(lacks) == 1 && len(has) == 1 {
		fix := instead(has[0], lacks[0].Value)
		r.mend(has[0].Range, "row-columns", fix, "this row has `%s` where the first one has `%s`", has[0].Value, lacks[0].Value)
		return
	}
	for _, c := range first.Columns {
		if !hasColumn(row, c.Key.Value) && !(twice && c.Key.Value == "above") {
			r.add(row.Range, "row-columns", "write `"+c.Key.Value+":` and its value", "this row has no `%s`, the first one has", c.Key.Value)
		}
	}
	for _, c := range row.Columns {
		if !hasColumn(first, c.Key.Value) && !(twice && c.Key.Value == "above") {
			fix := didYouMean(c.Key, columnNames(first))
			if fix.hint == "" {
				fix = say(fmt.Sprintf("write `%s:` and its value in the row on line %d too, or remove it here", c.Key.Value, first.Range.Start.Line))
			}
			r.mend(c.Key.Range, "row-columns", fix, "this row has `%s`, the first one has not", c.Key.Value)
		}
	}
}

// otherColumns lists the columns of a row that another has not.
func otherColumns(row, other *Row) (out []Text) {
	for _, c := range row.Columns {
		if !hasColumn(other, c.Key.Value) {
			out = append(out, c.Key)
		}
	}
	return out
}

// twoBeginnings reports a row that begins in two ways: it has a column `above`, which
// the other row has not.
func (r *reader) twoBeginnings(row, other *Row) bool {
	i := slices.IndexFunc(row.Columns, func(e Entry) bool { return e.Key.Value == "above" })
	if i < 0 || hasColumn(other, "above") || !row.From.IsSet() || !other.From.IsSet() && !other.Above.IsSet() {
		return false
	}
	r.add(row.Columns[i].Key.Range, "row-columns", "make two rows of it", "a row has one of `from`, `above`, `is` and `otherwise`, found `from` and `above`")
	return true
}

func hasColumn(row *Row, name string) bool {
	return slices.ContainsFunc(row.Columns, func(e Entry) bool { return e.Key.Value == name })
}

func columnNames(row *Row) []string {
	var names []string
	for _, c := range row.Columns {
		names = append(names, c.Key.Value)
	}
	return names
}
