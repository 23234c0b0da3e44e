package policy

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

func (s *scope) discretion(d *playbook.Discretion, known celenv.Known) *Discretion {
	out := &Discretion{AtLeast: 1, AtMost: 1, Tolerance: new(big.Rat)}
	out.Decider = s.namedRole("decider", d.Decider, known)
	out.Calendar = s.calendarOf(d.Calendar, known)
	working := d.Calendar.IsSet() || d.Calendar.Misread()
	out.Within = s.deadline("within", d.Within, counting{working: working, dated: d.Ends.Value == string(worktime.EndsWorkingDay), workdays: true}, known)
	s.ends(out.Within, d.Ends, d.Within, working, "the time to decide")
	if d.AtLeast.IsSet() {
		out.AtLeast, _ = strconv.Atoi(d.AtLeast.Value)
	}
	if d.AtMost.IsSet() {
		out.AtMost, _ = strconv.Atoi(d.AtMost.Value)
	}
	if out.AtLeast > len(d.Options) && len(d.Options) > 0 {
		s.errorf(d.AtLeast.Range, "bad-choose", "", "at least %d options cannot be chosen from %d", out.AtLeast, len(d.Options))
	}
	if d.AtMost.IsSet() && out.AtMost == 0 {
		s.errorf(d.AtMost.Range, "bad-choose", "", "a choice of no option is none")
	}
	for i, o := range d.Options {
		s.optionDistinct(o, d.Options[:i])
		if c := s.option(o, givenIn{known: known}); c != nil {
			out.Options = append(out.Options, c)
		}
	}
	s.authority(out, d, known)
	s.choiceSteps(out, d, known)
	for _, name := range d.Comparable {
		if f := s.fieldNamed(name); f != nil {
			if f.Type.Kind == value.KindList {
				s.errorf(name.Range, "wrong-type", "", "`%s` is a list; cases are compared by single values", f.Name)
			}
			if slices.Contains(out.Comparable, f) {
				s.errorf(name.Range, "duplicate-value", "", "`%s` is listed twice", f.Name)
			}
			out.Comparable = append(out.Comparable, f)
		}
	}
	if d.Tolerance.IsSet() {
		p, err := value.ParsePercent(d.Tolerance.Value)
		if err != nil {
			s.mendf(d.Tolerance.Range, "bad-percent", meant(value.Type{Kind: value.KindPercent}, d.Tolerance), "`tolerance`: %s", err)
		} else if p.Rat().Sign() < 0 {
			s.errorf(d.Tolerance.Range, "bad-percent", "", "a tolerance cannot be negative")
		} else {
			out.Tolerance = p.Rat()
		}
	}
	return out
}

// notEmpty refuses a text that names nobody.
func (s *scope) notEmpty(name string, t playbook.Text) {
	if t.IsSet() && strings.TrimSpace(t.Value) == "" {
		s.errorf(t.Range, "missing-parameter", "", "`%s` is an empty text", name)
	}
}

// optionDistinct reports a second option of one type without an id: a choice names its option by
// type and id.
func (s *scope) optionDistinct(o *playbook.Action, before []*playbook.Action) {
	if t, ok := s.builtin[o.Type.Value]; ok && (t.Merge == MergeItem || t.Merge == MergeTo) {
		return // the values by which they merge tell them apart
	}
	same := slices.ContainsFunc(before, func(b *playbook.Action) bool {
		return b.Type.Value == o.Type.Value && b.ID.Value == o.ID.Value
	})
	if same {
		s.errorf(o.Type.Range, "missing-id", "add `id:` to each of them", "there are two options of type `%s`, so they need ids to be told apart", o.Type.Value)
	}
}

func (s *scope) option(a *playbook.Action, in givenIn) *Option {
	t := s.actionType(a.Type, false)
	if t == nil {
		return nil
	}
	out := &Option{Action: s.common(a, t, in)}
	s.unknownParams(a, t)
	known := in.known
	for _, spec := range t.Params {
		v, ok := paramOf(a, spec.Name)
		switch {
		case !ok && spec.Default != nil:
			out.Allowed = append(out.Allowed, OptionParam{Name: spec.Name, Values: []*Param{{Spec: spec, constant: spec.Default, fixed: true}}})
		case !ok && spec.Required():
			s.missingParam(a, t, spec)
		case !ok:
		case spec.Type.Kind == value.KindMoney:
			s.optionMoney(out, spec, v, known, spec == t.amount())
		case spec.Name == "every" && t.Name == "inform":
			out.Allowed = append(out.Allowed, s.optionEvery(v, out.Calendar != nil, known))
		default:
			out.Allowed = append(out.Allowed, s.optionParam(spec, v, known))
		}
	}
	if out.From != nil {
		out.Amount = out.From // so that messages can read the amount
	}
	s.checkMessage(a, out.Action, in)
	out.Amount = nil
	return out
}

// optionMoney compiles a range {from, to}. A single amount is both its ends.
func (s *scope) optionMoney(out *Option, spec *Field, v playbook.Value, known celenv.Known, isAmount bool) {
	from, to := s.moneyRange(spec, v, known)
	if from == nil || to == nil {
		return
	}
	s.checkRange(from, to, v)
	if isAmount {
		out.From, out.To = from, to
		if from == to {
			s.zeroAmount(out.Type, from)
		}
		return
	}
	out.Allowed = append(out.Allowed, OptionParam{Name: spec.Name, From: from, To: to})
}

func (s *scope) moneyRange(spec *Field, v playbook.Value, known celenv.Known) (from, to *Param) {
	if v.Kind == playbook.Scalar {
		p := s.param(spec, v, known)
		return p, p
	}
	if !v.IsSet() {
		return nil, nil // reported when the file was read
	}
	if v.Kind != playbook.Mapping {
		s.errorf(v.Range, "wrong-type", "", "in an option, `%s` is a range such as {from: 0 EUR, to: 50 EUR}", spec.Name)
		return nil, nil
	}
	for _, e := range v.Entries {
		switch e.Key.Value {
		case "from":
			from = s.param(spec, e.Value, known)
		case "to":
			to = s.param(spec, e.Value, known)
		default:
			s.mendf(e.Key.Range, "unknown-key", near(e.Key, []string{"from", "to"}), "a range has `from` and `to`, not `%s`", e.Key.Value)
		}
	}
	for _, key := range []string{"from", "to"} {
		if !slices.ContainsFunc(v.Entries, func(e playbook.Entry) bool { return e.Key.Value == key }) {
			s.errorf(v.Range, "missing-key", "", "a range needs `%s`", key)
		}
	}
	return from, to
}

func (s *scope) checkRange(from, to *Param, v playbook.Value) {
	if !from.fixed || !to.fixed {
		return
	}
	a, b := from.constant.(value.Money), to.constant.(value.Money)
	switch {
	case a.Currency() != b.Currency():
		s.errorf(v.Range, "mixed-currencies", "", "the range goes from %s to %s, two currencies", a, b)
	case b.Compare(a) < 0:
		s.errorf(v.Range, "out-of-range", "", "the range ends at %s, below its start %s", b, a)
	}
}

// optionEvery compiles the interval of inform: one, or a list to choose from.
func (s *scope) optionEvery(v playbook.Value, working bool, known celenv.Known) OptionParam {
	out := OptionParam{Name: "every", Choose: v.Kind == playbook.List}
	items := []playbook.Value{v}
	if out.Choose {
		items = v.Items
		s.allowsSomething("every", v)
	}
	for _, item := range items {
		if item.Kind == playbook.Mapping || item.Kind == playbook.List {
			s.errorf(item.Range, "wrong-type", "", "`every` is a duration, such as 24h")
			continue
		}
		if !item.IsSet() {
			continue // reported when the file was read
		}
		if p := s.pace(item.Text, counting{working: working}, known); p != nil {
			out.Values = append(out.Values, p)
		}
	}
	return out
}

// optionParam compiles a parameter that may be a list of values to choose from. If the parameter is
// of a list type, a list is one value, and a list of lists is a choice.
func (s *scope) optionParam(spec *Field, v playbook.Value, known celenv.Known) OptionParam {
	out := OptionParam{Name: spec.Name}
	isChoice := v.Kind == playbook.List
	if isChoice && spec.Type.Kind == value.KindList {
		isChoice = len(v.Items) > 0 && v.Items[0].Kind == playbook.List
	}
	if !isChoice {
		if p := s.param(spec, v, known); p != nil {
			out.Values = []*Param{p}
		}
		return out
	}
	out.Choose = true
	s.allowsSomething(spec.Name, v)
	for _, item := range v.Items {
		if p := s.param(spec, item, known); p != nil {
			out.Values = append(out.Values, p)
		}
	}
	return out
}

// allowsSomething refuses an empty list of values to choose from.
func (s *scope) allowsSomething(name string, v playbook.Value) {
	if len(v.Items) == 0 {
		s.errorf(v.Range, "empty-list", "", "`%s` allows nothing; list what may be chosen", name)
	}
}
