package input

import (
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// InOrder reads items, works on them on every core, and writes the results in
// the order of the items, each as soon as it and those before it are done. What
// waits in between is bounded, so that memory does not grow with the input.
func InOrder[I, R any](show *Progress, read func(emit func(I) bool) error, work func(I) R, write func(R) error) error {
	return InBatches(show, read, func(items []I) []R {
		out := make([]R, len(items))
		for i := range items {
			out[i] = work(items[i])
		}
		return out
	}, func(results []R) error {
		for _, r := range results {
			if err := write(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// InBatches is [InOrder] for work that makes one result of several items at a time. Whoever
// is free takes what has come meanwhile: one item of an input that is slow, many of
// one that is not.
func InBatches[I, R any](show *Progress, read func(emit func(I) bool) error, work func([]I) R, write func(R) error) error {
	workers := runtime.GOMAXPROCS(0)
	q := newQueue[I, R](workers)
	for range workers {
		go func() {
			for items, done := q.take(); len(items) > 0; items, done = q.take() {
				done <- result[R]{work(items), len(items)}
			}
		}()
	}
	readErr := make(chan error, 1)
	go func() {
		err := read(q.put)
		q.end()
		readErr <- err
	}()
	defer q.stop()
	defer show.end()
	for done := range q.order {
		r := <-done
		if err := write(r.of); err != nil {
			return err
		}
		show.step(r.items)
	}
	return <-readErr
}

// Batch is how many items are worked on in one go.
const Batch = 64

// result is what came of some items.
type result[R any] struct {
	of    R
	items int
}

// queue holds the items that were read and not yet worked on.
type queue[I, R any] struct {
	mu       sync.Mutex
	filled   sync.Cond // there is something to take, or nothing will come
	emptied  sync.Cond // there is room, or none is needed
	items    []I
	workers  int
	ended    bool
	stopped  chan struct{}
	order    chan chan result[R] // of what was taken; closed once finished
	finished bool
}

func newQueue[I, R any](workers int) *queue[I, R] {
	q := &queue[I, R]{workers: workers, stopped: make(chan struct{}), order: make(chan chan result[R], 2*workers)}
	q.filled.L, q.emptied.L = &q.mu, &q.mu
	return q
}

// put adds an item. It is false when nobody wants more.
func (q *queue[I, R]) put(it I) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) >= 2*Batch*q.workers && !q.ended {
		q.emptied.Wait()
	}
	if q.ended {
		return false
	}
	q.items = append(q.items, it)
	if len(q.items) == 1 {
		q.filled.Signal()
	}
	return true
}

// take returns the next items, and where the result of them is awaited; none at the end. Those
// that are there are shared among the workers.
func (q *queue[I, R]) take() ([]I, chan result[R]) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.ended {
		q.filled.Wait()
	}
	if q.finished {
		return nil, nil
	}
	n := min((len(q.items)+q.workers-1)/q.workers, Batch)
	if n > 0 {
		done := make(chan result[R], 1)
		select {
		case q.order <- done:
			out := slices.Clone(q.items[:n])
			q.items = slices.Delete(q.items, 0, n)
			q.emptied.Signal()
			if len(q.items) > 0 {
				q.filled.Signal()
			}
			return out, done
		case <-q.stopped:
		}
	}
	q.finished = true
	close(q.order)
	return nil, nil
}

// end says that no more items come.
func (q *queue[I, R]) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.filled.Broadcast()
	q.emptied.Broadcast()
}

// stop gives up what was not taken.
func (q *queue[I, R]) stop() {
	close(q.stopped)
	q.end()
}

// Progress shows on a person's terminal how far the work is.
type Progress struct {
	out   *term.Writer
	tick  *time.Ticker
	count int
	shown bool
}

// NewProgress shows nothing when results are written to the same terminal
// meanwhile.
func NewProgress(h command.Host, writes bool) *Progress {
	p := &Progress{}
	if h.Stderr.Terminal() && !(writes && h.Stdout.Terminal()) {
		p.out, p.tick = h.Stderr, time.NewTicker(time.Second)
	}
	return p
}

func (p *Progress) step(items int) {
	p.count += items
	if p.out == nil {
		return
	}
	select {
	case <-p.tick.C:
		p.out.Status("%d decided", p.count)
		p.shown = true
	default:
	}
}

func (p *Progress) end() {
	if p.tick != nil {
		p.tick.Stop()
	}
	if p.shown {
		p.out.Status("%d decided", p.count)
		p.out.EndStatus(false)
	}
}
