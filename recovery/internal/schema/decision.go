package schema

import (
	"slices"

	"github.com/servicerecovery/amends/policy/value"
)

// decisionSchema is the schema of what the engine answers: a decision, or the refusal of an
// incident. It takes its keys from two decisions that are written for it. The fullest one
// has all keys. The barest one has the keys that are required.
func decisionSchema(b *builder) object {
	whole, bare := fullest(), barest()
	d := &decisionBuilder{b: b, words: b.decisionWords()}
	decision := d.object("", read(b, whole.AppendJSON(nil)), read(b, bare.AppendJSON(nil)))
	for path := range d.words {
		if !slices.Contains(d.seen, path) {
			b.problem("there are words about %s, which no decision writes", path)
		}
	}
	return object{
		{"oneOf", []object{ref("decision"), ref("refusal")}},
		{"definitions", object{
			{"decision", decision}, {"action", d.action}, {"refusal", refusal()}, {"money", moneyObject()}, {"values", values()}, {"value", anyValue()},
		}},
	}
}

// decisionBuilder makes schemas of what decisions write.
type decisionBuilder struct {
	b      *builder
	words  map[string]word
	seen   []string
	action object // of an action, which may have others in it
}

// object is the schema of an object at a path: of a whole one, and of one with
// nothing that may be missing.
func (d *decisionBuilder) object(path string, whole, bare object) object {
	var properties object
	var required []string
	for _, m := range whole {
		at := path + "." + m.key
		d.seen = append(d.seen, at)
		w, ok := d.words[at]
		if !ok {
			d.b.problem("decisions have %s, about which there are no words", at)
		}
		o := w.value
		if o == nil {
			o = d.value(at, m.value, bare.get(m.key))
		}
		properties = append(properties, member{m.key, described(w.text, o)})
		if bare.get(m.key) != nil && !slices.Contains(optional, at) {
			required = append(required, m.key)
		}
	}
	return object{{"type", "object"}, {"properties", properties}, {"required", required}}
}

// optional lists keys that are not required, though the barest decision has them: it has them to
// show their members.
var optional = []string{".made", ".made.proposed", ".made.second", ".made.declined", ".choices[].second", ".plays[].items", ".actions[].message", ".choices[].options[].amount", ".choices[].precedents.options", ".choices[].precedents.recent"}

// value is the schema of a value that has no words of its own about its looks.
func (d *decisionBuilder) value(at string, whole, bare any) object {
	switch v := whole.(type) {
	case string:
		if _, err := value.ParseTimestamp(v); err == nil {
			return aTime.schema()
		}
		return types("string")
	case bool:
		return types("boolean")
	case []any:
		return list(d.item(at+"[]", v[0], bare), 0)
	case object:
		if v.get("currency") != nil {
			return ref("money")
		}
		inner, _ := bare.(object)
		return d.object(at, v, inner)
	}
	return types("integer")
}

// item is the schema of the items of a list. Actions are described once.
func (d *decisionBuilder) item(at string, whole, bare any) object {
	list, _ := bare.([]any)
	if list == nil {
		d.b.problem("the barest decision has no %s", at)
		return nil
	}
	switch at {
	case ".actions[].remind[]", ".actions[].if_late[]", ".choices[].remind[]", ".choices[].if_late[]", ".made.proposed[]":
		return ref("action")
	case ".actions[]":
		d.action = d.object(at, whole.(object), list[0].(object))
		return ref("action")
	}
	return d.value(at, whole, list[0])
}

// moneyObject is an amount, exact.
func moneyObject() object {
	return closed(object{
		{"value", object{{"type", "string"}, {"pattern", `^-?[0-9]+(\.[0-9]+)?$`}}},
		{"currency", object{{"type", "string"}, {"pattern", "^[A-Z]{3}$"}}},
	}, []string{"value", "currency"})
}

// values are parameters or facts by name.
func values() object { return types("object").and(member{"additionalProperties", ref("value")}) }

// anyValue is the value of a parameter or a fact. Durations, dates, times and
// percentages are text.
func anyValue() object {
	between := closed(object{{"from", ref("money")}, {"to", ref("money")}}, []string{"from", "to"})
	return either(scalar(), ref("money"), between, list(ref("value"), 0))
}
