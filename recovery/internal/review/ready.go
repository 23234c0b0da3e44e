package review

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
)

// Readiness says which failures have an answer, as seen.
type Readiness struct {
	Counts string  `json:"counts"`
	Kinds  []Ready `json:"kinds"`
	// Unused are plays, and cases of plays, of the latest set that no decision of the period took.
	Unused []Unused `json:"unused"`
	// Stale counts the decisions with an answer that was to be reviewed before.
	Stale    int64     `json:"stale"`
	Partners []Partner `json:"partners"`
	// Ending are the agreements of the latest set that end within 90 days.
	Ending []Ending `json:"agreements_ending"`
}

// Ready is how one kind of incidents was answered.
type Ready struct {
	Kind      Kind  `json:"kind"`
	Incidents int64 `json:"incidents"`
	// Answered by a play, by a fallback only, and by nobody: together all that were decided.
	Play     int64 `json:"by_play"`
	Fallback int64 `json:"by_fallback"`
	Nobody   int64 `json:"by_nobody"`
	Refused  int64 `json:"refused"`
	// Approaches count the incidents that each approach had a part in.
	Approaches map[string]int64 `json:"approaches"`
}

// Unused is a play, or a case of one, that was not used.
type Unused struct {
	Play string `json:"play"`
	Case string `json:"case,omitempty"`
}

// Partner is what became of asking a partner.
type Partner struct {
	Partner    string           `json:"partner"`
	Taken      int64            `json:"taken"`
	PassedOver map[string]int64 `json:"passed_over"` // by reason
}

// Ending is an agreement that ends soon, or has ended.
type Ending struct {
	Partner string `json:"partner"`
	Ref     string `json:"ref"`
	Until   string `json:"until"`
}

const readyCounts = "incidents of the period by how their latest decision answers them; plays and cases of the latest set that no decision of the period used; partners as decisions of the period asked them"

// endsSoon is how long before its end an agreement is listed.
const endsSoon = 90 * 24 * time.Hour

type ready struct {
	kinds    map[int]*Ready
	used     map[Unused]bool
	fallback map[string]bool
	latest   *playbook.Set
	stale    int64
	partners map[string]*Partner
}

func (r *ready) set(x *playbook.Set) {
	r.latest = x
	if r.fallback == nil {
		r.fallback = map[string]bool{}
	}
	for _, d := range x.Documents {
		for _, p := range d.Plays {
			r.fallback[d.ID.Value+"/"+p.ID.Value] = p.Fallback
		}
	}
}

func (r *ready) partner(name string) *Partner {
	if r.partners == nil {
		r.partners = map[string]*Partner{}
	}
	if r.partners[name] == nil {
		r.partners[name] = &Partner{Partner: name, PassedOver: map[string]int64{}}
	}
	return r.partners[name]
}

func (r *ready) decision(x *account.Decision) {
	d := x.Is
	if r.used == nil {
		r.used = map[Unused]bool{}
	}
	for _, p := range d.Plays {
		r.used[Unused{Play: p.Play}] = true
		r.used[Unused{p.Play, p.Case}] = true
	}
	for _, w := range d.Warnings {
		if w.Code == recovery.WarnStale {
			r.stale++
			break
		}
	}
	for _, p := range d.PassedOver {
		r.partner(p.Partner).PassedOver[string(p.Reason)]++
	}
	for i := range d.Actions {
		a := &d.Actions[i]
		if a.Type != recovery.ActionSubstitute || a.Change != recovery.ChangeNew {
			continue
		}
		for _, p := range a.Params {
			if name, ok := p.Value.(string); ok && p.Name == "partner" {
				r.partner(name).Taken++
			}
		}
	}
}

func (r *ready) incident(x *account.Incident, kind int) {
	if r.kinds == nil {
		r.kinds = map[int]*Ready{}
	}
	k := r.kinds[kind]
	if k == nil {
		k = &Ready{Approaches: map[string]int64{}}
		r.kinds[kind] = k
	}
	k.Incidents++
	if x.Last == nil {
		k.Refused++
		return
	}
	seen := map[string]bool{}
	answered, fallback := x.Answered, true
	for _, p := range x.Last.Plays {
		if !seen[p.Approach] {
			seen[p.Approach] = true
			k.Approaches[p.Approach]++
		}
		fallback = fallback && r.fallback[p.Play]
	}
	switch {
	case !answered:
		k.Nobody++
	case fallback:
		k.Fallback++
	default:
		k.Play++
	}
}

func (r *ready) finish(now time.Time, kinds []Kind) Readiness {
	out := Readiness{Counts: readyCounts, Kinds: []Ready{}, Unused: []Unused{}, Stale: r.stale, Partners: []Partner{}, Ending: []Ending{}}
	for n, k := range r.kinds {
		k.Kind = kinds[n]
		out.Kinds = append(out.Kinds, *k)
	}
	slices.SortFunc(out.Kinds, func(a, b Ready) int {
		return cmp.Or(cmp.Compare(b.Incidents, a.Incidents), a.Kind.compare(b.Kind))
	})
	for _, name := range slices.Sorted(maps.Keys(r.partners)) {
		out.Partners = append(out.Partners, *r.partners[name])
	}
	if r.latest != nil {
		for _, d := range r.latest.Documents {
			out.Unused = append(out.Unused, r.unused(d)...)
			out.Ending = append(out.Ending, ending(d, now)...)
		}
	}
	return out
}

// unused are the plays and cases of a playbook that were not used.
func (r *ready) unused(d *playbook.Document) (out []Unused) {
	for _, p := range d.Plays {
		name := d.ID.Value + "/" + p.ID.Value
		if !r.used[Unused{Play: name}] {
			out = append(out, Unused{Play: name})
			continue
		}
		for _, c := range p.Cases {
			if x := (Unused{name, c.ID.Value}); c.ID.Value != "" && !r.used[x] {
				out = append(out, x)
			}
		}
	}
	return out
}

// ending are the agreements that end soon after a time, or have ended by then.
func ending(d *playbook.Document, now time.Time) (out []Ending) {
	for _, p := range d.Partners {
		if p.Agreement == nil {
			continue
		}
		until, err := value.ParseDate(p.Agreement.Until.Value)
		if err != nil || until.In(time.UTC).After(now.Add(endsSoon)) {
			continue
		}
		out = append(out, Ending{p.ID.Value, p.Agreement.Ref.Value, p.Agreement.Until.Value})
	}
	return out
}
