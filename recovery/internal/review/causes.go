package review

import (
	"cmp"
	"maps"
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
)

// Elements are the elements of a service in which a cause can lie.
var elements = []string{"people", "process", "resources", "infrastructure", "product"}

// Causes says where failures come from.
type Causes struct {
	Counts   string    `json:"counts"`
	Elements []Element `json:"elements"`
	Causes   []Cause   `json:"causes"`
	// Without are the failures whose cause nobody told.
	Without int64 `json:"without_cause"`
	// Open are the investigations that are not done.
	Open int64 `json:"investigations_open"`
}

// Element is one of the five elements of a service, or empty for causes that no document assigns.
type Element struct {
	Element   string `json:"element"`
	Incidents int64  `json:"incidents"`
}

// Cause is one cause, as the team calls it.
type Cause struct {
	Cause     string `json:"cause"`
	Element   string `json:"element,omitempty"`
	Incidents int64  `json:"incidents"`
}

const causesCounts = "incidents by cause, as their latest decision knows it, over the elements that the shared document of the latest set assigns (causes:); open investigations stand in what was given in the period"

type causes struct {
	counts  map[string]int64
	without int64
	open    int64
	element map[string]string // of the latest set
}

func (c *causes) set(x *playbook.Set) {
	c.element = map[string]string{}
	for _, d := range x.Documents {
		for _, cause := range d.Causes {
			c.element[cause.Word.Value] = cause.Element
		}
	}
}

func (c *causes) incident(x *account.Incident) {
	if x.Is.Phase == recovery.PhaseSignal {
		return
	}
	if x.Is.Cause == "" {
		c.without++
		return
	}
	if c.counts == nil {
		c.counts = map[string]int64{}
	}
	c.counts[x.Is.Cause]++
}

func (c *causes) action(x *account.Action) {
	if x.Is.Type == recovery.ActionInvestigate && x.DoneAt.IsZero() {
		c.open++
	}
}

func (c *causes) finish() Causes {
	out := Causes{Counts: causesCounts, Elements: []Element{}, Causes: []Cause{}, Without: c.without, Open: c.open}
	sums := map[string]int64{}
	for _, word := range slices.Sorted(maps.Keys(c.counts)) {
		element := c.element[word]
		if element == "" && slices.Contains(elements, word) {
			element = word // a team may use the five words themselves
		}
		sums[element] += c.counts[word]
		out.Causes = append(out.Causes, Cause{word, element, c.counts[word]})
	}
	slices.SortStableFunc(out.Causes, func(a, b Cause) int { return cmp.Compare(b.Incidents, a.Incidents) })
	for _, e := range elements {
		out.Elements = append(out.Elements, Element{e, sums[e]})
	}
	if sums[""] > 0 {
		out.Elements = append(out.Elements, Element{"", sums[""]})
	}
	return out
}
