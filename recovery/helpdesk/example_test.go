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
	"github.com/servicerecovery/amends/recovery/due"
	"github.com/servicerecovery/amends/recovery/helpdesk"
)

func Example() {
	store := recovery.NewMemoryStore(recovery.KeepDeliveries())
	engine, err := recovery.Load(os.DirFS("playbooks"), recovery.WithStore(store))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	pay := func(context.Context, recovery.Delivery) error { return nil }
	// HELPDESK: begin
	desk := &helpdesk.Chatwoot{
		API:     helpdesk.API{URL: "https://app.chatwoot.com", Token: os.Getenv("CHATWOOT_TOKEN")},
		Account: 3, Secret: os.Getenv("CHATWOOT_WEBHOOK_SECRET"),
		Assignees: map[string]helpdesk.Assignee{"shift-lead": {Group: "7"}},
	}
	logged := func(_ *http.Request, err error) { log.Print(err) } // field, line of the map, place in the payload
	http.Handle("POST /hooks/chatwoot", helpdesk.Handler(engine, desk, helpdesk.OnError(logged)))

	runner := due.Runner{Engine: engine, Store: store, Deliver: func(ctx context.Context, d recovery.Delivery) error {
		err := desk.Apply(ctx, d)
		var cannot *helpdesk.CannotError
		switch {
		case !errors.As(err, &cannot):
			return err // nil: it is reported as done; else it comes again
		case d.Action != nil && d.Action.Type == recovery.ActionCompensate:
			return pay(ctx, d) // money and goods: another part of your program
		}
		log.Print(err) // for people: the helpdesk tells when it is done
		return due.ErrTaken
	}}
	go runner.Run(ctx)
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
