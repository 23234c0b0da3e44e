package playbook

import (
	"fmt"
	"strings"
)

// DocumentKind says what a document is. Its zero is invalid.
type DocumentKind uint8

// The kinds of documents that a set holds.
const (
	DocumentInvalid DocumentKind = iota
	Playbook
	Shared
	PayloadMap
)

// Document is one YAML document: a playbook, definitions that the whole set
// shares, or a map of payloads. A part that was not written, or not understood, is zero. A declaration
// with a sound name is always there, however little of it could be read, so that
// uses of the name are not reported too.
type Document struct {
	Kind  DocumentKind
	ID    Text
	Range Range // where the document starts

	Title, About, Owner Text
	Zone                Text
	YearStarts          Text // the day on which the years of its facts start, such as 04-01
	Rounding            Text // half-even, half-up, up or down
	ReviewBy            Text
	InForce             *Period
	Again               Text // how often open incidents are looked at again
	Applies             Text
	Matches             Text // all, first or one

	Fields    []*Field
	Facts     []*Fact
	Terms     []*Term
	Tables    []*Table
	Calendars []*Calendar
	Messages  []*Message
	Partners  []*Partner
	Actions   []*ActionType
	Limits    []*Limit
	Plays     []*Play
	// Guarantees are what holds for every incident; nothing is decided by them.
	Guarantees []*Guarantee
	// Roles are all that there are, in the whole set; none: any text names a role. RolesMisread says
	// that not all of them could be read.
	Roles        []*Role
	RolesMisread bool
	Causes       []Cause
	Uses         []Text // the ready documents that stand in the set because of it
	Map          *Map   // of a PayloadMap; it has no other parts than About, Owner and Zone
}

// Cause is a word of the team for what caused a failure, and the element of the service in which it
// lies: people, process, resources, infrastructure or product.
type Cause struct {
	Word    Text
	Element string
}

// Role is who does something: a person in it, a team or a queue.
type Role struct {
	Name, About Text
}

// Period is a span of days; either end may be absent.
type Period struct {
	From, Until Text
	Range       Range
}

// Value is a value whose type is not known from its place: a scalar, a list or
// a mapping.
type Value struct {
	Kind    ValueKind
	Text    Text    // of a Scalar
	Items   []Value // of a List
	Entries []Entry // of a Mapping, in source order
	Range   Range
}

// ValueKind is the shape of a Value. Its zero is an absent value.
type ValueKind uint8

// The shapes of a Value.
const (
	NoValue ValueKind = iota
	Scalar
	List
	Mapping
)

// IsSet reports whether the value was written at all.
func (v Value) IsSet() bool { return v.Kind != NoValue }

// Entry is one key of a mapping, with its value.
type Entry struct {
	Key   Text
	Value Value
}

// Field declares a field of incidents, or a parameter of an action.
type Field struct {
	Name     Text // may be dotted in incidents
	Type     Text // string, int, …, or [string] for a list, as text; written by itself or under type
	About    Text
	Optional Text // a Bool
	Required Text // a Bool; for standard fields
	Default  Value
	OneOf    []Text
	Min, Max Text
	MaxItems Text // an Int; of a list
	Invalid  Text // absent, or not set
	Currency Text
	Was      []Text
	// Items are the fields of each item, where the field is a list of objects; IsItems says that it
	// is one, although nothing may be declared in it.
	Items   []*Field
	IsItems bool
	Range   Range
}

// Fact declares a count or a sum over earlier decisions.
type Fact struct {
	Name       Text
	Count, Sum Text // one of them is set
	Same       []Text
	Last       Text
	By         Text // occurred or given
	Currency   Text
	Range      Range
}

// SumsField reports whether the fact adds up a field of incidents, and not the amounts of an action.
func (f *Fact) SumsField() bool { return strings.HasPrefix(f.Sum.Value, "incident.") }

// Term is a named expression.
type Term struct {
	Name Text
	Expr Text
}

// Table maps a key, or several, to a row of values: it has By or Keys.
type Table struct {
	Name  Text
	By    Text
	Keys  []TableKey // the keys of a table with several, in the order written
	Hit   Text       // first or unique
	Rows  []*Row
	Range Range

	misread bool
}

// Misread reports whether something in a table could not be read, which has been reported: its rows
// may be for fewer values than it says.
func (t *Table) Misread() bool { return t.misread }

// TableKey is one of the keys of a table with several.
type TableKey struct {
	Name Text
	Expr Text
}

// Row is one row of a table. In a table with one key it has From, Above, Is or Otherwise; in one with
// several it has Keys or Otherwise.
type Row struct {
	Cell
	Keys      []RowKey // a key that is left out fits anything
	Otherwise bool
	Columns   []Entry // the other keys; their values are scalars
	Range     Range
}

// RowKey is what a row says of one key.
type RowKey struct {
	Name Text
	Cell
	Range Range // of what is said
}

// Cell is which values of a key are meant: some of them, or a range.
type Cell struct {
	Is    []Text // one, or the members of a list
	From  Text   // begins at the value
	Above Text   // begins right above the value
	Upto  Text   // ends at the value
	Below Text   // ends right below the value
}

// Calendar declares working hours.
type Calendar struct {
	Name     Text
	Zone     Text
	Versions []*CalendarVersion // those under `versions`, else one without From
	Holidays []*Holiday
	Range    Range
}

// CalendarVersion is the hours of a calendar from a day on.
type CalendarVersion struct {
	From    Text
	Hours   []*DayHours
	Seasons []*Season
	Cutoff  Text // the time of a day after which it counts as the next working day
	Range   Range
}

// Season is a part of each year, with a week of its own.
type Season struct {
	From, Until Text // month and day
	Hours       []*DayHours
	Range       Range
}

// DayHours are the spans of one day of the week, or of a range of days.
type DayHours struct {
	Days  Text // mon, or mon-fri
	Spans []Text
}

// Holiday is a day off, or a short day when it has Spans. It has one of Date, From with Until,
// Every, and Easter.
type Holiday struct {
	Date        Text
	From, Until Text
	Every       Text // month and day
	Easter      Text // days after Easter Sunday
	Church      Text // whose Easter
	Name        Text
	Spans       []Text
	Short       bool // hours was written
	Range       Range
}

// Days names the days of a holiday, as they are written: "2026-12-25", "2026-08-03 to 2026-08-14", "every 12-25",
// "easter +1", "orthodox easter -2".
func (h *Holiday) Days() string {
	switch {
	case h.From.IsSet() || h.Until.IsSet():
		return h.From.Value + " to " + h.Until.Value
	case h.Every.IsSet():
		return "every " + h.Every.Value
	case h.Easter.IsSet():
		days := "easter"
		if n, ok := intOf(h.Easter); ok && n != 0 {
			days = fmt.Sprintf("easter %+d", n)
		}
		if h.Church.Value == "orthodox" {
			days = "orthodox " + days
		}
		return days
	}
	return h.Date.Value
}

// Message is what to say, by language, in the order written.
type Message struct {
	Name  Text
	Texts []MessageText
}

// MessageText is a message in one language.
type MessageText struct {
	Language Text
	Text     Text
}

// Partner declares another company and the agreement with it.
type Partner struct {
	ID                Text
	Name              Text
	Zone              Text
	Agreement         *Agreement
	Outbound, Inbound *Direction
	Range             Range
}

// Agreement is the contract behind a partner substitute.
type Agreement struct {
	Ref, From, Until Text
	Range            Range
}

// Direction is one way in which an agreement works: outbound, they serve our
// customers; inbound, we serve theirs.
type Direction struct {
	Covers Text
	Units  Text // capacity, with Per; absent: no bound
	Per    Text
	Cost   Text
	Rank   Text
	Range  Range
}

// ActionType declares a custom action.
type ActionType struct {
	Name   Text
	About  Text
	Params []*Field
	Once   bool
	Sets   []Text // the fields of incidents that the host sets because of it
	Range  Range
}

// Limit says what stays of several actions (Keep), or caps what they give
// (AtMost, one amount for each currency).
type Limit struct {
	Of       []Text
	Per      Text // item, or not set
	Keep     Text
	AtMost   []Text
	Counting []Text // facts, one for each currency
	When     Text   // of a cap; absent: always
	Over     Text
	To       Text
	Range    Range
}

// Play is one rule of a playbook.
type Play struct {
	ID, About, Approach Text
	When                Text
	Each                Text // the list whose items the play goes through
	Where               Text // which of them; absent: all
	Phase, Provider     Text
	Priority            Text // an Int
	Fallback            bool
	Answers             Text // a Bool; absent: true
	InForce             *Period
	ReviewBy            Text
	Do                  []*Action
	Cases               []*Case
	Discretion          *Discretion
	Lead                Text
	TooLate             []*Action
	Substitute          *Substitute
	Otherwise           []*Action
	Range               Range // starts at the play's first key
}

// Case is one branch inside a play.
type Case struct {
	ID    Text
	When  Text // absent: always
	Do    []*Action
	Range Range
}

// Discretion is the choice that a case-by-case play leaves to a person.
type Discretion struct {
	Decider    Text
	Within     Text
	Ends       Text // where on its last day it ends
	Calendar   Text
	Options    []*Action // their Params may be ranges or lists
	AtLeast    Text      // Ints, of choose
	AtMost     Text
	Comparable []Text
	Tolerance  Text
	Authority  []Authority // up to how much each role may choose alone; empty: nobody is bound
	Second     *Second
	// SecondMisread says that there is a second which could not be read.
	SecondMisread bool
	Remind        []*Action // as of an action: each has Before
	IfLate        []*Action
	Range         Range
}

// Authority is up to how much a role may choose alone.
type Authority struct {
	Role Text
	UpTo []Text // amounts, or expressions
}

// Second says above which amounts another person has to agree.
type Second struct {
	Above []Text // amounts, or expressions
	By    Text   // that person's role
	Range Range  // of its key
}

// Substitute says which partners may stand in.
type Substitute struct {
	Partners []Text // absent: all that the play can see
	Units    Text
	Range    Range
}

// Action is one thing to do: its type, what every action takes, and the
// parameters of its type.
type Action struct {
	misread       bool // what it takes could not be read
	Type          Text
	ID            Text
	Since         Text
	Within, After Text
	Ends          Text // where on its last day `within` ends
	Calendar      Text
	Pauses        bool
	Remind        []*Action // each has Before, and may have Every
	IfLate        []*Action // each may have Every
	Before        Text      // a duration or a percent
	Every         Text
	Owner         Text
	Message       Text
	Note          Text
	Params        []Entry
	Range         Range // starts at the type's name
}

// Misread reports whether what an action takes could not be read, which has been reported:
// nothing of it is missing.
func (a *Action) Misread() bool { return a.misread }
