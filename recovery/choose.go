package recovery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy"
)

// Selection is what a person chose.
type Selection struct {
	Incident string
	Choice   string // the id of the choice
	By       string // who chose
	// Reason is required where an amount lies further from the precedents'
	// median than the play's tolerance.
	Reason  string
	Options []Selected
}

// Selected is one option of a choice, as it was taken.
type Selected struct {
	Type   string
	ID     string // the option's own id, where it has one
	Amount Money  // of an option with a range
	// Params are the parameters that the option leaves open. One that allows a
	// single value need not be given.
	Params map[string]any
}

// Choose makes a choice that the incident's latest decision left to a person.
// It refuses what lies outside the option's ranges or the limits, which are
// looked at anew, and asks for a reason where the amount is far from the
// precedents. Choosing the same again returns the same decision. The error is a
// *[ChoiceError], or one of those of [Engine.Handle].
func (e *Engine) Choose(ctx context.Context, sel Selection, options ...CallOption) (*Decision, error) {
	store := e.storeFor(options)
	rules := e.current.Load()
	for attempt := 1; ; attempt++ {
		out, err := e.choose(ctx, rules, store, sel)
		if err != nil {
			return nil, err
		}
		if out.query.Incident == "" { // it stands already
			return out.record.Decision, nil
		}
		err = store.Commit(ctx, out.commit())
		if err == nil {
			if e.config.hooks.Decided != nil {
				e.config.hooks.Decided(out.record.Decision)
			}
			return out.record.Decision, nil
		}
		if !errors.Is(err, ErrConflict) || attempt == attempts {
			return nil, err
		}
		if e.config.hooks.Conflicted != nil {
			e.config.hooks.Conflicted(sel.Incident, attempt)
		}
	}
}

func (e *Engine) choose(ctx context.Context, rules *ruleset, store Store, sel Selection) (*outcome, error) {
	fail := func(format string, args ...any) error {
		return &ChoiceError{Choice: sel.Choice, Message: fmt.Sprintf(format, args...)}
	}
	first, _, err := store.Read(ctx, Query{Incident: sel.Incident})
	if err != nil {
		return nil, err
	}
	if first.Previous == nil {
		return nil, fail("the incident %s was not handled, so nothing was left to choose", sel.Incident)
	}
	var in Incident
	if err := in.UnmarshalJSON(first.Previous.Incident); err != nil {
		return nil, err
	}
	subj, err := validate(rules, in, e.now(), false)
	if err != nil {
		return nil, err
	}
	query := needs(subj)
	given, version, err := store.Read(ctx, query)
	if err != nil {
		return nil, err
	}
	c := newConclusion(subj, given)
	if err := c.match(); err != nil {
		return nil, err
	}
	c.sortMade()
	x := chooser{conclusion: c, sel: sel}
	if standing, err := x.standing(); standing != nil || err != nil {
		return &outcome{record: Record{Decision: standing}}, err
	}
	record, err := x.make()
	if err != nil {
		return nil, err
	}
	return &outcome{record: *record, query: query, given: given, version: version}, nil
}

// chooser makes one choice.
type chooser struct {
	*conclusion
	sel      Selection
	match    policy.Match
	choice   Choice
	problems []Problem
}

func (x *chooser) fail(format string, args ...any) error {
	return &ChoiceError{Choice: x.sel.Choice, Message: fmt.Sprintf(format, args...), Problems: x.problems}
}

// standing returns the decision that made this choice, if it was made with the
// same content.
func (x *chooser) standing() (*Decision, error) {
	d := x.made(x.sel.Choice)
	if d == nil {
		return nil, nil
	}
	if d.Made.By == x.sel.By && d.Made.Reason == x.sel.Reason && sameContent(d, x.sel) {
		return d, nil
	}
	return nil, x.fail("it was made already, by %s, with other content", d.Made.By)
}

// sameContent compares what was chosen with what was chosen before.
func sameContent(d *Decision, sel Selection) bool {
	if len(d.Actions) != len(sel.Options) {
		return false
	}
	for i, o := range sel.Options {
		a := d.Actions[i]
		if a.Type != o.Type || a.ID != hashID("act", sel.Choice, o.Type, o.ID) || a.Amount != o.Amount {
			return false
		}
		for name, v := range o.Params {
			at := slices.IndexFunc(a.Params, func(p Param) bool { return p.Name == name })
			if at < 0 || !sameValue(a.Params[at].Value, v) {
				return false
			}
		}
	}
	return true
}

// sameValue compares values by their record: a program may hold an int, JSON a
// number.
func sameValue(a, b any) bool {
	x, okX := normalise(a, 0)
	y, okY := normalise(b, 0)
	return okX && okY && string(appendCanonical(nil, x)) == string(appendCanonical(nil, y))
}

func (x *chooser) make() (*Record, error) {
	if err := x.find(); err != nil {
		return nil, err
	}
	if strings.TrimSpace(x.sel.By) == "" {
		return nil, x.fail("it has to say who chose")
	}
	x.standingDrafts()
	if err := x.cutOffers(); err != nil {
		return nil, err
	}
	x.choice = x.choices[0]
	if n := len(x.sel.Options); n < x.choice.AtLeast || n > x.choice.AtMost {
		return nil, x.fail("%d options were chosen; it takes %s", n, countOf(x.choice.AtLeast, x.choice.AtMost))
	}
	drafts, err := x.take()
	if err != nil {
		return nil, err
	}
	deviation, err := x.deviation(drafts)
	if err != nil {
		return nil, err
	}
	return x.decide(drafts, deviation)
}

func countOf(least, most int) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

// find offers the choice anew, so that its ranges are those of today.
func (x *chooser) find() error {
	for _, m := range x.matches {
		if m.Play.Choice == nil || choiceID(x.id, m.Play.Name) != x.sel.Choice {
			continue
		}
		x.match = m
		if err := x.offer(m.Play); err != nil {
			return err
		}
		return nil
	}
	return x.fail("the incident %s leaves no such choice", x.id)
}

// standingDrafts makes the limits look at what the incident's decision gives:
// limits run over a decision and the choices made on it together.
func (x *chooser) standingDrafts() {
	for i := range x.given.Previous.Decision.Actions {
		a := x.given.Previous.Decision.Actions[i]
		if a.Change != ChangeCancelled && len(a.Plays) > 0 {
			x.drafts = append(x.drafts, &draft{Action: a, play: x.playNamed(a.Plays[0])})
		}
	}
}

// take turns what was chosen into actions, and says all that is wrong with it.
func (x *chooser) take() ([]*draft, error) {
	var drafts []*draft
	seen := map[string]bool{}
	for i, s := range x.sel.Options {
		at := fmt.Sprintf("options[%d]", i)
		o, offered := x.offered(s)
		if o == nil {
			x.problems = append(x.problems, Problem{at, "one of " + strings.Join(x.names(), ", "), shown(optionName(s.Type, s.ID))})
			continue
		}
		if name := optionName(s.Type, s.ID); seen[name] {
			x.problems = append(x.problems, Problem{at, "each option once", shown(name)})
		} else {
			seen[name] = true
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
	for i, o := range x.match.Play.Choice.Options {
		if o.Type.Name == s.Type && o.ID == s.ID {
			return o, x.choice.Options[i]
		}
	}
	return nil, Offer{}
}

// draft makes the action of one option.
func (x *chooser) draft(at string, o *policy.Option, offered Offer, s Selected) (*draft, error) {
	p := x.match.Play
	d := &draft{source: o.Action, play: p, speaker: o.Action, speakerPlay: p}
	d.ID = hashID("act", x.sel.Choice, s.Type, s.ID)
	d.Type, d.Justice, d.Plays = o.Type.Name, o.Type.Justice, []string{p.Name}
	x.amount(at, d, offered, s)
	for name := range s.Params {
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
	if d.Note, err = o.Note.Render(x.input.Frame(p.Playbook), neutral(p.Playbook)); err != nil {
		return nil, evaluationError(p.Name, err)
	}
	if len(o.IfLate) > 0 {
		d.lates = []lateSource{{p, o.IfLate}}
	}
	return d, x.times(d, x.base)
}

func (x *chooser) amount(at string, d *draft, offered Offer, s Selected) {
	if !offered.From.IsSet() {
		if s.Amount.IsSet() {
			x.problems = append(x.problems, Problem{at + ".amount", "no amount", s.Amount.String()})
		}
		return
	}
	d.Amount = s.Amount
	in := s.Amount.IsSet() && s.Amount.Currency() == offered.From.Currency() &&
		s.Amount.Compare(offered.From) >= 0 && s.Amount.Compare(offered.To) <= 0
	if !in {
		x.problems = append(x.problems, Problem{at + ".amount", offered.From.String() + " to " + offered.To.String(), s.Amount.String()})
	}
}

// param takes a parameter from what was chosen, or the only one that is
// allowed.
func (x *chooser) param(at string, offered Param, o *policy.Option, s Selected) (any, bool) {
	given, ok := s.Params[offered.Name]
	choose := slices.ContainsFunc(o.Allowed, func(a policy.OptionParam) bool { return a.Name == offered.Name && a.Choose })
	switch allowed := offered.Value.(type) {
	case MoneyRange:
		native, bad := coerce(given, "money", "")
		m, isMoney := native.(Money)
		if bad == nil && isMoney && m.Currency() == allowed.From.Currency() && m.Compare(allowed.From) >= 0 && m.Compare(allowed.To) <= 0 {
			return m, true
		}
		x.problems = append(x.problems, Problem{at + "." + offered.Name, allowed.From.String() + " to " + allowed.To.String(), foundOrNothing(given, ok)})
		return nil, false
	case []any:
		if !choose {
			break
		}
		if !ok && len(allowed) == 1 {
			return allowed[0], true
		}
		for _, v := range allowed {
			if ok && sameValue(v, given) {
				return v, true
			}
		}
		x.problems = append(x.problems, Problem{at + "." + offered.Name, "one of " + policy.Show(allowed), foundOrNothing(given, ok)})
		return nil, false
	}
	if ok && !sameValue(offered.Value, given) {
		x.problems = append(x.problems, Problem{at + "." + offered.Name, policy.Show(offered.Value), shown(given)})
		return nil, false
	}
	return offered.Value, true
}

func foundOrNothing(v any, ok bool) string {
	if !ok {
		return ""
	}
	return shown(v)
}

// within checks what was chosen against the limits, together with what the
// incident's decision gives.
func (x *chooser) within(drafts []*draft) error {
	for _, l := range x.limits() {
		if l.Keep {
			x.highest(l, drafts)
			continue
		}
		left, err := x.left(l)
		if err != nil {
			return err
		}
		var chosen []*draft
		for _, d := range drafts {
			if d.Amount.IsSet() && d.Amount.Currency() == left.Currency() && x.governs(l, d.Type, d.play) {
				chosen = append(chosen, d)
			}
		}
		over, err := overshoot(chosen, left)
		if err != nil {
			return x.limitError(l, err)
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
		if !d.Amount.IsSet() || !x.governs(l, d.Type, d.play) {
			continue
		}
		for _, o := range append(x.governed(l), drafts[:i]...) {
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
	for _, d := range drafts {
		for _, r := range x.choice.Precedents.Options {
			if r.Type != d.Type || r.Median.Currency() != d.Amount.Currency() {
				continue
			}
			if dev := deviation(d.Amount, r.Median); furthest == nil || dev == nil || dev.Cmp(furthest) > 0 {
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
	if furthest.Cmp(x.match.Play.Choice.Tolerance) > 0 {
		return x.reasoned(text)
	}
	return text, nil
}

func (x *chooser) reasoned(deviation string) (string, error) {
	if strings.TrimSpace(x.sel.Reason) != "" {
		return deviation, nil
	}
	x.problems = []Problem{{"reason", "why the amount leaves the range of its precedents", ""}}
	return "", x.fail("a reason is needed: the amount lies %s from the median of comparable cases", cmp.Or(deviation, "far"))
}

// deviation is |amount - median| / median; nil when the median is zero and the
// amount is not.
func deviation(amount, median Money) *big.Rat {
	diff := new(big.Rat).Sub(amount.Rat(), median.Rat())
	if diff.Abs(diff).Sign() == 0 {
		return diff
	}
	if median.IsZero() {
		return nil
	}
	return diff.Quo(diff, new(big.Rat).Abs(median.Rat()))
}

// percentText writes a ratio in percent, to two decimals at most.
func percentText(r *big.Rat) string {
	s := new(big.Rat).Mul(r, big.NewRat(100, 1)).FloatString(2)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + "%"
}

// decide makes the decision that makes the choice.
func (x *chooser) decide(drafts []*draft, deviation string) (*Record, error) {
	superseded := x.superseded(drafts)
	x.drafts = drafts
	for _, d := range drafts {
		if err := x.finish(d); err != nil {
			return nil, err
		}
	}
	out := x.skeleton()
	out.Plays = []Match{matchOf(x.match)}
	for _, d := range drafts {
		d.Change = ChangeNew
		out.Actions = append(out.Actions, d.Action)
	}
	out.Actions = append(out.Actions, superseded...)
	out.Made = &Made{Choice: x.sel.Choice, By: x.sel.By, Reason: x.sel.Reason, Deviation: deviation}
	out.Warnings = slices.Concat(x.warnings...)
	out.ID = x.decisionID(x.chosen())
	r := x.recordOf(out)
	r.Incident = x.given.Previous.Incident
	r.On = x.given.Previous.Decision.ID
	r.Comparable = x.keysOf(x.match.Play.Choice.Comparable)
	return r, nil
}

// superseded are the decision's actions that a limit which keeps the highest
// drops in favour of what was chosen.
func (x *chooser) superseded(drafts []*draft) []Action {
	var out []Action
	for _, l := range x.limits() {
		if !l.Keep {
			continue
		}
		for _, own := range x.governed(l) {
			beaten := slices.ContainsFunc(drafts, func(d *draft) bool {
				return d.Type == own.Type && d.Amount.IsSet() && d.Amount.Currency() == own.Amount.Currency() && x.governs(l, d.Type, d.play)
			})
			if beaten {
				out = append(out, cancelledAction(own.Action))
				x.withhold(own, "keep", own.Amount)
				x.remove(own)
			}
		}
	}
	return out
}

// chosen is what was chosen, for the decision's id.
func (x *chooser) chosen() map[string]any {
	var options []any
	for _, a := range x.drafts {
		option := map[string]any{"type": a.Type, "action": a.ID}
		if a.Amount.IsSet() {
			option["amount"] = a.Amount
		}
		for _, p := range a.Params {
			option["param."+p.Name] = p.Value
		}
		options = append(options, option)
	}
	return map[string]any{"choice": x.sel.Choice, "by": x.sel.By, "reason": x.sel.Reason, "options": options}
}
