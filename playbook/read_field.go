package playbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// fieldTypes are the types of values.
var fieldTypes = [...]string{"string", "int", "double", "bool", "timestamp", "date", "duration", "money", "percent"}

// standardFields may be narrowed without repeating their type.
var standardFields = [...]string{
	"id", "service", "occurred_at", "failure", "phase", "severity", "source", "reported_at", "responded_at", "informed_at",
	"resolved_at", "expected_at", "paused", "provider", "follows", "channel", "region", "language", "cause", "remedy_sought",
	"summary", "tags", "customer.id", "customer.name", "customer.tier", "customer.language", "customer.since",
}

// fieldOf says what a field is declared for.
type fieldOf uint8

const (
	ofIncident fieldOf = iota
	ofItem             // one of a list of objects in an incident
	ofAction           // a parameter
)

// field reads the declaration of a field: its type alone, or a mapping.
func (r *reader) field(name Text, n *yamlnode.Node, of fieldOf) *Field {
	ok := of == ofIncident && r.isFieldName(name) || of != ofIncident && r.isName(name)
	f := &Field{Name: name, Range: r.place(yamlnode.Pos(name.Range.Start), n.End)}
	if n.Kind != yamlnode.Mapping {
		f.Type = r.fieldType(n, name)
		return keep(f, ok)
	}
	m := r.mapping(n, name, [...]string{"a field", "a field of items", "a field"}[of])
	m.on("type", func(n *yamlnode.Node, k Text) { f.Type = r.fieldType(n, k) })
	m.among("type", fieldTypes[:])
	f.About = m.words("about")
	f.Optional = m.bool("optional")
	if of != ofItem {
		f.Required = m.bool("required")
	}
	m.on("default", func(n *yamlnode.Node, k Text) { f.Default = r.fieldDefault(n, k) })
	f.OneOf = m.texts("one_of", "a list of values")
	f.Min = m.scalar("min", "a value")
	f.Max = m.scalar("max", "a value")
	if of != ofAction {
		f.MaxItems = m.int("max_items", 1)
		f.Invalid = m.oneOf("invalid", "absent")
	}
	if of == ofIncident {
		f.IsItems = m.has("items")
		if f.IsItems {
			m.add("type", "bad-field", "remove `type`", "a field has `type` or `items`; `items` says that it is a list of objects")
		}
		m.section("items", "the fields of each item by name, such as `{sku: string, price: money}`", func(key Text, n *yamlnode.Node) {
			if item := r.field(key, n, ofItem); item != nil {
				f.Items = append(f.Items, item)
			}
		})
	}
	f.Currency = m.scalar("currency", "a currency such as `EUR`")
	f.Was = m.texts("was", "a list of names")
	if !m.has("type") && !f.IsItems && !m.hasWordFor("items") && !(of == ofIncident && slices.Contains(standardFields[:], name.Value)) {
		r.add(name.Range, "missing-key", "write `type: "+fieldTypes[0]+"`, or another type", "field `%s` needs `type`", clip(name.Value))
	}
	m.close()
	return keep(f, ok)
}

// fieldType reads the name of a type, or a list with the name of a scalar type
// in it, which becomes the text [string].
func (r *reader) fieldType(n *yamlnode.Node, key Text) Text {
	inner := n
	if n.Kind == yamlnode.List && len(n.Items) == 1 {
		inner = n.Items[0]
	}
	t := r.scalar(inner, key, "the name of a type, such as `string` or `[string]`")
	if !t.IsSet() {
		return t
	}
	name := t.Value
	if inner == n { // quoted, a list type is text
		name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	}
	if !slices.Contains(fieldTypes[:], name) {
		r.mend(t.Range, "unknown-value", typeRemedy(t, name),
			"`%s` is no type; wanted %s, or one of them in brackets for a list", clip(t.Value), listed(fieldTypes[:]))
		return misread()
	}
	if inner != n {
		return Text{Value: "[" + name + "]", Kind: String, Plain: true, Range: r.at(n)}
	}
	return t
}

// otherTypes are the names that other languages have for types.
var otherTypes = map[string]string{
	"text": "string", "str": "string", "varchar": "string", "enum": "string", "word": "string", "texto": "string", "number": "double", "float": "double", "decimal": "double", "real": "double", "integer": "int", "long": "int", "whole": "int", "count": "int",
	"boolean": "bool", "flag": "bool", "yes/no": "bool", "yesno": "bool", "checkbox": "bool", "datetime": "timestamp", "time": "timestamp", "instant": "timestamp", "day": "date", "fecha": "date",
	"currency": "money", "amount": "money", "price": "money", "dinero": "money", "eur": "money", "percentage": "percent", "%": "percent", "interval": "duration", "timespan": "duration", "hours": "duration", "list": "[string]", "array": "[string]", "strings": "[string]",
}

func typeRemedy(t Text, name string) remedy {
	if other := otherTypes[strings.ToLower(name)]; other != "" {
		return instead(t, other)
	}
	if slices.Contains([]string{"object", "item", "items", "mapping", "map", "struct", "record"}, strings.ToLower(name)) {
		return say("for a list of objects, write `items:` and the fields of each in the place of `type`")
	}
	return didYouMean(t, fieldTypes[:])
}

// fieldDefault reads a default: a scalar, or a list of them.
func (r *reader) fieldDefault(n *yamlnode.Node, key Text) Value {
	switch {
	case n.Kind == yamlnode.Mapping:
		r.wrong(n, key, "a value", bracketHint(n))
		return Value{}
	case n.Kind == yamlnode.List && slices.ContainsFunc(n.Items, func(item *yamlnode.Node) bool { return item.Kind == yamlnode.Mapping }):
		r.wrong(n, key, "`[]`, or a list of values without keys", "an incident that comes without items has none: write `default: []`")
		return Value{}
	case n.Kind == yamlnode.List:
		for _, item := range n.Items {
			if !r.scalar(item, key, "a list of values").IsSet() {
				return Value{}
			}
		}
	case !r.scalar(n, key, "a value").IsSet():
		return Value{}
	}
	return r.value(n)
}

// actionType reads the declaration of an action of the team's own.
func (r *reader) actionType(name Text, n *yamlnode.Node) *ActionType {
	ok := r.isName(name)
	m := r.mapping(n, name, "an action type `{about, params, once}`")
	a := &ActionType{Name: name, Range: r.place(yamlnode.Pos(name.Range.Start), n.End)}
	if m == nil {
		return keep(a, ok)
	}
	m.what = "an action type"
	a.About = m.words("about")
	m.section("params", "parameters by name", func(key Text, n *yamlnode.Node) {
		if slices.Contains(actionKeys[:], key.Value) {
			r.add(key.Range, "reserved-name", "choose another name, or leave the parameter out", "every action takes `%s` already", key.Value)
			return
		}
		if slices.Contains(stepKeys[:], key.Value) {
			r.add(key.Range, "reserved-name", "choose another name", "the steps of `remind` and `if_late` take `%s` already", key.Value)
			return
		}
		if f := r.field(key, n, ofAction); f != nil {
			a.Params = append(a.Params, f)
		}
	})
	a.Once = m.bool("once").Value == "true"
	m.on("sets", func(n *yamlnode.Node, k Text) { a.Sets = r.oneOrMore(n, k, "a field of incidents, or a list of them") })
	m.close()
	return keep(a, ok)
}

// fact reads what earlier decisions say.
func (r *reader) fact(name Text, n *yamlnode.Node) *Fact {
	ok := r.isName(name)
	m := r.mapping(n, name, "a fact `{count, same, last}` or `{sum, same, last, currency}`")
	f := &Fact{Name: name, Range: r.place(yamlnode.Pos(name.Range.Start), n.End)}
	if m == nil {
		return keep(f, ok)
	}
	m.what = "a fact"
	f.Count = m.scalar("count", "`incidents` or the type of an action")
	f.Sum = m.scalar("sum", "the type of an action, or a field such as `incident.delay`")
	f.Same = m.texts("same", "a list of fields")
	f.Last = m.scalar("last", "a duration such as `90d`, or `month`, `quarter` or `year`")
	f.Currency = m.scalar("currency", "a currency such as `EUR`")
	f.By = m.oneOf("by", "given", "occurred")
	m.factShape(f)
	m.require("last")
	m.close()
	return keep(f, ok)
}

// ofMoney are the built-in actions whose amounts a fact adds up. Whether another name is one of an action
// is for the whole set to say.
var ofMoney = []string{"refund", "compensate", "substitute"}

// factShape checks that a fact counts or sums, and has a currency only to sum.
func (m *mapping) factShape(f *Fact) {
	count, sum := m.has("count"), m.has("sum")
	switch {
	case count && sum:
		m.add("sum", "bad-fact", "make two facts of it", "a fact has `count` or `sum`, not both")
	case !count && !sum:
		m.r.add(m.head(), "bad-fact", "write `count: incidents`, or `sum:` and the type of an action or a field", "a fact needs `count` or `sum`")
	case slices.Contains(ofMoney, f.Sum.Value) && !m.has("currency"):
		m.missing("currency", "write the currency that is summed, such as `currency: EUR`")
	case count && m.has("currency"):
		m.add("currency", "bad-fact", "remove it", "a count has no `currency`")
	}
	if (f.Count.Value == "incidents" || f.SumsField()) && f.By.Value == "given" {
		m.r.add(f.By.Range, "bad-fact", "write `by: occurred`, or leave it out", "incidents count by when they occurred; only actions and amounts are given")
	}
}

// add reports an error at a key that was written.
func (m *mapping) add(key, code, hint, format string, args ...any) {
	if e, ok := m.get(key); ok {
		m.r.add(m.r.at(e.Key), code, hint, "%s", fmt.Sprintf(format, args...))
	}
}
