package prove_test

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/diff"
	"github.com/servicerecovery/amends/recovery/prove"
)

const parcels = `amends: v1
playbook: p
review_by: 2027-06-30
applies: incident.service == "parcel"
incident:
  delay: {type: duration, default: 0s, min: 0s}
  price: {type: money, currency: EUR, min: 0 EUR, default: 10 EUR}
terms: {valued: 'incident.customer.tier in ["gold", "platinum"]'}
tables: {credit: {by: incident.delay, rows: [{from: 24h, c: 5 EUR}, {from: 3d, c: 10 EUR}]}}
messages: {sorry: {en: 'Sorry, ${incident.customer.name}'}}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late" && has(tables.credit)
    do: [{compensate: {amount: tables.credit.c}}, {apologise: {within: 1h, message: sorry}}]
    cases: [{id: vip, when: terms.valued, do: [{callback: {within: 2h}}]}]
  - id: lost
    approach: standardised-response
    when: incident.failure == "lost" && incident.severity >= 3
    do: [{refund: {amount: incident.price * percent(50)}}, {respond: {within: 2d}}]
  - {id: other, approach: standardised-response, fallback: true, when: 'true', do: [{acknowledge: {within: 4h}}]}
`

func loaded(t *testing.T, src string) *playbook.Set {
	t.Helper()
	set, diags := playbook.Load(fstest.MapFS{"p.yaml": {Data: []byte(src)}})
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, src)
	}
	return set
}

// TestCompare changes a set, and looks for what is said of the change, with the incident that shows it.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           prove.Standing
		effect, shows  string
	}{
		{"nothing", "", "", prove.Proved, "", ""},
		{"a condition in another order", `incident.failure == "lost" && incident.severity >= 3`, `incident.severity > 2 && incident.failure == "lost"`, prove.Proved, "", ""},
		{"a condition turned round", `when: incident.failure == "lost" && incident.severity >= 3`, `when: '!(incident.failure != "lost" || incident.severity < 3)'`, prove.Proved, "", ""},
		{"a term written out", `'incident.customer.tier in ["gold", "platinum"]'`, `'incident.customer.tier == "platinum" || incident.customer.tier == "gold"'`, prove.Proved, "", ""},
		{"plays that never match together", "applies:", "matches: first\napplies:", prove.Proved, "", ""},
		{"a condition in front that means the same", `applies: incident.service == "parcel"`, `applies: 'incident.service in ["parcel"]'`, prove.Proved, "", ""},
		{"more than for from", "severity >= 3", "severity > 3", prove.Differs, "play-lost", `"failure":"lost"`},
		{"an amount", "{from: 3d, c: 10 EUR}", "{from: 3d, c: 12 EUR}", prove.Differs, "amount", `"delay":"72h"`},
		{"the end of a row", "{from: 3d, c", "{above: 3d, c", prove.Differs, "amount", `"delay":"72h"`},
		{"one tier more", `"platinum"]`, `"platinum", "silver"]`, prove.Differs, "case", `"silver"`},
		{"words", "Sorry, $", "Sorry $", prove.Differs, "message", `"late"`},
		{"a deadline", "respond: {within: 2d}", "respond: {within: 3d}", prove.Differs, "deadline", `"lost"`},
		{"no fallback", "fallback: true, ", "", prove.Differs, "play-gained", `"failure"`},
		{"one service more", `applies: incident.service == "parcel"`, `applies: 'incident.service in ["parcel", "box"]'`, prove.Differs, "no-longer-unanswered", `"box"`},
		{"a day of review", "review_by: 2027-06-30", "review_by: 2028-06-30", prove.Differs, "warning", `"id"`},
		{"a cap", "plays:", "limits: [{of: compensate, at_most: 9 EUR}]\nplays:", prove.Differs, "withheld", `"72h"`},
		{"what happened to the incident", "severity >= 3", "severity >= 3 && !has(incident.resolved_at)", prove.Differs, "play-lost", `"resolved_at"`},
		{"a field that some lack", "min: 0 EUR, default: 10 EUR", "min: 0 EUR", prove.Differs, "refused", `"id"`},
		{"an amount that is the same", "incident.price * percent(50)", "incident.price / 2", prove.Open, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, now := loaded(t, parcels), loaded(t, strings.Replace(parcels, c.old, c.new, 1))
			got, err := prove.Compare(context.Background(), old, now, prove.Options{})
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(got.Differences, func(d prove.Difference) bool { return d.Effect == c.effect })
			if got.Standing != c.want || (c.effect != "") != (i >= 0) || i >= 0 && !strings.Contains(string(got.Differences[i].New.Incident), c.shows) {
				t.Errorf("got %s %s %+v", got.Standing, got.Reason, got.Differences)
			}
		})
	}
}

// edit changes a set in a way that may mean the same.
func edit(r *rand.Rand, src string) string {
	ways := [][2]string{
		{" && ", " || "}, {" >= ", " > "}, {" < ", " <= "}, {"10 EUR", "11 EUR"}, {"hours(1)", "hours(2)"}, {"within: 2h", "within: 3h"}, {"matches: first", "matches: all"},
		{"fallback: true", "priority: 1"}, {"answers: false", "priority: 0"}, {`"x"`, `"y"`}, {"lead: 2h", "lead: 3h"}, {"one_of: [x, y, z]", "one_of: [x, y, z, w]"},
		{"when: '(", "when: '!!("}, {"hours(1)", "minutes(60)"}, {"percent(50)", "percent(50.0)"}, {"{n: {from: 1}", "{n: {above: 0}"}, {"20 EUR", "20.00 EUR"}, {"applies: '", "applies: 'true && "},
		{"from: 2026-03-01", "from: 2026-03-02"}, {"cost: 6 EUR", "cost: 3 EUR"}, {"repeats >= 1", "repeats > 0"}, {"when: '", "when: 'true && "}, {"keep: highest", "at_most: 30 EUR"}, {"cutoff: \"14:00\"", "cutoff: \"15:00\""},
	}
	for range 30 {
		w := ways[r.Intn(len(ways))]
		if n := strings.Count(src, w[0]); n > 0 {
			at := 0
			for range 1 + r.Intn(n) {
				at += strings.Index(src[at:], w[0]) + 1
			}
			return src[:at-1] + w[1] + src[at-1+len(w[0]):]
		}
	}
	return src
}

// TestCompareWideWorlds changes random sets, and looks for incidents that are decided in another way where
// none is said to be.
func TestCompareWideWorlds(t *testing.T) {
	from, n := seedOf(t)
	count := map[string]int{}
	for seed := from; seed < from+n; seed++ {
		g := &wide{Rand: rand.New(rand.NewSource(int64(seed)))}
		src := g.set()
		changed := edit(g.Rand, src)
		var sets [2]*playbook.Set
		bad := false
		for i, text := range []string{src, changed} {
			sets[i], _ = playbook.Load(fstest.MapFS{"pb.yaml": {Data: []byte(text)}})
			_, diags := policy.Compile(sets[i])
			bad = bad || diags.HasErrors()
		}
		if bad {
			count["not a set"]++
			continue
		}
		got, err := prove.Compare(context.Background(), sets[0], sets[1], prove.Options{})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		count[string(got.Standing)]++
		if os.Getenv("WORLD") != "" {
			t.Logf("%s %s %d\n%s\n%s", got.Standing, got.Reason, len(got.Differences), src, changed)
		}
		w := &teller{byRegion: strings.Contains(src, "customer.id, region")}
		w.set, w.marked = w.engine(t, src), w.engine(t, changed)
		if got.Standing == prove.Proved {
			w.sameFor(t, seed, g.Rand, src, changed)
		}
		for _, d := range got.Differences {
			if d.Old.Decision != nil && d.New.Decision != nil && len(diff.Differences(diff.Outcome{Decision: d.Old.Decision}, diff.Outcome{Decision: d.New.Decision})) == 0 {
				t.Errorf("seed %d: no difference in %s", seed, d.Effect)
			}
		}
	}
	report(t, count)
}

// sameFor decides some incidents by two sets.
func (s *teller) sameFor(t *testing.T, seed int, r *rand.Rand, src, changed string) {
	for range 200 {
		one := anyTale(r)
		s.given(one)
		s.now = one.now()
		var in recovery.Incident
		if err := in.UnmarshalJSON(one.json()); err != nil {
			t.Fatal(err)
		}
		var out [2]diff.Outcome
		for i, e := range []*recovery.Engine{s.set, s.marked} {
			out[i].Decision, out[i].Err = e.Decide(context.Background(), in)
		}
		if found := diff.Differences(out[0], out[1]); len(found) > 0 {
			t.Errorf("seed %d: FALSELY PROVED to be the same: %v for %s at %s\n%s\n%s", seed, found, one.json(), one.now().Format(time.RFC3339), src, fmt.Sprint(changed))
			return
		}
	}
}
