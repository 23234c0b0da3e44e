// Command embed is a small helpdesk that imports amends: tickets come in over
// HTTP, what is to be done goes to an outbox.
//
//	embed               tells a story against itself and ends
//	embed -addr :8080   serves
package main

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

//go:embed playbooks
var files embed.FS

func main() {
	addr := flag.String("addr", "", "serve on this address, such as :8080; without it, tell a story")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := func() error { return tell(ctx, os.Stdout) }
	if *addr != "" {
		run = func() error { return listen(ctx, os.Stdout, *addr) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func listen(ctx context.Context, w io.Writer, addr string) error {
	h, err := newHelpdesk(w, recovery.NewMemoryStore(), time.Now)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "listening on %s\n", l.Addr())
	return serve(ctx, h, l)
}

// serve answers until the context ends.
func serve(ctx context.Context, h *helpdesk, l net.Listener) error {
	server := http.Server{Handler: h.routes(), ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() {
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(wait)
	})()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// helpdesk is the program that embeds the library.
type helpdesk struct {
	engine *recovery.Engine
	store  recovery.Store
	now    func() time.Time
	out    *outbox
}

// newHelpdesk loads the playbooks. The store is where decisions are remembered:
// in memory here, in your database otherwise.
func newHelpdesk(w io.Writer, store recovery.Store, now func() time.Time) (*helpdesk, error) {
	playbooks, err := fs.Sub(files, "playbooks")
	if err != nil {
		return nil, err
	}
	engine, err := recovery.Load(playbooks, recovery.WithStore(store), recovery.WithClock(now))
	if err != nil {
		return nil, err // every mistake in the playbooks, with its place
	}
	return &helpdesk{engine, store, now, &outbox{w: w, sent: map[string]bool{}}}, nil
}

// ticket is how this helpdesk sees the world. The library has no say in it.
type ticket struct {
	Number   string    `json:"number"`
	Topic    string    `json:"topic"`
	Urgency  int       `json:"urgency"`
	OpenedAt time.Time `json:"opened_at"`
	SolvedAt time.Time `json:"solved_at"`
	Customer struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Locale string `json:"locale"`
	} `json:"customer"`
	Form map[string]any `json:"form"` // what the playbooks ask for besides
}

// incident maps a ticket to what the library decides on: the one place where
// the two meet.
func (t ticket) incident() recovery.Incident {
	return recovery.Incident{
		ID: t.Number, Service: "broadband", Failure: t.Topic, Severity: t.Urgency,
		OccurredAt: t.OpenedAt, ReportedAt: t.OpenedAt, ResolvedAt: t.SolvedAt,
		Customer: recovery.Customer{ID: t.Customer.ID, Name: t.Customer.Name, Language: t.Customer.Locale},
		Fields:   t.Form,
	}
}

func (h *helpdesk) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tickets", h.answer(h.handle))
	mux.HandleFunc("POST /choices", h.answer(h.choose))
	mux.HandleFunc("GET /tickets/{number}/agenda", h.answer(h.agenda))
	mux.HandleFunc("POST /tickets/{number}/done", h.answer(h.done))
	return mux
}

// handle decides on a ticket. A ticket that comes twice acts once, and one that
// has changed changes what was promised.
func (h *helpdesk) handle(r *http.Request) (any, error) {
	var t ticket
	if err := decode(r, &t); err != nil {
		return nil, err
	}
	decision, err := h.engine.Handle(r.Context(), t.incident())
	if err != nil {
		return nil, about{t.Number, err}
	}
	return decision, h.out.send(decision.Effects())
}

// choose makes a choice that a decision has left to a person.
func (h *helpdesk) choose(r *http.Request) (any, error) {
	var sel recovery.Selection
	if err := decode(r, &sel); err != nil {
		return nil, err
	}
	decision, err := h.engine.Choose(r.Context(), sel)
	if err != nil {
		return nil, about{sel.Incident, err}
	}
	return decision, h.out.send(decision.Effects())
}

// done reports that an action was done, and answers with what is left.
func (h *helpdesk) done(r *http.Request) (any, error) {
	var report struct{ Action, Note string }
	if err := decode(r, &report); err != nil {
		return nil, err
	}
	number := r.PathValue("number")
	if err := h.engine.Report(r.Context(), recovery.Report{Incident: number, Action: report.Action, At: h.now(), Note: report.Note}); err != nil {
		return nil, about{number, err}
	}
	return h.agenda(r)
}

// owed is an entry of the agenda in JSON.
type owed struct {
	State  recovery.State  `json:"state"`
	At     time.Time       `json:"at,omitzero"`
	Action recovery.Action `json:"action"`
}

// agenda lists what is owed on a ticket, and the choices that wait for somebody.
func (h *helpdesk) agenda(r *http.Request) (any, error) {
	number := r.PathValue("number")
	given, _, err := h.store.Read(r.Context(), recovery.Query{Incident: number})
	if err != nil {
		return nil, err
	}
	if given.Previous == nil {
		return nil, refused{http.StatusNotFound, number, "unknown-ticket", "there is no such ticket"}
	}
	found, _, err := given.Agenda(h.now())
	if err != nil {
		return nil, err
	}
	list := []owed{}
	for _, o := range found {
		list = append(list, owed{o.State, o.At, o.Action})
	}
	return list, nil
}

// decode reads a request, strictly: what nobody would look at is a mistake.
func decode(r *http.Request, v any) error {
	d := json.NewDecoder(r.Body)
	d.UseNumber() // keeps all digits of what the form holds
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return nil
		}
		err = cmp.Or(err, errors.New("there is more than one JSON value"))
	}
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return refused{http.StatusRequestEntityTooLarge, "", "too-large", err.Error()}
	}
	return refused{http.StatusBadRequest, "", "bad-request", err.Error()}
}

// refused is an error of the helpdesk's own.
type refused struct {
	status                int
	number, code, message string
}

func (e refused) Error() string { return e.message }

// about says which ticket an error of the library is about.
type about struct {
	number string
	error
}

func (e about) Unwrap() error { return e.error }

// explain turns an error into a status, which says whose mistake it is, and a
// body, which says what is wrong.
func explain(err error) (int, json.RawMessage) {
	var action *recovery.UnknownActionError
	if errors.As(err, &action) {
		err = refused{http.StatusNotFound, action.Incident, "unknown-action", err.Error()}
	}
	if own := (refused{}); errors.As(err, &own) {
		body, _ := json.Marshal(map[string]any{"incident": own.number, "error": map[string]string{"code": own.code, "message": own.message}})
		return own.status, body
	}
	var ticket about
	errors.As(err, &ticket)
	return statusOf(err), recovery.AppendRefusal(nil, ticket.number, err)
}

func statusOf(err error) int {
	var incident *recovery.IncidentError
	var choice *recovery.ChoiceError
	switch {
	case errors.As(err, &incident):
		return http.StatusBadRequest
	case errors.As(err, &choice):
		return http.StatusUnprocessableEntity
	case errors.Is(err, recovery.ErrConflict):
		return http.StatusConflict // worth another try
	}
	// An EvaluationError or an AmbiguousError is for the playbooks' owners:
	// whoever sent the ticket did nothing wrong.
	return http.StatusInternalServerError
}

// answer writes what a handler returns as JSON.
func (h *helpdesk) answer(handle func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		status := http.StatusOK
		result, err := handle(r)
		if err != nil {
			status, result = explain(err)
		}
		var body bytes.Buffer
		e := json.NewEncoder(&body)
		e.SetEscapeHTML(false) // decisions are JSON, not HTML
		if err := e.Encode(result); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(body.Bytes()) // who asked may be gone; what was decided stands
	}
}

// outbox stands for the mails, bookings and payments of a real helpdesk. It
// remembers the keys of what was sent, so that a retry sends nothing twice.
type outbox struct {
	mu   sync.Mutex
	w    io.Writer
	sent map[string]bool
}

func (o *outbox) send(effects []recovery.Delivery) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	fresh := 0
	for _, e := range effects {
		if o.sent[e.Key] {
			continue
		}
		line, err := describe(e)
		if err != nil {
			return err
		}
		o.sent[e.Key] = true
		fresh++
		fmt.Fprintf(o.w, "    outbox  %s\n", line)
	}
	if fresh == 0 {
		fmt.Fprintln(o.w, "    outbox  nothing new")
	}
	return nil
}

// describe writes an effect in a line. An amount is the whole entitlement: what
// moves now is the difference to what was given already.
func describe(e recovery.Delivery) (string, error) {
	switch e.Do {
	case recovery.ToSay:
		return fmt.Sprintf("%s  %-6s  %s", e.Key, e.Do, e.Action.Message.Text), nil
	case recovery.ToAsk, recovery.ToWithdraw:
		return fmt.Sprintf("%s  %-6s  the %s to choose", e.Key, e.Do, e.Choice.Decider), nil
	}
	a := *e.Action
	a.Change = "" // Do says it
	line := fmt.Sprintf("%s  %-6s  %s", e.Key, e.Do, a)
	if !a.Already.IsSet() {
		return line, nil
	}
	difference, err := a.Amount.Sub(a.Already)
	return fmt.Sprintf("%s; already %s, so %s", line, a.Already, difference), err
}
