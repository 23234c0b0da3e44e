package cli

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/explain"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func explainCommand() command {
	c := command{
		name: "explain", args: "(--playbooks DIR [FILE] | --ledger DIR --incident ID) [flags]",
		summary: "says why each play applied to an incident or not, by how much it missed, and what limits did",
		example: term.Own("amends explain --playbooks playbooks incident.json --play parcels/late\n" +
			"         amends explain --ledger ledger --incident T-1042"),
		notes: term.Own("Without --play or --all: what matched, the five plays that missed least, and the\nrest counted. The exit status is 1 when an incident is refused or cannot be\ndecided, or a past decision comes out differently.\n\n" +
			"With --format json each incident is one object on one line:\n\n" + explain.Format),
	}
	c.run = func(h Host, args []string) int { return runExplain(c, h, args) }
	return c
}

// explainFlags are what the command was asked for.
type explainFlags struct {
	playbooks, given           string
	ledger, incident, decision string
	now                        *instant
	format                     *oneOf
	plays                      *texts
	all, strict                bool
}

func runExplain(c command, h Host, args []string) int {
	f := newFlags(c)
	var x explainFlags
	f.StringVar(&x.playbooks, "playbooks", "", "`DIR` with the playbooks")
	x.now = f.now("decide as if it were `TIME` (RFC 3339)")
	f.StringVar(&x.given, "given", "", "JSON `FILE` with facts, partners' use and precedents")
	x.plays = f.texts("play", "explain `PLAY` (playbook/play) only, in full; may be repeated")
	f.BoolVar(&x.all, "all", false, "show every play")
	f.StringVar(&x.ledger, "ledger", "", "explain a past decision of the ledger in `DIR`, as of then")
	f.StringVar(&x.incident, "incident", "", "`ID` of the incident in the ledger")
	f.StringVar(&x.decision, "decision", "", "`ID` of its decision, when the latest is not meant")
	f.BoolVar(&x.strict, "strict", false, "refuse incidents with fields that the playbooks do not declare")
	x.format = f.format("text", "json")
	files, err := f.parse(h, args)
	if errors.Is(err, errHelp) {
		return exitOK
	}
	if err == nil {
		err = x.check(files)
	}
	if err != nil {
		return trouble(h, "%s", err)
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
	case !past && (x.incident != "" || x.decision != ""):
		return errors.New("--incident and --decision go with --ledger DIR")
	case past && x.incident == "":
		return errors.New("--ledger needs the incident: --incident ID")
	case past && (x.playbooks != "" || x.given != "" || x.now.at != nil || x.strict || len(files) > 0):
		return errors.New("a past decision is explained by what the ledger holds: --ledger takes no --playbooks, --given, --now, --strict or FILE")
	case len(files) > 1:
		return errors.New("explain takes one file with incidents")
	}
	return nil
}

func (x *explainFlags) options() explain.Options {
	return explain.Options{Dir: filepath.ToSlash(x.playbooks), All: x.all, Plays: x.plays.list}
}

// past explains a decision on record.
func (x *explainFlags) past(h Host) int {
	if err := ledgerDir(x.ledger); err != nil {
		return trouble(h, "%s", err)
	}
	found, err := ledger.Explain(context.Background(), x.ledger, ledger.ExplainOptions{Incident: x.incident, Decision: x.decision, Plays: x.plays.list})
	if err != nil {
		return trouble(h, "%s: %s", x.ledger, err)
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
}

func (e explained) write(w *term.Writer) error {
	if e.json != nil {
		return w.Data(term.JSON, bytesOf(e.json))
	}
	return w.Print(e.text)
}

// decide explains the incidents of a file, each alone.
func (x *explainFlags) decide(h Host, files []string) int {
	var options []recovery.Option
	if x.now.at != nil {
		at := *x.now.at
		options = append(options, recovery.WithClock(func() time.Time { return at }))
	}
	if x.strict {
		options = append(options, recovery.Strict())
	}
	engine, set, status := loadEngine(h, x.playbooks, x.given, options)
	if engine == nil {
		return status
	}
	name := "-"
	if len(files) > 0 {
		name = files[0]
	}
	d := decider{host: h, engine: engine, fields: newUndeclaredFields(declaredBy(set))}
	first, found, trees := true, false, false
	err := inOrder(newProgress(h, true), func(emit func(item) bool) error { return d.read(name, emit) },
		func(it item) explained { return x.one(d, it) },
		func(r explained) error {
			if r.err != nil {
				return r.err
			}
			if !first && x.format.value == "text" {
				r.text = term.Join(term.Own("\n"), r.text)
			}
			first, found, trees = false, found || !r.ok, trees || r.tree
			if r.read {
				d.fields.add(r.undeclared)
			}
			return r.write(h.Stdout)
		})
	status = x.end(h, err, found, trees)
	if status != exitTrouble {
		d.fields.say(h)
	}
	return status
}

// end writes the legend and gives the exit status.
func (x *explainFlags) end(h Host, err error, found, trees bool) int {
	if err == nil && trees && x.format.value == "text" {
		err = h.Stdout.Printf("\n%s\n", explain.Legend)
	}
	switch {
	case err != nil:
		return trouble(h, "%s", err)
	case found:
		return exitFound
	}
	return exitOK
}

// one explains one incident. It runs on several goroutines at once.
func (x *explainFlags) one(d decider, it item) explained {
	in, err := it.incident()
	if err != nil {
		return x.written(explain.Refusal(it.id(in), err), d.host)
	}
	r := x.why(d.host, d.engine, in)
	r.read, r.undeclared = true, d.fields.declared.undeclared(in)
	return r
}

func (x *explainFlags) why(h Host, engine *recovery.Engine, in recovery.Incident) explained {
	why, err := engine.Explain(context.Background(), in, recovery.ForPlays(x.plays.list...))
	var misfit *recovery.IncidentError
	switch {
	case errors.As(err, &misfit):
		return x.written(explain.Refusal(in.ID, err), h)
	case err != nil:
		return explained{err: err}
	}
	return x.written(explain.Of(why, x.options()), h)
}

func (x *explainFlags) written(r *explain.Report, h Host) explained {
	out := explained{ok: r.OK(), tree: r.Reasons != nil}
	if x.format.value == "json" {
		var b bytes.Buffer
		out.err = r.WriteJSON(&b)
		out.json = b.Bytes()
	} else {
		out.text = r.Text(h.Stdout.Colour())
	}
	return out
}
