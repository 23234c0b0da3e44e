package suite

import (
	"time"

	"github.com/servicerecovery/amends/policy"
)

// undivided turns a comparison of how often a duration goes into a field into one of the
// field itself: incident.delay / hours(12) >= 2 into incident.delay >= 24 h, and so where
// only whole times count. Any other comparison comes back as it was.
func undivided(left *policy.Node, op string, right *policy.Node) (*policy.Node, string, *policy.Node) {
	field, unit, whole := quotient(left)
	if field == nil {
		if field, unit, whole = quotient(right); field == nil {
			return left, op, right
		}
		right, op = left, policy.Mirrored(op)
	}
	var times float64
	switch v := right.Value.(type) {
	case int64:
		times = float64(v)
	case float64:
		times = v
	default:
		return left, op, right
	}
	if whole {
		switch op { // of whole numbers, more than 2 are 3 or more
		case ">":
			op, times = ">=", times+1
		case "<=":
			op, times = "<", times+1
		case "==":
			op = ">="
		case "!=":
			op = "<"
		}
	}
	return field, op, &policy.Node{Kind: policy.NodeConstant, Value: time.Duration(times * float64(unit))}
}

// quotient tells a field that is divided by a duration, and whether a whole number is made
// of that; nil for anything else.
func quotient(n *policy.Node) (field *policy.Node, unit time.Duration, whole bool) {
	if n.Kind == policy.NodeCall && n.Op == "int" && len(n.Parts) == 1 {
		whole, n = true, n.Parts[0]
	}
	if n.Kind != policy.NodeCall || n.Op != "_/_" || !movable(n.Parts[0]) || refersTo(n.Parts[1], n.Parts[0].Path) {
		return nil, 0, false
	}
	_, isDuration := n.Parts[0].Value.(time.Duration)
	unit, _ = n.Parts[1].Value.(time.Duration)
	if !isDuration || unit <= 0 {
		return nil, 0, false
	}
	return n.Parts[0], unit, whole
}
