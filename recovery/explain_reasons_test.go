package recovery_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

const reasonsBook = `amends: v1
playbook: hotel
review_by: 2027-06-30
incident: {night: {type: money, currency: EUR, default: 80 EUR}}
facts:
  credited: {sum: compensate, same: [customer.id], last: 365d, currency: EUR}
partners:
  annex:
    agreement: {ref: A-1, from: 2026-01-01, until: 2026-12-31}
    outbound: {capacity: {units: 3, per: day}, rank: 1}
  palace:
    agreement: {ref: P-1, from: 2026-01-01, until: 2026-12-31}
    outbound: {covers: 'incident.region == "MAD"', rank: 2}
  old:
    agreement: {ref: O-1, from: 2024-01-01, until: 2024-12-31}
    outbound: {rank: 3}
  inn:
    agreement: {ref: I-1, from: 2026-01-01, until: 2026-12-31}
    outbound: {capacity: {units: 9, per: week}, rank: 4}
limits:
  - {of: compensate, at_most: 100 EUR, counting: credited}
plays:
  - id: noise
    approach: case-by-case
    when: incident.failure == "noise"
    discretion:
      decider: manager
      options: [{compensate: {amount: {from: 0 EUR, to: 120 EUR}}}]
      comparable: [failure]
  - id: no-room
    approach: partner-substitute
    when: incident.failure == "no-room"
    substitute: {units: 2}
    do: [{compensate: {amount: incident.night}}]
`

// asked is a store that answers what a test says.
type asked struct {
	recovery.Store
	given func(recovery.Query) recovery.Given
}

func (s asked) Prepare(context.Context, *playbook.Set, []recovery.FactKind) error { return nil }

func (s asked) Precedents(_ context.Context, q recovery.Query) ([]store.Precedents, error) {
	return make([]store.Precedents, len(q.Precedents)), nil
}

func (s asked) Read(_ context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	g := s.given(q)
	if g.Facts == nil {
		g.Facts = make([]any, len(q.Facts))
	}
	if g.Use == nil {
		g.Use = make([]int64, len(q.Use))
	}
	return g, "", nil
}

func reasonsEngine(t *testing.T, book string, options ...recovery.Option) *recovery.Engine {
	t.Helper()
	engine, err := recovery.Load(fstest.MapFS{"hotel.yaml": {Data: []byte(book)}}, append([]recovery.Option{recovery.WithClock(noon)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func TestExplainPartnersAndLimits(t *testing.T) {
	engine := reasonsEngine(t, reasonsBook)
	store := asked{given: func(q recovery.Query) recovery.Given {
		g := recovery.Given{Facts: []any{recovery.MustMoney("70 EUR")}}
		for _, u := range q.Use {
			g.Use = append(g.Use, map[string]int64{"annex": 2, "inn": 1}[u.Partner])
		}
		return g
	}}
	in := recovery.Incident{ID: "T", Service: "room", Failure: "no-room", Region: "BCN", OccurredAt: noon(), Customer: recovery.Customer{ID: "C"}}
	x, err := engine.Explain(context.Background(), in, recovery.In(store))
	if err != nil {
		t.Fatal(err)
	}
	if x.Incident != "T" || !x.DecidedAt.Equal(noon()) || x.Set != engine.Set() {
		t.Errorf("%+v", x)
	}
	var got []string
	for _, p := range x.Partners {
		got = append(got, p.Partner.ID+" "+string(p.Reason))
	}
	if text := strings.Join(got, ", "); text != "annex capacity, palace coverage, old agreement, inn " {
		t.Error(text)
	}
	if p := x.Partners[0]; p.Play != "hotel/no-room" || p.Units != 2 || p.Used != 2 || p.Way.Units != 3 {
		t.Errorf("%+v", p)
	}
	if p := x.Partners[3]; p.Used != 1 || p.Way.Per != "week" {
		t.Errorf("%+v", p)
	}
	if len(x.Limits) != 1 {
		t.Fatalf("%+v", x.Limits)
	}
	l := x.Limits[0]
	if l.AtMost != recovery.MustMoney("100 EUR") || l.Counted != recovery.MustMoney("70 EUR") || l.Chosen.IsSet() || len(l.Withheld) != 1 || l.Withheld[0].Amount != recovery.MustMoney("50 EUR") || len(l.Cut) != 0 {
		t.Errorf("%+v", l)
	}
}

// What is offered is cut, and what was chosen stands.
func TestExplainChoices(t *testing.T) {
	ctx := context.Background()
	engine := reasonsEngine(t, reasonsBook, recovery.WithStore(recovery.NewMemoryStore()))
	in := recovery.Incident{ID: "T", Service: "room", Failure: "noise", OccurredAt: noon(), Customer: recovery.Customer{ID: "C"}}
	decision, err := engine.Handle(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	x, err := engine.Explain(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	want := recovery.CutOffer{Play: "hotel/noise", Type: "compensate", Before: recovery.MustMoney("120 EUR"), After: recovery.MustMoney("100 EUR")}
	if len(x.Limits) != 1 || len(x.Limits[0].Cut) != 1 || x.Limits[0].Cut[0] != want || len(x.Limits[0].Withheld) != 0 || len(x.Made) != 0 {
		t.Fatalf("%+v", x.Limits)
	}
	made, err := engine.Choose(ctx, recovery.Selection{Incident: "T", Choice: decision.Choices[0].ID, By: "Marta", Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney("40 EUR")}}})
	if err != nil {
		t.Fatal(err)
	}
	in.Severity = 4
	if x, err = engine.Explain(ctx, in); err != nil || len(x.Made) != 1 || x.Made[0].ID != made.ID || len(x.Decision.Choices) != 0 {
		t.Errorf("%+v, %v", x, err)
	}
}

// TestExplainApplyingFails holds that a playbook whose condition fails is shown
// with the part that failed, and that the plays of the others are explained.
func TestExplainApplyingFails(t *testing.T) {
	engine, err := recovery.Load(fstest.MapFS{
		"a.yaml": {Data: []byte("amends: v1\nplaybook: a\nreview_by: 2027-06-30\napplies: 10 / (incident.severity - 3) > 1\nplays:\n  - {id: p, approach: standardised-response, when: true, do: [{acknowledge: {}}]}\n")},
		"b.yaml": {Data: []byte("amends: v1\nplaybook: b\nreview_by: 2027-06-30\nincident: {delay: {type: duration, default: 2h}}\nplays:\n  - {id: p, approach: standardised-response, when: incident.delay > hours(1), do: [{acknowledge: {}}]}\n")},
	}, recovery.WithClock(noon))
	if err != nil {
		t.Fatal(err)
	}
	x, err := engine.Explain(context.Background(), recovery.Incident{ID: "T", Service: "room", Failure: "noise", OccurredAt: noon()})
	var failed *recovery.EvaluationError
	if err != nil || x.Decision != nil || !errors.As(x.Err, &failed) {
		t.Fatalf("%+v, %v", x, err)
	}
	if got := strings.Join(x.Plays[0].Misses(), ""); got != "it cannot be told whether its playbook applies: 10 / (incident.severity - 3) fails: division by zero" {
		t.Error(got)
	}
	if !x.Plays[1].Matched {
		t.Errorf("%+v", x.Plays[1])
	}
}

func TestExplainForPlays(t *testing.T) {
	engine := reasonsEngine(t, reasonsBook)
	in := recovery.Incident{ID: "T", Service: "room", Failure: "noise", OccurredAt: noon()}
	x, err := engine.Explain(context.Background(), in, recovery.ForPlays("hotel/no-room"))
	if err != nil || len(x.Plays) != 1 || x.Plays[0].Play.Name != "hotel/no-room" || len(x.Decision.Choices) != 1 {
		t.Fatalf("%+v, %v", x, err)
	}
	_, err = engine.Explain(context.Background(), in, recovery.ForPlays("hotel/noroom"))
	if err == nil || err.Error() != "the playbooks have no play `hotel/noroom`; did you mean hotel/no-room?" {
		t.Error(err)
	}
}

func TestNearest(t *testing.T) {
	engine := reasonsEngine(t, `amends: v1
playbook: hotel
review_by: 2027-06-30
plays:
  - {id: far, approach: standardised-response, when: incident.failure == "noise" && incident.severity >= 5}
  - {id: near, approach: standardised-response, when: incident.severity >= 4}
  - {id: signal, approach: preventive-intervention, when: true}
  - {id: yes, approach: standardised-response, when: true}
`)
	x, err := engine.Explain(context.Background(), recovery.Incident{ID: "T", Service: "room", Failure: "smell", OccurredAt: noon()})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range x.Nearest(5) {
		names = append(names, p.Play.Name)
	}
	if got := strings.Join(names, " "); got != "hotel/near hotel/far" {
		t.Error(got)
	}
	if n := len(x.Nearest(1)); n != 1 {
		t.Error(n)
	}
	if n := len(x.Nearest(-1)); n != 0 {
		t.Error(n)
	}
}

// A recorded decision is explained from what it was made from, at its time.
func TestExplainRecord(t *testing.T) {
	ctx := context.Background()
	store := &keeping{MemoryStore: recovery.NewMemoryStore()}
	engine := reasonsEngine(t, reasonsBook, recovery.WithStore(store))
	in := recovery.Incident{ID: "T", Service: "room", Failure: "noise", OccurredAt: noon(), Customer: recovery.Customer{ID: "C"}}
	decision, err := engine.Handle(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Choose(ctx, recovery.Selection{Incident: "T", Choice: decision.Choices[0].ID, By: "Marta", Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney("40 EUR")}}}); err != nil {
		t.Fatal(err)
	}
	later := reasonsEngine(t, reasonsBook, recovery.WithClock(func() time.Time { return noon().AddDate(1, 0, 0) }))
	for i, c := range store.commits {
		x, err := later.ExplainRecord(context.Background(), c.Record, func(recovery.Query) (recovery.Given, error) { return c.Given, nil }, recovery.ForPlays("hotel/noise"))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(x.Decision.AppendJSON(nil)), string(c.Record.Decision.AppendJSON(nil)); got != want {
			t.Errorf("%d: got\n%s\nwanted\n%s", i, got, want)
		}
		if !x.DecidedAt.Equal(noon()) || len(x.Plays) != 1 || !x.Plays[0].Matched || len(x.Limits) != 1 {
			t.Errorf("%d: %+v", i, x)
		}
	}
	unread := errors.New("nothing is known")
	if _, err := later.ExplainRecord(context.Background(), store.commits[0].Record, func(recovery.Query) (recovery.Given, error) { return recovery.Given{}, unread }); !errors.Is(err, unread) {
		t.Error(err)
	}
}

// keeping keeps what was committed.
type keeping struct {
	*recovery.MemoryStore
	commits []recovery.Commit
}

func (s *keeping) Commit(ctx context.Context, c recovery.Commit) error {
	s.commits = append(s.commits, c)
	return s.MemoryStore.Commit(ctx, c)
}
