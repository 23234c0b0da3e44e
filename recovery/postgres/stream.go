package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// queues reads the deliveries of incidents.
func (s *shared) queues(ctx context.Context, on runner, threads []*thread) ([]*store.Queue, error) {
	var incidents []int64
	for _, t := range threads {
		incidents = append(incidents, t.no)
	}
	list, err := on.Query(ctx, s.sql(`SELECT incident, key, seq, do_, of_, fell_at, not_before, money, state, until, claimed_by, attempt, failed
		FROM {deliveries} WHERE incident = ANY ($1) ORDER BY incident, seq`), incidents)
	if err != nil {
		return nil, err
	}
	all := map[int64][]store.Open{}
	var o store.Open
	var incident int64
	var fell, from, until *time.Time
	_, err = pgx.ForEachRow(list, []any{&incident, &o.Key, &o.Seq, &o.Do, &o.Of, &fell, &from, &o.Money, &o.State, &until, &o.By, &o.Attempt, &o.Failed}, func() error {
		o.FellAt, o.From, o.Until = timeOf(fell), timeOf(from), timeOf(until)
		all[incident] = append(all[incident], o)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []*store.Queue
	for _, t := range threads {
		out = append(out, store.QueueOf(all[t.no], t.due()))
	}
	return out, nil
}

// readQueue reads the deliveries of an incident as a read has them.
func readQueue(text string) (out []store.Open, err error) {
	var list []struct {
		Key, Do, Of, State, By string
		Seq                    int64
		Fell, From, Until      *time.Time
		Money                  bool
		Attempt, Failed        int
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, err
	}
	for _, d := range list {
		out = append(out, store.Open{
			Key: d.Key, Seq: d.Seq, Do: d.Do, Of: d.Of, FellAt: timeOf(d.Fell), From: timeOf(d.From), Money: d.Money,
			State: store.DeliveryState(d.State), Until: timeOf(d.Until), By: d.By, Attempt: d.Attempt, Failed: d.Failed,
		})
	}
	return out, nil
}

// saves are what has changed of queues, as columns.
type saves struct {
	incident, seq   []int64
	state, by       []string
	until           []*time.Time
	attempt, failed []int32

	no                           []int64
	dueBy, dueWhy                []string
	nextDue, dueUntil, looks, at []*time.Time
	dueAttempt                   []int32
	ready                        []bool
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (v *saves) add(t *thread, before []store.Open, q *store.Queue) {
	for i, o := range q.All() {
		if o == before[i] {
			continue
		}
		v.incident, v.seq, v.state, v.by = append(v.incident, t.no), append(v.seq, o.Seq), append(v.state, string(o.State)), append(v.by, o.By)
		v.until, v.attempt, v.failed = append(v.until, orNull(o.Until)), append(v.attempt, int32(o.Attempt)), append(v.failed, int32(o.Failed))
	}
	d := q.Due()
	v.no, v.dueBy, v.dueWhy = append(v.no, t.no), append(v.dueBy, d.By), append(v.dueWhy, d.Why)
	v.nextDue, v.dueUntil, v.looks = append(v.nextDue, orNull(d.At)), append(v.dueUntil, orNull(d.Until)), append(v.looks, orNull(q.LooksAt()))
	v.dueAttempt = append(v.dueAttempt, int32(d.Attempt))
	at, ready := q.Ready()
	v.at, v.ready = append(v.at, orNull(at)), append(v.ready, ready)
}

// save writes what has changed, in one round trip.
func (s *shared) save(ctx context.Context, tx pgx.Tx, v *saves) error {
	if len(v.no) == 0 {
		return nil
	}
	var b pgx.Batch
	if len(v.seq) > 0 {
		b.Queue(s.sql(`UPDATE {deliveries} d SET state = x.state, claimed_by = x.by, until = x.until, attempt = x.attempt, failed = x.failed
			FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::integer[], $7::integer[]) x(incident, seq, state, by, until, attempt, failed)
			WHERE d.incident = x.incident AND d.seq = x.seq`), v.incident, v.seq, v.state, v.by, v.until, v.attempt, v.failed)
	}
	b.Queue(s.sql(`UPDATE {incidents} i SET next_due = x.next_due, due_by = x.by, due_until = x.until, due_attempt = x.attempt, due_why = x.why, looks_at = x.looks,
		ready_at = CASE WHEN x.ready THEN coalesce(x.at, '-infinity') END
		FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::timestamptz[], $5::integer[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::boolean[]) x(no, next_due, by, until, attempt, why, looks, at, ready)
		WHERE i.no = x.no`), v.no, v.nextDue, v.dueBy, v.dueUntil, v.dueAttempt, v.dueWhy, v.looks, v.at, v.ready)
	return tx.SendBatch(ctx, &b).Close()
}

// changing locks incidents, and lets a function change the queue of each.
func (s *Store) changing(ctx context.Context, where, locks string, args []any, change func(tx pgx.Tx, threads []*thread, queues []*store.Queue) error) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		threads, err := s.threads(ctx, tx, where+locks, args...)
		if err != nil {
			return err
		}
		if len(threads) == 0 {
			return change(tx, nil, nil)
		}
		queues, err := s.queues(ctx, tx, threads)
		if err != nil {
			return err
		}
		before := make([][]store.Open, len(queues))
		for i, q := range queues {
			before[i] = append(before[i], q.All()...)
		}
		if err := change(tx, threads, queues); err != nil {
			return err
		}
		var v saves
		for i, t := range threads {
			v.add(t, before[i], queues[i])
		}
		return s.save(ctx, tx, &v)
	})
}

// limit is how many rows are wanted; null: all.
func limit(most int) *int {
	if most == 0 {
		return nil
	}
	return &most
}

// Claim implements [recovery.Stream]. Incidents that somebody else changes at the moment are left for the next time.
func (s *Store) Claim(ctx context.Context, c recovery.Claim) (out []recovery.Delivery, err error) {
	err = s.changing(ctx, "WHERE tenant = $1 AND ready_at <= $2 ORDER BY ready_at, no LIMIT $3", passing, []any{c.Namespace, c.Now, limit(c.Most)}, func(tx pgx.Tx, threads []*thread, queues []*store.Queue) error {
		var keys []string
		var opens []store.Open
		for i := range threads {
			for _, o := range queues[i].Claim(c.By, c.Now, c.Until, c.Each) {
				keys, opens = append(keys, o.Key), append(opens, o)
			}
		}
		out, err = s.deliveries(ctx, tx, keys, opens)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// deliveries reads what the host gets to see, in the order of the keys.
func (s *shared) deliveries(ctx context.Context, tx pgx.Tx, keys []string, opens []store.Open) (out []recovery.Delivery, err error) {
	if len(keys) == 0 {
		return nil, nil
	}
	list, err := tx.Query(ctx, s.sql("SELECT d.body FROM unnest($1::text[]) WITH ORDINALITY k(key, o) JOIN {deliveries} d ON d.key = k.key ORDER BY k.o"), keys)
	if err != nil {
		return nil, err
	}
	bodies, err := pgx.CollectRows(list, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	for i, body := range bodies {
		d, err := recovery.ReadDelivery([]byte(body), s.calendar(ctx, tx))
		if err != nil {
			return nil, fmt.Errorf("the delivery %s: %w", keys[i], err)
		}
		d.Seq, d.Attempt = opens[i].Seq, opens[i].Attempt
		out = append(out, *d)
	}
	return out, nil
}

const notClaimed = "is not claimed under this name"

// each does something to deliveries. One for which it cannot be done is an error, once all were seen to.
func (s *Store) each(ctx context.Context, keys []string, not string, do func(q *store.Queue, key string) bool) error {
	var failed error
	err := s.changing(ctx, "WHERE no IN (SELECT incident FROM {deliveries} WHERE key = ANY ($1)) ORDER BY no", waiting, []any{keys}, func(_ pgx.Tx, _ []*thread, queues []*store.Queue) error {
		for _, key := range keys {
			done := false
			for _, q := range queues {
				done = done || has(q, key) && do(q, key)
			}
			if !done {
				failed = cmp.Or(failed, errors.New("the delivery "+key+" "+not))
			}
		}
		return nil
	})
	return cmp.Or(err, failed)
}

func has(q *store.Queue, key string) bool {
	for _, o := range q.All() {
		if o.Key == key {
			return true
		}
	}
	return false
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
	err = s.changing(ctx, "WHERE tenant = $1 AND looks_at <= $2 ORDER BY looks_at, no LIMIT $3", passing, []any{c.Namespace, c.Now, limit(c.Most)}, func(_ pgx.Tx, threads []*thread, queues []*store.Queue) error {
		out = nil
		for i, t := range threads {
			if attempt := queues[i].Look(c.By, c.Now, c.Until); attempt > 0 {
				out = append(out, recovery.FallenDue{Incident: t.id, At: queues[i].NextDue(), Attempt: attempt})
			}
		}
		return nil
	})
	return out, err
}

// Postpone implements [recovery.Stream].
func (s *Store) Postpone(ctx context.Context, by string, p recovery.Postponed) error {
	return s.changing(ctx, "WHERE tenant = $1 AND id = $2", waiting, []any{p.Namespace, p.Incident}, func(_ pgx.Tx, threads []*thread, queues []*store.Queue) error {
		if len(threads) == 0 || !queues[0].Postpone(by, p.Until, clean(p.Why)) {
			return errors.New("what fell due on incident " + p.Incident + " " + notClaimed)
		}
		return nil
	})
}

// Next implements [recovery.Stream].
func (s *Store) Next(ctx context.Context, namespace string, at time.Time) (time.Time, error) {
	var next *time.Time
	err := s.pool.QueryRow(ctx, s.sql(`SELECT CASE WHEN first IS NOT NULL THEN greatest(first, $2) END FROM (SELECT least(
		(SELECT min(looks_at) FROM {incidents} WHERE tenant = $1 AND looks_at IS NOT NULL),
		(SELECT min(ready_at) FROM {incidents} WHERE tenant = $1 AND ready_at IS NOT NULL)) AS first) x`), namespace, at).Scan(&next)
	return timeOf(next), err
}

// Backlog implements [recovery.Stream].
func (s *Store) Backlog(ctx context.Context, namespace string) (b recovery.Backlog, err error) {
	err = s.pool.QueryRow(ctx, s.sql(`WITH open AS (
		SELECT d.incident, d.state FROM {deliveries} d JOIN {incidents} i ON i.no = d.incident WHERE i.tenant = $1 AND d.state <> 'settled'
	), stuck AS (SELECT id FROM {incidents} WHERE tenant = $1 AND looks_at IS NOT NULL AND due_why <> ''
	), troubled AS (SELECT id FROM stuck UNION SELECT i.id FROM open o JOIN {incidents} i ON i.no = o.incident WHERE o.state = 'dead')
	SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'claimed'), count(*) FILTER (WHERE state = 'dead'),
		(SELECT count(*) FROM stuck), ARRAY(SELECT id FROM troubled ORDER BY id COLLATE "C") FROM open`), namespace).
		Scan(&b.Waiting, &b.Claimed, &b.Dead, &b.Stuck, &b.Troubled)
	return b, err
}
