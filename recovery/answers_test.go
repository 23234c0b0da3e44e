package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

// asideBook has, for each purpose, a play that answers, one that stands beside it, and a
// fallback. What of it a test does not want is cut out by its id.
const asideBook = `amends: v1
playbook: pb
review_by: 2027-06-30
matches: MATCHES
plays:
  - {id: late, approach: standardised-response, when: '"late" in incident.tags', do: [{apologise: {}}]}
  - {id: dear, approach: standardised-response, when: '"dear" in incident.tags', do: [{callback: {}}]}
  - {id: bare, approach: standardised-response, when: '"bare" in incident.tags'}
  - {id: note, approach: standardised-response, answers: false, when: '"note" in incident.tags', do: [{survey: {}}]}
  - {id: both, approach: standardised-response, answers: false, when: '"both" in incident.tags', do: [{apologise: {}}]}
  - id: pick
    approach: case-by-case
    answers: false
    when: '"pick" in incident.tags'
    discretion: {decider: manager, options: [{replace: {}}]}
  - {id: learn, approach: preventive-intervention, phase: any, answers: false, when: '"learn" in incident.tags', do: [{investigate: {}}]}
  - {id: mend, approach: preventive-intervention, phase: any, when: '"mend" in incident.tags', do: [{prevent: {measure: m}}]}
  - {id: hint, approach: standardised-response, fallback: true, answers: false, when: '"rest" in incident.tags', do: [{explain: {}}]}
  - {id: rest, approach: standardised-response, fallback: true, when: '"rest" in incident.tags', do: [{acknowledge: {}}]}
  - {id: calm, approach: preventive-intervention, phase: any, fallback: true, when: '"rest" in incident.tags', do: [{notify: {to: operations}}]}
`

// A play that does not answer leaves fallbacks, matches and the warning to those that do.
func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		name, matches string
		tags          string
		plays         string // an error's text after !
		unanswered    bool
	}{
		{"a note leaves the fallback needed", "all", "note rest", "note hint rest calm", false},
		{"an answer beside it does not", "all", "late note rest", "late note calm", false},
		{"a fallback that does not answer is followed by one that does", "all", "rest", "hint rest calm", false},
		{"preventive plays have their own side", "all", "learn rest", "learn hint rest calm", false},
		{"of which one answers", "all", "learn mend rest", "learn mend hint rest", false},
		{"a note alone is no answer", "all", "note", "note", true},
		{"nor is a choice of such a play", "all", "pick", "pick", true},
		{"nor an investigation", "all", "learn", "learn", true},
		{"nor a note beside an answer without actions", "all", "bare note", "bare note", true},
		{"a preventive answer is one", "all", "mend note", "note mend", false},
		{"an action that both give is one", "all", "late both", "late both", false},
		{"and is none without", "all", "both", "both", true},
		{"first: what stands beside is given behind it", "first", "late dear note", "late note", false},
		{"first: and does not end the asking", "first", "note both dear", "dear note both", false},
		{"first: on the other side as well", "first", "late learn mend", "late learn", false},
		{"first: a fallback", "first", "note rest", "note hint rest", false},
		{"one: what stands beside is no second match", "one", "late note both learn", "late note both learn", false},
		{"one: a second answer is", "one", "late note dear", "!pb/late and pb/dear", false},
		{"one: also as a fallback of the other side", "one", "late rest", "!pb/late and pb/calm", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			engine, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(strings.Replace(asideBook, "MATCHES", tt.matches, 1))}},
				recovery.WithClock(func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }))
			if err != nil {
				t.Fatal(err)
			}
			in := recovery.Incident{ID: "I", Service: "s", OccurredAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), Tags: strings.Fields(tt.tags)}
			d, err := engine.Decide(context.Background(), in)
			if want, refused := strings.CutPrefix(tt.plays, "!"); refused {
				var ambiguous *recovery.AmbiguousError
				if !errors.As(err, &ambiguous) || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want an AmbiguousError of %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var plays, explained []string
			for _, m := range d.Plays {
				plays = append(plays, strings.TrimPrefix(m.Play, "pb/"))
			}
			if diff := cmp.Diff(strings.Fields(tt.plays), plays); diff != "" {
				t.Errorf("other plays (-want +got):\n%s", diff)
			}
			if got := slices.Contains(codes(d), "unanswered"); got != tt.unanswered {
				t.Errorf("unanswered is %v, want %v", got, tt.unanswered)
			}
			x, err := engine.Explain(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range x.Plays {
				if e.Matched {
					explained = append(explained, strings.TrimPrefix(e.Play.Name, "pb/"))
				}
			}
			if diff := cmp.Diff(plays, explained); diff != "" {
				t.Errorf("explained otherwise (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLeftOutAnswers holds which actions still answer when a resolved incident leaves them out.
func TestLeftOutAnswers(t *testing.T) {
	for action, want := range map[string]string{"acknowledge: {}": "[]", "respond: {}": "[]", "inform: {every: 1h}": "[unanswered]"} {
		d := newDesk(t, `plays: [{id: p, approach: standardised-response, when: "true", do: [{`+action+`}]}]
`)
		got := codes(d.handle(recovery.Incident{ResolvedAt: at("2026-03-02T08:00:00Z")}))
		if text := fmt.Sprint(got); text != want {
			t.Errorf("%s: warns %s, want %s", action, text, want)
		}
	}
}
