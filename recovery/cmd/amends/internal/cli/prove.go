package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/prove"
)

func proveCommand() command.Command {
	c := command.Command{
		Name: "prove", Args: "DIR [flags]",
		Summary: "says of each guarantee whether it holds for every incident, and shows one on which it does not",
		Example: term.Own("amends prove playbooks\n" +
			"         amends prove playbooks --guarantee worse-is-never-less --incidents witnesses.jsonl"),
		Notes: term.Own("The exit status is 1 when a guarantee is broken; with --strict also when one is open, or\n" +
			"a question has found something.\n\n" +
			"With --format json there is one object:\n\n" +
			"  {\"guarantees\": [{\"id\": \"playbook/ID\", \"standing\": \"proved|broken|open\", \"at\": \"file:line:col\",\n" +
			"    \"reason\": …, \"witnesses\": [{\"incident\": {…}, \"now\": …, \"given\": {…}, \"decision\": {…}}]}],\n" +
			"   \"questions\": [{\"question\": \"never|ambiguous|overlap|unanswered|twice|refused\", \"play\": …, \"standing\": …}]}"),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(runProve(c, h, args)) }
	return c
}

func runProve(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	var o prove.Options
	f.StringVar(&o.Guarantee, "guarantee", "", "prove only the guarantee `ID` (or document/id), and ask no questions")
	f.StringVar(&o.Play, "play", "", "ask only about `PLAY` (or playbook/play)")
	f.BoolVar(&o.Gaps, "gaps", false, "count what only fallbacks answer as unanswered")
	suite := f.String("suite", "", "write the witnesses as tests to `FILE`, whose name ends in _test.yaml")
	incidents := f.String("incidents", "", "write the witnesses as incidents to `FILE`, one a line, with what was given")
	now := f.Now("suppose that every decision is made at `TIME` (RFC 3339)")
	budget := f.Duration("budget", 0, "stop after `DURATION`, such as 30s; what is not decided by then is open")
	strict := f.Bool("strict", false, "let findings and open guarantees count as broken ones")
	format := f.Format("text", "json", "github", "sarif")
	rest, err := f.Parse(h, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fmt.Errorf("prove takes one directory: amends prove %s", c.Args)
	}
	if now.At != nil {
		o.Now = *now.At
	}
	set, err := loadToProve(h, rest[0])
	if err != nil {
		return err
	}
	ctx, stop := within(*budget)
	defer stop()
	shown, begun := false, time.Now()
	o.Progress = func(what string) {
		if h.Stderr.Terminal() && time.Since(begun) > time.Second {
			h.Stderr.Status("proving %s", what)
			shown = true
		}
	}
	result, err := prove.Prove(ctx, set, o)
	if shown {
		h.Stderr.EndStatus(true)
	}
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		h.Stderr.Printf("it was stopped before all was decided; what was not is open\n")
	}
	p := proved{result: result, set: set, dir: rest[0]}
	if err := p.files(*suite, *incidents); err != nil {
		return err
	}
	if err := p.write(h, format.Value, *strict); err != nil {
		return err
	}
	return command.FoundIf(p.failed(*strict))
}

// within is a context that ends after some time, if that is not zero, and when the user interrupts.
func within(budget time.Duration) (context.Context, func()) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	if budget <= 0 {
		return ctx, stop
	}
	ctx, end := context.WithTimeout(ctx, budget)
	return ctx, func() { end(); stop() }
}

// loadToProve loads a set. One with mistakes is trouble, and they are said.
func loadToProve(h command.Host, dir string) (*playbook.Set, error) {
	fsys, err := command.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	set, program, diags := command.Compile(fsys)
	if diags.HasErrors() || program == nil {
		if err := h.Stderr.Print(term.Diagnostics(command.FromHere(dir, diags), h.Stderr.Colour())); err != nil {
			return nil, err
		}
		return nil, &command.BrokenSet{Name: dir, Diags: diags}
	}
	return set, nil
}

// proved is what came out, for writing.
type proved struct {
	result *prove.Result
	set    *playbook.Set
	dir    string
}

func (p proved) all() []prove.Proof {
	return append(p.result.Guarantees[:len(p.result.Guarantees):len(p.result.Guarantees)], p.result.Questions...)
}

// failed reports whether a guarantee is broken; with strict, whether anything is not proved.
func (p proved) failed(strict bool) bool {
	for _, x := range p.all() {
		if x.Standing == prove.Broken && (strict || x.Guarantee != "") || strict && x.Standing == prove.Open && x.Guarantee != "" {
			return true
		}
	}
	return false
}

func (p proved) write(h command.Host, format string, strict bool) error {
	switch format {
	case "json":
		return command.WriteIndented(h.Stdout, p.json())
	case "github":
		return p.findings(strict).writeGitHub(h, p.dir, strict)
	case "sarif":
		return p.findings(strict).writeSARIF(h, p.dir)
	}
	return h.Stdout.Print(p.text(h.Stdout.Colour()))
}

// findings are what is not proved, as check says what is wrong.
func (p proved) findings(strict bool) findings {
	f := findings{}
	for _, d := range p.set.Documents {
		if d.Kind == playbook.Playbook {
			f.playbooks, f.plays = f.playbooks+1, f.plays+len(d.Plays)
		}
	}
	for _, x := range p.all() {
		if d, ok := findingOf(x); ok {
			f.diags = append(f.diags, d)
			if d.Severity == playbook.Error {
				f.errors++
			} else {
				f.warnings++
			}
		}
	}
	f.diags = p.set.Finish(f.diags)
	return f
}

// questions are what check and prove say where a question has found something.
var questions = map[prove.Question]playbook.Diagnostic{
	prove.Never:      {Code: "never"},
	prove.Ambiguous:  {Code: "ambiguous"},
	prove.Overlap:    {Code: "overlap"},
	prove.Unanswered: {Code: "unanswered"},
	prove.Twice:      {Code: "twice"},
	prove.Refused:    {Code: "refused"},
}

// findingOf is a proof as a finding; ok is false for what is proved.
func findingOf(x prove.Proof) (d playbook.Diagnostic, ok bool) {
	if x.Standing == prove.Proved || x.At.File == "" {
		return d, false
	}
	switch {
	case x.Guarantee != "" && x.Standing == prove.Broken:
		d = playbook.Diagnostic{Code: "guarantee-broken", Severity: playbook.Error, Message: fmt.Sprintf("the guarantee %s is broken: %s", x.Guarantee, x.Reason)}
	case x.Guarantee != "":
		d = playbook.Diagnostic{Code: "guarantee-open", Severity: playbook.Warning, Message: fmt.Sprintf("whether the guarantee %s holds is not known: %s", x.Guarantee, x.Reason)}
	case x.Standing == prove.Open:
		d = questions[x.Question]
		d.Severity, d.Message = playbook.Warning, fmt.Sprintf("the question `%s` is open: %s", x.Question, x.Reason)
	default:
		d = questions[x.Question]
		d.Severity, d.Message = playbook.Warning, x.Reason
	}
	if x.Question == prove.Overlap {
		d.Severity = playbook.Error
	}
	d.Range = x.At
	if len(x.Witnesses) > 0 {
		d.Hint = "try " + string(x.Witnesses[0].Incident)
	}
	return d, true
}

// asked are the findings of the questions that check asks of a set without mistakes.
func asked(set *playbook.Set, program *policy.Program) playbook.Diagnostics {
	proofs, err := prove.Check(context.Background(), set, program)
	if err != nil {
		return nil // what is wrong with the set is said already
	}
	var out playbook.Diagnostics
	for _, x := range proofs {
		if d, ok := findingOf(x); ok {
			out = append(out, d)
		}
	}
	return out
}

// files writes the witnesses to files.
func (p proved) files(suite, incidents string) error {
	if suite != "" {
		if filepath.Ext(suite) != ".yaml" && filepath.Ext(suite) != ".yml" || len(path.Base(suite)) < len("_test.yaml") {
			return errors.New("the name of a suite's file ends in _test.yaml")
		}
		if err := os.WriteFile(suite, p.suite(), 0o644); err != nil {
			return err
		}
	}
	if incidents == "" {
		return nil
	}
	return os.WriteFile(incidents, p.lines(), 0o644)
}
