package prove

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// eventFields are absent unless a guarantee reads them.
var eventFields = []string{"responded_at", "informed_at", "resolved_at", "waiting_since", "reopened_at"}

// start is the box of the incidents of first decisions. events says that asked reads what happened to an
// incident.
func (w *world) start(asked *policy.Asked) (box *policy.Box, events bool) {
	box = w.reason.NothingMissed(w.reason.Valid())
	for _, name := range eventFields {
		slot := w.slots[name]
		if asked != nil && asked.Reads(slot) {
			events = true
			continue
		}
		if next := w.reason.Absent(box, slot); next != nil {
			box = next
		}
	}
	return box, events
}

// single proves a guarantee about one decision.
type single struct {
	*world
	g      *policy.Guarantee
	search *search
	asked  *policy.Asked
	types  []string // of actions that the sums depend on
	events bool
	proof  *Proof
}

func (w *world) single(g *policy.Guarantee) *Proof {
	x := &single{world: w, g: g, asked: w.reason.For(g), types: w.bearing(g.Types), proof: &Proof{}}
	var box *policy.Box
	box, x.events = w.start(x.asked)
	x.search = &search{w: w, plays: w.relevant(x.types), fine: x.fine, wants: x.wants, leaf: x.leaf, must: []*policy.Asked{x.asked}}
	if g.Claim == policy.ClaimGives {
		x.search.plays = w.relevant(g.Types)
	}
	if g.Playbook != nil {
		x.search.must = append(x.search.must, w.reason.Applies(g.Playbook))
	}
	x.search.run(box)
	x.proof.conclude(x.search)
	return x.proof
}

// fine says of a box in which not all is known whether it keeps the claim.
func (x *single) fine(s *scene) bool {
	switch x.g.Claim {
	case policy.ClaimGives:
		return !x.events && x.keeps(s)
	case policy.ClaimNever, policy.ClaimAtMost:
		if x.g.Claim == policy.ClaimAtMost && x.bounded(s) {
			return true
		}
		return !slices.ContainsFunc(s.live, func(p *policy.Play) bool { return x.mayGive(s, p) }) && !x.escalates(s)
	}
	return false
}

// bounded reports whether all that the plays of a box may give together, without any cap, is no more than
// the bounds: where every amount is written.
func (x *single) bounded(s *scene) bool {
	sums := sum{}
	highest := map[string]value.Money{} // for the types that keep the highest, by type and currency
	for _, p := range s.live {
		if p.Choice != nil && gives(p, x.g.Types) {
			return false
		}
		for _, list := range listsOf(p) {
			for _, a := range list {
				if !slices.Contains(x.g.Types, a.Type.Name) {
					continue
				}
				v, fixed := a.Amount.Fixed()
				m, isMoney := v.(value.Money)
				switch key := a.Type.Name + " " + m.Currency(); {
				case !fixed || !isMoney || p.Each != nil && !x.keepsHighest(s, a.Type.Name): // there may be any number of items
					return false
				case !x.keepsHighest(s, a.Type.Name):
					sums.add(m)
				case !highest[key].IsSet() || m.Compare(highest[key]) > 0:
					highest[key] = m
				}
			}
		}
	}
	for _, m := range highest {
		sums.add(m)
	}
	for currency, total := range sums {
		i := slices.IndexFunc(x.g.AtMost, func(m value.Money) bool { return m.Currency() == currency })
		if total.Sign() > 0 && (i < 0 || total.Compare(x.g.AtMost[i]) > 0) {
			return false
		}
	}
	return true
}

// keepsHighest reports whether a limit keeps the highest of a type, whichever plays of a box give it.
func (x *single) keepsHighest(s *scene, kind string) bool {
	return slices.ContainsFunc(limitsOf(x.program), func(l *policy.Limit) bool {
		return l.Keep && !l.PerItem && slices.Contains(l.Of, kind) && !slices.ContainsFunc(s.live, func(p *policy.Play) bool {
			return gives(p, []string{kind}) && l.Scope != x.program.Shared && l.Scope != p.Playbook
		})
	})
}

// escalates reports whether a cap may tell somebody, which is one of the types.
func (x *single) escalates(s *scene) bool {
	return slices.Contains(x.g.Types, policy.ActionEscalate) && len(s.live) > 0 &&
		slices.ContainsFunc(limitsOf(x.program), func(l *policy.Limit) bool { return l.Escalate != nil })
}

// mayGive reports whether a play may give, or offer, an action of the types.
func (x *single) mayGive(s *scene, p *policy.Play) bool {
	i := slices.IndexFunc(s.sure, func(q played) bool { return q.play == p })
	if i < 0 || len(p.Cases) > 0 && s.sure[i].held == nil {
		return gives(p, x.g.Types)
	}
	if p.Choice != nil && slices.ContainsFunc(p.Choice.Options, func(o *policy.Option) bool { return slices.Contains(x.g.Types, o.Type.Name) }) {
		return true
	}
	if p.Partners != nil && slices.Contains(x.g.Types, policy.ActionSubstitute) {
		return true
	}
	lists, _ := x.alternatives(s, s.sure[i])
	return slices.ContainsFunc(lists, func(list []*policy.Action) bool {
		return slices.ContainsFunc(list, func(a *policy.Action) bool { return slices.Contains(x.g.Types, a.Type.Name) })
	})
}

// alternatives are the lists of actions that a play can give; several where that depends on the time of
// the decision, or on partners.
func (w *world) alternatives(s *scene, q played) (lists [][]*policy.Action, several bool) {
	p := q.play
	do := p.Do
	if q.held != nil {
		do = slices.Concat(p.Do, q.held.Do)
	}
	switch {
	case p.Partners != nil:
		return [][]*policy.Action{do, p.Otherwise}, true
	case p.Preventive() && w.maySignal(s.box):
		return [][]*policy.Action{do, p.TooLate}, true
	}
	return [][]*policy.Action{do}, false
}

// maySignal reports whether a failure may be ahead, and known when.
func (w *world) maySignal(box *policy.Box) bool {
	return box.Holds(w.slots["phase"], "signal") && w.reason.Present(box, w.slots["expected_at"])
}

// keeps reports whether a play certainly keeps a promise to give something.
func (x *single) keeps(s *scene) bool {
	return slices.ContainsFunc(s.sure, func(q played) bool {
		lists, _ := x.alternatives(s, q)
		return !slices.ContainsFunc(lists, func(list []*policy.Action) bool {
			return !slices.ContainsFunc(list, func(a *policy.Action) bool { return x.keepsBy(q.play, a) })
		})
	})
}

func (x *single) keepsBy(p *policy.Play, a *policy.Action) bool {
	if !slices.Contains(x.g.Types, a.Type.Name) || a.Amount != nil || a.Own {
		return false
	}
	if x.g.Within == nil {
		return true
	}
	t, ok := timedOf(p, a)
	return ok && t.inTime(x.g)
}

// wants are the conditions and amounts that have to be known.
func (x *single) wants(s *scene) ([]*policy.Asked, []*policy.Read) {
	if x.g.Claim == policy.ClaimGives && !slices.ContainsFunc(x.g.Types, func(t string) bool { return t == policy.ActionEscalate }) {
		return nil, nil
	}
	return x.money(s, x.types)
}

// money are the conditions of caps, and what amounts follow from, of some types.
func (w *world) money(s *scene, types []string) (asked []*policy.Asked, reads []*policy.Read) {
	if len(s.live) == 0 {
		return nil, nil
	}
	for _, l := range limitsOf(w.program) {
		if l.Keep || !slices.ContainsFunc(l.Of, func(t string) bool { return slices.Contains(types, t) }) {
			continue
		}
		asked = append(asked, w.reason.Cap(l))
		reads = append(reads, w.reason.Reads(l.AtMost)...)
	}
	for _, q := range s.sure {
		lists, _ := w.alternatives(s, q)
		for _, list := range lists {
			for _, a := range list {
				if slices.Contains(types, a.Type.Name) {
					reads = append(reads, w.reason.Reads(a.Amount)...)
				}
			}
		}
		if q.play.Choice != nil {
			for _, o := range q.play.Choice.Options {
				if slices.Contains(types, o.Type.Name) {
					reads = append(append(reads, w.reason.Reads(o.From)...), w.reason.Reads(o.To)...)
				}
			}
		}
	}
	return asked, reads
}

// known says why the amounts of a box are not the same for all of its incidents; nil: they are.
func (w *world) known(s *scene, types []string) *reason {
	asked, reads := w.money(s, types)
	for _, a := range asked {
		if !w.reason.Possible(a, s.box).One() {
			return &reason{at: a.At(), text: "whether the cap holds could not be reasoned about"}
		}
	}
	for _, r := range reads {
		if !w.reason.Known(r, s.box) {
			return &reason{at: r.At(), text: "the amount could not be reasoned about"}
		}
	}
	for _, l := range limitsOf(w.program) {
		if l.Counting != nil && slices.ContainsFunc(l.Of, func(t string) bool { return slices.Contains(types, t) }) && w.mayLimit(s, l) {
			return &reason{at: l.Position, text: "what was given before could not be reasoned about"}
		}
	}
	return nil
}

// mayLimit reports whether a limit looks at what a play of the box may give or offer.
func (w *world) mayLimit(s *scene, l *policy.Limit) bool {
	return slices.ContainsFunc(s.live, func(p *policy.Play) bool {
		return (l.Scope == w.program.Shared || l.Scope == p.Playbook) && gives(p, l.Of)
	})
}

// leaf looks at a box in which no more can be known.
func (x *single) leaf(s *scene) {
	refused := 0
	trials := x.search.trials(s)
	for t := range x.search.both(s, trials) {
		if t.err != nil {
			if !t.invalid() {
				refused++
			}
			continue
		}
		if x.breaks(t) != "" {
			x.found(t)
			return
		}
	}
	if why := x.open(s, trials, refused); why != nil {
		x.search.leave(*why)
	}
}

// breaks says how the decision of a trial breaks the guarantee; empty: it does not, or it is not about it.
func (x *single) breaks(t *trial) string {
	if t.err != nil || !x.isAbout(x.g, t) {
		return ""
	}
	return Breaks(x.g, x.program, t.decision, t.at)
}

func (x *single) found(t *trial) {
	x.search.done = true
	t = x.smallest(t, func(t *trial) bool { return x.breaks(t) != "" })
	x.proof.Standing = Broken
	x.proof.Reason = x.breaks(t)
	x.proof.Witnesses = []Witness{t.witness()}
}

// open says why the incidents of a box may break the guarantee although none was found; nil: they do
// not.
func (x *single) open(s *scene, trials []*trial, refused int) *reason {
	switch x.g.Claim {
	case policy.ClaimGives:
		return x.openGives(s, trials)
	case policy.ClaimAtMost:
		if x.capped(s) {
			return nil
		}
	}
	switch {
	case x.events:
		return &reason{at: x.asked.At(), text: "what happened to the incident could not be reasoned about"}
	case len(s.unsure) > 0:
		return &reason{at: s.unsure[0], text: "the condition could not be reasoned about"}
	case refused > 0:
		return &reason{at: x.g.Position, text: "an incident was refused"}
	}
	if why := x.known(s, x.types); why != nil {
		return why
	}
	return x.complete(s, trials)
}

// complete says why the trials of a box do not stand for all of its decisions; nil: they do.
func (w *world) complete(s *scene, trials []*trial) *reason {
	for _, q := range s.sure {
		if _, several := w.alternatives(s, q); several {
			text := "which partner takes it could not be reasoned about"
			if q.play.Partners == nil {
				text = "whether it is too late could not be reasoned about"
			}
			return &reason{at: q.play.Range, text: text}
		}
	}
	if !slices.ContainsFunc(trials, func(t *trial) bool { return t.err == nil }) {
		return &reason{text: "no incident that would be decided could be written down"}
	}
	return nil
}

func (x *single) openGives(s *scene, trials []*trial) *reason {
	if !x.events && x.keeps(s) {
		return nil
	}
	why := &reason{at: x.g.Position, text: "whether it is given could not be reasoned about"}
	for _, q := range s.sure {
		lists, several := x.alternatives(s, q)
		for _, list := range lists {
			for _, a := range list {
				if slices.Contains(x.g.Types, a.Type.Name) {
					why = &reason{at: a.Position, text: "when it is due could not be reasoned about"}
					if several {
						why.text = "whether it is given could not be reasoned about"
					}
				}
			}
		}
	}
	if len(s.unsure) > 0 {
		why = &reason{at: s.unsure[0], text: "the condition could not be reasoned about"}
	}
	return why
}

// capped reports whether a cap that always holds keeps the sum below its bound, whatever the amounts
// are.
func (x *single) capped(s *scene) bool {
	if x.events {
		return false
	}
	options := 0
	for _, p := range s.live {
		if p.Choice == nil {
			continue
		}
		of := 0
		for _, o := range p.Choice.Options {
			if slices.Contains(x.g.Types, o.Type.Name) {
				of++
			}
		}
		options += min(of, max(p.Choice.AtMost, 1))
	}
	if options > 1 {
		return false
	}
	currencies := x.currencies(s)
	return currencies != nil && !slices.ContainsFunc(currencies, func(in string) bool { return !x.cappedIn(s, in) })
}

// currencies are those of what plays of a box may give; nil where one is not known.
func (x *single) currencies(s *scene) []string {
	out := []string{}
	add := func(p *policy.Param) bool {
		in := p.Currency()
		if !slices.Contains(out, in) {
			out = append(out, in)
		}
		return in != ""
	}
	for _, p := range s.live {
		for _, list := range listsOf(p) {
			for _, a := range list {
				if slices.Contains(x.g.Types, a.Type.Name) && (a.Amount == nil || !add(a.Amount)) {
					return nil
				}
			}
		}
		if p.Choice == nil {
			continue
		}
		for _, o := range p.Choice.Options {
			if slices.Contains(x.g.Types, o.Type.Name) && (o.To == nil || !add(o.To)) {
				return nil
			}
		}
	}
	return out
}

func (x *single) cappedIn(s *scene, currency string) bool {
	i := slices.IndexFunc(x.g.AtMost, func(m value.Money) bool { return m.Currency() == currency })
	if i < 0 {
		return false
	}
	return slices.ContainsFunc(limitsOf(x.program), func(l *policy.Limit) bool {
		if l.Keep || l.PerItem || l.OfItem || l.AtMost.Currency() != currency || x.reason.Possible(x.reason.Cap(l), s.box) != policy.CanYes {
			return false
		}
		room, fixed := l.AtMost.Fixed()
		m, isMoney := room.(value.Money)
		if !fixed || !isMoney || m.Compare(x.g.AtMost[i]) > 0 {
			return false
		}
		for _, t := range x.g.Types {
			for _, p := range s.live {
				if gives(p, []string{t}) && (!slices.Contains(l.Of, t) || l.Scope != x.program.Shared && l.Scope != p.Playbook) {
					return false
				}
			}
		}
		return true
	})
}

// trials are decided incidents of a box: with several values of what is not known, several times of the
// decision, and with partners who are free or not.
func (x *search) trials(s *scene) []*trial {
	var out []*trial
	try := func(t *trial) {
		x.runs++
		x.w.decide(t)
		out = append(out, t)
	}
	seen := map[string]bool{}
	for n := range 4 {
		if x.runs >= mostRuns {
			x.leave(reason{text: "more decisions would be needed"})
			break
		}
		example, ok := x.w.reason.Example(s.box, n)
		if !ok {
			break
		}
		t := x.w.trialOf(example, s.box)
		key := string(t.json())
		if seen[key] {
			continue
		}
		seen[key] = true
		try(t)
		for _, more := range x.w.variants(s, t) {
			try(more)
		}
	}
	return out
}

// variants are other ways in which a trial may be decided.
func (w *world) variants(s *scene, t *trial) []*trial {
	var out []*trial
	plays := slices.Clone(s.maybe)
	for _, q := range s.sure {
		plays = append(plays, q.play)
	}
	if slices.ContainsFunc(plays, func(p *policy.Play) bool { return p.Preventive() }) && w.maySignal(s.box) {
		for _, ahead := range []time.Duration{60 * 24 * time.Hour, -time.Hour} {
			at := t.now.Add(ahead)
			if !s.box.Holds(w.slots["expected_at"], at) {
				continue
			}
			more := t.copied()
			more.fields["expected_at"] = at
			out = append(out, more)
		}
	}
	lists := map[*policy.Field]bool{}
	for _, p := range plays {
		if p.Each == nil || lists[p.Each] {
			continue
		}
		lists[p.Each] = true
		for _, items := range itemLists(p.Each) {
			more := t.copied()
			more.fields[p.Each.Name] = items
			out = append(out, more)
		}
	}
	for _, p := range plays {
		if p.Partners == nil {
			continue
		}
		more := t.copied()
		for _, partner := range p.Partners.Partners {
			more.used[partner.ID] = 1 << 50
		}
		out = append(out, more)
	}
	return out
}
