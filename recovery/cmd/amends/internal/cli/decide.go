package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/input"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/given"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/internal/zoned"
)

func decideCommand() command.Command {
	c := command.Command{
		Name: "decide", Args: "--playbooks DIR [FILE…] [flags]",
		Summary: "decides incidents: a JSON object, an array, or JSON Lines; one decision per line, in order",
		Example: term.Own("amends decide --playbooks playbooks incidents.jsonl --now 2026-03-02T10:00:00Z"),
		Notes: term.Own("--now FIELD decides each incident as of the time in that field. A date is its midnight in the shared\n" +
			"zone of the playbooks, else in UTC. `handled` says what each incident was to the ledger: new, changed,\n" +
			"retry or outdated. Without --store, every one is new."),
	}
	c.Run = func(h command.Host, args []string) int { return decide(c, h, args) }
	return c
}

func decide(c command.Command, h command.Host, args []string) int {
	f := command.NewFlags(c)
	playbooks := f.String("playbooks", "", "`DIR` with the playbooks")
	format := f.Format("json", "text")
	now := &input.Moment{}
	f.Var(now, "now", "decide as of `TIME`: RFC 3339, a date, or the name of a timestamp field of each incident, such as occurred_at")
	givenFile := f.String("given", "", "JSON `FILE` with facts, partners' use and precedents")
	store := f.String("store", "", "remember in the `STORE`, "+stores.Created+". Incidents are handled in order, each seeing the ones before, and a decision is written once it is on disk")
	namespace := ledgers.Namespace(f)
	revision := f.String("revision", "", "`REVISION` of the playbooks, written on decisions")
	strict := f.Bool("strict", false, "refuse incidents with fields that the playbooks do not declare")
	mapName := f.String("map", "", mapHelp)
	files, err := f.Parse(h, args)
	if errors.Is(err, command.ErrHelp) {
		return command.ExitOK
	}
	if err != nil {
		return h.Trouble("%s", err)
	}
	if *playbooks == "" {
		return h.Trouble("decide needs the directory of the playbooks: --playbooks DIR")
	}
	if *store != "" && *givenFile != "" {
		return h.Trouble("--given stands in place of what a ledger knows: it does not go with --store")
	}
	options := []recovery.Option{recovery.WithNamespace(*namespace), recovery.WithRevision(*revision)}
	if *strict {
		options = append(options, recovery.Strict())
	}
	clock := &input.Clock{}
	options = append(options, recovery.WithClock(clock.Now))
	engine, known, status := loadEngine(h, *playbooks, *givenFile, options)
	if engine == nil {
		return status
	}
	set := known.set
	zones := zoned.Of(set)
	if err := clock.Set(now, set, zones); err != nil {
		return h.Trouble("%s", err)
	}
	by, err := input.NewMapping(h, engine, set, *mapName)
	if err != nil {
		return h.Trouble("%s", err)
	}
	d := decider{
		known: known, by: by, tally: input.NewTally(by), host: h, engine: engine, format: format.Value, fields: input.NewUndeclaredFields(input.DeclaredBy(set)), rooms: &rooms{},
		clock: clock, zones: func(*recovery.Decision) zoned.Zones { return zones },
	}
	if *store != "" {
		return d.keep(*store, known, files)
	}
	return d.run(files)
}

// loadEngine loads the set, and returns it as it was written too, with the kinds of its facts. One that does not load is
// the command's trouble, so its diagnostics go to standard error.
func loadEngine(h command.Host, dir, givenFile string, options []recovery.Option) (*recovery.Engine, *shelf, int) {
	fsys, err := command.OpenDir(dir)
	if err != nil {
		return nil, nil, h.Trouble("%s", err)
	}
	engine, known, err := loadWith(fsys, givenFile, options)
	var diags playbook.Diagnostics
	if errors.As(err, &diags) {
		if err := h.Stderr.Print(term.Diagnostics(command.FromHere(dir, diags), h.Stderr.Colour())); err != nil {
			return nil, nil, command.ExitTrouble
		}
		return nil, nil, h.Trouble("the playbooks in %s do not load; amends check says the same", dir)
	}
	if err != nil {
		return nil, nil, h.Trouble("%s", err)
	}
	return engine, known, command.ExitOK
}

// loadWith loads the set with what a file gives in place of a store. Only to read such a
// file is the set's meaning needed before the engine has it.
func loadWith(fsys fs.FS, givenFile string, options []recovery.Option) (*recovery.Engine, *shelf, error) {
	store := given.None()
	if givenFile != "" {
		_, program, diags := command.Compile(fsys)
		if program == nil || diags.HasErrors() {
			return nil, nil, diags
		}
		data, err := command.ReadFile(givenFile)
		if err != nil {
			return nil, nil, err
		}
		if store, err = given.Parse(data, program); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", givenFile, err)
		}
	}
	known := &shelf{Store: store}
	engine, err := recovery.Load(fsys, append([]recovery.Option{recovery.WithStore(known)}, options...)...)
	return engine, known, err
}

// decider decides the incidents of some files.
type decider struct {
	host   command.Host
	by     *input.Mapping // nil: the input holds incidents
	tally  *input.Tally
	engine *recovery.Engine
	known  *shelf
	format string
	fields *input.UndeclaredFields
	rooms  *rooms
	clock  *input.Clock // as of when to decide
	// zones are those in which people read a decision.
	zones func(*recovery.Decision) zoned.Zones
}

func (d *decider) run(files []string) int {
	refused := false
	err := input.InBatches(input.NewProgress(d.host, true), d.reader(files), d.decide, func(a *answers) error {
		defer d.rooms.put(a)
		refused = refused || a.refused()
		return d.write(a)
	})
	if err != nil {
		return d.host.Trouble("%s", err)
	}
	d.fields.Say(d.host)
	d.clock.Warn(d.host)
	d.tally.Say(d.host)
	if refused {
		return command.ExitFound
	}
	return command.ExitOK
}

// reader sends the incidents of all files one by one.
func (d *decider) reader(files []string) func(emit func(input.Item) bool) error {
	if len(files) == 0 {
		files = []string{"-"}
	}
	return func(emit func(input.Item) bool) error {
		for _, name := range files {
			if err := d.read(name, emit); err != nil {
				return err
			}
		}
		return nil
	}
}

// read sends the incidents of one file, or of standard input, one by one.
func (d *decider) read(name string, emit func(input.Item) bool) error {
	in, end, err := input.Open(d.host, name)
	if err != nil {
		return err
	}
	defer end()
	return d.by.Read(input.Name(name), in, emit)
}

// mapHelp is what the flag --map does.
const mapHelp = "read payloads, or the rows of a table (CSV), by the map `NAME` of the playbooks"

// decide decides some incidents. It runs on several goroutines at once.
func (d *decider) decide(items []input.Item) *answers {
	out := d.rooms.take()
	for _, it := range items {
		d.one(out, it)
	}
	return out
}

func (d *decider) one(out *answers, it input.Item) {
	in, err := it.Incident()
	if err != nil {
		d.refuse(out, it.ID(in), err)
		out.list[len(out.list)-1].line = it.Line
		return
	}
	var decision *recovery.Decision
	ctx, err := d.beside(it)
	if err == nil {
		decision, err = d.clock.Decide(&in, it.Tried, func() (*recovery.Decision, error) { return d.engine.Decide(ctx, in) })
	}
	if err != nil {
		d.refuse(out, in.ID, err)
	} else {
		decision.Handled = recovery.HandledNew // nothing is remembered that it could be compared with
		d.add(out, decision)
	}
	a := &out.list[len(out.list)-1]
	a.line, a.read, a.undeclared = it.Line, true, d.fields.Declared.Undeclared(in)
}

// beside is the context in which an incident is decided: what stands beside it is given to its decision.
func (d *decider) beside(it input.Item) (context.Context, error) {
	ctx := context.Background()
	if it.Tried == nil || it.Tried.Given == nil {
		return ctx, nil
	}
	program := d.known.program()
	store, err := given.Parse(it.Tried.Given, program)
	if err != nil {
		return nil, &input.PlaceError{At: it.Place(), Err: fmt.Errorf("given: %w", err)}
	}
	return given.With(ctx, store), nil
}
