package diff

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Impact is what a change of playbooks does to the decisions on some incidents.
type Impact struct {
	Origin      Origin
	Incidents   int
	Changed     int // decisions that differ
	RefusedBoth int // that neither side could decide
	// Paid are how many decisions give money, before and after.
	PaidBefore, PaidAfter int

	// Unanswered and Refused are those that are so newly; Answered and Accepted
	// those that are so no longer.
	Unanswered, Answered, Refused, Accepted Cases
	Unreadable                              Cases // of RefusedBoth

	Plays    []PlayImpact   // most decisions first
	Effects  []EffectImpact // in the order of the effects' declaration
	Money    []Sum          // by currency and type
	Totals   []Sum          // by currency
	Partners []Sum          // what substitutes cost, by currency

	Examples []Example
	// limit is how many examples are kept, and how many cases are named.
	limit int

	plays   map[string]*PlayImpact
	effects map[Effect]int
	purse   purse
}

// Cases are a number of cases, the first of them by name.
type Cases struct {
	Count int     `json:"count"`
	First []Named `json:"first"`
}

// Named is a case, and why it is where it is.
type Named struct {
	ID    string `json:"incident,omitempty"`
	Place string `json:"at,omitempty"`
	Why   string `json:"why,omitempty"`
}

// PlayImpact is how many decisions change on account of one play, and how.
type PlayImpact struct {
	Play      string         `json:"play,omitempty"` // empty for what belongs to no play
	Decisions int            `json:"decisions"`
	Effects   []EffectImpact `json:"effects"`
	effects   map[Effect]int
}

// EffectImpact is how many decisions change in one way.
type EffectImpact struct {
	Effect    Effect `json:"effect"`
	Decisions int    `json:"decisions"`
}

// NewImpact starts to sum up; examples are how many changed decisions are kept
// to be shown side by side.
func NewImpact(examples int) *Impact {
	return &Impact{limit: examples, plays: map[string]*PlayImpact{}, effects: map[Effect]int{}, purse: purse{}}
}

// maxNamed bounds how many cases of one kind are named.
const maxNamed = 5

func (c *Cases) add(v Verdict, why string) {
	if c.Count++; len(c.First) < maxNamed {
		c.First = append(c.First, Named{v.ID, v.Place, why})
	}
}

// Add counts what both sides make of one case.
func (i *Impact) Add(v Verdict) {
	i.Incidents++
	i.purse.add(v.Old, v.New)
	if v.Old.Decision != nil && paid(v.Old.Decision.Actions) {
		i.PaidBefore++
	}
	if v.New.Decision != nil && paid(v.New.Decision.Actions) {
		i.PaidAfter++
	}
	if v.Old.Err != nil && v.New.Err != nil {
		if i.RefusedBoth++; v.Unreadable {
			i.Unreadable.add(v, strings.TrimPrefix(v.Old.Err.Error(), v.Place+": "))
		}
	}
	if len(v.Differences) == 0 {
		return
	}
	i.Changed++
	i.count(v)
	if len(i.Examples) < i.limit {
		i.Examples = append(i.Examples, exampleOf(v))
	}
}

// count groups the differences of one decision: each play and each effect counts
// it once.
func (i *Impact) count(v Verdict) {
	plays, ways := map[string]bool{}, map[Effect]bool{}
	for _, d := range v.Differences {
		p := i.plays[d.Play]
		if p == nil {
			p = &PlayImpact{Play: d.Play, effects: map[Effect]int{}}
			i.plays[d.Play] = p
		}
		if !plays[d.Play] {
			plays[d.Play] = true
			p.Decisions++
		}
		p.effects[d.Effect]++
		if !ways[d.Effect] {
			ways[d.Effect] = true
			i.effects[d.Effect]++
		}
	}
	for way := range ways {
		switch way {
		case Unanswered:
			i.Unanswered.add(v, "")
		case Answered:
			i.Answered.add(v, "")
		case Refused:
			i.Refused.add(v, v.New.Err.Error())
		case Accepted:
			i.Accepted.add(v, v.Old.Err.Error())
		}
	}
}

// Finish sorts what was counted. Nothing is added afterwards.
func (i *Impact) Finish() {
	i.Effects = inOrder(i.effects)
	i.Plays = nil
	for _, name := range slices.Sorted(maps.Keys(i.plays)) {
		p := i.plays[name]
		p.Effects = inOrder(p.effects)
		i.Plays = append(i.Plays, *p)
	}
	slices.SortStableFunc(i.Plays, func(a, b PlayImpact) int { return cmp.Compare(b.Decisions, a.Decisions) })
	i.Money, i.Totals, i.Partners = i.purse.money()
}

func inOrder(count map[Effect]int) []EffectImpact {
	var out []EffectImpact
	for _, e := range effects {
		if count[e] > 0 {
			out = append(out, EffectImpact{e, count[e]})
		}
	}
	return out
}
