package helpdesktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery/helpdesk"
)

type zendesk struct{}

var zendeskStatuses = map[string]string{"open": "open", "pending": "pending", "solved": "solved", "closed": "closed"}

func (zendesk) client(f *Fake) helpdesk.Desk {
	return &helpdesk.Zendesk{API: f.api(), Secret: secret, Email: user, User: userID, Clock: f.clock, Assignees: map[string]helpdesk.Assignee{
		"shift-lead": {Group: "360001", Agent: "360002"},
	}}
}

func (zendesk) signedIn(r *http.Request) bool {
	name, password, _ := r.BasicAuth()
	return name == user+"/token" && password == token
}

func (zendesk) serve(f *Fake, r *http.Request, body map[string]any) (any, error) {
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		if t := f.path(r, method, "/api/v2/tickets/{}/tags.json"); t != nil {
			defer f.touch(t)
			for _, tag := range texts(body["tags"]) {
				t.Tags = without(t.Tags, tag)
				if method == http.MethodPut {
					t.Tags = append(t.Tags, tag)
				}
			}
			return map[string]any{"tags": t.Tags}, nil
		}
	}
	t := f.path(r, http.MethodPut, "/api/v2/tickets/{}.json")
	if t == nil {
		return nil, errNoRoute
	}
	change, _ := body["ticket"].(map[string]any)
	if change["due_at"] != nil && change["type"] != "task" {
		return nil, errors.New("only a task has a due date")
	}
	if t.Status == "closed" {
		//lint:ignore ST1005 these are Zendesk's words
		return nil, errors.New("Status: closed prevents ticket update")
	}
	defer f.touch(t)
	return map[string]any{"ticket": map[string]any{"id": t.ID}}, fields(change, map[string]func(any) error{
		"comment": func(v any) error {
			c, _ := v.(map[string]any)
			return f.say(t, c["public"] == true, fmt.Sprint(c["html_body"]))
		},
		"priority":    word(map[string]string{"low": "low", "normal": "normal", "high": "high", "urgent": "urgent"}, func(s string) { t.Priority = s }),
		"status":      word(zendeskStatuses, func(s string) { f.status(t, s) }),
		"type":        text(func(string) {}),
		"due_at":      instant(func(at time.Time) { t.Due = at }),
		"group_id":    text(func(s string) { t.Group = s }),
		"assignee_id": text(func(s string) { t.Agent = s }),
	})
}

func (zendesk) webhook(f *Fake, t *Ticket, event string) (any, func(*http.Request, []byte)) {
	actor := "4711"
	if f.byUs {
		actor = fmt.Sprint(userID)
	}
	kind, what := "ticket.created", map[string]any{}
	if event == "changed" {
		kind, what = "ticket.comment_added", map[string]any{"comment": map[string]any{"is_public": true}}
		if was := f.was[t.ID]; was != t.Status {
			kind, what = "ticket.status_changed", map[string]any{"previous": strings.ToUpper(was), "current": strings.ToUpper(t.Status)}
		}
	}
	payload := map[string]any{
		"type": "zen:event-type:" + kind, "account_id": 12514403, "id": "2b24ef10-19d4-4740-93cf-8f98ec4776c0",
		"time": rfc(t.Updated), "zendesk_event_version": "2022-11-06", "subject": fmt.Sprintf("zen:ticket:%d", t.ID), "event": what,
		"detail": map[string]any{
			"id": fmt.Sprint(t.ID), "actor_id": actor, "brand_id": "shop", "subject": t.Title, "status": strings.ToUpper(t.Status),
			"priority": strings.ToUpper(t.Priority), "requester_id": fmt.Sprint(t.CustomerID), "tags": append([]string{}, t.Tags...),
			"via": map[string]any{"channel": "email"}, "created_at": rfc(t.Created), "updated_at": rfc(t.Updated),
		},
	}
	return payload, func(r *http.Request, body []byte) {
		stamp := f.clock().UTC().Format(time.RFC3339)
		m := hmac.New(sha256.New, []byte(secret))
		m.Write([]byte(stamp))
		m.Write(body)
		r.Header.Set("X-Zendesk-Webhook-Signature-Timestamp", stamp)
		r.Header.Set("X-Zendesk-Webhook-Signature", base64.StdEncoding.EncodeToString(m.Sum(nil)))
	}
}
