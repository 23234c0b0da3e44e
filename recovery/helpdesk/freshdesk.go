package helpdesk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// Freshdesk is a [Desk]. Its webhooks are not signed: an automation rule sends a secret of your own, in
// a header or as the password of basic authentication. Nothing else of a webhook is believed: it says
// which ticket has changed, and the ticket is read from the API. The body that a rule sends is
//
//	{"freshdesk_webhook": {"ticket_id": "{{ticket.id}}"}}
//
// It does not say who changed the ticket: leave the program's own user out in the rule.
type Freshdesk struct {
	API
	Secret string
	Header string // that brings the secret; empty: it is the password of basic authentication
	// Assignees are those to whom playbooks assign: numbers of groups and of agents.
	Assignees map[string]Assignee
	Prefix    string // of the ids of incidents; empty: freshdesk-
}

// Map is the name of the ready map.
func (f *Freshdesk) Map() string { return "freshdesk" }

// Verify compares the secret.
func (f *Freshdesk) Verify(r *http.Request, _ []byte) error {
	given, where := r.Header.Get(f.Header), f.Header
	if f.Header == "" {
		_, given, _ = r.BasicAuth()
		where = "the password of basic authentication"
	}
	switch {
	case f.Secret == "":
		return &NotGenuineError{f.name(), "the program has no secret to compare with"}
	case given == "":
		return &NotGenuineError{f.name(), "the secret is wanted in " + where}
	case !same(given, f.Secret):
		return &NotGenuineError{f.name(), "the secret is another one"}
	}
	return nil
}

// Read reads the ticket that a webhook is about from the API, as the ready map wants it.
func (f *Freshdesk) Read(ctx context.Context, body []byte) ([]byte, error) {
	type about struct {
		Ticket json.RawMessage `json:"ticket_id"`
	}
	var told struct {
		about
		Webhook about `json:"freshdesk_webhook"`
	}
	var kind *json.UnmarshalTypeError
	switch err := json.Unmarshal(body, &told); {
	case errors.As(err, &kind):
		return nil, &recovery.JSONError{Message: "the webhook of Freshdesk has JSON of type " + kind.Value + " where an object is wanted, as in `{\"freshdesk_webhook\": {\"ticket_id\": …}}`"}
	case err != nil:
		return nil, &recovery.JSONError{Message: "the webhook of Freshdesk is not JSON: " + err.Error()}
	}
	id := unquoted(told.Webhook.Ticket)
	if id == "" {
		id = unquoted(told.Ticket)
	}
	if id == "" || strings.Trim(id, "0123456789") != "" {
		return nil, &recovery.JSONError{Message: "the webhook of Freshdesk names no ticket; `freshdesk_webhook.ticket_id` is wanted"}
	}
	var ticket []byte
	err := f.do(ctx, http.MethodGet, id+"?include=requester,stats", nil, &ticket)
	return ticket, err
}

// Apply does what a delivery asks for.
func (f *Freshdesk) Apply(ctx context.Context, d recovery.Delivery) error { return apply(ctx, f, d) }

func (f *Freshdesk) name() string   { return "Freshdesk" }
func (f *Freshdesk) prefix() string { return orElse(f.Prefix, "freshdesk-") }

func (f *Freshdesk) do(ctx context.Context, method, path string, body, out any) error {
	sign := func(r *http.Request) { r.SetBasicAuth(f.Token, "X") }
	return caller{f.name(), &f.API, sign}.call(ctx, method, "/api/v2/tickets/"+path, body, out)
}

func (f *Freshdesk) change(ctx context.Context, ticket string, fields map[string]any) error {
	return f.do(ctx, http.MethodPut, ticket, fields, nil)
}

func (f *Freshdesk) reply(ctx context.Context, ticket, text string) error {
	return f.do(ctx, http.MethodPost, ticket+"/reply", map[string]any{"body": asHTML(text)}, nil)
}

func (f *Freshdesk) note(ctx context.Context, ticket, text string) error {
	return f.do(ctx, http.MethodPost, ticket+"/notes", map[string]any{"body": asHTML(text), "private": true}, nil)
}

// tag writes all tags, since the API knows no other way.
func (f *Freshdesk) tag(ctx context.Context, ticket, tag string, on bool) error {
	var has struct{ Tags []string }
	if err := f.do(ctx, http.MethodGet, ticket, nil, &has); err != nil {
		return err
	}
	tags, changed := withTag(has.Tags, tag, on)
	if !changed {
		return nil
	}
	return f.change(ctx, ticket, map[string]any{"tags": tags})
}

func (f *Freshdesk) priority(ctx context.Context, ticket, priority string) error {
	numbers := map[string]int{"low": 1, "normal": 2, "high": 3, "urgent": 4}
	return f.change(ctx, ticket, map[string]any{"priority": numbers[priority]})
}

func (f *Freshdesk) assign(ctx context.Context, ticket, to string) error {
	who, err := numbered(f.name(), f.Assignees, to)
	if err != nil {
		return err
	}
	return f.change(ctx, ticket, who.fields("responder_id"))
}

func (f *Freshdesk) due(ctx context.Context, ticket string, at time.Time) error {
	return f.change(ctx, ticket, map[string]any{"due_by": at.UTC().Format(time.RFC3339)})
}

func (f *Freshdesk) status(ctx context.Context, ticket, status string, _ time.Time) error {
	numbers := map[string]int{"open": 2, "pending": 3, "solved": 4, "closed": 5}
	return f.change(ctx, ticket, map[string]any{"status": numbers[status]})
}
