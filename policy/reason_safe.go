package policy

import (
	"slices"

	"github.com/servicerecovery/amends/policy/value"
)

// Safe reports whether an [Asked], a [Text], a [Message] or a [Param] that is no amount certainly has a value for each
// valid incident.
func (r *Reasoning) Safe(x any) bool {
	switch x := x.(type) {
	case *Asked:
		return x == nil || x.expr == nil || !x.MayFail() || r.takes.Safe(x.expr.cel, r.room)
	case *Text:
		return r.safeText(x)
	case *Message:
		return x == nil || !x.Totals && !slices.ContainsFunc(x.texts, func(t messageText) bool { return !r.safeText(t.text) })
	case *Param:
		switch {
		case x == nil || x.fixed:
			return true
		case x.text != nil:
			return r.safeText(x.text)
		case x.expr != nil:
			kind := x.expr.cel.Type().Kind // values of other kinds may be out of bounds
			return (kind == value.KindString || kind == value.KindBool) && r.takes.Safe(x.expr.cel, r.room)
		}
		return !slices.ContainsFunc(x.items, func(i *Param) bool { return !r.Safe(i) })
	}
	return false
}

func (r *Reasoning) safeText(t *Text) bool {
	if t == nil {
		return true
	}
	if _, fixed := t.fixed(); fixed {
		return true
	}
	return t.oneOf == nil && !slices.ContainsFunc(t.parts, func(p part) bool { return p.expr != nil && !r.takes.Safe(p.expr, r.room) })
}

// SafeAmount reports whether an amount certainly has a value that is not below zero, and not too large to be added up.
func (r *Reasoning) SafeAmount(x *Param) bool {
	return x == nil || x.fixed || x.expr != nil && r.takes.NeverNegative(x.expr.cel, r.room)
}

// room is what the values of a field lie between, whichever playbook declares it.
func (r *Reasoning) room(slot int) (low, high any) {
	for _, f := range r.program.Fields {
		if f.Slot == slot {
			return f.Min, f.Max // playbooks narrow it
		}
	}
	first := true
	for _, b := range r.program.Playbooks {
		for _, f := range b.Fields {
			switch {
			case f.Slot != slot:
			case first:
				low, high, first = f.Min, f.Max, false
			default:
				low, high = wider(low, f.Min, -1), wider(high, f.Max, 1)
			}
		}
	}
	return low, high
}

// wider is the outer one of two bounds; nil is none.
func wider(a, b any, sign int) any {
	order, ok := value.Compare(a, b)
	switch {
	case a == nil || b == nil || !ok:
		return nil
	case order*sign >= 0:
		return a
	}
	return b
}
