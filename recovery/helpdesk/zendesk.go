package helpdesk

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// Zendesk is a [Desk]. Its webhooks are signed with HMAC-SHA256 over the time of the signature and the
// body, in base64, in X-Zendesk-Webhook-Signature. The ready map reads webhooks that subscribe to events of
// tickets.
type Zendesk struct {
	API
	Secret string // the signing secret of the webhook
	Email  string // of the user as whom the program writes; Token is an API token. Empty: it is an OAuth token
	// User is the number of this user. What this user changed is an echo. 0: no webhook is.
	User int64
	// Assignees are those to whom playbooks assign: numbers of groups and of agents.
	Assignees map[string]Assignee
	// DueField is the number of a field of tickets, of type date, that shows when a ticket is due. 0: the
	// ticket becomes a task, since no others have a due date in Zendesk.
	DueField int64
	Prefix   string           // of the ids of incidents; empty: zendesk-
	Clock    func() time.Time // nil: time.Now
}

// Map is the name of the ready map.
func (z *Zendesk) Map() string { return "zendesk" }

// Verify compares the signature with that of the time and the body. The time may be five minutes off.
func (z *Zendesk) Verify(r *http.Request, body []byte) error {
	given, stamp := r.Header.Get("X-Zendesk-Webhook-Signature"), r.Header.Get("X-Zendesk-Webhook-Signature-Timestamp")
	at, err := time.Parse(time.RFC3339, stamp)
	switch {
	case z.Secret == "":
		return &NotGenuineError{z.name(), "the program has no secret to compare with"}
	case given == "" || err != nil:
		return &NotGenuineError{z.name(), "X-Zendesk-Webhook-Signature and X-Zendesk-Webhook-Signature-Timestamp in RFC 3339 are wanted"}
	case !same(given, base64.StdEncoding.EncodeToString(mac(sha256.New, z.Secret, []byte(stamp), body))):
		return &NotGenuineError{z.name(), "the signature is of another body, time or secret"}
	case !fresh(z.Clock, at):
		return &NotGenuineError{z.name(), "it was signed more than five minutes from now"}
	}
	var told struct {
		Detail struct {
			Actor json.RawMessage `json:"actor_id"` // a text or a number
		}
	}
	// What is no such JSON is no echo. The map says what is wrong with it.
	if json.Unmarshal(body, &told) == nil && z.User != 0 && unquoted(told.Detail.Actor) == strconv.FormatInt(z.User, 10) {
		return ErrEcho
	}
	return nil
}

// unquoted is the text of a number, with or without quotes.
func unquoted(raw json.RawMessage) string {
	if s, err := strconv.Unquote(string(raw)); err == nil {
		return s
	}
	return string(raw)
}

// Apply does what a delivery asks for.
func (z *Zendesk) Apply(ctx context.Context, d recovery.Delivery) error { return apply(ctx, z, d) }

func (z *Zendesk) name() string   { return "Zendesk" }
func (z *Zendesk) prefix() string { return orElse(z.Prefix, "zendesk-") }

func (z *Zendesk) do(ctx context.Context, method, path string, body any) error {
	sign := func(r *http.Request) {
		if z.Email == "" {
			r.Header.Set("Authorization", "Bearer "+z.Token)
			return
		}
		r.SetBasicAuth(z.Email+"/token", z.Token)
	}
	return caller{z.name(), &z.API, sign}.call(ctx, method, "/api/v2/tickets/"+path+".json", body, nil)
}

func (z *Zendesk) change(ctx context.Context, ticket string, fields map[string]any) error {
	return z.do(ctx, http.MethodPut, ticket, map[string]any{"ticket": fields})
}

func (z *Zendesk) comment(ctx context.Context, ticket, text string, public bool) error {
	return z.change(ctx, ticket, map[string]any{"comment": map[string]any{"html_body": asHTML(text), "public": public}})
}

func (z *Zendesk) reply(ctx context.Context, ticket, text string) error {
	return z.comment(ctx, ticket, text, true)
}

func (z *Zendesk) note(ctx context.Context, ticket, text string) error {
	return z.comment(ctx, ticket, text, false)
}

func (z *Zendesk) tag(ctx context.Context, ticket, tag string, on bool) error {
	method := http.MethodPut // adds; POST would set all of them
	if !on {
		method = http.MethodDelete
	}
	return z.do(ctx, method, ticket+"/tags", map[string]any{"tags": []string{tag}})
}

func (z *Zendesk) priority(ctx context.Context, ticket, priority string) error {
	return z.change(ctx, ticket, map[string]any{"priority": priority})
}

func (z *Zendesk) assign(ctx context.Context, ticket, to string) error {
	who, err := numbered(z.name(), z.Assignees, to)
	if err != nil {
		return err
	}
	return z.change(ctx, ticket, who.fields("assignee_id"))
}

func (z *Zendesk) due(ctx context.Context, ticket string, at time.Time) error {
	if z.DueField != 0 {
		field := map[string]any{"id": z.DueField, "value": at.UTC().Format(time.DateOnly)}
		return z.change(ctx, ticket, map[string]any{"custom_fields": []any{field}})
	}
	return z.change(ctx, ticket, map[string]any{"type": "task", "due_at": at.UTC().Format(time.RFC3339)})
}

func (z *Zendesk) status(ctx context.Context, ticket, status string, _ time.Time) error {
	return z.change(ctx, ticket, map[string]any{"status": status})
}
