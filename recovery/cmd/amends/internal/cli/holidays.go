package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/holidays"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func holidaysCommand() command.Command {
	c := command.Command{
		Name: "holidays", Args: "[FILE.ics] [flags]",
		Summary: "writes a list of holidays to paste into a calendar: those of a country, or of a file of a calendar program",
		Example: term.Own("amends holidays --country ES --region MD --years 2026-2028"),
		Notes:   term.Own("The days of a country are those that a library knows. Compare them with the official list before you rely on them."),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(writeHolidays(c, h, args)) }
	return c
}

func writeHolidays(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	country := f.String("country", "", "the `CODE` of the country, such as ES")
	region := f.String("region", "", "the `CODE` of a region of it, such as MD")
	years := f.String("years", "", "the `YEARS`, such as 2026 or 2026-2028")
	rest, err := f.Parse(h, args)
	if err != nil {
		return err
	}
	switch {
	case len(rest) > 1:
		return errors.New("holidays takes one file: amends holidays FILE.ics")
	case len(rest) == 1 && (*country != "" || *region != "" || *years != ""):
		return errors.New("a file has its own days: leave --country, --region and --years out")
	case len(rest) == 1:
		return fileHolidays(h, rest[0])
	case *country == "":
		return errors.New("write --country and --years, or a file: amends holidays " + c.Args)
	case *years == "":
		return errors.New("write --years, such as --years 2026-2028")
	}
	from, until, err := parseYears(*years)
	if err != nil {
		return err
	}
	days, err := holidays.Of(*country, *region, from, until)
	if err != nil {
		return err
	}
	where := strings.ToUpper(*country)
	if *region != "" {
		where += "-" + strings.ToUpper(*region)
	}
	if err := h.Stdout.Printf("# %s, %s, by %s: compare with the official list\n", where, *years, holidays.Source(*country, *region)); err != nil {
		return err
	}
	return printHolidays(h, days)
}

func fileHolidays(h command.Host, name string) error {
	text, err := command.ReadFile(name)
	if err != nil {
		return err
	}
	days, left, err := holidays.ICS(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, why := range left {
		if err := h.Stderr.Printf("left out: %s\n", why); err != nil {
			return err
		}
	}
	if len(days) == 0 {
		return fmt.Errorf("%s has no event that is a holiday", name)
	}
	return printHolidays(h, days)
}

func printHolidays(h command.Host, days []holidays.Day) error {
	for _, d := range days {
		if err := h.Stdout.Printf("%s\n", d.Line()); err != nil {
			return err
		}
	}
	return nil
}

// parseYears reads 2026, or 2026-2028.
func parseYears(text string) (from, until int, err error) {
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	from, err = strconv.Atoi(first)
	until, errUntil := strconv.Atoi(last)
	if err != nil || errUntil != nil || len(first) != 4 || len(last) != 4 {
		return 0, 0, fmt.Errorf("--years takes a year or two, such as 2026 or 2026-2028, not %q", text)
	}
	return from, until, nil
}
