package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// shelf is a store that takes the set of an engine aside. A ledger is opened, and created,
// only once it is known that the set is good.
type shelf struct {
	recovery.Store
	set *playbook.Set
}

func (s *shelf) Archive(set *playbook.Set) { s.set = set }

// keeper handles the incidents of some files in order and remembers them in a
// ledger. Each sees those before it at once; meanwhile the disk confirms many of
// them together, and what was confirmed is written out.
type keeper struct {
	decider
	ledger *ledger.Ledger
}

// maxAhead is how many decisions may wait for the disk.
const maxAhead = 1024

// keep runs the keeper on a ledger.
func (d *decider) keep(dir string, set *playbook.Set, files []string) int {
	l, err := openLedger(dir)
	if err != nil {
		return trouble(d.host, "%s", err)
	}
	l.Archive(set)
	k := keeper{decider: *d, ledger: l}
	status := k.run(files)
	if err := l.Close(); err != nil && status != exitTrouble {
		return trouble(d.host, "%s: %s", dir, err)
	}
	return status
}

// taken is an incident as it was read.
type taken struct {
	item
	incident   recovery.Incident
	undeclared []string
	err        error
}

// kept is what came of an incident, once wait has returned nil.
type kept struct {
	result     func() result
	refused    bool
	read       bool     // it is an incident
	undeclared []string // its fields that no playbook declares
	wait       func() error
}

func (k *keeper) run(files []string) int {
	queue, stop, end := make(chan kept, maxAhead), make(chan struct{}), make(chan error, 1)
	defer close(stop)
	go func() {
		err := inOrder(newProgress(k.host, true), k.reader(files), k.take, func(t taken) error {
			x, err := k.handle(t)
			if err != nil {
				return err
			}
			x.read, x.undeclared = t.err == nil, t.undeclared
			select {
			case queue <- x:
				return nil
			case <-stop:
				return errStopped
			}
		})
		close(queue)
		end <- err
	}()
	refused := false
	for x := range queue {
		err := x.wait()
		if err == nil {
			if x.read {
				k.fields.add(x.undeclared)
			}
			refused = refused || x.refused
			err = x.result().write(k.host.Stdout)
		}
		if err != nil {
			return trouble(k.host, "%s", err)
		}
	}
	if err := <-end; err != nil {
		return trouble(k.host, "%s", err)
	}
	k.fields.say(k.host)
	if refused {
		return exitFound
	}
	return exitOK
}

var errStopped = errors.New("the work was given up")

// take reads an incident. It runs on several goroutines at once.
func (k *keeper) take(it item) taken {
	t := taken{item: it}
	if t.incident, t.err = it.incident(); t.err == nil {
		t.undeclared = k.fields.declared.undeclared(t.incident)
	}
	return t
}

// handle decides an incident and hands the decision to the ledger. Its error is
// the store's trouble, and no refusal.
func (k *keeper) handle(t taken) (kept, error) {
	if t.err != nil { // it is no incident, and there would be nothing to find it by
		return k.refused(t.id(t.incident), t.err, confirmed), nil
	}
	s := &submitter{Ledger: k.ledger, wait: confirmed}
	d, err := k.engine.Handle(context.Background(), t.incident, recovery.In(s))
	switch {
	case s.err != nil:
		return kept{}, s.err
	case err == nil && k.format == "text":
		return kept{result: func() result { return result{text: textOf(d)} }, wait: s.wait}, nil
	case err == nil:
		return kept{result: func() result { return result{json: append(d.AppendJSON(nil), '\n')} }, wait: s.wait}, nil
	case isRefusal(err):
		return k.refused(t.incident.ID, err, s.wait), nil
	}
	return kept{}, fmt.Errorf("incident %q: %w", t.incident.ID, err)
}

func (k *keeper) refused(id string, err error, wait func() error) kept {
	return kept{result: func() result { return k.refusal(id, err) }, refused: true, wait: wait}
}

func isRefusal(err error) bool {
	var incident *recovery.IncidentError
	var evaluation *recovery.EvaluationError
	var ambiguous *recovery.AmbiguousError
	return errors.As(err, &incident) || errors.As(err, &evaluation) || errors.As(err, &ambiguous)
}

// confirmed waits for what is on disk already.
func confirmed() error { return nil }

// submitter is the ledger for one incident, without waiting for the disk.
type submitter struct {
	*ledger.Ledger
	wait func() error
	err  error // other than a conflict, after which the incident is decided again
}

func (s *submitter) Commit(ctx context.Context, c recovery.Commit) error {
	wait, err := s.Submit(ctx, c)
	switch {
	case err == nil:
		s.wait = wait
	case !errors.Is(err, recovery.ErrConflict):
		s.err = err
	}
	return err
}
