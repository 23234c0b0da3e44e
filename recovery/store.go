package recovery

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/store"
)

// ErrConflict is returned by [Store.Commit] when the values that the decision
// was made from have changed in a way that matters. [Engine.Handle] then decides
// again.
var ErrConflict = store.ErrConflict

// ErrErased is returned by [Store.Commit] for an incident that the store has erased: what comes late of it must not be
// paid again. A store that refuses such incidents has a method by which one is begun anew.
var ErrErased = store.ErrErased

// Store remembers decisions. Implementations must be safe for concurrent use;
// recoverytest.TestStore checks one.
type Store interface {
	// Prepare gets the store ready for decisions by a set: it counts the kinds of facts that the set
	// reads, and may keep the set, so that its decisions can be explained and made again later. The set
	// must not be changed afterwards. No engine decides by a set before Prepare has returned nil.
	// Preparing a set again changes nothing. A store that is bound to a transaction, for [In], is never
	// asked to.
	Prepare(ctx context.Context, set *playbook.Set, kinds []FactKind) error
	// Read answers what a decision needs to know first, as of one moment: all of the query but
	// its Precedents.
	Read(ctx context.Context, q Query) (Given, Version, error)
	// Precedents answers what is asked second, once it is known which plays leave a choice: a summary
	// for each of the query's Precedents. The query's facts and use are not asked again.
	Precedents(ctx context.Context, q Query) ([]store.Precedents, error)
	// Commit makes a decision, or reports, part of what the store knows: all of
	// it or nothing. Committing the same decision twice changes nothing. It
	// returns ErrConflict when the version's answers to c.Reads would now differ
	// in a way that matters: the incident's previous decision, the choices
	// made on it or its updated_at, what was told of it last, the use of partners that the commit
	// reserves, the sums that limits count, the precedents. Values are compared, and not versions, so
	// that it does not matter between which reads something has changed. In a store that keeps deliveries, a commit
	// that changes the stream of its incident also conflicts when other deliveries are waiting now, or when there
	// are more reports on the incident.
	Commit(ctx context.Context, c Commit) error
}

// Version is the state of a store that a Read has seen. Only the store knows how
// to read it.
type Version string

// These types pass between stores and engines. They are about decisions other
// than the incident's own. Package store defines them, with the rules that count
// decisions.
type (
	// Query asks a store what has to be known before an incident can be decided.
	Query = store.Query
	// Key is a field of incidents and the text of the value wanted.
	Key = store.Key
	// FactQuery asks for the value of a fact.
	FactQuery = store.FactQuery
	// UseQuery asks how many units of a partner are reserved.
	UseQuery = store.UseQuery
	// PrecedentQuery asks for earlier choices of a play in comparable cases.
	PrecedentQuery = store.PrecedentQuery
	// Chosen is an earlier choice, with its actions and its reason.
	Chosen = store.Chosen
	// ChosenAction is an action that was chosen.
	ChosenAction = store.ChosenAction
	// FactKind is a group of facts that a store answers together.
	FactKind = store.FactKind
	// Reserve is units of a partner that a decision takes.
	Reserve = store.Reserve
	// Mark says that a host has told of a version of an incident that gives no other decision.
	Mark = store.Mark
	// Told is an incident as a host told of it last.
	Told = store.Told
)

// Given answers a Query: each list has one element per element asked for. A store does not fill in
// Precedents: the engine does, from [Store.Precedents], for the commit.
type Given struct {
	// Previous is the incident's latest decision other than a choice; nil at first.
	Previous *Record
	// Made are the choices that were made on it, in order. They include choices
	// that earlier decisions of the incident carried over.
	Made []Record
	// Reports are the host's reports on the incident's actions, in the order in which they came.
	Reports []Report
	// UpdatedAt is the latest updated_at of the incident: that of its decisions and of
	// the marks on it. It is zero when none has one.
	UpdatedAt time.Time
	// Told is the incident as the host told of it last, where Previous was not made of
	// that: it was refused since, or a mark has it. [Engine.Update] starts from it.
	Told *Told
	// SetIsOlder says that the set of the query first decided in this store before the
	// set of Previous did.
	SetIsOlder bool

	// Stream has the deliveries of the incident, in a store that keeps them; nil: it keeps none, and what is in a committed
	// decision counts as handed out.
	Stream *store.Stream

	Facts      []any // an int64 or a Money, and a float64 or a time.Duration where a field is added up; nil where a key of the query has no text
	Use        []int64
	Precedents []store.Precedents
}

// Record is a decision as a store keeps it.
type Record struct {
	Decision *Decision
	// Incident is the incident as validated: canonical JSON (RFC 8785).
	Incident []byte
	// Keys are the incident's fields, by path, as text; lists and objects have
	// none, and neither do fields that are empty.
	Keys map[string]string
	// OccurredAt is the incident's.
	OccurredAt time.Time
	// Base is what the actions of the first decision count from. It stays what it
	// was then. Bases are those of plays that came later.
	Base  time.Time
	Bases []PlayBase
	// Promises are what the incident's decisions have asked for by a deadline.
	Promises []Promise
	// Informed are the times at which the customer was informed, in order, as informed_at told them; at most the last
	// 1,000. They are kept where something promises to inform.
	Informed []time.Time
	// Handed are the effects that the host was handed, in order.
	Handed []Handed
	// Defaults are the fields, by path, that have their default because nobody gave
	// them a value. They are sorted.
	Defaults []string
	// ReadAs are the fields that were told of under an earlier name: the present name,
	// and the earlier one as text.
	ReadAs []Key
	// UpdatedAt is the latest updated_at of the incident that was seen; zero when
	// none was.
	UpdatedAt time.Time
	// Reserves are the partners' units that this decision uses.
	Reserves []Reserve
	// On is set on a decision that makes a choice: the decision it hangs on.
	On string
	// Again is set on a decision that [Engine.Again] has made. Nobody told of the
	// incident, so what was told last and refused stays.
	Again bool
	// Newest is set on one that makes its set the newest of the store, though others have decided since:
	// see [AsNewest].
	Newest bool
	// Keeps are the ids of the decisions that made choices on earlier decisions
	// of the incident and still stand.
	Keeps []string
	// Settles is the decision on the same choice whose place this one takes: what was proposed is
	// approved or turned down, or something else is proposed after that. It is empty for others.
	Settles string
	// Withdrawn are the keys of effects that this choice has taken out of the stream before anybody had
	// claimed them: they were never handed out.
	Withdrawn []string
	// Comparable are the fields by which later choices are compared with this
	// one. It is set on a decision that makes a choice.
	Comparable []Key
}

// Commit is one thing for a store to remember, as a whole or not at all. At most
// one of Record, Refusal, Reports and Mark is set. A commit with none of them is about the stream of the
// incident that Reads names, in a store that keeps deliveries.
type Commit struct {
	Record  *Record
	Refusal *Refusal
	Reports []Report
	// Mark conflicts when Given.Previous is not the incident's latest decision any
	// more. One that is not later than what the store knows, and tells the same, changes nothing.
	Mark *Mark

	// Reads and Version are what the record was made from, and Given what was
	// answered. A refusal has them where it was made from what was told before. It then
	// conflicts when that, or the latest decision, is another by now.
	Reads   Query
	Given   Given
	Version Version

	// Those below are set for a store whose answers have a Stream. Withdrawn are the keys of deliveries that
	// are taken out first. Outbox are those of the decision, in order, and Fell are those that have fallen
	// due. NextDue is when something falls due next, later than now; zero: never.
	Withdrawn []string
	Outbox    []Delivery
	Fell      []Delivery
	NextDue   time.Time
}

// Streams reports whether a commit changes the stream of its incident.
func (c *Commit) Streams() bool {
	return c.Given.Stream != nil && c.Reads.Incident != "" && c.Refusal == nil && c.Mark == nil
}

// Check is for stores. It refuses a commit that no engine sends: one with several of Record,
// Refusal, Reports and Mark or with nothing, one without a decision, or one whose answers do not fit its queries.
func (c *Commit) Check() error {
	parts := 0
	for _, has := range []bool{c.Record != nil, c.Refusal != nil, len(c.Reports) > 0, c.Mark != nil} {
		if has {
			parts++
		}
	}
	switch {
	case parts > 1 || parts == 0 && !c.Streams():
		return errors.New("a commit holds one of a record, a refusal, reports and a mark, or what falls due on an incident")
	case c.Record == nil:
		return nil
	case c.Record.Decision == nil || c.Record.Decision.ID == "" || c.Record.Decision.Incident == "":
		return errors.New("a record holds a decision with an id and an incident")
	case len(c.Given.Facts) != len(c.Reads.Facts) || len(c.Given.Use) != len(c.Reads.Use) || len(c.Given.Precedents) != len(c.Reads.Precedents):
		return errors.New("a commit holds an answer for each thing that was read")
	}
	return nil
}

// Refusal is an incident that could not be decided.
type Refusal struct {
	Namespace, Incident string
	At                  time.Time
	// Input is the incident as it came, as JSON: an object, or a text where it has
	// what JSON cannot hold.
	Input []byte
	Set   SetRef
	Error error
}

// Told is what the refusal leaves for [Given.Told]; nil where nobody can start from it,
// because the incident has no id or is not an object.
func (r *Refusal) Told() *Told {
	if r.Incident == "" || len(r.Input) == 0 || r.Input[0] != '{' {
		return nil
	}
	return &Told{Incident: r.Input, At: r.At}
}

// Report is the host's word about what came of an action.
type Report = store.Report

// Outcome says what came of an effect.
type Outcome = store.Outcome

// The outcomes. The zero value stands for OutcomeDone.
const (
	OutcomeDone   = store.OutcomeDone
	OutcomeFailed = store.OutcomeFailed
	OutcomeUndone = store.OutcomeUndone
)

// Counts returns what the rules of package store look at of a record. Number is
// its place in the order in which the store took its records.
func (r *Record) Counts(number int64) *store.Decision {
	d := r.Decision
	out := &store.Decision{
		ID: store.IDOf(d.ID), Namespace: d.Namespace, Incident: d.Incident, Number: number, DecidedAt: d.DecidedAt, OccurredAt: r.OccurredAt,
		Keys: r.Keys, Reserves: r.Reserves, Set: store.IDOf(d.Set.Digest), UpdatedAt: r.UpdatedAt, Again: r.Again, Newest: r.Newest,
	}
	actions := d.Actions
	if d.Made != nil && d.Made.Pending {
		actions = d.Made.Proposed
	}
	if len(actions) > 0 {
		out.Actions = make([]store.Action, len(actions))
	}
	for i := range actions {
		a := &actions[i]
		out.Actions[i] = store.Action{
			ID: store.IDOf(a.ID), Type: a.Type, Amount: a.Amount, Cancelled: a.Change == ChangeCancelled,
			GivenAt: a.GivenAt, Parts: a.Parts,
		}
	}
	for i := range d.Choices {
		out.Leaves = append(out.Leaves, store.IDOf(d.Choices[i].ID))
	}
	for _, id := range r.Keeps {
		out.Keeps = append(out.Keeps, store.IDOf(id))
	}
	if r.On != "" {
		out.Choice = r.choice()
	}
	return out
}

// open reports whether nothing is chosen yet: what was proposed awaits a second, or was turned down.
func (m *Made) open() bool { return m.Pending || m.Declined != nil }

func (r *Record) choice() *store.Choice {
	d := r.Decision
	play := ""
	if len(d.Plays) > 0 {
		play = d.Plays[0].Play // a decision that makes a choice has one
	}
	c := &store.Choice{On: store.IDOf(r.On), Key: store.PrecedentKey(d.Namespace, play, r.Comparable), Chosen: Chosen{Decision: d.ID}}
	if d.Made != nil {
		c.ID, c.Chosen.Reason = store.IDOf(d.Made.Choice), d.Made.Reason
		c.Open = d.Made.open()
	}
	if r.Settles != "" {
		c.Settles = store.IDOf(r.Settles)
	}
	for i := range d.Actions {
		a := &d.Actions[i]
		if a.Change != ChangeCancelled {
			c.Chosen.Actions = append(c.Chosen.Actions, ChosenAction{Type: a.Type, Amount: a.Amount})
		}
		c.IfLate = appendIDs(c.IfLate, a.IfLate)
	}
	for _, w := range d.Withheld {
		if w.Reason == WithheldZero { // nothing was chosen, which is an amount too
			c.Chosen.Actions = append(c.Chosen.Actions, ChosenAction{Type: w.Type, Amount: w.Amount})
		}
	}
	return c
}

// appendIDs adds the ids of actions and of what stands in their if_late.
func appendIDs(ids []store.ID, actions []Action) []store.ID {
	for i := range actions {
		ids = append(ids, store.IDOf(actions[i].ID))
		ids = appendIDs(ids, actions[i].IfLate)
	}
	return ids
}

// CheckStream is for stores that keep deliveries. It compares what a commit was made from with the keys that wait
// in the stream of its incident now, and with the number of reports on it. The error is an [ErrConflict].
func (c *Commit) CheckStream(waiting []string, reports int) error {
	if !c.Streams() {
		return nil
	}
	seen := c.Seen()
	return cmp.Or(seen.CheckWaiting(waiting), seen.CheckReports(reports))
}

// Seen returns what a commit was made from, for the rules of package store.
func (c *Commit) Seen() store.Seen {
	s := store.Seen{Waiting: c.Given.Stream.Waiting(), Reads: c.Reads, Facts: c.Given.Facts, Use: c.Given.Use, Precedents: c.Given.Precedents, UpdatedAt: c.Given.UpdatedAt}
	s.Tells = c.Mark != nil || c.Refusal != nil && c.Reads.Incident != "" || c.Record != nil && c.Record.On == "" && !c.Record.Again
	if c.Given.Told != nil {
		s.Told = c.Given.Told.Incident
	}
	if c.Record != nil {
		s.Reserves = c.Record.Reserves
		if c.Record.On != "" {
			s.Chooses, s.On = true, store.IDOf(c.Record.On)
		}
	}
	s.Reports = len(c.Given.Reports)
	if c.Given.Previous != nil {
		s.Latest = store.IDOf(c.Given.Previous.Decision.ID)
	}
	for i := range c.Given.Made {
		s.Made = append(s.Made, store.IDOf(c.Given.Made[i].Decision.ID))
	}
	return s
}

// withdrawn are the actions that choices have cancelled. It is nil in the common
// case.
func (g *Given) withdrawn() map[store.ID]bool {
	if len(g.Made) == 0 {
		return nil
	}
	var s store.Standing
	if g.Previous != nil {
		s.Latest = g.Previous.Counts(0)
	}
	for i := range g.Made {
		s.Made = append(s.Made, g.Made[i].Counts(int64(i)+1))
	}
	return s.Withdrawn()
}
