package store

import (
	"fmt"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// OverflowError says that the sum behind a fact, or behind a partner's use, is too
// large for an answer. An engine refuses the incident.
type OverflowError struct {
	What string // what was added up
}

func (e *OverflowError) Error() string { return e.What + " is too large" }

// FactKind is a group of facts that are answered together: they measure the same
// thing, and tell incidents apart by the same fields.
type FactKind struct {
	Count, Sum, Currency string
	Paths                []string
}

// KindOf returns the kind of a fact.
func KindOf(q *FactQuery) FactKind {
	k := FactKind{Count: q.Count, Sum: q.Sum, Currency: q.Currency}
	for _, key := range q.Same {
		k.Paths = append(k.Paths, key.Path)
	}
	return k
}

func (k *FactKind) answers(q *FactQuery) bool {
	if k.Count != q.Count || k.Sum != q.Sum || k.Currency != q.Currency || len(k.Paths) != len(q.Same) {
		return false
	}
	for i := range k.Paths {
		if k.Paths[i] != q.Same[i].Path {
			return false
		}
	}
	return true
}

// Entry is where an incident counts, and how much.
type Entry struct {
	Texts      []string // of the kind's paths
	OccurredAt time.Time
	Weight     Wide
}

// Entry says where an incident counts in facts of a kind; ok is false when it does
// not count.
func (k *FactKind) Entry(s Standing) (e Entry, ok bool) {
	e.Weight = k.weigh(s)
	if e.Weight == (Wide{}) {
		return Entry{}, false
	}
	if e.Texts, ok = k.texts(nil, s); !ok {
		return Entry{}, false
	}
	e.OccurredAt = s.Latest.OccurredAt
	return e, true
}

// texts adds the texts that tell the incident apart; ok is false when one is
// missing, and so nothing is the same as it.
func (k *FactKind) texts(dst []string, s Standing) (out []string, ok bool) {
	for _, path := range k.Paths {
		text := s.Latest.Key(path)
		if text == "" {
			return nil, false
		}
		dst = append(dst, text)
	}
	return dst, true
}

// weigh measures what stands of an incident.
func (k *FactKind) weigh(s Standing) Wide {
	if s.Latest == nil {
		return Wide{}
	}
	if k.Count == "incidents" {
		return WideOf(1)
	}
	var total Wide
	gone := s.Withdrawn()
	for d := range s.decisions() {
		for i := range d.Actions {
			if a := &d.Actions[i]; !a.Cancelled && !gone[a.ID] {
				total = total.Plus(k.weighAction(a))
			}
		}
	}
	return total
}

func (k *FactKind) weighAction(a *Action) Wide {
	switch {
	case k.Count != "" && a.Type == k.Count:
		return WideOf(1)
	case k.Sum != "" && a.Type == k.Sum && a.Amount.Currency() == k.Currency:
		return WideOf(a.Amount.Units())
	}
	return Wide{}
}

// Answer turns a total into the value of a fact: an int64 for a count, a Money for a
// sum. The error is an *[OverflowError].
func (k *FactKind) Answer(total Wide) (any, error) {
	n, ok := total.Int64()
	if !ok {
		return nil, &OverflowError{fmt.Sprintf("the sum of %s in %s over the incidents in the window", k.Sum, k.Currency)}
	}
	if k.Sum == "" {
		return n, nil
	}
	amount, err := value.NewMoney(n, k.Currency)
	return amount, err
}
