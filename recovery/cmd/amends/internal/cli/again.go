package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/internal/agenda"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func againCommand() command.Command {
	c := command.Command{
		Name: "again", Args: "--store LEDGER [--playbooks DIR] [INCIDENT] [flags]",
		Summary: "decides incidents of a ledger again because time has passed; one decision per line",
		Example: term.Own("amends again --store ledger --playbooks playbooks --now 2026-03-02T10:00:00Z"),
		Notes: term.Own("Without INCIDENT it decides those on which something has fallen due since they were decided,\n" +
			"in the order of that time, then of their ids. A decision is written only if it is another one."),
	}
	c.Run = func(h command.Host, args []string) int { return again(c, h, args) }
	return c
}

func again(c command.Command, h command.Host, args []string) int {
	f := command.NewFlags(c)
	t := newDesktop(f)
	format := f.Format("json", "text")
	rest, err := f.Parse(h, args)
	if errors.Is(err, command.ErrHelp) {
		return command.ExitOK
	}
	if err == nil && len(rest) > 1 {
		err = errors.New("again takes one incident, or none for all on which something has fallen due")
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
		return nil, ledgers.Placed(dir, err)
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
			d, err = engine.Again(context.Background(), id, recovery.In(e.ledger))
		}
		a := out.rooms.take()
		switch {
		case err == nil:
			out.add(a, d)
		case isRefusal(err):
			refused = true
			out.refuse(a, id, err)
		default:
			return out.host.Trouble("%s", fmt.Errorf("incident %q: %w", id, err))
		}
		err = out.write(a)
		out.rooms.put(a)
		if err != nil {
			return out.host.Trouble("%s", err)
		}
	}
	if refused {
		return command.ExitFound
	}
	return command.ExitOK
}
