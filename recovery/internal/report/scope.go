package report

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// scope is what the plays of a playbook can name: its own definitions, and those
// that the set shares.
type scope struct {
	*builder
	doc      *playbook.Document
	book     *policy.Playbook
	fields   map[string]*policy.Field
	terms    map[string]playbook.Text
	tables   map[string]*playbook.Table
	facts    map[string]*playbook.Fact
	messages map[string]*playbook.Message
	partners map[string]placedPartner
	declared map[string]*playbook.ActionType
}

// placedPartner is a partner with the document that declares it.
type placedPartner struct {
	doc *playbook.Document
	def *playbook.Partner
}

func (b *builder) scopeOf(doc *playbook.Document, book *policy.Playbook) *scope {
	s := &scope{
		builder: b, doc: doc, book: book,
		fields: map[string]*policy.Field{}, terms: map[string]playbook.Text{}, tables: map[string]*playbook.Table{},
		facts: map[string]*playbook.Fact{}, messages: map[string]*playbook.Message{},
		partners: map[string]placedPartner{}, declared: map[string]*playbook.ActionType{},
	}
	for _, f := range b.program.Fields {
		s.fields[f.Name] = f
	}
	if book != nil {
		for _, f := range book.Fields {
			s.fields[f.Name] = f
		}
	}
	for _, d := range b.set.Documents {
		if d.Kind == playbook.Shared || d == doc {
			s.define(d)
		}
	}
	return s
}

func (s *scope) define(d *playbook.Document) {
	for _, t := range d.Terms {
		s.terms[t.Name.Value] = t.Expr
	}
	for _, t := range d.Tables {
		s.tables[t.Name.Value] = t
	}
	for _, f := range d.Facts {
		s.facts[f.Name.Value] = f
	}
	for _, m := range d.Messages {
		s.messages[m.Name.Value] = m
	}
	for _, p := range d.Partners {
		s.partners[p.ID.Value] = placedPartner{d, p}
	}
	for _, a := range d.Actions {
		s.declared[a.Name.Value] = a
	}
}

// anchor names a part of the page. Ids and names have no dots of their own.
func anchor(kind string, d *playbook.Document, name playbook.Text) string {
	return kind + "." + d.ID.Value + "." + name.Value
}

// tableOf takes the path of a read apart: the table and its column, which is empty
// where the row is asked for and * where a field picks it.
func (s *scope) tableOf(path string) (t *playbook.Table, column, by string) {
	rest, ok := strings.CutPrefix(path, "tables.")
	if !ok {
		return nil, "", ""
	}
	if name, by, ok := strings.Cut(rest, "["); ok {
		return s.tables[name], "*", strings.TrimSuffix(by, "]")
	}
	name, column, _ := strings.Cut(rest, ".")
	return s.tables[name], column, ""
}

// cells are the cells of a table that can be read under a path: those of one column, or of
// all columns that a field can pick.
func (s *scope) cells(path string) []playbook.Text {
	t, column, by := s.tableOf(path)
	if t == nil {
		return nil
	}
	columns := []string{column}
	if f := s.fields[strings.TrimPrefix(by, "incident.")]; column == "*" && f != nil {
		columns = f.OneOf
	}
	var out []playbook.Text
	for _, r := range t.Rows {
		for _, c := range r.Columns {
			if slices.Contains(columns, c.Key.Value) {
				out = append(out, c.Value.Text)
			}
		}
	}
	return out
}

// kind is what sort of value a part gives, as far as can be told.
func (s *scope) kind(n *policy.Node) value.Kind {
	switch n.Kind {
	case policy.NodeConstant:
		return value.TypeOf(n.Value).Kind
	case policy.NodeRead:
		if body := n.Body(); body != nil && strings.HasPrefix(n.Path, "terms.") {
			return s.kind(body)
		}
		if name, ok := strings.CutPrefix(n.Path, "incident."); ok && s.fields[name] != nil {
			return s.fields[name].Type.Kind
		}
		if list := s.cells(n.Path); len(list) > 0 {
			return value.TypeOf(literal(list[0])).Kind
		}
	}
	return value.KindInvalid
}
