package review

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
)

// Promises says what became of what was promised.
type Promises struct {
	Counts  string  `json:"counts"`
	All     Kept    `json:"all"`
	ByType  []Named `json:"by_type"`
	ByPlay  []Named `json:"by_play"`
	ByOwner []Named `json:"by_owner"`
	// Times are how long it took to acknowledge, respond and resolve, from the promise's base.
	Times []Took `json:"times"`
}

const promisesCounts = "promises whose deadline was in the period and has passed; what several plays ask for counts once in totals and under each play; lapsed ones were given up before they were due, and open ones are not due yet; times are in working time where the promise is"

// Kept counts promises. Kept, late and broken together are 100 %; the others stand beside.
type Kept struct {
	Due    int64 `json:"due"`
	Kept   int64 `json:"kept"`
	Late   int64 `json:"late"`
	Broken int64 `json:"broken"`
	// LateBy and LateBy90 are the median and the 90th percentile of how late the late ones were.
	LateBy   *Seconds `json:"late_by_median,omitempty"`
	LateBy90 *Seconds `json:"late_by_90,omitempty"`

	Open        int64 `json:"open"`
	Lapsed      int64 `json:"lapsed"`
	NotReported int64 `json:"not_reported"` // nobody ever reports actions of the type
}

// Named is the promises of a type, a play or an owner.
type Named struct {
	Name string `json:"name"`
	Kept
}

// Took is how long one type of action took.
type Took struct {
	Type   string   `json:"type"`
	Done   int64    `json:"done"`
	Median *Seconds `json:"median,omitempty"`
	P90    *Seconds `json:"p90,omitempty"`
}

// Seconds is a duration; its JSON is a number of seconds.
type Seconds int64

// promises count each promise once: by what it has to be listed under.
type promises struct {
	cells map[promiseCell]*kept
	took  map[string][]time.Duration
}

type promiseCell struct {
	kind, play, owner string
	once              bool
}

type kept struct {
	Kept
	lateBy []time.Duration
}

func (p *promises) promise(x *account.Promise, due bool) {
	cell := promiseCell{x.Is.Type, x.Is.Play, x.Owner, x.Once}
	k := p.cells[cell]
	if k == nil {
		if p.cells == nil {
			p.cells = map[promiseCell]*kept{}
		}
		k = &kept{}
		p.cells[cell] = k
	}
	k.add(x, due)
	if !x.Once {
		return
	}
	switch x.Is.Type {
	case recovery.ActionAcknowledge, recovery.ActionRespond, recovery.ActionResolve:
		if !x.Is.DoneAt.IsZero() && !x.Is.Base.IsZero() {
			if p.took == nil {
				p.took = map[string][]time.Duration{}
			}
			p.took[x.Is.Type] = append(p.took[x.Is.Type], x.Is.Took)
		}
	}
}

func (k *kept) add(x *account.Promise, due bool) {
	switch o := x.Is.Outcome; {
	case o == recovery.PromiseLapsed:
		k.Lapsed++
	case o == account.NotReported:
		k.NotReported++
	case o == recovery.PromiseOpen || !due:
		k.Open++
	default:
		k.Due++
		switch o {
		case recovery.PromiseKept:
			k.Kept.Kept++
		case recovery.PromiseLate:
			k.Late++
			k.lateBy = append(k.lateBy, x.Is.DoneAt.Sub(x.Is.DueAt))
		case recovery.PromiseBroken:
			k.Broken++
		}
	}
}

// merge adds what another counted.
func (k *kept) merge(o *kept) {
	k.Due, k.Kept.Kept, k.Late, k.Broken = k.Due+o.Due, k.Kept.Kept+o.Kept.Kept, k.Late+o.Late, k.Broken+o.Broken
	k.Open, k.Lapsed, k.NotReported = k.Open+o.Open, k.Lapsed+o.Lapsed, k.NotReported+o.NotReported
	k.lateBy = append(k.lateBy, o.lateBy...)
}

func (k *kept) finish() Kept {
	k.LateBy, k.LateBy90 = quantiles(k.lateBy)
	return k.Kept
}

func (p *promises) finish() Promises {
	once := func(c promiseCell) bool { return c.once }
	out := Promises{Counts: promisesCounts, Times: []Took{}}
	for _, all := range p.named(once, func(promiseCell) string { return "" }) {
		out.All = all.Kept
	}
	out.ByType = p.named(once, func(c promiseCell) string { return c.kind })
	out.ByPlay = p.named(func(promiseCell) bool { return true }, func(c promiseCell) string { return c.play })
	out.ByOwner = p.named(once, func(c promiseCell) string { return c.owner })
	for _, kind := range slices.Sorted(maps.Keys(p.took)) {
		t := Took{Type: kind, Done: int64(len(p.took[kind]))}
		t.Median, t.P90 = quantiles(p.took[kind])
		out.Times = append(out.Times, t)
	}
	return out
}

// named lists the promises that are wanted by a name, the most promises first.
func (p *promises) named(wanted func(promiseCell) bool, name func(promiseCell) string) []Named {
	cells := map[string][]*kept{}
	for c, k := range p.cells {
		if wanted(c) {
			cells[name(c)] = append(cells[name(c)], k)
		}
	}
	out := []Named{}
	for _, name := range slices.Sorted(maps.Keys(cells)) {
		var sum kept
		for _, k := range cells[name] {
			sum.merge(k)
		}
		out = append(out, Named{name, sum.finish()})
	}
	slices.SortStableFunc(out, func(a, b Named) int { return cmp.Compare(b.Due, a.Due) })
	return out
}

// quantiles are the median and the 90th percentile: of an even number, the median is the mean of the
// two in the middle, and the percentile is the smallest that nine tenths do not exceed.
func quantiles(list []time.Duration) (median, p90 *Seconds) {
	if len(list) == 0 {
		return nil, nil
	}
	slices.Sort(list)
	n := len(list)
	m := Seconds((list[(n-1)/2]/2 + list[n/2]/2) / time.Second)
	p := Seconds(list[(9*n+9)/10-1] / time.Second)
	return &m, &p
}
