package helpdesk_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/due"
	"github.com/servicerecovery/amends/recovery/helpdesk"
	"github.com/servicerecovery/amends/recovery/helpdesk/helpdesktest"
	"github.com/servicerecovery/amends/testdata/golden"
)

// signer signs a body as a helpdesk does: written from the documentation of each, and not from the code.
func signer(kind string, body []byte, at time.Time) http.Header {
	h := http.Header{"Content-Type": {"application/json"}}
	code := func(m []byte) string { return hex.EncodeToString(m) }
	switch kind {
	case "zammad": // app/jobs/trigger_webhook_job.rb, lib/user_agent.rb
		m := hmac.New(sha1.New, []byte("s3cret"))
		m.Write(body)
		h.Set("X-Hub-Signature", "sha1="+code(m.Sum(nil)))
	case "chatwoot": // lib/webhooks/trigger.rb: "#{timestamp}.#{body}"
		stamp := strconv.FormatInt(at.Unix(), 10)
		m := hmac.New(sha256.New, []byte("s3cret"))
		m.Write([]byte(stamp + "." + string(body)))
		h.Set("X-Chatwoot-Timestamp", stamp)
		h.Set("X-Chatwoot-Signature", "sha256="+code(m.Sum(nil)))
	case "zendesk": // Verifying webhooks: base64(HMACSHA256(TIMESTAMP + BODY))
		stamp := at.UTC().Format("2006-01-02T15:04:05Z")
		m := hmac.New(sha256.New, []byte("s3cret"))
		m.Write([]byte(stamp + string(body)))
		h.Set("X-Zendesk-Webhook-Signature-Timestamp", stamp)
		h.Set("X-Zendesk-Webhook-Signature", base64.StdEncoding.EncodeToString(m.Sum(nil)))
	default:
		h.Set("X-Secret", "s3cret")
	}
	return h
}

// strict is a desk of each kind, with an API that nobody may ask.
func strict(t *testing.T, kind string, c *clock) helpdesk.Desk {
	api := helpdesk.API{URL: "https://help.invalid", Client: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s asks %s %s", kind, r.Method, r.URL)
		return nil, errors.New("nobody may ask")
	})}}
	switch kind {
	case "zammad":
		return &helpdesk.Zammad{API: api, Secret: "s3cret"}
	case "chatwoot":
		return &helpdesk.Chatwoot{API: api, Secret: "s3cret", Clock: c.now}
	case "zendesk":
		return &helpdesk.Zendesk{API: api, Secret: "s3cret", Clock: c.now}
	}
	return &helpdesk.Freshdesk{API: api, Secret: "s3cret", Header: "X-Secret"}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestHostilePayloads posts what nobody should send, signed well: each has an answer that is not sent again for days, and an
// error that says what is wrong.
func TestHostilePayloads(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	fmt.Fprint(w, `{"id": 17}`)
	w.Close()
	bodies := []struct{ name, body string }{
		{"nothing", ""},
		{"null", "null"},
		{"a list", "[]"},
		{"a text", `"17"`},
		{"an empty object", "{}"},
		{"a form", "ticket_id=17&event=ticket.create"},
		{"two objects", `{"id":17}{"id":18}`},
		{"a key twice", `{"id":17,"ticket":{"id":17},"ticket":{"id":18},"id":18,"ticket_id":"17","ticket_id":"18x"}`},
		{"deep", strings.Repeat(`{"ticket":`, 20_000) + "1" + strings.Repeat("}", 20_000)},
		{"deep lists", strings.Repeat("[", 100_000)},
		{"not UTF-8", "{\"id\":\"\xff\"}"},
		{"packed", zipped.String()},
		{"cut off", `{"id":17,"ticket":{"id":`},
		{"a path for a number", `{"id":"17/../18","ticket":{"id":"17/../18"},"ticket_id":"17/../18","detail":{"id":"17/../18","status":"OPEN"},"type":"zen:event-type:ticket.created","event":"conversation_created"}`},
		{"an endless number", `{"id":1e999,"ticket":{"id":1e999},"ticket_id":1e999,"detail":{"id":1e999,"status":"OPEN"},"type":"zen:event-type:ticket.created","event":"conversation_created"}`},
		{"an object for a number", `{"id":{},"ticket":{"id":{}},"ticket_id":{},"detail":{"id":{},"status":"OPEN"},"type":"zen:event-type:ticket.created","event":"conversation_created"}`},
		{"a control character", `{"id":"1\u0000","ticket":{"id":"1\u0000"},"ticket_id":"1\u0000","detail":{"id":"1\u0000","status":"OPEN"},"type":"zen:event-type:ticket.created","event":"conversation_created"}`},
		{"too large", `{"id":"` + strings.Repeat("x", 1<<20) + `"}`},
	}
	var out strings.Builder
	for _, kind := range helpdesktest.Kinds() {
		c := &clock{noon}
		var told error
		h := helpdesk.Handler(engine(t, c), strict(t, kind, c), helpdesk.OnError(func(_ *http.Request, err error) { told = err }))
		for _, b := range bodies {
			told = nil
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(b.body))
			r.Header = signer(kind, []byte(b.body), c.at)
			code, text := post(h, r)
			line := fmt.Sprintf("%s, %s: %d %s", kind, b.name, code, text)
			if told != nil {
				line += ": " + told.Error()
			}
			fmt.Fprintln(&out, line)
			if code == http.StatusServiceUnavailable || code == http.StatusUnauthorized {
				t.Errorf("%s", line)
			}
		}
	}
	golden.Check(t, "testdata/hostile.golden", []byte(out.String()))
}

// TestReplayed posts a genuine webhook again: at once, after five minutes, and behind a newer one.
func TestReplayed(t *testing.T) {
	for _, kind := range helpdesktest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			c := &clock{noon}
			f := fake(t, kind, c)
			var handled []string
			h := helpdesk.Handler(engine(t, c), f.Desk(), helpdesk.Then(func(_ context.Context, d *recovery.Decision) error {
				handled = append(handled, string(d.Handled))
				return nil
			}))
			f.Put(17, func(t *helpdesktest.Ticket) {
				t.Title, t.Customer, t.Failure, t.Tags = "x", "Ana", "late", []string{"late"}
			})
			body, _ := io.ReadAll(f.Webhook(17, "created").Body)
			first := f.Webhook(17, "created").Header
			send := func() int {
				r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
				r.Header = first.Clone()
				code, _ := post(h, r)
				return code
			}
			for range 3 {
				if code := send(); code != 200 {
					t.Fatal(code)
				}
			}
			c.at = c.at.Add(2 * time.Minute)
			f.Put(17, func(t *helpdesktest.Ticket) { t.Priority = "high" })
			if code, text := post(h, f.Webhook(17, "changed")); code != 200 {
				t.Fatal(code, text)
			}
			if code := send(); code != 200 {
				t.Error("an older one within five minutes:", code)
			}
			want := "new retry retry changed outdated"
			if kind == "freshdesk" { // a webhook says which ticket, and the ticket is read as it is now
				want = "new retry retry changed retry"
			}
			if got := strings.Join(handled, " "); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			c.at = c.at.Add(time.Hour)
			timed := kind == "chatwoot" || kind == "zendesk"
			if code := send(); (code == 401) != timed || !timed && code != 200 {
				t.Error("an hour later:", code)
			}
		})
	}
}

// TestTicketsThatAreGone tells of a ticket that nobody finds any more, and does something in it.
func TestTicketsThatAreGone(t *testing.T) {
	for _, kind := range helpdesktest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			c := &clock{noon}
			f := fake(t, kind, c)
			var told error
			h := helpdesk.Handler(engine(t, c), f.Desk(), helpdesk.OnError(func(_ *http.Request, err error) { told = err }))
			f.Put(17, func(t *helpdesktest.Ticket) { t.Title, t.Customer, t.Failure = "x", "Ana", "late" })
			late := f.Webhook(17, "changed")
			f.Delete(17)
			code, text := post(h, late)
			var api *helpdesk.APIError
			switch {
			case kind == "freshdesk" && (code != 200 || text != "noted" || !errors.As(told, &api) || api.Status != 404):
				t.Error(code, text, told)
			case kind != "freshdesk" && (code != 200 || text != "decided"): // the webhook has all of it
				t.Error(code, text, told)
			}
			note := recovery.Delivery{Do: recovery.ToDo, Incident: kind + "-17", Action: action(helpdesk.ActionNote, param("text", "x"))}
			if err := f.Desk().Apply(t.Context(), note); !errors.As(err, &api) || api.Status != 404 || api.Temporary() {
				t.Error(err)
			}
		})
	}
}

// flap puts what goes wrong before the API of a desk: each request meets the next of these, until there are none left.
func flap(desk helpdesk.Desk, wrong *[]string) {
	through := http.DefaultTransport
	client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		next := ""
		if len(*wrong) > 0 {
			next, *wrong = (*wrong)[0], (*wrong)[1:]
		}
		status, _ := strconv.Atoi(next)
		switch {
		case next == "lost": // it was done, and nobody hears of it
			if answer, err := through.RoundTrip(r); err == nil {
				answer.Body.Close()
			}
			return nil, errors.New("the connection was reset")
		case next == "down":
			return nil, errors.New("nobody listens")
		case status > 0:
			return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {"30"}}, Body: io.NopCloser(strings.NewReader("too much")), Request: r}, nil
		}
		return through.RoundTrip(r)
	})}
	switch d := desk.(type) {
	case *helpdesk.Zammad:
		d.Client = client
	case *helpdesk.Chatwoot:
		d.Client = client
	case *helpdesk.Zendesk:
		d.Client = client
	case *helpdesk.Freshdesk:
		d.Client = client
	}
}

// TestFlapping hands deliveries to helpdesks that are busy, down, or lose an answer: the runner tries until each is done, and
// what is done once stays once, but where the answer was lost.
func TestFlapping(t *testing.T) {
	for _, kind := range helpdesktest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			f := fake(t, kind, &clock{noon})
			f.Put(17, func(t *helpdesktest.Ticket) {
				t.Title, t.Customer, t.Failure, t.Tags = "x", "Ana", "late", []string{"late"}
			})
			store := recovery.NewMemoryStore(recovery.KeepDeliveries())
			e, err := recovery.Load(fstest.MapFS{"a.yaml": {Data: []byte(set)}}, recovery.WithStore(store))
			if err != nil {
				t.Fatal(err)
			}
			desk := f.Desk()
			ctx, done := context.WithCancel(t.Context())
			defer done()
			if code, text := post(helpdesk.Handler(e, desk), f.Webhook(17, "created")); code != 200 {
				t.Fatal(code, text)
			}
			wrong := []string{"429", "429", "503", "down", "500", "408", "lost"}
			flap(desk, &wrong)
			runner := due.Runner{Engine: e, Store: store, Lease: time.Minute, Attempts: 20, Backoff: func(int) time.Duration { return 0 }}
			runner.Deliver = func(ctx context.Context, d recovery.Delivery) error {
				var cannot *helpdesk.CannotError
				err := desk.Apply(ctx, d)
				if errors.As(err, &cannot) {
					done()
					return due.ErrTaken // the last of them is for a person
				}
				return err
			}
			if err := runner.Run(ctx); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			got := f.Ticket(17)
			if len(wrong) != 0 || got.Priority != "high" || got.Due.IsZero() || len(got.Messages) != 1 {
				t.Errorf("%+v, %q left", got, wrong)
			}
			twice := recovery.Delivery{Do: recovery.ToDo, Incident: kind + "-17", Action: action(helpdesk.ActionNote, param("text", "x"))}
			wrong = []string{"lost"}
			if err := desk.Apply(t.Context(), twice); err == nil || !strings.Contains(err.Error(), "cannot be reached") {
				t.Error(err)
			}
			if err := desk.Apply(t.Context(), twice); err != nil || len(f.Ticket(17).Messages) != 3 {
				t.Error(err, f.Ticket(17).Messages)
			}
		})
	}
}

// TestBusyWhileReading tells of a ticket whose API is busy: the webhook is asked for again, within the minute in which Zendesk
// would repeat it.
func TestBusyWhileReading(t *testing.T) {
	c := &clock{noon}
	f := fake(t, "freshdesk", c)
	f.Put(17, func(t *helpdesktest.Ticket) { t.Title, t.Customer, t.Failure = "x", "Ana", "late" })
	desk := f.Desk()
	wrong := []string{"429", "503", "down"}
	flap(desk, &wrong)
	h := helpdesk.Handler(engine(t, c), desk)
	for len(wrong) > 0 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, f.Webhook(17, "created"))
		after, err := strconv.Atoi(w.Header().Get("Retry-After"))
		if w.Code != http.StatusServiceUnavailable || err != nil || after < 1 || after >= 60 {
			t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
		}
	}
	if code, text := post(h, f.Webhook(17, "created")); code != 200 || text != "decided" {
		t.Error(code, text)
	}
}
