package recovery

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// A promise to inform comes again and again: the n-th time it is due at its base and
// n times its period. Each time is a promise by itself. To inform keeps the time in
// which it falls, and no later one.

// recurs reports whether a promise comes again and again.
func (p *Promise) recurs() bool { return p.every != value.Span{} }

// occurrence is the n-th deadline; zero when its clock does not get there. A deadline
// of its own bounds the first one.
func (p *Promise) occurrence(n int) time.Time {
	if n == 0 || p.Base.IsZero() {
		return p.Base
	}
	at, err := p.run.clock().Due(p.Base, p.every.Times(n), worktime.EndsExactly)
	if err != nil {
		return time.Time{}
	}
	if n == 1 {
		at = later(at, p.NotBefore)
		if before(p.within, at) {
			at = p.within
		}
	}
	return value.Instant(at)
}

// first is the number of the first deadline at or after a time.
func (p *Promise) first(t time.Time) int {
	low, high := 0, 1 // the first one lies behind low
	for p.passed(high, t) {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if middle := low + (high-low)/2; p.passed(middle, t) {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

func (p *Promise) passed(n int, t time.Time) bool {
	due := p.occurrence(n)
	return !due.IsZero() && due.Before(t)
}

// next is the number of the first deadline that nobody has kept yet.
func (p *Promise) next() int {
	if p.told.IsZero() {
		return 1
	}
	return p.first(p.told) + 1
}

// mostSilences bounds how many deadlines of one silence are listed.
const mostSilences = 1000

// silences goes through the deadlines that passed in silence until a time, from when
// the customer was last informed.
func (p *Promise) silences(until time.Time, each func(due time.Time)) {
	if p.Base.IsZero() {
		return
	}
	n := p.next()
	for range mostSilences {
		due := p.occurrence(n)
		if due.IsZero() || !until.After(due) {
			return
		}
		each(due)
		n++
	}
}

// endSilences remembers the deadlines that passed until a time.
func (p *Promise) endSilences(until, done time.Time) {
	p.silences(until, func(due time.Time) {
		p.broken = append(slices.Clip(p.broken), broken{givenAt: p.given(), base: p.Base, dueAt: due, until: until, doneAt: done, any: p.any})
	})
}

// inform notes when the customer was last informed: what was missed until then stays
// so. Nothing falls due after until.
func (p *Promise) inform(at, until time.Time) {
	if at.Equal(p.told) {
		return
	}
	if at.After(p.told) && !p.Cancelled {
		p.endSilences(until, at)
	}
	p.told = at
}
