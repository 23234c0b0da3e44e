package atom

// Op is the operator of a condition.
type Op uint8

// Conditions on one slot compare its value, on the left, with Const or Consts.
const (
	Ask   Op = iota // the expression has to be evaluated
	Known           // Value, whatever the input
	Not             // Kids[0]
	And             // Kids
	Or              // Kids
	If              // Kids[0] ? Kids[1] : Kids[2]

	Has   // there is a value
	Fixed // Value, if there is a value
	Equal
	Differ
	Less
	LessEqual
	Greater
	GreaterEqual
	In       // one of Consts
	Prefix   // starts with Const
	Suffix   // ends with Const
	Contains // contains Const
	Member   // Const is a member of the list
)

// Cond is a condition. Constants are of the Go types of the slot's kind; an ordering may
// also compare an Int with a float64 and a Double with an int64.
type Cond struct {
	Op     Op
	Slot   int
	Const  any
	Consts []any
	Value  Truth
	Absent Truth // the truth when the slot has no value
	Kids   []*Cond

	// The results of stepsOf, once the space is frozen.
	asked  bool
	single bool
	on     int
	steps  steps
	parts  *truths // see Space.truths
}

// AllOf returns the conjunction of the conditions that are not nil.
func AllOf(conds ...*Cond) *Cond {
	all := &Cond{Op: And}
	for _, c := range conds {
		if c != nil {
			all.Kids = append(all.Kids, c)
		}
	}
	return all
}

// compares reports whether an operator compares with Const by order or equality.
func (o Op) compares() bool { return o >= Equal && o <= GreaterEqual }
