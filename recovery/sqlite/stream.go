package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// queue reads the deliveries of an incident.
func (c *conn) queue(t *thread) (*store.Queue, error) {
	var all []store.Open
	due := store.Due{At: timeOf(t.nextDue), By: t.dueBy, Until: timeOf(t.dueUntil), Attempt: t.dueAttempt, Why: t.dueWhy}
	if t.no == 0 {
		return store.QueueOf(nil, due), nil
	}
	err := c.rows("SELECT key, seq, do, of, fell_at, not_before, money, state, until, claimed_by, attempt, failed FROM deliveries WHERE incident = ? ORDER BY seq", func(scan func(...any) error) error {
		var o store.Open
		var fell, from, until sql.NullInt64
		err := scan(&o.Key, &o.Seq, &o.Do, &o.Of, &fell, &from, &o.Money, &o.State, &until, &o.By, &o.Attempt, &o.Failed)
		o.FellAt, o.From, o.Until = timeOf(fell), timeOf(from), timeOf(until)
		all = append(all, o)
		return err
	}, t.no)
	return store.QueueOf(all, due), err
}

// saveQueue writes the deliveries of an incident that are there already, and when it has to be looked at.
func (c *conn) saveQueue(t *thread, q *store.Queue) error {
	for _, o := range q.All() {
		_, err := c.exec("UPDATE deliveries SET state = ?1, until = ?2, claimed_by = ?3, attempt = ?4, failed = ?5 WHERE incident = ?6 AND seq = ?7 AND (state <> ?1 OR until IS NOT ?2 OR claimed_by <> ?3 OR attempt <> ?4 OR failed <> ?5)",
			string(o.State), orNull(o.Until), o.By, o.Attempt, o.Failed, t.no, o.Seq)
		if err != nil {
			return err
		}
	}
	var ready any
	if at, ok := q.Ready(); ok {
		ready = microseconds(at)
	}
	d := q.Due()
	_, err := c.exec("UPDATE incidents SET next_due = ?, due_by = ?, due_until = ?, due_attempt = ?, due_why = ?, looks_at = ?, ready_at = ? WHERE no = ?",
		orNull(d.At), d.By, orNull(d.Until), d.Attempt, d.Why, orNull(q.LooksAt()), ready, t.no)
	return err
}

// stream changes the stream of an incident as the commit says.
func (x *commit) stream(t *thread, q *store.Queue) error {
	if !x.Streams() {
		return nil
	}
	if err := x.conn.open(t, x.Reads.Namespace, x.Reads.Incident); err != nil {
		return err
	}
	q.Withdraw(x.Withdrawn)
	for _, list := range [...][]recovery.Delivery{x.Outbox, x.Fell} {
		for i := range list {
			if err := x.put(t, q, &list[i]); err != nil {
				return err
			}
		}
	}
	q.FallsDue(x.NextDue)
	return cmp.Or(x.conn.keepCalendars(x.names), x.conn.saveQueue(t, q))
}

// put adds a delivery at the end, unless its key is there already.
func (x *commit) put(t *thread, q *store.Queue, d *recovery.Delivery) error {
	o := d.Open()
	if o.Seq = q.Put(o); o.Seq == 0 {
		return nil
	}
	_, err := x.conn.exec(`INSERT INTO deliveries (key, incident, seq, do, of, fell_at, not_before, money, state, claimed_by, attempt, failed, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, ?)`,
		o.Key, t.no, o.Seq, o.Do, o.Of, orNull(o.FellAt), orNull(o.From), o.Money, string(store.DeliveryWaiting), string(d.AppendJSON(nil, x.names.Name)))
	return err
}

// Claim implements [recovery.Stream].
func (s *Store) Claim(ctx context.Context, c recovery.Claim) (out []recovery.Delivery, err error) {
	err = s.changing(ctx, func(on *conn) error {
		out = nil
		return on.queues("WHERE tenant = ? AND ready_at <= ? ORDER BY ready_at, no LIMIT ?", &c, func(t *thread, q *store.Queue) error {
			for _, o := range q.Claim(c.By, c.Now, c.Until, c.Each) {
				d, err := s.delivery(on, t, &o)
				if err != nil {
					return err
				}
				out = append(out, *d)
			}
			return nil
		})
	})
	return out, err
}

// queues reads the streams that a claim is about, and writes what was changed in each.
func (c *conn) queues(where string, claim *recovery.Claim, change func(*thread, *store.Queue) error) error {
	list, err := c.threads(where, claim.Namespace, microseconds(claim.Now), limit(claim.Most))
	if err != nil {
		return err
	}
	for _, t := range list {
		q, err := c.queue(t)
		if err != nil {
			return err
		}
		if err := change(t, q); err != nil {
			return err
		}
		if err := c.saveQueue(t, q); err != nil {
			return err
		}
	}
	return nil
}

// limit is how many rows are wanted; SQLite takes -1 for all.
func limit(most int) int {
	if most == 0 {
		return -1
	}
	return most
}

func (c *conn) threads(where string, args ...any) (out []*thread, err error) {
	var list []int64
	err = c.rows("SELECT no FROM incidents "+where, func(scan func(...any) error) error {
		var no int64
		err := scan(&no)
		list = append(list, no)
		return err
	}, args...)
	for _, no := range list {
		if err != nil {
			break
		}
		var t *thread
		t, err = c.threadBy("SELECT "+threadColumns+" WHERE no = ?", no)
		out = append(out, t)
	}
	return out, err
}

// delivery reads what the host gets to see of a delivery.
func (s *Store) delivery(c *conn, t *thread, o *store.Open) (*recovery.Delivery, error) {
	var body []byte
	if _, err := c.row("SELECT body FROM deliveries WHERE incident = ? AND seq = ?", []any{t.no, o.Seq}, &body); err != nil {
		return nil, err
	}
	d, err := recovery.ReadDelivery(body, s.calendar(c))
	if err != nil {
		return nil, fmt.Errorf("the delivery %s: %w", o.Key, err)
	}
	d.Seq, d.Attempt = o.Seq, o.Attempt
	return d, nil
}

const notClaimed = "is not claimed under this name"

// each does something to deliveries. One for which it cannot be done is an error, once all were seen to.
func (s *Store) each(ctx context.Context, keys []string, not string, do func(q *store.Queue, key string) bool) error {
	var failed error
	err := s.changing(ctx, func(c *conn) error {
		failed = nil
		for _, key := range keys {
			t, err := c.threadBy("SELECT "+threadColumns+" WHERE no = (SELECT incident FROM deliveries WHERE key = ?)", key)
			if err != nil {
				return err
			}
			q, err := c.queue(t)
			if err != nil {
				return err
			}
			if t.no == 0 || !do(q, key) {
				failed = cmp.Or(failed, errors.New("the delivery "+key+" "+not))
				continue
			}
			if err := c.saveQueue(t, q); err != nil {
				return err
			}
		}
		return nil
	})
	return cmp.Or(err, failed)
}

// Renew implements [recovery.Stream].
func (s *Store) Renew(ctx context.Context, by string, keys []string, until time.Time) error {
	return s.each(ctx, keys, notClaimed, func(q *store.Queue, key string) bool { return q.Renew(by, key, until) })
}

// Return implements [recovery.Stream].
func (s *Store) Return(ctx context.Context, by, key string, from time.Time) error {
	return s.each(ctx, []string{key}, notClaimed, func(q *store.Queue, key string) bool { return q.Return(by, key, from) })
}

// Bury implements [recovery.Stream].
func (s *Store) Bury(ctx context.Context, by, key string) error {
	return s.each(ctx, []string{key}, notClaimed, func(q *store.Queue, key string) bool { return q.Bury(by, key) })
}

// Revive implements [recovery.Stream].
func (s *Store) Revive(ctx context.Context, key string) error {
	return s.each(ctx, []string{key}, "is not dead", (*store.Queue).Revive)
}

// Settle implements [recovery.Stream].
func (s *Store) Settle(ctx context.Context, key string) error {
	return s.each(ctx, []string{key}, "is not known", (*store.Queue).Settle)
}

// FallenDue implements [recovery.Stream].
func (s *Store) FallenDue(ctx context.Context, c recovery.Claim) (out []recovery.FallenDue, err error) {
	err = s.changing(ctx, func(on *conn) error {
		out = nil
		return on.queues("WHERE tenant = ? AND looks_at <= ? ORDER BY looks_at, no LIMIT ?", &c, func(t *thread, q *store.Queue) error {
			if attempt := q.Look(c.By, c.Now, c.Until); attempt > 0 {
				out = append(out, recovery.FallenDue{Incident: t.id, At: q.NextDue(), Attempt: attempt})
			}
			return nil
		})
	})
	return out, err
}

// Postpone implements [recovery.Stream].
func (s *Store) Postpone(ctx context.Context, by string, p recovery.Postponed) error {
	return s.changing(ctx, func(c *conn) error {
		t, err := c.thread(p.Namespace, p.Incident)
		if err != nil {
			return err
		}
		q, err := c.queue(t)
		if err != nil {
			return err
		}
		if t.no == 0 || !q.Postpone(by, p.Until, p.Why) {
			return errors.New("what fell due on incident " + p.Incident + " " + notClaimed)
		}
		return c.saveQueue(t, q)
	})
}

// Next implements [recovery.Stream].
func (s *Store) Next(ctx context.Context, namespace string, at time.Time) (next time.Time, err error) {
	err = s.reading(ctx, func(c *conn) error {
		var first sql.NullInt64
		_, err := c.row(`SELECT min(at) FROM (
			SELECT min(looks_at) AS at FROM incidents WHERE tenant = ?1 AND looks_at IS NOT NULL
			UNION ALL SELECT min(ready_at) FROM incidents WHERE tenant = ?1 AND ready_at IS NOT NULL)`, []any{namespace}, &first)
		if next = timeOf(first); first.Valid && next.Before(at) {
			next = at // it waits for that long already
		}
		return err
	})
	return next, err
}

// Backlog implements [recovery.Stream].
func (s *Store) Backlog(ctx context.Context, namespace string) (b recovery.Backlog, err error) {
	err = s.reading(ctx, func(c *conn) error {
		b = recovery.Backlog{}
		err := c.rows("SELECT d.state, count(*) FROM deliveries d JOIN incidents i ON i.no = d.incident WHERE i.tenant = ? AND d.state <> 'settled' GROUP BY d.state", func(scan func(...any) error) error {
			var state string
			var n int64
			err := scan(&state, &n)
			switch store.DeliveryState(state) {
			case store.DeliveryWaiting:
				b.Waiting = n
			case store.DeliveryClaimed:
				b.Claimed = n
			case store.DeliveryDead:
				b.Dead = n
			}
			return err
		}, namespace)
		if err != nil {
			return err
		}
		return c.rows(`SELECT id, due_why <> '' FROM incidents i WHERE tenant = ? AND (due_why <> ''
			OR EXISTS (SELECT 1 FROM deliveries WHERE incident = i.no AND state = 'dead')) ORDER BY id`, func(scan func(...any) error) error {
			var id string
			var stuck int64
			err := scan(&id, &stuck)
			b.Stuck += stuck
			b.Troubled = append(b.Troubled, id)
			return err
		}, namespace)
	})
	return b, err
}
