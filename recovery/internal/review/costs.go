package review

import (
	"cmp"
	"slices"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
)

// Costs says what redress costs.
type Costs struct {
	Counts string `json:"counts"`
	// Given is what stands, by type, play and currency, as promised and as reported. Redress that was paid and
	// then cancelled is in neither: the two are compared, and nothing was promised that it could be compared
	// with. The reports have it.
	Given []Cost `json:"given"`
	// ByKind is what each kind of incidents costs, the most incidents first.
	ByKind []KindCost `json:"by_kind"`
	// Promised and Reported are the sums of Given, and PerIncident is Promised shared among all incidents.
	Promised    []Amount `json:"promised"`
	Reported    []Amount `json:"reported"`
	PerIncident []Amount `json:"per_incident"`
	Partners    []Amount `json:"partners"`      // what substitutes cost, which is in none of the sums above
	Cut         []Amount `json:"cut_by_limits"` // what limits withheld

	Discretion Discretion `json:"discretion"`
}

// Cost is what a play gives in one currency by one type of action.
type Cost struct {
	Type     string `json:"type"`
	Play     string `json:"play"`
	Currency string `json:"currency"`
	Actions  int64  `json:"actions"`
	Promised string `json:"promised"`
	Reported string `json:"reported"`
}

// KindCost is what one kind of incidents costs.
type KindCost struct {
	Kind        Kind     `json:"kind"`
	Incidents   int64    `json:"incidents"`
	Promised    []Amount `json:"promised"`
	PerIncident []Amount `json:"per_incident"`
}

// Discretion is what people chose.
type Discretion struct {
	Left       int64    `json:"left"` // choices that were left to somebody
	Made       int64    `json:"made"`
	Open       int64    `json:"open"`
	Spent      []Amount `json:"spent"`
	Deviations int64    `json:"deviations"` // choices that left the median of their precedents
	Second     int64    `json:"second_signatures"`
}

const costsCounts = "what stands of the redress that was given in the period; promised is what decisions give, reported is how much of it was reported done; what was paid and then cancelled is in neither, and stands among the reports; what several plays give together counts under the first; partners' costs are apart"

type costKey struct{ kind, play, currency string }

type cost struct {
	actions            int64
	promised, reported amounts
}

type costs struct {
	kinds                                    map[int]*kindCost
	given                                    map[costKey]*cost
	promised, reported, partners, cut, spent amounts
	left, made, open, deviations, second     int64
}

// kindCost is a KindCost in the making.
type kindCost struct {
	incidents int64
	promised  amounts
}

func (c *costs) kind(n int) *kindCost {
	if c.kinds == nil {
		c.kinds = map[int]*kindCost{}
	}
	if c.kinds[n] == nil {
		c.kinds[n] = &kindCost{}
	}
	return c.kinds[n]
}

func (c *costs) action(x *account.Action, kind int) {
	a := x.Is
	switch {
	case !a.Amount.IsSet():
		return
	case a.Type == recovery.ActionSubstitute:
		c.partners.add(a.Amount)
		return
	case !isRedress(a):
		return
	}
	key := costKey{kind: a.Type, currency: a.Amount.Currency()}
	if len(a.Plays) > 0 {
		key.play = a.Plays[0]
	}
	if c.given == nil {
		c.given = map[costKey]*cost{}
	}
	if c.given[key] == nil {
		c.given[key] = &cost{}
	}
	if x.Chosen {
		c.spent.add(a.Amount)
	}
	c.given[key].actions++
	c.given[key].promised.add(a.Amount)
	c.given[key].reported.add(x.Reported)
	c.promised.add(a.Amount)
	c.reported.add(x.Reported)
	c.kind(kind).promised.add(a.Amount)
}

func (c *costs) decision(x *account.Decision) {
	if !x.Latest {
		return
	}
	for _, w := range x.Is.Withheld {
		if w.Reason == recovery.WithheldLimit || w.Reason == recovery.WithheldKeep {
			c.cut.add(w.Amount)
		}
	}
}

func (c *costs) choice(x *account.Choice) {
	c.left++
	switch x.State {
	case account.ChoiceOpen, account.ChoicePending:
		c.open++
	case account.ChoiceMade:
		c.made++
		if x.Made.Second != nil {
			c.second++
		}
		if d := x.Made.Deviation; d != "" && d != "0%" {
			c.deviations++
		}
	}
}

func (c *costs) finish(incidents int64, kinds []Kind) Costs {
	out := Costs{
		Counts: costsCounts, Given: []Cost{}, ByKind: []KindCost{}, Promised: c.promised.list(), Reported: c.reported.list(), PerIncident: c.promised.per(incidents),
		Partners: c.partners.list(), Cut: c.cut.list(),
		Discretion: Discretion{Left: c.left, Made: c.made, Open: c.open, Spent: c.spent.list(), Deviations: c.deviations, Second: c.second},
	}
	for key, x := range c.given {
		row := Cost{Type: key.kind, Play: key.play, Currency: key.currency, Actions: x.actions, Promised: x.promised.of(key.currency), Reported: x.reported.of(key.currency)}
		out.Given = append(out.Given, row)
	}
	for n, x := range c.kinds {
		out.ByKind = append(out.ByKind, KindCost{kinds[n], x.incidents, x.promised.list(), x.promised.per(x.incidents)})
	}
	slices.SortFunc(out.ByKind, func(a, b KindCost) int {
		return cmp.Or(cmp.Compare(b.Incidents, a.Incidents), a.Kind.compare(b.Kind))
	})
	slices.SortFunc(out.Given, func(a, b Cost) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Play, b.Play), cmp.Compare(a.Currency, b.Currency))
	})
	return out
}
