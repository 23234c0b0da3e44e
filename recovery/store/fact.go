package store

import (
	"iter"
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
	Of                   value.Kind // of a field that is added up
	Paths                []string
	Occurred             bool // by when incidents occurred, and not by when something was given
}

// KindOf returns the kind of a fact.
func KindOf(q *FactQuery) FactKind {
	k := FactKind{Count: q.Count, Sum: q.Sum, Of: q.Of, Currency: q.Currency, Occurred: byOccurrence(q)}
	for _, key := range q.Same {
		k.Paths = append(k.Paths, key.Path)
	}
	return k
}

// Same reports whether two kinds are one.
func (k *FactKind) Same(o *FactKind) bool { return k.name() == o.name() }

// name tells kinds apart: two have one name when they are equal.
func (k *FactKind) name() string {
	occurred := ""
	if k.Occurred {
		occurred = "occurred"
	}
	return string(AppendTexts(AppendTexts([]byte("fact:"), k.Count, k.Sum, k.Of.String(), k.Currency, occurred), k.Paths...))
}

func byOccurrence(q *FactQuery) bool {
	return q.Occurred || q.Count == countIncidents || q.Of != value.KindInvalid
}

const countIncidents = "incidents"

func (k *FactKind) answers(q *FactQuery) bool {
	if k.Occurred != byOccurrence(q) || k.Count != q.Count || k.Sum != q.Sum || k.Of != q.Of || k.Currency != q.Currency || len(k.Paths) != len(q.Same) {
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
	Texts  []string // of the kind's paths, behind the namespace of the incident, if it has one
	At     time.Time
	Weight Wide
}

// Entries says where an incident counts in facts of a kind: at one time or, where its parts were given
// one after another, at several. It is empty when the incident does not count.
func (k *FactKind) Entries(s Standing) (out []Entry) {
	var texts []string
	for at, weight := range k.weights(s) {
		if texts == nil {
			var ok bool
			if texts, ok = k.texts(make([]string, 0, len(k.Paths)+1), s); !ok {
				return nil
			}
		}
		out = append(out, Entry{texts, at, weight})
	}
	return out
}

// texts adds the texts that tell the incident apart, behind its namespace, if it has one; ok is false when one is
// missing, and so nothing is the same as it.
func (k *FactKind) texts(dst []string, s Standing) (out []string, ok bool) {
	if n := s.Latest.Namespace; n != "" {
		dst = append(dst, n)
	}
	for _, path := range k.Paths {
		text := s.Latest.Key(path)
		if text == "" {
			return nil, false
		}
		dst = append(dst, text)
	}
	return dst, true
}

// weights measures what stands of an incident, each part at its time. Several may have one time.
func (k *FactKind) weights(s Standing) iter.Seq2[time.Time, Wide] {
	return func(yield func(time.Time, Wide) bool) {
		switch {
		case s.Latest == nil:
		case k.Count == countIncidents:
			yield(s.Latest.OccurredAt, WideOf(1))
		case k.Of != value.KindInvalid:
			if w := k.weighField(s.Latest.Key(k.Field())); w != (Wide{}) {
				yield(s.Latest.OccurredAt, w)
			}
		case k.Occurred:
			var total Wide
			for _, weight := range k.given(s) {
				total = total.Plus(weight)
			}
			if total != (Wide{}) {
				yield(s.Latest.OccurredAt, total)
			}
		default:
			k.given(s)(yield)
		}
	}
}

// given measures the actions that stand, each part when it was given.
func (k *FactKind) given(s Standing) iter.Seq2[time.Time, Wide] {
	return func(yield func(time.Time, Wide) bool) {
		gone := s.Withdrawn()
		for d := range s.decisions() {
			for i := range d.Actions {
				if a := &d.Actions[i]; !a.Cancelled && !gone[a.ID] && !k.giveAction(a, d, yield) {
					return
				}
			}
		}
	}
}

func (k *FactKind) giveAction(a *Action, d *Decision, yield func(time.Time, Wide) bool) bool {
	at := a.GivenAt
	if at.IsZero() {
		at = d.DecidedAt
	}
	switch {
	case k.weighAction(a) == Wide{}:
		return true
	case k.Sum == "" || len(a.Parts) == 0:
		return yield(at, k.weighAction(a))
	}
	for i := range a.Parts {
		if p := &a.Parts[i]; !p.Amount.IsZero() && !yield(p.At, WideOf(p.Amount.Units())) {
			return false
		}
	}
	return true
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
	if k.Of == value.KindDouble {
		return doubleOf(total), nil
	}
	n, ok := total.Int64()
	switch {
	case !ok:
		what := "the sum of " + k.Sum
		if k.Currency != "" {
			what += " in " + k.Currency
		}
		return nil, &OverflowError{what + " over the incidents in the window"}
	case k.Sum == "" || k.Of == value.KindInt:
		return n, nil
	case k.Of == value.KindDuration:
		return time.Duration(n), nil
	}
	amount, err := value.NewMoney(n, k.Currency)
	return amount, err
}
