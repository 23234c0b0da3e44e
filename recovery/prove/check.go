package prove

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// Check asks the questions whose answers are cheap: what no valid incident reaches, which plays can match
// together where one may, and which rows of a table. It says what it has found, and nothing of what is well. The program is
// that of the set.
func Check(ctx context.Context, set *playbook.Set, program *policy.Program) ([]Proof, error) {
	w, err := newWorld(ctx, set, program, false, time.Time{})
	if err != nil {
		return nil, err
	}
	c := newChecker(w)
	found := slices.Concat(c.never(), c.ambiguous(), c.overlap())
	return slices.DeleteFunc(found, func(p Proof) bool { return p.Standing != Broken }), nil
}

// checker knows in which box each play matches.
type checker struct {
	*world
	boxes map[*policy.Play]*policy.Box // nil: it never matches
	order map[*policy.Playbook][]*policy.Play
	rank  map[*policy.Play]int         // in order
	near  map[*policy.Playbook]*nearby // of order
}

func newChecker(w *world) *checker {
	c := &checker{world: w, boxes: map[*policy.Play]*policy.Box{}, order: map[*policy.Playbook][]*policy.Play{}, rank: map[*policy.Play]int{}, near: map[*policy.Playbook]*nearby{}}
	books := map[*policy.Playbook]*policy.Box{}
	for _, b := range w.program.Playbooks {
		box := w.reason.Require(w.reason.Applies(b), w.reason.Valid(), policy.CanYes)
		if box != nil {
			box = w.reason.Narrow(b, box)
		}
		books[b] = box
		// The plays of a playbook stand in the order in which they are matched.
		c.order[b] = b.Plays
	}
	for _, p := range w.program.Plays {
		if box := books[p.Playbook]; box != nil {
			c.boxes[p] = w.reason.Require(w.reason.Play(p), box, policy.CanYes)
		}
	}
	for b, plays := range c.order {
		for i, p := range plays {
			c.rank[p] = i
		}
		c.near[b] = c.nearby(plays)
	}
	return c
}

// nearby finds plays that can match together with one, without asking each: most name one service, or one failure.
type nearby struct {
	plays []*policy.Play
	at    []int32         // the one position of each play in a slot; -1: it has several, or none
	by    map[int32][]int // the plays with one position, in their order
	wide  []int           // all others
}

func (c *checker) nearby(plays []*policy.Play) *nearby {
	var best *nearby
	for _, name := range []string{"service", "failure"} {
		n := &nearby{plays: plays, by: map[int32][]int{}}
		for i, p := range plays {
			n.at = append(n.at, -1)
			if box := c.boxes[p]; box != nil {
				if at := box.At(c.slots[name]); len(at) == 1 {
					n.at[i] = at[0]
					n.by[at[0]] = append(n.by[at[0]], i)
					continue
				}
			}
			n.wide = append(n.wide, i)
		}
		if best == nil || len(n.by) > len(best.by) {
			best = n
		}
	}
	return best
}

// before are the plays before one, by its place, that may match together with it, in their order.
func (c *checker) before(n *nearby, i int) (out []*policy.Play) {
	add := func(k int) {
		p, q := n.plays[k], n.plays[i]
		if c.boxes[p] != nil && c.boxes[q] != nil && c.boxes[p].Meets(c.boxes[q]) {
			out = append(out, p)
		}
	}
	if n.at[i] < 0 {
		for k := range i {
			add(k)
		}
		return out
	}
	one, wide := n.by[n.at[i]], n.wide
	for len(one) > 0 && one[0] < i || len(wide) > 0 && wide[0] < i {
		if len(wide) == 0 || len(one) > 0 && one[0] < wide[0] {
			add(one[0])
			one = one[1:]
		} else {
			add(wide[0])
			wide = wide[1:]
		}
	}
	return out
}

// blockers are the plays that must not match for a play to match.
func (c *checker) blockers(p *policy.Play) []*policy.Play {
	first := p.Answers && p.Playbook.Matches == policy.MatchFirst
	if !first && !p.Fallback {
		return nil
	}
	var out []*policy.Play
	for _, q := range c.before(c.near[p.Playbook], c.rank[p]) {
		if q.Answers && q.Each == nil && (first || p.Fallback && side(p) == side(q)) {
			out = append(out, q)
		}
	}
	return out
}

// mostRounds bounds how often a box is narrowed by the same conditions before it is split.
const mostRounds = 8

// mostTries bounds the boxes that are looked at for one play.
const mostTries = 2_000

// free looks for a part of a box in which some conditions hold, and others do not. It reports true also
// where that is not known.
func (c *checker) free(box *policy.Box, yes, no []*policy.Asked, steps *int) bool {
	if *steps--; *steps < 0 {
		return true
	}
	for range mostRounds {
		before := box
		for _, a := range yes {
			if box = c.reason.Require(a, box, policy.CanYes); box == nil {
				return false
			}
		}
		for _, a := range no {
			if box = c.reason.Require(a, box, policy.CanNo); box == nil {
				return false
			}
		}
		if box == before {
			break
		}
	}
	for _, a := range slices.Concat(no, yes) {
		if c.reason.Possible(a, box).One() {
			continue
		}
		parts := c.reason.Split(a, box, nil)
		if len(parts) < 2 {
			continue
		}
		for _, part := range parts {
			if c.free(part, yes, no, steps) {
				return true
			}
		}
		return false
	}
	return true
}

func (c *checker) isFree(box *policy.Box, yes, no []*policy.Asked) bool {
	steps := mostTries
	return c.free(box, yes, no, &steps)
}

// never finds what no valid incident reaches.
func (c *checker) never() []Proof {
	var out []Proof
	add := func(p *policy.Play, at policy.Position, format string, args ...any) {
		out = append(out, Proof{Question: Never, Play: p.Name, Standing: Broken, At: at, Reason: fmt.Sprintf(format, args...)})
	}
	for _, p := range c.program.Plays {
		if c.ctx.Err() != nil {
			return out
		}
		yes := []*policy.Asked{c.reason.Applies(p.Playbook), c.reason.Play(p)}
		box := c.boxes[p]
		if box == nil || !c.isFree(box, yes, nil) {
			add(p, p.Range, "the play %s never matches: its condition holds for no valid incident", p.Name)
			continue
		}
		if blockers := c.blockers(p); len(blockers) > 0 {
			var no []*policy.Asked
			for _, q := range blockers {
				no = append(no, c.reason.Play(q))
			}
			if !c.isFree(box, yes, no) {
				add(p, p.Range, "the play %s never matches: whatever it fits, plays before it fit too: %s", p.Name, names(blockers))
				continue
			}
		}
		if len(p.TooLate) > 0 && !c.maySignal(box) {
			add(p, p.TooLate[0].Position, "`too_late` of the play %s is never given: it matches no signal", p.Name)
		}
		c.neverCases(p, box, yes, add)
		c.neverOptions(p, add)
	}
	c.neverPartners(add)
	return append(out, c.neverRows()...)
}

func names(plays []*policy.Play) string {
	var out []string
	for _, p := range plays[:min(len(plays), 5)] {
		out = append(out, p.Name)
	}
	if more := len(plays) - len(out); more > 0 {
		out = append(out, fmt.Sprintf("%d more", more))
	}
	return strings.Join(out, ", ")
}

func (c *checker) neverCases(p *policy.Play, box *policy.Box, yes []*policy.Asked, add func(*policy.Play, policy.Position, string, ...any)) {
	var before []*policy.Asked
	for i, k := range p.Cases {
		asked := c.reason.Case(k)
		if p.Each == nil && !c.isFree(box, append(slices.Clone(yes), asked), before) {
			name := k.ID
			if name == "" {
				name = fmt.Sprintf("%d", i+1)
			}
			if c.isFree(box, append(slices.Clone(yes), asked), nil) {
				add(p, k.Position, "the case %s of the play %s never holds: whatever it fits, cases before it fit too", name, p.Name)
			} else {
				add(p, k.Position, "the case %s of the play %s never holds where the play matches", name, p.Name)
			}
		}
		before = append(before, asked)
	}
}

// neverPartners finds the partners that no play takes: each once, at the first play that could ask it.
func (c *checker) neverPartners(add func(*policy.Play, policy.Position, string, ...any)) {
	asked := map[string]*policy.Play{}
	taken := map[string]bool{}
	var order []string
	for _, p := range c.program.Plays {
		if p.Partners == nil || c.boxes[p] == nil {
			continue
		}
		for _, partner := range p.Partners.Partners {
			if asked[partner.ID] == nil {
				asked[partner.ID] = p
				order = append(order, partner.ID)
			}
			taken[partner.ID] = taken[partner.ID] || c.takes(p, partner)
		}
	}
	for _, id := range order {
		if p := asked[id]; !taken[id] {
			add(p, p.Partners.Position, "no play takes the partner %s: its agreement covers nothing that a play matches", id)
		}
	}
}

// takes reports whether a play may take a partner.
func (c *checker) takes(p *policy.Play, partner *policy.Partner) bool {
	yes := []*policy.Asked{c.reason.Applies(p.Playbook), c.reason.Play(p)}
	for _, inbound := range []bool{false, true} {
		way := partner.Way(inbound)
		if way == nil {
			continue
		}
		side := c.reason.FromPartner(c.boxes[p], inbound)
		if side != nil && c.isFree(side, append(slices.Clone(yes), c.reason.Covers(way)), nil) {
			return true
		}
	}
	return false
}

// ambiguous finds, for each play of a playbook that lets one match, the first other one that can match
// with it.
func (c *checker) ambiguous() []Proof {
	var out []Proof
	for _, b := range c.program.Playbooks {
		if b.Matches != policy.MatchOne {
			continue
		}
		for i, q := range c.order[b] {
			if c.ctx.Err() != nil {
				return out
			}
			var first *policy.Play
			var shown *trial
			var open *reason
			more := 0
			if !q.Answers {
				continue
			}
			for _, p := range c.before(c.near[b], i) {
				if !p.Answers || q.Fallback && side(p) == side(q) {
					continue
				}
				t, why := c.together(p, q)
				switch {
				case t == nil:
					open = cmp.Or(open, why)
				case first == nil:
					first, shown = p, t
				default:
					more++
				}
			}
			if first == nil && open != nil {
				out = append(out, Proof{Question: Ambiguous, Play: q.Name, Standing: Open, At: q.Range, Reason: open.String()})
			}
			if first == nil {
				continue
			}
			text := fmt.Sprintf("the plays %s and %s can match together, and their playbook lets one match", first.Name, q.Name)
			if more > 0 {
				text += fmt.Sprintf("; %s can match with %d more", q.Name, more)
			}
			out = append(out, Proof{Question: Ambiguous, Play: q.Name, Standing: Broken, At: q.Range, Reason: text, Witnesses: []Witness{shown.witness()}})
		}
	}
	return out
}

// together looks for an incident that the engine refuses because two plays match it.
func (c *checker) together(p, q *policy.Play) (*trial, *reason) {
	ambiguous := func(t *trial) bool {
		var e *policy.AmbiguousError
		return errors.As(t.err, &e) && e.Playbook == p.Playbook.ID && (slices.Contains(e.Plays[:], p.Name) || slices.Contains(e.Plays[:], q.Name))
	}
	return c.find(c.boxes[p], p, q, ambiguous)
}

// find looks for an incident of a box that two plays fit, and that comes out in some way. Without one,
// the reason says why there may be one all the same; nil: there is none.
func (c *checker) find(box *policy.Box, p, q *policy.Play, wanted func(*trial) bool, more ...*policy.Asked) (*trial, *reason) {
	var found *trial
	must := []*policy.Asked{c.reason.Applies(p.Playbook), c.reason.Applies(q.Playbook), c.reason.Play(p), c.reason.Play(q)}
	x := &search{w: c.world, plays: c.relevantTo(p, q), must: append(must, more...), refusals: true, budget: mostTries}
	x.leaf = func(s *scene) {
		trials := x.trials(s)
		for t := range x.both(s, trials) {
			if wanted(t) {
				found, x.done = c.smallest(t, wanted), true
				return
			}
		}
		// The decisions that were tried say nothing of the other incidents of the box: other plays may
		// come into it, and amounts.
		switch {
		case len(s.unsure) > 0:
			x.leave(reason{at: s.unsure[0], text: "the condition could not be reasoned about"})
		case c.reason.ReadsMissed(c.reason.Play(p)) || c.reason.ReadsMissed(c.reason.Play(q)):
			x.leave(reason{at: c.reason.Play(q).At(), text: "it needs a broken promise, and the first decision on an incident knows of none"})
		case len(trials) == 0:
			x.leave(reason{at: q.Range, text: "no incident that fits could be written down"})
		default:
			x.leave(reason{at: q.Range, text: "what was tried did not show it, and may not be all there is"})
		}
	}
	x.run(box)
	if found != nil || x.left == 0 {
		return found, nil
	}
	return nil, &x.why
}

// relevantTo are two plays, in the order of the program.
func (c *checker) relevantTo(p, q *policy.Play) []*policy.Play {
	var out []*policy.Play
	for _, x := range c.program.Plays {
		if x == p || x == q {
			out = append(out, x)
		}
	}
	return out
}
