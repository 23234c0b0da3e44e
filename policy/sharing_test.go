package policy_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// common is a shared document with definitions of every kind, sound ones and one that
// only some playbooks make unsound.
const common = `amends: v1
shared: common
incident:
  order.value: {type: money, currency: EUR, default: 0 EUR}
  kind: {type: string, one_of: [small, large, fragile], default: small}
  note: {type: string, optional: true}
facts:
  repeats: {count: incidents, same: [customer.id], last: 30d}
calendars:
  office: {hours: {mon-fri: 09:00-17:00}}
terms:
  large: incident.kind == "large"
  valued: incident.order.value >= money("50 EUR")
  weekend: date(incident.occurred_at) in [date("2026-03-07"), date("2026-03-08")]
  late: incident.failure == "late"
  serious: terms.valued && (terms.weekend || incident.severity >= 4)
  again: facts.repeats > 1 && terms.serious
  office_days: workdays("office", date(incident.occurred_at), date("2026-03-31")) > 3
  noted: incident.note == "x"
tables:
  credit:
    by: incident.kind
    rows:
      - {is: small, amount: 5 EUR}
      - {is: [large, fragile], amount: 10 EUR}
  share:
    by: incident.severity
    rows:
      - {from: 1, part: 5%}
      - {from: 4, part: 20%}
  rank:
    by: incident.failure
    rows:
      - {is: late, of: 2}
      - {is: damaged, of: 1}
      - {is: '', of: 0}
messages:
  sorry:
    en: 'Sorry about ${incident.kind} on ${date(incident.occurred_at)}'
    es: 'Perdón por ${incident.kind}'
`

// withPlays writes a playbook that uses some of it.
func withPlays(r *rand.Rand, id int, slips bool) string {
	return withSoManyPlays(r, id, slips, 1+r.IntN(4))
}

func withSoManyPlays(r *rand.Rand, id int, slips bool, plays int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "amends: v1\nplaybook: book%d\nreview_by: 2027-01-01\n", id)
	if r.IntN(2) == 0 {
		fmt.Fprintf(&b, "zone: %s\n", choose(r, "Europe/Madrid", "America/New_York", "Pacific/Auckland"))
	}
	switch r.IntN(8) {
	case 0, 3, 4:
		b.WriteString("incident:\n  failure: {one_of: [" + orSlip(r, slips, "lost", "late") + ", damaged]}\n")
	case 1:
		b.WriteString("incident:\n  severity: {type: int, min: 2}\n  own: {type: int, default: 3}\n")
	case 2:
		b.WriteString("incident:\n  region: {type: string, one_of: [R1, R2, R3]}\n")
	}
	if r.IntN(3) == 0 {
		fmt.Fprintf(&b, "terms:\n  own: terms.serious && incident.severity > %d\n", r.IntN(4))
	}
	if r.IntN(4) == 0 {
		b.WriteString("applies: incident.kind != \"fragile\"\n")
	}
	b.WriteString("plays:\n")
	for i := range plays {
		fmt.Fprintf(&b, `  - id: p%d
    approach: standardised-response
    when: %s
    do:
      - apologise: {within: %dh, message: sorry}
      - compensate: {amount: %s, id: c%d}
`, i, condition(r, slips), 1+r.IntN(5), amount(r, slips), i)
	}
	return b.String()
}

func choose(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

// orSlip picks something sound, or else something that may be a mistake.
func orSlip(r *rand.Rand, slips bool, slip string, sound ...string) string {
	if slips && r.IntN(6) == 0 {
		return slip
	}
	return choose(r, sound...)
}

func condition(r *rand.Rand, slips bool) string {
	one := func() string {
		switch r.IntN(18) {
		case 14:
			return fmt.Sprintf("weekday(incident.occurred_at) == %q", orSlip(r, slips, "saturday", "sat", "sun", "mon"))
		case 15:
			return fmt.Sprintf("time_of_day(incident.occurred_at) >= hours(%d)", r.IntN(24))
		case 16:
			return "date(incident.occurred_at) + " + orSlip(r, slips, "hours(5)", "months(1)", "days(3)", "years(1)") + " > date(\"2026-04-07\")"
		case 17:
			return "open(\"" + orSlip(r, slips, "offise", "office") + "\", incident.occurred_at + minutes(" + choose(r, "0", "90") + "))"
		case 10:
			return orSlip(r, slips, "tables.rank.of > 0", "has(tables.rank) && tables.rank.of > 1")
		case 0:
			return fmt.Sprintf("incident.severity >= %d", r.IntN(6))
		case 1:
			return fmt.Sprintf("incident.region == %q", orSlip(r, slips, "R9", "R1", "R2"))
		case 2:
			return fmt.Sprintf("incident.kind in [%q, %q]", orSlip(r, slips, "smal", "small", "large"), orSlip(r, slips, "fragile", "large"))
		case 3:
			return fmt.Sprintf("incident.order.value > money(\"%s\")", orSlip(r, slips, choose(r, "5 GBP", "5.005 EUR"), "5 EUR", "60 EUR", "60.5 EUR"))
		case 4:
			return fmt.Sprintf("date(incident.occurred_at) < date(%q)", orSlip(r, slips, "2026-02-30", "2026-03-07", "2026-03-08"))
		case 5:
			return fmt.Sprintf("has(incident.note) && incident.note.startsWith(%q)", choose(r, "a", "b"))
		case 6:
			return "tables.credit.amount > money(\"" + choose(r, "5 EUR", "7 EUR") + "\")"
		case 7:
			return "has(tables.share) && tables.share.part >= percent(" + choose(r, "5", "20", "12.5") + ")"
		case 8:
			return fmt.Sprintf("incident.tags.exists(t, t == %q)", choose(r, "vip", "first"))
		case 9:
			return fmt.Sprintf("incident.severity / %d > 0", r.IntN(2))
		}
		return "terms." + orSlip(r, slips, choose(r, "noted", "own"), "large", "late", "valued", "weekend", "serious", "again", "office_days")
	}
	out := one()
	for range r.IntN(3) {
		out += choose(r, " && ", " || ") + one()
	}
	return "'" + out + "'"
}

func amount(r *rand.Rand, slips bool) string {
	return orSlip(r, slips, choose(r, `"5 EUR"`, "incident.nope"), "5 EUR", "tables.credit.amount", "incident.order.value * percent(10)", "incident.order.value * percent(25)",
		`incident.order.value + money("5 EUR")`, `incident.order.value + money("6 EUR")`)
}

// TestSharing compiles sets with sharing, side by side, and without: the diagnostics
// are the same, and so is what matches, why, and what fails where.
func TestSharing(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	sets, sound, matched, failed := 50, 0, 0, 0
	if testing.Short() {
		sets = 6
	}
	for range sets {
		files := fstest.MapFS{"common.yaml": {Data: []byte(common)}}
		slips := r.IntN(3) == 0
		for i := range 2 + r.IntN(5) {
			files[fmt.Sprintf("book%d.yaml", i)] = &fstest.MapFile{Data: []byte(withPlays(r, i, slips))}
		}
		p := compareCompiled(t, files)
		if p == nil {
			continue
		}
		sound++
		for range 6 {
			said := matchOf(t, p, r.Uint64())
			matched += strings.Count(said, "\nbook")
			failed += strings.Count(said, "\nerror")
		}
	}
	if sound < sets/5 || matched < sets/3 || failed < sets/20 {
		t.Errorf("%d sound sets, %d matches, %d errors", sound, matched, failed)
	}
}

// TestSharingOfLargePlaybooks does so with playbooks whose conditions are prepared on all cores.
func TestSharingOfLargePlaybooks(t *testing.T) {
	r := rand.New(rand.NewPCG(28, 29))
	plays := 300
	if testing.Short() {
		plays = 30
	}
	for _, slips := range []bool{false, false, true, true} {
		files := fstest.MapFS{"common.yaml": {Data: []byte(common)}}
		for i := range 2 {
			files[fmt.Sprintf("book%d.yaml", i)] = &fstest.MapFile{Data: []byte(withSoManyPlays(r, i, slips, plays))}
		}
		compareCompiled(t, files)
	}
}

// TestSharingOfReadings has playbooks that read shared definitions in different ways.
func TestSharingOfReadings(t *testing.T) {
	book := func(id, head, when string) string {
		return "amends: v1\nplaybook: " + id + "\nreview_by: 2027-01-01\n" + head + `plays:
  - id: p
    approach: standardised-response
    when: ` + when + `
    do: [apologise: {within: 1h, message: sorry}]
`
	}
	for _, c := range []struct {
		head, when string
		sound      bool
	}{
		{"", "terms.late", true},
		{"incident:\n  failure: {one_of: [late, damaged]}\n", "terms.late && tables.rank.of > 0", false}, // in the other playbook, it can be anything
		{"incident:\n  failure: {one_of: [late, damaged]}\n", "terms.late && has(tables.rank) && tables.rank.of > 0", true},
		{"", "tables.rank.of > 0", false},                                         // another failure has no rank
		{"incident:\n  failure: {one_of: [lost, damaged]}\n", "terms.late", true}, // the term sees what the other playbook lets in
		{"incident:\n  failure: {one_of: [lost, damaged]}\n", "terms.valued", true},
		{"incident:\n  failure: {one_of: [lost, damaged]}\n", "incident.failure == \"late\"", false},
		{"zone: Pacific/Auckland\n", "terms.weekend && terms.office_days", true},
	} {
		for _, first := range []string{"a", "z"} {
			p := compareCompiled(t, fstest.MapFS{
				"common.yaml": {Data: []byte(common)},
				"a.yaml":      {Data: []byte(book(first, "", "terms.late && terms.weekend && terms.office_days && has(tables.rank) && tables.rank.of > 0"))},
				"b.yaml":      {Data: []byte(book("m", c.head, c.when))},
			})
			if (p != nil) != c.sound {
				t.Errorf("%s%s: sound is %t", c.head, c.when, p != nil)
			}
		}
	}
}

// TestSharingOfMistakes does so with every bad set, several times in one.
func TestSharingOfMistakes(t *testing.T) {
	var paths []string
	for _, pattern := range []string{"testdata/bad/*.yaml", "../playbook/testdata/good/*.yaml", "../testdata/readme/playbooks/*.yaml", "../examples/*/playbooks/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatal(pattern, err)
		}
		paths = append(paths, found...)
	}
	r := rand.New(rand.NewPCG(23, 24))
	var sources []string
	for _, p := range paths {
		source, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, string(source))
	}
	id := regexp.MustCompile(`(?m)^(playbook): (\S+)$`)
	number := regexp.MustCompile(`\b[0-9]+\b`)
	for n, source := range sources {
		if testing.Short() && n%5 != 0 {
			continue
		}
		files := fstest.MapFS{"a.yaml": {Data: []byte(source)}}
		for i := range 3 {
			other := id.ReplaceAllString(source, fmt.Sprintf("$1: ${2}-%d", i)+choose(r, "", "\nzone: Asia/Tokyo"))
			other = number.ReplaceAllStringFunc(other, func(old string) string {
				if r.IntN(4) > 0 || old == "1" {
					return old
				}
				return fmt.Sprint(r.IntN(40))
			})
			files[fmt.Sprintf("b%d.yaml", i)] = &fstest.MapFile{Data: []byte(other)}
		}
		files["c.yaml"] = &fstest.MapFile{Data: []byte(sources[r.IntN(len(sources))])}
		compareCompiled(t, files)
	}
}

// compareCompiled compiles a set in both ways.
func compareCompiled(t *testing.T, files fstest.MapFS) *policy.Program {
	t.Helper()
	set, _ := playbook.Load(files)
	shared, got := policy.Compile(set)
	apart, want := policy.CompileApart(set)
	if diff := cmp.Diff(want, got); diff != "" || (shared == nil) != (apart == nil) {
		for name, f := range files {
			t.Logf("%s:\n%s", name, f.Data)
		}
		t.Fatalf("apart (-) and shared (+):\n%s", diff)
	}
	if shared == nil {
		return nil
	}
	r := rand.New(rand.NewPCG(25, 26))
	for range 4 {
		seed := r.Uint64()
		if diff := cmp.Diff(matchOf(t, apart, seed), matchOf(t, shared, seed)); diff != "" {
			t.Fatalf("apart (-) and shared (+):\n%s", diff)
		}
	}
	return shared
}

// matchOf says what a random incident comes to.
func matchOf(t *testing.T, p *policy.Program, seed uint64) string {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 27))
	in := p.NewInput(time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC))
	fields := p.Fields
	for _, b := range p.Playbooks {
		fields = append(fields[:len(fields):len(fields)], b.Fields...)
	}
	for _, f := range fields {
		if v := someValue(r, f); v != nil {
			in.Set(f, v)
		}
	}
	for _, f := range p.Facts {
		if f.Sum == "" {
			in.SetFact(f, int64(r.IntN(4)))
		}
	}
	var out strings.Builder
	applying, err := in.Applying()
	fmt.Fprintf(&out, "%d apply, error %v\n", len(applying), err)
	matches, err := p.Match(in)
	if err != nil {
		fmt.Fprintf(&out, "error %v\n", err)
	}
	for _, m := range matches {
		fmt.Fprintf(&out, "%s %v\n", m.Play.Name, policy.Because(in, &m))
		for _, a := range m.Play.Do {
			sayAction(&out, a, in.Frame(m.Play.Playbook))
		}
	}
	if len(p.Plays) > manyToExplain {
		return out.String()
	}
	for _, row := range in.Rows() {
		fmt.Fprintf(&out, "looked up %s: %s %d\n", row.Playbook.ID, row.Table, row.Row)
	}
	for _, e := range p.Explainer().Explain(in) {
		fmt.Fprintf(&out, "%s %t %s\n", e.Play.Name, e.Matched, e.Barrier)
		sayNode(&out, e.Applies, "  ")
		sayNode(&out, e.When, "  ")
	}
	return out.String()
}

// manyToExplain is from how many plays on explaining all of them takes too long.
const manyToExplain = 40

func sayNode(out *strings.Builder, n *policy.Node, indent string) {
	if n == nil {
		return
	}
	fmt.Fprintf(out, "%s%s %s %s %s at %s: %v %v row %q %v\n", indent, n.Kind, n.Op, n.Path, n.Text, n.Position(), n.Value, n.Err, n.Row, n.Misses())
	for _, part := range n.Parts {
		sayNode(out, part, indent+"  ")
	}
}

func sayAction(out *strings.Builder, a *policy.Action, f *policy.Frame) {
	fmt.Fprintf(out, "  %s at %s", a.Type.Name, a.Position)
	if a.Amount != nil {
		v, err := a.Amount.Value(f, value.Style{})
		fmt.Fprintf(out, " %v %v %q %s", v, err, a.Amount.Source(), a.Amount.Position())
	}
	if a.Within != nil {
		v, err := a.Within.Span(f)
		fmt.Fprintf(out, " within %v %v %q %s", v, err, a.Within.Source(), a.Within.Position())
	}
	if a.Message != nil {
		said, err := a.Message.Say(f, policy.Languages{"en"}, policy.Said{})
		fmt.Fprintf(out, " %q %v", said.Text, err)
	}
	out.WriteString("\n")
}

func someValue(r *rand.Rand, f *policy.Field) any {
	if f.Name == "phase" || f.Name == "provider" {
		return f.Default
	}
	if f.Default == nil && r.IntN(3) == 0 && f.Optional {
		return nil
	}
	switch f.Type.Kind {
	case value.KindString:
		if len(f.OneOf) > 0 {
			return f.OneOf[r.IntN(len(f.OneOf))]
		}
		return choose(r, "R1", "R2", "a", "late", "damaged", "x")
	case value.KindInt:
		return int64(r.IntN(6))
	case value.KindTimestamp:
		return time.Date(2026, 3, 6+r.IntN(3), r.IntN(24), 0, 0, 0, time.UTC)
	case value.KindDuration:
		return time.Duration(r.IntN(100)) * time.Hour
	case value.KindMoney:
		if f.Type.Currency == "" {
			return value.MustMoney("5 USD")
		}
		m, err := value.NewMoney(int64(r.IntN(10_000)), f.Type.Currency)
		if err != nil {
			return nil
		}
		return m
	}
	return f.Default
}
