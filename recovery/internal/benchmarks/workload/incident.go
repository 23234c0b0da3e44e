package workload

import "time"

// Incident is one incident of the stream. Money is in cents.
type Incident struct {
	ID         string
	Service    string
	Failure    string
	Region     string
	Channel    string
	Source     string
	Tier       string
	Country    string
	Voucher    string // empty: the incident has none
	Tags       []string
	Severity   int64
	Contacts   int64
	Affected   int64
	OrderCents int64
	Progress   float64
	Spend      float64
	Delay      time.Duration
	FirstReply time.Duration
	OccurredAt time.Time
	PromisedAt time.Time
	Reopened   bool
	Resolved   bool
	Escalated  bool
}

// Kind is the type of a field.
type Kind uint8

// The kinds of fields.
const (
	String Kind = iota
	Int
	Double
	Bool
	Duration
	Time
	Money
	Strings
)

// Field is a field of incidents.
type Field struct {
	Name   string // may be dotted
	Kind   Kind
	Member string // of Incident
	at     func(*Incident) any
}

// At is a field's value, as the struct holds it.
func At[T any](f *Field, in *Incident) T { return *f.at(in).(*T) }

// Get returns a string, int64 (money: cents), float64, bool, time.Duration,
// time.Time or []string; nil when the incident has no value.
func (f *Field) Get(in *Incident) any {
	switch p := f.at(in).(type) {
	case *string:
		if f == Voucher && *p == "" {
			return nil
		}
		return *p
	case *int64:
		return *p
	case *float64:
		return *p
	case *bool:
		return *p
	case *time.Duration:
		return *p
	case *time.Time:
		return *p
	}
	return At[[]string](f, in)
}

// The fields that conditions read.
var (
	Service    = &Field{"service", String, "Service", func(in *Incident) any { return &in.Service }}
	Failure    = &Field{"failure", String, "Failure", func(in *Incident) any { return &in.Failure }}
	Region     = &Field{"region", String, "Region", func(in *Incident) any { return &in.Region }}
	Channel    = &Field{"channel", String, "Channel", func(in *Incident) any { return &in.Channel }}
	Source     = &Field{"source", String, "Source", func(in *Incident) any { return &in.Source }}
	Tier       = &Field{"customer.tier", String, "Tier", func(in *Incident) any { return &in.Tier }}
	Country    = &Field{"customer.country", String, "Country", func(in *Incident) any { return &in.Country }}
	Voucher    = &Field{"voucher", String, "Voucher", func(in *Incident) any { return &in.Voucher }}
	Tags       = &Field{"tags", Strings, "Tags", func(in *Incident) any { return &in.Tags }}
	Severity   = &Field{"severity", Int, "Severity", func(in *Incident) any { return &in.Severity }}
	Contacts   = &Field{"contacts", Int, "Contacts", func(in *Incident) any { return &in.Contacts }}
	Affected   = &Field{"affected", Int, "Affected", func(in *Incident) any { return &in.Affected }}
	OrderValue = &Field{"order.value", Money, "OrderCents", func(in *Incident) any { return &in.OrderCents }}
	Progress   = &Field{"progress", Double, "Progress", func(in *Incident) any { return &in.Progress }}
	Spend      = &Field{"customer.spend", Double, "Spend", func(in *Incident) any { return &in.Spend }}
	Delay      = &Field{"delay", Duration, "Delay", func(in *Incident) any { return &in.Delay }}
	FirstReply = &Field{"first_reply", Duration, "FirstReply", func(in *Incident) any { return &in.FirstReply }}
	OccurredAt = &Field{"occurred_at", Time, "OccurredAt", func(in *Incident) any { return &in.OccurredAt }}
	PromisedAt = &Field{"promised_at", Time, "PromisedAt", func(in *Incident) any { return &in.PromisedAt }}
	Reopened   = &Field{"reopened", Bool, "Reopened", func(in *Incident) any { return &in.Reopened }}
	Resolved   = &Field{"resolved", Bool, "Resolved", func(in *Incident) any { return &in.Resolved }}
	Escalated  = &Field{"escalated", Bool, "Escalated", func(in *Incident) any { return &in.Escalated }}
)

// Fields returns every field, in a fixed order.
func Fields() []*Field {
	return []*Field{
		Service, Failure, Region, Channel, Source, Tier, Country, Voucher, Tags, Severity, Contacts, Affected,
		OrderValue, Progress, Spend, Delay, FirstReply, OccurredAt, PromisedAt, Reopened, Resolved, Escalated,
	}
}
