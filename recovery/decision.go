package recovery

import (
	"log/slog"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/store"
)

// Money is an exact amount in one currency, such as 12.50 EUR. Its zero value
// is no amount.
type Money = value.Money

// Percent is an exact percentage.
type Percent = value.Percent

// Date is a day of the calendar.
type Date = value.Date

// MustMoney is [value.ParseMoney] for amounts that are written in a program; it
// panics on text that is no amount.
func MustMoney(s string) Money { return value.MustMoney(s) }

// Semantics is the version of the rules by which decisions are made
// (SEMANTICS.md). It is part of every decision and is raised whenever the same
// inputs could give another decision.
const Semantics = 2

// Decision is the outcome for one incident: the actions to take, the choices to
// make, and the reasons. It is a value: nothing in it changes after it was
// returned. The lists are in the order of the JSON form. An empty list is [] in
// JSON, never null.
type Decision struct {
	ID        string
	Namespace string // the tenant's; see [WithNamespace]
	Incident  string // the incident's id
	// Service, Failure, Phase and OccurredAt are the incident's, so that a decision can
	// be counted without it.
	Service, Failure, Phase string
	OccurredAt              time.Time

	DecidedAt time.Time
	Semantics int
	Set       SetRef
	// Supersedes is the decision that this one takes the place of; empty for
	// the first of an incident, and for a choice.
	Supersedes string
	// Handled says what became of what the host told. It is set on decisions that
	// the engine returns for it, and on no decision that is kept.
	Handled Handled
	// Made is set on a decision that makes a choice.
	Made *Made

	Plays      []Match
	Actions    []Action // cancelled ones last
	Choices    []Choice
	Withheld   []Withheld
	PassedOver []PassedOver
	Missed     []Missed // the broken promises of the incident, by the time they were due
	Facts      []Fact   // in the order of declaration
	Warnings   []Warning

	base     time.Time   // of what the first decision gave; not in the JSON form
	promises []Promise   // as in the record; not in the JSON form
	handed   []Handed    // before it; not in the JSON form
	informs  []time.Time // as in the record; not in the JSON form
	known    *Incident   // the incident of its record, where that was read already; not in the JSON form

	customer, language string   // as deliveries name them; not in the JSON form
	withdrawn          []Choice // that were left before and are no more; not in the public JSON form
}

// Handled says what a decision is to the host that told of an incident.
type Handled string

// The ways in which an incident is handled.
const (
	HandledNew      Handled = "new"      // the first decision on the incident
	HandledChanged  Handled = "changed"  // it takes the place of another
	HandledRetry    Handled = "retry"    // nothing has changed: the decision that stands
	HandledOutdated Handled = "outdated" // something later was told before: the decision that stands
)

// SetRef names the set that a decision was made from.
type SetRef struct {
	Digest   string // sha256:HEX
	Revision string // of the host's version control; may be empty
}

// Match is a play that matched, and why.
type Match struct {
	Play     string // playbook/play
	Case     string // id of the case that held; empty when none did, or it has no id
	Approach string
	At       string // FILE:LINE
	// Items are those that a play with each is for, in the order of their ids. Their cases are the
	// items' own.
	Items   []MatchItem
	Because []Reason
}

// MatchItem is an item that a play is for.
type MatchItem struct {
	Item string // its id
	Case string // id of the case that held for it; empty when none did, or it has no id
}

// Reason is one value that a condition has read.
type Reason = policy.Reason

// Change says how an action relates to the incident's previous decision.
type Change string

// The changes of an action.
const (
	ChangeNew       Change = "new"
	ChangeChanged   Change = "changed"
	ChangeKept      Change = "kept"
	ChangeCancelled Change = "cancelled"
)

// Action is one thing to do.
type Action struct {
	ID   string
	Type string
	// Item is the id of the item of a list whose own action it is; empty for what is about the incident
	// as a whole, and on the actions of Remind and IfLate.
	Item string
	// Change is empty on the actions of IfLate.
	Change Change
	Plays  []string // the plays that gave it
	// Amount is the whole entitlement. Already is the amount that was committed
	// before under this id. The host gives the difference. Both are unset on an
	// action without an amount.
	Amount, Already Money
	// Parts are the parts of the amount where it was not given at once with the
	// action, for facts. The JSON form does not have them.
	Parts     []Part
	Params    []Param // in the order of declaration, without the amount
	Owner     string
	NotBefore time.Time // zero: at once
	DueAt     time.Time // zero: no deadline, or the action waits
	GivenAt   time.Time // when it was first given; zero on the actions of Remind and IfLate
	DoneAt    time.Time // zero: it is open
	Justice   string    // distributive, procedural or interactional
	Message   *Message
	Note      string
	Remind    []Action // owed ahead of the deadline, until this one is done
	IfLate    []Action // owed only if this one is not done in time

	// These fields are for the agenda and the outbox. The JSON form does not have them.
	waits  bool   // for its since field, or for the customer
	pauses bool   // its clock stops while the incident is paused
	silent bool   // it has no effect: it was done before it was given
	said   bool   // its words are those that were said before
	hangs  []hang // what a step of Remind or IfLate hangs on
}

// The sides of justice that an action belongs to. The first is redress: what the customer gets.
const (
	JusticeDistributive  = "distributive"
	JusticeProcedural    = "procedural"
	JusticeInteractional = "interactional"
)

// Param is a named parameter. Its value is a string, int64, float64, bool,
// time.Time, time.Duration, Money, Date, Percent, or a []any of those.
type Param struct {
	Name  string
	Value any
}

// ParamOf returns a parameter of an action as a value of its type: one of those that [Param]
// lists. It fails where the action has no such parameter, or one of another type. The
// amount is no parameter; see [Action.Difference].
//
//	queue, ok := recovery.ParamOf[string](action, "to")
func ParamOf[T any](a Action, name string) (T, bool) {
	for _, p := range a.Params {
		if p.Name == name {
			v, ok := p.Value.(T)
			return v, ok
		}
	}
	var none T
	return none, false
}

// Message is the words to use, in the customer's language.
type Message struct {
	ID       string
	Language string
	Text     string
}

// Choice is what a person has to decide.
type Choice struct {
	ID         string
	Play       string
	Decider    string
	DueAt      time.Time
	Options    []Offer
	AtLeast    int
	AtMost     int
	Precedents Precedents
	// Authority is up to how much each role may choose alone: an amount for each role and currency.
	// Empty: everybody may choose any amount that is on offer.
	Authority []Authority
	Second    *Second  // nil: nobody else has to agree
	Remind    []Action // owed ahead of DueAt, until the choice is made
	IfLate    []Action // owed from DueAt on, until the choice is made
	// Made is set by [Engine.Choices]: who has proposed what, where that awaits a second person, or was
	// turned down.
	Made *Made

	asked bool // the previous decision has left the same choice
}

// Authority is up to how much a role may choose alone, several amounts added up.
type Authority struct {
	Role string
	UpTo Money
}

// Second says above which amounts another person has to agree, and in which role.
type Second struct {
	By    string
	Above []Money // one for each currency
}

// Offer is an action that may be chosen.
type Offer struct {
	Type string
	ID   string // the action's own id, where it has one
	// From and To bound the amount of a money action; unset for the others.
	From, To Money
	Params   []Param // a []any lists what is allowed
}

// Precedents sums up the earlier choices of the same play in comparable cases.
type Precedents struct {
	Count   int
	Options []PrecedentRange
	Recent  []Precedent // the last five, newest first
}

// PrecedentRange is how one option was used before, in one currency.
type PrecedentRange struct {
	Type                    string
	Median, Lowest, Highest Money
}

// Precedent is one earlier choice.
type Precedent = store.Precedent

// Withheld is an action, or a part of one, that was not given.
type Withheld struct {
	ID     string
	Type   string
	Item   string // as of an [Action]
	Play   string
	Reason WithheldReason
	Amount Money
	Params []Param
}

// WithheldReason says why an action was not given.
type WithheldReason string

// The reasons for withholding an action.
const (
	WithheldKeep    WithheldReason = "keep"     // a limit keeps the highest, and this is not it
	WithheldLimit   WithheldReason = "limit"    // a cap leaves no room for it
	WithheldTooLate WithheldReason = "too-late" // it had to be done by a time that has passed
	WithheldZero    WithheldReason = "zero"     // its amount is nothing
)

// PassedOver is a partner that was asked and not taken.
type PassedOver struct {
	Partner string
	Play    string
	Reason  PassedOverReason
}

// Missed is a broken promise: an action that one play asked for was not done by
// its deadline.
type Missed struct {
	ID      string // the action's
	Type    string
	Item    string // as of an [Action]
	Play    string // playbook/play
	GivenAt time.Time
	DueAt   time.Time // before GivenAt when it was past already as it was given
	DoneAt  time.Time // zero: it is not done
}

// PassedOverReason says why a partner was not taken.
type PassedOverReason string

// The reasons for passing over a partner.
const (
	PassedOverAgreement PassedOverReason = "agreement" // none is in force
	PassedOverDirection PassedOverReason = "direction" // the agreement does not serve this direction
	PassedOverCoverage  PassedOverReason = "coverage"  // the agreement does not cover the incident
	PassedOverCapacity  PassedOverReason = "capacity"  // its units are used up
)

// Fact is the value that a fact had when the decision was made: an int64 or a
// Money, or the sum of a field, which may also be a float64 or a time.Duration.
type Fact struct {
	Name  string
	Value any
}

// Warning is something to look at that did not stop the decision.
type Warning struct {
	Code    WarningCode
	Message string
	Play    string
}

// WarningCode is the kind of a warning.
type WarningCode string

// The codes of warnings, in the order in which a decision lists them.
const (
	WarnUnanswered     WarningCode = "unanswered"       // no play answers the incident
	WarnStale          WarningCode = "stale"            // the play was to be reviewed before
	WarnTooLate        WarningCode = "too-late"         // what would have prevented the failure comes too late
	WarnNoExpectedTime WarningCode = "no-expected-time" // a play has a lead, and nobody knows when the failure comes
	WarnLateWhenGiven  WarningCode = "late-when-given"  // a deadline was past as it was given, or shortened
	WarnInTheFuture    WarningCode = "in-the-future"    // something was told that has not happened yet
	WarnNoPartner      WarningCode = "no-partner"       // no partner could take it
	WarnFactWithoutKey WarningCode = "fact-without-key" // the fact is taken as zero: the incident lacks its key
	WarnInvalidField   WarningCode = "invalid-field"    // the value does not fit its field and is taken as missing
	WarnLanguage       WarningCode = "language"         // the message has no text in the languages that are wanted
)

// Made says who made a choice.
type Made struct {
	Choice    string
	By        string
	Roles     []string // in which By chose
	Reason    string
	Deviation string // from the precedents' median, such as 25%; empty without precedents
	// Pending is set while another person has to agree. Nothing is given then: the decision has no
	// actions, and Proposed is what it would give. Limits and facts count it meanwhile.
	Pending  bool
	Proposed []Action
	Second   *Signature // who agreed; nil: nobody had to, or nobody has yet
	Declined *Signature // who turned Proposed down; nil: nobody
}

// Signature is who has agreed to a proposal, or turned it down.
type Signature struct {
	By     string
	Roles  []string
	Reason string
	At     time.Time
}

// LogValue shows the decision in a log by what it is about, not with every word
// of it: id, incident, plays, the types of its actions, the codes of its
// warnings.
func (d Decision) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", d.ID),
		slog.String("incident", d.Incident),
		slog.Any("plays", each(d.Plays, func(m Match) string { return m.Play })),
		slog.Any("actions", each(d.Actions, func(a Action) string { return a.Type })),
		slog.Any("warnings", each(d.Warnings, func(w Warning) string { return string(w.Code) })),
	)
}

func each[T any](list []T, text func(T) string) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = text(list[i])
	}
	return out
}

// String writes an action in one line, for people and logs: compensate 5.00 EUR
// (as: voucher), by 2026-03-04T18:00:00Z.
func (a Action) String() string { return a.TextIn(time.UTC) }

// TextIn is String with times in a zone, with its offset from UTC.
func (a Action) TextIn(zone *time.Location) string {
	plain := value.Plain{Zone: zone}
	var b strings.Builder
	b.WriteString(a.Type)
	if a.Item != "" {
		b.WriteString(" for " + a.Item)
	}
	if a.Amount.IsSet() {
		b.WriteString(" " + a.Amount.String())
	}
	for i, p := range a.Params {
		sep := ", "
		if i == 0 {
			sep = " ("
		}
		b.WriteString(sep + p.Name + ": " + plain.Show(p.Value))
	}
	if len(a.Params) > 0 {
		b.WriteString(")")
	}
	for _, t := range []struct {
		word string
		at   time.Time
	}{{"from", a.NotBefore}, {"by", a.DueAt}, {"done", a.DoneAt}} {
		if !t.at.IsZero() {
			b.WriteString(", " + t.word + " " + plain.Time(t.at))
		}
	}
	if a.Owner != "" {
		b.WriteString(", owner " + a.Owner)
	}
	if a.Change != "" && a.Change != ChangeNew {
		b.WriteString(", " + string(a.Change))
	}
	return b.String()
}

// The types of action of the format. A set may declare others. ActionSubstitute is
// made by the engine, for a partner.
const (
	ActionAcknowledge = policy.ActionAcknowledge
	ActionApologise   = policy.ActionApologise
	ActionAssign      = policy.ActionAssign
	ActionCallback    = policy.ActionCallback
	ActionCompensate  = policy.ActionCompensate
	ActionEscalate    = policy.ActionEscalate
	ActionExplain     = policy.ActionExplain
	ActionInform      = policy.ActionInform
	ActionInvestigate = policy.ActionInvestigate
	ActionNotify      = policy.ActionNotify
	ActionPrevent     = policy.ActionPrevent
	ActionRefund      = policy.ActionRefund
	ActionRepair      = policy.ActionRepair
	ActionReperform   = policy.ActionReperform
	ActionReplace     = policy.ActionReplace
	ActionResolve     = policy.ActionResolve
	ActionRespond     = policy.ActionRespond
	ActionSubstitute  = policy.ActionSubstitute
	ActionSurvey      = policy.ActionSurvey
)
