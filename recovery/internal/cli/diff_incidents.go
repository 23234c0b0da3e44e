package cli

import (
	"io"
	"sync"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/diff"
)

// decideBoth decides the incidents by both sides on every core and sums up.
func (d *diffFlags) decideBoth(h Host, old, now *diff.Side) (*diff.Impact, error) {
	in, end, err := openInput(h, d.incidents)
	if err != nil {
		return nil, err
	}
	defer end()
	var at time.Time
	if d.now.at != nil {
		at = *d.now.at
	}
	impact, err := impactOf(newProgress(h, false), old, now, casesIn(d.incidents, in, at), d.examples)
	impact.Origin.Incidents = inputName(d.incidents)
	return impact, err
}

// impactOf decides what a source gives. Only counts and the first examples are
// kept, so that memory does not grow with the source.
func impactOf(show *progress, old, now *diff.Side, source diff.Source, examples int) (*diff.Impact, error) {
	impact := diff.NewImpact(examples)
	pool := &comparers{old: old, now: now}
	type answer struct {
		verdict diff.Verdict
		err     error
	}
	err := inOrder(show, source, func(x diff.Case) answer {
		c, err := pool.take()
		if err != nil {
			return answer{err: err}
		}
		defer pool.put(c)
		return answer{verdict: c.Compare(x)}
	}, func(a answer) error {
		if a.err != nil {
			return a.err
		}
		impact.Add(a.verdict)
		return nil
	})
	impact.Finish()
	return impact, err
}

// comparers are as many as are used at once.
type comparers struct {
	old, now *diff.Side
	mu       sync.Mutex
	free     []*diff.Comparer
}

func (p *comparers) take() (*diff.Comparer, error) {
	p.mu.Lock()
	if n := len(p.free); n > 0 {
		c := p.free[n-1]
		p.free = p.free[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock() // to compile takes a while
	return diff.NewComparer(p.old, p.now)
}

func (p *comparers) put(c *diff.Comparer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, c)
}

// casesIn gives the incidents of an input. Without a time, each is decided when
// it occurred.
func casesIn(name string, in io.Reader, at time.Time) diff.Source {
	return func(yield func(diff.Case) bool) error {
		return split(inputName(name), in, func(it item) bool {
			return yield(diff.Case{Place: it.place(), At: at, Read: func() (recovery.Incident, error) {
				in, err := it.incident()
				if err != nil {
					in.ID = it.id(in)
				}
				return in, err
			}})
		})
	}
}
