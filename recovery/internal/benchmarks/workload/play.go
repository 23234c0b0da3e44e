package workload

import (
	"slices"
	"strings"
	"time"
)

// Play is one rule: it matches when all of its conditions hold.
type Play struct {
	Number int
	When   []Condition
}

// Op is what a condition asks.
type Op uint8

// The operators. Orderings have the field on the left.
const (
	Equal Op = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
	OneOf      // the field is one of Values
	Includes   // the field, a list, includes Value
	StartsWith // the field starts with Value
	True
	False
	Present // the incident has the field
	Either  // one of the conditions in Any holds
)

// Condition is one term of a play.
type Condition struct {
	Op     Op
	Field  *Field
	Value  any // of the field's kind, or of its elements'
	Values []string
	Any    []Condition
}

// Holds says in the plainest way whether a play matches: it is what every
// engine's answers are compared with.
func (p *Play) Holds(in *Incident) bool {
	for _, c := range p.When {
		if !c.holds(in) {
			return false
		}
	}
	return true
}

func (c *Condition) holds(in *Incident) bool {
	if c.Op == Either {
		return slices.ContainsFunc(c.Any, func(c Condition) bool { return c.holds(in) })
	}
	v := c.Field.Get(in)
	switch c.Op {
	case Equal:
		return v == c.Value
	case NotEqual:
		return v != c.Value
	case OneOf:
		return slices.Contains(c.Values, v.(string))
	case Includes:
		return slices.Contains(v.([]string), c.Value.(string))
	case StartsWith:
		return strings.HasPrefix(v.(string), c.Value.(string))
	case True:
		return v == true
	case False:
		return v == false
	case Present:
		return v != nil
	case Less:
		return order(v, c.Value) < 0
	case LessEqual:
		return order(v, c.Value) <= 0
	case Greater:
		return order(v, c.Value) > 0
	}
	return order(v, c.Value) >= 0
}

// order compares two values of one kind; the workload has no NaN.
func order(a, b any) int {
	switch x := a.(type) {
	case int64:
		return sign(x < b.(int64), x > b.(int64))
	case float64:
		return sign(x < b.(float64), x > b.(float64))
	case time.Duration:
		return sign(x < b.(time.Duration), x > b.(time.Duration))
	}
	return a.(time.Time).Compare(b.(time.Time))
}

func sign(less, greater bool) int {
	switch {
	case less:
		return -1
	case greater:
		return 1
	}
	return 0
}

// Answers are the numbers of the plays that match an incident, ascending.
func Answers(plays []Play, in *Incident) []int {
	out := []int{}
	for i := range plays {
		if plays[i].Holds(in) {
			out = append(out, plays[i].Number)
		}
	}
	return out
}

// Key says what a play is about: the field of its first condition and what that
// asks for, and the conditions that are left. The field is nil for the plays
// that are not about one service, failure or tag.
func Key(p Play) (f *Field, key string, rest []Condition) {
	first := p.When[0]
	if first.Field == Tags || first.Op == Equal && (first.Field == Service || first.Field == Failure) {
		return first.Field, first.Value.(string), p.When[1:]
	}
	return nil, "", p.When
}
