package helpdesktest

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/recovery/helpdesk"
)

type freshdesk struct{}

var (
	freshdeskPriorities = map[string]string{"1": "low", "2": "normal", "3": "high", "4": "urgent"}
	freshdeskStatuses   = map[string]string{"2": "open", "3": "pending", "4": "solved", "5": "closed"}
)

func (freshdesk) client(f *Fake) helpdesk.Desk {
	return &helpdesk.Freshdesk{API: f.api(), Secret: secret, Header: "X-Amends-Secret", Assignees: map[string]helpdesk.Assignee{
		"shift-lead": {Group: "70001", Agent: "70002"},
	}}
}

func (freshdesk) signedIn(r *http.Request) bool {
	name, _, _ := r.BasicAuth()
	return name == token
}

func (freshdesk) serve(f *Fake, r *http.Request, body map[string]any) (any, error) {
	const at = "/api/v2/tickets/{}"
	if t := f.path(r, http.MethodGet, at); t != nil {
		return freshdeskTicket(t), nil
	}
	if t := f.path(r, http.MethodPost, at+"/reply"); t != nil {
		defer f.touch(t)
		return map[string]any{}, f.say(t, true, fmt.Sprint(body["body"]))
	}
	if t := f.path(r, http.MethodPost, at+"/notes"); t != nil {
		defer f.touch(t)
		if body["private"] != true {
			return nil, errors.New("a public note mails nobody")
		}
		return map[string]any{}, f.say(t, false, fmt.Sprint(body["body"]))
	}
	t := f.path(r, http.MethodPut, at)
	if t == nil {
		return nil, errNoRoute
	}
	defer f.touch(t)
	return map[string]any{}, fields(body, map[string]func(any) error{
		"priority":     word(freshdeskPriorities, func(s string) { t.Priority = s }),
		"status":       word(freshdeskStatuses, func(s string) { f.status(t, s) }),
		"due_by":       instant(func(at time.Time) { t.Due = at }),
		"group_id":     text(func(s string) { t.Group = s }),
		"responder_id": text(func(s string) { t.Agent = s }),
		"tags": func(v any) error {
			t.Tags = texts(v)
			return nil
		},
	})
}

func freshdeskTicket(t *Ticket) map[string]any {
	number := func(words map[string]string, ours string) int {
		n, _ := strconv.Atoi(wordOf(words, ours))
		return n
	}
	return map[string]any{
		"id": t.ID, "spam": false, "subject": t.Title, "status": number(freshdeskStatuses, t.Status), "priority": number(freshdeskPriorities, t.Priority),
		"source": 1, "type": "Problem", "tags": append([]string{}, t.Tags...), "created_at": rfc(t.Created), "updated_at": rfc(t.Updated), "due_by": rfc(t.Due),
		"custom_fields": map[string]any{"cf_failure": t.Failure},
		"requester":     map[string]any{"id": t.CustomerID, "name": t.Customer, "email": t.Email},
		"stats":         map[string]any{"agent_responded_at": rfc(t.Answered), "resolved_at": rfc(t.Solved), "closed_at": nil, "reopened_at": nil},
	}
}

func (freshdesk) webhook(_ *Fake, t *Ticket, _ string) (any, func(*http.Request, []byte)) {
	payload := map[string]any{"freshdesk_webhook": map[string]any{"ticket_id": fmt.Sprint(t.ID)}}
	return payload, func(r *http.Request, _ []byte) { r.Header.Set("X-Amends-Secret", secret) }
}
