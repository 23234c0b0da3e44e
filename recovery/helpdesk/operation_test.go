package helpdesk_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/helpdesk"
	"github.com/servicerecovery/amends/recovery/helpdesk/helpdesktest"
	"github.com/servicerecovery/amends/testdata/golden"
)

func action(kind string, params ...recovery.Param) *recovery.Action {
	return &recovery.Action{ID: "act_1", Type: kind, Params: params}
}

func param(name string, v any) recovery.Param { return recovery.Param{Name: name, Value: v} }

func words(a *recovery.Action, text string) *recovery.Action {
	a.Message = &recovery.Message{ID: "m", Language: "en", Text: text}
	return a
}

func by(a *recovery.Action, at time.Time) *recovery.Action { a.DueAt = at; return a }

// deliveries are one of each kind that a desk meets.
func deliveries() []recovery.Delivery {
	do := func(a *recovery.Action) recovery.Delivery { return recovery.Delivery{Do: recovery.ToDo, Action: a} }
	say := func(a *recovery.Action) recovery.Delivery {
		return recovery.Delivery{Do: recovery.ToSay, Action: words(a, "Sorry: 2 < 3 & \"so\"\non")}
	}
	cancel := func(a *recovery.Action) recovery.Delivery {
		return recovery.Delivery{Do: recovery.ToCancel, Action: a}
	}
	at := noon.Add(4 * time.Hour)
	return []recovery.Delivery{
		do(action(helpdesk.ActionReply, param("text", "It is <on> its way"))),
		do(action(helpdesk.ActionReply, param("text", ""))),
		do(words(action(helpdesk.ActionReply, param("text", "")), "its words are another delivery")),
		do(action(helpdesk.ActionNote, param("text", "For us & nobody else"))),
		do(action(helpdesk.ActionTag, param("tag", "promised"))),
		do(action(helpdesk.ActionTag, param("tag", "promised"))),
		cancel(action(helpdesk.ActionTag, param("tag", "promised"))),
		do(action(helpdesk.ActionTag, param("tag", "unknown"))),
		cancel(action(helpdesk.ActionTag, param("tag", "unknown"))),
		do(action(helpdesk.ActionPriority, param("priority", "normal"))),
		do(action(helpdesk.ActionPriority, param("priority", "urgent"))),
		do(action(helpdesk.ActionPriority, param("priority", "P1"))),
		cancel(action(helpdesk.ActionPriority, param("priority", "urgent"))),
		do(action(helpdesk.ActionAssign, param("to", "shift-lead"))),
		do(action(recovery.ActionAssign, param("to", "Somebody"))),
		do(action(helpdesk.ActionDue, param("at", at))),
		do(by(action(helpdesk.ActionDue), at.Add(time.Hour))),
		do(action(helpdesk.ActionDue)),
		do(action(helpdesk.ActionStatus, param("status", "pending"))),
		do(by(action(helpdesk.ActionStatus, param("status", "pending")), at)),
		do(action(helpdesk.ActionStatus, param("status", "solved"))),
		do(action(helpdesk.ActionStatus, param("status", "open"))),
		do(action(helpdesk.ActionStatus, param("status", "closed"))),
		do(action(helpdesk.ActionStatus, param("status", "escalated"))),
		do(action(recovery.ActionApologise)),
		do(words(action(recovery.ActionApologise), "its words are another delivery")),
		say(action(recovery.ActionApologise)),
		say(action(recovery.ActionNotify, param("to", "quality"))),
		say(action(helpdesk.ActionNote, param("text", ""))),
		do(action(recovery.ActionCompensate)),
		cancel(action(recovery.ActionCompensate)),
		{Do: recovery.ToAsk, Choice: &recovery.Choice{ID: "ch_1", Play: "care/upset", Decider: "team-lead", DueAt: at}},
		{Do: recovery.ToWithdraw, Choice: &recovery.Choice{ID: "ch_1", Play: "care/upset"}},
		{Do: recovery.ToDo},
	}
}

// TestOperations holds what each desk asks of its API for each delivery.
func TestOperations(t *testing.T) {
	for _, kind := range helpdesktest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			f := fake(t, kind, &clock{noon})
			f.Put(17, func(t *helpdesktest.Ticket) {
				t.Title, t.Customer, t.Email, t.Failure, t.Tags = "Where is it?", "Ana", "ana@example.org", "late", []string{"vip"}
			})
			desk := f.Desk()
			var out strings.Builder
			for _, d := range deliveries() {
				d.Incident = kind + "-17"
				err := desk.Apply(t.Context(), d)
				fmt.Fprintf(&out, "%s\n", shown(&d))
				for _, r := range f.Requests() {
					fmt.Fprintf(&out, "    %s\n", r)
				}
				if err != nil {
					fmt.Fprintf(&out, "    %v\n", err)
				}
			}
			got := f.Ticket(17)
			fmt.Fprintf(&out, "\npriority %s, status %s, group %s, agent %s, tags %v, due %v, failure %s\n", got.Priority, got.Status, got.Group, got.Agent, got.Tags, got.Due, got.Failure)
			for _, m := range got.Messages {
				fmt.Fprintf(&out, "public %v: %q\n", m.Public, m.Text)
			}
			golden.Check(t, "testdata/"+kind+".golden", []byte(out.String()))
		})
	}
}

func shown(d *recovery.Delivery) string {
	switch {
	case d.Choice != nil:
		return d.Do + " " + d.Choice.Play
	case d.Action == nil:
		return d.Do + " nothing"
	}
	s := d.Do + " " + d.Action.Type
	for _, p := range d.Action.Params {
		s += fmt.Sprintf(" %s=%v", p.Name, p.Value)
	}
	if d.Action.Message != nil {
		s += fmt.Sprintf(" %q", d.Action.Message.Text)
	}
	if !d.Action.DueAt.IsZero() {
		s += " until " + d.Action.DueAt.Format(time.RFC3339)
	}
	return s
}

func TestApplyErrors(t *testing.T) {
	f := fake(t, "zammad", &clock{noon})
	desk := f.Desk()
	note := recovery.Delivery{Do: recovery.ToDo, Action: action(helpdesk.ActionNote, param("text", "x"))}
	for _, id := range []string{"zendesk-17", "zammad-", "zammad-1/../2", "17"} {
		note.Incident = id
		if err := desk.Apply(t.Context(), note); !errors.Is(err, helpdesk.ErrElsewhere) {
			t.Errorf("%q: %v", id, err)
		}
	}
	note.Incident = "zammad-404"
	var api *helpdesk.APIError
	if err := desk.Apply(t.Context(), note); !errors.As(err, &api) || api.Status != 404 || api.Temporary() {
		t.Error(err)
	}
	undone := recovery.Delivery{Do: recovery.ToCancel, Incident: "zammad-1", Action: action(helpdesk.ActionNote)}
	if err := desk.Apply(t.Context(), undone); !errors.Is(err, recovery.ErrNotUndone) {
		t.Error(err)
	}
	var cannot *helpdesk.CannotError
	if err := desk.Apply(t.Context(), recovery.Delivery{Do: recovery.ToDo, Incident: "zammad-1", Action: action(recovery.ActionRefund)}); !errors.As(err, &cannot) || cannot.Action != "refund" {
		t.Error(err)
	}
	f.Close()
	if err := desk.Apply(t.Context(), note); err == nil || errors.As(err, new(*helpdesk.APIError)) || !strings.Contains(err.Error(), "Zammad cannot be reached") {
		t.Error(err)
	}
}

// A token is for one host. A helpdesk that leads elsewhere does not get it carried there.
func TestNoRedirects(t *testing.T) {
	var visited bool
	elsewhere := serve(t, func(*request) int { visited = true; return 200 })
	desk := &helpdesk.Chatwoot{API: helpdesk.API{URL: serve(t, func(r *request) int {
		r.w.Header().Set("Location", elsewhere)
		return 307
	}), Token: "t"}, Account: 1}
	err := desk.Apply(t.Context(), recovery.Delivery{Do: recovery.ToDo, Incident: "chatwoot-1", Action: action(helpdesk.ActionNote, param("text", "x"))})
	var api *helpdesk.APIError
	if !errors.As(err, &api) || api.Status != 307 || visited {
		t.Error(err, visited)
	}
}
