package review

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
)

// Once says what came again. A failure is prevented after its first complaint.
type Once struct {
	Counts string `json:"counts"`
	// Repeats are incidents of a customer who had the same kind of incident before.
	Repeats int64 `json:"repeats"`
	// Kinds are the kinds of incidents that came more than once, the most repeats first.
	Kinds []Repeated `json:"kinds"`

	before int64 // repeats of the period before
}

// Repeated is a kind of incidents that came more than once.
type Repeated struct {
	Kind      Kind  `json:"kind"`
	Incidents int64 `json:"incidents"`
	Repeats   int64 `json:"repeats"`
	// ActedAt is when prevention or an investigation was first reported done on such an incident; nil:
	// nobody has acted on any. After are the incidents since then, and AfterCustomer those of them
	// whose customer had it before.
	ActedAt       *time.Time `json:"acted_at,omitempty"`
	After         int64      `json:"after"`
	AfterCustomer int64      `json:"after_same_customer"`
}

const onceCounts = "kinds of incidents that came more than once in the period; a repeat is an incident of a customer who had the same kind before, however long ago; acted on is prevention or an investigation that was reported done, and what occurred after it came again all the same"

// once sees the incidents of the whole ledger, also for [told].
type once struct {
	seen  []occurrence
	acted map[string]time.Time // by incident, until the incident itself is seen
	first map[int]time.Time    // when somebody first acted on a kind
}

// occurrence is an incident, as little of it as is needed: there may be a million.
type occurrence struct {
	at, counted int64  // when it occurred, and when it counts: Unix microseconds
	customer    uint64 // 0: nobody knows whose it is
	kind        int32
	failed      int32 // the service and the failure, by number
	period      int8
	complaint   bool // the customer told of it, as a failure
	found       bool // we found it ourselves, and it is a failure
}

func (o *once) action(x *account.Action) {
	prevents := x.Is.Type == recovery.ActionPrevent || x.Is.Type == recovery.ActionInvestigate
	if !prevents || x.DoneAt.IsZero() {
		return
	}
	if o.acted == nil {
		o.acted = map[string]time.Time{}
	}
	if first, ok := o.acted[x.Incident]; !ok || x.DoneAt.Before(first) {
		o.acted[strings.Clone(x.Incident)] = x.DoneAt
	}
}

func (o *once) incident(x *account.Incident, kind, period int, seen occurrence) {
	seen.at, seen.counted = cmp.Or(x.Is.OccurredAt, countsAt(x)).UnixMicro(), countsAt(x).UnixMicro()
	seen.customer, seen.kind, seen.period = customerOf(x), int32(kind), int8(period)
	if at := o.acted[x.Incident]; !at.IsZero() {
		delete(o.acted, x.Incident)
		if first, ok := o.first[kind]; !ok || at.Before(first) {
			if o.first == nil {
				o.first = map[int]time.Time{}
			}
			o.first[kind] = at
		}
	}
	o.seen = append(o.seen, seen)
}

// foundFirst counts the failures of the period that we found before their customer complained of the same
// service and failure.
func (o *once) foundFirst() (n int64) {
	if !slices.ContainsFunc(o.seen, func(x occurrence) bool { return x.found && x.period == thisPeriod }) {
		return 0
	}
	slices.SortFunc(o.seen, func(a, b occurrence) int {
		first := func(x occurrence) int { // at one time, the complaint comes first
			if x.complaint {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.failed, b.failed), cmp.Compare(a.customer, b.customer), cmp.Compare(a.counted, b.counted), cmp.Compare(first(a), first(b)))
	})
	complained := false
	for i, x := range o.seen {
		if i > 0 && (x.failed != o.seen[i-1].failed || x.customer != o.seen[i-1].customer) {
			complained = false
		}
		complained = complained || x.complaint && x.customer != 0
		if x.found && x.period == thisPeriod && !complained {
			n++
		}
	}
	return n
}

func (o *once) finish(r *reviewer) Once {
	out := Once{Counts: onceCounts, Kinds: []Repeated{}}
	slices.SortFunc(o.seen, func(a, b occurrence) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.at, b.at), cmp.Compare(a.customer, b.customer), cmp.Compare(a.counted, b.counted))
	})
	for len(o.seen) > 0 {
		n := slices.IndexFunc(o.seen, func(x occurrence) bool { return x.kind != o.seen[0].kind })
		if n < 0 {
			n = len(o.seen)
		}
		k, before := repeated(o.seen[:n], o.first[int(o.seen[0].kind)])
		out.before += before
		out.Repeats += k.Repeats
		if k.Incidents > 1 {
			k.Kind = r.kinds.known[o.seen[0].kind]
			out.Kinds = append(out.Kinds, k)
		}
		r.strong.repeats(int(o.seen[0].kind), k.Repeats, before)
		o.seen = o.seen[n:]
	}
	slices.SortFunc(out.Kinds, func(a, b Repeated) int {
		return cmp.Or(cmp.Compare(b.Repeats, a.Repeats), cmp.Compare(b.Incidents, a.Incidents), a.Kind.compare(b.Kind))
	})
	return out
}

// repeated counts one kind, whose incidents are in the order in which they occurred. Those that repeat
// in the period before are counted apart, and those of other times not at all. actedAt is when somebody
// first acted on the kind; zero: nobody has.
func repeated(list []occurrence, actedAt time.Time) (k Repeated, before int64) {
	acted := int64(0)
	if !actedAt.IsZero() {
		acted = actedAt.UnixMicro()
	}
	had := map[uint64]bool{}
	for _, x := range list {
		again := x.customer != 0 && had[x.customer]
		had[x.customer] = true
		if x.period != thisPeriod {
			if again && x.period == periodBefore {
				before++
			}
			continue
		}
		k.Incidents++
		if again {
			k.Repeats++
		}
		if acted != 0 && x.at > acted {
			k.After++
			if again {
				k.AfterCustomer++
			}
		}
	}
	if acted != 0 {
		at := time.UnixMicro(acted).UTC()
		k.ActedAt = &at
	}
	return k, before
}
