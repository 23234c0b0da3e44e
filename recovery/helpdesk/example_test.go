package helpdesk_test

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/helpdesk"
)

func Example() {
	engine, err := recovery.Load(os.DirFS("playbooks"), recovery.WithStore(recovery.NewMemoryStore()))
	if err != nil {
		log.Fatal(err)
	}
	// HELPDESK: begin
	desk := &helpdesk.Chatwoot{
		API:     helpdesk.API{URL: "https://app.chatwoot.com", Token: os.Getenv("CHATWOOT_TOKEN")},
		Account: 3, Secret: os.Getenv("CHATWOOT_WEBHOOK_SECRET"),
		Assignees: map[string]helpdesk.Assignee{"shift-lead": {Group: "7"}},
	}
	act := func(ctx context.Context, d *recovery.Decision) error {
		for _, e := range d.Effects() { // by their keys, each once
			var cannot *helpdesk.CannotError
			switch err := desk.Apply(ctx, e); {
			case errors.As(err, &cannot): // money, goods: for another part of your program
			case errors.Is(err, recovery.ErrNotUndone):
			case err != nil:
				return err // the helpdesk sends the webhook again
			case e.Action != nil:
				outcome := recovery.OutcomeDone
				if e.Do == recovery.ToCancel {
					outcome = recovery.OutcomeUndone
				}
				if err := engine.Report(ctx, recovery.Report{Incident: e.Incident, Key: e.Key, Outcome: outcome}); err != nil {
					return err
				}
			}
		}
		return nil
	}
	logged := func(_ *http.Request, err error) { log.Print(err) } // field, line of the map, place in the payload
	http.Handle("POST /hooks/chatwoot", helpdesk.Handler(engine, desk, helpdesk.Then(act), helpdesk.OnError(logged)))
	// HELPDESK: end
}

// What the page shows is the program above.
func TestPageShowsTheExample(t *testing.T) {
	page, err := os.ReadFile("../HELPDESK.md")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(program), "\t// HELPDESK: begin\n")
	body, _, _ = strings.Cut(body, "\t// HELPDESK: end\n")
	body = strings.TrimSpace(strings.ReplaceAll("\n"+body, "\n\t", "\n"))
	if body == "" || !strings.Contains(string(page), body) {
		t.Errorf("HELPDESK.md does not show this program:\n%s", body)
	}
}
