package cli

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/input"
	"github.com/servicerecovery/amends/recovery/internal/diff"
)

// decideBoth decides the incidents by both sides on every core and sums up.
func (d *diffFlags) decideBoth(h command.Host, old, now *diff.Side) (*diff.Impact, error) {
	in, end, err := input.Open(h, d.incidents)
	if err != nil {
		return nil, err
	}
	defer end()
	at := d.now.Or(time.Time{})
	name := input.Name(d.incidents)
	origin := diff.Origin{Incidents: name}
	by, err := d.mapping(h, now)
	if err != nil {
		return nil, err
	}
	items := func(emit func(input.Item) bool) error { return by.Read(name, in, emit) }
	if d.latest {
		items = latestOf(items, &origin.Earlier)
	}
	var options []recovery.Option
	if d.strict {
		options = append(options, recovery.Strict())
	}
	seen := newSeen(old, now)
	seen.tally = input.NewTally(by)
	impact, err := impactOf(input.NewProgress(h, false), &comparers{old: old, now: now, options: options}, casesIn(items, at), seen, d.examples)
	if err != nil {
		return nil, err
	}
	if origin.Updates = seen.updates; seen.updates > 0 {
		_ = h.Stderr.Printf("warning: %s: %s; --latest takes the last of each id\n", name, origin.UpdatesText())
	}
	seen.fields.Say(h)
	seen.tally.Say(h)
	impact.Origin = origin
	return impact, nil
}

// mapping is the map that reads the incidents; nil where they are read as they are.
func (d *diffFlags) mapping(h command.Host, now *diff.Side) (*input.Mapping, error) {
	if d.by == "" {
		return nil, nil
	}
	engine, err := recovery.New(now.Set())
	if err != nil {
		return nil, err
	}
	return input.NewMapping(h, engine, now.Set(), d.by)
}

// seen is what is known of the incidents that were compared, beside what both sides make
// of them. Memory grows by some 40 bytes an incident.
type seen struct {
	fields  *input.UndeclaredFields
	tally   *input.Tally
	ids     map[[16]byte]bool
	updates int // incidents whose id came before
}

func newSeen(old, now *diff.Side) *seen {
	return &seen{fields: input.NewUndeclaredFields(input.DeclaredBy(old.Set(), now.Set())), ids: map[[16]byte]bool{}}
}

func (s *seen) add(id string, undeclared []string) {
	s.fields.Add(undeclared)
	if id == "" {
		return
	}
	sum := sha256.Sum256([]byte(id))
	key := [16]byte(sum[:16])
	if s.ids[key] {
		s.updates++
	}
	s.ids[key] = true
}

// impactOf decides what a source gives. Only counts and the first examples are
// kept, so that memory does not grow with what incidents hold.
func impactOf(show *input.Progress, pool *comparers, source diff.Source, s *seen, examples int) (*diff.Impact, error) {
	impact := diff.NewImpact(examples)
	type answer struct {
		verdict    diff.Verdict
		undeclared []string
		err        error
	}
	err := input.InOrder(show, source, func(x diff.Case) (a answer) {
		c, err := pool.take()
		if err != nil {
			return answer{err: err}
		}
		defer pool.put(c)
		if read := x.Map; read != nil {
			x.Map = func(e *recovery.Engine) (recovery.Incident, error) {
				in, err := read(e)
				if err == nil {
					a.undeclared = s.fields.Declared.Undeclared(in)
				}
				return in, err
			}
		}
		read := x.Read
		x.Read = func() (recovery.Incident, error) {
			in, err := read()
			if err == nil {
				a.undeclared = s.fields.Declared.Undeclared(in)
			}
			return in, err
		}
		a.verdict = c.Compare(x)
		return a
	}, func(a answer) error {
		if a.err != nil {
			return a.err
		}
		s.tally.Add(a.verdict.Line, a.verdict.New.Err)
		if a.verdict.LeftOut() {
			return nil
		}
		impact.Add(a.verdict)
		if !a.verdict.Unreadable {
			s.add(a.verdict.ID, a.undeclared)
		}
		return nil
	})
	impact.Finish()
	return impact, err
}

// comparers are as many as are used at once.
type comparers struct {
	old, now *diff.Side
	options  []recovery.Option
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
	return diff.NewComparer(p.old, p.now, p.options...)
}

func (p *comparers) put(c *diff.Comparer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, c)
}

// itemSource sends the incidents of an input one by one.
type itemSource func(emit func(input.Item) bool) error

// latestOf sends the last of the incidents that have one id, at its place. It holds them all,
// and counts those that are not the last. What has no id that can be seen is sent as it is.
func latestOf(items itemSource, earlier *int) itemSource {
	return func(emit func(input.Item) bool) error {
		var all []input.Item
		last := map[string]int{}
		err := items(func(it input.Item) bool {
			in, _ := it.Incident() // input that is not an incident may have an id all the same
			if id := it.ID(in); id != "" {
				if at, ok := last[id]; ok {
					all[at] = input.Item{}
					*earlier++
				}
				last[id] = len(all)
			}
			all = append(all, it)
			return true
		})
		for _, it := range all {
			if it.Line > 0 && !emit(it) {
				return nil
			}
		}
		return err
	}
}

// casesIn makes cases of incidents. Without a time, each is decided when it occurred.
func casesIn(items itemSource, at time.Time) diff.Source {
	return func(yield func(diff.Case) bool) error {
		return items(func(it input.Item) bool {
			if it.IsMapped() {
				return yield(diff.Case{Place: it.Place(), Line: it.Line, At: at, Map: it.Mapped})
			}
			c := diff.Case{Place: it.Place(), At: at}
			if it.Tried != nil {
				c.Given = it.Tried.Given
				if at.IsZero() {
					c.At = it.Tried.Now
				}
			}
			c.Read = func() (recovery.Incident, error) {
				in, err := it.Incident()
				if err != nil {
					in.ID = it.ID(in)
				}
				return in, err
			}
			return yield(c)
		})
	}
}
