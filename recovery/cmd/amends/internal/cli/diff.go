package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/diff"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func diffCommand() command.Command {
	c := command.Command{
		Name: "diff", Args: "OLD NEW [flags]",
		Summary: "says what changed between two sets (directories or git revisions), and whose decisions change",
		Example: term.Own("amends diff main:playbooks playbooks --incidents last-month.jsonl\n" +
			"         amends diff main:playbooks playbooks --prove"),
		Notes: term.Own("With --prove the exit status is 0 when both are proved to decide every incident in the same way, 1 when they\n" +
			"do not, and 2 when that is open.\n\n" + ledgerNotes),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(runDiff(c, h, args)) }
	return c
}

// diffFlags are what the command was asked for.
type diffFlags struct {
	incidents string
	by        string // a map that reads them
	ledger    string
	from      *stores.Source
	now       *command.Instant
	drop      *command.Texts
	examples  int
	format    *command.OneOf
	latest    bool
	strict    bool
	scope     *ledgers.Scope
	prove     bool
	budget    time.Duration
}

func runDiff(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	var d diffFlags
	f.StringVar(&d.incidents, "incidents", "", "decide the incidents in `FILE` (- for standard input) by both, each alone: facts are 0")
	f.StringVar(&d.by, "map", "", "read payloads, or the rows of a table (CSV), by the map `NAME`, on each side by its own; where OLD has none, by that of NEW")
	f.StringVar(&d.ledger, "ledger", "", "decide the incidents of the `LEDGER` anew by both, with what was known then: "+stores.Help)
	d.from = stores.NewSource(f)
	d.now = f.Now("decide as if it were `TIME` (RFC 3339); otherwise when each incident occurred")
	f.BoolVar(&d.latest, "latest", false, "of the incidents that have one id, take the last; they are held in memory")
	f.BoolVar(&d.strict, "strict", false, "refuse incidents with fields that the playbooks do not declare, on each side by its own")
	f.BoolVar(&d.prove, "prove", false, "prove that both decide every incident in the same way, or show for each kind of difference one that they do not")
	f.DurationVar(&d.budget, "budget", 0, "with --prove: stop after `DURATION`, such as 30s")
	d.drop = f.Texts("drop", "take OLD without `PLAY` (playbook/play) for NEW; may be repeated")
	f.IntVar(&d.examples, "examples", 3, "show the first `N` changed decisions side by side")
	d.scope = ledgers.NewScope(f)
	d.format = f.Format("text", "json", "markdown", "html")
	rest, err := f.Parse(h, args)
	if err == nil {
		err = d.check(rest)
	}
	if err != nil {
		return err
	}
	if d.prove {
		return d.proveSame(h, rest)
	}
	report, err := d.compare(h, rest)
	if err == nil {
		err = d.write(h, report)
	}
	if err != nil {
		return err
	}
	if nothing := report.NothingCompared(); nothing != "" {
		return errors.New(nothing)
	}
	return command.FoundIf(report.Different())
}

// check says what does not go together.
func (d *diffFlags) check(rest []string) error {
	switch {
	case len(d.drop.List) > 0 && len(rest) != 1:
		return errors.New("with --drop, diff takes one set: amends diff OLD --drop PLAY")
	case len(d.drop.List) == 0 && len(rest) != 2:
		return errors.New("diff takes two sets: amends diff OLD NEW [flags]")
	case d.examples < 0:
		return errors.New("--examples is zero or more")
	case d.incidents != "" && d.ledger != "":
		return errors.New("--incidents and --ledger do not go together: decisions are compared on one or the other")
	case d.now.At != nil && d.ledger != "":
		return errors.New("--now goes with --incidents; what a ledger holds is decided at its own time")
	case d.now.At != nil && d.incidents == "" && !d.prove:
		return errors.New("--now goes with --incidents or --prove")
	case d.prove && (d.incidents != "" || d.ledger != ""):
		return errors.New("--prove is about every incident: it takes no --incidents and no --ledger")
	case d.prove && d.format.Value != "text" && d.format.Value != "json":
		return errors.New("--prove writes text or json")
	case d.budget != 0 && !d.prove:
		return errors.New("--budget goes with --prove")
	case d.scope.IsSet() && d.ledger == "":
		return errors.New("--namespace, --since, --until and --set go with --ledger")
	case d.incidents == "" && (d.latest || d.strict || d.by != ""):
		return errors.New("--latest, --strict and --map go with --incidents")
	}
	return nil
}

// compare does the work.
func (d *diffFlags) compare(h command.Host, rest []string) (*diff.Report, error) {
	if d.ledger != "" {
		var err error
		if d.ledger, err = d.from.Ledger(d.ledger); err != nil {
			return nil, err
		}
	}
	old, now, err := d.open(rest)
	if err != nil {
		return nil, err
	}
	report := &diff.Report{Old: old.Name, New: now.Name, Changes: diff.Compare(old, now)}
	switch {
	case d.incidents != "":
		report.Impact, err = d.decideBoth(h, old, now)
	case d.ledger != "":
		report.Impact, err = d.revisit(h, old, now)
	}
	return report, err
}

// open reads both sides at once.
func (d *diffFlags) open(rest []string) (old, now *diff.Side, err error) {
	if len(d.drop.List) > 0 {
		if old, err = openSide(rest[0]); err == nil {
			now, err = old.Without(d.drop.List...)
		}
		return old, now, err
	}
	var both sync.WaitGroup
	var errOld, errNew error
	both.Go(func() { old, errOld = openSide(rest[0]) })
	both.Go(func() { now, errNew = openSide(rest[1]) })
	both.Wait()
	return old, now, cmp.Or(errOld, errNew)
}

func (d *diffFlags) write(h command.Host, r *diff.Report) error {
	switch d.format.Value {
	case "json":
		return h.Stdout.Data(term.JSON, r.WriteJSON)
	case "markdown":
		return h.Stdout.Data(term.Prose, r.WriteMarkdown)
	case "html":
		return h.Stdout.Data(term.Prose, r.WriteHTML)
	}
	return h.Stdout.Print(r.Text(h.Stdout.Colour()))
}

// openSide reads a set from a directory. If no directory has the name, it reads from a git
// revision.
func openSide(name string) (*diff.Side, error) {
	fsys, err := command.OpenDir(name)
	switch {
	case err != nil && strings.Contains(name, ":"):
		fsys, err = openRevision(name)
	case err != nil && isRevision(name):
		err = fmt.Errorf("%w; of a git revision name the folder too, such as %s:playbooks", err, name)
	}
	if err != nil {
		return nil, err
	}
	side, err := diff.Open(name, fsys)
	var diags playbook.Diagnostics
	if errors.As(err, &diags) {
		return nil, &command.BrokenSet{Name: name, Diags: diags}
	}
	return side, err
}
