package helpdesk_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/helpdesk/helpdesktest"
)

// set promises an answer and puts late tickets first.
const set = `amends: v1
shared: desk
uses: [helpdesk, zammad, chatwoot, zendesk, freshdesk]
messages:
  sorry: {en: "We are sorry: 2 < 3 & \"so\"\non"}
---
amends: v1
playbook: care
review_by: 2027-06-30
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late" || "late" in incident.tags
    do:
      - ticket_priority: {priority: high}
      - ticket_due: {within: 4h}
      - ticket_reply: {message: sorry}
      - resolve: {within: 2d}
`

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func engine(t *testing.T, c *clock) *recovery.Engine {
	t.Helper()
	e, err := recovery.Load(fstest.MapFS{"a.yaml": {Data: []byte(set)}}, recovery.WithClock(c.now), recovery.WithStore(recovery.NewMemoryStore()))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func fake(t *testing.T, kind string, c *clock) *helpdesktest.Fake {
	t.Helper()
	f, err := helpdesktest.New(kind, c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}
