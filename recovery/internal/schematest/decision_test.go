package schematest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/servicerecovery/amends/recovery"
)

// strict is the schema of decisions, with no keys but those that it knows: the
// published one lets programs read decisions of later releases.
func strict(t testing.TB) *jsonschema.Schema {
	t.Helper()
	schema := published(t, "decision")
	var close func(v any)
	close = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				close(e)
			}
		case map[string]any:
			if _, open := v["additionalProperties"]; v["properties"] != nil && v["type"] == "object" && !open {
				v["additionalProperties"] = false
			}
			for _, e := range v {
				close(e)
			}
		}
	}
	close(schema)
	s, err := compile("decision", schema)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every decision and refusal in the scripts of the command fits the schema.
func TestPrintedDecisionsFit(t *testing.T) {
	schema := strict(t)
	decisions, refusals := 0, 0
	for _, file := range sorted(archives(t)) {
		command := ""
		for _, line := range strings.Split(archives(t)[file], "\n") {
			if strings.HasPrefix(line, "$ ") {
				command = line
			}
			if !strings.HasPrefix(command, "$ amends decide") || !strings.HasPrefix(line, "{") {
				continue
			}
			if strings.HasPrefix(line, `{"id":"dec_`) {
				decisions++
			} else {
				refusals++
			}
			validate(t, file+": "+command, schema, []byte(line))
		}
	}
	if decisions < 4 || refusals < 3 {
		t.Errorf("only %d decisions and %d refusals", decisions, refusals)
	}
}

// Every kind of refusal fits.
func TestRefusalsFit(t *testing.T) {
	schema := strict(t)
	for _, err := range []error{
		&recovery.IncidentError{Incident: "T", Problems: []recovery.Problem{{Path: "severity", Wanted: "1 to 5"}}},
		&recovery.IncidentError{},
		&recovery.EvaluationError{Playbook: "p", Play: "a", File: "p.yaml", Line: 1, Column: 2, Expr: "1/0", Message: "a division by zero"},
		&recovery.EvaluationError{Message: "too much"},
		&recovery.AmbiguousError{Playbook: "p", Plays: [2]string{"p/a", "p/b"}},
		&recovery.ChoiceError{Choice: "c", Message: "it was made", Problems: []recovery.Problem{{Path: "options", Wanted: "1", Found: "2"}}},
		&recovery.JSONError{Message: "no JSON"},
		&recovery.UnknownActionError{},
		fmt.Errorf("at last: %w", recovery.ErrConflict),
		errors.New("the disk is full"),
	} {
		validate(t, err.Error(), schema, recovery.AppendRefusal(nil, "T", err))
		validate(t, err.Error(), schema, recovery.AppendRefusal(nil, "", err))
	}
}

// What a made-up engine of every approach decides, before and after a choice.
func TestDecisionsOfEveryKindFit(t *testing.T) {
	schema := strict(t)
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	whole := folder(t, "testdata/whole")
	delete(whole, "parcels_test.yaml")
	engine, err := recovery.Load(fstest.MapFS(whole), recovery.WithClock(func() time.Time { return now }), recovery.WithRevision("4f1c"))
	if err != nil {
		t.Fatal(err)
	}
	plays := map[string]bool{}
	decide := func(in recovery.Incident) *recovery.Decision {
		t.Helper()
		d, err := engine.Handle(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range d.Plays {
			plays[p.Play] = true
		}
		validate(t, in.ID, schema, d.AppendJSON(nil))
		return d
	}
	for i, failure := range []string{"late", "lost"} {
		for _, phase := range []string{"failure", "signal"} {
			in := recovery.Incident{
				ID: fmt.Sprint(phase, i), Service: "parcel", Failure: failure, Phase: phase, Region: "MAD", Severity: 5, OccurredAt: now.Add(-time.Hour),
				ExpectedAt: now.Add(5 * time.Hour), Customer: recovery.Customer{ID: "C", Name: "Ana"},
				Fields: map[string]any{"delay": 80 * time.Hour, "labels": []string{}, "weight": 4.5},
			}
			d := decide(in)
			for _, c := range d.Choices {
				made, err := engine.Choose(context.Background(), recovery.Selection{
					Incident: in.ID, Choice: c.ID, By: "Eva", Reason: "long standing",
					Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney("40 EUR"), Params: map[string]any{"as": "cash"}}},
				})
				if err != nil {
					t.Fatal(err)
				}
				validate(t, in.ID, schema, made.AppendJSON(nil))
			}
			in.Failure, in.ResolvedAt = "late", now
			decide(in)
		}
	}
	if len(plays) < 4 {
		t.Errorf("only %d plays matched: %v", len(plays), sorted(plays))
	}
}
