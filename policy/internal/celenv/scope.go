package celenv

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Field is a field of the incident: its dotted name, type, and the slot of its value
// in [Input]. Closed lists all values of a closed string; nil: any.
type Field struct {
	Name     string
	Type     value.Type
	Optional bool
	NonEmpty bool // a list has at least one item, a text at least one character
	Closed   []string
	Slot     int
	// Items are the fields of each item of a list of objects, sorted by name, with their places as
	// slots; nil for any other field.
	Items []Field

	itemType string // see cellib.ItemType; empty: not of objects
}

// Fact is a value from earlier decisions: its name, type, and the slot of its value in [Input].
type Fact struct {
	Name string
	Type value.Type
	Slot int
}

// Definitions gives the terms and tables that expressions of a scope name. It is called while an
// expression is compiled, and may compile others then. It returns nil and true for a definition
// whose mistake is reported elsewhere, such as one that needs itself: uses of it are not reported
// again.
type Definitions interface {
	Term(name string) (e *Expr, known bool)
	Table(name string) (t *Table, known bool)
	Zoned(id string) (z *Zoned, known bool)
	TermNames() []string
	TableNames() []string
}

// Zoned is a calendar whose zone is read from the incident.
type Zoned struct {
	Zone *Expr                         // gives the name of a zone
	In   map[string]*worktime.Calendar // the calendar in each zone that Zone can give
}

// Options say what the expressions of a scope see.
type Options struct {
	Fields []Field
	// FieldsOf is a scope whose fields this one has too, instead of Fields; or nil.
	FieldsOf *Scope
	Facts    []Fact
	// Missed is the closed list of texts that is read as missed; its Name is "missed". Nil: there is
	// none. Scopes of one base must have the same.
	Missed *Field
	Defs   Definitions // nil: no terms, no tables

	// Calendars by id. A nil calendar is one whose zone is read from the incident, which Defs gives
	// then, or one that is broken and reported elsewhere.
	Calendars map[string]*worktime.Calendar

	// Zone is where date(timestamp) reads the day; nil: UTC.
	Zone *time.Location

	// Rounding is how amounts are rounded when they leave an expression that a frame of the scope
	// evaluates.
	Rounding value.Rounding

	// CostLimit is the number of steps after which a metered evaluation is stopped. 0: a default.
	CostLimit uint64

	// Hidden names variables, such as "facts", and paths, such as "incident.delay",
	// that exist elsewhere and not here, each with the reason.
	Hidden map[string]string

	// Suggest returns the known name that is nearest to a wrong one, empty if none is near. nil:
	// names are never suggested.
	Suggest func(name string, known []string) string
}

// defaultCostLimit is reached within a few tenths of a second: some 50,000 steps of a loop.
const defaultCostLimit = 300_000

// Scope has the names that the expressions of one playbook can read. It is immutable, and safe for
// concurrent use if its Definitions are.
type Scope struct {
	base     *Base
	options  Options
	incident *object
	facts    map[string]*Fact
	zone     ref.Val
	cost     uint64

	// each is the list whose items the expressions read as item; nil: they may read what the items of
	// all lists have, and it is checked at each use which list that is.
	each  *Field
	eachs map[string]*Scope // see Each; while the set is compiled

	mu         sync.RWMutex
	identities map[need]uint32 // while the set is compiled
}

// object is a part of the incident that has members, such as incident.order.
type object struct {
	path    string // "incident", "incident.order"
	members map[string]member
}

// member is one name in an object: a field or a further object.
type member struct {
	field  *Field
	object *object
}

// With returns the same scope with other definitions.
func (s *Scope) With(d Definitions) *Scope {
	options := s.options
	options.Defs = d
	return &Scope{base: s.base, options: options, incident: s.incident, facts: s.facts, zone: s.zone, cost: s.cost, each: s.each}
}

// NewScope returns a scope. It returns an error for a field that is also an object, and for a field
// that is given twice.
func (b *Base) NewScope(o Options) (*Scope, error) {
	s := &Scope{
		base: b, options: o, cost: o.CostLimit, facts: make(map[string]*Fact, len(o.Facts)),
		incident: &object{path: "incident", members: make(map[string]member, len(o.Fields))},
		zone:     cellib.NewZone(time.UTC),
	}
	if s.cost == 0 {
		s.cost = defaultCostLimit
	}
	if o.Zone != nil {
		s.zone = cellib.NewZone(o.Zone)
	}
	if o.FieldsOf != nil {
		s.incident, s.options.FieldsOf = o.FieldsOf.incident, nil
	}
	for i := range o.Fields {
		if err := s.addField(&o.Fields[i]); err != nil {
			return nil, err
		}
	}
	for i := range o.Facts {
		if s.facts[o.Facts[i].Name] != nil {
			return nil, fmt.Errorf("fact %s is there twice", o.Facts[i].Name)
		}
		s.facts[o.Facts[i].Name] = &o.Facts[i]
	}
	return s, nil
}

// Finish replaces the definitions once all expressions are compiled, and drops the memory that only
// compiling needs. No other method of the scope may run at the same time.
func (s *Scope) Finish(d Definitions) {
	s.options.Defs, s.identities = d, nil
	for _, each := range s.eachs {
		each.Finish(d)
	}
}

func (s *Scope) addField(f *Field) error {
	at := s.incident
	names := strings.Split(f.Name, ".")
	for _, name := range names[:len(names)-1] {
		next := at.members[name]
		if next.field != nil {
			return fmt.Errorf("field %s lies in the field %s", f.Name, next.field.Name)
		}
		if next.object == nil {
			next.object = &object{path: at.path + "." + name, members: map[string]member{}}
			at.members[name] = next
		}
		at = next.object
	}
	last := names[len(names)-1]
	if old, taken := at.members[last]; taken {
		if old.field == nil {
			return fmt.Errorf("field %s is also an object", f.Name)
		}
		return fmt.Errorf("field %s is there twice", f.Name)
	}
	if f.Items != nil {
		s.base.declareItems(f)
	}
	at.members[last] = member{field: f}
	return nil
}

// zoned returns a calendar whose zone is read from the incident. It returns nil and true for one that
// is broken.
func (s *Scope) zoned(id string) (*Zoned, bool) {
	if s.options.Defs == nil {
		return nil, false
	}
	return s.options.Defs.Zoned(id)
}

// termNames lists the terms, sorted.
func (s *Scope) termNames() []string {
	if s.options.Defs == nil {
		return nil
	}
	return s.options.Defs.TermNames()
}

// tableNames lists the tables, sorted.
func (s *Scope) tableNames() []string {
	if s.options.Defs == nil {
		return nil
	}
	return s.options.Defs.TableNames()
}

// names lists the members of an object, sorted.
func (o *object) names() []string { return slices.Sorted(maps.Keys(o.members)) }

// find looks for fields whose last name is the given one, for a hint.
func (o *object) find(name string) []string {
	var found []string
	for _, n := range o.names() {
		switch m := o.members[n]; {
		case m.object != nil:
			found = append(found, m.object.find(name)...)
		case n == name:
			found = append(found, o.path+"."+n)
		}
	}
	return found
}

// each calls f for the path of every field below an object, in order.
func (o *object) each(f func(path string)) {
	for _, n := range o.names() {
		if m := o.members[n]; m.object != nil {
			m.object.each(f)
		} else {
			f(o.path + "." + n)
		}
	}
}

// near is the remedy that replaces a name by the nearest known one.
func (c *compiler) near(at celtext.Span, name string, known []string, prefix string) celtext.Remedy {
	suggest := c.scope.options.Suggest
	if suggest == nil {
		return celtext.Remedy{}
	}
	if near := suggest(name, known); near != "" {
		return celtext.Remedy{Hint: "did you mean " + prefix + near + "?", Fix: celtext.Fix{From: at.From, To: at.To, Text: near}}
	}
	return celtext.Remedy{}
}

// The variables of expressions.
const (
	varIncident  = "incident"
	varFacts     = "facts"
	varTerms     = "terms"
	varTables    = "tables"
	varCalendars = "calendars" // of their zones; no expression names it
	varNow       = "now"
	varMissed    = "missed"
	varAction    = "action"
	varPartner   = "partner"
	varDecision  = "decision"
	varItem      = "item"
)

func variables(message bool) []string {
	names := []string{varIncident, varFacts, varTerms, varTables, varNow, varMissed, varItem}
	if message {
		names = append(names, varAction, varPartner, varDecision)
	}
	return names
}

// messageField is a value that only messages know.
type messageField struct {
	path     string
	t        value.Type
	optional bool
	get      func(*Message) Val
}

func messageFields() []messageField {
	return []messageField{
		{"action.amount", value.Type{Kind: value.KindMoney}, true, func(m *Message) Val { return m.Amount }},
		{"action.due_at", value.Type{Kind: value.KindTimestamp}, true, func(m *Message) Val { return m.DueAt }},
		{"action.type", value.Type{Kind: value.KindString}, false, func(m *Message) Val { return Val{types.String(m.Type)} }},
		{"partner.name", value.Type{Kind: value.KindString}, true, func(m *Message) Val { return m.Partner }},
		{PathTotal, value.Type{Kind: value.KindMoney}, false, func(m *Message) Val { return m.Total }},
	}
}

// PathTotal is what a decision gives in money. Only messages of actions with an amount may read it.
const PathTotal = "decision.total"

// MessagePaths are the paths that only messages can read.
func MessagePaths() []string {
	var out []string
	for _, m := range messageFields() {
		out = append(out, m.path)
	}
	return out
}

// onlyInMessages reports whether a name is that of a variable which only messages know.
func onlyInMessages(name string) bool {
	return name == varAction || name == varPartner || name == varDecision
}

var errNoMessage = errors.New("not known outside a message")
