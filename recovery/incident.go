package recovery

import "time"

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

// Customer is the person or company that the service failed.
type Customer struct {
	ID, Name, Tier, Language string
	Since                    time.Time
}

// Pause is a stretch in which the incident waited for the customer. A zero
// Until means that it still does.
type Pause struct {
	From, Until time.Time
}

// standardNames are the standard fields in the order in which they are written.
func standardNames() [22]string {
	return [...]string{
		"id", "service", "occurred_at", "failure", "phase", "severity", "source",
		"reported_at", "responded_at", "informed_at", "resolved_at", "expected_at", "paused",
		"provider", "follows", "channel", "region", "language", "cause", "remedy_sought", "summary", "tags",
	}
}

// customerNames are those of the customer, which come last.
func customerNames() [5]string {
	return [...]string{"customer.id", "customer.name", "customer.tier", "customer.language", "customer.since"}
}

// slot returns a pointer to the struct's place for a standard field: a *string,
// *int, *time.Time, *[]string or *[]Pause; nil for any other name.
func (in *Incident) slot(path string) any { return in.at(stdFieldOf(path)) }

// held returns what the struct holds in a slot, nil when it is absent.
func held(slot any) any {
	switch p := slot.(type) {
	case *string:
		if *p != "" {
			return *p
		}
	case *int:
		if *p != 0 {
			return int64(*p)
		}
	case *time.Time:
		if !p.IsZero() {
			return *p
		}
	case *[]string:
		if len(*p) > 0 {
			return *p
		}
	case *[]Pause:
		if len(*p) > 0 {
			return *p
		}
	}
	return nil
}

// standard returns what the incident itself, Fields left aside, says of a standard
// field: the struct's value, else what was given and did not fit there.
func (in *Incident) standard(path string, slot any) any {
	if v := held(slot); v != nil {
		return v
	}
	return in.given[path]
}
