package log

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// Walk goes through a log and checks that each record follows from the one before. It begins where the
// scanner stands. Head is then the hash of the record before.
type Walk struct {
	Scanner
	Digests bool // check payloads by their digests, not only by their checksums
	// Work is called for each record on any core, and Visit in the order of the records. Either may
	// be nil.
	Work  func(*Item)
	Visit func(*Item) error
	// Keeps says of a record that its bytes are used after Visit has returned. Where it is set, blocks of
	// records that nobody keeps are read into again.
	Keeps func(*Item) bool
	// Progress is told how many bytes have been read.
	Progress func(done int64)

	Head tlog.Hash // of the last record
	// held are the records of a commit whose last record has not been read yet. A commit that was not
	// written whole is not part of the ledger.
	held []*Item
}

type job struct {
	block
	done  int64 // bytes read so far
	ready chan struct{}
}

// Run returns the first damage or other error. It returns nil at the end of the log.
func (w *Walk) Run(ctx context.Context) error {
	workers := runtime.GOMAXPROCS(0)
	jobs, order := make(chan *job), make(chan *job, 2*workers)
	stop := make(chan struct{})
	if w.Keeps != nil {
		w.spare = make(chan block, 4*workers)
	}
	first := w.Seq
	var readErr error
	var all sync.WaitGroup
	all.Go(func() {
		defer close(order)
		defer close(jobs)
		for {
			if _, readErr = w.Next(); readErr != nil {
				return
			}
			j := &job{block: w.last, done: w.done, ready: make(chan struct{})}
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
					j.items[i].Check(w.Digests)
					if j.items[i].Body == BodyWhole {
						j.items[i].more = w.Log.following(&j.items[i])
					}
					if w.Work != nil && j.items[i].What == "" {
						w.Work(&j.items[i])
					}
				}
				close(j.ready)
			}
		})
	}
	err := w.inOrder(ctx, order, first)
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

// tearHeld counts the held records, whose commit was not written whole, as part of the torn end.
func (w *Walk) tearHeld() error {
	if len(w.held) == 0 {
		return nil
	}
	first := w.held[0]
	if first.Segment != w.Segment {
		return w.damageAt(first, first.Head.Seq, "the records that it says come with it are not there, and another file follows")
	}
	w.Seq, w.Head = first.Head.Seq, first.Head.Prev
	w.Torn += w.Offset - first.Offset
	w.Offset = first.Offset
	w.Tear = TearCommit
	w.Log.Forget(w.Seq)
	w.held = nil
	return nil
}

func (w *Walk) inOrder(ctx context.Context, order chan *job, next int64) error {
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
			w.Head = t.Hash
			next++
			w.held = append(w.held, t)
			if t.more > 0 {
				continue
			}
			if err := w.visitHeld(); err != nil {
				return err
			}
		}
		if w.Progress != nil {
			w.Progress(j.done)
		}
		w.reuse(j)
	}
	return nil
}

// reuse gives a block back to be read into again, once its records were visited.
func (w *Walk) reuse(j *job) {
	if w.Keeps == nil || len(w.held) > 0 {
		return
	}
	for i := range j.items {
		if w.Keeps(&j.items[i]) {
			return
		}
	}
	select {
	case w.spare <- j.block:
	default:
	}
}

// visitHeld visits a record, and those of its commit that came before it.
func (w *Walk) visitHeld() error {
	if w.Visit != nil {
		for _, t := range w.held {
			if err := w.Visit(t); err != nil {
				return err
			}
		}
	}
	w.held = w.held[:0]
	return nil
}

// follows checks the place of a record in the chain.
func (w *Walk) follows(t *Item, seq int64) error {
	what := t.What
	switch {
	case what != "":
	case t.Head.Seq != seq:
		what = "it says that it is another record: one was taken out, put in or moved"
	case t.Head.Prev != w.Head:
		what = "it does not follow from the record before, which was changed"
	case t.Body == BodyErased && !t.Head.Kind.Erasable():
		what = "its payload was wiped out, and it is of a kind that is never erased"
	default:
		return nil
	}
	return w.damageAt(t, seq, what)
}

func (w *Walk) damageAt(t *Item, seq int64, what string) error {
	return w.Log.Damaged(&t.Frame, seq, what)
}
