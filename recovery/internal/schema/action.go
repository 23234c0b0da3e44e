package schema

import (
	"maps"
	"slices"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// actionParts are the schemas of actions: as they are given, and as options to choose
// between.
func (b *builder) actionParts() []member {
	b.checkWords()
	given, options := object{}, object{}
	var parts []member
	common := b.keysOf("an action")
	for _, t := range policy.BuiltinActions() {
		if t.Name == "substitute" {
			given, options = given.and(member{t.Name, false}), options.and(member{t.Name, false})
			continue
		}
		given = given.and(member{t.Name, ref("do_" + t.Name)})
		parts = append(parts, member{"do_" + t.Name, builtin(t, parameter, common, nil)})
		if len(t.Params) == 0 {
			options = options.and(member{t.Name, ref("do_" + t.Name)})
			continue
		}
		options = options.and(member{t.Name, ref("offer_" + t.Name)})
		parts = append(parts, member{"offer_" + t.Name, builtin(t, offered, common, nil)})
	}
	parts = append(parts, b.stepParts("late", "a step of `if_late`")...)
	parts = append(parts, b.stepParts("remind", "a step of `remind`")...)
	return append([]member{
		{"actions", list(ref("action"), 0)},
		{"action", oneAction(given, "do_custom")},
		{"option", oneAction(options, "do_custom")},
		{"common", types("object").and(member{"properties", b.properties("an action", actionWords())})},
		{"step", types("object").and(member{"properties", stepKeys()})},
		{"do_custom", object{{"type", []string{"object", "null"}}, {"properties", common}}},
	}, parts...)
}

// stepParts are the schemas of the steps that an action brings with it: a list of them, and each
// type by itself. None gives money.
func (b *builder) stepParts(name, shape string) []member {
	keys := b.keysOf(shape)
	required := b.required(shape)
	steps := object{}
	var parts []member
	for _, t := range policy.BuiltinActions() {
		if t.Name == "substitute" || givesMoney(t) {
			steps = steps.and(member{t.Name, false})
			continue
		}
		steps = steps.and(member{t.Name, ref(name + "_" + t.Name)})
		parts = append(parts, member{name + "_" + t.Name, builtin(t, parameter, keys, required)})
	}
	own := object{{"type", []string{"object", "null"}}}
	if required != nil {
		own = types("object")
	}
	refused := keys
	for _, k := range b.keysOf("an action") {
		if !slices.ContainsFunc(keys, func(m member) bool { return m.key == k.key }) {
			refused = refused.and(member{k.key, false})
		}
	}
	own = own.and(member{"properties", refused})
	if required != nil {
		own = own.and(member{"required", required})
	}
	return append(parts, member{name + "_custom", own}, member{name + "_actions", list(oneAction(steps, name+"_custom"), 0)})
}

// givesMoney reports whether a type of action gives money, so that reminders and if_late cannot take it.
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
func oneAction(types object, own string) object {
	return object{
		{"type", "object"}, {"minProperties", 1}, {"maxProperties", 1}, {"properties", types},
		{"propertyNames", object{{"pattern", namePattern}}}, {"additionalProperties", ref(own)},
	}
}

// keysOf are the keys that every action takes, or every step.
func (b *builder) keysOf(shape string) object {
	var out object
	for _, k := range b.shape(shape).Keys {
		of := "common"
		if _, ofStep := stepWords()[k.Name]; ofStep {
			of = "step"
		} else if _, known := actionWords()[k.Name]; !known {
			b.problem("%s has a key %s, about which there are no words", shape, k.Name)
		}
		out = append(out, member{k.Name, ref(of + "/properties/" + k.Name)})
	}
	return out
}

// stepKeys are the keys that only steps take.
func stepKeys() object {
	var out object
	for _, name := range slices.Sorted(maps.Keys(stepWords())) {
		w := stepWords()[name]
		out = append(out, member{name, described(w.text, w.value)})
	}
	return out
}

// builtin is the schema of the parameters of a type. If none is required, the parameters
// may be left out.
func builtin(t *policy.ActionType, value func(*policy.Field) object, keys object, required []string) object {
	var properties object
	required = slices.Clone(required)
	for _, p := range t.Params {
		properties = append(properties, member{p.Name, described(parameterWords[p.Name], value(p))})
		if p.Required() {
			required = append(required, p.Name)
		}
	}
	for _, k := range keys {
		if !slices.ContainsFunc(t.Params, func(p *policy.Field) bool { return p.Name == k.key }) {
			properties = append(properties, k) // an inform has an every of its own
		}
	}
	o := closed(properties, required)
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
