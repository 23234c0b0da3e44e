package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/review"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func reviewCommand() command.Command {
	c := command.Command{
		Name: "review", Args: "LEDGER [flags]",
		Summary: "the management review: promises kept, who told whom, repeats, causes, costs, strengths",
		Example: term.Own("amends review ledger --since 2026-Q1 --until 2026-Q1 --format html > review.html"),
		Notes:   term.Own("Each section says what it counts. With --since, the period before stands beside: the\nmonth before a month, the quarter before a quarter, else one of equal length."),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(runReview(c, h, args)) }
	return c
}

func runReview(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	from := stores.NewSource(f)
	now := f.Now("judge promises as of `TIME` (RFC 3339); otherwise as of now")
	o := review.Defaults(time.Time{})
	scope := ledgers.NewScope(f)
	by := f.String("by", strings.Join(o.By, ","), "the `FIELDS` that tell kinds of incidents apart")
	f.StringVar(&o.Score, "score", "", "a `FIELD` with numbers that says how satisfied a customer was")
	f.Float64Var(&o.Silent, "silent", o.Silent, "for each complaint, how many others say nothing")
	f.Float64Var(&o.Tell, "tell", o.Tell, "how many people somebody tells whose problem was not solved")
	f.Float64Var(&o.TellSolved, "tell-solved", o.TellSolved, "how many people somebody tells whose problem was solved")
	format := f.Format("text", "json", "html", "csv")
	name, err := f.One(h, args, "ledger")
	if err != nil {
		return err
	}
	if o.By = strings.FieldsFunc(*by, func(r rune) bool { return r == ',' || r == ' ' }); len(o.By) == 0 {
		return errors.New("--by needs at least one field, such as service,failure")
	}
	for _, n := range []float64{o.Silent, o.Tell, o.TellSolved} {
		if !(n >= 0 && n <= 1_000_000) {
			return fmt.Errorf("--silent, --tell and --tell-solved need a number from 0 to 1000000, and not %g", n)
		}
	}
	o.Now = now.Or(time.Now())
	dir, err := from.Ledger(name)
	if err != nil {
		return err
	}
	if o.Scope, err = scope.Of(dir, nil); err != nil {
		return err
	}
	o.Before, o.Zone = scope.Before(o.Scope, o.Now), scope.Zone()
	defer ledgers.Sparing()()
	show := term.NewProgress(h.Stderr, nil, "reviewed")
	o.Progress = show.Show
	found, err := review.Run(context.Background(), dir, o)
	show.End()
	if err != nil {
		return ledgers.Failed(h, dir, format.Value, err)
	}
	switch format.Value {
	case "json":
		return command.WriteIndented(h.Stdout, found)
	case "html":
		return h.Stdout.Data(term.Prose, found.WriteHTML)
	case "csv":
		return h.Stdout.Data(term.Prose, found.WriteCSV)
	}
	return h.Stdout.Print(found.Text(h.Stdout.Colour()))
}
