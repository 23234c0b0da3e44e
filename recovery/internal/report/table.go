package report

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// uses are the definitions that the conditions and amounts of a play rest on, in
// the order in which they are met.
type uses struct {
	*scope
	paths []string
	nodes map[string]*policy.Node // of a term what it stands for, of a table a part that reads it
}

func (s *scope) uses(d *playbook.Play, p *policy.Play) *uses {
	u := &uses{scope: s, nodes: map[string]*policy.Node{}}
	u.visit(s.node(d.When))
	u.visit(s.node(d.Where))
	for _, c := range d.Cases {
		u.visit(s.node(c.When))
	}
	for _, list := range append([][]*policy.Action{p.Do, p.TooLate, p.Otherwise}, caseActions(p)...) {
		u.actions(list)
	}
	if p.Choice != nil {
		for _, o := range p.Choice.Options {
			u.param(o.From)
			u.param(o.To)
		}
	}
	if p.Partners != nil {
		u.param(p.Partners.Units)
	}
	for _, l := range s.limitsOf(s.moneyTypes(p)) {
		u.visit(u.expression(l.AtMost, l.Scope))
		u.visit(u.explainer.Limit(l))
		if l.Counting != nil {
			u.add("facts."+l.Counting.Plain, nil)
		}
	}
	return u
}

func caseActions(p *policy.Play) [][]*policy.Action {
	var out [][]*policy.Action
	for _, c := range p.Cases {
		out = append(out, c.Do)
	}
	return out
}

func (u *uses) actions(list []*policy.Action) {
	for _, a := range list {
		u.param(a.Amount)
		for _, p := range a.Params {
			u.param(p)
		}
	}
}

func (u *uses) param(p *policy.Param) {
	u.visit(u.expression(p, u.of()))
}

func (u *uses) add(path string, n *policy.Node) {
	if _, known := u.nodes[path]; !known {
		u.paths = append(u.paths, path)
		u.nodes[path] = n
	}
}

func (u *uses) visit(n *policy.Node) {
	if n == nil {
		return
	}
	root, name, _ := strings.Cut(n.Path, ".")
	switch root {
	case "terms", "facts":
		u.add(n.Path, n.Body())
	case "tables":
		name, _, _ = strings.Cut(name, ".")
		name, _, _ = strings.Cut(name, "[")
		u.add("tables."+name, n)
	}
	for _, p := range n.Parts {
		u.visit(p)
	}
}

// names are the terms and facts, with what they stand for.
func (u *uses) names() []Name {
	var out []Name
	for _, path := range u.paths {
		kind, name, _ := strings.Cut(path, ".")
		switch n := u.nodes[path]; {
		case kind == "terms" && n != nil:
			out = append(out, Name{plain(name), u.words(n), oneLine(u.terms[name].Value)})
		case kind == "facts" && u.facts[name] != nil:
			out = append(out, Name{plain(name), u.factWords(u.facts[name]), ""})
		}
	}
	return out
}

// tables are the tables.
func (u *uses) tables() []Table {
	var out []Table
	for _, path := range u.paths {
		name, ok := strings.CutPrefix(path, "tables.")
		if t := u.scope.tables[name]; ok && t != nil {
			out = append(out, tableOf(t, u.keysOf(t, u.nodes[path])))
		}
	}
	return out
}

// keysOf writes the keys of a table, given a part that reads it. A key with a name is called by it.
func (s *scope) keysOf(t *playbook.Table, n *policy.Node) (out []string) {
	for _, k := range t.Keys {
		out = append(out, plain(k.Name.Value))
	}
	if out != nil {
		return out
	}
	if n != nil && n.Body() != nil {
		return []string{s.words(n.Body())}
	}
	return []string{oneLine(t.By.Value)}
}

func tableOf(t *playbook.Table, keys []string) Table {
	out := Table{Name: plain(t.Name.Value), By: term.List(keys, "and"), Keys: keys, Unique: t.Hit.Value == "unique"}
	for i, r := range t.Rows {
		row := TableRow{Keys: rowKeys(t, r)}
		for _, c := range r.Columns {
			if i == 0 {
				out.Columns = append(out.Columns, plain(c.Key.Value))
			}
			row.Cells = append(row.Cells, "")
		}
		for _, c := range r.Columns {
			// Rows have the same columns, and may have them in another order.
			if at := slices.Index(out.Columns, plain(c.Key.Value)); at >= 0 && at < len(row.Cells) {
				row.Cells[at] = cell(c.Value.Text)
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// rowKeys says which values of each key a row is for.
func rowKeys(t *playbook.Table, r *playbook.Row) []string {
	out := make([]string, max(len(t.Keys), 1))
	if len(t.Keys) == 0 {
		out[0] = cellWords(r.Cell)
	}
	for i, k := range t.Keys {
		out[i] = "any"
		for _, said := range r.Keys {
			if said.Name.Value == k.Name.Value {
				out[i] = cellWords(said.Cell)
			}
		}
	}
	if r.Otherwise {
		clear(out)
		out[0] = "anything else"
	}
	return out
}

func cellWords(c playbook.Cell) string {
	if len(c.Is) > 0 {
		var out []string
		for _, t := range c.Is {
			out = append(out, cell(t))
		}
		return term.List(out, "or")
	}
	var ends []string
	for _, end := range []struct {
		words string
		at    playbook.Text
	}{{"from ", c.From}, {"above ", c.Above}, {"up to ", c.Upto}, {"below ", c.Below}} {
		if end.at.IsSet() {
			ends = append(ends, end.words+cell(end.at))
		}
	}
	return strings.Join(ends, ", ")
}
