package recovery

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// validation checks one incident against the fields of the set.
type validation struct {
	*subject
	values *values
	intake intake
	// direct is set when every standard field has the value of the struct, and no other source can
	// set it.
	direct   bool
	strict   bool
	problems []Problem
	readAs   []string   // earlier names that were read
	long     []longList // that a playbook has to let in
	// notObjects are the paths that were reported as values that are not objects.
	notObjects []string
}

// validate checks the workspace's incident against the standard fields, the
// shared ones, and those of each playbook that is in force and applies. Every
// violation is reported at once.
func (w *workspace) validate(ctx context.Context, rules *ruleset, now time.Time, strict bool) (*subject, error) {
	in := &w.incident
	s := &w.subject
	s.workspace, s.rules, s.now, s.id, s.input = w, rules, now, in.ID, rules.program.NewInput(now)
	s.input.Within(ctx)
	v := &w.validation
	v.subject, v.values, v.intake, v.strict = s, &w.values, newIntake(in), strict
	v.direct = !v.intake.shadowed && len(in.given) == 0
	for _, f := range rules.layout.shared {
		v.field(f)
	}
	v.pausesOf()
	if err := v.playbooks(); err != nil {
		return nil, w.or(err)
	}
	rest := v.intake.rest(v.known)
	v.undeclared(rest)
	if len(v.intake.problems) > 0 || len(v.problems) > 0 {
		problems := append(v.intake.problems, v.problems...)
		slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Compare(a.Path, b.Path) })
		return nil, &IncidentError{Incident: in.ID, Problems: problems}
	}
	v.finish(rest)
	return v.subject, nil
}

func (v *validation) problem(path, wanted, found string) {
	v.problems = append(v.problems, Problem{Path: path, Wanted: wanted, Found: found})
}

// field takes one field from the incident, or its default. A playbook that
// narrows a field has its say after the standard one.
func (v *validation) field(f *placed) {
	if v.direct && f.direct {
		v.standardField(f)
		return
	}
	v.objects(f)
	raw, path, ok := v.raw(f)
	if !ok {
		v.missing(f)
		return
	}
	if v.tooMany(f, raw, path) {
		return
	}
	native, bad := coerce(raw, f.Type.Kind, f.Type.Elem)
	if bad != nil {
		v.refuse(f, bad.at(path))
		return
	}
	if f.Type.Currency != "" && !inCurrency(native, f.Type.Currency) {
		wanted := "an amount in " + f.Type.Currency
		if f.Type.Kind == value.KindList {
			wanted = "amounts in " + f.Type.Currency
		}
		v.refuse(f, Problem{Path: path, Wanted: wanted, Found: shown(raw)})
		return
	}
	if s, isText := raw.(string); isText && !utf8.ValidString(s) {
		v.refuse(f, Problem{Path: path, Wanted: "text in UTF-8", Found: shown(raw)})
		return
	}
	if p, bad := unseenID(native, path); bad && f.isID {
		v.refuse(f, p)
		return
	}
	if wanted := f.Misfit(native); wanted != "" {
		v.refuse(f, Problem{Path: path, Wanted: wanted, Found: shown(raw)})
		return
	}
	if f.NonEmpty && native == "" {
		v.refuse(f, Problem{Path: path, Wanted: "a text that is not empty", Found: `""`})
		return
	}
	if list, isList := native.([]any); f.NonEmpty && isList && len(list) == 0 {
		v.refuse(f, Problem{Path: path, Wanted: "a list that is not empty", Found: "[]"})
		return
	}
	v.input.Set(f.Field, native)
	v.values.set(f, cellOf(native))
}

// standardField is field for what the struct holds: the same, without asking in
// which of many ways the value was written.
func (v *validation) standardField(f *placed) {
	switch p := v.intake.in.at(f.std).(type) {
	case *string:
		v.standardText(f, *p)
	case *time.Time:
		v.standardTime(f, *p)
	default:
		v.standardOther(f, held(p))
	}
}

func (v *validation) standardText(f *placed, s string) {
	switch {
	case s == "":
		v.missing(f)
	case !utf8.ValidString(s):
		v.refuse(f, Problem{Path: f.Name, Wanted: "text in UTF-8", Found: shown(s)})
	case f.isID && !isSeen(s):
		v.refuse(f, Problem{Path: f.Name, Wanted: seenID, Found: shown(s)})
	case !f.AllowsText(s):
		v.refuse(f, Problem{Path: f.Name, Wanted: f.Misfit(s), Found: shown(s)})
	default:
		v.input.Set(f.Field, s)
		v.values.set(f, cell{kind: textCell, text: s})
	}
}

// seenID is what is wanted of an id.
const seenID = "an id without control characters and others that nobody can see"

// unseenID finds the id that nobody can see in full, in one or in a list of them.
func unseenID(native any, path string) (p Problem, bad bool) {
	if s, isText := native.(string); isText && !isSeen(s) {
		return Problem{Path: path, Wanted: seenID, Found: shown(s)}, true
	}
	list, _ := native.([]any)
	for i, one := range list {
		if p, bad := unseenID(one, fmt.Sprintf("%s[%d]", path, i)); bad {
			return p, true
		}
	}
	return Problem{}, false
}

func isSeen(s string) bool {
	at, _ := unseen.First(s)
	return at < 0
}

func (v *validation) standardTime(f *placed, t time.Time) {
	if t.IsZero() {
		v.missing(f)
		return
	}
	native, ok := toTime(t)
	if !ok {
		v.refuse(f, Problem{Path: f.Name, Wanted: wantedOf(value.KindTimestamp), Found: shown(t)})
		return
	}
	if f.bounded {
		if wanted := f.Misfit(native); wanted != "" {
			v.refuse(f, Problem{Path: f.Name, Wanted: wanted, Found: shown(t)})
			return
		}
	}
	v.input.Set(f.Field, native)
	v.values.set(f, timeCellOf(native))
}

func (v *validation) standardOther(f *placed, held any) {
	if held == nil {
		v.missing(f)
		return
	}
	if v.tooMany(f, held, f.Name) {
		return
	}
	native, bad := coerce(held, f.Type.Kind, f.Type.Elem)
	if bad != nil {
		v.refuse(f, bad.at(f.Name))
		return
	}
	if wanted := f.Misfit(native); wanted != "" {
		v.refuse(f, Problem{Path: f.Name, Wanted: wanted, Found: shown(held)})
		return
	}
	v.input.Set(f.Field, native)
	v.values.set(f, cellOf(native))
}

// refuse says what is wrong with the value of a field. The field then has none: not even the default,
// with which the incident began.
func (v *validation) refuse(f *placed, p Problem) {
	v.problems = append(v.problems, p)
	if f.preset {
		v.input.Set(f.Field, nil)
	}
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
func (v *validation) objects(f *placed) {
	for _, outer := range f.outer {
		raw, ok := v.intake.lookup(outer)
		if _, isObject := raw.(map[string]any); !ok || isObject || slices.Contains(v.notObjects, outer) {
			continue
		}
		v.notObjects = append(v.notObjects, outer)
		v.problem(outer, "an object", shown(raw))
	}
}

// raw finds a field under its name, else under an earlier one.
func (v *validation) raw(f *placed) (raw any, path string, ok bool) {
	if raw, ok = v.intake.lookup(f.Name); ok {
		return raw, f.Name, true
	}
	for _, was := range f.Was {
		if raw, ok = v.intake.lookup(was); ok {
			v.readAs = append(v.readAs, was)
			return raw, was, true
		}
	}
	return nil, f.Name, false
}

func (v *validation) missing(f *placed) {
	switch {
	case f.preset: // the input and the values began with it
	case f.Default != nil:
		v.input.Set(f.Field, f.Default)
		v.values.set(f, f.missing)
	case f.Required():
		v.values.unset(f)
		v.problem(f.Name, wantedOf(f.Type.Kind), "")
	}
}

// defaults names the fields of an incident that fits whose values are their defaults.
func (v *validation) defaults() []string {
	var out []string
	for _, f := range append(slices.Clip(v.rules.layout.shared), v.values.own...) {
		if f == nil || f.Default == nil {
			continue
		}
		_, given := v.intake.lookup(f.Name)
		for _, was := range f.Was {
			_, early := v.intake.lookup(was)
			given = given || early
		}
		if !given {
			out = append(out, f.Name)
		}
	}
	return out
}

func (v *validation) pausesOf() {
	raw, ok := v.intake.lookup("paused")
	if !ok {
		return
	}
	if n := itemsOf(raw); n > policy.MaxItems {
		v.problem("paused", wantedItems(policy.MaxItems), foundItems(n))
		return
	}
	pauses, problems := toPauses(raw)
	v.problems = append(v.problems, problems...)
	for _, p := range pauses {
		v.pauses = append(v.pauses, worktime.Pause{From: p.From, Until: p.Until})
	}
	v.values.setPaused(pauses)
}

// playbooks checks the fields of each playbook that is in force and applies.
// When the incident is wrong already, a playbook is left out if its condition
// fails: the error may come from the wrong value.
func (v *validation) playbooks() error {
	wrong := len(v.problems) > 0 || len(v.intake.problems) > 0
	applying, err := v.input.Applying()
	if err != nil && !wrong {
		return matchError(err)
	}
	v.own(applying)
	v.stillTooMany()
	return nil
}

// own takes the fields of the playbooks that apply.
func (v *validation) own(applying []*policy.Playbook) {
	v.applying = applying
	// Own fields are taken after every playbook was asked, because a narrowed
	// default must not change what another playbook's applies sees. Of several
	// playbooks that declare one field, the first has its say for all.
	for _, b := range applying {
		v.workspace.applying[b.Number()] = true
		for _, f := range v.rules.layout.own[b.Number()] {
			if v.values.takeOwn(f) {
				v.again(f)
			}
		}
	}
}

// without is the subject where a playbook's applies has failed, so that nothing
// will be decided: the others can be asked all the same.
func (v *validation) without() *subject {
	applying, _ := v.input.Applying() // the error is known
	v.own(applying)
	v.finish(v.intake.rest(v.known))
	return v.subject
}

// again takes a field of a playbook. One that narrows a standard field was
// taken before: what was wrong with it then is not said twice.
func (v *validation) again(f *placed) {
	if v.values.layout.isShared[f.Slot] {
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
	return path == "paused" || v.values.knows(path) || slices.Contains(v.readAs, path)
}

// undeclared refuses fields that no document of the set declares, when the engine is strict.
func (v *validation) undeclared(rest map[string]any) {
	if !v.strict {
		return
	}
	leaves(rest, "", func(path string, value any) {
		if !v.rules.layout.playbookNames[path] {
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
	w := v.workspace
	if v.rest = rest; rest == nil {
		w.record = v.values.appendRecord(w.record[:0])
	} else {
		w.record = appendRecord(w.record[:0], v.values.list(), rest)
	}
	v.canonical = w.record

	at := v.values.std
	v.occurredAt = at(stdOccurredAt).time()
	v.reportedAt, v.respondedAt = at(stdReportedAt).time(), at(stdRespondedAt).time()
	v.informedAt, v.resolvedAt = at(stdInformedAt).time(), at(stdResolvedAt).time()
	v.expectedAt = at(stdExpectedAt).time()
	v.phase, v.provider = at(stdPhase).text, at(stdProvider).text
	v.language = cmp.Or(at(stdLanguage).text, at(stdCustomerLanguage).text)
}
