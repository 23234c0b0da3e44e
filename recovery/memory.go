package recovery

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"github.com/servicerecovery/amends/recovery/internal/series"
)

// MemoryStore is a [Store] that lives in memory and ends with the program. It is
// meant for programs that remember elsewhere, for tests, and as an example of
// what a store has to do. It is safe for concurrent use.
//
// Records are kept and handed out as they are, not copied: nobody may change one
// after it was committed.
type MemoryStore struct {
	mu sync.RWMutex
	// commits counts the records; as text it is the version.
	commits uint64
	version Version
	decided map[string]struct{} // ids of all decisions
	threads map[string]*thread  // by incident
	ordered []*thread           // in the order in which the incidents came

	facts      map[factKind]*factIndex
	use        map[partnerUse]*series.Series
	precedents precedentIndex

	refusals []Refusal
	outbox   []Effect
}

// NewMemoryStore returns a store that knows nothing yet.
func NewMemoryStore() *MemoryStore {
	return &MemoryStore{
		decided:    map[string]struct{}{},
		threads:    map[string]*thread{},
		facts:      map[factKind]*factIndex{},
		use:        map[partnerUse]*series.Series{},
		precedents: precedentIndex{},
		version:    "0",
	}
}

// Read implements [Store]. Its cost does not grow with the number of incidents,
// save for the first time that a fact is asked for.
func (s *MemoryStore) Read(ctx context.Context, q Query) (Given, Version, error) {
	if err := ctx.Err(); err != nil {
		return Given{}, "", err
	}
	s.mu.RLock()
	if s.indexed(q.Facts) {
		defer s.mu.RUnlock()
		return s.answer(q)
	}
	s.mu.RUnlock()

	s.mu.Lock()
	defer s.mu.Unlock()
	s.index(q.Facts)
	return s.answer(q)
}

func (s *MemoryStore) answer(q Query) (Given, Version, error) {
	t := s.thread(q.Incident)
	given := Given{
		Previous:   t.latest,
		Reports:    slices.Clone(t.reports),
		Facts:      make([]any, len(q.Facts)),
		Use:        make([]int64, len(q.Use)),
		Precedents: make([][]Chosen, len(q.Precedents)),
	}
	if len(t.made) > 0 {
		given.Made = make([]Record, 0, len(t.made))
	}
	for _, r := range t.made {
		given.Made = append(given.Made, *r)
	}
	for i := range q.Facts {
		var err error
		if given.Facts[i], err = s.fact(&q.Facts[i], t); err != nil {
			return Given{}, "", err
		}
	}
	for i, u := range q.Use {
		var err error
		if given.Use[i], err = s.useOf(u, t); err != nil {
			return Given{}, "", err
		}
	}
	for i, p := range q.Precedents {
		given.Precedents[i] = s.precedents.of(p, t)
	}
	return given, s.version, nil
}

// thread returns what is known of an incident; of one that never came, a thread
// that is not the store's.
func (s *MemoryStore) thread(incident string) *thread {
	if t, ok := s.threads[incident]; ok {
		return t
	}
	return &thread{}
}

// Commit implements [Store].
func (s *MemoryStore) Commit(ctx context.Context, c Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := c.Check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case c.Refusal != nil:
		s.refusals = append(s.refusals, *c.Refusal)
	case c.Record != nil:
		return s.commitRecord(&c)
	default:
		for _, r := range c.Reports {
			s.open(r.Incident).report(r)
		}
	}
	s.outbox = append(s.outbox, c.Outbox...)
	return nil
}

func (s *MemoryStore) commitRecord(c *Commit) error {
	id := c.Record.Decision.ID
	if _, done := s.decided[id]; done {
		return nil
	}
	if err := s.conflict(c); err != nil {
		return err
	}
	s.commits++
	s.version = Version(strconv.FormatUint(s.commits, 10))
	s.decided[id] = struct{}{}
	t := s.open(c.Record.Decision.Incident)
	before := t.standing
	t.add(c.Record, s.commits)
	s.reindex(t, before)
	s.outbox = append(s.outbox, c.Outbox...)
	return nil
}

// reindex brings every index up to date after an incident has changed.
func (s *MemoryStore) reindex(t *thread, before standing) {
	for _, x := range s.facts {
		x.move(t, before)
	}
	before.records(func(r *Record) { s.reserve(t, r, (*series.Series).Remove) })
	t.records(func(r *Record) { s.reserve(t, r, (*series.Series).Add) })
	s.precedents.move(t, before)
}

// open returns the thread of an incident, a new one if it is the first time that
// something is committed about it.
func (s *MemoryStore) open(incident string) *thread {
	t, ok := s.threads[incident]
	if !ok {
		t = &thread{number: len(s.ordered)}
		s.threads[incident] = t
		s.ordered = append(s.ordered, t)
	}
	return t
}

// Refusals returns the incidents that were refused, in the order in which they
// came.
func (s *MemoryStore) Refusals() []Refusal {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.refusals)
}

// Outbox returns the side effects of all commits, in order.
func (s *MemoryStore) Outbox() []Effect {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.outbox)
}
