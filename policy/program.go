// Package policy gives a set of playbooks its meaning.
//
// [Compile] takes what package playbook has read, resolves every name, checks
// the type of every expression, and returns a [Program]: an immutable value that
// any number of goroutines may use at once. Mistakes are reported all at once,
// as diagnostics that point into the source.
//
// A program is used in three steps. An [Input] holds one incident, the facts and
// the time. [Program.Match] finds the plays that match it, and why. The parts of
// a matching play are then evaluated: [Param], [Text], [Deadline].
//
// Nothing here does I/O, or reads a clock, a locale or the zone data of the
// machine. Results depend on the arguments alone.
//
// # What it promises
//
// Hosts meet some types of this package through package recovery. Their names, their exported
// fields and their meaning follow the version of the module:
//
//   - the constants of action types, [AmbiguousError] and [Reason];
//   - the parts of an explanation: [Explanation], [CaseExplanation], [PartnerExplanation], [Node],
//     [NodeKind], [Barrier] and [RowUse];
//   - the parts of a play that an explanation names, for reading: [Play], [Playbook], [Case],
//     [Partner], [Direction] and [Limit];
//   - the texts of the String methods of [Approach], [Barrier] and [NodeKind].
//
// Everything else is for package recovery and for the commands: [Compile], [Program], [Input],
// [Frame], [Explainer] and the parts of plays that are evaluated. It may change in any release.
// So may the wording of errors and of Misses, the numbers of [Explanation.Distance], and the text
// of [CanonicalExpr]: compare such values with each other, and do not store them.
package policy

import (
	"math/big"
	"sync"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/payload"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Program is a compiled set. A Program and everything in it is immutable and
// safe for concurrent use. Do not change the values in its exported fields.
type Program struct {
	Playbooks []*Playbook // by id
	Plays     []*Play     // in the order in which they are considered and reported
	// Fields are the standard fields, narrowed where a shared document does so,
	// and the shared fields. Every incident is checked against them.
	Fields []*Field
	Facts  []*Fact  // of the whole set; a fact's Slot is its index
	Limits []*Limit // the shared ones
	// Guarantees are those of the playbooks, in the order of Playbooks, then the shared ones.
	Guarantees []*Guarantee
	// Maps say how payloads are read, sorted by name.
	Maps []*payload.Map
	// Roles are all that there are, sorted; nil: any text names a role.
	Roles []string
	// Missable is what the list missed can hold, which is how broken promises are called: the types
	// of actions with a deadline, then playbook/play/type.
	Missable []string
	// Shared is where shared limits are evaluated: a playbook without plays.
	Shared *Playbook

	slots    int // of fields, and of missed
	missed   int // its slot
	std      standardSlots
	tables   []*Table
	matching matching
	inputs   *sync.Pool // of *Input
	plain    bool       // ask everything in turn; for tests
}

// Slots is how many slots there are for the values of fields: each field's Slot is below it.
func (p *Program) Slots() int { return p.slots }

// Playbook is one playbook of a set.
type Playbook struct {
	ID       string
	Zone     *time.Location
	ReviewBy value.Date // zero: none
	InForce  Period
	// Rounding is how its amounts are rounded.
	Rounding value.Rounding
	// Again is how often to decide open incidents again, because time has passed: for hosts. The engine
	// does not look at it. Zero: the playbook does not say.
	Again   time.Duration
	Matches Matching
	// Fields are those that the playbook adds or narrows, checked only for
	// incidents that it applies to.
	Fields []*Field
	Facts  []int // slots of the facts that its plays and limits can read, sorted
	Limits []*Limit
	Plays  []*Play // in the order in which they are considered, fallbacks last

	number  int         // in Program.Playbooks; of Shared, the one after
	class   int         // of those with the same applies
	applies *expression // nil: to every incident
	scope   *celenv.Scope
	before  *celenv.Scope // of applies
}

// Number is the playbook's place in Program.Playbooks.
func (b *Playbook) Number() int { return b.number }

// Matching says how many plays of a playbook may match.
type Matching uint8

// MatchAll is the default.
const (
	MatchAll Matching = iota
	MatchFirst
	MatchOne
)

// Period is a span of days, both ends included; a zero end is open.
type Period struct {
	From, Until value.Date
}

// Contains reports whether d lies in the period.
func (p Period) Contains(d value.Date) bool {
	var open value.Date
	return (p.From == open || p.From.Compare(d) <= 0) && (p.Until == open || d.Compare(p.Until) <= 0)
}

// Approach is one of the four ways to recover. Its zero is invalid.
type Approach uint8

// The four approaches.
const (
	_ Approach = iota // invalid
	CaseByCase
	StandardisedResponse
	PreventiveIntervention
	PartnerSubstitute
)

var approachNames = [...]string{"invalid", "case-by-case", "standardised-response", "preventive-intervention", "partner-substitute"}

func (a Approach) String() string { return approachNames[a] }

// fit says which incidents a play or a field of them fits: one value, the
// other, or any.
type fit uint8

const (
	fitAny   fit = iota
	fitFirst     // failure; us
	fitOther     // signal; partner
)

// Play is one rule.
type Play struct {
	ID        string // within its playbook
	Name      string // playbook/play
	Playbook  *Playbook
	Approach  Approach
	Priority  int64
	Fallback  bool
	Answers   bool   // false: fallbacks and `matches` ignore the play
	InForce   Period // its playbook's as well
	ReviewBy  value.Date
	Do        []*Action
	Cases     []*Case
	Choice    *Discretion // of a case-by-case play
	Lead      *Deadline   // of a preventive play; nil: none
	TooLate   []*Action
	Partners  *Substitute // of a partner-substitute play
	Otherwise []*Action
	Facts     []int // slots of the facts that it can read, sorted
	// Each is the list whose items the play goes through; nil: it is about the incident as a whole.
	Each  *Field
	Range playbook.Range
	At    string // where it stands, as decisions say it: FILE:LINE

	when            *expression
	where           *expression // of an item; nil: all
	phase, provider fit
	place           int      // in the file order of its playbook
	rank            int32    // in Program.Plays
	reads           []*shown // by the condition
}

// Preventive reports whether the play's purpose is to prevent a failure. The
// purpose of other plays is to answer the customer. A fallback depends only on
// plays with its own purpose.
func (p *Play) Preventive() bool { return p.Approach == PreventiveIntervention }

// Case is one branch of a play.
type Case struct {
	ID       string
	Do       []*Action
	Position Position
	when     *expression // nil: always
	reads    []*shown    // by the play's condition and this one
}

// Discretion is the choice that a case-by-case play leaves to a person.
type Discretion struct {
	Decider         *Text
	Within          *Deadline
	Calendar        *CalendarOf
	Options         []*Option
	AtLeast, AtMost int
	Comparable      []*Field
	Tolerance       *big.Rat    // 1/5 for 20%
	Authority       []Authority // in the order written; empty: everybody may choose any amount
	Second          *Second     // nil: nobody has to agree
	Remind, IfLate  []*Action   // as of an action whose deadline is Within
}

// Option is an action that may be chosen. Its Action holds what every action
// has; Params there are empty.
type Option struct {
	*Action
	// From and To bound the amount; nil where the type has none.
	From, To *Param
	Allowed  []OptionParam
}

// OptionParam is a parameter of an option: one value, or a list of values to
// choose one from.
type OptionParam struct {
	Name   string
	Values []*Param
	Choose bool // a list was written
	// From and To bound a parameter of type money that is not the amount.
	From, To *Param
}

// Substitute says which partners may stand in, and for how many units.
type Substitute struct {
	Partners []*Partner
	Units    *Param
	Position Position
}

// Partner is another company and the agreement with it.
type Partner struct {
	ID, Name  string
	Zone      *time.Location
	Ref       string
	Agreement Period
	Outbound  *Direction // they serve our customers
	Inbound   *Direction // we serve theirs
}

// Direction is one way in which an agreement works.
type Direction struct {
	Units int64 // capacity per Per; 0: no bound
	Per   string
	Cost  value.Money
	Rank  int64

	covers *expression
}

// Limit keeps the highest of several actions, or caps their sum in one currency. A cap that was
// written with several currencies is a limit for each.
type Limit struct {
	Of   []string
	Keep bool // keep the highest
	// PerItem says that it looks at the actions of each item by themselves, and at those that belong to
	// no item. OfItem says that it reads the item: it then looks at no others.
	PerItem, OfItem bool
	AtMost          *Param      // an amount
	when            *expression // of a cap; nil: always
	Counting        *Fact       // nil: nothing
	Escalate        *Text       // to whom; nil: cut only
	Facts           []int       // slots that it reads, Counting's included
	Scope           *Playbook
	Position        Position
}

// Fact is a count or a sum over earlier decisions.
type Fact struct {
	Name     string // playbook/fact where two playbooks use one name
	Plain    string // the name as declared
	Slot     int
	Count    string // "incidents" or an action's type; else empty
	Sum      string // an action's type, or "incident." and the name of Field
	Field    *Field // the field that is added up; nil: amounts of actions are, or something is counted
	Currency string
	Same     []*Field
	// Occurred says that what is counted lies in the window by when its incident occurred, as
	// incidents always do. Otherwise an action lies in it by when it was given, and an amount by when
	// it was given or raised.
	Occurred bool

	last       value.Span // with sinceSpan
	since      since
	zone       *time.Location
	yearStarts worktime.MonthDay
}

// since says where a fact's window starts.
type since uint8

const (
	sinceSpan    since = iota // so long before the decision
	sinceMonth                // with the month
	sinceQuarter              // with the quarter
	sinceYear                 // with the year
)

// From is the start of the fact's window at the time now.
func (f *Fact) From(now time.Time) time.Time {
	if f.since == sinceSpan {
		from, err := worktime.Clock{Zone: f.zone}.Back(now, f.last)
		if err != nil {
			return time.Time{} // before all times
		}
		return from.UTC()
	}
	today := value.DateOf(now.In(f.zone))
	first, err := f.firstDay(today)
	if err != nil {
		return time.Time{} // a year that began before all times
	}
	return first.In(f.zone).UTC()
}

// firstDay is the first day of the month, quarter or year in which a day lies.
func (f *Fact) firstDay(today value.Date) (value.Date, error) {
	if f.since == sinceMonth {
		return value.NewDate(today.Year(), today.Month(), 1)
	}
	first, err := value.NewDate(today.Year(), f.yearStarts.Month, f.yearStarts.Day)
	if err == nil && first.Compare(today) > 0 {
		first, err = value.NewDate(today.Year()-1, f.yearStarts.Month, f.yearStarts.Day)
	}
	if err == nil && f.since == sinceQuarter {
		return first.AddMonths(first.MonthsUntil(today) / 3 * 3)
	}
	return first, err
}

// Position is a place in a set, for messages: FILE:LINE:COL.
type Position = playbook.Range
