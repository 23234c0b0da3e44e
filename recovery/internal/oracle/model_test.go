package oracle

import (
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
)

// The model of a set: what the generator makes up, what is written as YAML for
// the engine, and what the oracle reads. It has no positions and no types: the
// generator only makes sets that load.

type oSet struct {
	books  []*oBook // by id
	shared *oBook   // nil: none
}

// oBook is a playbook, or the shared document.
type oBook struct {
	id, zone, owner string // zone "": not written
	shared          bool
	reviewBy        string
	rounding        string // "": not written
	inForce         oRange
	applies         *oNode // nil: not written
	matches         string
	fields          []*oField
	facts           []*oFact
	terms           []*oTerm
	tables          []*oTable
	calendars       []*oCalendar
	messages        []*oMessage
	partners        []*oPartner
	types           []*oType
	limits          []*oLimit
	plays           []*oPlay
	asked           []string // the broken promises that its conditions ask for
	set             *oSet
}

type oRange struct{ from, until string } // dates; "": open

func (r oRange) holds(day string) bool {
	return (r.from == "" || r.from <= day) && (r.until == "" || day <= r.until)
}

type oField struct {
	path, kind string
	decl       string // as written
	optional   bool
	needed     bool // a standard field that is made required
	def        any  // nil: none
	closed     []string
	items      []*oField // of a list of items: what each has
}

type oFact struct {
	name       string
	count, sum string
	same       []string
	last       string // 90d, month, year
	currency   string
	occurred   bool   // by: occurred
	kind       string // of the field that it adds up; "": it adds up no field
	book       *oBook
}

type oTerm struct {
	name string
	cond *oNode
}

type oTable struct {
	name string
	by   *oNode
	rows []oRow
	is   bool // rows have `is`, else `from` or `above`
	// keyed tables have two keys with names, by and the severity; the first row that fits is found.
	keyed bool
}

type oRow struct {
	key    any // nil: otherwise
	above  bool
	credit recovery.Money
	points int64
	most   int64 // the severity up to which a row of a keyed table is for; 0: any
}

// whole says that the table has a row for every incident.
func (t *oTable) whole() bool { return t.rows[len(t.rows)-1].key == nil }

type oMessage struct {
	id    string
	texts [][2]string // language, text with oHole in it
	hole  string      // the expression in the hole
}

type oPartner struct {
	id, zone          string
	from, until       string
	outbound, inbound *oDirection
}

type oDirection struct {
	covers *oNode
	units  int64 // 0: no bound
	per    string
	cost   recovery.Money
	rank   int64
}

type oType struct {
	name   string
	amount bool
	once   bool
}

type oLimit struct {
	of       []string
	keep     bool
	atMost   *oNode
	also     *oNode // the amount of the cap in a second currency; nil: none
	when     *oNode // of a cap; nil: always
	counting *oFact
	escalate string // to whom; "": cut
	perItem  bool
	only     *oOwner // of a limit per item: whose it looks at; nil: everybody's
}

type oPlay struct {
	id, approach, phase, provider string // "" phase, provider: not written
	when                          *oNode
	each                          string // the list that it is for; "": the incident
	where                         *oNode // nil: not written
	priority                      int64
	fallback, aside               bool // aside: answers: false
	inForce                       oRange
	reviewBy                      string
	do                            []*oAction
	cases                         []*oCase
	discretion                    *oDiscretion
	lead                          oSpan
	tooLate                       []*oAction
	partners                      []string // nil: all
	units                         int64
	otherwise                     []*oAction
	book                          *oBook
}

func (p *oPlay) name() string     { return p.book.id + "/" + p.id }
func (p *oPlay) preventive() bool { return p.approach == "preventive-intervention" }

type oCase struct {
	id   string
	when *oNode // nil: always
	do   []*oAction
}

type oDiscretion struct {
	decider, within, calendar string
	options                   []*oAction
	atLeast, atMost           int
	comparable                []string
	tolerance                 oPercent
	authority                 []oAuthority
	above                     recovery.Money // not set: nobody else has to agree
	second                    string
}

// oAction is an action as written. Spans are text, such as 4h or 2wd.
type oAction struct {
	typ, id, since, within, after, calendar, owner, message, note string
	ends                                                          string
	before                                                        string // of a step in remind: how long ahead, or a share
	again                                                         string // of a step: how often it repeats
	pauses                                                        bool
	ifLate, remind                                                []*oAction
	amount                                                        *oNode
	from, to                                                      *oNode            // of an option
	as                                                            []string          // one, or several for an option
	text                                                          map[string]string // item, to, measure, instrument
	every                                                         time.Duration
	points                                                        *oNode
}

// find looks a name up in the playbook, then in the shared document.
func find[T any](b *oBook, list func(*oBook) []T, is func(T) bool) (found T, owner *oBook) {
	for _, doc := range []*oBook{b, b.set.shared} {
		if doc == nil {
			continue
		}
		for _, x := range list(doc) {
			if is(x) {
				return x, doc
			}
		}
	}
	return found, nil
}

func (b *oBook) fact(name string) *oFact {
	f, _ := find(b, func(b *oBook) []*oFact { return b.facts }, func(f *oFact) bool { return f.name == name })
	return f
}

func (b *oBook) term(name string) *oTerm {
	t, _ := find(b, func(b *oBook) []*oTerm { return b.terms }, func(t *oTerm) bool { return t.name == name })
	return t
}

func (b *oBook) table(name string) *oTable {
	t, _ := find(b, func(b *oBook) []*oTable { return b.tables }, func(t *oTable) bool { return t.name == name })
	return t
}

func (b *oBook) message(id string) *oMessage {
	m, _ := find(b, func(b *oBook) []*oMessage { return b.messages }, func(m *oMessage) bool { return m.id == id })
	return m
}

func (b *oBook) typ(name string) *oType {
	t, _ := find(b, func(b *oBook) []*oType { return b.types }, func(t *oType) bool { return t.name == name })
	return t
}

func (b *oBook) field(path string) *oField {
	f, _ := find(b, func(b *oBook) []*oField { return b.fields }, func(f *oField) bool { return f.path == path })
	return f
}

// calendar of a name, with the zone that it counts in.
func (b *oBook) calendar(name string) *oMinutes {
	c, _ := find(b, func(b *oBook) []*oCalendar { return b.calendars }, func(c *oCalendar) bool { return c.name == name })
	zone := c.zone
	if zone == "" {
		zone = b.zoneName() // also of a shared one: it is the playbook's
	}
	return minutesOf(c, zone)
}

// zoneName is the playbook's zone, else the shared one, else UTC.
func (b *oBook) zoneName() string {
	if b.zone != "" {
		return b.zone
	}
	if b.set.shared != nil && b.set.shared.zone != "" {
		return b.set.shared.zone
	}
	return "UTC"
}

func (b *oBook) location() *time.Location { return zoneOf(b.zoneName()) }

func zoneOf(name string) *time.Location {
	loc, err := worktime.LoadZone(name)
	if err != nil {
		panic(err)
	}
	return loc
}

func (b *oBook) day(t time.Time) string { return t.In(b.location()).Format(time.DateOnly) }
