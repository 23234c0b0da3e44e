// Command embed is a helpdesk that imports amends: its tickets are told of as they change, and what is to be done
// for customers comes out on time. It keeps everything in a file of SQLite, or in PostgreSQL when DATABASE_URL
// is given.
//
//	embed [FILE]   tells a story
package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/due"
	"github.com/servicerecovery/amends/recovery/postgres"
	"github.com/servicerecovery/amends/recovery/sqlite"
)

//go:embed playbooks
var files embed.FS

// open opens the store: in PostgreSQL where there is a URL, else in a file.
func open(ctx context.Context, url, file string) (store recovery.Stream, end func(), err error) {
	if url == "" {
		s, err := sqlite.Open(file)
		return s, func() { _ = s.Close() }, err
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	if err = postgres.Migrate(ctx, pool, postgres.Options{}); err == nil {
		store, err = postgres.Open(ctx, pool, postgres.Options{})
	}
	if err != nil {
		pool.Close()
	}
	return store, pool.Close, err
}

// helpdesk is a helpdesk with playbooks.
type helpdesk struct {
	engine *recovery.Engine
	store  recovery.Stream
	sent   *outbox // what the helpdesk does for customers and agents
}

func newHelpdesk(store recovery.Stream, sent *outbox, options ...recovery.Option) (*helpdesk, error) {
	playbooks, err := fs.Sub(files, "playbooks")
	if err != nil {
		return nil, err
	}
	engine, err := recovery.Load(playbooks, append(options, recovery.WithStore(store))...)
	return &helpdesk{engine, store, sent}, err
}

// changed is called when a ticket was written or changed: with what is new.
func (h *helpdesk) changed(ctx context.Context, ticket string, change func(*recovery.Incident) error) error {
	_, err := h.engine.Update(ctx, ticket, change)
	return err
}

// runner decides tickets again when something falls due, and hands out what is to be done.
func (h *helpdesk) runner() due.Runner {
	return due.Runner{Engine: h.engine, Store: h.store, Deliver: h.deliver}
}

// deliver does one thing. It may come again after a crash, with the same key.
func (h *helpdesk) deliver(_ context.Context, d recovery.Delivery) error {
	switch {
	case d.Do == recovery.ToSay:
		return h.sent.put(d.Key, "mail: "+d.Action.Message.Text)
	case d.Action.Type == recovery.ActionRespond, d.Action.Type == recovery.ActionResolve:
		return due.ErrTaken // an agent does, and the ticket says when
	case d.Action.Amount.IsSet():
		return h.sent.put(d.Key, d.Do+" "+d.Action.Type+" "+d.Action.Difference().String())
	case d.Action.Type == recovery.ActionEscalate:
		to, _ := recovery.ParamOf[string](*d.Action, "to")
		return h.sent.put(d.Key, "call the "+to)
	}
	return h.sent.put(d.Key, d.Do+" "+d.Action.Type)
}

func main() {
	file := filepath.Join(os.TempDir(), fmt.Sprintf("embed-%d.db", os.Getpid()))
	if len(os.Args) > 1 {
		file = os.Args[1]
	}
	if err := tell(context.Background(), os.Stdout, os.Getenv("DATABASE_URL"), file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
