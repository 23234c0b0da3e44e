// Package recovery decides what a company does after, or just before, it fails
// a customer, as its playbooks say.
//
// # The first day
//
//	engine, err := recovery.Load(os.DirFS("playbooks"), recovery.WithStore(store))
//	decision, err := engine.Handle(ctx, incident) // or Update, where changes are told
//	for _, d := range decision.Effects() {        // what to do, with a key for each
//		…
//		err = engine.Report(ctx, recovery.Report{Incident: d.Incident, Key: d.Key})
//	}
//
// [Load] reads a set of playbooks and returns an [Engine]. [Engine.Handle] takes an [Incident]
// and returns a [Decision]: the actions to take, the choices that a person has to make, the actions
// that were withheld and why, and the play behind each. It remembers the decision, so that a retry acts once, a
// later version of the incident changes what was promised instead of adding to it, and limits per
// customer hold. [Engine.Update] does so where the host is told of changes, and not of whole incidents.
// [Engine.Decide] writes nothing. The decision's [Decision.Effects] are the host's tasks, each a
// [Delivery].
//
// # Later
//
// [Engine.Again] decides once more because time has passed. [Engine.Choose] makes
// a choice within its limits and precedents, [Engine.Approve] agrees to one,
// [Engine.Report] says that something was done, [Engine.Agenda] lists what is
// owed, and [Engine.Explain] says why each play applied or not.
//
// What is remembered is in a [Store]. [MemoryStore], the default, is for tests and small programs.
// Package ledger has one that keeps it in a directory, for one process; packages sqlite and postgres, modules of
// their own, keep it in databases. A store that keeps deliveries is a [Stream], and package due has the runner that
// works it off: what falls due is decided, and deliveries are handed out. Several tenants share a store by
// [WithNamespace], and [In] makes one call within a transaction of the host's own.
//
// The same inputs give the same decision, byte for byte, on every machine. The
// rules are in SEMANTICS.md beside this file.
//
// The type of an error tells who has to act: on an [IncidentError], the sender
// of the incident; on an [EvaluationError] or an [AmbiguousError], the owners of
// the playbooks; on a [ChoiceError], the person who chose. Match them with
// [errors.As]. After [ErrConflict], the call can be made again; after [ErrErased], nobody has to do anything.
//
// # Not for hosts
//
// [Query], [Given], [Record], [Commit], [Claim] and the types in them pass between an engine and a store. Only the author of a
// store needs them, with the rules in package store and the kit in package recoverytest. [Engine.Replay],
// [Engine.ExplainRecord], [RecordReader] and [Outcomes] are for programs that look at many decisions that were made.
package recovery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/hostset"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/zoned"
)

// Engine decides incidents by one set of playbooks. It is safe for concurrent
// use.
type Engine struct {
	config  config
	current atomic.Pointer[ruleset]
}

// config is what options set.
type config struct {
	store     Store
	namespace string
	clock     func() time.Time
	hooks     Hooks
	setOptions
	wrong error // of an option
}

// apply takes options in order.
func (c *config) apply(options []Option) error {
	for _, o := range options {
		if o == nil {
			return errNilOption
		}
		o(c)
	}
	if none, ok := c.store.(noStore); ok {
		return none.why
	}
	return c.wrong
}

// setOptions belong to the set that an engine decides by.
type setOptions struct {
	host     hostset.Names
	revision string
	strict   bool
}

// Option changes how an engine works.
type Option func(*config)

// WithStore sets where decisions are remembered. The default is a
// [MemoryStore] of the engine's own. Nil is an error: decisions would be lost.
func WithStore(s Store) Option { return func(c *config) { c.store = given("WithStore", s) } }

// WithNamespace makes an engine decide for one tenant of several that share a store. The name is part of
// every id that the engine makes, and of all that it reads and commits: incidents of two tenants may have
// the same id, facts, limits, the use of partners and precedents count the tenant's own, and erasing is
// for one tenant. The empty name, which is the default, is a namespace of its own. A name with characters that nobody
// can see is an error.
func WithNamespace(name string) Option {
	return func(c *config) {
		c.namespace = name
		if at, _ := unseen.First(name); at >= 0 || !utf8.ValidString(name) {
			c.wrong = errors.New("WithNamespace wants a name without characters that nobody can see, found " + intake.Shown(name))
		}
	}
}

// WithClock sets what time it is. The default is the machine's clock. Nil is an error.
func WithClock(now func() time.Time) Option {
	return func(c *config) {
		if c.clock = now; now == nil {
			c.wrong = errors.New("WithClock wants a function, not nil")
		}
	}
}

// WithRevision names the version of the playbooks in the host's version control.
// Decisions carry it; nothing else depends on it.
func WithRevision(r string) Option { return func(c *config) { c.revision = r } }

// WithHooks sets functions that are told what the engine does.
func WithHooks(h Hooks) Option { return func(c *config) { c.hooks = h } }

// Strict refuses incidents with fields that no document of the set declares.
// Without it they are kept in the record and ignored.
func Strict() Option { return func(c *config) { c.strict = true } }

// WithRoles hands in the roles that there are: any other name under to, owner, decider and by is then
// a mistake, as if a shared document had declared them under roles. They are part of the set, and of its digest, as a
// file host.yaml. An engine that reloads keeps them.
func WithRoles(names ...string) Option {
	return func(c *config) { c.host.Roles = slices.Clone(names) }
}

// WithCalendars hands in calendars that the host keeps, by their ids, as if a shared document had
// declared them. They are part of the set, and of its digest, as a file host.yaml. An engine that reloads keeps
// them.
func WithCalendars(calendars map[string]worktime.Rules) Option {
	return func(c *config) { c.host.Calendars = maps.Clone(calendars) }
}

// Load reads a set of playbooks and returns an engine for it. When the set has
// mistakes, the error is a playbook.Diagnostics with every one of them; the
// warnings of a good set are in [Engine.Diagnostics]. Load waits until the store is prepared for the set.
func Load(fsys fs.FS, options ...Option) (*Engine, error) {
	if fsys == nil {
		return nil, errNoFiles
	}
	set, diags := playbook.Load(fsys)
	return newEngine(set, diags, options)
}

// New is Load for a set that was read already, without mistakes.
func New(set *playbook.Set, options ...Option) (*Engine, error) {
	if set == nil {
		return nil, errors.New("a set is wanted, not nil")
	}
	return newEngine(set, nil, options)
}

func newEngine(set *playbook.Set, read playbook.Diagnostics, options []Option) (*Engine, error) {
	e := &Engine{config: config{clock: time.Now}}
	if err := e.config.apply(options); err != nil {
		return nil, err
	}
	if e.config.store == nil {
		e.config.store = NewMemoryStore()
	}
	e.config.store = e.config.watch(e.config.store)
	rules, err := e.compile(set, read, e.config.setOptions)
	if err != nil {
		return nil, err
	}
	e.current.Store(rules)
	return e, nil
}

func (e *Engine) compile(set *playbook.Set, read playbook.Diagnostics, o setOptions) (*ruleset, error) {
	set, added := o.host.In(set)
	program, found := policy.Compile(set)
	diags := set.Finish(append(append(read, added...), found...))
	if program == nil && !diags.HasErrors() {
		diags = append(diags, playbook.Diagnostic{Severity: playbook.Error, Code: "incomplete", Message: "parts of the set could not be understood; read it with playbook.Load, which says why"})
	}
	if diags.HasErrors() {
		return nil, diags
	}
	rules := newRuleset(program, SetRef{Digest: set.Digest, Revision: o.revision}, diags, zoned.Of(set).Decision())
	rules.strict, rules.namespace = o.strict, e.config.namespace
	if err := e.config.store.Prepare(context.Background(), set, kindsOf(program.Facts)); err != nil {
		return nil, fmt.Errorf("the store could not be prepared for the set: %w", err)
	}
	return rules, nil
}

// Reload reads a set anew and decides by it from then on. When it has mistakes,
// the error is a playbook.Diagnostics and the old set stays. It stays as well while the store is prepared for
// the new one, and when that fails. Of the options it takes
// [WithRevision], without which decisions name no revision, and [Strict], which
// stays as it was without. The others belong to the engine and are refused.
func (e *Engine) Reload(fsys fs.FS, options ...Option) error {
	current, err := e.rules()
	if err != nil {
		return err
	}
	c := config{setOptions: setOptions{strict: current.strict, host: e.config.host}}
	if err := c.apply(options); err != nil {
		return err
	}
	if c.store != nil || c.namespace != "" || c.clock != nil || c.hooks.set() {
		return errors.New("reloading takes another revision, or strictness; the store, the namespace, the clock and the hooks are those that the engine was made with")
	}
	if fsys == nil {
		return errNoFiles
	}
	set, diags := playbook.Load(fsys)
	rules, err := e.compile(set, diags, c.setOptions)
	if err != nil {
		return err
	}
	e.current.Store(rules)
	if e.config.hooks.Reloaded != nil {
		e.config.hooks.Reloaded(context.Background(), rules.ref)
	}
	return nil
}

// Diagnostics are the warnings of the set.
func (e *Engine) Diagnostics() playbook.Diagnostics {
	rules, err := e.rules()
	if err != nil {
		return nil
	}
	return rules.diagnostics
}

// Set names the set that the engine decides by.
func (e *Engine) Set() SetRef {
	rules, err := e.rules()
	if err != nil {
		return SetRef{}
	}
	return rules.ref
}

// Namespace names the tenant that the engine decides for: see [WithNamespace].
func (e *Engine) Namespace() string {
	if e == nil {
		return ""
	}
	return e.config.namespace
}

// Now is what time it is by the engine's clock, to the microsecond; zero for an engine that nobody loaded.
func (e *Engine) Now() time.Time {
	if e == nil || e.config.clock == nil {
		return time.Time{}
	}
	return e.now()
}

// now is the engine's clock, to the microsecond like every instant: a program that
// wakes at the time at which something falls due finds it due.
func (e *Engine) now() time.Time { return value.Instant(e.config.clock()) }

// Decide says what the playbooks give for an incident. It reads the store and
// writes nothing. The error is an *[IncidentError], an *[EvaluationError], an
// *[AmbiguousError], the store's, or wraps that of a context that was done before the decision was.
func (e *Engine) Decide(ctx context.Context, in Incident) (_ *Decision, err error) {
	rules, err := e.rules()
	if err != nil {
		return nil, err
	}
	if e.config.hooks.Called != nil {
		began := e.config.clock()
		defer func() { e.called(ctx, e.config.store, Call{OpDecide, in.ID, 1, e.config.clock().Sub(began), err}) }()
	}
	w := rules.workspace()
	defer rules.release(w)
	subj, err := rules.validate(ctx, w, &in, e.now(), rules.strict)
	if err != nil {
		return nil, err
	}
	given, _, err := e.config.store.Read(ctx, rules.needs(w))
	if err != nil {
		return nil, storeError(err)
	}
	c, err := rules.conclude(w, given, e.config.store)
	if err = subj.or(err); err != nil {
		return nil, err
	}
	return c.decision(), nil
}

// outcome is a decision with what a store needs to keep it.
type outcome struct {
	record  *Record
	query   Query
	given   Given
	version Version
	// standing is a decision that was committed before and needs no other; mark is
	// what is to be remembered all the same, or nil.
	standing *Decision
	mark     *Mark
	handled  Handled // empty where nobody asks, as for a choice
}

// decide is the three steps: what has to be known, reading it, deciding. An incident
// that has not changed is not decided again, whether or not it fits the set.
func (e *Engine) decide(ctx context.Context, rules *ruleset, store Store, in *Incident) (*outcome, error) {
	out, latest, err := e.decideAt(ctx, rules, store, in, e.now())
	if out == nil && err == nil {
		out, _, err = e.decideAt(ctx, rules, store, in, latest)
	}
	return out, err
}

// decideAt decides at a time. Nothing is decided before what stands was, since a clock that is behind would take
// broken promises back: without an outcome and an error, latest is the time to decide at.
func (e *Engine) decideAt(ctx context.Context, rules *ruleset, store Store, in *Incident, now time.Time) (_ *outcome, latest time.Time, _ error) {
	w := rules.workspace()
	defer rules.release(w)
	subj, invalid := rules.validate(ctx, w, in, now, rules.strict)
	query := Query{Namespace: rules.namespace, Incident: in.ID}
	switch {
	case invalid == nil:
		query = rules.needs(w)
	case !isRefusal(invalid) || in.ID == "":
		return nil, latest, invalid
	default:
		subj = nil
	}
	given, version, err := store.Read(ctx, query)
	if err != nil {
		return nil, latest, storeError(err)
	}
	if out := rules.stands(ctx, w, in, subj, now, given); out != nil {
		out.query, out.given, out.version = query, given, version
		return out, latest, nil
	}
	if invalid != nil {
		return nil, latest, invalid
	}
	if given.Previous != nil && now.Before(given.Previous.Decision.DecidedAt) {
		return nil, given.Previous.Decision.DecidedAt, nil
	}
	c, err := rules.conclude(w, given, store)
	if err = subj.or(err); err != nil {
		return nil, latest, err
	}
	out := &outcome{record: c.record(), query: c.query, given: c.given, version: version, handled: HandledNew}
	if given.Previous != nil {
		out.handled = HandledChanged
	}
	return out, latest, nil
}
