package recoverytest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// model is a store in the plainest form: it keeps everything, and looks at all
// of it for each answer.
type model struct {
	latest  map[string]*recovery.Record
	choices map[string][]*recovery.Record // every one, by incident, in order
	all     []*recovery.Record            // choices of all incidents, in order
}

func (m *model) add(r *recovery.Record) {
	incident := r.Decision.Incident
	if r.On == "" {
		m.latest[incident] = r
		return
	}
	m.choices[incident] = append(m.choices[incident], r)
	m.all = append(m.all, r)
}

func (m *model) stands(r *recovery.Record) bool {
	latest := m.latest[r.Decision.Incident]
	return latest == r || r.On == latest.Decision.ID || slices.Contains(latest.Keeps, r.Decision.ID)
}

// standing returns what counts for an incident.
func (m *model) standing(without string) []*recovery.Record {
	var out []*recovery.Record
	for incident, latest := range m.latest {
		if incident == without {
			continue
		}
		out = append(out, latest)
		for _, c := range m.choices[incident] {
			if m.stands(c) {
				out = append(out, c)
			}
		}
	}
	return out
}

func (m *model) fact(incident string, q recovery.FactQuery) any {
	var count, units int64
	for _, r := range m.standing(incident) {
		latest := m.latest[r.Decision.Incident]
		differs := func(k recovery.Key) bool { return latest.Keys[k.Path] != k.Text }
		if slices.ContainsFunc(q.Same, differs) {
			continue
		}
		occurred := !latest.OccurredAt.Before(q.From)
		if q.Count == "incidents" && r == latest && occurred {
			count++
		}
		in := func(at time.Time) bool {
			if q.Occurred {
				return occurred
			}
			return !at.Before(q.From)
		}
		for _, a := range r.Decision.Actions {
			if a.Change == recovery.ChangeCancelled {
				continue
			}
			if a.Type == q.Count && in(a.GivenAt) {
				count++
			}
			if a.Type != q.Sum || a.Amount.Currency() != q.Currency {
				continue
			}
			parts := a.Parts
			if len(parts) == 0 {
				parts = []recovery.Part{{At: a.GivenAt, Amount: a.Amount}}
			}
			for _, p := range parts {
				if in(p.At) {
					units += p.Amount.Units()
				}
			}
		}
	}
	if q.Sum == "" {
		return count
	}
	return money(fmt.Sprintf("%d.%02d %s", units/100, units%100, q.Currency))
}

func (m *model) use(incident string, q recovery.UseQuery) int64 {
	var units int64
	for _, r := range m.standing(incident) {
		for _, v := range r.Reserves {
			if v.Partner == q.Partner && v.Direction == q.Direction && !v.At.Before(q.From) && v.At.Before(q.Until) {
				units += v.Units
			}
		}
	}
	return units
}

// precedents sums up the choices on other incidents. Of an amount that comes twice in the middle, both are
// the same.
func (m *model) precedents(incident string) (out store.Precedents) {
	var list []*recovery.Record
	for _, r := range m.all {
		if r.Decision.Incident != incident && m.stands(r) {
			list = append(list, r)
		}
	}
	out.Count = len(list)
	for _, kind := range []string{"compensate", "refund"} {
		for _, currency := range []string{"EUR", "USD"} {
			var amounts []recovery.Money
			for _, r := range list {
				for _, a := range r.Decision.Actions {
					if a.Change != recovery.ChangeCancelled && a.Type == kind && a.Amount.Currency() == currency {
						amounts = append(amounts, a.Amount)
					}
				}
			}
			if n := len(amounts); n > 0 {
				slices.SortFunc(amounts, recovery.Money.Compare)
				out.Amounts = append(out.Amounts, store.Spread{Type: kind, Lowest: amounts[0], Lower: amounts[(n-1)/2], Upper: amounts[n/2], Highest: amounts[n-1]})
			}
		}
	}
	for i := len(list) - 1; i >= 0 && i >= len(list)-5; i-- {
		p := store.Precedent{Decision: list[i].Decision.ID, Reason: list[i].Decision.Made.Reason}
		for _, a := range list[i].Decision.Actions {
			if a.Change != recovery.ChangeCancelled {
				p.Type, p.Amount = a.Type, a.Amount
				break
			}
		}
		out.Recent = append(out.Recent, p)
	}
	return out
}

// agreesWithModel commits decisions at random, new and superseding ones and
// choices, and compares answers on the way.
func agreesWithModel(k *kit) {
	const commits = 1500
	random := rand.New(rand.NewPCG(1, 2))
	m := &model{latest: map[string]*recovery.Record{}, choices: map[string][]*recovery.Record{}}
	for i := range commits {
		r := randomRecord(random, m, i)
		k.commit(r)
		m.add(r)
		if i%10 == 0 {
			k.compare(m, fmt.Sprint("T-", random.IntN(400)), random)
		}
		if k.Failed() {
			k.Fatalf("after %d commits", i+1)
		}
	}
}

func randomTime(random *rand.Rand) time.Time {
	return noon().Add(time.Duration(random.IntN(200)-100) * time.Hour / 2)
}

func randomRecord(random *rand.Rand, m *model, i int) *recovery.Record {
	id, incident := fmt.Sprint("dec_", i), fmt.Sprint("T-", random.IntN(400))
	parts := []with{
		occurred(randomTime(random)),
		key("customer.id", fmt.Sprint("C-", random.IntN(3))),
		reserves("bike", "outbound", random.Int64N(3)+1, randomTime(random)),
	}
	for range random.IntN(3) {
		kind := [...]string{"compensate", "refund"}[random.IntN(2)]
		currency := [...]string{"EUR", "USD"}[random.IntN(2)]
		change := func(a *recovery.Action) {
			if random.IntN(4) == 0 {
				a.Change = recovery.ChangeCancelled
			}
			a.GivenAt = randomTime(random)
			if cents := a.Amount.Units(); cents > 0 && random.IntN(2) == 0 {
				first := random.Int64N(cents)
				for _, units := range [...]int64{first, cents - first} {
					amount := money(fmt.Sprintf("%d.%02d %s", units/100, units%100, currency))
					a.Parts = append(a.Parts, recovery.Part{At: randomTime(random), Amount: amount})
				}
			}
		}
		parts = append(parts, gives(kind, fmt.Sprintf("%d.%02d %s", random.IntN(50), random.IntN(100), currency), change))
	}
	if latest := m.latest[incident]; latest != nil && random.IntN(2) == 0 {
		return decided(id, incident, append(parts[1:], chose(latest.Decision.ID, "p/one", ""))...)
	}
	var kept []string
	for _, c := range m.choices[incident] {
		if m.stands(c) && random.IntN(2) == 0 {
			kept = append(kept, c.Decision.ID)
		}
	}
	return decided(id, incident, append(parts, keeps(kept...))...)
}

func (k *kit) compare(m *model, incident string, random *rand.Rand) {
	k.Helper()
	customer := same("customer.id", fmt.Sprint("C-", random.IntN(3)))
	for _, q := range []recovery.FactQuery{
		countIncidents(), countIncidents(customer), countActions("refund", customer),
		sum("compensate", "EUR"), sum("compensate", "USD", customer),
		byOccurrence(countActions("refund")), byOccurrence(sum("compensate", "EUR", customer)),
	} {
		q.From = randomTime(random)
		k.wantFactFor(incident, m.fact(incident, q), q)
	}
	u := recovery.UseQuery{Partner: "bike", Direction: "outbound", From: randomTime(random)}
	u.Until = u.From.Add(24 * time.Hour)
	k.wantUse(incident, m.use(incident, u), u)
	got := k.precedents(recovery.Query{Incident: incident, Precedents: []recovery.PrecedentQuery{{Play: "p/one"}}})[0]
	if want := m.precedents(incident); !got.Same(&want) {
		k.Errorf("precedents for %s: got %v, want %v", incident, got, want)
	}
}
