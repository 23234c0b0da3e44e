package recovery

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/servicerecovery/amends/recovery/store"
)

// Hooks are told what an engine does, on the goroutine that does it, with the context of the call. A nil
// function is not called, so the zero Hooks do nothing. What happens in a call with [In], in a transaction
// that has a [Tx], is told once the host has committed it.
type Hooks struct {
	// Decided is told of each decision that was committed, those that make a choice included.
	Decided func(context.Context, *Decision)
	// Refused is told of each incident that could not be decided.
	Refused func(context.Context, Incident, error)
	// Conflicted is told when a commit met a conflict and is tried again: how often it was tried.
	Conflicted func(ctx context.Context, incident string, attempt int)
	// Called is told of each call that has ended, of whatever came of it.
	Called func(context.Context, Call)
	// Stored is told of each read and commit.
	Stored func(context.Context, Call)
	// Reloaded is told of each set that took another's place.
	Reloaded func(context.Context, SetRef)
}

// Call is something that an engine or its store was asked to do.
type Call struct {
	Op       string // one of the constants from OpDecide on
	Incident string
	Attempts int           // how often it was tried; of a read or a commit, 1
	Took     time.Duration // by the engine's clock
	Err      error         // nil: it went well
}

// What was asked of an engine, and what of its store.
const (
	OpDecide  = "decide"
	OpHandle  = "handle"
	OpUpdate  = "update"
	OpAgain   = "again"
	OpChoose  = "choose"
	OpApprove = "approve"
	OpDecline = "decline"
	OpReport  = "report"

	OpRead       = "read"
	OpPrecedents = "precedents"
	OpCommit     = "commit"
)

// set reports whether anybody is to be told of anything.
func (h *Hooks) set() bool {
	return h.Decided != nil || h.Refused != nil || h.Conflicted != nil || h.Called != nil || h.Stored != nil || h.Reloaded != nil
}

// Tx holds what hooks are to be told of a transaction until the host has committed it. A store that is
// bound to a transaction of the host's embeds one, and the host calls Committed. After a rollback nobody is
// told of anything. The zero Tx is ready.
type Tx struct {
	mu   sync.Mutex
	held []func()
}

// Committed tells hooks what has happened in the transaction, in order.
func (t *Tx) Committed() {
	t.mu.Lock()
	held := t.held
	t.held = nil
	t.mu.Unlock()
	for _, tell := range held {
		tell()
	}
}

func (t *Tx) hold(tell func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held = append(t.held, tell)
}

// holder is a store in which a [Tx] is embedded.
type holder interface{ hold(tell func()) }

// tell tells a hook now, or once the transaction of the store is committed.
func tell(s Store, hook func()) {
	if w, ok := s.(*watched); ok {
		s = w.Store
	}
	if h, ok := s.(holder); ok {
		h.hold(hook)
		return
	}
	hook()
}

func (e *Engine) called(ctx context.Context, s Store, c Call) {
	tell(s, func() { e.config.hooks.Called(ctx, c) })
}

// watched is a store whose reads and commits hooks are told of.
type watched struct {
	Store
	hooks *Hooks
	clock func() time.Time
}

func (c *config) watch(s Store) Store {
	if c.hooks.Stored == nil {
		return s
	}
	return &watched{s, &c.hooks, c.clock}
}

func (w *watched) stored(ctx context.Context, op, incident string, began time.Time, err error) {
	c := Call{op, incident, 1, w.clock().Sub(began), err}
	tell(w.Store, func() { w.hooks.Stored(ctx, c) })
}

func (w *watched) Read(ctx context.Context, q Query) (Given, Version, error) {
	began := w.clock()
	given, version, err := w.Store.Read(ctx, q)
	w.stored(ctx, OpRead, q.Incident, began, err)
	return given, version, err
}

func (w *watched) Precedents(ctx context.Context, q Query) ([]store.Precedents, error) {
	began := w.clock()
	out, err := w.Store.Precedents(ctx, q)
	w.stored(ctx, OpPrecedents, q.Incident, began, err)
	return out, err
}

func (w *watched) Commit(ctx context.Context, c Commit) error {
	began := w.clock()
	err := w.Store.Commit(ctx, c)
	w.stored(ctx, OpCommit, c.incident(), began, err)
	return err
}

// incident is the one that a commit is about.
func (c *Commit) incident() string {
	switch {
	case c.Record != nil:
		return c.Record.Decision.Incident
	case c.Refusal != nil:
		return c.Refusal.Incident
	case c.Mark != nil:
		return c.Mark.Incident
	case len(c.Reports) > 0:
		return c.Reports[0].Incident
	}
	return c.Reads.Incident
}

// The longest wait after a conflict doubles from the first to the last.
const (
	firstWait = 100 * time.Microsecond
	lastWait  = 20 * time.Millisecond
)

// backOff waits after a conflict, longer after each, and not as long as others who have met the same one. It
// ends with the context.
func backOff(ctx context.Context, attempt int, conflict error) error {
	most := lastWait
	if attempt < 8 {
		most = min(firstWait<<attempt, lastWait)
	}
	t := time.NewTimer(rand.N(most))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("%w, while waiting to decide again: %w", context.Cause(ctx), conflict)
	case <-t.C:
		return nil
	}
}
