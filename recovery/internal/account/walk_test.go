package account_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
	"github.com/servicerecovery/amends/recovery/ledger"
)

const set = `amends: v1
playbook: p
review_by: 2037-06-30
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do:
      - respond: {within: 4h}
      - resolve: {within: 8h}
      - callback: {within: 24h}
      - survey: {within: 2h}
      - compensate: {amount: 5 EUR, within: 48h}
  - id: dear
    approach: case-by-case
    when: incident.severity == 5
    do: [{respond: {within: 1h}}]
    discretion: {decider: lead, within: 6h, options: [{compensate: {amount: {from: 1 EUR, to: 90 EUR}}}]}
`

// life is an incident with what happens to it, as the test knows it.
type life struct {
	in       recovery.Incident
	called   time.Time // when the callback was reported done; zero: never
	paid     time.Time
	chosen   recovery.Money
	chosenAt time.Time
	told     []time.Time // when it is told of
}

var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func randomLife(r *rand.Rand, i int) life {
	reported := start.Add(time.Duration(r.IntN(20*24*60)) * time.Minute)
	after := func(hours float64) time.Time {
		if r.IntN(4) == 0 {
			return time.Time{}
		}
		return reported.Add(time.Duration(r.Float64() * hours * float64(time.Hour))).Truncate(time.Minute)
	}
	l := life{in: recovery.Incident{
		ID: fmt.Sprintf("T-%03d", i), Service: []string{"a", "b"}[r.IntN(2)], Failure: []string{"late", "late", "lost"}[r.IntN(3)], Severity: 1 + r.IntN(5),
		OccurredAt: reported.Add(-time.Hour), ReportedAt: reported, Region: []string{"x", "y"}[r.IntN(2)],
	}}
	l.in.RespondedAt, l.in.ResolvedAt = after(8), after(16)
	if l.in.Failure == "late" {
		l.called, l.paid = after(48), after(96)
	}
	if l.in.Severity == 5 && r.IntN(2) == 0 {
		l.chosen, l.chosenAt = recovery.MustMoney(fmt.Sprintf("%d EUR", 1+r.IntN(90))), reported.Add(time.Minute)
	}
	l.told = []time.Time{reported}
	for _, at := range []time.Time{l.in.RespondedAt, l.in.ResolvedAt} {
		if !at.IsZero() {
			l.told = append(l.told, at)
		}
	}
	return l
}

// happening is one thing that happens at a time.
type happening struct {
	at time.Time
	do func() error
}

// write lives all lives in order of time, in a ledger.
func write(t *testing.T, dir string, lives []life) {
	t.Helper()
	l, err := ledger.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var now time.Time
	ctx := context.Background()
	engine, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(set)}}, recovery.WithStore(l), recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	var all []happening
	for i := range lives {
		x := &lives[i]
		for _, at := range x.told {
			all = append(all, happening{at, func() error {
				in := x.in
				if in.RespondedAt.After(at) {
					in.RespondedAt = time.Time{}
				}
				if in.ResolvedAt.After(at) {
					in.ResolvedAt = time.Time{}
				}
				_, err := engine.Handle(ctx, in)
				return err
			}})
		}
		report := func(kind string, at time.Time) {
			if at.IsZero() {
				return
			}
			all = append(all, happening{at, func() error {
				id := actionOf(ctx, t, l, x.in.ID, kind)
				return engine.Report(ctx, recovery.Report{Incident: x.in.ID, Action: id})
			}})
		}
		report("callback", x.called)
		report("compensate", x.paid)
		if !x.chosenAt.IsZero() {
			all = append(all, happening{x.chosenAt, func() error {
				given, _, err := l.Read(ctx, recovery.Query{Incident: x.in.ID})
				if err != nil || len(given.Previous.Decision.Choices) == 0 {
					x.chosen = recovery.Money{}
					return err
				}
				_, err = engine.Choose(ctx, recovery.Selection{
					Incident: x.in.ID, Choice: given.Previous.Decision.Choices[0].ID, By: "Rosa", Reason: "as agreed",
					Options: []recovery.Selected{{Type: "compensate", Amount: x.chosen}},
				})
				return err
			}})
		}
	}
	slices.SortStableFunc(all, func(a, b happening) int { return a.at.Compare(b.at) })
	for _, h := range all {
		now = h.at
		if err := h.do(); err != nil {
			t.Fatal(err)
		}
	}
}

func actionOf(ctx context.Context, t *testing.T, l *ledger.Ledger, incident, kind string) string {
	t.Helper()
	given, _, err := l.Read(ctx, recovery.Query{Incident: incident})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range given.Previous.Decision.Actions {
		if a.Type == kind {
			return a.ID
		}
	}
	t.Fatalf("%s has no %s", incident, kind)
	return ""
}

// outcomes are what became of the promises of a life by a time, by the rules as they are read off
// the reference: the outcome, the type and the play.
func (l *life) outcomes(now time.Time, reported map[string]bool) []string {
	var out []string
	say := func(kind, play string, within time.Duration, done time.Time, endsWhenResolved bool) {
		due, resolved := l.in.ReportedAt.Add(within), l.in.ResolvedAt
		if done.After(now) {
			done = time.Time{}
		}
		if resolved.After(now) {
			resolved = time.Time{}
		}
		var what string
		gone := endsWhenResolved && !resolved.IsZero() && done.IsZero()
		switch {
		case !done.IsZero() && !done.After(due):
			what = "kept"
		case gone && !resolved.After(due):
			what = "lapsed"
		case gone:
			what = "broken"
		case !done.IsZero():
			what = "late"
		case !now.After(due):
			what = "open"
		case !reported[kind] && kind != "respond" && kind != "resolve":
			what = "not-reported"
		default:
			what = "broken"
		}
		out = append(out, what+" "+kind+" "+play)
	}
	if l.in.Failure == "late" {
		say("respond", "p/late", 4*time.Hour, l.in.RespondedAt, true)
		say("resolve", "p/late", 8*time.Hour, l.in.ResolvedAt, false)
		say("callback", "p/late", 24*time.Hour, l.called, false)
		say("survey", "p/late", 2*time.Hour, time.Time{}, false)
		say("compensate", "p/late", 48*time.Hour, l.paid, false)
	}
	if l.in.Severity == 5 {
		say("respond", "p/dear", time.Hour, l.in.RespondedAt, true)
	}
	slices.Sort(out)
	return out
}

// TestWalkAgainstASlowCount holds the rows of random ledgers against what the test knows of the
// lives that are in them.
func TestWalkAgainstASlowCount(t *testing.T) {
	for seed := range uint64(4) {
		if testing.Short() && seed%2 == 0 {
			continue
		}
		r := rand.New(rand.NewPCG(seed, 15))
		var lives []life
		for i := range 60 {
			lives = append(lives, randomLife(r, i))
		}
		if seed == 3 { // nobody ever reports anything
			for i := range lives {
				lives[i].called, lives[i].paid = time.Time{}, time.Time{}
			}
		}
		dir := t.TempDir()
		write(t, dir, lives)
		now := start.Add(time.Duration(18+2*r.IntN(3)) * 24 * time.Hour)
		reported := map[string]bool{}
		for _, l := range lives {
			reported["callback"] = reported["callback"] || !l.called.IsZero()
			reported["compensate"] = reported["compensate"] || !l.paid.IsZero()
		}
		checkRows(t, dir, lives, now, reported)
	}
}

func checkRows(t *testing.T, dir string, lives []life, now time.Time, reported map[string]bool) {
	t.Helper()
	promises, once, given := map[string][]string{}, map[string]int{}, map[string]int64{}
	decisions, latest, choices, incidents, reports := map[string]int{}, map[string]int{}, map[string]string{}, map[string]int{}, 0
	err := account.Walk(context.Background(), dir, account.Options{Now: now}, account.Rows{
		Decision: func(d *account.Decision) error {
			if decisions[d.Incident]++; d.Latest {
				latest[d.Incident]++
			}
			return nil
		},
		Action: func(a *account.Action) error {
			if a.Latest && a.Is.Change != recovery.ChangeCancelled && a.Is.Amount.IsSet() {
				given[a.Incident] += a.Is.Amount.Units()
			}
			return nil
		},
		Promise: func(p *account.Promise) error {
			promises[p.Incident] = append(promises[p.Incident], fmt.Sprintf("%s %s %s", p.Is.Outcome, p.Is.Type, p.Is.Play))
			if p.Once {
				once[p.Incident]++
			}
			return nil
		},
		Choice:   func(c *account.Choice) error { choices[c.Incident] = string(c.State); return nil },
		Report:   func(*account.Report) error { reports++; return nil },
		Incident: func(i *account.Incident) error { incidents[i.Incident] = i.Decisions; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	wantReports := 0
	for i := range lives {
		l := &lives[i]
		id := l.in.ID
		slices.Sort(promises[id])
		if diff := gocmp.Diff(l.outcomes(now, reported), promises[id]); diff != "" {
			t.Errorf("%s: reported %s, resolved %s, responded %s: -want +got\n%s", id, l.in.ReportedAt, l.in.ResolvedAt, l.in.RespondedAt, diff)
		}
		wantOnce, wantGiven, wantChoice, wantLatest := len(l.outcomes(now, reported)), int64(0), "", 1
		if l.in.Failure == "late" {
			wantGiven += 500
		}
		if l.in.Severity == 5 {
			if wantChoice = "open"; l.in.Failure == "late" {
				wantOnce-- // both plays ask for the answer
			}
		}
		if l.chosen.IsSet() {
			wantGiven, wantChoice, wantLatest = wantGiven+l.chosen.Units(), "made", 2
		}
		for _, at := range []time.Time{l.called, l.paid} {
			if !at.IsZero() {
				wantReports++
			}
		}
		got := [...]any{once[id], given[id], choices[id], latest[id], decisions[id]}
		want := [...]any{wantOnce, wantGiven, wantChoice, wantLatest, incidents[id]}
		if got != want {
			t.Errorf("%s: got %v, want %v", id, got, want)
		}
	}
	if reports != wantReports {
		t.Errorf("%d reports, want %d", reports, wantReports)
	}
}

// TestScope holds that each row counts at its own time, and for its own set.
func TestScope(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 15))
	var lives []life
	for i := range 60 {
		lives = append(lives, randomLife(r, i))
	}
	dir := t.TempDir()
	write(t, dir, lives)
	now := start.Add(40 * 24 * time.Hour)
	count := func(s ledger.Scope) (promises, incidents, actions int) {
		err := account.Walk(context.Background(), dir, account.Options{Now: now, Scope: s}, account.Rows{
			Promise:  func(*account.Promise) error { promises++; return nil },
			Incident: func(*account.Incident) error { incidents++; return nil },
			Action:   func(*account.Action) error { actions++; return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		return promises, incidents, actions
	}
	all, allIncidents, allActions := count(ledger.Scope{})
	var sum, sumIncidents, sumActions int
	for day := range 40 {
		from := start.Add(time.Duration(day) * 24 * time.Hour)
		p, i, a := count(ledger.Scope{Since: from, Until: from.Add(24 * time.Hour)})
		sum, sumIncidents, sumActions = sum+p, sumIncidents+i, sumActions+a
		want := 0
		for _, l := range lives {
			if !l.in.ReportedAt.Before(from) && l.in.ReportedAt.Before(from.Add(24*time.Hour)) {
				want++
			}
		}
		if i != want {
			t.Errorf("day %d: %d incidents, want %d", day, i, want)
		}
	}
	if sum != all || sumIncidents != allIncidents || sumActions != allActions || cmp.Compare(all, 100) < 0 {
		t.Errorf("days have %d, %d, %d of %d, %d, %d", sum, sumIncidents, sumActions, all, allIncidents, allActions)
	}
	if p, i, a := count(ledger.Scope{Set: "sha256:none"}); p+i+a != 0 {
		t.Errorf("another set has %d, %d, %d", p, i, a)
	}
}

// TestGlimpse holds what is read of a decision field by field against the whole decision.
func TestGlimpse(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 15))
	var lives []life
	for i := range 80 {
		lives = append(lives, randomLife(r, i))
	}
	dir := t.TempDir()
	write(t, dir, lives)
	seen, chosen := 0, 0
	err := ledger.Scan(context.Background(), dir, func(x *ledger.Text) ([2]any, error) {
		lean, full, agree, err := account.Glimpses(x)
		if err == nil && (!agree || !reflect.DeepEqual(lean, full)) {
			err = fmt.Errorf("read %+v, and the whole decision says %+v", lean, full)
		}
		return [2]any{lean, full}, err
	}, func(e *ledger.Entry, read [2]any) error {
		if e.Kind == ledger.KindDecision {
			seen++
			if e.Record != nil {
				t.Errorf("record %d was read in full by itself", e.Seq)
			}
			if strings.Contains(fmt.Sprintf("%+v", read[0]), "makes:0x") {
				chosen++
			}
		} else if read != [2]any{} {
			t.Errorf("record %d is no decision, and has a glimpse", e.Seq)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 100 || chosen == 0 {
		t.Errorf("looked at %d decisions and %d choices, which is too few to tell", seen, chosen)
	}
}

// TestBriefReading holds the rows of decisions that were read briefly against those that were read in full.
func TestBriefReading(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 15))
	var lives []life
	for i := range 60 {
		lives = append(lives, randomLife(r, i))
	}
	dir := t.TempDir()
	write(t, dir, lives)
	o := account.Options{Now: start.Add(19 * 24 * time.Hour), Fields: []string{"failure", "service"}}
	for _, fields := range [][]string{nil, {"service", "failure"}, {"service", "region"}, {"severity"}} {
		o.Fields = fields
		brief, whole := rowsOf(t, dir, o), rowsOf(t, dir, account.Whole(o))
		if len(brief) < 500 {
			t.Fatalf("%d rows are too few to tell", len(brief))
		}
		if diff := gocmp.Diff(whole, brief); diff != "" {
			t.Errorf("by %v, brief reading differs:\n%s", fields, diff)
		}
	}
}

// rowsOf writes all that somebody counts of the rows of a ledger.
func rowsOf(t *testing.T, dir string, o account.Options) (out []string) {
	t.Helper()
	say := func(row account.Row, what ...any) error {
		out = append(out, fmt.Sprintf("%s %s %v %s: %+v", row.Incident, row.Decision, row.Latest, row.Fields, what))
		return nil
	}
	err := account.Walk(context.Background(), dir, o, account.Rows{
		Decision: func(x *account.Decision) error {
			d := x.Is
			var plays []string
			for _, p := range d.Plays {
				plays = append(plays, p.Play+" "+p.Case+" "+p.Approach)
			}
			made := ""
			if d.Made != nil {
				made = fmt.Sprint(d.Made.Choice, d.Made.By, d.Made.Reason, d.Made.Deviation)
			}
			var choices []string
			for i := range d.Choices {
				choices = append(choices, d.Choices[i].ID+d.Choices[i].Decider)
			}
			return say(x.Row, "decision", d.Service, d.Failure, d.Phase, d.OccurredAt, d.DecidedAt, d.Semantics, d.Set, d.Supersedes, plays, len(d.Actions), choices, d.Withheld, d.PassedOver, d.Missed, d.Warnings, made)
		},
		Action: func(x *account.Action) error {
			a := x.Is
			return say(x.Row, "action", a.ID, a.Type, a.Change, a.Plays, a.Amount, a.Already, a.Owner, a.NotBefore, a.DueAt, a.GivenAt, a.DoneAt, a.Justice, x.DecidedAt, x.Service, x.Failure, x.DoneAt, x.Reported)
		},
		Promise: func(x *account.Promise) error { return say(x.Row, "promise", *x) },
		Choice: func(x *account.Choice) error {
			return say(x.Row, "choice", x.Is.ID, x.State, x.LeftAt, x.MadeAt, x.MadeIn)
		},
		Report:  func(x *account.Report) error { return say(x.Row, "report", *x) },
		Refusal: func(x *account.Refusal) error { return say(x.Row, "refusal", x.Is.At) },
		Incident: func(x *account.Incident) error {
			var is []any // the standard fields: of the others, those that were asked for stand in the row
			for v, i := reflect.ValueOf(x.Is), 0; i < v.NumField(); i++ {
				if f := v.Type().Field(i); f.IsExported() && f.Name != "Fields" {
					is = append(is, v.Field(i).Interface())
				}
			}
			return say(x.Row, "incident", is, x.SourceTold, x.FirstAt, x.LatestAt, x.Decisions, x.Last.ID, x.Answered, x.Refused, x.Missed)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
