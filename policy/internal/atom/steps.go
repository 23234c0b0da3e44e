package atom

// step gives the truth of a condition from a position on, up to the next step.
type step struct {
	from  int32
	truth Truth
}

// steps is a condition on one slot, as a function of the slot's position. The first step is at the
// position of the absent value. Two steps in a row never have the same truth.
type steps []step

// append adds a step that begins where the last one ends.
func (s steps) append(from int32, t Truth) steps {
	if n := len(s); n > 0 && s[n-1].from == from {
		s = s[:n-1] // an empty step
	}
	if n := len(s); n > 0 && s[n-1].truth == t {
		return s
	}
	return append(s, step{from, t})
}

// at returns the truth at a position.
func (s steps) at(p int32) Truth {
	t := Unsure
	for _, x := range s {
		if x.from > p {
			break
		}
		t = x.truth
	}
	return t
}

// not turns a function around.
func (s steps) not() steps {
	turned := make(steps, len(s))
	for i, x := range s {
		turned[i] = step{x.from, x.truth.Not()}
	}
	return turned
}

// merge combines two functions, position by position.
func merge(a, b steps, combine func(a, b Truth) Truth) steps {
	merged := make(steps, 0, len(a)+len(b))
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		from := int32(0)
		switch {
		case j == len(b) || i < len(a) && a[i].from <= b[j].from:
			from = a[i].from
		default:
			from = b[j].from
		}
		for i < len(a) && a[i].from <= from {
			i++
		}
		for j < len(b) && b[j].from <= from {
			j++
		}
		merged = merged.append(from, combine(a[i-1].truth, b[j-1].truth))
	}
	return merged
}

// spans visits the parts of a function: positions from..until-1.
func (s steps) spans(last int32, visit func(from, until int32, t Truth)) {
	for i, x := range s {
		until := last + 1
		if i+1 < len(s) {
			until = s[i+1].from
		}
		visit(x.from, until, x.truth)
	}
}

// stepsOf returns the function of a condition that depends on the position of one slot alone; ok is
// false for any other condition.
func (b *Space) stepsOf(c *Cond) (slot int, s steps, ok bool) {
	if !c.asked {
		c.on, c.steps, c.single = b.findSteps(c)
		c.asked = true
	}
	return c.on, c.steps, c.single
}

func (b *Space) findSteps(c *Cond) (slot int, s steps, ok bool) {
	switch c.Op {
	case Not:
		slot, s, ok = b.stepsOf(c.Kids[0])
		return slot, s.not(), ok
	case And, Or:
		combine := Truth.And
		if c.Op == Or {
			combine = Truth.Or
		}
		return b.mergeAll(c.Kids, combine)
	case If:
		return b.stepsOfIf(c)
	case Ask, Known, Member, Suffix, Contains:
		return 0, nil, false
	}
	return c.Slot, b.leaf(c), true
}

// mergeAll combines the functions of conditions on one slot.
func (b *Space) mergeAll(kids []*Cond, combine func(a, b Truth) Truth) (slot int, s steps, ok bool) {
	for i, k := range kids {
		at, next, ok := b.stepsOf(k)
		switch {
		case !ok || i > 0 && at != slot:
			return 0, nil, false
		case i == 0:
			slot, s = at, next
		default:
			s = merge(s, next, combine)
		}
	}
	return slot, s, len(kids) > 0
}

func (b *Space) stepsOfIf(c *Cond) (slot int, s steps, ok bool) {
	var parts [3]steps
	for i, k := range c.Kids {
		at, next, ok := b.stepsOf(k)
		if !ok || i > 0 && at != slot {
			return 0, nil, false
		}
		slot, parts[i] = at, next
	}
	yes := merge(parts[0], parts[1], func(c, t Truth) Truth { return pick(c, t, No) })
	no := merge(parts[0], parts[2], func(c, t Truth) Truth { return pick(c, No, t) })
	// Where the condition is unsure both are; elsewhere one of them is No for not being asked.
	s = merge(yes, no, func(a, b Truth) Truth {
		if a == Unsure || b == Unsure {
			return Unsure
		}
		return a.Or(b)
	})
	return slot, s, true
}

// leaf returns the function of a condition without kids.
func (b *Space) leaf(c *Cond) steps {
	on := b.slots[c.Slot].scale
	s := append(make(steps, 0, 4), step{posAbsent, c.Absent})
	switch c.Op {
	case Has:
		return steps{{posAbsent, No}, {posThere, Yes}}
	case Fixed:
		return s.append(posThere, c.Value)
	case In:
		return s.append(posThere, No).points(on, c.Consts)
	case Prefix:
		return s.append(posThere, No).prefix(on, c.Const.(string))
	}
	p := on.position(c.Const)
	s = s.append(posThere, Of(c.Op == Differ))
	switch c.Op {
	case Equal:
		return s.append(p, Yes).append(p+1, No)
	case Differ:
		return s.append(p, No).append(p+1, Yes)
	case Less:
		return s.append(posFirst, Yes).append(p, No)
	case LessEqual:
		return s.append(posFirst, Yes).append(p+1, No)
	case Greater:
		return s.append(p+1, Yes)
	case GreaterEqual:
		return s.append(p, Yes)
	}
	return steps{{posAbsent, Unsure}}
}

// points makes a function true at constants.
func (s steps) points(on *scale, consts []any) steps {
	places := make([]int32, 0, len(consts))
	for _, v := range consts {
		places = append(places, on.position(v))
	}
	for _, p := range compacted(places) {
		s = s.append(p, Yes).append(p+1, No)
	}
	return s
}

// prefix makes a function true for the texts that start with a prefix.
func (s steps) prefix(on *scale, prefix string) steps {
	s = s.append(on.position(prefix), Yes)
	if next, ok := successor(prefix); ok {
		s = s.append(on.position(next), No)
	}
	return s
}
