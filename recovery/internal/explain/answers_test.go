package explain_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/explain"
)

// TestAnswers: what keeps a fallback from being needed is a play that answers, and a play
// that does not says so.
func TestAnswers(t *testing.T) {
	engine := load(t, `plays:
  - {id: late, approach: standardised-response, when: incident.failure == "late", do: [{apologise: {}}]}
  - {id: ask, approach: standardised-response, answers: false, when: true, do: [{survey: {}}]}
  - {id: rest, approach: standardised-response, fallback: true, when: true, do: [{acknowledge: {}}]}
`)
	for failure, want := range map[string][]string{
		"late": {"pb/late matches (standardised-response)\n", "pb/ask matches (standardised-response), no answer by itself\n", "pb/rest does not match: it is a fallback, and pb/late matched\n"},
		"lost": {"pb/ask matches (standardised-response), no answer by itself\n", "pb/rest matches (standardised-response)\n"},
	} {
		x := explained(t, engine, recovery.Incident{ID: "I", Service: "s", OccurredAt: day, Failure: failure})
		r := explain.Of(x, explain.Options{All: true})
		got := text(r, false)
		for _, line := range want {
			if !strings.Contains(got, line) {
				t.Errorf("%s: wanted %q in\n%s", failure, line, got)
			}
		}
		var b bytes.Buffer
		if err := r.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), `"answers":false`); n != 1 {
			t.Errorf("%s: answers stands %d times in %s", failure, n, b.String())
		}
	}
}
