package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/agenda"
	"github.com/servicerecovery/amends/recovery/internal/zoned"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// desk is what a store knows of its incidents, and the sets by which they were decided.
type desk struct {
	threads map[string]*agenda.Thread // by the incident's id
	cases   map[string]agenda.Case    // what the agenda shows of those on which something is owed
	sets    map[string]*archived      // by digest
	// archive finds a set that was not read; nil: all were.
	archive func(digest string) (*ledger.Entry, error)
}

// archived is a set as the ledger holds it. It is loaded when it is first needed.
type archived struct {
	entry *ledger.Entry
	known *known // nil until then
	err   error
}

// known is a set, with what is asked about it for each of its decisions.
type known struct {
	set   *playbook.Set
	zones zoned.Zones
	again time.Duration // how often it asks to look at an open incident; 0 where it does not
}

func knownOf(set *playbook.Set) *known {
	k := &known{set: set, zones: zoned.Of(set)}
	for _, d := range set.Documents {
		every, _ := value.ParseDuration(d.Again.Value) // 0 where it is not there
		if every > 0 && (k.again == 0 || every < k.again) {
			k.again = every
		}
	}
	return k
}

func newDesk() *desk {
	return &desk{threads: map[string]*agenda.Thread{}, cases: map[string]agenda.Case{}, sets: map[string]*archived{}}
}

// readDesk reads what a store has of a namespace. It may be written meanwhile.
func readDesk(name, namespace string) (*desk, error) {
	if stores.InDatabase(name) {
		return readDatabase(name, namespace, nil, true)
	}
	d := newDesk()
	for e, err := range ledger.Entries(context.Background(), name) {
		if err == nil && e.In(namespace) {
			err = d.take(e)
		}
		if err != nil {
			return nil, err
		}
	}
	return d, nil
}

// readDatabase reads what a database has of incidents, nil: of all of a namespace, and with sets the sets that decided them.
func readDatabase(name, namespace string, incidents []string, sets bool) (*desk, error) {
	db, err := stores.OpenDesk(name)
	if err != nil {
		return nil, err
	}
	d, ctx := newDesk(), context.Background()
	if incidents == nil {
		incidents, err = db.(stores.Lister).Incidents(ctx, namespace)
	}
	for _, id := range incidents {
		if err != nil {
			break
		}
		var given recovery.Given
		given, _, err = db.Read(ctx, recovery.Query{Namespace: namespace, Incident: id})
		if err == nil && given.Previous != nil {
			d.threads[id] = agenda.Known(given)
			err = d.fetch(db, given.Previous.Decision.Set.Digest, sets)
		}
	}
	return d, errors.Join(err, db.Close())
}

// fetch reads a set of a store, if that is wanted and it was not read yet.
func (d *desk) fetch(from stores.Desk, digest string, wanted bool) error {
	if !wanted || d.sets[digest] != nil {
		return nil
	}
	e, err := from.Archived(digest)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil
	}
	d.sets[digest] = &archived{entry: e}
	return err
}

// readIncident reads what a ledger knows of one incident, and with sets the sets that decided it. Where
// nothing was decided on it, the whole ledger is read, so that an incident with a similar id can be named.
func readIncident(name, namespace, incident string, sets bool) (*desk, error) {
	if stores.InDatabase(name) {
		d, err := readDatabase(name, namespace, []string{incident}, sets)
		if err == nil && len(d.threads) == 0 {
			return readDesk(name, namespace)
		}
		return d, err
	}
	list, err := ledger.About(context.Background(), name, namespace, incident, sets)
	if err != nil {
		return nil, err
	}
	d := newDesk()
	for _, e := range list {
		if err := d.take(e); err != nil {
			return nil, err
		}
	}
	if t := d.threads[incident]; t == nil || t.Latest == nil {
		return readDesk(name, namespace)
	}
	return d, nil
}

func (d *desk) take(e *ledger.Entry) error {
	switch {
	case e.Record != nil:
		t := d.thread(e.Record.Decision.Incident)
		t.Take(e.Record)
		return t.Move(e.Move)
	case e.Set != nil:
		d.sets[e.Set.Digest] = &archived{entry: e}
	case e.Mark != nil:
		d.thread(e.Mark.Incident).Mark(e.Mark)
	case e.Stream != nil:
		return d.thread(e.Stream.Incident).Move(e.Move)
	case len(e.Reports) > 0: // all on one incident
		t := d.thread(e.Reports[0].Incident)
		t.Report(e.Reports...)
		return t.Move(e.Move)
	}
	return nil
}

func (d *desk) thread(incident string) *agenda.Thread {
	t := d.threads[incident]
	if t == nil {
		t = &agenda.Thread{}
		d.threads[incident] = t
	}
	return t
}

// find is what is known of an incident, or says that the ledger does not have it.
func (d *desk) find(dir, incident string) (*agenda.Thread, error) {
	t := d.threads[incident]
	if t != nil && t.Latest != nil {
		return t, nil
	}
	near := playbook.Suggest(incident, d.incidents())
	return nil, fmt.Errorf("%s has no decision on an incident %s%s", stores.Shown(dir), unseen.Quote(incident), orNear(near))
}

func orNear(near string) string {
	if near == "" {
		return ""
	}
	return "; did you mean " + unseen.Quote(near) + "?"
}

// incidents are the ids of those that were decided, sorted.
func (d *desk) incidents() []string {
	ids := slices.Sorted(maps.Keys(d.threads))
	return slices.DeleteFunc(ids, func(id string) bool { return d.threads[id].Latest == nil })
}

// known is the set with a digest.
func (d *desk) known(digest string) (*known, error) {
	a := d.sets[digest]
	if a == nil && d.archive != nil {
		switch e, err := d.archive(digest); {
		case err == nil:
			a = &archived{entry: e}
			d.sets[digest] = a
		case !errors.Is(err, ledger.ErrNotFound):
			return nil, err
		}
	}
	if a == nil {
		return nil, fmt.Errorf("the set %s was not archived; name the playbooks: --playbooks DIR", digest)
	}
	if a.known == nil && a.err == nil {
		a.known, a.err = a.load()
	}
	return a.known, a.err
}

func (a *archived) load() (*known, error) {
	fsys, err := a.entry.Playbooks()
	if err != nil {
		return nil, err
	}
	set, diags := playbook.Load(fsys)
	if diags.HasErrors() {
		return nil, diags
	}
	return knownOf(set), nil
}

// zones are those of the set with a digest. Of one that cannot be read, all are UTC.
func (d *desk) zones(digest string) zoned.Zones {
	k, err := d.known(digest)
	if err != nil {
		return zoned.Zones{}
	}
	return k.zones
}

// engines write into a store about incidents that it holds. They look each one up, and make the engine for a decision: that of the playbooks that were named, or else of the
// set that decided.
type engines struct {
	desk      *desk // of the sets that decided, and of what was read so far
	store     stores.Desk
	namespace string
	clock     time.Time
	named     *recovery.Engine // nil: no playbooks were named
	known     *known           // the set of those that were
	revived   map[string]*recovery.Engine
}

// find is what the ledger knows of an incident, or says that it has not decided it.
func (e *engines) find(dir, incident string) (recovery.Given, error) {
	given, _, err := e.store.Read(context.Background(), recovery.Query{Namespace: e.namespace, Incident: incident})
	switch {
	case err != nil:
		return given, stores.Placed(dir, err)
	case given.Previous != nil:
		return given, nil
	}
	all, err := readDesk(dir, e.namespace)
	if err != nil {
		return given, stores.Placed(dir, err)
	}
	t, err := all.find(dir, incident)
	if err != nil {
		return given, err
	}
	return t.Given(), nil
}

// of is the engine for an incident by its latest decision.
func (e *engines) of(latest *recovery.Decision) (*recovery.Engine, error) {
	if e.named != nil {
		return e.named, nil
	}
	digest := latest.Set.Digest
	if engine := e.revived[digest]; engine != nil {
		return engine, nil
	}
	k, err := e.desk.known(digest)
	if err != nil {
		return nil, err
	}
	engine, err := e.engineOf(k, latest.Set.Revision)
	if err != nil {
		return nil, fmt.Errorf("the set %s, which decided, does not load any more; name the playbooks: --playbooks DIR (%w)", digest, err)
	}
	e.revived[digest] = engine
	return engine, nil
}

// engineOf is the engine for a set that the ledger has archived.
func (e *engines) engineOf(k *known, revision string) (*recovery.Engine, error) {
	if engine := e.revived[k.set.Digest]; engine != nil {
		return engine, nil
	}
	engine, err := recovery.New(k.set, recovery.WithStore(e.store), recovery.WithNamespace(e.namespace), recovery.WithRevision(revision), e.now())
	if err == nil {
		e.revived[k.set.Digest] = engine
	}
	return engine, err
}

// again is how often the playbooks ask to look at an open incident; 0 where they do not.
func (e *engines) again(t *agenda.Thread) time.Duration {
	k := e.known
	if k == nil {
		var err error
		if k, err = e.desk.known(t.Latest.Decision.Set.Digest); err != nil {
			return 0
		}
	}
	return k.again
}

// zones are those in which people read a decision.
func (e *engines) zones(d *recovery.Decision) zoned.Zones {
	if e.known != nil {
		return e.known.zones
	}
	return e.desk.zones(d.Set.Digest)
}

// desktop is what commands share that write into a store about incidents that it holds.
type desktop struct {
	store, playbooks, revision, namespace *string
	now                                   *command.Instant
}

func newDesktop(f *command.Flags) *desktop {
	t := &desktop{store: f.String("store", "", "the `STORE`: "+stores.Help)}
	t.now = f.Now("do it as if it were `TIME` (RFC 3339)")
	t.playbooks = f.String("playbooks", "", "`DIR` with the playbooks; without it, the archived set that decided serves")
	t.namespace = ledgers.Namespace(f)
	t.revision = f.String("revision", "", "`REVISION` of the playbooks, written on decisions")
	return t
}

// open opens the store, and loads the playbooks if some were named. The result is nil where that
// cannot be done, which has been said then.
func (t *desktop) open(h command.Host, name string) (*engines, int) {
	if *t.store == "" {
		return nil, h.Trouble("%s needs the store: --store DIR, sqlite:FILE or postgres://…", name)
	}
	e := &engines{namespace: *t.namespace, clock: t.now.Or(time.Now()), revived: map[string]*recovery.Engine{}}
	var shelf *shelf
	if *t.playbooks != "" {
		engine, known, status := loadEngine(h, *t.playbooks, "", []recovery.Option{recovery.WithNamespace(*t.namespace), recovery.WithRevision(*t.revision), e.now()})
		if engine == nil {
			return nil, status
		}
		e.named, e.known, shelf = engine, knownOf(known.set), known
	}
	var err error
	if e.store, err = stores.OpenDesk(*t.store); err != nil {
		return nil, h.Trouble("%s", err)
	}
	if shelf != nil {
		if err := e.store.Prepare(context.Background(), shelf.set, shelf.kinds); err != nil {
			return nil, e.close(h, *t.store, h.Trouble("%s: %s", stores.Shown(*t.store), err))
		}
	}
	e.desk = newDesk()
	e.desk.archive = e.store.Archived
	return e, command.ExitOK
}

// close closes the store. A status of trouble stays what it is.
func (e *engines) close(h command.Host, dir string, status int) int {
	if err := e.store.Close(); err != nil && status != command.ExitTrouble {
		return h.Trouble("%s: %s", stores.Shown(dir), err)
	}
	return status
}

func (e *engines) now() recovery.Option {
	return recovery.WithClock(func() time.Time { return e.clock })
}
