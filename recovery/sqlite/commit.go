package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/rows"
	"github.com/servicerecovery/amends/recovery/store"
)

// Commit implements [recovery.Store]. When it returns nil, the commit is on disk.
func (s *Store) Commit(ctx context.Context, c recovery.Commit) error {
	if err := c.Check(); err != nil {
		return err
	}
	if c.Record != nil {
		if err := s.countFor(ctx, c.Reads.Facts); err != nil {
			return err
		}
	}
	names := s.calendars.Naming()
	err := s.changing(ctx, func(on *conn) error {
		x := &commit{Commit: &c, s: s, conn: on, names: names, seen: c.Seen()}
		switch {
		case c.Record != nil:
			return x.record()
		case c.Refusal != nil:
			return x.refusal()
		case c.Mark != nil:
			return x.mark()
		case len(c.Reports) > 0:
			return x.reports()
		}
		return x.fallen()
	})
	if err == nil {
		names.Kept()
	}
	return err
}

// commit is a commit in its transaction.
type commit struct {
	*recovery.Commit
	s     *Store
	conn  *conn
	names *rows.Names
	seen  store.Seen
}

func (x *commit) record() error {
	d := x.Record.Decision
	t, err := x.conn.thread(d.Namespace, d.Incident)
	if err != nil {
		return err
	}
	if done, err := x.conn.decided(t, d.ID); err != nil || done {
		return err
	}
	if t.no == 0 {
		if err := x.s.notErased(x.conn, d.Namespace, d.Incident); err != nil {
			return err
		}
	}
	before := rows.Before(&x.Given)
	q, err := x.conflict(t, before)
	if err != nil {
		return err
	}
	if err := x.conn.open(t, d.Namespace, d.Incident); err != nil {
		return err
	}
	after, err := x.after(t, before)
	if err != nil {
		return err
	}
	number, err := x.keep(t)
	if err != nil {
		return err
	}
	if err := x.shift(t, before, after, number); err != nil {
		return err
	}
	x.stands(t, after, number)
	return cmp.Or(x.conn.save(t), x.stream(t, q))
}

// decided reports whether a decision is there already.
func (c *conn) decided(t *thread, id string) (found bool, err error) {
	if t.no == 0 {
		return false, nil
	}
	var one int
	return c.row("SELECT 1 FROM records WHERE incident = ? AND kind = 'decision' AND id = ?", []any{t.no, id}, &one)
}

// conflict compares what the decision was made from with what is true now.
func (x *commit) conflict(t *thread, before store.Standing) (*store.Queue, error) {
	latest, made, err := x.conn.ids(t)
	if err == nil {
		err = cmp.Or(x.seen.CheckThread(latest, made, timeOf(t.updatedAt)), x.seen.CheckTold(t.lastTold()))
	}
	if err != nil {
		return nil, err
	}
	q, err := x.unstirred(t)
	if err != nil {
		return nil, err
	}
	version, err := x.conn.version()
	if err != nil || version == x.Version {
		return q, err
	}
	return q, x.seen.CheckCounts(x.s.now(x.conn, t.no, before))
}

// ids are those of the decision that stands and of the choices on it.
func (c *conn) ids(t *thread) (latest store.ID, made []store.ID, err error) {
	id := func(number int64) (id store.ID, err error) {
		var text string
		_, err = c.row("SELECT id FROM records WHERE number = ?", []any{number}, &text)
		return store.IDOf(text), err
	}
	if t.latest.Valid {
		if latest, err = id(t.latest.Int64); err != nil {
			return latest, nil, err
		}
	}
	for _, number := range t.made {
		m, err := id(number)
		if err != nil {
			return latest, nil, err
		}
		made = append(made, m)
	}
	return latest, made, nil
}

// open makes a row for an incident that has none.
func (c *conn) open(t *thread, tenant, id string) error {
	if t.no != 0 {
		return nil
	}
	r, err := c.exec("INSERT INTO incidents (tenant, id) VALUES (?, ?)", tenant, id)
	if err != nil {
		return err
	}
	t.tenant, t.id = tenant, id
	t.no, err = r.LastInsertId()
	return err
}

// standing is what stands of an incident, with the record of each choice.
type standing struct {
	store.Standing
	of      *store.Decision // the new decision
	numbers map[store.ID]int64
}

// after is what stands once the record is kept.
func (x *commit) after(t *thread, before store.Standing) (*standing, error) {
	out := &standing{numbers: map[store.ID]int64{}}
	for i, d := range before.Made {
		out.numbers[d.ID] = t.made[i]
	}
	var lost []*store.Decision
	for _, id := range rows.Lost(before, x.Record) {
		var number int64
		found, err := x.conn.row("SELECT number FROM records WHERE incident = ? AND kind = 'decision' AND id = ?", []any{t.no, id}, &number)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		r, err := x.s.record(x.conn, number)
		if err != nil {
			return nil, err
		}
		if r.On != "" {
			lost = append(lost, r.Counts(number))
			out.numbers[store.IDOf(id)] = number
		}
	}
	out.Standing, out.of = rows.After(before, x.Record, lost)
	return out, nil
}

// keep adds the record, with what it was made from.
func (x *commit) keep(t *thread) (int64, error) {
	r := x.Record
	body := r.AppendJSON(nil, x.names.Name)
	given, err := rows.Given(x.Commit)
	if err != nil {
		return 0, err
	}
	number, err := x.conn.add1("decision", t, r.Keys["customer.id"], r.Decision.ID, r.Decision.DecidedAt, string(body), given)
	if err != nil {
		return 0, err
	}
	if err := x.conn.keepCalendars(x.names); err != nil {
		return 0, err
	}
	for i := range r.Decision.Choices {
		_, err := x.conn.exec("INSERT INTO choices (id, tenant, incident) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", r.Decision.Choices[i].ID, r.Decision.Namespace, t.no)
		if err != nil {
			return 0, err
		}
	}
	digest := r.Decision.Set.Digest
	if _, err := x.conn.exec("INSERT INTO sets (digest, first) VALUES (?1, ?2) ON CONFLICT (digest) DO UPDATE SET first = ?2 WHERE first IS NULL", digest, number); err != nil {
		return 0, err
	}
	if r.Newest {
		_, err = x.conn.exec("UPDATE sets SET renewed = ? WHERE digest = ?", number, digest)
	}
	return number, err
}

// add1 adds a record at the end.
func (c *conn) add1(kind string, t *thread, customer, id string, at time.Time, body string, given any) (int64, error) {
	var incident any
	if t.no != 0 {
		incident = t.no
	}
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	r, err := c.exec("INSERT INTO records (kind, incident, tenant, customer, id, at, body, given) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		kind, incident, t.tenant, null(customer), null(id), microseconds(at), body, given)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

func (c *conn) keepCalendars(names *rows.Names) error {
	for name, text := range names.Found {
		if _, err := c.exec("INSERT INTO calendars (name, body) VALUES (?, ?) ON CONFLICT DO NOTHING", name, text); err != nil {
			return err
		}
	}
	return nil
}

// shift changes what is counted from one standing to the next.
func (x *commit) shift(t *thread, before store.Standing, after *standing, number int64) error {
	kinds, err := x.s.countedAt(x.conn, t.no)
	if err != nil {
		return err
	}
	gone, added := rows.Changed(rows.Entries(kinds, before), rows.Entries(kinds, after.Standing))
	if err := cmp.Or(x.conn.add(t.no, gone, -1), x.conn.add(t.no, added, 1)); err != nil {
		return err
	}
	withdrawn, preceding := rows.Precedents(before, after.Standing)
	for i := range withdrawn {
		if err := x.conn.withdraw(t.no, &withdrawn[i]); err != nil {
			return err
		}
	}
	for i := range preceding {
		n, ok := after.numbers[preceding[i].Decision]
		if !ok {
			n = number
		}
		if err := x.conn.precede(t.no, n, &preceding[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) precede(no, number int64, p *rows.Precedent) error {
	text, err := rows.Chosen(&p.Chosen)
	if err != nil {
		return err
	}
	if _, err := c.exec("INSERT INTO precedents (grp, number, incident, decision, chosen) VALUES (?, ?, ?, ?, ?)", p.Key[:], number, no, p.Decision[:], text); err != nil {
		return err
	}
	return c.amounts(p, 1)
}

func (c *conn) withdraw(no int64, p *rows.Precedent) error {
	if _, err := c.exec("DELETE FROM precedents WHERE incident = ? AND grp = ? AND decision = ?", no, p.Key[:], p.Decision[:]); err != nil {
		return err
	}
	return c.amounts(p, -1)
}

// amounts counts what a choice gave, or takes it back where by is -1.
func (c *conn) amounts(p *rows.Precedent, by int64) error {
	for _, a := range rows.Amounts(&p.Chosen) {
		_, err := c.exec(`INSERT INTO amounts (grp, type, currency, units, count) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET count = count + excluded.count`, p.Key[:], a.Type, a.Currency, a.Units, by*a.Count)
		if err != nil {
			return err
		}
	}
	if by < 0 {
		_, err := c.exec("DELETE FROM amounts WHERE grp = ? AND count = 0", p.Key[:])
		return err
	}
	return nil
}

// stands changes the row of the incident to what stands now.
func (x *commit) stands(t *thread, after *standing, number int64) {
	if after.of.Choice == nil {
		t.latest = sql.NullInt64{Int64: number, Valid: true}
	}
	t.made = t.made[:0]
	for _, d := range after.Made {
		n, ok := after.numbers[d.ID]
		if !ok {
			n = number
		}
		t.made = append(t.made, n)
	}
	if x.Record.UpdatedAt.After(timeOf(t.updatedAt)) {
		t.updatedAt = sql.NullInt64{Int64: microseconds(x.Record.UpdatedAt), Valid: true}
	}
	if after.of.Tells() {
		t.told, t.toldAt = nil, sql.NullInt64{}
	}
}

// save writes the row of an incident.
func (c *conn) save(t *thread) error {
	_, err := c.exec("UPDATE incidents SET latest = ?, made = ?, updated_at = ?, told = ?, told_at = ? WHERE no = ?",
		t.latest, numbers(t.made), t.updatedAt, t.told, t.toldAt, t.no)
	return err
}

// refusal keeps a refusal, from which the next update of its incident starts.
func (x *commit) refusal() error {
	r := x.Refusal
	t, err := x.conn.thread(r.Namespace, r.Incident)
	if err != nil {
		return err
	}
	if x.seen.Tells {
		latest, _, err := x.conn.ids(t)
		if err = cmp.Or(err, x.seen.CheckLatest(latest), x.seen.CheckUpdated(timeOf(t.updatedAt)), x.seen.CheckTold(t.lastTold())); err != nil {
			return err
		}
	}
	if r.Incident != "" {
		if t.no == 0 {
			if err := x.s.notErased(x.conn, r.Namespace, r.Incident); err != nil {
				return err
			}
		}
		if err := x.conn.open(t, r.Namespace, r.Incident); err != nil {
			return err
		}
	}
	t.tenant = r.Namespace
	body, err := rows.Refusal(r)
	if err != nil {
		return err
	}
	if _, err := x.conn.add1("refusal", t, rows.Customer(r), "", r.At, body, nil); err != nil {
		return err
	}
	if told := r.Told(); told != nil {
		t.told, t.toldAt = told.Incident, sql.NullInt64{Int64: microseconds(told.At), Valid: true}
		return x.conn.save(t)
	}
	return nil
}

func (x *commit) mark() error {
	m := x.Mark
	t, err := x.conn.thread(m.Namespace, m.Incident)
	if err != nil {
		return err
	}
	latest, _, err := x.conn.ids(t)
	if err = cmp.Or(err, x.seen.CheckLatest(latest), x.seen.CheckTold(t.lastTold())); err != nil || t.no == 0 {
		return err
	}
	later := m.UpdatedAt.After(timeOf(t.updatedAt))
	if !later && slices.Equal(t.told, m.Told) {
		return nil
	}
	body, err := rows.Mark(m)
	if err != nil {
		return err
	}
	if _, err := x.conn.add1("mark", t, "", "", m.UpdatedAt, body, nil); err != nil {
		return err
	}
	if t.told, t.toldAt = nil, (sql.NullInt64{}); m.Told != nil {
		t.told, t.toldAt = m.Told, sql.NullInt64{Int64: microseconds(m.UpdatedAt), Valid: true}
	}
	if later {
		t.updatedAt = sql.NullInt64{Int64: microseconds(m.UpdatedAt), Valid: true}
	}
	return x.conn.save(t)
}

// reports keeps those reports that are not there yet. What they do to the stream hangs on the decisions that
// were read.
func (x *commit) reports() error {
	if x.Streams() {
		t, err := x.conn.thread(x.Reads.Namespace, x.Reads.Incident)
		if err != nil {
			return err
		}
		latest, made, err := x.conn.ids(t)
		if err = cmp.Or(err, x.seen.CheckThread(latest, made, timeOf(t.updatedAt))); err != nil {
			return err
		}
		if _, err := x.unstirred(t); err != nil {
			return err
		}
	}
	for _, r := range x.Reports {
		t, err := x.conn.thread(r.Namespace, r.Incident)
		if err != nil {
			return err
		}
		if t.no == 0 {
			if err := x.s.notErased(x.conn, r.Namespace, r.Incident); err != nil {
				return err
			}
		}
		if err := x.conn.open(t, r.Namespace, r.Incident); err != nil {
			return err
		}
		has, err := x.conn.reports(t.no)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(has, r.Same) {
			continue
		}
		body, err := rows.Report(&r)
		if err != nil {
			return err
		}
		if _, err := x.conn.add1("report", t, "", "", r.At, body, nil); err != nil {
			return err
		}
		q, err := x.conn.queue(t)
		if err != nil {
			return err
		}
		q.Report(&r)
		if err := x.conn.saveQueue(t, q); err != nil {
			return err
		}
	}
	if !x.Streams() {
		return nil
	}
	t, err := x.conn.thread(x.Reads.Namespace, x.Reads.Incident)
	if err != nil {
		return err
	}
	q, err := x.conn.queue(t)
	if err != nil {
		return err
	}
	return x.stream(t, q)
}

// fallen puts what has fallen due into the stream of an incident.
func (x *commit) fallen() error {
	t, err := x.conn.thread(x.Reads.Namespace, x.Reads.Incident)
	if err != nil {
		return err
	}
	latest, made, err := x.conn.ids(t)
	if err != nil {
		return err
	}
	if err := x.seen.CheckThread(latest, made, timeOf(t.updatedAt)); err != nil {
		return err
	}
	q, err := x.unstirred(t)
	if err != nil || t.no == 0 {
		return err
	}
	return x.stream(t, q)
}

// unstirred reads the deliveries of an incident, and compares what the commit says of them with what is true now.
func (x *commit) unstirred(t *thread) (*store.Queue, error) {
	q, err := x.conn.queue(t)
	if err != nil || !x.Streams() {
		return q, err
	}
	reports, err := x.conn.reports(t.no)
	return q, cmp.Or(err, x.CheckStream(q.Stream().Waiting(), len(reports)))
}
