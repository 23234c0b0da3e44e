package recovery

import (
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/intake"
)

// Incident is one service failure, or one sign that it is coming. ID, Service
// and OccurredAt are required; zero values of the others are absent, and
// defaults take their place.
type Incident struct {
	ID, Service, Failure      string
	Phase                     string // failure (default) or signal
	Severity                  int    // 1 negligible to 5 critical; 0: the default
	Source                    string // complaint (default), survey, monitor, staff, audit or partner
	Provider                  string // empty: our own service failed; else the partner whose service did
	Follows                   string // the incident that this one reopens or disputes
	Channel, Region, Language string
	Cause, RemedySought       string
	Summary                   string
	Tags                      []string
	Paused                    []Pause // when it waited for the customer

	OccurredAt              time.Time // when it failed, or the sign was seen
	ReportedAt, RespondedAt time.Time
	InformedAt, ResolvedAt  time.Time
	ReopenedAt              time.Time // when it was opened again after it had been resolved
	WaitingSince            time.Time // of the customer's oldest message that nobody has answered
	UpdatedAt               time.Time // of this version of the incident; an earlier one than was seen is outdated
	ExpectedAt              time.Time // when a signalled failure will reach the customer

	Customer Customer

	// Fields are the fields that playbooks declare, and any others, by dotted
	// name. Values are strings, ints of any size, float64, bool, time.Time,
	// time.Duration, Money, Date, Percent, slices of them, or the text that JSON
	// would hold. A map[string]any is an object: "order.value" by itself and
	// "value" in a map under "order" are the same field. A nil value, a zero
	// time or date, and Money without a currency are absent.
	Fields map[string]any

	// given are the standard fields of a JSON object whose values the struct
	// cannot hold (a wrong type, an explicit zero), by dotted name, as decoded, so
	// that validation can name each. A field of the struct that is set since
	// takes the place of what was given. Under "customer" is what was given for
	// the customer and is no object.
	given map[string]any
}

// The phases of an incident.
const (
	PhaseFailure = "failure" // it reached the customer; the default
	PhaseSignal  = "signal"  // it is a sign of what is coming
)

// The sources of an incident: who told of it first.
const (
	SourceComplaint = "complaint" // the customer; the default
	SourceSurvey    = "survey"
	SourceMonitor   = "monitor"
	SourceStaff     = "staff"
	SourceAudit     = "audit"
	SourcePartner   = "partner"
)

// Customer is the person or company that the service failed.
type Customer struct {
	ID, Name, Tier, Language string
	Since                    time.Time
}

// Pause is a stretch in which the incident waited for the customer. A zero
// Until means that it still does.
type Pause = worktime.Pause

// standard are the standard fields, in the order in which they are written, with
// their places in an incident: a *string, *int, *time.Time, *[]string or *[]Pause.
// Those of the customer come last.
var standard = [...]struct {
	path  string
	place func(*Incident) any
}{
	{"id", func(in *Incident) any { return &in.ID }},
	{"service", func(in *Incident) any { return &in.Service }},
	{"occurred_at", func(in *Incident) any { return &in.OccurredAt }},
	{"failure", func(in *Incident) any { return &in.Failure }},
	{"phase", func(in *Incident) any { return &in.Phase }},
	{"severity", func(in *Incident) any { return &in.Severity }},
	{"source", func(in *Incident) any { return &in.Source }},
	{"reported_at", func(in *Incident) any { return &in.ReportedAt }},
	{"responded_at", func(in *Incident) any { return &in.RespondedAt }},
	{"informed_at", func(in *Incident) any { return &in.InformedAt }},
	{"resolved_at", func(in *Incident) any { return &in.ResolvedAt }},
	{"reopened_at", func(in *Incident) any { return &in.ReopenedAt }},
	{"waiting_since", func(in *Incident) any { return &in.WaitingSince }},
	{"updated_at", func(in *Incident) any { return &in.UpdatedAt }},
	{"expected_at", func(in *Incident) any { return &in.ExpectedAt }},
	{"paused", func(in *Incident) any { return &in.Paused }},
	{"provider", func(in *Incident) any { return &in.Provider }},
	{"follows", func(in *Incident) any { return &in.Follows }},
	{"channel", func(in *Incident) any { return &in.Channel }},
	{"region", func(in *Incident) any { return &in.Region }},
	{"language", func(in *Incident) any { return &in.Language }},
	{"cause", func(in *Incident) any { return &in.Cause }},
	{"remedy_sought", func(in *Incident) any { return &in.RemedySought }},
	{"summary", func(in *Incident) any { return &in.Summary }},
	{"tags", func(in *Incident) any { return &in.Tags }},
	{"customer.id", func(in *Incident) any { return &in.Customer.ID }},
	{"customer.name", func(in *Incident) any { return &in.Customer.Name }},
	{"customer.tier", func(in *Incident) any { return &in.Customer.Tier }},
	{"customer.language", func(in *Incident) any { return &in.Customer.Language }},
	{"customer.since", func(in *Incident) any { return &in.Customer.Since }},
}

// standardPaths are the paths of the standard fields.
func standardPaths() []string {
	out := make([]string, len(standard))
	for i := range standard {
		out[i] = standard[i].path
	}
	return out
}

// standardAt has the index of each standard field, by its path. To compare a path with one after
// another takes longer than reading the field.
var standardAt = func() map[string]int {
	at := make(map[string]int, len(standard))
	for i := range standard {
		at[standard[i].path] = i
	}
	return at
}()

// place returns the place of a standard field; nil for any other path.
func (in *Incident) place(path string) any {
	i, ok := standardAt[path]
	if !ok {
		return nil
	}
	return standard[i].place(in)
}

// held returns what the struct holds in a place, nil when it is absent.
func held(place any) any {
	switch p := place.(type) {
	case *string:
		return text(*p)
	case *time.Time:
		return moment(*p)
	case *int:
		return whole(*p)
	case *[]string:
		return listed(*p)
	case *[]Pause:
		return listed(*p)
	}
	return nil
}

// standard returns what the incident itself, Fields left aside, says of a standard
// field: the struct's value, else what was given and did not fit there.
func (in *Incident) standard(path string, place any) any {
	if v := held(place); v != nil {
		return v
	}
	return in.given[path]
}

// came is the incident as the intake takes it. Its list is made in room, in the order of standard: every
// incident comes this way, and to ask each place for what it holds takes several times as long.
func (in *Incident) came(room []any) intake.Incident {
	room = append(room,
		text(in.ID), text(in.Service), moment(in.OccurredAt), text(in.Failure), text(in.Phase),
		whole(in.Severity), text(in.Source), moment(in.ReportedAt), moment(in.RespondedAt), moment(in.InformedAt),
		moment(in.ResolvedAt), moment(in.ReopenedAt), moment(in.WaitingSince), moment(in.UpdatedAt),
		moment(in.ExpectedAt), listed(in.Paused), text(in.Provider), text(in.Follows), text(in.Channel),
		text(in.Region), text(in.Language), text(in.Cause), text(in.RemedySought), text(in.Summary), listed(in.Tags),
		text(in.Customer.ID), text(in.Customer.Name), text(in.Customer.Tier), text(in.Customer.Language),
		moment(in.Customer.Since),
	)
	for i := range room {
		if in.given != nil && room[i] == nil {
			room[i] = in.given[standard[i].path]
		}
	}
	return intake.Incident{Standard: room, Fields: in.Fields, Customer: in.given["customer"]}
}

// text, moment, whole and listed are what a field of the struct holds; nil when it is absent.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func whole(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

func listed[T any](list []T) any {
	if len(list) == 0 {
		return nil
	}
	return list
}

// spot is one of the places in which an incident may have a field: the struct, a dotted
// name, objects.
type spot struct {
	path  string
	value any
	drop  func()
}

// spots goes through everything that an incident has, in one order.
func (in *Incident) spots() func(yield func(spot) bool) {
	return func(yield func(spot) bool) {
		for i := range standard {
			path, place := standard[i].path, standard[i].place(in)
			v := in.standard(path, place)
			if v != nil && !yield(spot{path, v, func() { fill(place, nil); delete(in.given, path) }}) {
				return
			}
		}
		inFields(in.Fields, "", func() {}, yield)
	}
}

// inFields goes through an object. When its last member is dropped, emptied is called.
func inFields(fields map[string]any, prefix string, emptied func(), yield func(spot) bool) bool {
	for _, name := range intake.SortedKeys(fields) {
		v := fields[name]
		drop := func() {
			if delete(fields, name); len(fields) == 0 {
				emptied()
			}
		}
		if inner, isObject := v.(map[string]any); isObject && len(inner) > 0 && !isAmount(inner) {
			if !inFields(inner, prefix+name+".", drop, yield) {
				return false
			}
			continue
		}
		if !yield(spot{prefix + name, v, drop}) {
			return false
		}
	}
	return true
}

// isAmount reports whether an object is an amount, as JSON has it.
func isAmount(m map[string]any) bool {
	_, number := m["value"].(string)
	_, currency := m["currency"].(string)
	return number && currency && len(m) == 2
}

func (in *Incident) has(path string) bool {
	for s := range in.spots() {
		if s.path == path && !intake.IsAbsent(s.value) {
			return true
		}
	}
	return false
}

// nest stores a field as JSON would: what is dotted stands in objects, where nothing else
// stands in their way.
func (in *Incident) nest(path string, v any) {
	if in.place(path) != nil || isCustomers(path) || !strings.Contains(path, ".") {
		in.put(path, v)
		return
	}
	if in.Fields == nil {
		in.Fields = map[string]any{}
	}
	m, rest := in.Fields, path
	for {
		name, after, more := strings.Cut(rest, ".")
		if !more {
			m[name] = v
			return
		}
		inner, isObject := m[name].(map[string]any)
		if _, taken := m[name]; taken && !isObject {
			in.put(path, v)
			return
		}
		if !isObject {
			inner = map[string]any{}
			m[name] = inner
		}
		m, rest = inner, after
	}
}
