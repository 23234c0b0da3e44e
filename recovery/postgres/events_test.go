package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/servicerecovery/amends/recovery"
)

const eventSet = `amends: v1
playbook: care
plays:
  - {id: late, approach: standardised-response, review_by: 2027-06-30, when: incident.failure == "late", do: [compensate: {amount: 5 EUR}]}
---
amends: v1
map: tickets
fields:
  id: {text: "ticket-${id}"}
  service: {const: parcel}
  occurred_at: created_at
  failure: failure
  updated_at: updated_at
`

// follower reads the events of a helpdesk's database, as HELPDESK.md says.
type follower struct {
	t      *testing.T
	engine *recovery.Engine
	db     *pgxpool.Pool
	done   int64 // the number of the last event that it has finished
	dies   bool  // before it remembers how far it is
}

// follow reads the events after the last one, and those before it that may have appeared since, and tells each ticket
// as it is now.
func (f *follower) follow(ctx context.Context) string {
	f.t.Helper()
	rows, err := f.db.Query(ctx, `select seq, ticket from recovery_events where seq > $1 or at > now() - interval '5 minutes' order by seq`, f.done)
	if err != nil {
		f.t.Fatal(err)
	}
	type event struct{ Seq, Ticket int64 }
	events, err := pgx.CollectRows(rows, pgx.RowToStructByPos[event])
	if err != nil {
		f.t.Fatal(err)
	}
	var out []string
	for _, e := range events {
		var row []byte
		err := f.db.QueryRow(ctx, `select to_jsonb(t) from tickets t where id = $1`, e.Ticket).Scan(&row)
		if errors.Is(err, pgx.ErrNoRows) {
			out = append(out, fmt.Sprintf("%d gone", e.Ticket))
			f.done = max(f.done, e.Seq)
			continue
		}
		if err != nil {
			f.t.Fatal(err)
		}
		d, err := f.engine.Told(ctx, "tickets", row)
		if err != nil {
			f.t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%d %s", e.Ticket, d.Handled))
		if f.dies {
			break
		}
		f.done = max(f.done, e.Seq)
	}
	return strings.Join(out, ", ")
}

// TestEventsOfATrigger runs the SQL of HELPDESK.md beside a helpdesk's table, and a program that follows the events: nothing
// is lost when a transaction ends behind a later one, when one is rolled back, or when the program dies.
func TestEventsOfATrigger(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	db := inSchema(t, optionsOf(s).Schema)
	exec := func(on interface {
		Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
	}, sql string) {
		t.Helper()
		if _, err := on.Exec(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	exec(db, `create table tickets (id bigint primary key, failure text, created_at timestamptz not null, updated_at timestamptz not null)`)
	exec(db, pageSQL(t))
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	engine, err := recovery.Load(fstest.MapFS{"a.yaml": {Data: []byte(eventSet)}}, recovery.WithStore(s), recovery.WithClock(func() time.Time { return noon }))
	if err != nil {
		t.Fatal(err)
	}
	f := &follower{t: t, engine: engine, db: db}
	insert := func(id int) string {
		return fmt.Sprintf(`insert into tickets values (%d, '', '2026-03-02 10:00+00', '2026-03-02 10:00+00')`, id)
	}
	wants := func(what, want string) {
		t.Helper()
		if got := f.follow(ctx); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}

	exec(db, insert(1))
	undone, err := db.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	exec(undone, insert(2))
	if err := undone.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	wants("one ticket, and one that was rolled back", "1 new")

	slow, err := db.Begin(ctx) // it takes its number first, and ends last
	if err != nil {
		t.Fatal(err)
	}
	exec(slow, insert(3))
	exec(db, insert(4))
	wants("a later number first", "1 retry, 4 new")
	if err := slow.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	wants("what appeared behind it", "1 retry, 3 new, 4 retry")

	exec(db, `update tickets set failure = 'late', updated_at = '2026-03-02 11:00+00' where id = 4`)
	exec(db, `update recovery_events set at = at - interval '1 hour' where ticket <> 4`) // the others are long ago
	f.dies = true
	wants("it dies before it remembers", "4 changed")
	f.dies = false
	wants("it begins anew", "4 retry, 4 retry")
	f.done = 0
	wants("it has forgotten all", "1 retry, 3 retry, 4 retry, 4 retry")

	exec(db, `update tickets set updated_at = updated_at where id = 1`)
	exec(db, `delete from tickets where id = 3`)
	exec(db, `update recovery_events set at = at - interval '1 hour' where ticket = 4`)
	wants("a change of nothing, and a ticket that is gone", "1 retry, 3 gone")

	d, err := engine.Told(ctx, "tickets", `{"id": 4, "updated_at": "2026-03-02T11:00:00Z"}`)
	if err != nil || len(d.Actions) != 1 || d.Actions[0].Type != recovery.ActionCompensate {
		t.Errorf("%+v, %v", d, err)
	}
}

// inSchema is the pool of the helpdesk: it sees its tables without their schema.
func inSchema(t *testing.T, schema string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(os.Getenv(dsn))
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.RuntimeParams["search_path"] = `"` + schema + `"`
	p, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// pageSQL is the SQL that HELPDESK.md shows.
func pageSQL(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../HELPDESK.md")
	if err != nil {
		t.Fatal(err)
	}
	_, sql, _ := strings.Cut(string(page), "```sql\n")
	sql, _, ok := strings.Cut(sql, "```")
	if !ok || !strings.Contains(sql, "create trigger") {
		t.Fatal("HELPDESK.md shows no trigger")
	}
	return sql
}
