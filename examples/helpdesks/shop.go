package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/helpdesk"
	"github.com/servicerecovery/amends/recovery/helpdesk/helpdesktest"
)

//go:embed playbooks/shared.yaml playbooks/parcels.yaml
var files embed.FS

// shop is a program beside one helpdesk: it receives its webhooks, and does in it what was decided.
type shop struct {
	out    io.Writer
	engine *recovery.Engine
	desk   helpdesk.Desk
	hook   http.Handler
	now    time.Time
	store  *recovery.MemoryStore
}

func newShop(out io.Writer, kind string) (*shop, *helpdesktest.Fake, error) {
	s := &shop{out: out, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), store: recovery.NewMemoryStore(recovery.KeepDeliveries())}
	clock := func() time.Time { return s.now }
	fake, err := helpdesktest.New(kind, clock)
	if err != nil {
		return nil, nil, err
	}
	playbooks, err := fs.Sub(files, "playbooks")
	if err == nil {
		s.engine, err = recovery.Load(playbooks, recovery.WithClock(clock), recovery.WithStore(s.store), recovery.Strict())
	}
	if err != nil {
		fake.Close()
		return nil, nil, err
	}
	s.desk = fake.Desk()
	s.hook = helpdesk.Handler(s.engine, s.desk, helpdesk.OnError(func(_ *http.Request, err error) {
		fmt.Fprintf(out, "    ! %v\n", err)
	}))
	return s, fake, nil
}

// post sends a webhook to the shop, which then does what follows.
func (s *shop) post(ctx context.Context, r *http.Request) error {
	w := httptest.NewRecorder()
	s.hook.ServeHTTP(w, r)
	fmt.Fprintf(s.out, "    webhook: %d %s", w.Code, w.Body)
	return s.act(ctx)
}

// act does whatever the store has for the host to do now, and reports what came of it.
func (s *shop) act(ctx context.Context) error {
	deliveries, err := s.store.Drain(ctx, "", s.now)
	if err != nil {
		return err
	}
	for _, d := range deliveries {
		if err := s.deliver(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// deliver does one thing: in the helpdesk, or else where the shop gives money. To solve the ticket is for
// people, and the helpdesk tells when they have.
func (s *shop) deliver(ctx context.Context, e recovery.Delivery) error {
	err := s.desk.Apply(ctx, e)
	var cannot *helpdesk.CannotError
	switch {
	case errors.As(err, &cannot) && e.Action != nil && e.Action.Type == recovery.ActionResolve:
		fmt.Fprintf(s.out, "    for an agent: solve it by %s\n", e.Action.DueAt.Format("Mon 15:04 MST"))
		return s.store.Settle(ctx, e.Key)
	case errors.As(err, &cannot) && e.Action != nil && e.Action.Type == recovery.ActionCompensate:
		fmt.Fprintf(s.out, "    in the shop: %s to the account of the customer\n", e.Action.Difference())
	case errors.As(err, &cannot):
		fmt.Fprintf(s.out, "    not here: %v\n", cannot)
		return s.store.Settle(ctx, e.Key)
	case err != nil:
		return err
	}
	return s.engine.Report(ctx, recovery.Report{Incident: e.Incident, Key: e.Key, Outcome: recovery.OutcomeDone})
}

// later moves the time on, and does what has fallen due on an incident.
func (s *shop) later(ctx context.Context, incident string, to time.Time) error {
	s.now = to
	if _, err := s.engine.Again(ctx, incident); err != nil {
		return err
	}
	return s.act(ctx)
}
