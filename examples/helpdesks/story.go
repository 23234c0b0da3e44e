package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/helpdesk"
	"github.com/servicerecovery/amends/recovery/helpdesk/helpdesktest"
)

func kinds() []string { return helpdesktest.Kinds() }

// story is that of one helpdesk.
type story struct {
	*shop
	kind string
	fake *helpdesktest.Fake
}

const number = 17

func newStory(kind string, w io.Writer) (*story, error) {
	s, fake, err := newShop(w, kind)
	return &story{shop: s, kind: kind, fake: fake}, err
}

func (s *story) incident() string { return fmt.Sprintf("%s-%d", s.kind, number) }

// run tells the story from the customer's message to the money.
func (s *story) run(ctx context.Context) error {
	fmt.Fprintf(s.out, "## %s\n\n", s.kind)
	for _, step := range []struct {
		at   time.Time
		text string
		do   func(context.Context) error
	}{
		{day(2, 9), "Ana writes that her parcel is late.", s.written},
		{day(2, 10), "The helpdesk tells what the program did itself.", s.echoed},
		{day(3, 16), "Nobody has solved it by the end of the next working day.", s.overdue},
		{day(4, 8), "The shift lead solves it.", s.solved},
	} {
		s.now = step.at
		fmt.Fprintf(s.out, "  %s %s\n", step.at.Format("Mon 15:04"), step.text)
		if err := step.do(ctx); err != nil {
			return err
		}
		for _, r := range s.fake.Requests() {
			fmt.Fprintf(s.out, "    %s\n", r)
		}
	}
	s.now = day(4, 9)
	t := s.fake.Ticket(number)
	fmt.Fprintf(s.out, "\n  The ticket is %s, of priority %s, for %s, due %s, tags %s.\n", t.Status, t.Priority, t.Group+" and "+t.Agent, t.Due.UTC().Format("Mon 15:04"), strings.Join(t.Tags, ", "))
	for _, m := range t.Messages {
		who := "for agents"
		if m.Public {
			who = "for Ana"
		}
		fmt.Fprintf(s.out, "  %s: %s\n", who, m.Text)
	}
	fmt.Fprintln(s.out)
	return nil
}

func day(d, hour int) time.Time { return time.Date(2026, 3, d, hour, 0, 0, 0, time.UTC) }

func (s *story) written(ctx context.Context) error {
	s.fake.Put(number, func(t *helpdesktest.Ticket) {
		t.Title, t.Customer, t.Email, t.Failure, t.Waiting = "Where is it?", "Ana", "ana@example.org", "late", s.now
		if s.kind == "zendesk" {
			t.Tags = []string{"late"} // its events do not tell fields of one's own
		}
	})
	return s.post(ctx, s.fake.Webhook(number, "created"))
}

func (s *story) echoed(ctx context.Context) error {
	return s.post(ctx, s.fake.Webhook(number, "changed"))
}

func (s *story) overdue(ctx context.Context) error {
	return s.later(ctx, s.incident(), s.now.Add(time.Second))
}

func (s *story) solved(ctx context.Context) error {
	s.fake.Put(number, func(t *helpdesktest.Ticket) { t.Status, t.Solved = "solved", s.now })
	return s.post(ctx, s.fake.Webhook(number, "changed"))
}

// table writes what each helpdesk can and cannot do. It tries each operation.
func table(ctx context.Context, w io.Writer, all []*story) error {
	fmt.Fprint(w, "## What each can do\n\n| |")
	for _, s := range all {
		fmt.Fprintf(w, " %s |", s.kind)
	}
	fmt.Fprint(w, "\n|---|"+strings.Repeat("---|", len(all))+"\n")
	for _, x := range trials() {
		fmt.Fprintf(w, "| %s |", x.name)
		for _, s := range all {
			got, err := s.try(ctx, x)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", s.kind, x.name, err)
			}
			fmt.Fprintf(w, " %s |", got)
		}
		fmt.Fprintln(w)
	}
	return nil
}

// trial is something that a helpdesk is asked to do with a ticket of its own, and what to see of it; or a webhook of
// the helpdesk, whose answer is shown.
type trial struct {
	name string
	do   recovery.Delivery
	see  func(helpdesktest.Ticket) string
	hook func(*story) *http.Request
}

func trials() []trial {
	at := day(6, 12)
	do := func(kind string, due time.Time, params ...recovery.Param) recovery.Delivery {
		return recovery.Delivery{Do: recovery.ToDo, Action: &recovery.Action{Type: kind, Params: params, DueAt: due}}
	}
	text := func(name, v string) recovery.Param { return recovery.Param{Name: name, Value: v} }
	undo := do(helpdesk.ActionTag, time.Time{}, text("tag", "promised"))
	undo.Do = recovery.ToCancel
	last := func(t helpdesktest.Ticket) string {
		m := t.Messages[len(t.Messages)-1]
		if m.Public {
			return "public: `" + m.Text + "`"
		}
		return "internal: `" + m.Text + "`"
	}
	priority := func(t helpdesktest.Ticket) string { return t.Priority }
	status := func(t helpdesktest.Ticket) string { return t.Status }
	return []trial{
		{name: "a webhook that nobody has signed", hook: func(s *story) *http.Request {
			r := s.webhook("created")
			r.Header = http.Header{}
			return r
		}},
		{name: "one whose body was changed", hook: func(s *story) *http.Request {
			r := s.webhook("created")
			r.Body = io.NopCloser(io.MultiReader(r.Body, strings.NewReader(" ")))
			return r
		}},
		{name: "one that comes again after an hour", hook: func(s *story) *http.Request {
			r := s.webhook("created")
			s.now = s.now.Add(time.Hour)
			return r
		}},
		{name: "one about what the program did itself", hook: func(s *story) *http.Request {
			note := recovery.Action{Type: helpdesk.ActionNote, Params: []recovery.Param{text("text", "ours")}}
			_ = s.desk.Apply(context.Background(), recovery.Delivery{Do: recovery.ToDo, Incident: s.other(), Action: &note}) // its webhook shows whether it went well
			return s.fake.Webhook(another, "changed")
		}},
		{"an answer of `a < b`", do(helpdesk.ActionReply, time.Time{}, text("text", "a < b")), last, nil},
		{"a note of `a < b`", do(helpdesk.ActionNote, time.Time{}, text("text", "a < b")), last, nil},
		{"a tag", do(helpdesk.ActionTag, time.Time{}, text("tag", "promised")), func(t helpdesktest.Ticket) string { return strings.Join(t.Tags, ", ") }, nil},
		{"taken off again", undo, func(t helpdesktest.Ticket) string { return fmt.Sprintf("%d tags", len(t.Tags)) }, nil},
		{"priority `normal`", do(helpdesk.ActionPriority, time.Time{}, text("priority", "normal")), priority, nil},
		{"priority `urgent`", do(helpdesk.ActionPriority, time.Time{}, text("priority", "urgent")), priority, nil},
		{"assign to somebody whom the program names", do(helpdesk.ActionAssign, time.Time{}, text("to", "shift-lead")), func(t helpdesktest.Ticket) string { return t.Group + ", " + t.Agent }, nil},
		{"assign to anybody else", do(helpdesk.ActionAssign, time.Time{}, text("to", "Billing")), func(t helpdesktest.Ticket) string { return "the group " + t.Group }, nil},
		{"a due date", do(helpdesk.ActionDue, at), func(t helpdesktest.Ticket) string { return t.Due.UTC().Format(time.RFC3339) }, nil},
		{"status `pending`", do(helpdesk.ActionStatus, time.Time{}, text("status", "pending")), status, nil},
		{"`pending` until a time", do(helpdesk.ActionStatus, at, text("status", "pending")), status, nil},
		{"status `solved`", do(helpdesk.ActionStatus, time.Time{}, text("status", "solved")), status, nil},
		{"status `closed`", do(helpdesk.ActionStatus, time.Time{}, text("status", "closed")), status, nil},
		{"take an answer back", recovery.Delivery{Do: recovery.ToCancel, Action: &recovery.Action{Type: helpdesk.ActionReply}}, status, nil},
		{"give money", do(recovery.ActionCompensate, time.Time{}), status, nil},
	}
}

// another is the number of a ticket that is there for trials.
const another = number + 1

func (s *story) other() string { return fmt.Sprintf("%s-%d", s.kind, another) }

// webhook is a genuine one about the ticket for trials.
func (s *story) webhook(event string) *http.Request {
	s.fake.Put(another, func(t *helpdesktest.Ticket) { t.Title, t.Email = "Another", "bo@example.org" })
	return s.fake.Webhook(another, event)
}

// try does one thing with a ticket that is there for it, or posts a webhook about it.
func (s *story) try(ctx context.Context, x trial) (string, error) {
	if x.hook != nil {
		w := httptest.NewRecorder()
		helpdesk.Handler(s.engine, s.desk).ServeHTTP(w, x.hook(s))
		return fmt.Sprintf("%d %s", w.Code, strings.TrimSpace(w.Body.String())), nil
	}
	s.webhook("created")
	x.do.Incident = s.other()
	var cannot *helpdesk.CannotError
	switch err := s.desk.Apply(ctx, x.do); {
	case errors.As(err, &cannot):
		return "no: " + cannot.Why, nil
	case errors.Is(err, recovery.ErrNotUndone):
		return "no: " + err.Error(), nil
	case err != nil:
		return "", err
	}
	return x.see(s.fake.Ticket(another)), nil
}
