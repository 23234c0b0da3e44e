package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// tell runs the helpdesk on a local port and tells what happens to three
// customers. The clock is the story's own, so that it always goes the same way.
func tell(ctx context.Context, w io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := &story{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), w: w}
	h, err := newHelpdesk(s, recovery.NewMemoryStore(), s.clock)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.url = "http://" + l.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, h, l) }()
	s.ana(ctx)
	s.benAndCarla(ctx)
	s.mistakes(ctx)
	stop()
	return errors.Join(s.err, <-ended)
}

// story is a client that asks the helpdesk and shows the answers. It is also
// the helpdesk's clock and paper: both of them write, so it locks.
type story struct {
	mu  sync.Mutex
	now time.Time
	w   io.Writer

	url string
	err error // the first; nothing is asked after it
}

func (s *story) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *story) wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *story) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

func (s *story) say(text string) { fmt.Fprintf(s, "\n%s\n", text) }

func ticketOf(number, customer, locale, topic, outage string) string {
	return fmt.Sprintf(`{"number": %q, "topic": %q, "urgency": 3, "opened_at": "2026-03-02T08:30:00Z",
	  "customer": {"id": %q, "name": %q, "locale": %q}, "form": {"outage": %q, "plan": {"price": "35 EUR"}}}`,
		number, topic, "C-"+customer, customer, locale, outage)
}

// ana shows a ticket that is decided, retried, changed and taken back.
func (s *story) ana(ctx context.Context) {
	ticket := func(topic, outage string) string { return ticketOf("T-1", "Ana", "es", topic, outage) }
	s.say("Ana's line has been down for 20 hours.")
	d := s.decision(ctx, "/tickets", ticket("outage", "20h"))
	s.say("The web form sends the ticket again. The answer is the same, and nothing is done twice.")
	s.decision(ctx, "/tickets", ticket("outage", "20h"))
	s.wait(2 * time.Hour)
	s.say("Two hours later: what is owed?")
	s.agenda(ctx, http.MethodGet, "/tickets/T-1/agenda", "")
	s.say("An agent apologises, and says so. What is left?")
	s.agenda(ctx, http.MethodPost, "/tickets/T-1/done", s.format(`{"action": %q, "note": "by phone"}`, d, "apologise"))
	s.say("The line was down for 50 hours in the end. The credit changes: what was given already counts.")
	s.decision(ctx, "/tickets", ticket("outage", "50h"))
	s.say("The engineer finds that it was the router at Ana's home. What was promised is taken back.")
	s.decision(ctx, "/tickets", ticket("own-equipment", "50h"))
}

// benAndCarla shows two choices: limits, and the precedent that the first is
// for the second.
func (s *story) benAndCarla(ctx context.Context) {
	choice := `{"incident": %q, "choice": %q, "by": "marta", "reason": %q, "options": [{"type": "compensate", "amount": %q, "params": {"as": "cash"}}]}`
	s.say("Nobody came to Ben's visit. The team lead has to choose.")
	ben := s.choice(s.decision(ctx, "/tickets", ticketOf("T-2", "Ben", "en", "missed-visit", "0s")))
	s.say("50 EUR is more than the play allows.")
	s.decision(ctx, "/choices", fmt.Sprintf(choice, "T-2", ben, "", "50 EUR"))
	s.say("20 EUR is within it.")
	s.decision(ctx, "/choices", fmt.Sprintf(choice, "T-2", ben, "", "20 EUR"))
	s.say("The same happens to Carla. Now there is a precedent.")
	carla := s.choice(s.decision(ctx, "/tickets", ticketOf("T-3", "Carla", "en", "missed-visit", "0s")))
	s.say("30 EUR is far from it: not without a reason.")
	s.decision(ctx, "/choices", fmt.Sprintf(choice, "T-3", carla, "", "30 EUR"))
	s.say("With one, it is possible, and on record.")
	s.decision(ctx, "/choices", fmt.Sprintf(choice, "T-3", carla, "took a day of unpaid leave", "30 EUR"))
}

func (s *story) mistakes(ctx context.Context) {
	s.say("A ticket that does not fit is refused, with all that is wrong with it.")
	s.decision(ctx, "/tickets", `{"number": "T-4", "topic": "outtage", "urgency": 9, "form": {"plan": {"price": "35 euros"}}}`)
	s.say("A ticket that nobody knows has no agenda.")
	s.agenda(ctx, http.MethodGet, "/tickets/T-5/agenda", "")
}

// ask sends a request and reads the answer. It reports whether that was a
// success; what was refused is shown with the reasons.
func (s *story) ask(ctx context.Context, method, path, body string, answer any) bool {
	if s.err != nil {
		return false
	}
	fmt.Fprintf(s, "  %s %s\n", method, path)
	status, text, err := send(ctx, method, s.url+path, body)
	if err != nil {
		s.err = err
		return false
	}
	if status != http.StatusOK {
		s.err = s.refusal(status, text)
		return false
	}
	fmt.Fprintf(s, "  200 OK\n")
	s.err = json.Unmarshal(text, answer)
	return s.err == nil
}

func send(ctx context.Context, method, url, body string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, text, err
}

func (s *story) refusal(status int, text []byte) error {
	var answer struct {
		Error struct {
			Code, Message string
			Problems      []recovery.Problem
		}
	}
	err := json.Unmarshal(text, &answer)
	fmt.Fprintf(s, "  %d %s: %s\n", status, http.StatusText(status), answer.Error.Code)
	for _, p := range answer.Error.Problems {
		fmt.Fprintf(s, "    %s\n", p)
	}
	if len(answer.Error.Problems) == 0 {
		fmt.Fprintf(s, "    %s\n", answer.Error.Message)
	}
	return err
}

// decision posts something that is answered with a decision, and shows it.
func (s *story) decision(ctx context.Context, path, body string) *recovery.Decision {
	d := &recovery.Decision{}
	if !s.ask(ctx, http.MethodPost, path, body, d) {
		return d
	}
	if d.Made != nil {
		fmt.Fprintf(s, "    chosen by %s, deviation: %s\n", d.Made.By, cmp.Or(d.Made.Deviation, "no precedents"))
	}
	for _, a := range d.Actions {
		fmt.Fprintf(s, "    %s\n", a)
		if a.Message != nil && a.Change != recovery.ChangeCancelled {
			fmt.Fprintf(s, "        “%s”\n", a.Message.Text)
		}
	}
	for _, c := range d.Choices {
		fmt.Fprintf(s, "    to choose by the %s until %s, precedents: %d\n", c.Decider, c.DueAt.Format(time.RFC3339), c.Precedents.Count)
		for _, o := range c.Options {
			fmt.Fprintf(s, "        %s from %s to %s\n", o.Type, o.From, o.To)
		}
	}
	return d
}

// agenda asks for something that is answered with an agenda, and shows it.
func (s *story) agenda(ctx context.Context, method, path, body string) {
	var list []owed
	s.ask(ctx, method, path, body, &list)
	for _, o := range list {
		fmt.Fprintf(s, "    %-7s  %s\n", o.State, o.Action)
	}
}

func (s *story) choice(d *recovery.Decision) string {
	if s.err == nil && len(d.Choices) != 1 {
		s.err = fmt.Errorf("there are %d choices in decision %s, not 1", len(d.Choices), d.ID)
	}
	if s.err != nil {
		return ""
	}
	return d.Choices[0].ID
}

// format writes a body that needs the id of an action.
func (s *story) format(body string, d *recovery.Decision, actionType string) string {
	for _, a := range d.Actions {
		if a.Type == actionType {
			return fmt.Sprintf(body, a.ID)
		}
	}
	s.err = errors.Join(s.err, fmt.Errorf("decision %s gives no %s", d.ID, actionType))
	return ""
}
