package helpdesk_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/helpdesk"
	"github.com/servicerecovery/amends/recovery/helpdesk/helpdesktest"
)

type request struct {
	*http.Request
	w http.ResponseWriter
}

func serve(t *testing.T, answer func(*request) int) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(answer(&request{r, w})) }))
	t.Cleanup(s.Close)
	return s.URL
}

func post(h http.Handler, r *http.Request) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

// A ticket that is late is told, decided, and done in the helpdesk. What the program did there is no news.
func TestBothWays(t *testing.T) {
	for _, kind := range helpdesktest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			c := &clock{noon}
			f := fake(t, kind, c)
			desk := f.Desk()
			var handled []recovery.Handled
			act := func(ctx context.Context, d *recovery.Decision) error {
				handled = append(handled, d.Handled)
				for _, e := range d.Effects() {
					var cannot *helpdesk.CannotError
					if err := desk.Apply(ctx, e); err != nil && !errors.As(err, &cannot) {
						return err
					}
				}
				return nil
			}
			h := helpdesk.Handler(engine(t, c), desk, helpdesk.Then(act), helpdesk.OnError(func(_ *http.Request, err error) { t.Error(err) }))
			f.Put(17, func(t *helpdesktest.Ticket) {
				t.Title, t.Customer, t.Email, t.Failure, t.Tags, t.Waiting = "Where is it?", "Ana", "ana@example.org", "late", []string{"late"}, c.at
			})
			if code, text := post(h, f.Webhook(17, "created")); code != 200 || text != "decided" {
				t.Fatal(code, text)
			}
			got := f.Ticket(17)
			if got.Priority != "high" || !got.Due.Equal(noon.Add(4*time.Hour)) || len(got.Messages) != 1 || !got.Messages[0].Public {
				t.Errorf("%+v", got)
			}
			want := `We are sorry: 2 &lt; 3 &amp; &#34;so&#34;<br>on`
			if kind == "chatwoot" {
				want = "We are sorry: 2 < 3 & \"so\"\non"
			}
			if got.Messages[0].Text != want {
				t.Errorf("%q", got.Messages[0].Text)
			}
			c.at = c.at.Add(time.Second)
			code, text := post(h, f.Webhook(17, "changed"))
			if told := kind == "chatwoot" || kind == "freshdesk"; code != 200 || (text == "our own") == told {
				t.Error(code, text)
			}
			c.at = c.at.Add(time.Hour)
			f.Put(17, func(t *helpdesktest.Ticket) { t.Status, t.Solved = "solved", c.at })
			if code, text := post(h, f.Webhook(17, "changed")); code != 200 || text != "decided" {
				t.Error(code, text)
			}
			if len(f.Ticket(17).Messages) != 1 {
				t.Error("the answer went out twice", handled)
			}
		})
	}
}

// signedAnew is a webhook of another body with the headers of a genuine one.
func signedAnew(r *http.Request, body string) *http.Request {
	out := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	out.Header = r.Header.Clone()
	return out
}

func TestVerify(t *testing.T) {
	for _, kind := range helpdesktest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			c := &clock{noon}
			f := fake(t, kind, c)
			f.Put(17, func(*helpdesktest.Ticket) {})
			desk := f.Desk()
			verify := func(r *http.Request) error {
				body, _ := io.ReadAll(r.Body)
				return desk.Verify(r, body)
			}
			genuine := func() *http.Request { return f.Webhook(17, "created") }
			if err := verify(genuine()); err != nil {
				t.Fatal(err)
			}
			var fraud *helpdesk.NotGenuineError
			bare := genuine()
			bare.Header = http.Header{}
			if err := verify(bare); !errors.As(err, &fraud) {
				t.Error("without headers:", err)
			}
			if err := verify(signedAnew(genuine(), `{"id":18}`)); kind != "freshdesk" && !errors.As(err, &fraud) {
				t.Error("another body:", err)
			}
			for name := range genuine().Header {
				r := genuine()
				if v := r.Header.Get(name); name != "Content-Type" && name != "X-Zammad-Trigger" {
					r.Header.Set(name, v+"0")
					if err := verify(r); !errors.As(err, &fraud) {
						t.Errorf("another %s: %v", name, err)
					}
				}
			}
			for _, off := range []time.Duration{-6 * time.Minute, -4 * time.Minute, 4 * time.Minute, 6 * time.Minute} {
				r := genuine()
				c.at = noon.Add(off)
				timed := (kind == "chatwoot" || kind == "zendesk") && (off > 5*time.Minute || off < -5*time.Minute)
				if err := verify(r); (err != nil) != timed {
					t.Errorf("%v later: %v", off, err)
				}
				c.at = noon
			}
		})
	}
	for _, desk := range []helpdesk.Desk{&helpdesk.Zammad{}, &helpdesk.Chatwoot{}, &helpdesk.Zendesk{}, &helpdesk.Freshdesk{}} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.SetBasicAuth("", "")
		if err := desk.Verify(r, nil); !errors.As(err, new(*helpdesk.NotGenuineError)) || !strings.Contains(err.Error(), "no secret") {
			t.Errorf("%T without a secret: %v", desk, err)
		}
	}
	basic := httptest.NewRequest(http.MethodPost, "/", nil)
	basic.SetBasicAuth("anybody", "secret")
	if err := (&helpdesk.Freshdesk{Secret: "secret"}).Verify(basic, nil); err != nil {
		t.Error(err)
	}
}

// own is a desk of a host: two methods are enough.
type own struct{ err error }

func (o own) Verify(*http.Request, []byte) error                   { return o.err }
func (o own) Apply(ctx context.Context, d recovery.Delivery) error { return nil }

func TestHandler(t *testing.T) {
	const zammad = `{"ticket":{"id":17,"group":{"name":"Shop"},"customer":{"id":8,"firstname":"Ana"},"created_at":"%s","updated_at":"2026-03-02T11:00:00Z","state":"open"}}`
	good := strings.Replace(zammad, "%s", "2026-03-02T10:00:00Z", 1)
	fine := helpdesk.WithMap("zammad")
	fails := helpdesk.Then(func(context.Context, *recovery.Decision) error { return errors.New("the mail is down") })
	cannot := helpdesk.Then(func(context.Context, *recovery.Decision) error {
		return &helpdesk.CannotError{Desk: "x", Action: "y", Why: "z"}
	})
	for _, c := range []struct {
		name, method, body string
		desk               helpdesk.Desk
		options            []helpdesk.Option
		code               int
		text, told         string
	}{
		{"decided", "POST", good, own{}, []helpdesk.Option{fine}, 200, "decided", ""},
		{"another method", "GET", good, own{}, []helpdesk.Option{fine}, 405, "a webhook is posted", ""},
		{"not genuine", "POST", good, own{&helpdesk.NotGenuineError{Desk: "Own", Why: "who are you?"}}, []helpdesk.Option{fine}, 401, "Unauthorized", "the webhook is not one of Own: who are you?"},
		{"an echo", "POST", good, own{helpdesk.ErrEcho}, []helpdesk.Option{fine}, 200, "our own", ""},
		{"left out", "POST", `{"event":"message_created"}`, own{}, []helpdesk.Option{helpdesk.WithMap("chatwoot")}, 200, "left out", ""},
		{"does not fit", "POST", strings.Replace(zammad, "%s", "03/04/2026", 1), own{}, []helpdesk.Option{fine}, 200, "noted", "ambiguous"},
		{"no id", "POST", `{}`, own{}, []helpdesk.Option{fine}, 200, "noted", "id: wanted"},
		{"no JSON", "POST", `event=1`, own{}, []helpdesk.Option{fine}, 200, "noted", "JSON"},
		{"too large", "POST", good, own{}, []helpdesk.Option{fine, helpdesk.WithLimit(10)}, 413, "Request Entity Too Large", "too large"},
		{"no map", "POST", good, own{}, nil, 503, "Service Unavailable", `no map ""`},
		{"no desk", "POST", good, nil, []helpdesk.Option{fine, nil}, 503, "Service Unavailable", "no engine or no desk"},
		{"the host fails", "POST", good, own{}, []helpdesk.Option{fine, fails}, 503, "Service Unavailable", "the mail is down"},
		{"the host can never", "POST", good, own{}, []helpdesk.Option{fine, cannot}, 200, "noted", "x cannot do y: z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var told string
			h := helpdesk.Handler(engine(t, &clock{noon}), c.desk, append(c.options, helpdesk.OnError(func(_ *http.Request, err error) { told += err.Error() }))...)
			code, text := post(h, httptest.NewRequest(c.method, "/", bytes.NewReader([]byte(c.body))))
			if code != c.code || text != c.text || !strings.Contains(told, c.told) || (told == "") != (c.told == "") {
				t.Errorf("%d %q, told %q", code, text, told)
			}
		})
	}
	if code, _ := post(helpdesk.Handler(nil, own{}), httptest.NewRequest(http.MethodPost, "/", nil)); code != 503 {
		t.Error(code)
	}
	if code, _ := post(helpdesk.Handler(&recovery.Engine{}, own{}), httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))); code != 503 {
		t.Error(code)
	}
}

// A webhook that comes again because the host failed finds the decision that stands, with the same keys.
func TestAgainAfterFailure(t *testing.T) {
	var keys [][]string
	h := helpdesk.Handler(engine(t, &clock{noon}), own{}, helpdesk.WithMap("zammad"), helpdesk.Then(func(_ context.Context, d *recovery.Decision) error {
		var all []string
		for _, e := range d.Effects() {
			all = append(all, e.Key)
		}
		if keys = append(keys, all); len(keys) == 1 {
			return errors.New("down")
		}
		return nil
	}))
	body := `{"ticket":{"id":17,"failure":"late","group":{"name":"Shop"},"created_at":"2026-03-02T10:00:00Z","updated_at":"2026-03-02T11:00:00Z"}}`
	for i, want := range []int{503, 200} {
		if code, _ := post(h, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))); code != want {
			t.Errorf("time %d: %d", i+1, code)
		}
	}
	if len(keys) != 2 || len(keys[0]) != 5 || strings.Join(keys[0], " ") != strings.Join(keys[1], " ") {
		t.Error(keys)
	}
}
