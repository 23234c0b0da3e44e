package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
)

// word is what this package knows of a key: what people read, and what the value
// looks like where the reader's kind does not say it all.
type word struct {
	text  string
	value object
}

type words map[string]word

// builder makes the schemas of mappings from the keys that the reader asks for. It collects
// problems: keys without words, and words without keys.
type builder struct {
	shapes   map[string]playbook.Shape
	used     map[string]bool
	problems []string
}

func newBuilder() *builder {
	b := &builder{shapes: map[string]playbook.Shape{}, used: map[string]bool{}}
	for _, s := range playbook.Shapes() {
		b.shapes[s.Name] = s
	}
	return b
}

func (b *builder) problem(format string, args ...any) {
	b.problems = append(b.problems, fmt.Sprintf(format, args...))
}

// err tells everything that does not fit together.
func (b *builder) err() error {
	if len(b.problems) == 0 {
		return nil
	}
	slices.Sort(b.problems)
	return errors.New(strings.Join(slices.Compact(b.problems), "\n"))
}

// shape returns what the reader asks for in a mapping.
func (b *builder) shape(name string) playbook.Shape {
	s, ok := b.shapes[name]
	if !ok {
		b.problem("the reader knows no mapping that is %s", name)
	}
	b.used[name] = true
	return s
}

// properties are the keys of a mapping with their schemas.
func (b *builder) properties(shape string, known words) object {
	s := b.shape(shape)
	var out object
	for _, k := range s.Keys {
		w, ok := known[k.Name]
		if !ok {
			b.problem("%s has a key %s, about which there are no words", s.Name, k.Name)
		}
		out = append(out, member{k.Name, described(w.text, b.value(s, k, w.value))})
	}
	for name := range known {
		if !slices.ContainsFunc(s.Keys, func(k playbook.Key) bool { return k.Name == name }) {
			b.problem("there are words about %s, which is no key of %s", name, s.Name)
		}
	}
	return out
}

// value is the schema of what stands under a key.
func (b *builder) value(s playbook.Shape, k playbook.Key, said object) object {
	switch {
	case said != nil:
		return said
	case k.Kind == playbook.KeyText:
		return text()
	case k.Kind == playbook.KeyID:
		return anID.schema()
	case k.Kind == playbook.KeyBool:
		return types("boolean")
	case k.Kind == playbook.KeyInt:
		return types("integer").and(member{"minimum", k.Least}, member{"maximum", k.Most})
	case k.Kind == playbook.KeyOneOf:
		return oneOf(k.OneOf)
	case k.Kind == playbook.KeyTexts && k.OneOf != nil:
		return list(oneOf(k.OneOf), 1).and(member{"uniqueItems", true})
	case k.Kind == playbook.KeyTexts:
		return list(text(), 1)
	case k.Kind == playbook.KeyActions:
		return ref("actions")
	}
	b.problem("nothing says what %s of %s looks like", k.Name, s.Name)
	return nil
}

// mapping is the schema of a mapping that takes these keys and no others.
func (b *builder) mapping(shape string, known words) object {
	return closed(b.properties(shape, known), b.required(shape))
}

// required are the keys that always have to be there.
func (b *builder) required(shape string) []string {
	var out []string
	for _, k := range b.shape(shape).Keys {
		if k.Required && k.Approach == "" {
			out = append(out, k.Name)
		}
	}
	return out
}

// set is the closed set that goes with a key.
func (b *builder) set(shape, key string) []string {
	for _, k := range b.shape(shape).Keys {
		if k.Name == key {
			return k.OneOf
		}
	}
	b.problem("%s has no key %s", shape, key)
	return nil
}

// closed is an object with these properties and no others.
func closed(properties object, required []string) object {
	o := object{{"type", "object"}, {"properties", properties}}
	if len(required) > 0 {
		o = o.and(member{"required", required})
	}
	return o.and(member{"additionalProperties", false})
}

// none is a schema that refuses the named properties.
func none(keys ...string) object { return with(nil, keys...) }

// needing is a schema that requires the named properties.
func needing(keys ...string) object { return with(keys) }

// with is a schema that requires some properties and refuses others. Required ones are listed
// under "properties" too, because strict validators insist on it.
func with(keys []string, refused ...string) object {
	var properties object
	for _, k := range keys {
		properties = append(properties, member{k, true})
	}
	for _, k := range refused {
		properties = append(properties, member{k, false})
	}
	o := object{{"properties", properties}}
	if len(keys) > 0 {
		o = o.and(member{"required", keys})
	}
	return o
}

// when is a rule: if one schema holds, another has to, and else a third.
func when(if_, then, else_ object) object {
	o := object{{"if", if_}, {"then", then}}
	if else_ != nil {
		o = o.and(member{"else", else_})
	}
	return o
}

// isTrue holds where a key is true.
func isTrue(key string) object {
	return object{{"properties", object{{key, object{{"const", true}}}}}, {"required", []string{key}}}
}

// is holds where a key has the value.
func is(key, value string) object {
	return object{{"properties", object{{key, object{{"const", value}}}}}, {"required", []string{key}}}
}
