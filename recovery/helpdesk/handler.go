package helpdesk

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/servicerecovery/amends/recovery"
)

// Option changes what a [Handler] does.
type Option func(*handler)

// WithMap names the map that reads the payloads. Without it, it is the one that the desk names.
func WithMap(name string) Option { return func(h *handler) { h.by = name } }

// WithLimit bounds the bytes of a webhook. Without it, a webhook has at most 1 MiB.
func WithLimit(bytes int64) Option { return func(h *handler) { h.limit = bytes } }

// WithCall passes options on to the engine, such as [recovery.In].
func WithCall(options ...recovery.CallOption) Option {
	return func(h *handler) { h.call = append(h.call, options...) }
}

// Then is called with each decision that a webhook leads to. A host whose store keeps no stream of
// deliveries acts here on [recovery.Decision.Effects]. Its error makes the helpdesk send the webhook
// again, and Then is called with the decision that stands. Chatwoot does not send it again: act on a
// stream of deliveries there. Helpdesks wait for 5 to 30 seconds.
func Then(act func(context.Context, *recovery.Decision) error) Option {
	return func(h *handler) { h.then = act }
}

// OnError is called with whatever keeps a webhook from being decided: what is not genuine
// (*[NotGenuineError]), what does not fit (*[recovery.PayloadError], *[recovery.IncidentError]), and
// what may go well when the webhook is sent again. It is not called for echoes and for what the map
// leaves out.
func OnError(tell func(*http.Request, error)) Option { return func(h *handler) { h.tell = tell } }

const (
	defaultLimit = 1 << 20
	retryAfter   = "30" // seconds; Zendesk repeats what is asked for within a minute
)

type handler struct {
	engine *recovery.Engine
	desk   Desk
	by     string
	limit  int64
	call   []recovery.CallOption
	then   func(context.Context, *recovery.Decision) error
	tell   func(*http.Request, error)
}

// Handler receives the webhooks of a desk and tells the engine of them ([recovery.Engine.Told]).
//
// It answers 200 where the incident is decided, and where no repetition would mend anything: an echo, an
// event that the map leaves out, a payload that does not fit, an incident that was erased. It answers 401
// to what is not genuine, 405 to what is not a POST, and 413 to what is too large. To what a repetition would
// mend it answers 503 with Retry-After: Zendesk repeats a webhook for certain answers alone, and not for
// 500. The answers tell nothing of the reasons; [OnError] does.
func Handler(engine *recovery.Engine, desk Desk, options ...Option) http.Handler {
	h := &handler{engine: engine, desk: desk, limit: defaultLimit}
	if m, ok := desk.(interface{ Map() string }); ok {
		h.by = m.Map()
	}
	for _, o := range options {
		if o != nil {
			o(h)
		}
	}
	return h
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "a webhook is posted", http.StatusMethodNotAllowed)
		return
	}
	if h.engine == nil || h.desk == nil {
		h.fail(w, r, http.StatusServiceUnavailable, errors.New("the handler has no engine or no desk"))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		h.fail(w, r, http.StatusRequestEntityTooLarge, err)
	case err != nil:
		h.fail(w, r, http.StatusBadRequest, err)
	default:
		h.receive(w, r, body)
	}
}

// receive handles a webhook that was read.
func (h *handler) receive(w http.ResponseWriter, r *http.Request, body []byte) {
	switch err := h.desk.Verify(r, body); {
	case errors.Is(err, ErrEcho):
		answer(w, "our own")
		return
	case err != nil:
		h.fail(w, r, http.StatusUnauthorized, err)
		return
	}
	switch err := h.told(r.Context(), body); {
	case err == nil:
		answer(w, "decided")
	case errors.Is(err, recovery.ErrNotMeant):
		answer(w, "left out")
	case lasting(err):
		h.report(r, err)
		answer(w, "noted")
	default:
		h.fail(w, r, http.StatusServiceUnavailable, err)
	}
}

// told tells the engine and the host.
func (h *handler) told(ctx context.Context, body []byte) error {
	if m, ok := h.desk.(interface {
		Read(context.Context, []byte) ([]byte, error)
	}); ok {
		var err error
		if body, err = m.Read(ctx, body); err != nil {
			return err
		}
	}
	decision, err := h.engine.Told(ctx, h.by, body, h.call...)
	if err == nil && h.then != nil {
		err = h.then(ctx, decision)
	}
	return err
}

// lasting reports whether the same webhook would meet the same error again.
func lasting(err error) bool {
	var payload *recovery.PayloadError
	var incident *recovery.IncidentError
	var text *recovery.JSONError
	var cannot *CannotError
	var api *APIError
	return errors.Is(err, recovery.ErrErased) || errors.As(err, &payload) || errors.As(err, &incident) || errors.As(err, &text) || errors.As(err, &cannot) ||
		errors.As(err, &api) && api.Status == http.StatusNotFound
}

func (h *handler) report(r *http.Request, err error) {
	if h.tell != nil {
		h.tell(r, err)
	}
}

func (h *handler) fail(w http.ResponseWriter, r *http.Request, status int, err error) {
	h.report(r, err)
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	http.Error(w, http.StatusText(status), status)
}

func answer(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text+"\n") // who does not listen any more will send it again
}
