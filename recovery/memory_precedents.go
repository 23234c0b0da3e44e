package recovery

import (
	"cmp"
	"slices"
	"strings"
)

// precedentIndex holds the choices that stand, by play and what they are
// compared by, in the order in which they were made.
type precedentIndex map[string][]precedentEntry

type precedentEntry struct {
	madeChoice
	thread *thread
}

func comparableKey(play string, comparable []Key) string {
	sorted := slices.SortedFunc(slices.Values(comparable), func(a, b Key) int { return strings.Compare(a.Path, b.Path) })
	texts := make([]string, 0, 1+2*len(sorted))
	texts = append(texts, play)
	for _, k := range sorted {
		texts = append(texts, k.Path, k.Text)
	}
	return joined(texts)
}

// keyOf is where a choice is found; a decision that makes one has one play.
func keyOf(r *Record) string {
	play := ""
	if len(r.Decision.Plays) > 0 {
		play = r.Decision.Plays[0].Play
	}
	return comparableKey(play, r.Comparable)
}

func (x precedentIndex) move(t *thread, before standing) {
	for _, c := range t.choices {
		stood, stands := slices.Contains(before.made, c.record), slices.Contains(t.made, c.record)
		if stood == stands {
			continue
		}
		key := keyOf(c.record)
		i, _ := slices.BinarySearchFunc(x[key], c.number, func(e precedentEntry, n uint64) int { return cmp.Compare(e.number, n) })
		if stands {
			x[key] = slices.Insert(x[key], i, precedentEntry{c, t})
		} else {
			x[key] = slices.Delete(x[key], i, i+1)
		}
	}
}

// of lists the choices for an incident, whose own are no precedents.
func (x precedentIndex) of(q PrecedentQuery, own *thread) []Chosen {
	var out []Chosen
	for _, e := range x[comparableKey(q.Play, q.Comparable)] {
		if e.thread == own {
			continue
		}
		chosen := Chosen{Decision: e.record.Decision.ID}
		if made := e.record.Decision.Made; made != nil {
			chosen.Reason = made.Reason
		}
		for _, a := range e.record.Decision.Actions {
			if a.Change != ChangeCancelled {
				chosen.Actions = append(chosen.Actions, ChosenAction{a.Type, a.Amount})
			}
		}
		for _, w := range e.record.Decision.Withheld {
			if w.Reason == "zero" { // nothing was chosen, which is an amount too
				chosen.Actions = append(chosen.Actions, ChosenAction{w.Type, w.Amount})
			}
		}
		out = append(out, chosen)
	}
	return out
}
