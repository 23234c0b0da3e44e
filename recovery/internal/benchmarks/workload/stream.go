package workload

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// The values that incidents and conditions are made of.
var (
	regions   = []string{"eu-north", "eu-south", "eu-west", "us-east", "us-west", "ap-north", "ap-south", "sa-east"}
	prefixes  = []string{"eu-", "us-", "ap-"}
	channels  = []string{"mail", "phone", "chat", "app", "desk"}
	sources   = []string{"complaint", "survey", "monitor", "staff", "audit"}
	tiers     = []string{"plain", "silver", "gold", "platinum"}
	countries = []string{"AT", "BE", "BR", "CA", "CH", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IN", "IT", "JP", "NL", "NO", "PT", "SE", "US"}
)

// The ends of the ranges in which numbers and times are spread evenly.
const (
	maxSeverity   = 5
	maxContacts   = 20
	maxAffected   = 5000
	maxCents      = 50000
	maxSpend      = 10000
	delayMinutes  = 4 * 24 * 60
	replyMinutes  = 12 * 60
	occurredHours = 60 * 24
	promisedHours = 90 * 24
)

// Start is the time before which nothing of the workload happens.
var Start = time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC)

// keys says how many services, failures and tags a company with n plays knows.
func keys(n int) int { return min(max(n/12, 2), 160) }

func service(i int) string { return fmt.Sprintf("service-%03d", i) }
func failure(i int) string { return fmt.Sprintf("failure-%03d", i) }
func label(i int) string   { return fmt.Sprintf("label-%03d", i) }

// generator draws from a seeded source.
type generator struct {
	*rand.Rand
	keys int
}

func newGenerator(n int, seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, uint64(n))), keys: keys(n)}
}

func pick[T any](g *generator, from []T) T { return from[g.IntN(len(from))] }

// some picks k different values, in the order in which they are listed.
func (g *generator) some(from []string, k int) []string {
	out := make([]string, 0, k)
	for i, v := range from {
		if left := len(from) - i; g.IntN(left) < k-len(out) {
			out = append(out, v)
		}
	}
	return out
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// Stream makes count incidents for a set of n plays, no two alike.
func Stream(n, count int, seed uint64) []*Incident {
	g := newGenerator(n, ^seed) // not the numbers that the plays were drawn from
	out := make([]*Incident, count)
	for i := range out {
		out[i] = g.incident(i)
	}
	return out
}

// incident draws from coarse steps, so that numbers often are just those that a
// play asks for: it shows whether > was taken for >=.
func (g *generator) incident(number int) *Incident {
	in := &Incident{
		ID:         fmt.Sprintf("T-%05d", number),
		Service:    service(g.IntN(g.keys)),
		Failure:    failure(g.IntN(g.keys)),
		Region:     pick(g, regions),
		Channel:    pick(g, channels),
		Source:     pick(g, sources),
		Tier:       pick(g, tiers),
		Country:    pick(g, countries),
		Severity:   1 + g.Int64N(maxSeverity),
		Contacts:   g.Int64N(maxContacts),
		Affected:   5 * g.Int64N(maxAffected/5),
		OrderCents: 50 * g.Int64N(maxCents/50),
		Progress:   float64(g.IntN(200)) / 200,
		Spend:      25 * float64(g.IntN(maxSpend/25)),
		Delay:      time.Duration(10*g.IntN(delayMinutes/10)) * time.Minute,
		FirstReply: time.Duration(5*g.IntN(replyMinutes/5)) * time.Minute,
		OccurredAt: Start.Add(time.Duration(g.IntN(occurredHours)) * time.Hour),
		PromisedAt: Start.Add(time.Duration(g.IntN(promisedHours)) * time.Hour),
		Reopened:   g.chance(25),
		Resolved:   g.chance(40),
		Escalated:  g.chance(50),
		Tags:       []string{},
	}
	if g.chance(50) {
		in.Voucher = fmt.Sprintf("V-%04d", g.IntN(10000))
	}
	for range g.IntN(4) {
		in.Tags = append(in.Tags, label(g.IntN(g.keys)))
	}
	return in
}
