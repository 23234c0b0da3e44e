// Package helpdesktest has fakes of the APIs of four helpdesks, for tests of playbooks and programs. A fake
// keeps tickets in memory. It answers the requests that recovery/helpdesk makes, refuses any other, and
// writes webhooks as its helpdesk does.
package helpdesktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/servicerecovery/amends/recovery/helpdesk"
)

// Ticket is a ticket, or a conversation, of any of the helpdesks.
type Ticket struct {
	ID         int64
	Title      string
	Customer   string // the name
	CustomerID int64
	Email      string
	Failure    string // an attribute of the team's own; Zendesk's events do not tell it
	Created    time.Time
	Updated    time.Time
	Answered   time.Time // when somebody last answered in public
	Waiting    time.Time // since when the customer waits for an answer; zero: not at all
	Solved     time.Time
	Priority   string // low, normal, high or urgent, as far as the helpdesk tells them apart
	Status     string // open, pending, solved or closed, as far as the helpdesk tells them apart
	Group      string
	Agent      string
	Tags       []string
	Due        time.Time
	Messages   []Message
}

// Message is what was written into a ticket.
type Message struct {
	Public bool
	Text   string // as the helpdesk shows it: HTML, but for Chatwoot
}

// Fake is a helpdesk. Its methods may be called by several goroutines at once.
type Fake struct {
	desk
	kind    string
	clock   func() time.Time
	server  *httptest.Server
	mu      sync.Mutex
	tickets map[int64]*Ticket
	log     []string
	byUs    bool // the program made the last change
	was     map[int64]string
}

// What signs requests and webhooks.
const (
	token  = "token-of-the-api"
	secret = "secret-of-webhooks"
	user   = "amends@example.org" // as whom the program writes
	userID = 900
)

// desk is what one helpdesk does in a way of its own.
type desk interface {
	// client is the other side.
	client(f *Fake) helpdesk.Desk
	signedIn(r *http.Request) bool
	// serve answers a request. An error is an answer of 422, and errNoRoute one of 404.
	serve(f *Fake, r *http.Request, body map[string]any) (any, error)
	// webhook writes what the helpdesk posts about a ticket, and signs it.
	webhook(f *Fake, t *Ticket, event string) (payload any, sign func(*http.Request, []byte))
}

// unknownLabel begins the labels that the account of a fake does not have. Chatwoot passes over those.
const unknownLabel = "unknown"

// Kinds are the helpdesks that there are fakes of.
func Kinds() []string { return []string{"zammad", "chatwoot", "zendesk", "freshdesk"} }

// New starts a fake of a kind. Close ends it. Its time is that of the clock, which may not be nil.
func New(kind string, clock func() time.Time) (*Fake, error) {
	d := map[string]desk{"zammad": zammad{}, "chatwoot": chatwoot{}, "zendesk": zendesk{}, "freshdesk": freshdesk{}}[kind]
	if d == nil {
		return nil, fmt.Errorf("there is no fake of %q; there are %s", kind, strings.Join(Kinds(), ", "))
	}
	f := &Fake{desk: d, kind: kind, clock: clock, tickets: map[int64]*Ticket{}, was: map[int64]string{}}
	f.server = httptest.NewServer(http.HandlerFunc(f.handle))
	return f, nil
}

// Close ends the server.
func (f *Fake) Close() { f.server.Close() }

// Desk is the desk that talks to this fake.
func (f *Fake) Desk() helpdesk.Desk { return f.client(f) }

// api is where the fake is.
func (f *Fake) api() helpdesk.API {
	return helpdesk.API{URL: f.server.URL, Token: token, Client: f.server.Client()}
}

// Put makes a ticket, or changes one, as a person does. The change gets the first ticket with the id as
// it stands, or an empty one.
func (f *Fake) Put(id int64, change func(*Ticket)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.tickets[id]
	if t == nil {
		t = &Ticket{ID: id, CustomerID: 1000 + id, Created: f.clock(), Priority: "normal", Status: "open"}
		f.tickets[id] = t
	}
	change(t)
	t.Updated, f.byUs = f.clock(), false
}

// Delete takes a ticket out, as a person does.
func (f *Fake) Delete(id int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.tickets, id)
}

// Ticket is a copy of a ticket; the zero Ticket where there is none.
func (f *Fake) Ticket(id int64) Ticket {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.tickets[id]
	if t == nil {
		return Ticket{}
	}
	out := *t
	out.Tags, out.Messages = slices.Clone(t.Tags), slices.Clone(t.Messages)
	return out
}

// Requests are those that were made, in order, without the ones that only read. They are forgotten then.
func (f *Fake) Requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.log
	f.log = nil
	return out
}

// Webhook is what the helpdesk posts about a ticket now. The event is created or changed.
func (f *Fake) Webhook(id int64, event string) *http.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	payload, sign := f.webhook(f, f.tickets[id], event)
	body, _ := json.Marshal(payload) // a map of texts and numbers
	r := httptest.NewRequest(http.MethodPost, "/hooks/"+f.kind, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	sign(r, body)
	f.was[id] = f.tickets[id].Status
	return r
}

var errNoRoute = fmt.Errorf("there is no such route")

func (f *Fake) handle(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	var body map[string]any
	if err == nil && len(raw) > 0 {
		err = json.Unmarshal(raw, &body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if !f.signedIn(r) {
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.Method != http.MethodGet {
		f.log = append(f.log, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+string(raw)))
	}
	out, err := f.serve(f, r, body)
	switch {
	case err == errNoRoute:
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil:
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
	default:
		if r.Method != http.MethodGet {
			f.byUs = true
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out) // the client sees a short answer
	}
}

// path matches the path of a request with a pattern in which {} is the id of a ticket.
func (f *Fake) path(r *http.Request, method, pattern string) *Ticket {
	before, after, _ := strings.Cut(pattern, "{}")
	rest, ok := strings.CutPrefix(r.URL.Path, before)
	id, fits := strings.CutSuffix(rest, after)
	if r.Method != method || !ok || !fits || strings.Contains(id, "/") {
		return nil
	}
	var n int64
	if _, err := fmt.Sscanf(id, "%d", &n); err != nil {
		return nil
	}
	return f.tickets[n]
}

// touch says that the ticket was changed by the program.
func (f *Fake) touch(t *Ticket) {
	t.Updated = f.clock()
}

// status changes where a ticket stands.
func (f *Fake) status(t *Ticket, to string) {
	if (to == "solved" || to == "closed") && t.Solved.IsZero() {
		t.Solved = f.clock()
	}
	if to == "open" || to == "pending" {
		t.Solved = time.Time{}
	}
	t.Status = to
}

// say adds a message.
func (f *Fake) say(t *Ticket, public bool, text string) error {
	if text == "" {
		return fmt.Errorf("a message has a text")
	}
	t.Messages = append(t.Messages, Message{public, text})
	if public {
		t.Answered, t.Waiting = f.clock(), time.Time{}
	}
	return nil
}

// fields takes the members of a request one by one, and refuses those that nobody knows.
func fields(body map[string]any, known map[string]func(v any) error) error {
	for _, name := range sortedKeys(body) {
		set, ok := known[name]
		if !ok {
			return fmt.Errorf("the field %s is not known", name)
		}
		if err := set(body[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func sortedKeys(m map[string]any) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// word is a setter of a member that is one of some words.
func word(words map[string]string, set func(string)) func(any) error {
	return func(v any) error {
		to, ok := words[fmt.Sprint(v)]
		if !ok {
			return fmt.Errorf("%v is none of its values", v)
		}
		set(to)
		return nil
	}
}

// text is a setter of a member that is any text or number.
func text(set func(string)) func(any) error {
	return func(v any) error { set(fmt.Sprint(v)); return nil }
}

// instant is a setter of a time in RFC 3339.
func instant(set func(time.Time)) func(any) error {
	return func(v any) error {
		at, err := time.Parse(time.RFC3339, fmt.Sprint(v))
		if err == nil {
			set(at)
		}
		return err
	}
}

// rfc is a time as the helpdesks write it; null for none.
func rfc(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// wordOf is the word of a helpdesk for one of ours.
func wordOf(words map[string]string, ours string) string {
	for _, w := range sortedWords(words) {
		if words[w] == ours {
			return w
		}
	}
	return ours
}

func sortedWords(m map[string]string) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
