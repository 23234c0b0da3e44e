package ledger

import (
	"cmp"
	"hash/fnv"
	"math/big"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// tallies count what customers got, by what their cases have in common. Texts are kept once and named
// by numbers, since there may be a cell for each customer.
type tallies struct {
	groups, across numbers[[]recovery.Key]
	sets           numbers[store.ID]
	measures       numbers[measure]
	cells          map[cellKey]*cell
	since          map[int32]time.Time // when a set first decided
}

// cellKey is the cases of one customer that are alike, and were decided by one set.
type cellKey struct {
	group, across, set int32
	customer           uint64
}

// cell is what those cases got, by measure.
type cell struct {
	cases   int64
	tallies []tally
}

// tally is how many cases a measure looks at, and their sum.
type tally struct{ cases, sum int64 }

// numbers gives texts numbers, from 0, and keeps with each what it stands for.
type numbers[T any] struct {
	known []T
	of    map[string]int32
}

func (n *numbers[T]) number(text string, known T) int32 {
	if i, ok := n.of[text]; ok {
		return i
	}
	if n.of == nil {
		n.of = map[string]int32{}
	}
	i := int32(len(n.known))
	n.known, n.of[text] = append(n.known, known), i
	return i
}

func newTallies() *tallies {
	return &tallies{cells: map[cellKey]*cell{}, since: map[int32]time.Time{}}
}

// Measure is what cases are compared by.
type Measure string

// The measures. All but the first two have a detail: a currency, or a type of action.
const (
	MeasureRelief  Measure = "relief"  // whether there was redress at all
	MeasureKept    Measure = "kept"    // whether all promises that were due were kept
	MeasureRedress Measure = "redress" // how much of a currency
	MeasureShare   Measure = "share"   // how much of a currency, as a share of a field
	MeasureChosen  Measure = "chosen"  // how much of a currency somebody chose
	MeasureAllowed Measure = "allowed" // how many seconds a deadline leaves, by the type of its action
)

type measure struct {
	kind   Measure
	detail string
}

// shareUnit is what a share of 1 is counted as.
const shareUnit = 1_000_000

// tally adds a case to the cell of its customer, or takes it away.
func (e *equaliser) tally(o *outcome, c *aCase, by int64) {
	t := e.tallies
	set := t.sets.number(string(c.latest.Set[:]), c.latest.Set)
	key := cellKey{group: t.groups.number(textsOf(o.same), o.same), across: t.across.number(textsOf(o.Across), o.Across), set: set, customer: customerOf(c.latest)}
	if at, ok := t.since[set]; !ok || c.latest.DecidedAt.Before(at) {
		t.since[set] = c.latest.DecidedAt
	}
	x := t.cells[key]
	if x == nil {
		x = &cell{}
		t.cells[key] = x
	}
	x.cases += by
	add := func(kind Measure, detail string, amount int64) {
		i := t.measures.number(string(kind)+" "+detail, measure{kind, detail})
		for len(x.tallies) <= int(i) {
			x.tallies = append(x.tallies, tally{})
		}
		x.tallies[i].cases += by
		x.tallies[i].sum += by * amount
	}
	e.measure(o, c, add)
	if x.cases == 0 {
		delete(t.cells, key)
	}
}

// measure tells what a case comes to, by measure.
func (e *equaliser) measure(o *outcome, c *aCase, add func(kind Measure, detail string, amount int64)) {
	relief := int64(0)
	if len(o.Redress) > 0 {
		relief = 1
	}
	add(MeasureRelief, "", relief)
	if e.options.Kept != nil {
		switch due, kept := e.options.Kept(c.latest.Incident); {
		case kept:
			add(MeasureKept, "", 1)
		case due:
			add(MeasureKept, "", 0)
		}
	}
	sums := map[string]int64{}
	for _, r := range o.Redress {
		if r.Amount.IsSet() {
			sums[r.Amount.Currency()] += r.Amount.Units()
		}
	}
	for currency, units := range sums {
		add(MeasureRedress, currency, units)
	}
	e.share(c.latest, sums, add)
	for _, m := range c.made {
		for _, a := range m.Choice.Chosen.Actions {
			if a.Amount.IsSet() {
				add(MeasureChosen, a.Amount.Currency(), a.Amount.Units())
			}
		}
	}
	seen := map[string]bool{}
	for i, a := range c.latest.Actions {
		g := c.latest.given[i]
		if a.Cancelled || g.due.IsZero() || seen[a.Type] || a.Type == policy.ActionSubstitute {
			continue
		}
		seen[a.Type] = true
		from := g.given
		if from.IsZero() {
			from = c.latest.DecidedAt
		}
		add(MeasureAllowed, a.Type, int64(g.due.Sub(from)/time.Second))
	}
}

// share compares amounts with a field. Money is compared with amounts of its currency; a case without
// the field is left out.
func (e *equaliser) share(r *treated, sums map[string]int64, add func(kind Measure, detail string, amount int64)) {
	if e.options.ShareOf == "" {
		return
	}
	text := e.names.keysOf(r, []string{e.options.ShareOf})[0].Text
	if m, err := value.ParseMoney(text); err == nil {
		if !m.IsZero() {
			add(MeasureShare, m.Currency(), ratio(big.NewRat(sums[m.Currency()], m.Units())))
		}
		return
	}
	of, ok := new(big.Rat).SetString(text)
	if !ok || of.Sign() == 0 {
		return
	}
	for currency, units := range sums {
		m, err := value.NewMoney(units, currency)
		if err == nil {
			add(MeasureShare, currency, ratio(new(big.Rat).Quo(m.Rat(), of)))
		}
	}
}

func ratio(r *big.Rat) int64 {
	r.Mul(r, big.NewRat(shareUnit, 1))
	return new(big.Int).Quo(r.Num(), r.Denom()).Int64()
}

// customerOf tells customers apart. An incident without a customer stands for itself.
func customerOf(r *treated) uint64 {
	h := fnv.New64a()
	h.Write([]byte(cmp.Or(r.Key("customer.id"), "\x00"+r.Name())))
	return h.Sum64()
}

// isRate reports whether a case has the measure or has it not.
func (m measure) isRate() bool { return m.kind == MeasureRelief || m.kind == MeasureKept }

// unit is what 1 of a measure's sum is worth.
func (m measure) unit() float64 {
	switch m.kind {
	case MeasureRelief, MeasureKept, MeasureAllowed:
		return 1
	case MeasureShare:
		return 1.0 / shareUnit
	}
	one, _ := value.NewMoney(1, m.detail) // the currency was read from an amount
	unit, _ := one.Rat().Float64()
	return unit
}

// treated is what the audit of equal treatment has to know of a decision, or of a
// choice.
type treated struct {
	*store.Decision
	given     []gave // one for each action of the decision
	play      string // the first
	by        string // of a choice
	deviation string

	previous int64 // the records that it was made from; -1: none
	stood    []int64
}

// gave says what an action means to a customer.
type gave struct {
	redress bool
	plays   []string
	given   time.Time // zero: by this decision
	due     time.Time // zero: it has no deadline
}

// parseTreated reads it out of a decision's payload, with the keys that are wanted.
func parseTreated(seq int64, payload []byte, wanted map[string]bool) (*treated, error) {
	s, err := parseSummary(seq, payload, wanted)
	if err != nil {
		return nil, err
	}
	r := &treated{Decision: s, previous: -1}
	c := readingAgain(payload)
	c.Members(func(key []byte) {
		switch string(key) {
		case "given":
			c.Members(func(key []byte) {
				switch string(key) {
				case "made":
					c.Elements(func() { r.stood = append(r.stood, c.Int()) })
				case "previous":
					r.previous = c.Int()
				}
			})
		case "record":
			c.Members(func(key []byte) {
				if string(key) == "decision" {
					c.treated(r)
				}
			})
		}
	})
	return r, c.end()
}

func (c *cursor) treated(r *treated) {
	c.Members(func(key []byte) {
		switch string(key) {
		case "actions":
			r.given = r.given[:0]
			c.Elements(func() { r.given = append(r.given, c.gave()) })
		case "made":
			c.Members(func(key []byte) {
				switch string(key) {
				case "by":
					r.by = c.Text()
				case "deviation":
					r.deviation = c.Text()
				}
			})
		case "plays":
			c.Elements(func() {
				c.Members(func(key []byte) {
					if string(key) == "play" && r.play == "" {
						r.play = c.Text()
					}
				})
			})
		}
	})
}

func (c *cursor) gave() (g gave) {
	c.Members(func(key []byte) {
		switch string(key) {
		case "justice":
			g.redress = string(c.TextBytes()) == recovery.JusticeDistributive
		case "plays":
			c.Elements(func() { g.plays = append(g.plays, c.Text()) })
		case "given_at":
			g.given = c.time()
		case "due_at":
			g.due = c.time()
		}
	})
	return g
}
