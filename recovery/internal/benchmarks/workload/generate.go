package workload

import (
	"math"
	"time"
)

// wanted is about how many plays match an incident, however many there are: some
// more than four, because coarse fields make a play rarer than it was meant to be.
const wanted = 4.5

// maker makes a condition that holds for about a given share of the incidents,
// and says for which share it does. Not every share can be had from every field.
type maker func(g *generator, share float64) (Condition, float64)

// Plays makes n plays.
func Plays(n int, seed uint64) []Play {
	g := newGenerator(n, seed)
	out := make([]Play, n)
	for i := range out {
		out[i] = Play{Number: i, When: g.play(wanted/float64(n), makers(), true)}
	}
	return out
}

// Ranges makes n plays that ask for nothing but ranges of numbers and times.
func Ranges(n int, seed uint64) []Play {
	g := newGenerator(n, seed)
	out := make([]Play, n)
	for i := range out {
		out[i] = Play{Number: i, When: g.play(wanted/float64(n), ranges(), false)}
	}
	return out
}

// KeyLast writes the condition that says what a play is about after all others.
func KeyLast(plays []Play) []Play {
	out := make([]Play, len(plays))
	for i, p := range plays {
		when := append(p.When[1:len(p.When):len(p.When)], p.When[0])
		out[i] = Play{Number: p.Number, When: when}
	}
	return out
}

// play makes the conditions of a play: mostly a key first, what the play is
// about, and then others, each on a field of its own, until the play holds for
// about the wanted share of the incidents.
func (g *generator) play(share float64, makers []maker, keyed bool) []Condition {
	count := 3 + g.IntN(3)
	var when []Condition
	if keyed {
		if key, holds, ok := g.key(); ok {
			when = append(when, key)
			share /= holds
		}
	}
	g.Shuffle(len(makers), func(i, j int) { makers[i], makers[j] = makers[j], makers[i] })
	for _, condition := range makers {
		left := count - len(when)
		if left == 0 {
			break
		}
		each := math.Pow(math.Min(share, 0.8), 1/float64(left))
		c, holds := condition(g, each)
		if holds < 0.5*each || holds > 0.98 || left == 1 && holds > 1.6*each {
			continue // too coarse a field for what is wanted here
		}
		when = append(when, c)
		share /= holds
	}
	return when
}

// key makes the condition that most plays start with; one play in fifty has none.
func (g *generator) key() (c Condition, share float64, ok bool) {
	one := 1 / float64(g.keys)
	switch d := g.IntN(100); {
	case d < 45:
		return Condition{Op: Equal, Field: Service, Value: service(g.IntN(g.keys))}, one, true
	case d < 85:
		return Condition{Op: Equal, Field: Failure, Value: failure(g.IntN(g.keys))}, one, true
	case d < 98:
		not := 1 - one
		return Condition{Op: Includes, Field: Tags, Value: label(g.IntN(g.keys))}, 1 - (1+not+not*not+not*not*not)/4, true
	}
	return Condition{}, 0, false
}

// makers lists the conditions that follow a key, one for each field.
func makers() []maker {
	return append(ranges(), severity, contactsOrReopened, channel, oneOf(Tier, tiers), oneOf(Country, countries), oneOf(Source, sources), region,
		is(Resolved, False, 0.6), is(Escalated, True, 0.5), is(Voucher, Present, 0.5))
}

func ranges() []maker {
	return []maker{affected, orderValue, progress, spend, delay, firstReply, occurred, promised}
}

// above is the least of so many even steps that a share of the values reaches.
func above(share float64, steps int) (least int64, holds float64) {
	least = int64(math.Round((1 - share) * float64(steps)))
	return least, 1 - float64(least)/float64(steps)
}

func severity(_ *generator, share float64) (Condition, float64) {
	least, holds := above(share, maxSeverity)
	return Condition{Op: GreaterEqual, Field: Severity, Value: 1 + least}, holds
}

func contactsOrReopened(_ *generator, share float64) (Condition, float64) {
	least, holds := above(max(0, (share-0.25)/0.75), maxContacts)
	return Condition{Op: Either, Any: []Condition{
		{Op: True, Field: Reopened},
		{Op: GreaterEqual, Field: Contacts, Value: least},
	}}, 0.25 + 0.75*holds
}

func affected(_ *generator, share float64) (Condition, float64) {
	least, holds := above(share, maxAffected/50)
	return Condition{Op: GreaterEqual, Field: Affected, Value: 50 * least}, holds
}

func orderValue(_ *generator, share float64) (Condition, float64) {
	least, holds := above(share, maxCents/250)
	return Condition{Op: GreaterEqual, Field: OrderValue, Value: 250 * least}, holds
}

func progress(_ *generator, share float64) (Condition, float64) {
	hundredths := math.Max(1, math.Round(share*100))
	return Condition{Op: Less, Field: Progress, Value: hundredths / 100}, hundredths / 100
}

func spend(_ *generator, share float64) (Condition, float64) {
	least, holds := above(share, maxSpend/100)
	return Condition{Op: GreaterEqual, Field: Spend, Value: float64(100 * least)}, holds
}

func delay(_ *generator, share float64) (Condition, float64) {
	least, holds := above(share, delayMinutes/30)
	return Condition{Op: Greater, Field: Delay, Value: time.Duration(30*least) * time.Minute}, holds
}

func firstReply(_ *generator, share float64) (Condition, float64) {
	most := math.Max(1, math.Round(share*replyMinutes/5))
	return Condition{Op: LessEqual, Field: FirstReply, Value: time.Duration(5*most) * time.Minute}, most / (replyMinutes / 5)
}

func occurred(_ *generator, share float64) (Condition, float64) {
	hours := math.Max(1, math.Round(share*occurredHours))
	return Condition{Op: Less, Field: OccurredAt, Value: Start.Add(time.Duration(hours) * time.Hour)}, hours / occurredHours
}

func promised(_ *generator, share float64) (Condition, float64) {
	least, holds := above(share, promisedHours)
	return Condition{Op: GreaterEqual, Field: PromisedAt, Value: Start.Add(time.Duration(least) * time.Hour)}, holds
}

// channel asks for one channel, or for any but one.
func channel(g *generator, share float64) (Condition, float64) {
	if share < 0.5 {
		return Condition{Op: Equal, Field: Channel, Value: pick(g, channels)}, 0.2
	}
	return Condition{Op: NotEqual, Field: Channel, Value: pick(g, channels)}, 0.8
}

func region(g *generator, _ float64) (Condition, float64) {
	prefix := pick(g, prefixes)
	holds := 2.0 / 8
	if prefix == "eu-" {
		holds = 3.0 / 8
	}
	return Condition{Op: StartsWith, Field: Region, Value: prefix}, holds
}

func oneOf(f *Field, from []string) maker {
	return func(g *generator, share float64) (Condition, float64) {
		k := min(max(2, int(math.Round(share*float64(len(from))))), len(from))
		return Condition{Op: OneOf, Field: f, Values: g.some(from, k)}, float64(k) / float64(len(from))
	}
}

// is makes a condition without a constant, whose share cannot be chosen.
func is(f *Field, op Op, holds float64) maker {
	return func(*generator, float64) (Condition, float64) { return Condition{Op: op, Field: f}, holds }
}
