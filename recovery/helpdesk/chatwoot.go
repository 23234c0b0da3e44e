package helpdesk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// Chatwoot is a [Desk]. Its webhooks are signed with HMAC-SHA256 over X-Chatwoot-Timestamp, a point and
// the body, in X-Chatwoot-Signature. They do not say who changed a conversation, so that an own change
// comes back: it changes no field that a map should read, and is a retry. They are sent once, whatever the
// answer is. Write as an administrator: Chatwoot assigns a conversation to the agent who opens it.
type Chatwoot struct {
	API
	Account int    // its number, as in the address of the dashboard
	Secret  string // of the webhook
	// Assignees are those to whom playbooks assign: numbers of teams and of agents.
	Assignees map[string]Assignee
	// DueField is the key of an attribute of conversations that shows when one is due. Chatwoot has no due
	// date of its own; without it ticket_due is a *CannotError.
	DueField string
	Prefix   string           // of the ids of incidents; empty: chatwoot-
	Clock    func() time.Time // nil: time.Now
}

// Map is the name of the ready map.
func (c *Chatwoot) Map() string { return "chatwoot" }

// Verify compares the signature with that of the time and the body. The time may be five minutes off.
func (c *Chatwoot) Verify(r *http.Request, body []byte) error {
	given, ok := strings.CutPrefix(r.Header.Get("X-Chatwoot-Signature"), "sha256=")
	stamp := r.Header.Get("X-Chatwoot-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	switch {
	case c.Secret == "":
		return &NotGenuineError{c.name(), "the program has no secret to compare with"}
	case !ok || err != nil:
		return &NotGenuineError{c.name(), "X-Chatwoot-Signature with `sha256=` and X-Chatwoot-Timestamp in seconds are wanted"}
	case !same(strings.ToLower(given), hex.EncodeToString(mac(sha256.New, c.Secret, []byte(stamp+"."), body))):
		return &NotGenuineError{c.name(), "the signature is of another body, time or secret"}
	case !fresh(c.Clock, time.Unix(seconds, 0)):
		return &NotGenuineError{c.name(), "it was signed more than five minutes from now"}
	}
	return nil
}

// Apply does what a delivery asks for.
func (c *Chatwoot) Apply(ctx context.Context, d recovery.Delivery) error { return apply(ctx, c, d) }

func (c *Chatwoot) name() string   { return "Chatwoot" }
func (c *Chatwoot) prefix() string { return orElse(c.Prefix, "chatwoot-") }

func (c *Chatwoot) do(ctx context.Context, method, ticket, path string, body, out any) error {
	sign := func(r *http.Request) { r.Header.Set("api_access_token", c.Token) }
	full := fmt.Sprintf("/api/v1/accounts/%d/conversations/%s%s", c.Account, ticket, path)
	return caller{c.name(), &c.API, sign}.call(ctx, method, full, body, out)
}

func (c *Chatwoot) post(ctx context.Context, ticket, path string, body map[string]any) error {
	return c.do(ctx, http.MethodPost, ticket, path, body, nil)
}

// reply sends plain text: Chatwoot writes it as the channel wants it.
func (c *Chatwoot) reply(ctx context.Context, ticket, text string) error {
	return c.post(ctx, ticket, "/messages", map[string]any{"content": text, "message_type": "outgoing", "private": false})
}

func (c *Chatwoot) note(ctx context.Context, ticket, text string) error {
	return c.post(ctx, ticket, "/messages", map[string]any{"content": text, "message_type": "outgoing", "private": true})
}

// tag writes all labels, since the API knows no other way. Chatwoot passes over labels that its account
// does not have, and answers with those that the conversation has now.
func (c *Chatwoot) tag(ctx context.Context, ticket, tag string, on bool) error {
	var has struct{ Payload []string }
	if err := c.do(ctx, http.MethodGet, ticket, "/labels", nil, &has); err != nil {
		return err
	}
	labels, changed := withTag(has.Payload, tag, on)
	if !changed {
		return nil
	}
	has.Payload = nil
	if err := c.do(ctx, http.MethodPost, ticket, "/labels", map[string]any{"labels": labels}, &has); err != nil {
		return err
	}
	taken := func(label string) bool { return strings.EqualFold(label, tag) }
	if on && has.Payload != nil && !slices.ContainsFunc(has.Payload, taken) {
		return &CannotError{c.name(), ActionTag, fmt.Sprintf("the account has no label %q; add it to the labels in its settings", tag)}
	}
	return nil
}

// withTag are the tags with one of them put in or taken off, and whether that changes them.
func withTag(tags []string, tag string, on bool) ([]string, bool) {
	if slices.Contains(tags, tag) == on {
		return tags, false
	}
	if on {
		return append(slices.Clip(tags), tag), true
	}
	out := slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return t == tag })
	return append([]string{}, out...), true // no tags are [], not null
}

func (c *Chatwoot) priority(ctx context.Context, ticket, priority string) error {
	if priority == "normal" {
		priority = "medium"
	}
	return c.post(ctx, ticket, "/toggle_priority", map[string]any{"priority": priority})
}

// assign takes a team and an agent in two requests: the API takes one of them at a time.
func (c *Chatwoot) assign(ctx context.Context, ticket, to string) error {
	who, err := numbered(c.name(), c.Assignees, to)
	if err == nil && who.group != 0 {
		err = c.post(ctx, ticket, "/assignments", map[string]any{"team_id": who.group})
	}
	if err == nil && who.agent != 0 {
		err = c.post(ctx, ticket, "/assignments", map[string]any{"assignee_id": who.agent})
	}
	return err
}

// due writes all attributes, since the API knows no other way.
func (c *Chatwoot) due(ctx context.Context, ticket string, at time.Time) error {
	if c.DueField == "" {
		return &CannotError{c.name(), ActionDue, "its conversations have no due date; name an attribute of your own in DueField"}
	}
	var has struct {
		Attributes map[string]any `json:"custom_attributes"`
	}
	if err := c.do(ctx, http.MethodGet, ticket, "", nil, &has); err != nil {
		return err
	}
	attributes := map[string]any{}
	maps.Copy(attributes, has.Attributes)
	attributes[c.DueField] = at.UTC().Format(time.RFC3339)
	return c.post(ctx, ticket, "/custom_attributes", map[string]any{"custom_attributes": attributes})
}

// status has one end in Chatwoot: solved and closed are resolved. A conversation that is pending until a
// time is snoozed.
func (c *Chatwoot) status(ctx context.Context, ticket, status string, until time.Time) error {
	body := map[string]any{"status": status}
	switch {
	case status == "solved" || status == "closed":
		body["status"] = "resolved"
	case status == "pending" && !until.IsZero():
		body["status"], body["snoozed_until"] = "snoozed", until.Unix()
	}
	return c.post(ctx, ticket, "/toggle_status", body)
}

// numbers are an assignee at a desk whose API takes numbers; 0: none.
type numbers struct{ group, agent int64 }

// fields are those of a ticket that assign it. Desks call the group alike, and the agent by names of their own.
func (n numbers) fields(agent string) map[string]any {
	out := map[string]any{}
	if n.group != 0 {
		out["group_id"] = n.group
	}
	if n.agent != 0 {
		out[agent] = n.agent
	}
	return out
}

func numbered(desk string, known map[string]Assignee, to string) (numbers, error) {
	who, ok := known[to]
	if !ok {
		return numbers{}, &CannotError{desk, ActionAssign, fmt.Sprintf("nobody is called %q; name the group or the agent in Assignees", to)}
	}
	var out numbers
	for _, n := range []struct {
		text string
		to   *int64
	}{{who.Group, &out.group}, {who.Agent, &out.agent}} {
		if n.text == "" {
			continue
		}
		v, err := strconv.ParseInt(n.text, 10, 64)
		if err != nil || v <= 0 {
			return numbers{}, &CannotError{desk, ActionAssign, fmt.Sprintf("%q in Assignees is %q; a number is wanted", to, n.text)}
		}
		*n.to = v
	}
	return out, nil
}
