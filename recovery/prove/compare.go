package prove

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/diff"
)

// Comparison is what is known of whether two sets decide every incident in the same way.
type Comparison struct {
	// Standing is Proved where they do, and Differs where they do not: each of Differences then shows one way.
	Standing    Standing
	Reason      string // why it is open
	Differences []Difference
}

// Difference is one way in which the decisions of two sets differ, with an incident on which they do.
type Difference struct {
	Effect   string // what is different, as amends diff names it: play-gained, amount, …
	Play     string // the play that it is put down to; empty: none
	Old, New Witness
}

// Compare says whether two sets decide every incident in the same way, as far as customers, and those who act,
// can tell. Ids, reasons and the words of errors do not count. The error is a [playbook.Diagnostics] for a set with
// mistakes, or that of a context that was done before anything was known.
func Compare(ctx context.Context, old, now *playbook.Set, o Options) (*Comparison, error) {
	var programs [2]*policy.Program
	for i, set := range []*playbook.Set{old, now} {
		program, diags := policy.Compile(set)
		if diags.HasErrors() || program == nil {
			return nil, diags
		}
		programs[i] = program
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := touchedBy(diff.Compare(diff.Of("old", old), diff.Of("new", now)), programs[0], programs[1])
	out := &Comparison{}
	if t.nothing() {
		out.Standing = Proved
		return out, nil
	}
	x := &comparer{touched: t, both: policy.ReasonBoth(programs[0], programs[1]), out: out, seen: map[diff.Difference]bool{}}
	var err error
	if x.old, err = worldOf(ctx, old, programs[0], x.both.Old, o.Now); err != nil {
		return nil, err
	}
	if x.now, err = worldOf(ctx, now, programs[1], x.both.New, o.Now); err != nil {
		return nil, err
	}
	x.run()
	return out, nil
}

// comparer compares two sets. Boxes of both are split until all that matters is known.
type comparer struct {
	old, now *world
	both     *policy.Both
	touched  *touched
	plays    [2][]*policy.Play
	out      *Comparison
	seen     map[diff.Difference]bool

	steps, runs, left int
	why               reason
}

// mostCompared bounds the steps of a comparison, and mostDifferences what it shows.
const (
	mostCompared    = 20_000
	mostDifferences = 100
)

func (x *comparer) run() {
	x.plays[0], x.plays[1] = x.touched.reach(x.old.program), x.touched.reach(x.now.program)
	x.into(x.old.reason.NothingMissed(x.old.reason.Valid()), x.now.reason.NothingMissed(x.now.reason.Valid()), x.plays[0], x.plays[1])
	switch {
	case len(x.out.Differences) > 0:
		x.out.Standing = Differs
		slices.SortStableFunc(x.out.Differences, func(a, b Difference) int {
			return cmp.Or(diff.Rank(a.Effect)-diff.Rank(b.Effect), cmp.Compare(a.Play, b.Play))
		})
	case x.left > 0:
		x.out.Standing, x.out.Reason = Open, x.why.String()
	case x.touched.fields != "":
		x.out.Standing, x.out.Reason = Open, x.touched.fields
	default:
		x.out.Standing = Proved
	}
}

func (x *comparer) leave(r reason) {
	if x.left == 0 {
		x.why = r
	}
	x.left++
}

func (x *comparer) stopped() bool {
	switch {
	case x.left > mostOpen || len(x.out.Differences) >= mostDifferences:
		return true
	case x.old.ctx.Err() != nil:
		x.leave(reason{text: "the time given for it ran out"})
	case x.steps >= mostCompared || x.runs >= mostRuns:
		x.leave(reason{text: fmt.Sprintf("more than %d steps would be needed", mostCompared)})
	default:
		return false
	}
	return true
}

// into goes through the incidents of a box of each set; they are the same as far as both sets declare them.
func (x *comparer) into(first, second *policy.Box, plays, others []*policy.Play) {
	if x.stopped() {
		return
	}
	x.steps++
	if x.applying(first, second, plays, others) {
		return
	}
	var s, t *scene
	for {
		if s = x.old.sceneOf(first, plays); s != nil {
			if second = x.both.InNew(second, s.box); second == nil {
				return
			}
		}
		if t = x.now.sceneOf(second, others); t == nil || s == nil {
			break
		}
		narrowed := x.both.InOld(s.box, t.box)
		if narrowed == nil {
			return
		}
		second = t.box
		if narrowed == s.box {
			break
		}
		first = narrowed
	}
	if s == nil && t == nil {
		return // no incident fits either set
	}
	if s != nil && t != nil && (s.refused && t.refused || x.alike(s, t)) {
		return
	}
	if s != nil {
		if parts := x.parts(x.old, s, x.touched); parts != nil {
			for _, part := range parts {
				x.into(part, second, s.live, others)
			}
			return
		}
	}
	if t != nil {
		if parts := x.parts(x.now, t, x.touched); parts != nil {
			for _, part := range parts {
				x.into(cmp.Or(boxOf(s), first), part, plays, t.live)
			}
			return
		}
	}
	x.leaf(s, t)
}

// applying splits boxes until it is known to which incidents a playbook applies that says which are valid, where
// that may be others. It reports false where there is nothing to split.
func (x *comparer) applying(first, second *policy.Box, plays, others []*policy.Play) bool {
	for _, b := range x.old.books {
		i := slices.IndexFunc(x.now.books, func(c *policy.Playbook) bool { return c.ID == b.ID })
		if i < 0 || !x.touched.front[b.ID] {
			continue
		}
		a, c := x.old.reason.Applies(b), x.now.reason.Applies(x.now.books[i])
		was, is := x.old.reason.Possible(a, first), x.now.reason.Possible(c, second)
		if parts := x.old.reason.Split(a, first, nil); !was.One() && len(parts) > 1 {
			for _, part := range parts {
				if rest := x.both.InNew(second, part); rest != nil {
					x.into(part, rest, plays, others)
				}
			}
			return true
		}
		if parts := x.now.reason.Split(c, second, nil); !is.One() && len(parts) > 1 {
			for _, part := range parts {
				if rest := x.both.InOld(first, part); rest != nil {
					x.into(rest, part, plays, others)
				}
			}
			return true
		}
		if was != is || !was.One() {
			x.leave(reason{at: c.At(), text: "whether incidents fit the fields of a playbook that applies to others could not be reasoned about"})
		}
	}
	return false
}

func boxOf(s *scene) *policy.Box {
	if s == nil {
		return nil
	}
	return s.box
}

// alike reports whether both sets certainly do the same for a box: what may match is the same in both, and all
// that is given is written alike.
func (x *comparer) alike(s, t *scene) bool {
	return len(s.open)+len(t.open)+len(s.maybe)+len(t.maybe) == 0 && !s.refused && !t.refused &&
		slices.Equal(matched(s), matched(t)) && !slices.ContainsFunc(s.sure, func(q played) bool { return x.touched.gives[q.play.Name] != nil })
}

// matched are the names of the plays that match, and of their cases.
func matched(s *scene) (out []string) {
	for _, q := range s.sure {
		name := q.play.Name
		if q.held != nil {
			name = fmt.Sprintf("%s/%s/%d", name, q.held.ID, slices.Index(q.play.Cases, q.held))
		}
		out = append(out, name)
	}
	return out
}

// parts splits a box by what is not known and matters; nil: no more can be known.
func (x *comparer) parts(w *world, s *scene, t *touched) []*policy.Box {
	for _, a := range s.open {
		if parts := w.reason.Split(a, s.box, nil); len(parts) > 1 {
			return parts
		}
	}
	var asked []*policy.Asked
	var reads []*policy.Read
	for _, q := range s.sure {
		if t.gives[q.play.Name] != nil {
			caps, amounts := w.money(s, t.types)
			asked, reads = append(asked, caps...), append(append(reads, amounts...), w.readsOf(s, q)...)
		}
	}
	for _, a := range asked {
		if !w.reason.Possible(a, s.box).One() {
			if parts := w.reason.Split(a, s.box, nil); len(parts) > 1 {
				return parts
			}
		}
	}
	for _, r := range reads {
		if parts := w.reason.SplitRead(r, s.box, nil); len(parts) > 1 {
			return parts
		}
	}
	return nil
}

// readsOf is what the amounts and parameters of a play follow from.
func (w *world) readsOf(s *scene, q played) (out []*policy.Read) {
	lists, _ := w.alternatives(s, q)
	var of func(a *policy.Action)
	of = func(a *policy.Action) {
		out = append(out, w.reason.Reads(a.Amount)...)
		for _, p := range a.Params {
			out = append(out, w.reason.Reads(p)...)
		}
		for _, list := range [][]*policy.Action{a.IfLate, a.Remind} {
			for _, b := range list {
				of(b)
			}
		}
	}
	for _, list := range lists {
		for _, a := range list {
			of(a)
		}
	}
	if ch := q.play.Choice; ch != nil {
		for _, o := range ch.Options {
			out = append(append(out, w.reason.Reads(o.From)...), w.reason.Reads(o.To)...)
			for _, a := range o.Allowed {
				out = append(append(out, w.reason.Reads(a.From)...), w.reason.Reads(a.To)...)
				for _, v := range a.Values {
					out = append(out, w.reason.Reads(v)...)
				}
			}
		}
	}
	return out
}

// leaf decides incidents of a box by both sets.
func (x *comparer) leaf(s, t *scene) {
	found := false
	for _, one := range x.trials(s, t) {
		x.runs += 2
		old, now := x.decide(one)
		if old.invalid() && now.invalid() {
			continue
		}
		for _, d := range diff.Differences(outcome(old), outcome(now)) {
			found = true
			x.show(one, d)
		}
	}
	if found {
		return
	}
	if why := x.open(s, t); why != nil {
		x.leave(*why)
	}
}

func outcome(t *trial) diff.Outcome { return diff.Outcome{Decision: t.decision, Err: t.err} }

// decide decides a trial by both sets.
func (x *comparer) decide(t *trial) (old, now *trial) {
	old, now = t.copied(), t.copied()
	x.old.decide(old)
	x.now.decide(now)
	return old, now
}

// show keeps the first incident on which decisions differ in some way, made as small as it can be.
func (x *comparer) show(t *trial, d diff.Difference) {
	if x.seen[d] {
		return
	}
	x.seen[d] = true
	t = x.old.smallest(t, func(t *trial) bool {
		old, now := x.decide(t)
		return (!old.invalid() || !now.invalid()) && slices.Contains(diff.Differences(outcome(old), outcome(now)), d)
	})
	old, now := x.decide(t)
	x.out.Differences = append(x.out.Differences, Difference{string(d.Effect), d.Play, old.witness(), now.witness()})
}

// trials are incidents of a box of both sets.
func (x *comparer) trials(s, t *scene) (out []*trial) {
	seen := map[string]bool{}
	add := func(one *trial) {
		key := fmt.Sprint(string(one.json()), one.facts, one.used, one.now)
		if one.err == nil && !seen[key] {
			seen[key] = true
			out = append(out, one)
		}
	}
	for n := range 4 {
		var one *trial
		for _, side := range []struct {
			w *world
			s *scene
		}{{x.old, s}, {x.now, t}} {
			if side.s == nil {
				continue
			}
			example, ok := side.w.reason.Example(side.s.box, n)
			if !ok {
				continue
			}
			next := side.w.trialOf(example, side.s.box)
			if one == nil {
				one = next
				continue
			}
			for name, v := range next.fields { // what only the new set declares
				if _, known := x.old.slotOf(name); !known {
					one.fields[name] = v
				}
			}
			for name, v := range next.facts {
				if !slices.ContainsFunc(x.old.program.Facts, func(f *policy.Fact) bool { return f.Name == name }) {
					one.facts[name] = v
				}
			}
			one.now = later(one.now, next.now)
		}
		if one == nil {
			continue
		}
		add(one)
		for _, side := range []struct {
			w *world
			s *scene
		}{{x.old, s}, {x.now, t}} {
			if side.s != nil {
				for _, more := range side.w.variants(side.s, one) {
					add(more)
				}
			}
		}
		for _, at := range x.touched.times {
			if x.old.at.IsZero() && at.After(one.now) {
				more := one.copied()
				more.now = at
				add(more)
			}
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// open says why the incidents that were tried do not stand for all of a box; nil: they do.
func (x *comparer) open(s, t *scene) *reason {
	if s == nil || t == nil {
		return &reason{text: "whether incidents fit both sets could not be reasoned about"}
	}
	for side, y := range []*scene{s, t} {
		which := "of the " + []string{"old", "new"}[side] + " set"
		if len(y.unsure) > 0 {
			return &reason{at: y.unsure[0], text: "the condition " + which + " could not be reasoned about"}
		}
		if len(y.open) > 0 {
			return &reason{at: y.open[0].At(), text: "the condition " + which + " could not be reasoned about"}
		}
		if y.refused {
			return &reason{text: "whether an incident is refused could not be reasoned about"}
		}
	}
	for _, side := range []struct {
		w *world
		s *scene
	}{{x.old, s}, {x.now, t}} {
		for _, q := range side.s.sure {
			how := x.touched.gives[q.play.Name]
			if how == nil {
				continue
			}
			if why := side.w.unlikeKnown(side.s, q, how); why != nil {
				return why
			}
		}
		if why := side.w.known(side.s, x.touched.types); why != nil {
			return why
		}
	}
	return nil
}

// unlikeKnown says why one decision does not show what a play gives that was changed in some way; nil: it does.
func (w *world) unlikeKnown(s *scene, q played, how *touch) *reason {
	p := q.play
	if how.rest || p.Each != nil {
		return &reason{at: p.Range, text: "what has changed in the play could not be reasoned about"}
	}
	lists, several := w.alternatives(s, q)
	if several {
		return &reason{at: p.Range, text: "which of its actions are given could not be reasoned about"}
	}
	for _, r := range w.readsOf(s, q) {
		if !w.reason.Known(r, s.box) {
			return &reason{at: r.At(), text: "it could not be reasoned about"}
		}
	}
	for _, list := range lists {
		for _, a := range list {
			timed := a.Within != nil || a.After != nil || a.Since != nil || len(a.IfLate)+len(a.Remind) > 0 || a.Type.Name == policy.ActionInform
			if how.times && timed {
				span, ok := timedOf(p, a)
				if !ok || span.calendar != nil || span.span.OfCalendar() || span.ends != "" || a.After != nil || len(a.IfLate)+len(a.Remind) > 0 {
					return &reason{at: a.Position, text: "when it is due could not be compared"}
				}
			}
			if how.words && (a.Message != nil || !a.Note.IsPlain() || !a.Owner.IsPlain()) {
				return &reason{at: a.Position, text: "what is said could not be compared"}
			}
		}
	}
	if how.words && p.Choice != nil || how.times && p.Choice != nil && p.Choice.Within != nil {
		return &reason{at: p.Range, text: "the choice could not be compared"}
	}
	return nil
}
