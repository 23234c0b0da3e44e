package helpdesk_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/servicerecovery/amends/recovery/helpdesk/helpdesktest"
	"github.com/servicerecovery/amends/testdata/golden"
)

// What the helpdesks' own documentation shows of their payloads, and what the ready maps make of it.
func TestRecordedPayloads(t *testing.T) {
	e := engine(t, &clock{noon})
	for _, kind := range helpdesktest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			payload, err := os.ReadFile("testdata/recorded/" + kind + ".json")
			if err != nil {
				t.Fatal(err)
			}
			in, err := e.Incident(t.Context(), kind, payload)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(in, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden.Check(t, "testdata/recorded/"+kind+".incident.golden", append(got, '\n'))
		})
	}
}
