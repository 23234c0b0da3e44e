package prove

import (
	"fmt"

	"github.com/servicerecovery/amends/policy"
)

// Steps that a question or a guarantee may take, and how many boxes it may leave open before it is
// given up.
const (
	mostSteps = 200_000
	mostOpen  = 64
	mostRuns  = 20_000
)

// search goes through the boxes of a claim until one breaks it.
type search struct {
	w     *world
	plays []*policy.Play
	must  []*policy.Asked // conditions that hold for what the claim is about
	first []*policy.Asked // conditions that are to be known before others
	// fine reports whether a box keeps the claim, as far as that is known before all is.
	fine func(s *scene) bool
	// wants are more conditions, and what expressions follow from, that have to be known in the end.
	wants func(s *scene) ([]*policy.Asked, []*policy.Read)
	// leaf looks at a box in which no more can be known.
	leaf func(s *scene)

	avoid policy.Slots // slots that are not split
	// refusals says that boxes in which the engine refuses every incident are looked at as well.
	refusals bool
	budget   int // of steps; 0: mostSteps
	steps    int
	runs     int
	mixed    int  // see combined
	done     bool // a witness was found
	// why is the first reason for which a box was left open, and left how many were.
	why  reason
	left int
}

// reason is why something is open.
type reason struct {
	at   policy.Position
	text string
}

func (r reason) String() string {
	at := place(r.at)
	switch {
	case at == "":
		return r.text
	case r.text == "":
		return at
	}
	return at + ": " + r.text
}

func place(at policy.Position) string {
	if at.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", at.File, at.Start.Line, at.Start.Column)
}

// leave notes that a box is open.
func (x *search) leave(r reason) {
	if x.left == 0 {
		x.why = r
	}
	x.left++
}

// stopped reports whether no more is to be done.
func (x *search) stopped() bool {
	switch {
	case x.done:
		return true
	case x.w.ctx.Err() != nil:
		x.leave(reason{text: "the time given for it ran out"})
		return true
	case x.steps >= x.most():
		x.leave(reason{text: fmt.Sprintf("more than %d steps would be needed", x.most())})
		return true
	}
	return x.left > mostOpen
}

// most is how many steps may be taken.
func (x *search) most() int {
	if x.budget > 0 {
		return x.budget
	}
	return mostSteps
}

// run goes through a box.
func (x *search) run(box *policy.Box) { x.into(box, x.plays) }

func (x *search) into(box *policy.Box, plays []*policy.Play) {
	if x.stopped() {
		return
	}
	x.steps++
	for _, a := range x.must {
		if box = x.w.reason.Require(a, box, policy.CanYes); box == nil {
			return
		}
	}
	s := x.w.sceneOf(box, plays)
	if s == nil {
		return
	}
	box = s.box
	if s.refused && !x.refusals || x.fine != nil && x.fine(s) {
		return
	}
	for _, a := range x.must {
		if !x.w.reason.Possible(a, box).One() {
			s.open = append([]*policy.Asked{a}, s.open...)
		}
	}
	if x.split(s, x.first, nil) || x.split(s, s.open, nil) {
		return
	}
	var reads []*policy.Read
	if x.wants != nil {
		var more []*policy.Asked
		more, reads = x.wants(s)
		var unknown []*policy.Asked
		for _, a := range more {
			if !x.w.reason.Possible(a, box).One() {
				unknown = append(unknown, a)
			}
		}
		if x.split(s, unknown, nil) {
			return
		}
		s.open = append(s.open, unknown...)
	}
	if x.split(s, nil, reads) {
		return
	}
	for _, a := range s.open {
		s.unsure = append(s.unsure, a.At())
	}
	x.leaf(s)
}

// split goes through the parts of a box in which more is known of a condition, or of what an expression
// follows from. It reports false where there are none.
func (x *search) split(s *scene, open []*policy.Asked, reads []*policy.Read) bool {
	for _, a := range open {
		if parts := x.w.reason.Split(a, s.box, x.avoid); len(parts) > 1 {
			x.each(parts, s.live)
			return true
		}
	}
	for _, r := range reads {
		if parts := x.w.reason.SplitRead(r, s.box, x.avoid); len(parts) > 1 {
			x.each(parts, s.live)
			return true
		}
	}
	return false
}

func (x *search) each(parts []*policy.Box, live []*policy.Play) {
	for _, part := range parts {
		x.into(part, live)
	}
}
