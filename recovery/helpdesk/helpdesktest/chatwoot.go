package helpdesktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery/helpdesk"
)

type chatwoot struct{}

var (
	chatwootPriorities = map[string]string{"low": "low", "medium": "normal", "high": "high", "urgent": "urgent"}
	chatwootStatuses   = map[string]string{"open": "open", "pending": "pending", "snoozed": "pending", "resolved": "solved"}
)

func (chatwoot) client(f *Fake) helpdesk.Desk {
	return &helpdesk.Chatwoot{API: f.api(), Account: 3, Secret: secret, DueField: "due", Clock: f.clock, Assignees: map[string]helpdesk.Assignee{
		"shift-lead": {Group: "7", Agent: "12"},
	}}
}

func (chatwoot) signedIn(r *http.Request) bool { return r.Header.Get("api_access_token") == token }

func (chatwoot) serve(f *Fake, r *http.Request, body map[string]any) (any, error) {
	const at = "/api/v1/accounts/3/conversations/{}"
	if t := f.path(r, http.MethodGet, at); t != nil {
		return map[string]any{"id": t.ID, "custom_attributes": map[string]any{"failure": t.Failure}}, nil
	}
	if t := f.path(r, http.MethodGet, at+"/labels"); t != nil {
		return map[string]any{"payload": t.Tags}, nil
	}
	for path, change := range map[string]func(t *Ticket) error{
		"/messages": func(t *Ticket) error { return f.say(t, body["private"] != true, fmt.Sprint(body["content"])) },
		"/labels": func(t *Ticket) error {
			t.Tags = slices.DeleteFunc(texts(body["labels"]), func(l string) bool { return strings.HasPrefix(l, unknownLabel) })
			return nil
		},
		"/toggle_priority": func(t *Ticket) error {
			return fields(body, map[string]func(any) error{"priority": word(chatwootPriorities, func(s string) { t.Priority = s })})
		},
		"/toggle_status": func(t *Ticket) error {
			return fields(body, map[string]func(any) error{
				"status":        word(chatwootStatuses, func(s string) { f.status(t, s) }),
				"snoozed_until": text(func(string) {}),
			})
		},
		"/assignments": func(t *Ticket) error {
			return fields(body, map[string]func(any) error{
				"team_id":     text(func(s string) { t.Group = s }),
				"assignee_id": text(func(s string) { t.Agent = s }),
			})
		},
		"/custom_attributes": func(t *Ticket) error {
			all, _ := body["custom_attributes"].(map[string]any)
			t.Failure = "" // all are written: what is left out is gone
			return fields(all, map[string]func(any) error{
				"failure": text(func(s string) { t.Failure = s }),
				"due":     instant(func(at time.Time) { t.Due = at }),
			})
		},
	} {
		if t := f.path(r, http.MethodPost, at+path); t != nil {
			defer f.touch(t)
			err := change(t)
			if path == "/labels" {
				return map[string]any{"payload": t.Tags}, err
			}
			return map[string]any{}, err
		}
	}
	return nil, errNoRoute
}

func texts(v any) []string {
	out := []string{}
	list, _ := v.([]any)
	for _, x := range list {
		out = append(out, fmt.Sprint(x))
	}
	return out
}

func (chatwoot) webhook(f *Fake, t *Ticket, event string) (any, func(*http.Request, []byte)) {
	status := wordOf(map[string]string{"open": "open", "pending": "pending", "resolved": "solved"}, t.Status)
	payload := map[string]any{
		"event": "conversation_" + map[string]string{"created": "created", "changed": "updated"}[event],
		"id":    t.ID, "channel": "Channel::Email", "inbox_id": 2, "status": status, "priority": wordOf(chatwootPriorities, t.Priority),
		"labels": append([]string{}, t.Tags...), "custom_attributes": map[string]any{"failure": t.Failure}, "messages": []any{},
		"meta":                   map[string]any{"sender": map[string]any{"id": t.CustomerID, "name": t.Customer, "email": t.Email, "type": "contact"}, "assignee": nil},
		"first_reply_created_at": rfc(t.Answered), "waiting_since": epoch(t.Waiting),
		"created_at": epoch(t.Created), "updated_at": float64(t.Updated.UnixMicro()) / 1e6, "timestamp": epoch(t.Updated),
	}
	if was := f.was[t.ID]; event == "changed" && was != t.Status {
		payload["event"] = "conversation_status_changed"
		payload["changed_attributes"] = []any{map[string]any{"status": map[string]any{"previous_value": was, "current_value": status}}}
	}
	return payload, func(r *http.Request, body []byte) {
		stamp := strconv.FormatInt(f.clock().Unix(), 10)
		m := hmac.New(sha256.New, []byte(secret))
		m.Write([]byte(stamp + "."))
		m.Write(body)
		r.Header.Set("X-Chatwoot-Timestamp", stamp)
		r.Header.Set("X-Chatwoot-Signature", "sha256="+hex.EncodeToString(m.Sum(nil)))
	}
}

// epoch is a time in seconds; 0 for none, as Chatwoot writes it.
func epoch(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
