package story_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/story"
	"github.com/servicerecovery/amends/recovery/ledger"
)

const set = `amends: v1
playbook: p
review_by: 2037-06-30
plays:
  - {id: late, approach: standardised-response, when: incident.failure == "late", do: [{respond: {within: 1h}}, {callback: {within: 4h}}]}
`

// TestStory holds the order of a story, that other incidents are no part of it, and that nothing of it
// is markup.
func TestStory(t *testing.T) {
	dir := t.TempDir()
	l, err := ledger.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	ctx := context.Background()
	engine, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(set)}}, recovery.WithStore(l), recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	in := recovery.Incident{ID: "T-1", Service: "<b>", Failure: "late", OccurredAt: now, Customer: recovery.Customer{Name: "<script>x</script>"}}
	handle := func(in recovery.Incident) *recovery.Decision {
		d, err := engine.Handle(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	first := handle(in)
	other := in
	other.ID = "T-2"
	handle(other)
	now = now.Add(2 * time.Hour)
	in.RespondedAt, in.Severity = now, 5
	handle(in)
	for _, a := range first.Actions {
		if a.Type == "callback" {
			if err := engine.Report(ctx, recovery.Report{Incident: "T-1", Action: a.ID, At: now.Add(-time.Minute), Note: "<i>"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s, _, err := story.Read(ctx, dir, "", "T-1", now, true)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []story.Kind
	for _, x := range s.Steps {
		kinds = append(kinds, x.Kind)
	}
	if want := []story.Kind{story.Decided, story.Missed, story.Reported, story.Decided}; !slices.Equal(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
	var page, text bytes.Buffer
	if err := s.WriteHTML(&page, now); err != nil {
		t.Fatal(err)
	}
	for _, mark := range []string{"<b>", "<script>", "<i>"} {
		if strings.Contains(page.String(), mark) {
			t.Errorf("the page has the markup %s", mark)
		}
	}
	if err := s.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var told struct {
		Story []struct {
			ID, Kind string
			Told     []struct{ Field string }
		}
	}
	if err := json.Unmarshal(text.Bytes(), &told); err != nil {
		t.Fatal(err)
	}
	last := told.Story[len(told.Story)-1]
	if told.Story[0].ID != first.ID || len(last.Told) != 2 || last.Told[0].Field != "responded_at" || last.Told[1].Field != "severity" {
		t.Errorf("got %+v", told.Story)
	}
	if s, others, err := story.Read(ctx, dir, "", "T-3", now, true); s != nil || err != nil || !slices.Equal(others, []string{"T-1", "T-2"}) {
		t.Errorf("of another: %v, %v, %v", s, others, err)
	}
}

// TestMissedAgainAndAgainIsToldOnce leaves an incident open for a week that was to be informed about every
// hour: people read one line of it, and programs all.
func TestMissedAgainAndAgainIsToldOnce(t *testing.T) {
	dir := t.TempDir()
	l, err := ledger.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	informing := strings.Replace(set, "{callback: {within: 4h}}", "{inform: {every: 1h}}", 1)
	engine, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(informing)}}, recovery.WithStore(l), recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Handle(context.Background(), recovery.Incident{ID: "T-1", Service: "x", Failure: "late", OccurredAt: now}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for hours, want := range map[int][]string{
		4:   {"T10:00:00Z, not done", "T11:00:00Z, not done", "T12:00:00Z, not done"},
		168: {"missed 166 times: inform of p/late, due from 2026-03-02T11:00:00Z to 2026-03-09T08:00:00Z, not done", "broken, 166 times: inform of p/late, due from 2026-03-02T11:00:00Z to"},
	} {
		at := now.Add(time.Duration(hours)*time.Hour - time.Minute)
		s, _, err := story.Read(context.Background(), dir, "", "T-1", at, true)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Steps) != 1+hours { // the decision, the response, and the informs
			t.Errorf("after %d hours: %d steps", hours, len(s.Steps))
		}
		text := s.Text(at).String()
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("after %d hours, %q is not in\n%s", hours, w, text)
			}
		}
	}
}
