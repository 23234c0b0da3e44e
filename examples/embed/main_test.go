package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/testdata/golden"
)

// TestTell also holds that ids are the same each time: they are in the output.
func TestTell(t *testing.T) {
	var out bytes.Buffer
	if err := tell(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/output.txt", out.Bytes())
}

func morning() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

func start(t *testing.T, w io.Writer, store recovery.Store) http.Handler {
	t.Helper()
	h, err := newHelpdesk(w, store, morning)
	if err != nil {
		t.Fatal(err)
	}
	return h.routes()
}

func ask(h http.Handler, method, path, body string) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w.Code, w.Body.String()
}

func TestRefusals(t *testing.T) {
	h := start(t, io.Discard, recovery.NewMemoryStore())
	good := ticketOf("T-1", "Ana", "es", "outage", "20h")
	if status, body := ask(h, "POST", "/tickets", good); status != http.StatusOK {
		t.Fatal(status, body)
	}
	for _, test := range []struct {
		name, method, path, body string
		status                   int
		code, words              string
	}{
		{"no JSON", "POST", "/tickets", `{"number"`, 400, "bad-request", "unexpected EOF"},
		{"a key that is unknown", "POST", "/tickets", `{"numbre": "T-1"}`, 400, "bad-request", "numbre"},
		{"a time that is none", "POST", "/tickets", `{"opened_at": "today"}`, 400, "bad-request", "today"},
		{"two tickets at once", "POST", "/tickets", good + good, 400, "bad-request", "more than one"},
		{"too much", "POST", "/tickets", `{"number": "` + strings.Repeat("x", 1<<20) + `"}`, 413, "too-large", "too large"},
		{"a ticket that does not fit", "POST", "/tickets", `{"number": "T-2", "urgency": 6}`, 400, "invalid-incident", "occurred_at"},
		{"a choice on no ticket", "POST", "/choices", `{"incident": "T-2", "choice": "cho_1"}`, 422, "invalid-choice", "T-2"},
		{"a choice that is not open", "POST", "/choices", `{"incident": "T-1", "choice": "cho_1"}`, 422, "invalid-choice", "cho_1"},
		{"an action that is unknown", "POST", "/tickets/T-1/done", `{"action": "act_1"}`, 404, "unknown-action", "act_1"},
		{"done on no ticket", "POST", "/tickets/T-2/done", `{"action": "act_1"}`, 404, "unknown-action", "T-2"},
		{"the agenda of no ticket", "GET", "/tickets/T-2/agenda", ``, 404, "unknown-ticket", "no such ticket"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, body := ask(h, test.method, test.path, test.body)
			var answer struct {
				Error struct{ Code, Message string }
			}
			if err := json.Unmarshal([]byte(body), &answer); err != nil {
				t.Fatalf("%v: %s", err, body)
			}
			if status != test.status || answer.Error.Code != test.code || !strings.Contains(answer.Error.Message, test.words) {
				t.Errorf("%d %s, wanted %d %s with %q", status, body, test.status, test.code, test.words)
			}
		})
	}
}

// busy is a store in which others always come first.
type busy struct{ *recovery.MemoryStore }

func (busy) Commit(context.Context, recovery.Commit) error { return recovery.ErrConflict }

func TestConflict(t *testing.T) {
	h := start(t, io.Discard, busy{recovery.NewMemoryStore()})
	status, body := ask(h, "POST", "/tickets", ticketOf("T-1", "Ana", "es", "outage", "20h"))
	if status != http.StatusConflict || !strings.Contains(body, `"code":"conflict"`) {
		t.Errorf("%d %s, wanted a conflict", status, body)
	}
}

// TestPlaybooksMistake holds that the sender is not told off for what is wrong
// in the playbooks.
func TestPlaybooksMistake(t *testing.T) {
	for _, err := range []error{&recovery.EvaluationError{Message: "division by zero"}, &recovery.AmbiguousError{}} {
		if status, body := explain(about{"T-1", err}); status != http.StatusInternalServerError {
			t.Errorf("%d %s for %T", status, body, err)
		}
	}
}

// TestRetriesAtOnce sends one ticket from many sides at the same time.
func TestRetriesAtOnce(t *testing.T) {
	var out bytes.Buffer // guarded by the outbox
	h := start(t, &out, recovery.NewMemoryStore())
	ticket := ticketOf("T-1", "Ana", "es", "outage", "20h")
	var senders sync.WaitGroup
	for range 20 {
		senders.Go(func() {
			if status, body := ask(h, "POST", "/tickets", ticket); status != http.StatusOK {
				t.Error(status, body)
			}
		})
	}
	senders.Wait()
	if got := strings.Count(out.String(), "compensate"); got != 1 {
		t.Errorf("%d compensations, wanted 1:\n%s", got, out.String())
	}
}

func TestAgendaOfChoice(t *testing.T) {
	h := start(t, io.Discard, recovery.NewMemoryStore())
	_, body := ask(h, "POST", "/tickets", ticketOf("T-1", "Ben", "en", "missed-visit", "0s"))
	var d recovery.Decision
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		t.Fatal(err)
	}
	choice := `{"incident": "T-1", "choice": "` + d.Choices[0].ID + `", "by": "marta", "options": [{"type": "compensate", "amount": "20 EUR", "params": {"as": "cash"}}]}`
	if status, body := ask(h, "POST", "/choices", choice); status != http.StatusOK {
		t.Fatal(status, body)
	}
	_, body = ask(h, "GET", "/tickets/T-1/agenda", "")
	var list []owed
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Action.Type != "callback" || list[1].Action.Amount != recovery.MustMoney("20 EUR") {
		t.Errorf("%s, wanted the call and the 20 EUR chosen", body)
	}
}
