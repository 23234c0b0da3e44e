package ledger

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// A rule is found by trying it: a case is decided once more as it was, and once with the field of an
// equal case that got something else. When the redress differs, nothing but a rule that reads the
// field can be the reason.

// trial is a case to be decided with another's field.
type trial struct {
	same   []recovery.Key
	field  string
	member string
	seq    int64 // the case
	other  string
	from   int64 // the case that has the other text
	// rule is what the redress depends on, and because says how; empty: on no rule that reads the field.
	rule, because string
}

// How many cases are tried: of each outcome, with so many other members.
const trialsOfOutcome = 4

func (e *equaliser) findRules(ctx context.Context, dir log.Files) ([]Finding, error) {
	wanted := map[int64][]*trial{}
	trials := e.trials()
	for _, t := range trials {
		wanted[t.seq] = append(wanted[t.seq], t)
	}
	if len(trials) == 0 {
		return nil, nil
	}
	var mu sync.Mutex
	_, err := revisit(ctx, dir, RevisitOptions{Decide: func(c *Case) (func() error, error) {
		mu.Lock() // trials are few
		defer mu.Unlock()
		return nil, e.try(ctx, c, wanted[c.Seq])
	}})
	if err != nil {
		return nil, err
	}
	return e.rules(trials), nil
}

// trials lists what is worth trying: outcomes of a group that differ, and whose fields differ.
func (e *equaliser) trials() []*trial {
	var out []*trial
	for _, same := range slices.Sorted(maps.Keys(e.groups)) {
		list := listed(e.groups[same])
		for i, field := range e.options.Across {
			partners := partnersOf(list, i)
			others := map[string][]listedOutcome{} // by what was given
			for _, o := range list {
				if len(o.seqs) == 0 {
					continue
				}
				if _, known := others[o.given]; !known {
					others[o.given] = partners.unlike(o.given)
				}
				out = append(out, trialsOf(o, others[o.given], i, field)...)
			}
		}
	}
	return out
}

// listedOutcome is an outcome with what was given, as a text.
type listedOutcome struct {
	*outcome
	given string
}

// listed are the outcomes of a group, in the order of their texts.
func listed(outcomes map[string]*outcome) []listedOutcome {
	out := make([]listedOutcome, 0, len(outcomes))
	for _, key := range slices.Sorted(maps.Keys(outcomes)) {
		out = append(out, listedOutcome{outcomes[key], outcomes[key].gave()})
	}
	return out
}

// partners are the outcomes that others may be tried with: of each text of a field the first, and the
// first that gave something else than that one. Whatever an outcome gave, one of the two gave
// something else, wherever any outcome with that text did.
type partners struct {
	field int
	list  []listedOutcome
}

func partnersOf(list []listedOutcome, field int) partners {
	out := partners{field: field}
	given := map[string][]string{} // by text: what its partners gave
	for _, o := range list {
		text := o.Across[field].Text
		had := given[text]
		if len(o.seqs) == 0 || len(had) == 2 || len(had) == 1 && had[0] == o.given {
			continue
		}
		given[text] = append(had, o.given)
		out.list = append(out.list, o)
	}
	return out
}

// unlike are the first partners, of different texts, that gave something else. They are one more than an
// outcome is tried with, since one may have its own text.
func (p partners) unlike(given string) []listedOutcome {
	var out []listedOutcome
	for _, o := range p.list {
		text := o.Across[p.field].Text
		if o.given == given || slices.ContainsFunc(out, func(x listedOutcome) bool { return x.Across[p.field].Text == text }) {
			continue
		}
		if out = append(out, o); len(out) > trialsOfOutcome {
			break
		}
	}
	return out
}

func trialsOf(o listedOutcome, others []listedOutcome, i int, field string) []*trial {
	var out []*trial
	own := o.Across[i].Text
	for _, other := range others {
		if text := other.Across[i].Text; text != own && len(out) < trialsOfOutcome {
			out = append(out, &trial{same: o.same, field: field, member: own, seq: o.seqs[0], other: text, from: other.seqs[0]})
		}
	}
	return out
}

// try decides a case as it was, and with the field of each other case.
func (e *equaliser) try(ctx context.Context, c *Case, trials []*trial) error {
	if len(trials) == 0 || c.Record.Decision.Semantics != recovery.Semantics {
		return nil
	}
	engine, err := c.of.engine(c.Record.Decision.Set.Digest)
	if err != nil || engine == nil {
		return err
	}
	was, err := engine.Replay(ctx, c.Record, c.Given)
	if err != nil {
		return passing(ctx, err)
	}
	incident, err := jsontext.Parse(c.Record.Incident)
	if err != nil {
		return err
	}
	for _, t := range trials {
		changed, err := e.exchanged(incident, t)
		if err != nil {
			return err
		}
		record := *c.Record
		record.Incident = changed
		is, err := engine.Replay(ctx, &record, c.Given)
		if err != nil {
			if err = passing(ctx, err); err != nil {
				return err
			}
			continue
		}
		t.rule, t.because = ruleBetween(was.Decision, is.Decision, t)
	}
	return nil
}

// passing is the error that ends the audit. An incident that does not fit with the other's field, or
// whose past was erased, is passed over.
func passing(ctx context.Context, err error) error {
	if errors.Is(err, errAsksPast) {
		return err
	}
	return ctx.Err()
}

// exchanged is an incident with the field of another case.
func (e *equaliser) exchanged(incident any, t *trial) ([]byte, error) {
	values, err := e.valuesOf(t.from, t.field)
	if err != nil {
		return nil, err
	}
	for i, name := range e.names[t.field] {
		incident = replaced(incident, strings.Split(name, "."), values[i])
	}
	return jsontext.AppendTree(nil, incident), nil
}

// fieldOf is a field of a case.
type fieldOf struct {
	seq   int64
	field string
}

// valuesOf are what a case has in a field, under each of its names. They are kept, since few cases are
// partners of many.
func (e *equaliser) valuesOf(seq int64, field string) ([]any, error) {
	at := fieldOf{seq, field}
	if out, known := e.values[at]; known {
		return out, nil
	}
	from, err := whole(e.log, seq)
	if err != nil {
		return nil, err
	}
	var text []byte
	c := readingAgain(from.Payload)
	c.record(func(key []byte) {
		if string(key) == "incident" {
			text = c.Skip()
		}
	})
	if err := c.end(); err != nil {
		return nil, err
	}
	tree, err := jsontext.Parse(text)
	if err != nil {
		return nil, err
	}
	var out []any
	for _, name := range e.names[field] {
		out = append(out, memberAt(tree, strings.Split(name, ".")))
	}
	e.values[at] = out
	return out, nil
}

// memberAt is the value at a path; nil where there is none.
func memberAt(tree any, path []string) any {
	for _, name := range path {
		object, _ := tree.(jsontext.Object)
		tree = object.Get(name)
	}
	return tree
}

// replaced is a tree with another value at a path; nil takes the value away.
func replaced(tree any, path []string, to any) any {
	if len(path) == 0 {
		return to
	}
	object, _ := tree.(jsontext.Object)
	out := slices.DeleteFunc(slices.Clone(object), func(m jsontext.Member) bool { return m.Name == path[0] })
	if inside := replaced(object.Get(path[0]), path[1:], to); inside != nil {
		out = append(out, jsontext.Member{Name: path[0], Value: inside})
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// rules makes a finding of each rule that was found in a group.
func (e *equaliser) rules(trials []*trial) []Finding {
	var out []Finding
	seen := map[string]bool{}
	for _, t := range trials {
		key := textsOf(t.same) + "\x00" + t.field + "\x00" + t.rule
		if t.rule == "" || seen[key] {
			continue
		}
		seen[key] = true
		f := Finding{Kind: FindingRule, Comparison: Comparison{Same: t.same, Across: t.field, Member: t.member, Measure: MeasureRelief}, Because: t.because}
		f.Cases, f.Rest = e.countOf(t)
		out = append(out, f)
	}
	return out
}

// countOf counts the cases of a member and of the rest, those that got redress, and how much they got
// when it is of one currency.
func (e *equaliser) countOf(t *trial) (of, rest Share) {
	i := slices.Index(e.options.Across, t.field)
	currencies := map[string]bool{}
	for _, o := range e.groups[textsOf(t.same)] {
		x := &rest
		if o.Across[i].Text == t.member {
			x = &of
		}
		x.Count += o.Count
		if len(o.Redress) > 0 {
			x.Rate += float64(o.Count)
		}
		for _, r := range o.Redress {
			if r.Amount.IsSet() {
				currencies[r.Amount.Currency()] = true
				x.Mean += float64(float64(r.Amount.Units()*o.Count) * measure{MeasureRedress, r.Amount.Currency()}.unit())
			}
		}
	}
	for _, x := range []*Share{&of, &rest} {
		x.Rate /= float64(max(1, x.Count))
		x.Mean /= float64(max(1, x.Count))
		if x.HasMean = len(currencies) == 1; !x.HasMean {
			x.Mean = 0
		}
	}
	return of, rest
}

// ruleBetween names the rule that gives other redress for another field, and says how. Both are empty
// when the redress is the same.
func ruleBetween(was, is *recovery.Decision, t *trial) (rule, because string) {
	if redressOf(was) == redressOf(is) {
		return "", ""
	}
	here, there := " where "+t.field+" is "+textOrEmpty(t.member), " where it is "+textOrEmpty(t.other)
	for _, p := range was.Plays {
		if matchOf(is, p.Play) == nil {
			return p.Play, p.Play + " matches" + here + ", and not" + there + " (" + p.At + ")"
		}
	}
	for _, p := range is.Plays {
		before := matchOf(was, p.Play)
		switch {
		case before == nil:
			return p.Play, p.Play + " does not match" + here + ", and does" + there + " (" + p.At + ")"
		case before.Case != p.Case:
			return p.Play, p.Play + " takes " + caseName(before.Case) + here + ", and " + caseName(p.Case) + there + " (" + p.At + ")"
		}
	}
	if x, y := withheldOf(was), withheldOf(is); x != y {
		return "limit", "a limit withholds " + textOrNothing(x) + here + ", and " + textOrNothing(y) + there
	}
	plays, amounts := amountsBetween(was, is)
	return plays, plays + " gives " + amounts[0] + here + ", and " + amounts[1] + there
}

func matchOf(d *recovery.Decision, play string) *recovery.Match {
	for i := range d.Plays {
		if d.Plays[i].Play == play {
			return &d.Plays[i]
		}
	}
	return nil
}

func caseName(id string) string {
	if id == "" {
		return "no case"
	}
	return "the case " + id
}

func textOrEmpty(text string) string {
	if text == "" {
		return "empty"
	}
	return text
}

func textOrNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

func withheldOf(d *recovery.Decision) string {
	var out []string
	for _, w := range d.Withheld {
		out = append(out, Redress{w.Type, w.Amount}.String()+" of "+w.Play)
	}
	return strings.Join(out, " and ")
}

// redressOf is what a decision gives and offers, as a text.
func redressOf(d *recovery.Decision) string {
	gives := givenBy(d)
	var out []string
	for _, plays := range slices.Sorted(maps.Keys(gives)) {
		out = append(out, gives[plays]+" by "+plays)
	}
	return strings.Join(out, ", ")
}

func redressOfAction(a recovery.Action) string {
	r := Redress{a.Type, a.Amount}
	if a.Type == policy.ActionSubstitute {
		r.Amount = recovery.Money{}
	}
	return r.String()
}

// amountsBetween says which plays give what in the one decision, and what in the other.
func amountsBetween(was, is *recovery.Decision) (plays string, gives [2]string) {
	x, y := givenBy(was), givenBy(is)
	for _, plays := range slices.Sorted(maps.Keys(x)) {
		if x[plays] != y[plays] {
			return plays, [2]string{textOrNothing(x[plays]), textOrNothing(y[plays])}
		}
	}
	return "the set", [2]string{redressOf(was), redressOf(is)}
}

// givenBy is what a decision gives and offers, by the plays that do.
func givenBy(d *recovery.Decision) map[string]string {
	lists := map[string][]string{}
	for _, a := range d.Actions {
		if a.Change != recovery.ChangeCancelled && a.Justice == recovery.JusticeDistributive {
			plays := strings.Join(a.Plays, " and ")
			lists[plays] = append(lists[plays], redressOfAction(a))
		}
	}
	for _, c := range d.Choices {
		for _, o := range c.Options {
			lists[c.Play] = append(lists[c.Play], "an offer of "+o.Type+" from "+o.From.String()+" to "+o.To.String())
		}
	}
	out := map[string]string{}
	for plays, list := range lists {
		slices.Sort(list)
		out[plays] = strings.Join(list, " and ")
	}
	return out
}
