package recovery

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/worktime"
)

// validation checks one incident against the fields of the set.
type validation struct {
	*subject
	intake   intake
	strict   bool
	problems []Problem
	values   map[string]any  // of declared fields, by name
	readAs   map[string]bool // earlier names that were read
	fields   map[string]*policy.Field
	// notObjects are the paths of which it was said that they are no objects.
	notObjects map[string]bool
}

// validate checks an incident against the standard fields, the shared ones, and
// those of each playbook that is in force and applies. Every violation is
// reported at once.
func validate(rules *ruleset, in Incident, now time.Time, strict bool) (*subject, error) {
	v := &validation{
		subject: &subject{rules: rules, now: now, id: in.ID, input: rules.program.NewInput(now)},
		intake:  newIntake(&in), strict: strict,
		values: map[string]any{}, readAs: map[string]bool{}, fields: map[string]*policy.Field{}, notObjects: map[string]bool{},
	}
	for _, f := range rules.program.Fields {
		v.field(f)
	}
	v.pausesOf()
	if err := v.playbooks(); err != nil {
		return nil, err
	}
	rest := v.intake.rest(v.known)
	v.undeclared(rest)
	v.problems = append(v.intake.problems, v.problems...)
	if len(v.problems) > 0 {
		slices.SortStableFunc(v.problems, func(a, b Problem) int { return cmp.Compare(a.Path, b.Path) })
		return nil, &IncidentError{Incident: in.ID, Problems: v.problems}
	}
	v.finish(rest)
	return v.subject, nil
}

func (v *validation) problem(path, wanted, found string) {
	v.problems = append(v.problems, Problem{Path: path, Wanted: wanted, Found: found})
}

// field takes one field from the incident, or its default. A playbook that
// narrows a field has its say after the standard one.
func (v *validation) field(f *policy.Field) {
	v.fields[f.Name] = f
	v.objects(f.Name)
	raw, path, ok := v.raw(f)
	if !ok {
		v.missing(f)
		return
	}
	native, bad := coerce(raw, f.Type.Kind.String(), f.Type.Elem.String())
	if bad != nil {
		v.problems = append(v.problems, bad.at(path))
		return
	}
	if f.Type.Currency != "" && !inCurrency(native, f.Type.Currency) {
		wanted := "an amount in " + f.Type.Currency
		if f.Type.Kind == policy.List {
			wanted = "amounts in " + f.Type.Currency
		}
		v.problem(path, wanted, shown(raw))
		return
	}
	if s, isText := raw.(string); isText && !utf8.ValidString(s) {
		v.problem(path, "text in UTF-8", shown(raw))
		return
	}
	if wanted := f.Misfit(native); wanted != "" {
		v.problem(path, wanted, shown(raw))
		return
	}
	if f.NonEmpty && native == "" {
		v.problem(path, "a text that is not empty", `""`)
		return
	}
	v.set(f, native)
}

// inCurrency reports whether an amount, or each of a list, is in a currency.
func inCurrency(native any, currency string) bool {
	switch x := native.(type) {
	case Money:
		return x.Currency() == currency
	case []any:
		return !slices.ContainsFunc(x, func(e any) bool { return !inCurrency(e, currency) })
	}
	return true
}

// objects refuses a value that stands where the name of a field needs an
// object: its fields would be taken as absent.
func (v *validation) objects(name string) {
	for i, r := range name {
		if r != '.' || name[:i] == "customer" {
			continue
		}
		raw, ok := v.intake.lookup(name[:i])
		if _, isObject := raw.(map[string]any); !ok || isObject || v.notObjects[name[:i]] {
			continue
		}
		v.notObjects[name[:i]] = true
		v.problem(name[:i], "an object", shown(raw))
	}
}

// raw finds a field under its name, else under an earlier one.
func (v *validation) raw(f *policy.Field) (raw any, path string, ok bool) {
	if raw, ok = v.intake.lookup(f.Name); ok {
		return raw, f.Name, true
	}
	for _, was := range f.Was {
		if raw, ok = v.intake.lookup(was); ok {
			v.readAs[was] = true
			return raw, was, true
		}
	}
	return nil, f.Name, false
}

func (v *validation) missing(f *policy.Field) {
	switch {
	case f.Default != nil:
		v.set(f, f.Default)
	case f.Required():
		delete(v.values, f.Name)
		v.problem(f.Name, wantedOf(f.Type.Kind.String()), "")
	}
}

func (v *validation) set(f *policy.Field, native any) {
	v.values[f.Name] = native
	v.input.Set(f, native)
}

func (v *validation) pausesOf() {
	raw, ok := v.intake.lookup("paused")
	if !ok {
		return
	}
	pauses, problems := toPauses(raw)
	v.problems = append(v.problems, problems...)
	for _, p := range pauses {
		v.pauses = append(v.pauses, worktime.Pause{From: p.From, Until: p.Until})
	}
	if len(pauses) > 0 {
		v.values["paused"] = pauses
	}
}

// playbooks checks the fields of each playbook that is in force and applies.
// When something is wrong already, a playbook of which that cannot be told is
// left out: more than what is wrong is not known.
func (v *validation) playbooks() error {
	wrong := len(v.problems) > 0 || len(v.intake.problems) > 0
	applying, err := v.input.Applying()
	if err != nil && !wrong {
		return playError(err)
	}
	v.applying = applying
	// Own fields are taken after every playbook was asked, because a narrowed
	// default must not change what another playbook's applies sees.
	seen := map[int]bool{}
	for _, b := range applying {
		for _, f := range b.Fields {
			if !seen[f.Slot] {
				seen[f.Slot] = true
				v.again(f)
			}
		}
	}
	return nil
}

// again takes a field of a playbook. One that narrows a standard field was
// taken before: what was wrong with it then is not said twice.
func (v *validation) again(f *policy.Field) {
	if _, taken := v.fields[f.Name]; taken {
		for _, p := range v.problems {
			if p.Path == f.Name || strings.HasPrefix(p.Path, f.Name+"[") {
				return
			}
		}
	}
	v.field(f)
}

// known reports whether a path belongs to a field that was taken.
func (v *validation) known(path string) bool {
	return path == "paused" || v.fields[path] != nil || v.readAs[path]
}

// undeclared refuses, when asked to, what no document of the set declares.
func (v *validation) undeclared(rest map[string]any) {
	if !v.strict {
		return
	}
	names := map[string]bool{}
	for _, b := range v.rules.program.Playbooks {
		for _, f := range b.Fields {
			names[f.Name] = true
			for _, w := range f.Was {
				names[w] = true
			}
		}
	}
	leaves(rest, "", func(path string, value any) {
		if !names[path] {
			v.problem(path, "a field that the playbooks declare", shown(value))
		}
	})
}

// leaves visits the values of a tree, sorted by path.
func leaves(tree map[string]any, prefix string, visit func(path string, value any)) {
	for _, k := range sortedKeys(tree) {
		if inner, ok := tree[k].(map[string]any); ok && len(inner) > 0 {
			leaves(inner, prefix+k+".", visit)
			continue
		}
		visit(prefix+k, tree[k])
	}
}

// finish makes the record of an incident that fits.
func (v *validation) finish(rest map[string]any) {
	declared := make([]fieldValue, 0, len(v.values))
	v.keys = make(map[string]string, len(v.values))
	for name, val := range v.values {
		declared = append(declared, fieldValue{path: name, value: val})
		if _, isList := val.([]any); isList || name == "paused" {
			continue
		}
		if text := policy.Show(val); text != "" {
			v.keys[name] = text
		}
	}
	slices.SortFunc(declared, func(a, b fieldValue) int { return cmp.Compare(a.path, b.path) })
	leaves(rest, "", func(path string, value any) { v.restKey(path, value) })
	v.canonical = appendRecord(nil, declared, rest)

	v.occurredAt = v.time("occurred_at")
	v.reportedAt, v.respondedAt = v.time("reported_at"), v.time("responded_at")
	v.informedAt, v.resolvedAt = v.time("informed_at"), v.time("resolved_at")
	v.expectedAt = v.time("expected_at")
	v.phase, v.provider = v.text("phase"), v.text("provider")
	v.language = cmp.Or(v.text("language"), v.text("customer.language"))
}

// restKey gives an undeclared value a key: facts of another set may compare it.
func (v *validation) restKey(path string, value any) {
	switch x := value.(type) {
	case []any, map[string]any:
	case string:
		if x != "" {
			v.keys[path] = x
		}
	default:
		if text := policy.Show(value); text != "" {
			v.keys[path] = text
		} else {
			v.keys[path] = shown(value)
		}
	}
}

func (v *validation) time(name string) time.Time {
	t, _ := v.values[name].(time.Time)
	return t
}

func (v *validation) text(name string) string {
	s, _ := v.values[name].(string)
	return s
}
