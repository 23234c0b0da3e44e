package helpdesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/servicerecovery/amends/recovery"
)

// Desk is a helpdesk. Its methods may be called by several goroutines at once.
//
// A desk may also have these methods, as those of this package do, and [Handler] calls them:
//
//	Map() string
//	    is the name of the map that reads its payloads, unless [WithMap] says another.
//	Read(ctx context.Context, body []byte) ([]byte, error)
//	    is the payload that the map reads, where a webhook says no more than what has changed.
type Desk interface {
	// Verify says whether a webhook is genuine. Its error wraps [ErrEcho] where the webhook is genuine
	// and tells what this program did itself, and is a *[NotGenuineError] where it is not. The body is
	// that of the request, which was read.
	Verify(r *http.Request, body []byte) error
	// Apply does what a delivery asks for. Its error wraps [ErrElsewhere] where the incident does not belong
	// to this desk, and [recovery.ErrNotUndone] where something cannot be undone. It is a *[CannotError]
	// where the desk can never do it, and an *[APIError] where the desk refused it.
	Apply(ctx context.Context, d recovery.Delivery) error
}

// ErrEcho is wrapped by the error of a webhook that tells what this program did itself. Nothing is wrong.
var ErrEcho = errors.New("the program did this itself")

// ErrElsewhere is wrapped by the error of a delivery on an incident that is no ticket of the desk. A
// program that has several desks asks the next one.
var ErrElsewhere = errors.New("the incident is no ticket of this desk")

// NotGenuineError reports a webhook that does not prove where it comes from.
type NotGenuineError struct {
	Desk string
	Why  string // what was wanted and what was found; never the secret
}

func (e *NotGenuineError) Error() string {
	return "the webhook is not one of " + e.Desk + ": " + e.Why
}

// CannotError reports a delivery that a desk can never do as it stands. To try it again is of no use.
type CannotError struct {
	Desk   string
	Action string // the type of the action, or what the delivery asks for
	Why    string
}

func (e *CannotError) Error() string { return e.Desk + " cannot do " + e.Action + ": " + e.Why }

// Assignee is who works on a ticket, as the desk knows them. Zammad has names and addresses here; the
// others have numbers.
type Assignee struct {
	Group string // a group or a team; empty: it stays
	Agent string // a person; empty: it stays
}

// ticket is the number of a ticket in the id of an incident, which a map made of it.
func ticket(desk, prefix, incident string) (string, error) {
	id, ok := strings.CutPrefix(incident, prefix)
	if !ok || id == "" || strings.Trim(id, "0123456789") != "" {
		return "", fmt.Errorf("%s has tickets %sNUMBER, found %q: %w", desk, prefix, incident, ErrElsewhere)
	}
	return id, nil
}
