package ledger

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
)

// raffle gives redress by a field that is drawn by lot.
const raffle = `
incident:
  lucky: {type: bool, default: false}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do: [{respond: {within: 4h}}]
    cases:
      - when: incident.lucky
        do: [{compensate: {amount: 5 EUR}}]
`

func audit(t *testing.T, dir *memoryFiles, options EqualOptions) *Treatment {
	t.Helper()
	out, err := equal(context.Background(), dir, options)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func kinds(found *Treatment) string {
	var out []string
	for _, f := range found.Findings {
		out = append(out, strings.TrimSpace(fmt.Sprint(f.Kind, " ", f.Across, " ", f.Member, " ", f.Measure, " ", f.Detail)))
	}
	return strings.Join(out, "\n")
}

// TestShuffledRedressFindsNothing compares by fields that were drawn by lot, as the redress was. One in
// twenty audits may find something.
func TestShuffledRedressFindsNothing(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 1_000_000)
	var fields strings.Builder
	lots := 60
	if testing.Short() {
		lots = 10
	}
	for i := range lots {
		fmt.Fprintf(&fields, "  lot%d: {type: string}\n", i)
	}
	d := newDesk(t, l, strings.Replace(raffle, "incident:\n", "incident:\n"+fields.String(), 1))
	r := rand.New(rand.NewPCG(5, 6))
	for n := range 300 {
		in := incident(fmt.Sprint("T-", n), "late", fmt.Sprint("C-", n%220), 0, 1)
		in.Fields = map[string]any{"lucky": r.IntN(3) == 0}
		for i := range lots {
			in.Fields[fmt.Sprint("lot", i)] = string(rune('a' + r.IntN(3)))
		}
		d.handle(in)
	}
	found := 0
	for i := range lots {
		if x := audit(t, dir, EqualOptions{Same: []string{"failure"}, Across: []string{fmt.Sprint("lot", i)}}); len(x.Findings) > 0 {
			found++
		}
	}
	if found > lots/10 {
		t.Errorf("%d of %d audits found something where there is nothing", found, lots)
	}
}

// TestPlantedDifferenceIsFound compares by a field that the lot depended on, though no rule reads it.
func TestPlantedDifferenceIsFound(t *testing.T) {
	dir := newMemoryFiles()
	d := newDesk(t, openFiles(t, dir, 1_000_000), raffle)
	r := rand.New(rand.NewPCG(7, 8))
	for n := range 300 {
		in := incident(fmt.Sprint("T-", n), "late", fmt.Sprint("C-", n%220), 0, 1)
		in.Region = []string{"north", "south"}[n%2]
		in.Fields = map[string]any{"lucky": r.IntN(10) < 2+4*(n%2)}
		d.handle(in)
	}
	x := audit(t, dir, EqualOptions{Same: []string{"failure"}, Across: []string{"region"}})
	if got, want := kinds(x), "rate region north redress EUR\nrate region north relief"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, f := range x.Findings {
		if f.Cases.Count != 150 || f.Rest.Count != 150 || f.Cases.Rate >= f.Rest.Rate || f.Cases.Mean >= f.Rest.Mean || f.P > 0.05 {
			t.Errorf("%+v", f)
		}
	}
}

// TestEqualLedgersAreEqual audits two ledgers that say the same: their salts and hashes differ, and what
// is found must not.
func TestEqualLedgersAreEqual(t *testing.T) {
	var found [2]*Treatment
	for i := range found {
		dir := newMemoryFiles()
		d := newDesk(t, openFiles(t, dir, 1_000_000), raffle)
		r := rand.New(rand.NewPCG(3, 9))
		for n := range 200 {
			in := incident(fmt.Sprint("T-", n), "late", fmt.Sprint("C-", n%150), 0, 1)
			in.Region = []string{"north", "south", "east", "west"}[r.IntN(4)]
			in.Fields = map[string]any{"lucky": r.IntN(10) < 5 || in.Region == "east"}
			d.handle(in)
		}
		found[i] = audit(t, dir, EqualOptions{Same: []string{"failure"}, Across: []string{"region"}})
	}
	if len(found[0].Findings) == 0 || !strings.Contains(kinds(found[0]), "redress") {
		t.Fatalf("nothing was found that was dealt: %s", kinds(found[0]))
	}
	if a, b := fmt.Sprintf("%+v", found[0].Findings), fmt.Sprintf("%+v", found[1].Findings); a != b {
		t.Errorf("two equal ledgers say\n%s\nand\n%s", a, b)
	}
}

// TestErasedIncidentsAreCounted erases incidents that were decided several times: each is missing once.
func TestErasedIncidentsAreCounted(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 1_000_000)
	d := newDesk(t, l, raffle)
	for n := range 8 {
		for severity := range 1 + n%4 {
			in := incident(fmt.Sprint("T-", n), "late", fmt.Sprint("C-", n/3), 0, 1)
			in.Severity = 1 + severity
			d.handle(in)
		}
	}
	erased := func(want int64) {
		t.Helper()
		if x := audit(t, dir, EqualOptions{Same: []string{"failure"}}); x.Erased != want || x.Cases != 8-want {
			t.Errorf("%d incidents are missing and %d are left, want %d and %d", x.Erased, x.Cases, want, 8-want)
		}
	}
	erased(0)
	for _, x := range []struct {
		erasure Erasure
		want    int64
	}{{Erasure{Incident: "T-7"}, 1}, {Erasure{Incident: "T-99"}, 1}, {Erasure{Customer: "C-0"}, 4}} {
		if _, err := l.Erase(context.Background(), x.erasure); err != nil {
			t.Fatal(err)
		}
		erased(x.want)
	}
}

// TestPromisesKeptAreCompared finds that the cases of one region are kept waiting, counts them alone of
// which promises were due, and finds nothing where nobody looks at promises.
func TestPromisesKeptAreCompared(t *testing.T) {
	dir := newMemoryFiles()
	d := newDesk(t, openFiles(t, dir, 1_000_000), raffle)
	late := map[string]bool{}
	for n := range 60 {
		in := incident(fmt.Sprint("T-", n), "late", fmt.Sprint("C-", n), 0, 1)
		in.Region = []string{"north", "south"}[n%2]
		d.handle(in)
		if late[in.ID] = n%2 == 1 && n%3 > 0; n%5 == 0 {
			in.Severity = 4 // it is decided again, and counts once
			d.handle(in)
		}
	}
	options := EqualOptions{Same: []string{"failure"}, Across: []string{"region"}}
	if x := audit(t, dir, options); len(x.Findings) > 0 {
		t.Errorf("found %s", kinds(x))
	}
	options.Kept = func(incident string) (due, kept bool) { return incident != "T-0", incident != "T-0" && !late[incident] }
	x := audit(t, dir, options)
	if got, want := kinds(x), "rate region south kept"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	f := x.Findings[0]
	if f.Cases.Count != 30 || f.Rest.Count != 29 || f.Cases.Rate != 1.0/3 || f.Rest.Rate != 1 || f.Cases.HasMean {
		t.Errorf("%+v", f)
	}
	if want := "33.3 % of 30 had every promise kept that was due, against 100.0 % of 29"; f.Because != want {
		t.Errorf("because %s, want %s", f.Because, want)
	}
}

// TestPlantedRuleIsFound finds rules that read a field with two incidents each, and says where.
func TestPlantedRuleIsFound(t *testing.T) {
	for _, x := range []struct{ name, plays, want string }{
		{"a play", `
plays:
  - {id: late, approach: standardised-response, when: incident.failure == "late" && incident.region == "south", do: [{refund: {amount: 3 EUR}}]}
`, "pb/late"},
		{"a case", `
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do: [{apologise: }]
    cases: [{id: far, when: incident.region == "south", do: [{refund: {amount: 3 EUR}}]}]
`, "the case far where"},
		{"a term and a table", `
terms:
  where: incident.region
tables:
  rate:
    by: terms.where
    rows: [{is: south, amount: 3 EUR}, {otherwise: true, amount: 2 EUR}]
plays:
  - {id: late, approach: standardised-response, when: incident.failure == "late", do: [{refund: {amount: tables.rate.amount}}]}
`, "pb/late gives refund 2.00 EUR where region is north, and refund 3.00 EUR"},
		{"a limit", `
limits: [{of: refund, at_most: 'incident.region == "south" ? money("5 EUR") : money("1 EUR")'}]
plays:
  - {id: late, approach: standardised-response, when: incident.failure == "late", do: [{refund: {amount: 4 EUR}}]}
`, "a limit withholds refund 3.00 EUR of pb/late where region is north, and nothing where it is south"},
	} {
		t.Run(x.name, func(t *testing.T) {
			dir := newMemoryFiles()
			d := newDesk(t, openFiles(t, dir, 1_000_000), x.plays)
			for _, region := range []string{"north", "south"} {
				in := incident("T-"+region, "late", "C-"+region, 0, 1)
				in.Region, in.Fields = region, nil
				d.handle(in)
			}
			found := audit(t, dir, EqualOptions{Same: []string{"failure"}, Across: []string{"region", "customer.id"}})
			if len(found.Findings) != 1 || found.Findings[0].Kind != FindingRule || found.Findings[0].Across != "region" {
				t.Fatalf("%+v", found.Findings)
			}
			if got := found.Findings[0].Because; !strings.Contains(got, x.want) {
				t.Errorf("got %q, want %q in it", got, x.want)
			}
		})
	}
}

// TestChangeOfRules tells a difference between members apart from one between two sets: the north had
// its cases before the rules changed, and the south after that.
func TestChangeOfRules(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 1_000_000)
	r := rand.New(rand.NewPCG(9, 9))
	tell := func(playbook string, from int, north int) {
		d := newDesk(t, l, playbook)
		for n := range 150 {
			in := incident(fmt.Sprint("T-", from+n), "late", fmt.Sprint("C-", from+n), 0, 1)
			in.Region = "south"
			if r.IntN(10) < north {
				in.Region = "north"
			}
			in.Fields = map[string]any{"lucky": r.IntN(10) < 5}
			d.handle(in)
		}
	}
	tell(raffle, 0, 9)
	tell(strings.Replace(raffle, "incident.lucky", "false", 1), 1000, 1)
	options := EqualOptions{Same: []string{"failure"}, Across: []string{"region"}}
	options.Changed = func(old, new fs.FS) ([]string, error) { return []string{"pb/late"}, nil }
	x := audit(t, dir, options)
	for _, f := range x.Findings {
		if f.Kind != FindingChange || !strings.Contains(f.Because, "set sha256:") || !strings.Contains(f.Because, "2026-03-02") || !strings.Contains(f.Because, "pb/late") {
			t.Errorf("%+v", f)
		}
	}
	if len(x.Findings) == 0 {
		t.Error("the change of rules was not found")
	}
	// Where the answering plays mean the same in both sets, it is a difference between the members.
	options.Changed = func(old, new fs.FS) ([]string, error) { return []string{"pb/other"}, nil }
	if got := kinds(audit(t, dir, options)); !strings.Contains(got, "rate region") || strings.Contains(got, "change") {
		t.Error(got)
	}
}

// TestTooFewToTell says so where nothing could be found, whatever the cases got.
func TestTooFewToTell(t *testing.T) {
	dir := newMemoryFiles()
	d := newDesk(t, openFiles(t, dir, 1_000_000), raffle)
	for n, lucky := range []bool{true, false, true} {
		in := incident(fmt.Sprint("T-", n), "late", fmt.Sprint("C-", n), 0, 1)
		in.Region = []string{"north", "south"}[n%2]
		in.Fields = map[string]any{"lucky": lucky}
		d.handle(in)
	}
	x := audit(t, dir, EqualOptions{Same: []string{"failure"}, Across: []string{"region"}})
	if len(x.Findings) != 0 || len(x.TooFew) != 2 {
		t.Errorf("%+v, %+v", x.Findings, x.TooFew)
	}
}

// TestShareOf compares what customers got as a share of what they paid.
func TestShareOf(t *testing.T) {
	dir := newMemoryFiles()
	d := newDesk(t, openFiles(t, dir, 1_000_000), `
incident:
  paid: {type: money, currency: EUR}
  back: {type: money, currency: EUR}
plays:
  - {id: late, approach: standardised-response, when: incident.failure == "late", do: [{refund: {amount: incident.back}}]}
`)
	for n := range 60 {
		in := incident(fmt.Sprint("T-", n), "late", fmt.Sprint("C-", n), 0, 1)
		in.Region = []string{"north", "south"}[n%2]
		paid := int64(1000 + 100*(n/2))
		share := int64(4 + 2*(n%2))
		in.Fields = map[string]any{"paid": cents(paid), "back": cents(paid / share)}
		d.handle(in)
	}
	x := audit(t, dir, EqualOptions{Same: []string{"failure"}, Across: []string{"region"}, ShareOf: "paid"})
	found := false
	for _, f := range x.Findings {
		if f.Measure == MeasureShare {
			found = f.Cases.Mean > 0.16 && f.Cases.Mean < 0.17 && f.Rest.Mean > 0.24 && f.Rest.Mean < 0.26 && f.Member == "south"
		}
	}
	if !found {
		t.Errorf("%+v", x.Findings)
	}
}

func cents(n int64) recovery.Money {
	return recovery.MustMoney(fmt.Sprintf("%d.%02d EUR", n/100, n%100))
}
