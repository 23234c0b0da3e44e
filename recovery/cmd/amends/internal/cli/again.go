package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/agenda"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func againCommand() command.Command {
	c := command.Command{
		Name: "again", Args: "--store STORE [--playbooks DIR] [INCIDENT] [flags]",
		Summary: "decides incidents of a store again because time has passed; one decision per line",
		Example: term.Own("amends again --store ledger --playbooks playbooks --now 2026-03-02T10:00:00Z"),
		Notes: term.Own("Without INCIDENT it decides those on which something has fallen due since they were decided,\n" +
			"in the order of that time, then of their ids. A decision is written only if it is another one.\n" +
			"--changed-by-set lists the decisions that the playbooks would make in place of those that stand, and\n" +
			"writes nothing. With --write it writes them, and makes the playbooks the newest set, also when they\n" +
			"are an earlier one that is gone back to."),
	}
	c.Run = func(h command.Host, args []string) int { return again(c, h, args) }
	return c
}

func again(c command.Command, h command.Host, args []string) int {
	f := command.NewFlags(c)
	t := newDesktop(f)
	bySet := f.Bool("changed-by-set", false, "list the incidents that the playbooks treat differently than the sets that decided them")
	write := f.Bool("write", false, "with --changed-by-set: write the decisions, and make the playbooks the newest set")
	format := f.Format("json", "text")
	rest, err := f.Parse(h, args)
	if errors.Is(err, command.ErrHelp) {
		return command.ExitOK
	}
	if err == nil && len(rest) > 1 {
		err = errors.New("again takes one incident, or none for all on which something has fallen due")
	}
	switch {
	case err != nil:
	case *write && !*bySet:
		err = errors.New("--write goes with --changed-by-set; without that, again writes what it decides")
	case *bySet && *t.playbooks == "":
		err = errors.New("--changed-by-set needs the playbooks that are to decide: --playbooks DIR")
	}
	if err != nil {
		return h.Trouble("%s", err)
	}
	e, status := t.open(h, c.Name)
	if e == nil {
		return status
	}
	out := decider{host: h, format: format.Value, zones: e.zones, rooms: &rooms{}}
	incidents := rest
	if *bySet {
		return e.close(h, *t.store, e.changedBySet(out, *t.store, rest, *write))
	}
	if len(rest) == 0 {
		incidents, err = e.fallenDue(*t.store)
	} else {
		_, err = e.find(*t.store, rest[0])
	}
	if err != nil {
		return e.close(h, *t.store, h.Trouble("%s", err))
	}
	return e.close(h, *t.store, e.decideAgain(out, *t.store, incidents))
}

// fallenDue are the incidents on which something has fallen due, in the order of that time, then
// of their ids.
func (e *engines) fallenDue(dir string) ([]string, error) {
	var err error
	if e.desk, err = readDesk(dir, e.namespace); err != nil {
		return nil, stores.Placed(dir, err)
	}
	type due struct {
		id string
		at time.Time
	}
	var list []due
	for _, id := range e.desk.incidents() {
		t := e.desk.threads[id]
		given := t.Given()
		at, err := agenda.Came(&given, e.clock, e.again(t))
		if err != nil {
			return nil, err
		}
		if !at.IsZero() {
			list = append(list, due{id, at})
		}
	}
	slices.SortFunc(list, func(a, b due) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	ids := make([]string, len(list))
	for i, x := range list {
		ids[i] = x.id
	}
	return ids, nil
}

func (e *engines) decideAgain(out decider, dir string, incidents []string) int {
	refused := false
	for _, id := range incidents {
		var d *recovery.Decision
		var engine *recovery.Engine
		given, err := e.find(dir, id)
		if err == nil {
			engine, err = e.of(given.Previous.Decision)
		}
		if err == nil {
			d, err = engine.Again(context.Background(), id, recovery.In(e.store))
		}
		no, err := out.say(id, d, err)
		if err != nil {
			return out.host.Trouble("%s", err)
		}
		refused = refused || no
	}
	if refused {
		return command.ExitFound
	}
	return command.ExitOK
}

// unwritten is a store that is read, and in which nothing is written.
type unwritten struct{ stores.Desk }

func (unwritten) Commit(context.Context, recovery.Commit) error { return nil }

// Read takes every set for as new as any, so that a decision is another one only where it says something else.
func (s unwritten) Read(ctx context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	given, version, err := s.Desk.Read(ctx, q)
	given.SetIsOlder = false
	return given, version, err
}

// changedBySet lists the incidents that the named playbooks treat differently than the sets that decided them,
// in the order of their ids, and with write decides them.
func (e *engines) changedBySet(out decider, dir string, incidents []string, write bool) int {
	var err error
	if len(incidents) > 0 {
		_, err = e.find(dir, incidents[0])
	} else if e.desk, err = readDesk(dir, e.namespace); err == nil {
		e.desk.archive = e.store.Archived
		incidents = e.desk.incidents()
	}
	if err != nil {
		return out.host.Trouble("%s", stores.Placed(dir, err))
	}
	refused, written := false, false
	for _, id := range incidents {
		d, err := e.bySet(id, write)
		if err == nil && d == nil {
			continue
		}
		written = written || err == nil && write
		no, err := out.say(id, d, err)
		if err != nil {
			return out.host.Trouble("%s", err)
		}
		refused = refused || no
	}
	if write && !written {
		if err := e.makeNewest(out.host, incidents); err != nil {
			return out.host.Trouble("%s", stores.Placed(dir, err))
		}
	}
	if refused {
		return command.ExitFound
	}
	return command.ExitOK
}

// makeNewest makes the named playbooks the newest set where no incident differs: by a decision on the first incident
// that a newer set has decided, which says what stands.
func (e *engines) makeNewest(h command.Host, incidents []string) error {
	ctx := context.Background()
	q := recovery.Query{Namespace: e.namespace, Set: e.named.Set().Digest}
	for _, q.Incident = range incidents {
		given, _, err := e.store.Read(ctx, q)
		if err != nil {
			return err
		}
		if given.Previous == nil || !given.SetIsOlder {
			continue
		}
		d, err := e.named.Again(ctx, q.Incident, recovery.In(e.store), recovery.AsNewest())
		if isRefusal(err) {
			continue
		}
		if err != nil {
			return err
		}
		return h.Stderr.Printf("no incident differs; the playbooks are the newest set by decision %s on incident %s\n", d.ID, q.Incident)
	}
	return nil
}

// bySet is what the named playbooks make of an incident, where that is something else than what the set that
// decided it makes of it now; else nil.
func (e *engines) bySet(id string, write bool) (*recovery.Decision, error) {
	given, _, err := e.store.Read(context.Background(), recovery.Query{Namespace: e.namespace, Incident: id})
	if err != nil || given.Previous == nil {
		return nil, err
	}
	stands := given.Previous.Decision
	if stands.Set.Digest == e.named.Set().Digest {
		return nil, nil
	}
	in := recovery.In(unwritten{e.store})
	d, err := e.named.Again(context.Background(), id, in, recovery.AsNewest())
	if err != nil || d.Handled != recovery.HandledChanged {
		return nil, err
	}
	if k, err := e.desk.known(stands.Set.Digest); err == nil {
		engine, err := e.engineOf(k, stands.Set.Revision)
		if err != nil {
			return nil, err
		}
		if was, err := engine.Again(context.Background(), id, in, recovery.AsNewest()); err == nil && gives(was) == gives(d) {
			return nil, nil // time has passed, and both say the same
		}
	}
	if !write {
		return d, nil
	}
	return e.named.Again(context.Background(), id, recovery.In(e.store), recovery.AsNewest())
}

// gives is what a decision gives and leaves, as text.
func gives(d *recovery.Decision) string {
	x := recovery.Decision{Actions: d.Actions, Choices: d.Choices, Withheld: d.Withheld, Missed: d.Missed, Warnings: d.Warnings}
	return string(x.AppendJSON(nil))
}
