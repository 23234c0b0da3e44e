package recovery

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/store"
)

// attempts is how often Handle decides again after a conflict before it gives
// up: each conflict means that another commit went through.
const attempts = 100

// CallOption changes one call.
type CallOption func(*call)

type call struct {
	store  Store
	in     bool     // the store is not the engine's
	plays  []string // that Explain is asked about; none: all
	newest bool     // Again makes the set the newest
}

// In makes a call read from and commit to s instead of the engine's store: a
// store of the host's that is bound to a transaction of its own.
// Without a store the call fails: it must not write outside the transaction.
func In(s Store) CallOption {
	return func(c *call) { c.store, c.in = given("In", s), true }
}

// AsNewest makes [Engine.Again] decide by its set though another has first decided in the store since. It is for
// bringing in a set, or for going back to an earlier one. Where the decision is another one, and where a newer set has
// made the one that stands, a decision is committed that makes the set the newest of the store: from then on the set
// that it replaces is the older one.
func AsNewest() CallOption { return func(c *call) { c.newest = true } }

func (e *Engine) storeFor(options []CallOption) Store { return e.callWith(options).store }

func (e *Engine) callWith(options []CallOption) call {
	if e == nil || e.config.store == nil {
		return call{store: noStore{errNotLoaded}}
	}
	if len(options) == 0 {
		return call{store: e.config.store}
	}
	c := call{store: e.config.store}
	for _, o := range options {
		if o == nil {
			return call{store: noStore{errNilOption}}
		}
		o(&c)
	}
	if c.in {
		c.store = e.config.watch(c.store)
	}
	return c
}

// What a program can leave out by mistake is an error, and no panic: an engine that
// nobody loaded, an option or a store that is nil.
var (
	errNotLoaded = errors.New("the engine has no playbooks; make one with Load or New")
	errNilOption = errors.New("an option is nil")
	errNoFiles   = errors.New("a file system with playbooks is wanted, not nil")
)

// rules are those that the engine decides by.
func (e *Engine) rules() (*ruleset, error) {
	if e != nil {
		if rules := e.current.Load(); rules != nil {
			return rules, nil
		}
	}
	return nil, errNotLoaded
}

// noStore takes the place of a store where there is none. Each call fails with its error.
type noStore struct{ why error }

func (s noStore) Read(context.Context, Query) (Given, Version, error)      { return Given{}, "", s.why }
func (s noStore) Prepare(context.Context, *playbook.Set, []FactKind) error { return s.why }
func (s noStore) Precedents(context.Context, Query) ([]store.Precedents, error) {
	return nil, s.why
}
func (s noStore) Commit(context.Context, Commit) error { return s.why }

// about asks a store about one incident.
func (e *Engine) about(incident string) Query {
	if e == nil {
		return Query{}
	}
	return Query{Namespace: e.config.namespace, Incident: incident}
}

// given returns the store that an option was given, or one that fails.
func given(option string, s Store) Store {
	if v := reflect.ValueOf(s); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return noStore{errors.New(option + " wants a store, not nil")}
	}
	return s
}

// Handle decides an incident and commits the decision. Handled of the decision that it
// returns says what became of the incident:
//
//   - new: it is the first decision on it.
//   - changed: the incident has changed, and this decision supersedes the one before.
//   - retry: the incident has not changed. The decision stands, whatever set made it, and
//     no other is made. Fields that no document declares do not count as changes, and
//     neither does updated_at.
//   - outdated: a version with a later updated_at was seen before. The decision stands, and
//     nothing is written.
//
// An incident that is refused is committed as refused. Errors are those of
// [Engine.Decide], or the store's; [ErrConflict] only when other commits kept
// coming first, and [ErrErased] for an incident that the store has erased.
func (e *Engine) Handle(ctx context.Context, in Incident, options ...CallOption) (*Decision, error) {
	rules, err := e.rules()
	if err != nil {
		return nil, err
	}
	store := e.storeFor(options)
	decision, err := e.commit(ctx, rules, store, OpHandle, in.ID, func() (*outcome, error) {
		out, err := e.decide(ctx, rules, store, &in)
		if err == nil {
			err = out.remember(rules, &in, false)
		}
		return out, err
	})
	if err != nil {
		return nil, e.refuse(ctx, rules, Commit{}, store, in, err)
	}
	return decision, nil
}

// commit decides and commits, and decides again as long as commits of others
// come in between. A decision that stands already is returned without a commit.
func (e *Engine) commit(ctx context.Context, rules *ruleset, store Store, op, incident string, decide func() (*outcome, error)) (_ *Decision, err error) {
	attempt := 1
	if e.config.hooks.Called != nil {
		began := e.config.clock()
		defer func() { e.called(ctx, store, Call{op, incident, attempt, e.config.clock().Sub(began), err}) }()
	}
	for ; ; attempt++ {
		out, err := decide()
		if err == nil && (out.standing == nil || out.mark != nil) {
			err = e.send(ctx, rules, store, out)
		}
		if err == nil && out.standing != nil {
			return handled(out.standing, out.handled), nil
		}
		if err == nil {
			if decided := e.config.hooks.Decided; decided != nil {
				tell(store, func() { decided(ctx, out.record.Decision) })
			}
			return handled(out.record.Decision, out.handled), nil
		}
		if !errors.Is(err, ErrConflict) || attempt == attempts {
			return nil, err
		}
		if e.config.hooks.Conflicted != nil {
			e.config.hooks.Conflicted(ctx, incident, attempt)
		}
		if err := backOff(ctx, attempt, err); err != nil {
			return nil, err
		}
	}
}

// handled returns a copy of a decision that says how an incident was handled, if it
// is known. The decision itself may be kept by a store.
func handled(d *Decision, how Handled) *Decision {
	if how == "" {
		return d
	}
	out := *d
	out.Handled = how
	return &out
}

// send commits what was decided.
func (e *Engine) send(ctx context.Context, rules *ruleset, store Store, o *outcome) error {
	c := Commit{Reads: o.query, Given: o.given, Version: o.version}
	if o.mark != nil {
		c.Mark = o.mark
		return storeError(store.Commit(ctx, c))
	}
	if c.Record = o.record; c.Given.Stream != nil {
		after := o.after()
		if err := e.streamed(&c, rules, &after); err != nil {
			return err
		}
	}
	return storeError(store.Commit(ctx, c))
}

// after is what a store answers about an incident once the outcome is committed.
func (o *outcome) after() Given {
	after := Given{Previous: o.record, Reports: o.given.Reports, Stream: o.given.Stream}
	if o.record.On == "" {
		for i := range o.given.Made {
			if slices.Contains(o.record.Keeps, o.given.Made[i].Decision.ID) {
				after.Made = append(after.Made, o.given.Made[i])
			}
		}
		return after
	}
	after.Previous = o.given.Previous
	for i := range o.given.Made {
		if m := &o.given.Made[i]; m.Decision.ID != o.record.Settles {
			after.Made = append(after.Made, *m)
		}
	}
	after.Made = append(after.Made, *o.record)
	return after
}

// refuse remembers that an incident was refused and returns why. An error of the
// store itself is not a refusal. The commit has what the incident was made from; when that
// has changed, the error is [ErrConflict].
func (e *Engine) refuse(ctx context.Context, rules *ruleset, from Commit, store Store, in Incident, why error) error {
	if !isRefusal(why) {
		return why
	}
	input, err := in.MarshalJSON()
	if err != nil {
		input = jsontext.AppendQuote(nil, fmt.Sprintf("%+v", in)) // JSON cannot hold this value; keep its debug print
	}
	from.Refusal = &Refusal{Namespace: rules.namespace, Incident: in.ID, At: e.now(), Input: input, Set: rules.ref, Error: why}
	err = store.Commit(ctx, from)
	if from.Reads.Incident != "" && errors.Is(err, ErrConflict) {
		return err
	}
	if refused := e.config.hooks.Refused; refused != nil {
		tell(store, func() { refused(ctx, in, why) })
	}
	if err != nil {
		return errors.Join(why, fmt.Errorf("the refusal could not be recorded: %w", err))
	}
	return why
}

func isRefusal(err error) bool {
	var incident *IncidentError
	var evaluation *EvaluationError
	var ambiguous *AmbiguousError
	return errors.As(err, &incident) || errors.As(err, &evaluation) || errors.As(err, &ambiguous)
}
