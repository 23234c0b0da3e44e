package helpdesk

import (
	"context"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// The actions that `uses: [helpdesk]` brings into a set.
const (
	ActionReply    = "ticket_reply"
	ActionNote     = "ticket_note"
	ActionTag      = "ticket_tag"
	ActionPriority = "ticket_priority"
	ActionAssign   = "ticket_assign"
	ActionDue      = "ticket_due"
	ActionStatus   = "ticket_status"
)

// tickets are the operations on the tickets of one helpdesk. An operation that the desk does not have
// returns a *CannotError.
type tickets interface {
	name() string
	prefix() string
	reply(ctx context.Context, ticket, text string) error
	note(ctx context.Context, ticket, text string) error
	tag(ctx context.Context, ticket, tag string, on bool) error
	priority(ctx context.Context, ticket, priority string) error
	assign(ctx context.Context, ticket, to string) error
	due(ctx context.Context, ticket string, at time.Time) error
	status(ctx context.Context, ticket, status string, until time.Time) error
}

// apply does what a delivery asks for.
func apply(ctx context.Context, t tickets, d recovery.Delivery) error {
	id, err := ticket(t.name(), t.prefix(), d.Incident)
	switch {
	case err != nil:
		return err
	case d.Choice != nil:
		return choice(ctx, t, id, &d)
	case d.Action == nil:
		return &CannotError{t.name(), d.Do, "the delivery has no action"}
	case d.Do == recovery.ToSay:
		return say(ctx, t, id, d.Action)
	case d.Do == recovery.ToCancel && d.Action.Type == ActionTag:
		return t.tag(ctx, id, text(d.Action, "tag"), false)
	case d.Do == recovery.ToCancel && own(d.Action.Type):
		return recovery.ErrNotUndone
	}
	return operate(ctx, t, id, d.Action)
}

// say writes the words of an action into the ticket. Those for somebody of the team are a note.
func say(ctx context.Context, t tickets, id string, a *recovery.Action) error {
	switch {
	case a.Message == nil:
		return &CannotError{t.name(), recovery.ToSay, "the action has no words"}
	case text(a, "to") != "":
		return t.note(ctx, id, text(a, "to")+": "+a.Message.Text)
	case a.Type == ActionNote:
		return t.note(ctx, id, a.Message.Text)
	}
	return t.reply(ctx, id, a.Message.Text)
}

// own reports whether an action is done in the helpdesk, and so cannot be taken back there.
func own(action string) bool {
	return strings.HasPrefix(action, "ticket_") || action == recovery.ActionAssign
}

// operate does one action.
func operate(ctx context.Context, t tickets, id string, a *recovery.Action) error {
	switch a.Type {
	case ActionReply:
		if s := text(a, "text"); s != "" {
			return t.reply(ctx, id, s)
		}
		if a.Message == nil {
			return &CannotError{t.name(), a.Type, "it has neither a text nor a message"}
		}
		return nil // its words are a delivery of their own
	case ActionNote:
		return t.note(ctx, id, text(a, "text"))
	case recovery.ActionAcknowledge, recovery.ActionApologise, recovery.ActionExplain, recovery.ActionInform, recovery.ActionSurvey:
		if a.Message == nil {
			return &CannotError{t.name(), a.Type, "it has no message; give it one in the playbook, or leave it to a person"}
		}
		return nil // to say its words is to do it, and they are a delivery of their own
	case ActionTag:
		return t.tag(ctx, id, text(a, "tag"), true)
	case ActionPriority:
		p, err := among(t, a, "priority", "low", "normal", "high", "urgent")
		if err != nil {
			return err
		}
		return t.priority(ctx, id, p)
	case ActionAssign, recovery.ActionAssign:
		return t.assign(ctx, id, text(a, "to"))
	case ActionDue:
		at, ok := recovery.ParamOf[time.Time](*a, "at")
		if !ok {
			at = a.DueAt
		}
		if at.IsZero() {
			return &CannotError{t.name(), a.Type, "it has neither `at` nor a deadline; write `at` or `within` in the playbook"}
		}
		return t.due(ctx, id, at)
	case ActionStatus:
		s, err := among(t, a, "status", "open", "pending", "solved", "closed")
		if err != nil {
			return err
		}
		return t.status(ctx, id, s, a.DueAt)
	}
	return &CannotError{t.name(), a.Type, "a helpdesk does not do such actions"}
}

// choice leaves a note about a choice that somebody has to make.
func choice(ctx context.Context, t tickets, id string, d *recovery.Delivery) error {
	c := d.Choice
	if d.Do == recovery.ToWithdraw {
		return t.note(ctx, id, "No choice is needed any more ("+c.Play+").")
	}
	s := "A choice is needed: " + c.Play
	if c.Decider != "" {
		s += ", by " + c.Decider
	}
	if !c.DueAt.IsZero() {
		s += ", until " + c.DueAt.UTC().Format("2006-01-02 15:04 MST")
	}
	return t.note(ctx, id, s+". Its id is "+c.ID+".")
}

// among is a parameter of a closed set. A set that declares such an action itself may have other values.
func among(t tickets, a *recovery.Action, name string, known ...string) (string, error) {
	s := text(a, name)
	if !slices.Contains(known, s) {
		return "", &CannotError{t.name(), a.Type, fmt.Sprintf("`%s` is one of %s, found %q", name, strings.Join(known, ", "), s)}
	}
	return s, nil
}

func text(a *recovery.Action, name string) string {
	s, _ := recovery.ParamOf[string](*a, name)
	return s
}

// asHTML is a plain text as HTML that shows the same.
func asHTML(s string) string { return strings.ReplaceAll(html.EscapeString(s), "\n", "<br>") }
