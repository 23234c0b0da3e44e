package helpdesktest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/servicerecovery/amends/recovery/helpdesk"
)

type zammad struct{}

var zammadPriorities = map[string]string{"1 low": "low", "2 normal": "normal", "3 high": "high"}

func (zammad) client(f *Fake) helpdesk.Desk {
	return &helpdesk.Zammad{API: f.api(), Secret: secret, User: user, DueField: "amends_due", Assignees: map[string]helpdesk.Assignee{
		"shift-lead": {Group: "Second Level", Agent: "lead@example.org"},
	}}
}

func (zammad) signedIn(r *http.Request) bool {
	return r.Header.Get("Authorization") == "Token token="+token
}

func (zammad) serve(f *Fake, r *http.Request, body map[string]any) (any, error) {
	if t := f.path(r, http.MethodGet, "/api/v1/tickets/{}"); t != nil {
		return map[string]any{"id": t.ID, "title": t.Title, "customer_id": t.ID}, nil // a customer has the number of the ticket here
	}
	if t := f.path(r, http.MethodGet, "/api/v1/users/{}"); t != nil {
		return map[string]any{"id": t.ID, "email": t.Email}, nil
	}
	if t := f.path(r, http.MethodPut, "/api/v1/tickets/{}"); t != nil {
		return nil, zammadChange(f, t, body)
	}
	id, _ := body["ticket_id"].(float64)
	if o, ok := body["o_id"].(float64); ok {
		id = o
	}
	t := f.tickets[int64(id)]
	if t == nil {
		return nil, errNoRoute
	}
	defer f.touch(t)
	switch r.Method + " " + r.URL.Path {
	case "POST /api/v1/ticket_articles":
		if body["content_type"] != "text/html" || body["type"] == "email" && body["to"] != t.Email {
			return nil, errors.New("an article is HTML, and an email goes to the customer")
		}
		return nil, f.say(t, body["internal"] != true, fmt.Sprint(body["body"]))
	case "POST /api/v1/tags/add":
		t.Tags = append(t.Tags, fmt.Sprint(body["item"]))
		return true, nil
	case "DELETE /api/v1/tags/remove":
		t.Tags = without(t.Tags, fmt.Sprint(body["item"]))
		return true, nil
	}
	return nil, errNoRoute
}

func zammadChange(f *Fake, t *Ticket, body map[string]any) error {
	if body["state"] == "pending reminder" && body["pending_time"] == nil {
		return errors.New("missing required value for field 'pending_time'")
	}
	defer f.touch(t)
	return fields(body, map[string]func(any) error{
		"priority":     word(zammadPriorities, func(s string) { t.Priority = s }),
		"state":        word(map[string]string{"open": "open", "pending reminder": "pending", "closed": "closed"}, func(s string) { f.status(t, s) }),
		"pending_time": instant(func(time.Time) {}),
		"group":        text(func(s string) { t.Group = s }),
		"owner":        text(func(s string) { t.Agent = s }),
		"amends_due":   instant(func(at time.Time) { t.Due = at }),
	})
}

func (zammad) webhook(f *Fake, t *Ticket, _ string) (any, func(*http.Request, []byte)) {
	by := map[string]any{"id": 5, "login": "emma@example.org", "email": "emma@example.org"}
	if f.byUs {
		by = map[string]any{"id": userID, "login": user, "email": user}
	}
	state := map[string]string{"pending": "pending reminder", "solved": "closed"}[t.Status]
	if state == "" {
		state = t.Status
	}
	payload := map[string]any{
		"ticket": map[string]any{
			"id": t.ID, "number": fmt.Sprint(10000 + t.ID), "title": t.Title, "state": state,
			"priority": map[string]any{"name": wordOf(zammadPriorities, t.Priority)}, "group": map[string]any{"name": "Service Desk"},
			"customer":   map[string]any{"id": t.CustomerID, "firstname": t.Customer, "lastname": "", "email": t.Email},
			"created_at": rfc(t.Created), "updated_at": rfc(t.Updated), "close_at": rfc(t.Solved), "last_close_at": rfc(t.Solved),
			"last_contact_agent_at": rfc(t.Answered), "create_article_type": "email", "failure": t.Failure, "updated_by": by,
		},
		"article": map[string]any{"ticket_id": t.ID, "internal": false},
	}
	return payload, func(r *http.Request, body []byte) {
		m := hmac.New(sha1.New, []byte(secret))
		m.Write(body)
		r.Header.Set("X-Hub-Signature", "sha1="+hex.EncodeToString(m.Sum(nil)))
		r.Header.Set("X-Zammad-Trigger", "amends")
	}
}

func without(list []string, s string) []string {
	out := []string{}
	for _, x := range list {
		if x != s {
			out = append(out, x)
		}
	}
	return out
}
