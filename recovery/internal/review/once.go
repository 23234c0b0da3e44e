package review

import (
	"cmp"
	"slices"
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

type once struct {
	seen  []occurrence
	acted map[string]time.Time // by incident
}

// occurrence is an incident, as little of it as is needed.
type occurrence struct {
	at       int64 // Unix microseconds
	customer uint64
	kind     int32
	period   int8
	acted    int64 // when its prevention or investigation was done; 0: it was not
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
		o.acted[x.Incident] = x.DoneAt
	}
}

func (o *once) incident(x *account.Incident, kind, period int) {
	occurred := cmp.Or(x.Is.OccurredAt, countsAt(x))
	seen := occurrence{at: occurred.UnixMicro(), customer: customerOf(x), kind: int32(kind), period: int8(period)}
	if at := o.acted[x.Incident]; !at.IsZero() {
		seen.acted = at.UnixMicro()
		delete(o.acted, x.Incident)
	}
	o.seen = append(o.seen, seen)
}

func (o *once) finish(r *reviewer) Once {
	out := Once{Counts: onceCounts, Kinds: []Repeated{}}
	slices.SortFunc(o.seen, func(a, b occurrence) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.at, b.at), cmp.Compare(a.customer, b.customer))
	})
	for len(o.seen) > 0 {
		n := slices.IndexFunc(o.seen, func(x occurrence) bool { return x.kind != o.seen[0].kind })
		if n < 0 {
			n = len(o.seen)
		}
		k, before := repeated(o.seen[:n])
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
// in the period before are counted apart, and those of other times not at all.
func repeated(list []occurrence) (k Repeated, before int64) {
	acted := int64(0)
	for _, x := range list {
		if x.acted != 0 && (acted == 0 || x.acted < acted) {
			acted = x.acted
		}
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
