package schema

import (
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// actionParts are the schemas of actions: as they are given, as they are owed for
// being late, and as options to choose between.
func (b *builder) actionParts() []member {
	b.checkWords()
	given, late, options := object{}, object{}, object{}
	var parts []member
	for _, t := range policy.BuiltinActions() {
		switch {
		case t.Name == "substitute":
			given, late, options = given.and(member{t.Name, false}), late.and(member{t.Name, false}), options.and(member{t.Name, false})
			continue
		case givesMoney(t):
			late = late.and(member{t.Name, false})
		default:
			late = late.and(member{t.Name, ref("do_" + t.Name)})
		}
		given = given.and(member{t.Name, ref("do_" + t.Name)})
		parts = append(parts, member{"do_" + t.Name, b.builtin(t, parameter)})
		if len(t.Params) == 0 {
			options = options.and(member{t.Name, ref("do_" + t.Name)})
			continue
		}
		options = options.and(member{t.Name, ref("offer_" + t.Name)})
		parts = append(parts, member{"offer_" + t.Name, b.builtin(t, offered)})
	}
	return append([]member{
		{"actions", list(ref("action"), 0)},
		{"action", oneAction(given)},
		{"late_actions", list(oneAction(late), 0)},
		{"option", oneAction(options)},
		{"common", types("object").and(member{"properties", b.properties("an action", actionWords())})},
		{"do_custom", object{{"type", []string{"object", "null"}}, {"properties", b.common()}}},
	}, parts...)
}

// givesMoney reports whether an action is none to be owed for being late.
func givesMoney(t *policy.ActionType) bool {
	for _, p := range t.Params {
		if p.Name == "amount" && p.Type.Kind == value.KindMoney {
			return true
		}
	}
	return false
}

// oneAction is an item of a list of actions: a type, with its parameters. What is
// not built in is a team's own.
func oneAction(types object) object {
	return object{
		{"type", "object"}, {"minProperties", 1}, {"maxProperties", 1}, {"properties", types},
		{"propertyNames", object{{"pattern", namePattern}}}, {"additionalProperties", ref("do_custom")},
	}
}

// common are the keys that every action takes.
func (b *builder) common() object {
	var out object
	for _, k := range b.shape("an action").Keys {
		out = append(out, member{k.Name, ref("common/properties/" + k.Name)})
	}
	return out
}

// builtin is the mapping of parameters of a type; nothing will do where none is
// required.
func (b *builder) builtin(t *policy.ActionType, value func(*policy.Field) object) object {
	var properties object
	var required []string
	for _, p := range t.Params {
		properties = append(properties, member{p.Name, described(parameterWords[p.Name], value(p))})
		if p.Required() {
			required = append(required, p.Name)
		}
	}
	o := closed(append(properties, b.common()...), required)
	if required == nil {
		o[0].value = []string{"object", "null"}
	}
	return described(builtinWords[t.Name], o)
}

// parameter is the schema of a parameter's value: a literal of its type or an
// expression; text with expressions in it.
func parameter(f *policy.Field) object {
	if f.Type.Kind == value.KindList {
		item := *f
		item.Type = f.Type.Member()
		return either(types("string"), list(parameter(&item), 0))
	}
	switch f.Type.Kind {
	case value.KindMoney:
		return someMoney.orExpression()
	case value.KindDuration:
		return aWait.orExpression()
	case value.KindPercent:
		return aPercent.orExpression()
	case value.KindDate:
		return aDate.orExpression()
	case value.KindTimestamp:
		return aTime.orExpression()
	case value.KindInt:
		return typeOrExpression("integer")
	case value.KindDouble:
		return typeOrExpression("number")
	case value.KindBool:
		return typeOrExpression("boolean")
	}
	if f.OneOf != nil {
		return either(oneOf(f.OneOf), object{{"type", "string"}, {"pattern", `\$\{`}})
	}
	if f.Required() {
		return title()
	}
	return text()
}

// offered is the schema of a parameter of an option: a range of money, or what is
// allowed.
func offered(f *policy.Field) object {
	one := parameter(f)
	if f.Type.Kind != value.KindMoney {
		return oneOrMore(one)
	}
	between := object{{"from", described("The least.", one)}, {"to", described("The most.", one)}}
	return either(one, closed(between, []string{"from", "to"}))
}

// checkWords holds that there are words about every action and parameter, and
// about no other.
func (b *builder) checkWords() {
	actions, params := map[string]bool{}, map[string]bool{}
	for _, t := range policy.BuiltinActions() {
		actions[t.Name] = true
		for _, p := range t.Params {
			params[p.Name] = true
		}
	}
	b.sameNames("action", actions, builtinWords)
	b.sameNames("parameter", params, parameterWords)
}

func (b *builder) sameNames(what string, known map[string]bool, said map[string]string) {
	for name := range known {
		if said[name] == "" {
			b.problem("there are no words about the %s %s", what, name)
		}
	}
	for name := range said {
		if !known[name] {
			b.problem("there are words about %s, which is no %s", name, what)
		}
	}
}
