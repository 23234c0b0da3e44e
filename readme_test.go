package amends_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// Example is the program of the README.
func Example() {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	clock := recovery.WithClock(func() time.Time { return noon })

	// README: begin
	engine, err := recovery.Load(os.DirFS("testdata/readme/playbooks"), clock)
	if err != nil {
		log.Fatal(err) // every mistake in the playbooks, with file, line and column
	}
	decision, err := engine.Handle(context.Background(), recovery.Incident{
		ID: "T-1042", Service: "parcel", Failure: "late", OccurredAt: noon.Add(-80 * time.Hour),
		Customer: recovery.Customer{ID: "C-7", Name: "Ana", Language: "es"},
		Fields:   map[string]any{"delay": 80 * time.Hour},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range decision.Actions {
		fmt.Println(a)
	}
	fmt.Println(decision.Actions[0].Message.Text)
	// README: end

	// Output:
	// compensate 5.00 EUR (as: credit)
	// resolve, by 2026-03-04T18:00:00Z
	// callback, by 2026-03-02T18:00:00Z
	// Lo sentimos, Ana. Tiene 5,00 EUR en su cuenta.
}

// TestReadme holds that what the README shows is what the project does.
func TestReadme(t *testing.T) {
	readme := read(t, "README.md")
	program := read(t, "readme_test.go")
	_, body, _ := strings.Cut(program, "// README: begin\n")
	body, rest, _ := strings.Cut(body, "\t// README: end\n")
	body = strings.TrimSpace(strings.ReplaceAll("\n"+body, "\n\t", "\n"))
	body = strings.ReplaceAll(body, "testdata/readme/playbooks", "playbooks")
	if !strings.Contains(readme, body) {
		t.Errorf("the README does not show this program:\n%s", body)
	}
	_, output, _ := strings.Cut(rest, "// Output:\n")
	output, _, _ = strings.Cut(output, "}\n")
	output = strings.TrimSpace(strings.ReplaceAll(output, "\t// ", ""))
	if !strings.Contains(readme, output) {
		t.Errorf("the README does not show this output:\n%s", output)
	}
	if playbook := read(t, "testdata/readme/playbooks/parcels.yaml"); !strings.Contains(readme, playbook) {
		t.Error("the README does not show testdata/readme/playbooks/parcels.yaml as it is")
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
