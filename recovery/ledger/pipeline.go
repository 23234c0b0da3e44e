package ledger

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// walk goes through a log from its beginning and checks that each record
// follows from the one before.
type walk struct {
	scanner
	digests bool // check payloads by their digests, not only by their checksums
	// work is done for each record on any core, and visit in order. Either may
	// be nil.
	work  func(*item)
	visit func(*item) error
	// progress is told how many bytes have been read.
	progress func(done int64)

	head tlog.Hash // of the last record
	// held are reports of a commit whose last record has not been met: what was
	// not written whole is not part of the ledger.
	held []*item
}

type job struct {
	items []item
	done  int64 // bytes read so far
	ready chan struct{}
}

// run returns the first thing that is wrong, nil at the end of the log.
func (w *walk) run(ctx context.Context) error {
	workers := runtime.GOMAXPROCS(0)
	jobs, order := make(chan *job), make(chan *job, 2*workers)
	stop := make(chan struct{})
	var readErr error
	var all sync.WaitGroup
	all.Go(func() {
		defer close(order)
		defer close(jobs)
		for {
			var items []item
			if items, readErr = w.next(); readErr != nil {
				return
			}
			j := &job{items: items, done: w.done, ready: make(chan struct{})}
			for _, to := range []chan *job{order, jobs} {
				select {
				case to <- j:
				case <-stop:
					return
				}
			}
		}
	})
	for range workers {
		all.Go(func() {
			for j := range jobs {
				for i := range j.items {
					j.items[i].check(w.digests)
					if w.work != nil && j.items[i].what == "" {
						w.work(&j.items[i])
					}
				}
				close(j.ready)
			}
		})
	}
	err := w.inOrder(ctx, order)
	close(stop)
	all.Wait()
	if err == nil && !errors.Is(readErr, io.EOF) {
		err = readErr
	}
	if err == nil {
		err = w.tearHeld()
	}
	return err
}

// tearHeld counts reports whose commit was not written whole among what is torn.
func (w *walk) tearHeld() error {
	if len(w.held) == 0 {
		return nil
	}
	first := w.held[0]
	if first.segment != w.segment {
		return w.damageAt(first, first.head.seq, "the records that it says come with it are not there, and another file follows")
	}
	w.seq, w.head = first.head.seq, first.head.prev
	w.torn += w.offset - first.offset
	w.offset = first.offset
	w.tear = TearCommit
	w.log.forget(w.seq)
	w.held = nil
	return nil
}

func (w *walk) inOrder(ctx context.Context, order chan *job) error {
	next := int64(0)
	for j := range order {
		if err := ctx.Err(); err != nil {
			return err
		}
		<-j.ready
		for i := range j.items {
			t := &j.items[i]
			if err := w.follows(t, next); err != nil {
				return err
			}
			w.head = t.hash
			next++
			w.held = append(w.held, t)
			if t.more > 0 {
				continue
			}
			if err := w.visitHeld(); err != nil {
				return err
			}
		}
		if w.progress != nil {
			w.progress(j.done)
		}
	}
	return nil
}

// visitHeld visits a record, and those of its commit that came before it.
func (w *walk) visitHeld() error {
	if w.visit != nil {
		for _, t := range w.held {
			if err := w.visit(t); err != nil {
				return err
			}
		}
	}
	w.held = w.held[:0]
	return nil
}

// follows checks the place of a record in the chain.
func (w *walk) follows(t *item, seq int64) error {
	what := t.what
	switch {
	case what != "":
	case t.head.seq != seq:
		what = "it says that it is another record: one was taken out, put in or moved"
	case t.head.prev != w.head:
		what = "it does not follow from the record before, which was changed"
	case t.body == bodyErased && !t.head.kind.erasable():
		what = "its payload was wiped out, and it is of a kind that is never erased"
	default:
		return nil
	}
	return w.damageAt(t, seq, what)
}

func (w *walk) damageAt(t *item, seq int64, what string) error {
	return &Damage{File: w.log.segment(t.segment).name, Offset: t.offset, Record: seq, What: what}
}
