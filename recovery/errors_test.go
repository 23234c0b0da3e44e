package recovery

import (
	"errors"
	"fmt"
	"testing"
)

func TestRefusals(t *testing.T) {
	severity := Problem{Path: "severity", Wanted: "1 to 5", Found: "6"}
	id := Problem{Path: "id", Wanted: "text"}
	for _, c := range []struct {
		incident string
		err      error
		want     string
	}{
		{"T-1", &IncidentError{"T-1", []Problem{severity, id}},
			`{"incident":"T-1","error":{"code":"invalid-incident",` +
				`"message":"incident \"T-1\" does not fit: severity: wanted 1 to 5, found 6; id: wanted text, found nothing",` +
				`"problems":[{"path":"severity","wanted":"1 to 5","found":"6"},{"path":"id","wanted":"text","found":"nothing"}]}}`},
		{"T-1", fmt.Errorf("batch.jsonl:3: %w", &EvaluationError{"p", "late", "p.yaml", 12, 7, "1 / incident.n", "division by zero"}),
			`{"incident":"T-1","error":{"code":"evaluation-error",` +
				`"message":"batch.jsonl:3: p.yaml:12:7: play p/late: division by zero, in 1 / incident.n",` +
				`"play":"p/late","at":"p.yaml:12:7","expr":"1 / incident.n"}}`},
		{"T-1", &AmbiguousError{Playbook: "p", Plays: [2]string{"p/a", "p/b"}},
			`{"incident":"T-1","error":{"code":"ambiguous",` +
				`"message":"playbook p lets at most one play match, but p/a and p/b both do","plays":["p/a","p/b"]}}`},
		{"T-1", &ChoiceError{Choice: "cho_1", Message: "too much", Problems: []Problem{{"amount", "at most 5.00 EUR", "6.00 EUR"}}},
			`{"incident":"T-1","error":{"code":"invalid-choice","message":"choice cho_1: too much: amount: wanted at most 5.00 EUR, found 6.00 EUR",` +
				`"problems":[{"path":"amount","wanted":"at most 5.00 EUR","found":"6.00 EUR"}]}}`},
		{"", new(Incident).UnmarshalJSON([]byte(`{"id":"a","id":"b"}`)),
			`{"error":{"code":"invalid-json","message":"the key \"id\" is given twice"}}`},
		{"", fmt.Errorf("stdin:2: %w", new(Incident).UnmarshalJSON([]byte(`{`))),
			`{"error":{"code":"invalid-json","message":"stdin:2: not JSON: unexpected end of JSON input (at byte 1)"}}`},
		{"T-1", fmt.Errorf("%w: a sum", ErrConflict),
			`{"incident":"T-1","error":{"code":"conflict","message":"what the decision was made from has changed: a sum"}}`},
		{"T-1", errors.New("disk full"), `{"incident":"T-1","error":{"code":"failed","message":"disk full"}}`},
	} {
		if got := string(AppendRefusal(nil, c.incident, c.err)); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestEvaluationErrorShowsWhatIsKnown(t *testing.T) {
	for want, e := range map[string]*EvaluationError{
		"m":                  {Message: "m"},
		"f: m":               {File: "f", Message: "m"},
		"f:3: m, in x":       {File: "f", Line: 3, Expr: "x", Message: "m"},
		"play p/q: m":        {Playbook: "p", Play: "q", Line: 3, Message: "m"},
		"f:3:4: play p/q: m": {Playbook: "p", Play: "q", File: "f", Line: 3, Column: 4, Message: "m"},
	} {
		if e.Error() != want {
			t.Errorf("got %s, want %s", e, want)
		}
	}
}
