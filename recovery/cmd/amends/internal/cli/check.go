package cli

import (
	"fmt"
	"io/fs"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func checkCommand() command.Command {
	c := command.Command{
		Name: "check", Args: "DIR [flags]",
		Summary: "says what is wrong with a set of playbooks, with file, line and column",
		Example: term.Own("amends check playbooks --strict --now 2026-07-01T00:00:00Z"),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(check(c, h, args)) }
	return c
}

func check(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	format := f.Format("text", "json", "github", "sarif")
	strict := f.Bool("strict", false, "let warnings count as errors")
	now := f.Now("also warn of what is past its review_by at `TIME` (RFC 3339)")
	dir, err := f.One(h, args, "directory")
	if err != nil {
		return err
	}
	fsys, err := command.OpenDir(dir)
	if err != nil {
		return err
	}
	found := examine(fsys, now)
	switch format.Value {
	case "json":
		err = found.writeJSON(h, *strict)
	case "github":
		err = found.writeGitHub(h, dir, *strict)
	case "sarif":
		err = found.writeSARIF(h, dir)
	default:
		err = found.writeText(h, dir, *strict)
	}
	if err != nil {
		return err
	}
	return command.FoundIf(found.errors > 0 || *strict && found.warnings > 0)
}

// findings is what check says of a set.
type findings struct {
	diags            playbook.Diagnostics
	errors, warnings int
	playbooks, plays int
}

func examine(fsys fs.FS, now *command.Instant) findings {
	set, program, diags := command.Compile(fsys)
	f := findings{}
	if program != nil {
		f.playbooks, f.plays = len(program.Playbooks), len(program.Plays)
		if now.At != nil {
			diags = append(diags, stale(program, now)...)
			diags = append(diags, holidaysEnd(set, program, now)...)
		}
		if !diags.HasErrors() {
			diags = append(diags, asked(set, program)...)
		}
	}
	f.diags = set.Finish(diags)
	for _, d := range f.diags {
		if d.Severity == playbook.Error {
			f.errors++
		} else {
			f.warnings++
		}
	}
	return f
}

// stale warns of each play whose answer was to be reviewed before the day.
func stale(program *policy.Program, now *command.Instant) playbook.Diagnostics {
	var out playbook.Diagnostics
	for _, p := range program.Plays {
		today := value.DateOf(now.At.In(p.Playbook.Zone))
		if p.ReviewBy.IsZero() || today.Compare(p.ReviewBy) <= 0 {
			continue
		}
		out = append(out, playbook.Diagnostic{
			Severity: playbook.Warning, Code: "stale", Range: p.Range,
			Message: fmt.Sprintf("the answer of the play %s was to be reviewed by %s", p.Name, p.ReviewBy),
			Hint:    "look whether it still holds, then give it a later review_by",
		})
	}
	return out
}

// holidaysSoon is how many days ahead of their end the holidays of a calendar are to be extended.
const holidaysSoon = 90

// holidaysEnd warns of each calendar whose dated holidays end soon, or before the last answer of the set is
// reviewed: a year that nobody has entered yet looks like one without holidays.
func holidaysEnd(set *playbook.Set, program *policy.Program, now *command.Instant) playbook.Diagnostics {
	var review value.Date
	for _, p := range program.Plays {
		if p.ReviewBy.Compare(review) > 0 {
			review = p.ReviewBy
		}
	}
	soon, err := value.DateOf(now.At.UTC()).AddDays(holidaysSoon)
	var out playbook.Diagnostics
	for _, d := range set.Documents {
		for _, c := range d.Calendars {
			last, at := policy.LastHoliday(c)
			if last.IsZero() || err == nil && last.Compare(soon) > 0 && last.Compare(review) >= 0 {
				continue
			}
			why := fmt.Sprintf("the last of these plays is reviewed by %s", review)
			if err == nil && last.Compare(soon) <= 0 {
				why = fmt.Sprintf("that is no more than %d days ahead", holidaysSoon)
			}
			out = append(out, playbook.Diagnostic{
				Severity: playbook.Warning, Code: "holidays-end", Range: at,
				Message: fmt.Sprintf("the dated holidays of calendar `%s` end on %s, and %s", c.Name.Value, last, why),
				Hint:    "list those of the next years, or write days that come back as `{every: 12-25}` and `{easter: 1}`",
			})
		}
	}
	return out
}

func (f findings) writeText(h command.Host, dir string, strict bool) error {
	return h.Stdout.Print(term.Join(term.Diagnostics(command.FromHere(dir, f.diags), h.Stdout.Colour()), f.summary(strict)))
}

// summary is the last line: what was found in all.
func (f findings) summary(strict bool) term.Text {
	size := term.Count(f.playbooks, "playbook") + ", " + term.Count(f.plays, "play")
	switch {
	case f.errors+f.warnings == 0:
		return term.Textf("ok: %s\n", size)
	case f.errors == 0 && strict:
		return term.Textf("%s, and --strict lets warnings count as errors\n", term.Count(f.warnings, "warning"))
	case f.errors == 0:
		return term.Textf("ok, with %s: %s\n", term.Count(f.warnings, "warning"), size)
	}
	return term.Textf("%s, %s\n", term.Count(f.errors, "error"), term.Count(f.warnings, "warning"))
}

func (f findings) writeJSON(h command.Host, strict bool) error {
	diags := f.diags
	if diags == nil {
		diags = playbook.Diagnostics{}
	}
	return command.WriteIndented(h.Stdout, struct {
		OK          bool                 `json:"ok"`
		Errors      int                  `json:"errors"`
		Warnings    int                  `json:"warnings"`
		Diagnostics playbook.Diagnostics `json:"diagnostics"`
	}{f.errors == 0 && !(strict && f.warnings > 0), f.errors, f.warnings, diags})
}
