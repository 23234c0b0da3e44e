package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/input"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
)

// shelf is a store that takes the set of an engine aside. A ledger is opened, and created,
// only once it is known that the set is good.
type shelf struct {
	recovery.Store
	set   *playbook.Set
	kinds []recovery.FactKind

	once     sync.Once
	compiled *policy.Program // see program
}

// program is the set compiled: what is given beside incidents is read for it.
func (s *shelf) program() *policy.Program {
	s.once.Do(func() { s.compiled, _ = policy.Compile(s.set) })
	return s.compiled
}

func (s *shelf) Prepare(_ context.Context, set *playbook.Set, kinds []recovery.FactKind) error {
	s.set, s.kinds = set, kinds
	return nil
}

// keeper handles the incidents of some files in order and remembers them in a
// store. Each sees those before it at once; meanwhile the disk confirms many of
// them together, and what was confirmed is written out.
type keeper struct {
	decider
	store stores.Submitter
}

// maxAhead is how many decisions may wait for the disk.
const maxAhead = 1024

// keep runs the keeper on a store.
func (d *decider) keep(dir string, known *shelf, files []string) int {
	l, err := stores.OpenSubmitter(dir)
	if err != nil {
		return d.host.Trouble("%s", err)
	}
	if err := l.Prepare(context.Background(), known.set, known.kinds); err != nil {
		return d.host.Trouble("%s: %s", stores.Shown(dir), err)
	}
	k := keeper{decider: *d, store: l}
	status := k.run(files)
	if err := l.Close(); err != nil && status != command.ExitTrouble {
		return d.host.Trouble("%s: %s", stores.Shown(dir), err)
	}
	return status
}

// taken is an incident as it was read.
type taken struct {
	input.Item
	incident   recovery.Incident
	undeclared []string
	err        error
}

// kept is what came of an incident, once wait has returned nil.
type kept struct {
	line       int                // of the input
	decision   *recovery.Decision // nil: it was refused
	id         string             // of an incident that was refused, and why it was
	refusal    error
	read       bool     // it is an incident
	undeclared []string // its fields that no playbook declares
	wait       func() error
}

func (k *keeper) run(files []string) int {
	queue, stop, end := make(chan []kept, maxAhead/input.Batch), make(chan struct{}), make(chan error, 1)
	defer close(stop)
	go func() {
		err := input.InBatches(input.NewProgress(k.host, true), k.reader(files), k.take, func(list []taken) error {
			done, err := k.handleAll(list)
			select {
			case queue <- done:
				return err
			case <-stop:
				return errStopped
			}
		})
		close(queue)
		end <- err
	}()
	refused := false
	for list := range queue {
		some, err := k.confirm(list)
		if refused = refused || some; err != nil {
			return k.host.Trouble("%s", err)
		}
	}
	if err := <-end; err != nil {
		return k.host.Trouble("%s", err)
	}
	k.fields.Say(k.host)
	k.clock.Warn(k.host)
	k.tally.Say(k.host)
	if refused {
		return command.ExitFound
	}
	return command.ExitOK
}

// confirm waits until the disk has each of some decisions, and writes them out: all
// those before the first that it does not get.
func (k *keeper) confirm(list []kept) (refused bool, err error) {
	out := k.rooms.take()
	defer k.rooms.put(out)
	for i := range list {
		x := &list[i]
		if err = x.wait(); err != nil {
			break
		}
		if x.decision != nil {
			k.add(out, x.decision)
		} else {
			k.refuse(out, x.id, x.refusal)
		}
		a := &out.list[len(out.list)-1]
		a.line, a.read, a.undeclared = x.line, x.read, x.undeclared
	}
	if written := k.write(out); written != nil && err == nil {
		err = written
	}
	return out.refused(), err
}

var errStopped = errors.New("the work was given up")

// take reads some incidents. It runs on several goroutines at once.
func (k *keeper) take(items []input.Item) []taken {
	out := make([]taken, len(items))
	for i, it := range items {
		t := &out[i]
		t.Item = it
		if t.incident, t.err = it.Incident(); t.err == nil && it.Tried != nil && it.Tried.Given != nil {
			t.err = &input.PlaceError{At: it.Place(), Err: errors.New("`given` stands in place of what a ledger knows: it does not go with --store")}
		}
		if t.err == nil {
			t.undeclared = k.fields.Declared.Undeclared(t.incident)
		}
	}
	return out
}

// handleAll decides incidents and hands the decisions to the store. Its error is the
// store's trouble, and no refusal; what came before it is returned all the same.
func (k *keeper) handleAll(list []taken) ([]kept, error) {
	out := make([]kept, 0, len(list))
	for i := range list {
		x, err := k.handle(&list[i])
		if err != nil {
			return out, err
		}
		out = append(out, x)
	}
	return out, nil
}

func (k *keeper) handle(t *taken) (kept, error) {
	if t.err != nil && (k.by == nil || t.incident.ID == "") { // it is no incident, and there would be nothing to find it by
		return kept{line: t.Line, id: t.ID(t.incident), refusal: t.err, wait: confirmed}, nil
	}
	s := &submitter{Submitter: k.store, wait: confirmed}
	d, err := k.clock.Decide(&t.incident, t.Tried, func() (*recovery.Decision, error) {
		if k.by != nil {
			return k.engine.Told(context.Background(), k.by.Name, t.Payload(), recovery.In(s))
		}
		return k.engine.Handle(context.Background(), t.incident, recovery.In(s))
	})
	if s.err != nil {
		return kept{}, s.err
	}
	if err != nil && !isRefusal(err) {
		return kept{}, fmt.Errorf("incident %q: %w", t.incident.ID, err)
	}
	if err != nil && t.err != nil {
		err = t.err // it has the place in the input
	}
	return kept{line: t.Line, decision: d, id: t.incident.ID, refusal: err, read: true, undeclared: t.undeclared, wait: s.wait}, nil
}

func isRefusal(err error) bool {
	var incident *recovery.IncidentError
	var evaluation *recovery.EvaluationError
	var ambiguous *recovery.AmbiguousError
	return errors.As(err, &incident) || errors.As(err, &evaluation) || errors.As(err, &ambiguous) || errors.Is(err, recovery.ErrErased)
}

// confirmed waits for what is on disk already.
func confirmed() error { return nil }

// submitter is the store for one incident, without waiting for the disk.
type submitter struct {
	stores.Submitter
	wait func() error
	err  error // the trouble of the store, which is no conflict and no incident that was erased
}

func (s *submitter) Commit(ctx context.Context, c recovery.Commit) error {
	wait, err := s.Submit(ctx, c)
	switch {
	case err == nil:
		s.wait = wait
	case !errors.Is(err, recovery.ErrConflict) && !errors.Is(err, recovery.ErrErased):
		s.err = err
	}
	return err
}
