package cli

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/input"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/explain"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func explainCommand() command.Command {
	c := command.Command{
		Name: "explain", Args: "(--playbooks DIR [FILE] | --ledger DIR --incident ID) [flags]",
		Summary: "says why each play applied to an incident or not, by how much it missed, and what limits did",
		Example: term.Own("amends explain --playbooks playbooks incident.json --play parcels/late\n" +
			"         amends explain --ledger ledger --incident T-1042"),
		Notes: term.Own("Without --play or --all: what matched, the five plays that missed least, and the\nrest counted. The exit status is 1 when an incident is refused or cannot be\ndecided, or a past decision comes out differently.\n\n" +
			"With --format json each incident is one object on one line:\n\n" + explain.Format),
	}
	c.Run = func(h command.Host, args []string) int { return runExplain(c, h, args) }
	return c
}

// explainFlags are what the command was asked for.
type explainFlags struct {
	playbooks, given, by       string
	ledger, incident, decision string
	namespace                  *string
	now                        *command.Instant
	format                     *command.OneOf
	plays                      *command.Texts
	all, strict                bool
	from                       *stores.Source
}

func runExplain(c command.Command, h command.Host, args []string) int {
	f := command.NewFlags(c)
	var x explainFlags
	f.StringVar(&x.playbooks, "playbooks", "", "`DIR` with the playbooks")
	x.now = f.Now("decide as if it were `TIME` (RFC 3339)")
	f.StringVar(&x.given, "given", "", "JSON `FILE` with facts, partners' use and precedents")
	x.plays = f.Texts("play", "explain `PLAY` (playbook/play) only, in full; may be repeated")
	f.BoolVar(&x.all, "all", false, "show every play")
	f.StringVar(&x.ledger, "ledger", "", "explain a past decision of the `LEDGER`, as of then: "+stores.Help)
	x.from = stores.NewSource(f)
	f.StringVar(&x.incident, "incident", "", "`ID` of the incident in the ledger")
	x.namespace = ledgers.Namespace(f)
	f.StringVar(&x.decision, "decision", "", "`ID` of its decision, when the latest is not meant")
	f.StringVar(&x.by, "map", "", mapHelp)
	f.BoolVar(&x.strict, "strict", false, "refuse incidents with fields that the playbooks do not declare")
	x.format = f.Format("text", "json")
	files, err := f.Parse(h, args)
	if errors.Is(err, command.ErrHelp) {
		return command.ExitOK
	}
	if err == nil {
		err = x.check(files)
	}
	if err != nil {
		return h.Trouble("%s", err)
	}
	if x.ledger != "" {
		return x.past(h)
	}
	return x.decide(h, files)
}

// check says what does not go together.
func (x *explainFlags) check(files []string) error {
	past := x.ledger != ""
	switch {
	case !past && x.playbooks == "" && x.incident == "":
		return errors.New("explain needs the directory of the playbooks, --playbooks DIR, or a ledger: --ledger DIR --incident ID")
	case !past && (x.incident != "" || x.decision != "" || *x.namespace != ""):
		return errors.New("--incident, --decision and --namespace go with --ledger DIR")
	case past && x.incident == "":
		return errors.New("--ledger needs the incident: --incident ID")
	case past && (x.playbooks != "" || x.given != "" || x.by != "" || x.now.At != nil || x.strict || len(files) > 0):
		return errors.New("a past decision is explained by what the ledger holds: --ledger takes no --playbooks, --given, --map, --now, --strict or FILE")
	case len(files) > 1:
		return errors.New("explain takes one file with incidents")
	}
	return nil
}

func (x *explainFlags) options() explain.Options {
	return explain.Options{Dir: filepath.ToSlash(x.playbooks), All: x.all, Plays: x.plays.List}
}

// past explains a decision on record.
func (x *explainFlags) past(h command.Host) int {
	dir, err := x.from.Ledger(x.ledger)
	if err != nil {
		return h.Trouble("%s", err)
	}
	found, err := ledger.Explain(context.Background(), dir, ledger.ExplainOptions{Namespace: *x.namespace, Incident: x.incident, Decision: x.decision, Plays: x.plays.List})
	if err != nil {
		return h.Trouble("%s: %s", dir, err)
	}
	r := x.written(explain.OfPast(found, x.options()), h)
	if r.err == nil {
		r.err = r.write(h.Stdout)
	}
	return x.end(h, r.err, !r.ok, r.tree)
}

// explained is what is written of one incident.
type explained struct {
	text term.Text
	json []byte // in place of the text
	ok   bool
	tree bool // conditions are shown
	err  error

	read       bool     // it is an incident
	undeclared []string // its fields that no playbook declares
	line       int      // of the input
	refusal    error
}

func (e explained) write(w *term.Writer) error {
	if e.json != nil {
		return w.Data(term.JSON, command.BytesOf(e.json))
	}
	return w.Print(e.text)
}

// decide explains the incidents of a file, each alone.
func (x *explainFlags) decide(h command.Host, files []string) int {
	var options []recovery.Option
	clock := &input.Clock{}
	if x.now.At != nil {
		clock.Fix(*x.now.At)
	}
	options = append(options, recovery.WithClock(clock.Now))
	if x.strict {
		options = append(options, recovery.Strict())
	}
	engine, known, status := loadEngine(h, x.playbooks, x.given, options)
	if engine == nil {
		return status
	}
	name := "-"
	if len(files) > 0 {
		name = files[0]
	}
	by, err := input.NewMapping(h, engine, known.set, x.by)
	if err != nil {
		return h.Trouble("%s", err)
	}
	d := decider{known: known, clock: clock, by: by, tally: input.NewTally(by), host: h, engine: engine, fields: input.NewUndeclaredFields(input.DeclaredBy(known.set))}
	first, found, trees := true, false, false
	err = input.InOrder(input.NewProgress(h, true), func(emit func(input.Item) bool) error { return d.read(name, emit) },
		func(it input.Item) explained { return x.one(d, it) },
		func(r explained) error {
			if r.err != nil {
				return r.err
			}
			if d.tally.Add(r.line, r.refusal); errors.Is(r.refusal, recovery.ErrNotMeant) {
				return nil
			}
			if !first && x.format.Value == "text" {
				r.text = term.Join(term.Own("\n"), r.text)
			}
			first, found, trees = false, found || !r.ok, trees || r.tree
			if r.read {
				d.fields.Add(r.undeclared)
			}
			return r.write(h.Stdout)
		})
	status = x.end(h, err, found, trees)
	if status != command.ExitTrouble {
		d.fields.Say(h)
		d.tally.Say(h)
	}
	return status
}

// end writes the legend and gives the exit status.
func (x *explainFlags) end(h command.Host, err error, found, trees bool) int {
	if err == nil && trees && x.format.Value == "text" {
		err = h.Stdout.Printf("\n%s\n", explain.Legend)
	}
	switch {
	case err != nil:
		return h.Trouble("%s", err)
	case found:
		return command.ExitFound
	}
	return command.ExitOK
}

// one explains one incident. It runs on several goroutines at once.
func (x *explainFlags) one(d decider, it input.Item) explained {
	in, err := it.Incident()
	if err != nil {
		r := x.written(explain.Refusal(it.ID(in), err), d.host)
		r.line, r.refusal = it.Line, err
		return r
	}
	ctx, err := d.beside(it)
	if err != nil {
		return explained{err: err}
	}
	var r explained
	_ = d.clock.At(it.Tried, func() error {
		r = x.why(ctx, d.host, d.engine, in)
		return nil
	})
	r.line, r.read, r.undeclared = it.Line, true, d.fields.Declared.Undeclared(in)
	return r
}

func (x *explainFlags) why(ctx context.Context, h command.Host, engine *recovery.Engine, in recovery.Incident) explained {
	why, err := engine.Explain(ctx, in, recovery.ForPlays(x.plays.List...))
	var misfit *recovery.IncidentError
	switch {
	case errors.As(err, &misfit):
		r := x.written(explain.Refusal(in.ID, err), h)
		r.refusal = err
		return r
	case err != nil:
		return explained{err: err}
	}
	return x.written(explain.Of(why, x.options()), h)
}

func (x *explainFlags) written(r *explain.Report, h command.Host) explained {
	out := explained{ok: r.OK(), tree: r.Reasons != nil}
	if x.format.Value == "json" {
		var b bytes.Buffer
		out.err = r.WriteJSON(&b)
		out.json = b.Bytes()
	} else {
		out.text = r.Text(h.Stdout.Colour())
	}
	return out
}
