package recovery

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/store"
)

// Delivery is one thing for the host to do: something about an action, its words, or a choice that somebody has to make.
// Words and deeds are two deliveries, each with a key and a report of its own, so that a mail that was
// sent is not money that was paid. The key is the same however often it is handed out, so a host that
// keeps the keys that it has seen acts once.
type Delivery struct {
	// Seq is its place among the deliveries of its incident in the stream of a store; 0: it is not from one.
	Seq int64  `json:"seq,omitempty"`
	Key string `json:"key"`
	// Do is one of the constants from ToDo on.
	Do string `json:"do"`
	// Action is what it is about, or Choice, for ToAsk and ToWithdraw. The other is nil.
	Action *Action `json:"action,omitempty"`
	Choice *Choice `json:"choice,omitempty"`

	Namespace string `json:"namespace,omitempty"`
	Incident  string `json:"incident"`
	Decision  string `json:"decision"`
	Customer  string `json:"customer,omitempty"` // the customer's id
	Language  string `json:"language,omitempty"` // of the incident, else of the customer
	// NotBefore is when its time comes; zero: at once. A stream hands it out from then on.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Done says that the action was reported done before, so that what is changed or cancelled has to be
	// undone, and not only left out.
	Done bool `json:"done,omitempty"`
	// Attempt is how often it was claimed, this time included; 0: it is not from a stream.
	Attempt int `json:"attempt,omitempty"`
	// FellAt is when it fell due: it is a step, or something that is owed again and again. Zero: it is handed out
	// because of a decision.
	FellAt time.Time `json:"fell_at,omitzero"`
}

// What a delivery asks the host to do.
const (
	ToDo       = "do"
	ToChange   = "change"   // do it as it is now; of money, give or take back the difference
	ToCancel   = "cancel"   // do not do it, or undo it
	ToSay      = "say"      // the words of the action's message
	ToAsk      = "ask"      // somebody to make the choice, or to agree to what was proposed
	ToWithdraw = "withdraw" // the choice: nobody has to make it any more
)

// verb is what the host has to do because of a change; nothing for what is kept.
func verb(c Change) string {
	switch c {
	case ChangeNew:
		return ToDo
	case ChangeChanged:
		return ToChange
	case ChangeCancelled:
		return ToCancel
	}
	return ""
}

// Effects are the host's tasks after a decision, in order: what is withdrawn and cancelled, amounts that
// fall, then what is to be done, changed and said, and what somebody is to be asked. Where a store
// keeps the stream of deliveries, they stand there too, with Seq, as far as they were not withdrawn before anybody
// has claimed them.
//
// A host that may die between handling an incident and acting on it keeps the effects in the same
// transaction as the decision, because the effects of a later decision leave out the actions that it keeps.
func (d *Decision) Effects() []Delivery {
	var out []Delivery
	for i := range d.Actions {
		a := &d.Actions[i]
		do := verb(a.Change)
		if do == "" || a.silent {
			continue
		}
		if out == nil {
			out = make([]Delivery, 0, len(d.Actions)-i+len(d.Choices))
		}
		out = append(out, d.delivery(effectKey(d, a), do, a))
		if a.Message != nil && !a.said {
			out = append(out, d.delivery(wordsKey(d, a), ToSay, a))
		}
	}
	out = d.appendChoices(out)
	slices.SortStableFunc(out, func(a, b Delivery) int { return cmp.Compare(a.rank(), b.rank()) })
	return out
}

// rank orders the deliveries of one decision.
func (d *Delivery) rank() int {
	switch {
	case d.Do == ToWithdraw:
		return 0
	case d.Do == ToCancel:
		return 1
	case d.Do == ToChange && d.Action.Difference().Sign() < 0:
		return 2
	case d.Do == ToAsk:
		return 4
	}
	return 3
}

// delivery is one about an action of the decision.
func (d *Decision) delivery(key, do string, a *Action) Delivery {
	return Delivery{
		Key: key, Do: do, Action: a, Namespace: d.Namespace, Incident: d.Incident, Decision: d.ID, Customer: d.customer, Language: d.language,
		NotBefore: a.NotBefore, Done: do != ToDo && do != ToSay && !a.DoneAt.IsZero(),
	}
}

// appendChoices adds who is to be asked, and who is not any more.
func (d *Decision) appendChoices(out []Delivery) []Delivery {
	add := func(do string, c *Choice) {
		x := Delivery{
			Key: choiceKey(d, do, c.ID), Do: do, Choice: c, Namespace: d.Namespace, Incident: d.Incident, Decision: d.ID,
			Customer: d.customer, Language: d.language,
		}
		out = append(out, x)
	}
	for i := range d.Choices {
		c := &d.Choices[i]
		if d.Made != nil && d.Made.open() && d.Made.Choice == c.ID {
			asked := *c
			asked.Made = d.Made
			c = &asked
		}
		if !c.asked {
			add(ToAsk, c)
		}
	}
	for i := range d.withdrawn {
		add(ToWithdraw, &d.withdrawn[i])
	}
	return out
}

func effectKey(d *Decision, a *Action) string { return hashID(d.Namespace, "eff", d.ID, a.ID) }

// wordsPrefix begins the keys of words: see [store.IsWords].
const wordsPrefix = "say"

func wordsKey(d *Decision, a *Action) string { return hashID(d.Namespace, wordsPrefix, d.ID, a.ID) }

func choiceKey(d *Decision, do, choice string) string {
	return hashID(d.Namespace, "ask", d.ID, do, choice)
}

// fallenKey is the key of what has fallen due: it is made from the action and the time.
func fallenKey(namespace, prefix, action string, at time.Time) string {
	return hashID(namespace, prefix, action, string(intake.AppendTime(nil, at)))
}

// addressed says to whom a decision is about: the customer, and the language of the incident.
func (d *Decision) addressed(keys map[string]string) {
	d.customer, d.language = keys["customer.id"], cmp.Or(keys["language"], keys["customer.language"])
}

// compareChoices says which of the choices that a decision leaves were asked before, and which are left no
// more.
func (c *conclusion) compareChoices(d *Decision) {
	if c.given.Previous == nil {
		return
	}
	before := c.given.Choices()
	for i := range before {
		was := &before[i]
		at := slices.IndexFunc(d.Choices, func(x Choice) bool { return x.ID == was.ID })
		switch {
		case at >= 0:
			d.Choices[at].asked = sameChoice(&d.Choices[at], was)
		case c.made(was.ID) == nil:
			d.withdrawn = append(d.withdrawn, *was)
		}
	}
}

// sameChoice reports whether a choice is the same for those who make it, whatever precedents there are.
func sameChoice(a, b *Choice) bool {
	x, y := *a, *b
	x.Precedents, y.Precedents = Precedents{}, Precedents{}
	x.Made, y.Made = nil, nil
	p, q := Decision{Choices: []Choice{x}}, Decision{Choices: []Choice{y}}
	return b.Made == nil && slices.Equal(p.AppendJSON(nil), q.AppendJSON(nil))
}

// far stands for a time that nobody knows: it never comes, unless the incident is decided anew.
var far = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// streamer works out how a commit changes the stream of an incident.
type streamer struct {
	before    *store.Stream
	withdrawn []string
}

// streamed fills in what a commit does to the stream of its incident. after is what the store will answer
// about the incident once it is committed.
func (e *Engine) streamed(c *Commit, rules *ruleset, after *Given) error {
	if c.Given.Stream == nil {
		return nil
	}
	s := &streamer{before: c.Given.Stream}
	now := after.latest(e.now())
	if c.Record != nil {
		c.Outbox = s.outbox(c.Record)
	}
	list, err := after.agendas(now)
	if err != nil {
		return err
	}
	s.over(list)
	if c.Fell = after.fallen(list); len(c.Fell) > 0 && (c.Record != nil || len(c.Reports) > 0) {
		c.Fell, c.NextDue = nil, now.Add(time.Microsecond) // Again puts it in
	}
	for _, a := range list {
		c.NextDue = earlier(c.NextDue, a.next)
	}
	c.NextDue = earlier(c.NextDue, after.lookAgain(rules, list, now))
	if c.Withdrawn = s.withdrawn; c.Record != nil && c.Record.On != "" {
		c.Record.Withdrawn = s.withdrawn
	}
	return nil
}

// latest is a time, or that of what is known of an incident where another clock is ahead.
func (g *Given) latest(now time.Time) time.Time {
	if g.Previous != nil {
		now = later(now, g.Previous.Decision.DecidedAt)
	}
	for i := range g.Stream.Fell {
		now = later(now, g.Stream.Fell[i].At)
	}
	return now
}

// lookAgain is when a set asks to look at an open incident again.
func (g *Given) lookAgain(rules *ruleset, list []*agenda, now time.Time) (next time.Time) {
	if rules == nil || g.Previous == nil || !slices.ContainsFunc(list, func(a *agenda) bool { return len(a.out) > 0 }) {
		return next
	}
	for _, m := range g.Previous.Decision.Plays {
		if p := rules.play(m.Play); p != nil && p.Playbook.Again > 0 {
			next = earlier(next, now.Add(p.Playbook.Again))
		}
	}
	return next
}

// waiting calls with each delivery about an action or a choice that nobody has claimed.
func (s *streamer) waiting(of string, each func(o *store.Open)) {
	for i := range s.before.Open {
		if o := &s.before.Open[i]; o.Of == of && o.State == store.DeliveryWaiting && !slices.Contains(s.withdrawn, o.Key) {
			each(o)
		}
	}
}

func (s *streamer) withdraw(of string, dos ...string) (found bool) {
	s.waiting(of, func(o *store.Open) {
		if slices.Contains(dos, o.Do) {
			s.withdrawn, found = append(s.withdrawn, o.Key), true
		}
	})
	return found
}

// outbox is what a decision puts into the stream: its effects, seen by a host that was not handed what still
// waits. What was not handed out yet is withdrawn where the decision takes its place.
func (s *streamer) outbox(r *Record) []Delivery {
	d := r.Decision
	if d.Made != nil {
		s.withdraw(d.Made.Choice, ToAsk)
	}
	var out []Delivery
	for _, x := range d.Effects() {
		switch x.Do {
		case ToDo, ToChange, ToCancel:
			if x.Action.recurs() && x.Do != ToCancel {
				continue // it falls due each time
			}
			missing := s.withdraw(x.Action.ID, ToDo)
			gone := s.withdraw(x.Action.ID, ToCancel)
			s.withdraw(x.Action.ID, ToChange)
			switch {
			case x.Do == ToCancel:
				s.withdraw(x.Action.ID, ToSay)
				if missing || x.Action.recurs() && !s.fell(x.Action.ID) {
					continue // the host never had it
				}
			case missing:
				x.Do = ToDo
			case gone:
				x.Do = ToChange // the host has it still
			}
			if x.Action.waits && x.Do != ToCancel {
				x.NotBefore = far
			}
		case ToSay:
			s.withdraw(x.Action.ID, ToSay)
			if x.Action.recurs() {
				continue
			}
			if x.Action.waits {
				x.NotBefore = far
			}
		case ToAsk:
			s.withdraw(x.Choice.ID, ToAsk, ToWithdraw)
		case ToWithdraw:
			if s.withdraw(x.Choice.ID, ToAsk) {
				continue
			}
		}
		out = append(out, x)
	}
	return out
}

func (s *streamer) fell(action string) bool {
	return slices.ContainsFunc(s.before.Fell, func(f store.Fell) bool { return f.Of == action })
}

// recurs reports whether an action is owed again and again.
func (a *Action) recurs() bool { return a.Type == ActionInform && paramOf(a.Params, "every") != nil }

// over withdraws what waits and has no use any more: a step that is not owed, a deed that is done.
func (s *streamer) over(list []*agenda) {
	for i := range s.before.Open {
		o := &s.before.Open[i]
		if o.State != store.DeliveryWaiting || slices.Contains(s.withdrawn, o.Key) {
			continue
		}
		over := false
		switch {
		case !o.FellAt.IsZero():
			over = !slices.ContainsFunc(list, func(a *agenda) bool {
				return slices.ContainsFunc(a.steps, func(f fallen) bool { return f.action.ID == o.Of })
			})
		case o.Do == ToDo:
			over = slices.ContainsFunc(list, func(a *agenda) bool { return a.isDone(o.Of) })
		}
		if over {
			s.withdrawn = append(s.withdrawn, o.Key)
		}
	}
}

// isDone reports whether the agenda's decision gives an action that is done.
func (a *agenda) isDone(action string) bool {
	for i := range a.decision.Actions {
		if x := &a.decision.Actions[i]; x.ID == action && x.Change != ChangeCancelled {
			return !x.recurs() && !a.doneAt(x).IsZero()
		}
	}
	return false
}

// fallen are the deliveries of what has fallen due by a time and was not put into the stream before. What
// fell due several times meanwhile is handed out once.
func (g *Given) fallen(list []*agenda) (out []Delivery) {
	add := func(d *Decision, f fallen) {
		for _, was := range g.Stream.Fell {
			if was.Of == f.action.ID && !f.at.After(was.At) {
				return
			}
		}
		for _, w := range [...]struct{ prefix, do string }{{"eff", ToDo}, {wordsPrefix, ToSay}} {
			if w.do == ToSay && f.action.Message == nil {
				continue
			}
			x := d.delivery(fallenKey(d.Namespace, w.prefix, f.action.ID, f.at), w.do, f.action)
			x.NotBefore, x.FellAt = time.Time{}, f.at
			out = append(out, x)
		}
	}
	for _, a := range list {
		for _, f := range a.steps {
			add(a.decision, f)
		}
	}
	slices.SortStableFunc(out, func(a, b Delivery) int { return a.FellAt.Compare(b.FellAt) })
	return out
}

// Open is a delivery as the rules of package store look at it, for a store that keeps deliveries.
func (d *Delivery) Open() store.Open {
	o := store.Open{Key: d.Key, Do: d.Do, FellAt: d.FellAt, From: later(d.NotBefore, d.FellAt)}
	if d.Action != nil {
		o.Of, o.Money = d.Action.ID, d.Action.Amount.IsSet() && d.Do != ToSay
	} else if d.Choice != nil {
		o.Of = d.Choice.ID
	}
	return o
}

// dead are the deliveries that nobody tries any more, and what cannot be decided.
func (g *Given) dead() (out []Owed) {
	if g.Stream == nil {
		return nil
	}
	if stuck := g.Stream.Stuck; stuck != nil {
		out = append(out, Owed{State: Stuck, At: stuck.Since, Action: Action{Type: OpAgain}, Why: stuck.Why})
	}
	for i := range g.Stream.Open {
		o := &g.Stream.Open[i]
		if o.State != store.DeliveryDead {
			continue
		}
		x := Owed{State: Dead, Key: o.Key, Action: Action{ID: o.Of, Type: o.Do}}
		if a := g.action(o.Of); a != nil {
			x.Action = *a
		}
		out = append(out, x)
	}
	return out
}

// action finds an action, or a step of one, in what stands of an incident; nil: nothing gives it.
func (g *Given) action(id string) *Action {
	var in func(list []Action) *Action
	in = func(list []Action) *Action {
		for i := range list {
			a := &list[i]
			if a.ID == id {
				return a
			}
			for _, steps := range [...][]Action{a.Remind, a.IfLate} {
				if s := in(steps); s != nil {
					return s
				}
			}
		}
		return nil
	}
	for _, r := range append([]Record{*g.Previous}, g.Made...) {
		if a := in(r.Decision.Actions); a != nil {
			return a
		}
		for i := range r.Decision.Choices {
			c := &r.Decision.Choices[i]
			for _, steps := range [...][]Action{c.Remind, c.IfLate} {
				if a := in(steps); a != nil {
					return a
				}
			}
		}
	}
	return nil
}

// ErrNotUndone is what a host's delivery returns for something that cannot be undone, such as a mail that
// was sent. Neither done nor undone is reported of it then.
var ErrNotUndone = errors.New("it cannot be undone")
