package recovery

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/store"
)

// MemoryStore is a [Store] for tests and small programs. It lives in memory, keeps
// everything that it is told, and ends with the program: after a restart, what was
// promised is not known, limits count from nothing, and a retry acts once more. Package
// ledger keeps decisions on disk. A MemoryStore is safe for concurrent use.
//
// Records are kept and handed out as they are, not copied: nobody may change one
// after it was committed.
type MemoryStore struct {
	mu sync.RWMutex
	// commits counts the records and marks; as text it is the version.
	commits int64
	version Version
	decided map[string]*thread // by the ids of all decisions
	threads map[string]*thread // by the incident's name: see [store.Name]
	ordered []*thread          // in the order in which the incidents came

	byChoice map[store.ID]*thread // those on which a decision left a choice to somebody, by the choice
	index    *store.Index
	sets     store.Sets
	stranger thread // what is known of an incident that never came

	refusals   []Refusal
	erased     map[string]bool // by the incident's name: what comes again is refused
	keeps      bool            // deliveries
	streams    store.Streams
	deliveries map[string]Delivery // by key
}

// MemoryOption changes what a [MemoryStore] keeps.
type MemoryOption func(*MemoryStore)

// KeepDeliveries makes a store keep the stream of deliveries: it is then a [Stream]. They stay in memory
// until the program ends, so that a delivery which fails can be put back.
func KeepDeliveries() MemoryOption {
	return func(s *MemoryStore) { s.keeps, s.deliveries = true, map[string]Delivery{} }
}

// NewMemoryStore returns a store that knows nothing yet.
func NewMemoryStore(options ...MemoryOption) *MemoryStore {
	s := &MemoryStore{
		decided:  map[string]*thread{},
		threads:  map[string]*thread{},
		byChoice: map[store.ID]*thread{},
		index:    store.NewIndex(),
		erased:   map[string]bool{},
		stranger: thread{number: store.Stranger},
		version:  "0",
	}
	for _, o := range options {
		if o != nil {
			o(s)
		}
	}
	return s
}

// Read implements [Store]. Its cost does not grow with the number of incidents.
func (s *MemoryStore) Read(ctx context.Context, q Query) (Given, Version, error) {
	if err := ctx.Err(); err != nil {
		return Given{}, "", err
	}
	s.mu.RLock()
	if len(s.index.Missing(q.Facts)) == 0 {
		defer s.mu.RUnlock()
		return s.answer(&q)
	}
	s.mu.RUnlock()

	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(s.index.Missing(q.Facts))
	return s.answer(&q)
}

// Prepare implements [Store].
func (s *MemoryStore) Prepare(ctx context.Context, _ *playbook.Set, kinds []FactKind) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(s.index.Uncounted(kinds))
	return nil
}

// Precedents implements [Store].
func (s *MemoryStore) Precedents(ctx context.Context, q Query) ([]store.Precedents, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.thread(q.Namespace, q.Incident)
	out := make([]store.Precedents, len(q.Precedents))
	for i := range q.Precedents {
		out[i] = s.index.Precedents(&q.Precedents[i], t.number)
	}
	return out, nil
}

// count begins to count kinds of facts that were not counted before.
func (s *MemoryStore) count(missing []FactKind) {
	if len(missing) == 0 {
		return
	}
	counting := s.index.Count(missing)
	for _, t := range s.ordered {
		counting.Stands(t.number, t.stands)
	}
	counting.Add()
}

func (s *MemoryStore) answer(q *Query) (Given, Version, error) {
	t := s.thread(q.Namespace, q.Incident)
	if q.Incident == "" && q.Choice != "" {
		t = s.chosen(q.Namespace, q.Choice)
	}
	given := Given{
		Previous:  t.latest,
		Made:      t.made(),
		Reports:   slices.Clone(t.reports),
		UpdatedAt: t.updatedAt,
		Told:      t.told,
		Facts:     make([]any, len(q.Facts)),
		Use:       make([]int64, len(q.Use)),
	}
	if s.keeps {
		given.Stream = s.streams.Of(t.namespace, t.incident)
	}
	if t.latest != nil && q.Set != "" {
		given.SetIsOlder = s.sets.Older(store.IDOf(q.Set), t.stands.Latest.Set)
	}
	var err error
	for i := range q.Facts {
		if given.Facts[i], err = s.index.Fact(&q.Facts[i], t.number, t.stands); err != nil {
			return Given{}, "", err
		}
	}
	for i := range q.Use {
		if given.Use[i], err = s.index.Use(&q.Use[i], t.stands); err != nil {
			return Given{}, "", err
		}
	}
	return given, s.version, nil
}

// chosen returns what is known of the incident on which a choice was left to somebody.
func (s *MemoryStore) chosen(namespace, choice string) *thread {
	if t, ok := s.byChoice[store.IDOf(choice)]; ok && t.latest.Decision.Namespace == namespace {
		return t
	}
	return &s.stranger
}

// thread returns what is known of an incident, which may never have come.
func (s *MemoryStore) thread(namespace, incident string) *thread {
	if t, ok := s.threads[store.Name(namespace, incident)]; ok {
		return t
	}
	return &s.stranger
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
	if err := s.refuses(&c); err != nil {
		return err
	}
	switch {
	case c.Refusal != nil:
		return s.commitRefusal(&c)
	case c.Record != nil:
		return s.commitRecord(&c)
	case c.Mark != nil:
		return s.commitMark(&c)
	case len(c.Reports) == 0:
		return s.commitFallen(&c)
	}
	return s.commitReports(&c)
}

// commitReports keeps reports. What they do to the stream hangs on what was read of the incident.
func (s *MemoryStore) commitReports(c *Commit) error {
	if s.keeps && c.Streams() {
		if err := s.unstirred(c); err != nil {
			return err
		}
	}
	for _, r := range c.Reports {
		if s.open(r.Namespace, r.Incident).report(r) && s.keeps {
			s.streams.Change(r.Namespace, r.Incident, func(q *store.Queue) { q.Report(&r) })
		}
	}
	s.stream(c)
	return nil
}

// commitFallen puts what has fallen due into the stream of an incident.
func (s *MemoryStore) commitFallen(c *Commit) error {
	if err := s.unstirred(c); err != nil || s.thread(c.Reads.Namespace, c.Reads.Incident) == &s.stranger {
		return err
	}
	s.stream(c)
	return nil
}

// unstirred compares what is said of the stream of an incident with what is true of the incident now.
func (s *MemoryStore) unstirred(c *Commit) error {
	t := s.thread(c.Reads.Namespace, c.Reads.Incident)
	latest, made := t.stands.IDs()
	return cmp.Or(c.Seen().CheckThread(latest, made, t.updatedAt), s.checkStream(c, t))
}

func (s *MemoryStore) checkStream(c *Commit, t *thread) error {
	return c.CheckStream(s.streams.Of(t.namespace, t.incident).Waiting(), len(t.reports))
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
	s.version = Version(strconv.FormatInt(s.commits, 10))
	t := s.open(c.Record.Decision.Namespace, c.Record.Decision.Incident)
	s.decided[id] = t
	before := t.stands
	t.add(c.Record, s.commits)
	for i := range c.Record.Decision.Choices {
		s.byChoice[store.IDOf(c.Record.Decision.Choices[i].ID)] = t
	}
	s.sets.Decided(store.IDOf(c.Record.Decision.Set.Digest), s.commits, c.Record.Newest)
	s.index.Shift(t.number, before, t.stands)
	s.stream(c)
	return nil
}

// commitRefusal keeps a refusal, from which the next update of its incident starts.
func (s *MemoryStore) commitRefusal(c *Commit) error {
	if seen := c.Seen(); seen.Tells {
		t := s.thread(c.Refusal.Namespace, c.Refusal.Incident)
		latest, _ := t.stands.IDs()
		if err := cmp.Or(seen.CheckLatest(latest), seen.CheckUpdated(t.updatedAt), seen.CheckTold(t.told)); err != nil {
			return err
		}
	}
	s.refusals = append(s.refusals, *c.Refusal)
	if told := c.Refusal.Told(); told != nil {
		s.open(c.Refusal.Namespace, c.Refusal.Incident).told = told
	}
	return nil
}

func (s *MemoryStore) commitMark(c *Commit) error {
	t := s.thread(c.Mark.Namespace, c.Mark.Incident)
	latest, _ := t.stands.IDs()
	seen := c.Seen()
	if err := cmp.Or(seen.CheckLatest(latest), seen.CheckTold(t.told)); err != nil || t == &s.stranger {
		return err
	}
	if t.told = nil; c.Mark.Told != nil {
		t.told = &Told{Incident: c.Mark.Told, At: c.Mark.UpdatedAt}
	}
	if c.Mark.UpdatedAt.After(t.updatedAt) {
		t.updatedAt = c.Mark.UpdatedAt
		s.commits++
		s.version = Version(strconv.FormatInt(s.commits, 10))
	}
	return nil
}

// conflict compares what a decision was made from with what is true now.
func (s *MemoryStore) conflict(c *Commit) error {
	t := s.thread(c.Record.Decision.Namespace, c.Record.Decision.Incident)
	seen := c.Seen()
	latest, made := t.stands.IDs()
	err := cmp.Or(seen.CheckThread(latest, made, t.updatedAt), seen.CheckTold(t.told))
	if err == nil && s.keeps {
		err = s.checkStream(c, t)
	}
	if err != nil || c.Version == s.version {
		return err
	}
	s.count(s.index.Missing(c.Reads.Facts))
	return seen.CheckCounts(now{s.index, t})
}

// now answers on behalf of one incident.
type now struct {
	index *store.Index
	of    *thread
}

func (n now) Fact(q *FactQuery) (any, error) { return n.index.Fact(q, n.of.number, n.of.stands) }
func (n now) Use(q *UseQuery) (int64, error) { return n.index.Use(q, n.of.stands) }
func (n now) Precedents(q *PrecedentQuery) (store.Precedents, error) {
	return n.index.Precedents(q, n.of.number), nil
}

// open returns the thread of an incident, a new one if it is the first time that
// something is committed about it.
func (s *MemoryStore) open(namespace, incident string) *thread {
	name := store.Name(namespace, incident)
	t, ok := s.threads[name]
	if !ok {
		t = &thread{number: len(s.ordered), namespace: namespace, incident: incident}
		s.threads[name] = t
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

// thread is what a memory store knows of one incident.
type thread struct {
	number              int // which incident of the store it is
	namespace, incident string
	latest              *Record        // nil when there is none
	choices             []*Record      // every choice that was ever made on it, in order
	stands              store.Standing // made of the latest and the choices
	counted             []*store.Decision
	reports             []Report
	// updatedAt is the latest updated_at of the incident that was seen.
	updatedAt time.Time
	told      *Told    // see [Given.Told]
	customer  string   // of the record that came last
	others    []string // that records before it had
	gone      bool     // it was erased
}

// add makes a record the latest one, or a choice one that hangs on it.
func (t *thread) add(r *Record, number int64) {
	counts := r.Counts(number)
	t.stands = t.stands.After(counts, t.counted)
	if r.UpdatedAt.After(t.updatedAt) {
		t.updatedAt = r.UpdatedAt
	}
	if counts.Tells() {
		t.told = nil
	}
	if id := r.Keys["customer.id"]; id != t.customer {
		if t.customer != "" {
			t.others = append(t.others, t.customer)
		}
		t.customer = id
	}
	if r.On == "" {
		t.latest = r
		return
	}
	t.choices, t.counted = append(t.choices, r), append(t.counted, counts)
}

// made are the records of the choices that stand.
func (t *thread) made() []Record {
	if len(t.stands.Made) == 0 {
		return nil
	}
	out := make([]Record, 0, len(t.stands.Made))
	for i, c := range t.counted {
		if slices.Contains(t.stands.Made, c) {
			out = append(out, *t.choices[i])
		}
	}
	return out
}

// report keeps a report, and says whether it is a new one.
func (t *thread) report(r Report) bool {
	if slices.ContainsFunc(t.reports, r.Same) {
		return false
	}
	t.reports = append(t.reports, r)
	return true
}

// Erase takes out everything about an incident or a customer. It returns the deliveries that somebody still had to see
// to, which are cancelled: a claimed one may be done all the same. What comes again about an incident that was erased is
// refused with [ErrErased], until [MemoryStore.Anew]. The use of partners stays, because the partners have served all
// the same.
func (s *MemoryStore) Erase(ctx context.Context, e store.Erasure) (cancelled []Delivery, err error) {
	if err := cmp.Or(ctx.Err(), e.Check()); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	records := 0
	for _, t := range s.ordered {
		if t.gone || t.namespace != e.Namespace || t.incident != e.Incident && (e.Customer == "" || !t.of(e.Customer)) {
			continue
		}
		open, n := s.erase(t)
		cancelled, records = append(cancelled, open...), records+n
	}
	refused := len(s.refusals)
	s.refusals = slices.DeleteFunc(s.refusals, func(r Refusal) bool {
		return s.erased[store.Name(r.Namespace, r.Incident)] || r.Incident == "" && e.Customer != "" && r.Namespace == e.Namespace && customerOf(r.Input) == e.Customer
	})
	if e.Erased != nil {
		e.Erased(records + refused - len(s.refusals))
	}
	return cancelled, nil
}

func (s *MemoryStore) erase(t *thread) (cancelled []Delivery, records int) {
	records, decisions := len(t.reports), len(s.decided)
	if stream := s.streams.Of(t.namespace, t.incident); s.keeps && stream != nil {
		for _, o := range stream.Open {
			cancelled = append(cancelled, s.deliveries[o.Key])
			delete(s.deliveries, o.Key)
		}
		s.streams.Forget(t.namespace, t.incident)
	}
	s.index.Shift(t.number, t.stands, store.Standing{})
	s.index.Reserve(slices.Collect(t.stands.Reserves()))
	maps.DeleteFunc(s.byChoice, func(_ store.ID, of *thread) bool { return of == t })
	maps.DeleteFunc(s.decided, func(_ string, of *thread) bool { return of == t })
	records += decisions - len(s.decided)
	name := store.Name(t.namespace, t.incident)
	delete(s.threads, name)
	s.erased[name] = true
	*t = thread{number: t.number, gone: true}
	s.commits++
	s.version = Version(strconv.FormatInt(s.commits, 10))
	return cancelled, records
}

// Anew says that an incident that was erased begins anew: what comes again about it is taken as a new incident.
func (s *MemoryStore) Anew(ctx context.Context, namespace, incident string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.erased, store.Name(namespace, incident))
	return nil
}

// refuses is an error for what comes about an incident that was erased.
func (s *MemoryStore) refuses(c *Commit) error {
	if len(s.erased) == 0 {
		return nil
	}
	for namespace, incident := range c.about {
		if s.erased[store.Name(namespace, incident)] {
			return fmt.Errorf("incident %s: %w", intake.Shown(incident), ErrErased)
		}
	}
	return nil
}

// about calls with the incidents that a commit is about.
func (c *Commit) about(yield func(namespace, incident string) bool) {
	switch {
	case c.Record != nil:
		yield(c.Record.Decision.Namespace, c.Record.Decision.Incident)
	case c.Refusal != nil:
		yield(c.Refusal.Namespace, c.Refusal.Incident)
	case c.Mark != nil:
		yield(c.Mark.Namespace, c.Mark.Incident)
	}
	for i := range c.Reports {
		if !yield(c.Reports[i].Namespace, c.Reports[i].Incident) {
			return
		}
	}
}

// of reports whether an incident is one of a customer's, by any of its decisions or by what was told of it last.
func (t *thread) of(customer string) bool {
	return t.customer == customer || slices.Contains(t.others, customer) || t.told != nil && customerOf(t.told.Incident) == customer
}

// customerOf is the customer of an incident that was refused.
func customerOf(text []byte) string {
	var in Incident
	if in.UnmarshalJSON(text) != nil {
		return ""
	}
	return in.Customer.ID
}
