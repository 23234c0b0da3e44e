package cli

import (
	"runtime"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/term"
)

// inOrder reads items, works on them on every core, and writes the results in
// the order of the items, each as soon as it and those before it are done. What
// waits in between is bounded, so that memory does not grow with the input.
func inOrder[I, R any](show *progress, read func(emit func(I) bool) error, work func(I) R, write func(R) error) error {
	workers := runtime.GOMAXPROCS(0)
	type job struct {
		item I
		done chan R
	}
	jobs := make(chan job, workers)
	ordered := make(chan job, 16*workers)
	stop := make(chan struct{})
	readErr := make(chan error, 1)
	for range workers {
		go func() {
			for j := range jobs {
				j.done <- work(j.item)
			}
		}()
	}
	go func() {
		err := read(func(it I) bool {
			j := job{it, make(chan R, 1)}
			for _, to := range []chan job{ordered, jobs} {
				select {
				case to <- j:
				case <-stop:
					return false
				}
			}
			return true
		})
		close(jobs)
		close(ordered)
		readErr <- err
	}()
	defer close(stop)
	defer show.end()
	for j := range ordered {
		if err := write(<-j.done); err != nil {
			return err
		}
		show.step()
	}
	return <-readErr
}

// progress shows on a person's terminal how far the work is.
type progress struct {
	out   *term.Writer
	tick  *time.Ticker
	count int
	shown bool
}

// newProgress shows nothing when results are written to the same terminal
// meanwhile.
func newProgress(h Host, writes bool) *progress {
	p := &progress{}
	if h.Stderr.Terminal() && !(writes && h.Stdout.Terminal()) {
		p.out, p.tick = h.Stderr, time.NewTicker(time.Second)
	}
	return p
}

func (p *progress) step() {
	p.count++
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

func (p *progress) end() {
	if p.tick != nil {
		p.tick.Stop()
	}
	if p.shown {
		p.out.Status("%d decided", p.count)
		p.out.EndStatus(false)
	}
}
