package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/report"
	"github.com/servicerecovery/amends/recovery/internal/review"
	"github.com/servicerecovery/amends/recovery/internal/suite"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/prove"
)

func reportCommand() command.Command {
	c := command.Command{
		Name: "report", Args: "DIR [flags]",
		Summary: "writes a page that shows a set to people who do not read YAML",
		Example: term.Own("amends report playbooks --now 2026-07-01T00:00:00Z --out playbooks.html"),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(runReport(c, h, args)) }
	return c
}

func runReport(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	var o report.Options
	from := stores.NewSource(f)
	f.StringVar(&o.Title, "title", "", "`TITLE` of the page")
	f.StringVar(&o.Revision, "revision", "", "`REVISION` of the playbooks, written at the foot")
	now := f.Now("say what is stale at `TIME` (RFC 3339), or soon after; otherwise days are listed and not judged")
	dir := f.String("ledger", "", "put what happened beside what is written, play by play, as the `LEDGER` has it: "+stores.Help)
	scope := ledgers.NewScope(f)
	out := f.String("out", "", "write the page to `FILE`; otherwise to standard output")
	set, err := f.One(h, args, "directory")
	if err != nil {
		return err
	}
	o.Now = now.At
	switch {
	case *dir != "":
		if o.Happened, o.Of, err = happened(h, from, *dir, scope, now.Or(time.Now())); err != nil {
			return err
		}
	case scope.IsSet():
		return errors.New("--namespace, --since, --until and --set say what of a ledger is counted: name one with --ledger")
	}
	page, err := pageOf(set, o)
	if err != nil {
		return err
	}
	return writePage(h, page, *out)
}

// happened is what came of the plays, and the period that it is about.
func happened(h command.Host, from *stores.Source, name string, flags *ledgers.Scope, now time.Time) (map[string]*report.Happened, string, error) {
	defer ledgers.Sparing()()
	dir, err := from.Ledger(name)
	if err != nil {
		return nil, "", err
	}
	scope, err := flags.Of(dir, nil)
	if err != nil {
		return nil, "", err
	}
	plays, err := review.Plays(context.Background(), dir, scope, now)
	if err != nil {
		return nil, "", ledgers.Failed(h, dir, "text", err)
	}
	out := map[string]*report.Happened{}
	for name, p := range plays {
		x := &report.Happened{Decisions: p.Decisions, Left: p.Left, Made: p.Made}
		x.Promised, x.Reported = p.Sums()
		if p.Promises != (review.Kept{}) {
			x.Promises = p.Promises.String()
		}
		for _, id := range slices.Sorted(maps.Keys(p.Cases)) {
			x.Cases = append(x.Cases, report.CaseCount{ID: id, Count: p.Cases[id]})
		}
		slices.SortStableFunc(x.Cases, func(a, b report.CaseCount) int { return cmp.Compare(b.Count, a.Count) })
		if len(x.Cases) == 1 && x.Cases[0].ID == "" {
			x.Cases = nil
		}
		out[name] = x
	}
	return out, review.Period(scope, flags.Zone()) + ", from the ledger " + dir, nil
}

func pageOf(dir string, o report.Options) (*report.Page, error) {
	fsys, err := command.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	set, program, diags := command.Compile(fsys)
	if diags.HasErrors() || program == nil {
		return nil, &command.BrokenSet{Name: dir, Diags: diags}
	}
	if o.Tests, err = runAll(fsys); err != nil {
		return nil, err
	}
	if o.Standings, err = standings(set); err != nil {
		return nil, err
	}
	return report.Build(set, program, o), nil
}

// standings are what is known of the guarantees of a set.
func standings(set *playbook.Set) (map[string]report.Standing, error) {
	if !slices.ContainsFunc(set.Documents, func(d *playbook.Document) bool { return len(d.Guarantees) > 0 }) {
		return nil, nil
	}
	out := map[string]report.Standing{}
	found, err := prove.Prove(context.Background(), set, prove.Options{OnlyGuarantees: true})
	if err != nil {
		return nil, err
	}
	for _, p := range found.Guarantees {
		s := report.Standing{Word: string(p.Standing), Reason: p.Reason}
		if len(p.Witnesses) > 0 {
			s.Example = string(p.Witnesses[len(p.Witnesses)-1].Incident)
		}
		out[p.Guarantee] = s
	}
	return out, nil
}

// runAll runs the suites beside the playbooks, and sees what they reach.
func runAll(fsys fs.FS) (*suite.Report, error) {
	set, err := suite.Load(fsys)
	if err != nil {
		return nil, err
	}
	out := &suite.Report{Suites: set.Suites(), Diagnostics: set.Diagnostics, Coverage: set.NewCoverage()}
	out.Results, err = set.Run(context.Background(), set.Cases, out.Coverage.Watch)
	return out, err
}

// writePage writes the page once it is whole.
func writePage(h command.Host, page *report.Page, file string) error {
	if file == "" {
		return h.Stdout.Data(term.Prose, page.WriteHTML)
	}
	var b bytes.Buffer
	if err := term.File(&b, term.Prose, page.WriteHTML); err != nil {
		return err
	}
	return command.WriteFile(file, b.Bytes())
}
