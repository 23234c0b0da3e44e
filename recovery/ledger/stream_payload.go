package ledger

import (
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/store"
)

// Streamed is what a record says of the deliveries of an incident. Deliveries are named by their keys.
type Streamed struct {
	Namespace, Incident string
	// Put are those that were put in, and Withdrawn those that were taken out before anybody had claimed them.
	Put       []recovery.Delivery
	Withdrawn []string
	// Claimed were handed out to By until Until. Buried, Revived and Settled are what was done to others.
	Claimed, Buried, Revived, Settled []string
	By                                string
	Until                             time.Time
	// Falls says that the record says when something falls due next on the incident: NextDue; zero: never.
	Falls   bool
	NextDue time.Time
}

// streamed is Streamed as the rules look at it.
type streamed struct {
	namespace, incident                          string
	withdrawn, claimed, buried, revived, settled []string
	by                                           string
	until                                        time.Time
	falls                                        bool
	nextDue                                      time.Time
	put                                          []store.Open
	whole                                        []recovery.Delivery // of put, where they are to be written
}

func (s *streamed) name() string { return store.Name(s.namespace, s.incident) }

// streamedBy is what a commit does to the deliveries of its incident.
func streamedBy(c *recovery.Commit) *streamed {
	s := &streamed{namespace: c.Reads.Namespace, incident: c.Reads.Incident, withdrawn: c.Withdrawn, falls: true, nextDue: c.NextDue}
	for _, list := range [...][]recovery.Delivery{c.Outbox, c.Fell} {
		for i := range list {
			s.put, s.whole = append(s.put, list[i].Open()), append(s.whole, list[i])
		}
	}
	return s
}

// apply does to a queue what a record says.
func (s *streamed) apply(q *store.Queue) {
	q.Withdraw(s.withdrawn)
	for _, o := range s.put {
		q.Put(o)
	}
	if s.falls {
		q.FallsDue(s.nextDue)
	}
	for _, key := range s.claimed {
		q.Take(s.by, key, s.until)
	}
	for _, key := range s.buried {
		q.Bury(s.by, key)
	}
	for _, key := range s.revived {
		q.Revive(key)
	}
	for _, key := range s.settled {
		q.Settle(key)
	}
}

var (
	deliveriesShape = streamNames()
	streamShape     = streamNames("buried", "by", "claimed", "incident", "namespace", "revived", "settled", "until")
)

func streamNames(more ...string) *jsontext.Shape {
	return jsontext.Names(append(more, "never", "next_due", "withdrawn")...).
		With("put", jsontext.Names("action", "choice", "customer", "decision", "do", "done", "fell_at", "incident", "key", "language", "namespace", "not_before"))
}

// deliveries writes what a commit does to deliveries beside a decision or reports, which say whose they are.
func (o *object) deliveries(s *streamed, calendars func(*worktime.Calendar) string) {
	o.WriteKey("deliveries")
	own := *s
	own.namespace, own.incident = "", ""
	o.streamed(&own, calendars)
}

func (o *object) streamed(s *streamed, calendars func(*worktime.Calendar) string) {
	o.BeginObject()
	o.texts("buried", s.buried)
	o.text("by", s.by)
	o.texts("claimed", s.claimed)
	o.text("incident", s.incident)
	o.text("namespace", s.namespace)
	if s.falls {
		o.flag("never", s.nextDue.IsZero())
		o.time("next_due", s.nextDue)
	}
	list(o, "put", s.whole, func(o *object, d *recovery.Delivery) { o.WriteValue(d.AppendJSON(nil, calendars)) })
	o.texts("revived", s.revived)
	o.texts("settled", s.settled)
	o.time("until", s.until)
	o.texts("withdrawn", s.withdrawn)
	o.EndObject()
}

func (o *object) texts(name string, texts []string) {
	list(o, name, texts, func(o *object, s *string) { o.WriteString(*s) })
}

// waits writes a delivery as a decision has seen it.
func (o *object) waits(x *store.Open) {
	o.BeginObject()
	if x.Attempt > 0 {
		o.int("attempt", int64(x.Attempt))
	}
	if x.Failed > 0 {
		o.int("failed", int64(x.Failed))
	}
	o.text("key", x.Key)
	o.text("state", string(x.State))
	o.EndObject()
}

func (c *cursor) open() (o store.Open) {
	c.Members(func(key []byte) {
		switch string(key) {
		case "attempt":
			o.Attempt = int(c.Int())
		case "failed":
			o.Failed = int(c.Int())
		case "key":
			o.Key = c.Text()
		case "state":
			o.State = store.DeliveryState(c.Text())
		}
	})
	return o
}

// streamed reads a member of what was done to deliveries.
func (c *cursor) streamed(s *streamed, key []byte) {
	texts := func(into *[]string) { c.Elements(func() { *into = append(*into, c.Text()) }) }
	switch string(key) {
	case "buried":
		texts(&s.buried)
	case "by":
		s.by = c.Text()
	case "claimed":
		texts(&s.claimed)
	case "incident":
		s.incident = c.Text()
	case "namespace":
		s.namespace = c.Text()
	case "never":
		s.falls = c.True()
	case "next_due":
		s.falls, s.nextDue = true, c.time()
	case "put":
		c.Elements(func() { s.put = append(s.put, c.delivery()) })
	case "revived":
		texts(&s.revived)
	case "settled":
		texts(&s.settled)
	case "until":
		s.until = c.time()
	case "withdrawn":
		texts(&s.withdrawn)
	}
}

// delivery reads what the rules look at of a delivery.
func (c *cursor) delivery() (o store.Open) {
	id := func(key []byte) {
		switch string(key) {
		case "amount":
			o.Money = c.money().IsSet()
		case "id":
			o.Of = c.Text()
		}
	}
	c.Members(func(key []byte) {
		switch string(key) {
		case "action":
			c.Members(id)
		case "choice":
			c.Members(id)
		case "do":
			o.Do = c.Text()
		case "fell_at":
			o.FellAt = c.time()
		case "key":
			o.Key = c.Text()
		case "not_before":
			o.From = c.time()
		}
	})
	if o.FellAt.After(o.From) {
		o.From = o.FellAt
	}
	o.Money = o.Money && o.Do != recovery.ToSay
	return o
}

func parseStreamed(payload []byte) (*streamed, error) {
	s := &streamed{}
	c := readingPayload(payload, streamShape)
	c.Members(func(key []byte) { c.streamed(s, key) })
	return s, c.end()
}

// deliveriesOf reads what a record that was read already did to deliveries. It is nil where it did nothing.
func deliveriesOf(t *log.Item) (any, error) {
	switch t.Head.Kind {
	case KindStream:
		s, err := parseStreamed(t.Payload)
		return s, err
	case KindDecision, KindReport:
		s, err := parseDeliveries(t.Payload)
		if s == nil {
			return nil, err
		}
		return s, err
	}
	return nil, nil
}

// parseDeliveries reads what a decision or reports did to the deliveries of their incident; nil: nothing.
func parseDeliveries(payload []byte) (*streamed, error) {
	const first = `{"deliveries":`
	if len(payload) < len(first) || string(payload[:len(first)]) != first {
		return nil, nil
	}
	s := &streamed{}
	c := readingAgain(payload)
	c.Members(func(key []byte) {
		if string(key) == "deliveries" {
			c.Members(func(key []byte) { c.streamed(s, key) })
		}
	})
	return s, c.end()
}

// readStreamed reads a record of deliveries for readers.
func readStreamed(payload []byte, calendars func(string) (*worktime.Calendar, error)) (*Streamed, error) {
	s, err := parseStreamed(payload)
	if err != nil {
		return nil, err
	}
	put, err := putIn(payload, calendars)
	return &Streamed{
		Namespace: s.namespace, Incident: s.incident, Put: put, Withdrawn: s.withdrawn, Claimed: s.claimed, Buried: s.buried,
		Revived: s.revived, Settled: s.settled, By: s.by, Until: s.until, Falls: s.falls, NextDue: s.nextDue,
	}, err
}

// putIn reads the deliveries that a record has put in, of whatever kind the record is.
func putIn(payload []byte, calendars func(string) (*worktime.Calendar, error)) (out []recovery.Delivery, err error) {
	var texts [][]byte
	c := readingAgain(payload)
	put := func(key []byte) {
		if string(key) == "put" {
			c.Elements(func() { texts = append(texts, c.Skip()) })
		}
	}
	c.Members(func(key []byte) {
		if string(key) == "deliveries" {
			c.Members(put)
		} else {
			put(key)
		}
	})
	if err := c.end(); err != nil {
		return nil, err
	}
	for _, text := range texts {
		d, err := recovery.ReadDelivery(text, calendars)
		if err != nil {
			return nil, err
		}
		out = append(out, *d)
	}
	return out, nil
}
