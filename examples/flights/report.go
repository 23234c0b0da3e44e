package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// bands of distance, for the report only: what is owed is for the playbooks to
// say.
var bands = []string{"up to 1500 km", "of 1500 to 3500 km", "over 3500 km"}

func bandOf(f flight) int {
	switch {
	case f.km() <= 1500:
		return 0
	case f.km() <= 3500:
		return 1
	}
	return 2
}

// total is a line of the report.
type total struct {
	flights, late, paid, care, hotel, refund int

	sum recovery.Money
}

func newTotal() total { return total{sum: recovery.MustMoney("0 EUR")} }

func (t *total) add(f flight, d *recovery.Decision) error {
	t.flights++
	if f.late() >= 3*time.Hour {
		t.late++
	}
	for _, a := range d.Actions {
		if err := t.count(a); err != nil {
			return err
		}
	}
	return nil
}

func (t *total) count(a recovery.Action) (err error) {
	switch a.Type {
	case "compensate":
		t.paid++
		t.sum, err = t.sum.Add(a.Amount)
	case "refreshments":
		t.care++
	case "hotel":
		t.hotel++
	case "offer_refund":
		t.refund++
	}
	return err
}

func (t total) line(name string) string {
	return fmt.Sprintf("%s\t%d\t%d\t%d\t%s\t%d\t%d\t%d\t\n", name, t.flights, t.late, t.paid, t.sum, t.care, t.hotel, t.refund)
}

// tally writes what was owed, by band.
func tally(w io.Writer, flights []flight, decisions []*recovery.Decision) error {
	all, byBand := newTotal(), []total{newTotal(), newTotal(), newTotal()}
	for i, d := range decisions {
		if err := all.add(flights[i], d); err != nil {
			return err
		}
		if err := byBand[bandOf(flights[i])].add(flights[i], d); err != nil {
			return err
		}
	}
	fmt.Fprint(w, "What one passenger of each flight was owed:\n\n")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "distance\tflights\t3 h late\tpaid\tsum\tcare\thotel\trefund offered\t\n")
	for i, t := range byBand {
		fmt.Fprint(table, t.line(bands[i]))
	}
	fmt.Fprint(table, all.line("all"))
	return table.Flush()
}

// samples writes in words what the latest flight of each band was owed.
func samples(w io.Writer, flights []flight, decisions []*recovery.Decision) {
	for band, i := range latest(flights) {
		if i < 0 {
			continue
		}
		fmt.Fprintf(w, "\nThe latest flight %s: %s\n", bands[band], flights[i])
		show(w, decisions[i])
	}
}

// latest is, by band, the place of the first flight with the longest delay; -1
// where the band has none.
func latest(flights []flight) []int {
	out := []int{-1, -1, -1}
	for i, f := range flights {
		if j := out[bandOf(f)]; j < 0 || f.late() > flights[j].late() {
			out[bandOf(f)] = i
		}
	}
	return out
}

// changes are what could have been otherwise on the latest flight of a band.
var changes = []struct {
	band         int
	words, field string
	value        any
}{
	{0, "first one, had a storm been the cause", "extraordinary", "weather"},
	{2, "last one, had it been within the Community", "flight.intra_community", true},
	{2, "last one, had it arrived five hours late", "delay.arrival", 5 * time.Hour},
}

// whatIf writes what would have been owed, had one thing been otherwise.
func whatIf(ctx context.Context, w io.Writer, engine *recovery.Engine, flights []flight) error {
	samples := latest(flights)
	for _, c := range changes {
		i := samples[c.band]
		if i < 0 {
			continue
		}
		in := flights[i].incident(i)
		in.Fields[c.field] = c.value
		d, err := engine.Decide(ctx, in)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "\nThe %s:\n", c.words)
		show(w, d)
	}
	return nil
}

// show writes a decision for people.
func show(w io.Writer, d *recovery.Decision) {
	for _, p := range d.Plays {
		name := p.Play
		if p.Case != "" {
			name += "/" + p.Case
		}
		fmt.Fprintf(w, "  %s, at %s\n", name, p.At)
		for _, r := range p.Because {
			fmt.Fprintf(w, "      because %s is %s\n", r.Expr, cmp.Or(r.Value, "empty"))
		}
	}
	for _, a := range d.Actions {
		fmt.Fprintf(w, "  → %s\n", a)
		if a.Message != nil {
			fmt.Fprintf(w, "      “%s”\n", a.Message.Text)
		}
	}
}
