package recovery

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/intake"
)

// take turns what was chosen into actions, and says all that is wrong with it.
func (x *chooser) take() ([]*draft, error) {
	var drafts []*draft
	seen := map[string]bool{}
	for i, s := range x.sel.Options {
		at := fmt.Sprintf("options[%d]", i)
		o, offered := x.offered(s)
		if o == nil {
			x.problems = append(x.problems, Problem{at, "one of " + strings.Join(x.names(), ", "), intake.Shown(optionName(s.Type, s.ID))})
			continue
		}
		if id := x.optionID(s); seen[id] {
			x.problems = append(x.problems, Problem{at, "each option once", intake.Shown(optionName(s.Type, s.ID))})
		} else {
			seen[id] = true
		}
		d, err := x.draft(at, o, offered, s)
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, d)
	}
	if len(x.problems) == 0 {
		if err := x.within(drafts); err != nil {
			return nil, err
		}
	}
	if len(x.problems) > 0 {
		return nil, x.fail("what was chosen is not on offer")
	}
	return drafts, nil
}

func optionName(kind, id string) string {
	if id == "" {
		return kind
	}
	return kind + "/" + id
}

func (x *chooser) names() []string {
	var out []string
	for _, o := range x.choice.Options {
		out = append(out, optionName(o.Type, o.ID))
	}
	return out
}

func (x *chooser) offered(s Selected) (*policy.Option, Offer) {
	var first *policy.Option
	var offer Offer
	for i, o := range x.play.Choice.Options {
		if o.Type.Name != s.Type || o.ID != s.ID {
			continue
		}
		// Options of one type that merge, such as two items to replace, need no
		// ids: their parameters tell them apart.
		if x.choice.Options[i].takes(s.Params) {
			return o, x.choice.Options[i]
		}
		if first == nil {
			first, offer = o, x.choice.Options[i]
		}
	}
	return first, offer
}

// takes reports whether an offer has the parameters that are given.
func (o Offer) takes(given map[string]any) bool {
	for _, p := range o.Params {
		v, ok := given[p.Name]
		list, isList := p.Value.([]any)
		if ok && !sameValue(p.Value, v) && !(isList && slices.ContainsFunc(list, func(x any) bool { return sameValue(x, v) })) {
			return false
		}
	}
	return true
}

// draft makes the action of one option.
func (x *chooser) draft(at string, o *policy.Option, offered Offer, s Selected) (*draft, error) {
	p := x.play
	d := &draft{source: o.Action, play: p, speaker: o.Action, speakerPlay: p}
	d.ID = x.optionID(s)
	d.Type, d.Justice, d.Plays = o.Type.Name, o.Type.Justice, []string{p.Name}
	x.amount(at, d, offered, s)
	for _, name := range slices.Sorted(maps.Keys(s.Params)) {
		if !slices.ContainsFunc(offered.Params, func(q Param) bool { return q.Name == name }) {
			x.problems = append(x.problems, Problem{at + "." + name, "a parameter of " + s.Type, "one that it does not have"})
		}
	}
	for _, q := range offered.Params {
		if v, ok := x.param(at, q, o, s); ok {
			d.Params = append(d.Params, Param{q.Name, v})
		}
	}
	var err error
	if d.Note, err = o.Note.Render(x.c.input.Frame(p.Playbook), neutral(p.Playbook)); err != nil {
		return nil, evaluationError(p, err)
	}
	return d, x.c.promise(d, time.Time{})
}

func (x *chooser) amount(at string, d *draft, offered Offer, s Selected) {
	if !offered.From.IsSet() {
		if s.Amount.IsSet() {
			x.problems = append(x.problems, Problem{at + ".amount", "no amount", s.Amount.String()})
		}
		return
	}
	if !s.Amount.IsSet() && offered.From == offered.To {
		s.Amount = offered.From // there is nothing else to choose
	}
	d.Amount = s.Amount
	if allowed := (MoneyRange{From: offered.From, To: offered.To}); !allowed.Holds(s.Amount) {
		x.problems = append(x.problems, Problem{at + ".amount", allowed.String(), s.Amount.String()})
	}
}

// param takes a parameter from what was chosen, or the only one that is
// allowed.
func (x *chooser) param(at string, offered Param, o *policy.Option, s Selected) (any, bool) {
	given, ok := s.Params[offered.Name]
	choose := slices.ContainsFunc(o.Allowed, func(a policy.OptionParam) bool { return a.Name == offered.Name && a.Choose })
	switch allowed := offered.Value.(type) {
	case MoneyRange:
		native, bad := intake.Coerce(given, value.Type{Kind: value.KindMoney})
		m, isMoney := native.(Money)
		if bad == nil && isMoney && allowed.Holds(m) {
			return m, true
		}
		x.problems = append(x.problems, Problem{at + "." + offered.Name, allowed.String(), foundOrNothing(given, ok)})
		return nil, false
	case []any:
		if !choose {
			break
		}
		if !ok && len(allowed) == 1 {
			return allowed[0], true
		}
		for _, v := range allowed {
			native, bad := coerceLike(v, given)
			if ok && bad == nil && sameValue(v, native) {
				return v, true
			}
		}
		x.problems = append(x.problems, Problem{at + "." + offered.Name, "one of " + value.Show(allowed), foundOrNothing(given, ok)})
		return nil, false
	}
	if native, bad := coerceLike(offered.Value, given); ok && bad == nil {
		given = native
	}
	if ok && !sameValue(offered.Value, given) {
		x.problems = append(x.problems, Problem{at + "." + offered.Name, value.Show(offered.Value), intake.Shown(given)})
		return nil, false
	}
	return offered.Value, true
}

// coerceLike reads what was given as a value of the kind that is offered: 1d is
// 24h.
func coerceLike(offered, given any) (any, *intake.Mismatch) {
	switch offered.(type) {
	case value.Span:
		if text, ok := given.(string); ok {
			if span, err := value.ParseSpan(text); err == nil {
				return span, nil
			}
		}
		return given, nil
	case time.Duration:
		return intake.Coerce(given, value.Type{Kind: value.KindDuration})
	case Money:
		return intake.Coerce(given, value.Type{Kind: value.KindMoney})
	case Percent:
		return intake.Coerce(given, value.Type{Kind: value.KindPercent})
	case float64:
		return intake.Coerce(given, value.Type{Kind: value.KindDouble})
	}
	return given, nil
}

func foundOrNothing(v any, ok bool) string {
	if !ok {
		return ""
	}
	return intake.Shown(v)
}

// within checks what was chosen against the limits, together with what the
// incident's decision gives.
func (x *chooser) within(drafts []*draft) error {
	for _, l := range x.c.limits() {
		if l.Keep {
			x.highest(l, drafts)
			continue
		}
		if on, err := x.c.capHolds(l); err != nil {
			return err
		} else if !on {
			continue
		}
		left, err := x.c.left(l)
		if err != nil {
			return err
		}
		var chosen []*draft
		for _, d := range drafts {
			if d.Amount.IsSet() && d.Amount.Currency() == left.Currency() && x.c.governs(l, d.Type, d.play) {
				chosen = append(chosen, d)
			}
		}
		over, err := overshoot(chosen, left)
		if err != nil {
			return x.c.limitError(l, err)
		}
		if len(chosen) > 0 && over.Sign() > 0 {
			x.problems = append(x.problems, Problem{"options", "at most " + left.String() + " of " + strings.Join(l.Of, ", ") + " in all", over.String() + " more"})
		}
	}
	return nil
}

// highest refuses an amount under a limit that keeps the highest, when the
// decision or another option gives as much: it would come to nothing.
func (x *chooser) highest(l *policy.Limit, drafts []*draft) {
	for i, d := range drafts {
		if !d.Amount.IsSet() || !x.c.governs(l, d.Type, d.play) {
			continue
		}
		var others []Action
		for _, o := range append(x.c.governed(l), drafts[:i]...) {
			others = append(others, o.Action)
		}
		for _, o := range append(others, x.c.firm(l)...) {
			if o.Type == d.Type && o.Amount.IsSet() && o.Amount.Currency() == d.Amount.Currency() && o.Amount.Compare(d.Amount) >= 0 {
				x.problems = append(x.problems, Problem{"options", "more than the " + o.Amount.String() + " given already, as only the highest is kept", d.Amount.String()})
				return
			}
		}
	}
}

// deviation is how far the chosen amount lies from the median of the
// precedents; of several amounts, the one that lies furthest.
func (x *chooser) deviation(drafts []*draft) (string, error) {
	var furthest *big.Rat
	amounts := x.c.precedentsOf(x.play).Amounts
	for _, d := range drafts {
		for i := range amounts {
			r := &amounts[i]
			if r.Type != d.Type || r.Lowest.Currency() != d.Amount.Currency() {
				continue
			}
			if dev := deviation(d.Amount, r.Median()); furthest == nil || dev == nil || dev.Cmp(furthest) > 0 {
				if furthest = dev; dev == nil {
					return x.reasoned("")
				}
			}
		}
	}
	if furthest == nil {
		return "", nil
	}
	text := percentText(furthest)
	if furthest.Cmp(x.play.Choice.Tolerance) > 0 {
		return x.reasoned(text)
	}
	return text, nil
}

func (x *chooser) reasoned(deviation string) (string, error) {
	if strings.TrimSpace(x.sel.Reason) != "" || x.signature != nil && strings.TrimSpace(x.signature.Reason) != "" {
		return deviation, nil
	}
	x.problems = []Problem{{"reason", "why the amount leaves the range of its precedents", ""}}
	return "", x.fail("a reason is needed: the amount lies %s from the median of comparable cases", cmp.Or(deviation, "far"))
}

// deviation is |amount - median| / median; nil when the median is zero and the
// amount is not. The median is the exact one: rounded, it would treat amounts on
// its two sides unequally.
func deviation(amount Money, median *big.Rat) *big.Rat {
	diff := new(big.Rat).Sub(amount.Rat(), median)
	if diff.Abs(diff).Sign() == 0 {
		return diff
	}
	if median.Sign() == 0 {
		return nil
	}
	return diff.Quo(diff, new(big.Rat).Abs(median))
}

// percentText writes a ratio in percent, to two decimals at most.
func percentText(r *big.Rat) string {
	s := new(big.Rat).Mul(r, big.NewRat(100, 1)).FloatString(2)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + "%"
}
