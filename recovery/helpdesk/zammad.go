package helpdesk

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// Zammad is a [Desk]. Its webhooks are signed with HMAC-SHA1 in X-Hub-Signature, without a time, so that
// a webhook which somebody has recorded stays valid: serve them by TLS alone. A repeated one is a retry.
type Zammad struct {
	API
	Secret string // the signature token of the webhook
	// User is the login or the address of the user as whom the program writes. What this user changed
	// is an echo. Empty: no webhook is.
	User string
	// Assignees are those to whom playbooks assign. Another name with an @ is a person's login, and any
	// other a group.
	Assignees map[string]Assignee
	// DueField is the name of an attribute of tickets, of type date and time, that shows when a ticket is
	// due. Zammad has none of its own; without it ticket_due is a *CannotError.
	DueField string
	Prefix   string // of the ids of incidents; empty: zammad-
}

// Map is the name of the ready map.
func (z *Zammad) Map() string { return "zammad" }

// Verify compares the signature with that of the body.
func (z *Zammad) Verify(r *http.Request, body []byte) error {
	given, ok := strings.CutPrefix(r.Header.Get("X-Hub-Signature"), "sha1=")
	switch {
	case z.Secret == "":
		return &NotGenuineError{z.name(), "the program has no secret to compare with"}
	case !ok:
		return &NotGenuineError{z.name(), "X-Hub-Signature with `sha1=` is wanted"}
	case !same(strings.ToLower(given), hex.EncodeToString(mac(sha1.New, z.Secret, body))):
		return &NotGenuineError{z.name(), "the signature is of another body or secret"}
	}
	var told struct {
		Ticket struct {
			UpdatedBy struct{ Login, Email string } `json:"updated_by"`
		}
	}
	// What is no such JSON is no echo. The map says what is wrong with it.
	if err := json.Unmarshal(body, &told); err != nil || z.User == "" {
		return nil
	}
	if by := told.Ticket.UpdatedBy; strings.EqualFold(by.Login, z.User) || strings.EqualFold(by.Email, z.User) {
		return ErrEcho
	}
	return nil
}

// Apply does what a delivery asks for.
func (z *Zammad) Apply(ctx context.Context, d recovery.Delivery) error { return apply(ctx, z, d) }

func (z *Zammad) name() string   { return "Zammad" }
func (z *Zammad) prefix() string { return orElse(z.Prefix, "zammad-") }

func (z *Zammad) do(ctx context.Context, method, path string, body, out any) error {
	sign := func(r *http.Request) { r.Header.Set("Authorization", "Token token="+z.Token) }
	return caller{z.name(), &z.API, sign}.call(ctx, method, "/api/v1"+path, body, out)
}

// reply sends an email where the customer has an address, and leaves a public note where not.
func (z *Zammad) reply(ctx context.Context, ticket, text string) error {
	var t struct {
		Title      string      `json:"title"`
		CustomerID json.Number `json:"customer_id"`
	}
	if err := z.do(ctx, http.MethodGet, "/tickets/"+ticket, nil, &t); err != nil {
		return err
	}
	var customer struct {
		Email string `json:"email"`
	}
	if err := z.do(ctx, http.MethodGet, "/users/"+url.PathEscape(t.CustomerID.String()), nil, &customer); err != nil {
		return err
	}
	article := z.article(ticket, text, false)
	if customer.Email != "" {
		article["type"], article["to"], article["subject"] = "email", customer.Email, t.Title
	}
	return z.do(ctx, http.MethodPost, "/ticket_articles", article, nil)
}

func (z *Zammad) note(ctx context.Context, ticket, text string) error {
	return z.do(ctx, http.MethodPost, "/ticket_articles", z.article(ticket, text, true), nil)
}

func (z *Zammad) article(ticket, text string, internal bool) map[string]any {
	return map[string]any{
		"ticket_id": json.Number(ticket), "body": asHTML(text), "content_type": "text/html",
		"type": "note", "sender": "Agent", "internal": internal,
	}
}

func (z *Zammad) tag(ctx context.Context, ticket, tag string, on bool) error {
	body := map[string]any{"object": "Ticket", "o_id": json.Number(ticket), "item": tag}
	if on {
		return z.do(ctx, http.MethodPost, "/tags/add", body, nil)
	}
	return z.do(ctx, http.MethodDelete, "/tags/remove", body, nil)
}

func (z *Zammad) change(ctx context.Context, ticket string, fields map[string]any) error {
	return z.do(ctx, http.MethodPut, "/tickets/"+ticket, fields, nil)
}

// priority has three steps in Zammad: urgent is high.
func (z *Zammad) priority(ctx context.Context, ticket, priority string) error {
	words := map[string]string{"low": "1 low", "normal": "2 normal", "high": "3 high", "urgent": "3 high"}
	return z.change(ctx, ticket, map[string]any{"priority": words[priority]})
}

func (z *Zammad) assign(ctx context.Context, ticket, to string) error {
	who, ok := z.Assignees[to]
	switch {
	case !ok && strings.Contains(to, "@"):
		who.Agent = to
	case !ok:
		who.Group = to
	}
	fields := map[string]any{}
	if who.Group != "" {
		fields["group"] = who.Group
	}
	if who.Agent != "" {
		fields["owner"] = who.Agent
	}
	return z.change(ctx, ticket, fields)
}

func (z *Zammad) due(ctx context.Context, ticket string, at time.Time) error {
	if z.DueField == "" {
		return &CannotError{z.name(), ActionDue, "its tickets have no due date; name an attribute of your own in DueField"}
	}
	return z.change(ctx, ticket, map[string]any{z.DueField: at.UTC().Format(time.RFC3339)})
}

// status has one end in Zammad: solved is closed. A ticket waits until a time.
func (z *Zammad) status(ctx context.Context, ticket, status string, until time.Time) error {
	switch status {
	case "solved", "closed":
		return z.change(ctx, ticket, map[string]any{"state": "closed"})
	case "pending":
		if until.IsZero() {
			return &CannotError{z.name(), ActionStatus, "a pending ticket waits until a time; write `within` in the playbook"}
		}
		return z.change(ctx, ticket, map[string]any{"state": "pending reminder", "pending_time": until.UTC().Format(time.RFC3339)})
	}
	return z.change(ctx, ticket, map[string]any{"state": status})
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
