package suite

import (
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// answer is what came of one question.
type answer struct {
	key       string
	want, got string // as text; got is empty where there is nothing
	ok        bool
}

// thing is an action as far as questions can be asked about it: one that is
// given, withheld or offered.
type thing struct {
	kind   string
	amount recovery.Money
	params []recovery.Param
	ids    []string // its own; an action that was merged may have several
	texts  map[string]string
	times  map[string]time.Time
	action *recovery.Action // of a given one
	zone   *time.Location   // in which people read its times
	offer  *recovery.Offer  // of an offered one
}

// ask asks all that is wanted of an action. An action of another type answers
// nothing.
func (s *Set) ask(w *playbook.WantedAction, x thing, where kindOfList) (answers []answer, ok bool) {
	if w.Type.Value != x.kind {
		return nil, false
	}
	t, _ := s.actionTypeOf(x.kind, where)
	if t == nil {
		return nil, false
	}
	ok = true
	for _, e := range w.Asked {
		q, known := questionAbout(t, e.Key.Value, where)
		if !known {
			continue // the checker has said so
		}
		a := s.one(q, e, x)
		a.key = e.Key.Value
		ok = ok && a.ok
		answers = append(answers, a)
	}
	return answers, ok
}

func (s *Set) one(q question, e playbook.Entry, x thing) answer {
	switch {
	case q.shape == shapeActions:
		return s.steps(e, x)
	case e.Key.Value == "id":
		return s.ids(e, x)
	case q.shape == shapeMessage:
		return askMessage(e, x)
	case q.shape == shapeRange && x.offer != nil:
		return askRange(q, e, x)
	}
	got, plain := x.value(e.Key.Value), value.Plain{Zone: x.zone}
	if isNull(e.Value) {
		return answer{want: "nothing", got: plain.Show(got), ok: got == nil}
	}
	if q.shape == shapeText {
		text, _ := got.(string)
		return askText(e.Value, text)
	}
	want, err := parse(q.spec.Type, e.Value)
	if q.shape == shapeAllowed && e.Value.Kind == playbook.List && q.spec.Type.Kind != value.KindList {
		want, err = parse(value.Type{Kind: value.KindList, Elem: q.spec.Type.Kind}, e.Value)
	}
	show := plain.Show
	if q.shape == shapeAllowed {
		show = func(v any) string { return offered(plain, v) }
	}
	if err != nil {
		return answer{want: plainText(e.Value), got: show(got)}
	}
	return answer{want: show(want), got: show(got), ok: same(want, got)}
}

// offered shows what an option has under a name: a list of what is allowed differs from one value.
func offered(plain value.Plain, v any) string {
	if _, ok := v.([]any); ok {
		return "[" + plain.Show(v) + "]"
	}
	return plain.Show(v)
}

// value is what a thing has under a name; nil for nothing.
func (x thing) value(name string) any {
	switch name {
	case "amount":
		if x.amount.IsSet() {
			return x.amount
		}
	case "already":
		if x.action != nil && x.action.Already.IsSet() {
			return x.action.Already
		}
	case "plays":
		if x.action != nil {
			out := make([]any, len(x.action.Plays))
			for i, p := range x.action.Plays {
				out[i] = p
			}
			return out
		}
	}
	for _, p := range x.params {
		if p.Name == name {
			return p.Value
		}
	}
	if t, ok := x.times[name]; ok && !t.IsZero() {
		return t
	}
	if text := x.texts[name]; text != "" {
		return text
	}
	return nil
}

// askText compares a text, or looks for a part of it.
func askText(want playbook.Value, got string) answer {
	if part, ok := find(want, "contains"); ok {
		return answer{want: "contains " + part.Text.Value, got: got, ok: strings.Contains(got, part.Text.Value)}
	}
	return answer{want: want.Text.Value, got: got, ok: want.Text.Value == got}
}

// askMessage takes a bare text for the message's id, or for all its words.
func askMessage(e playbook.Entry, x thing) answer {
	if x.action == nil || x.action.Message == nil {
		return answer{want: plainText(e.Value), ok: isNull(e.Value)}
	}
	m := x.action.Message
	shown := m.ID + " (" + m.Language + "): " + oneLine(m.Text)
	switch {
	case isNull(e.Value):
		return answer{want: "nothing", got: shown}
	case e.Value.Kind == playbook.Scalar:
		want := e.Value.Text.Value
		return answer{want: oneLine(want), got: shown, ok: want == m.ID || want == m.Text}
	}
	a := answer{want: plainText(e.Value), got: shown, ok: true}
	for _, part := range e.Value.Entries {
		want := part.Value.Text.Value
		switch part.Key.Value {
		case "id":
			a.ok = a.ok && want == m.ID
		case "language":
			a.ok = a.ok && want == m.Language
		case "text":
			a.ok = a.ok && want == m.Text
		case "contains":
			a.ok = a.ok && strings.Contains(m.Text, want)
		}
	}
	return a
}

// askRange compares the ends of an option's range that are given; one amount is
// a range of itself.
func askRange(q question, e playbook.Entry, x thing) answer {
	from, to := x.offer.From, x.offer.To
	got := ""
	if from.IsSet() {
		got = from.String() + " to " + to.String()
	}
	if e.Value.Kind != playbook.Mapping {
		want, err := parse(q.spec.Type, e.Value)
		return answer{want: plainText(e.Value), got: got, ok: err == nil && same(want, from) && same(want, to)}
	}
	a := answer{want: plainText(e.Value), got: got, ok: true}
	for _, end := range e.Value.Entries {
		want, err := parse(q.spec.Type, end.Value)
		is := from
		if end.Key.Value == "to" {
			is = to
		}
		a.ok = a.ok && err == nil && same(want, is)
	}
	return a
}

func (s *Set) ids(e playbook.Entry, x thing) answer {
	got := strings.Join(x.ids, ", ")
	if isNull(e.Value) {
		return answer{want: "nothing", got: got, ok: len(x.ids) == 0}
	}
	want := e.Value.Text.Value
	return answer{want: want, got: got, ok: slices.Contains(x.ids, want)}
}

// steps asks for actions that are owed ahead of the deadline of this one, or when it is late.
func (s *Set) steps(e playbook.Entry, x thing) answer {
	if x.action == nil {
		return answer{want: plainText(e.Value)}
	}
	list := x.action.IfLate
	if e.Key.Value == "remind" {
		list = x.action.Remind
	}
	var things []thing
	var shown []string
	for _, a := range list {
		things = append(things, s.givenThing("", &a))
		shown = append(shown, a.TextIn(x.zone))
	}
	wanted := actionsOf(e.Value)
	a := answer{want: plainText(e.Value), got: strings.Join(shown, "; ")}
	if wanted == nil {
		a.ok = isNull(e.Value) && len(things) == 0
		return a
	}
	missing, _ := s.assign(wanted.Items, things, ofGiven)
	a.ok = len(missing) == 0 && (len(wanted.Items) > 0 || len(things) == 0)
	return a
}

// givenThing is an action that a decision on an incident gives.
func (s *Set) givenThing(incident string, a *recovery.Action) thing {
	return thing{
		kind: a.Type, amount: a.Amount, params: a.Params, action: a, ids: s.ownIDs(incident, a),
		texts: map[string]string{"owner": a.Owner, "note": a.Note, "change": string(a.Change), "justice": a.Justice, "for": a.Item},
		times: map[string]time.Time{"due_at": a.DueAt, "not_before": a.NotBefore, "given_at": a.GivenAt, "done_at": a.DoneAt},
		zone:  s.zones.Plays(a.Plays),
	}
}

func withheldThing(w *recovery.Withheld) thing {
	return thing{kind: w.Type, amount: w.Amount, params: w.Params, texts: map[string]string{"reason": string(w.Reason), "play": w.Play, "for": w.Item}}
}

func offeredThing(o *recovery.Offer) thing {
	x := thing{kind: o.Type, params: o.Params, offer: o}
	if o.ID != "" {
		x.ids = []string{o.ID}
	}
	return x
}

// text writes a thing in one line.
func (x thing) text() string {
	if x.action != nil {
		return x.stateText() + x.action.TextIn(x.zone)
	}
	parts := []string{x.stateText() + x.kind}
	if x.amount.IsSet() {
		parts = append(parts, x.amount.String())
	}
	if x.offer != nil && x.offer.From.IsSet() {
		parts = append(parts, x.offer.From.String()+" to "+x.offer.To.String())
	}
	var params []string
	for _, p := range x.params {
		params = append(params, p.Name+": "+value.Plain{Zone: x.zone}.Show(p.Value))
	}
	if reason := x.texts["reason"]; reason != "" {
		params = append(params, "reason: "+reason)
	}
	if len(params) > 0 {
		parts = append(parts, "("+strings.Join(params, ", ")+")")
	}
	return strings.Join(parts, " ")
}

// stateText is how urgent a thing is that is owed.
func (x thing) stateText() string {
	if state := x.texts["state"]; state != "" {
		return state + ": "
	}
	return ""
}
