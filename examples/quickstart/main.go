// Command quickstart decides one incident under each of the four approaches,
// with the playbooks that are embedded in it.
package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

//go:embed playbooks
var files embed.FS

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run prints what the playbooks give for each incident, as if it were the
// morning of 2 March 2026 in Madrid.
func run(w io.Writer) error {
	playbooks, err := fs.Sub(files, "playbooks")
	if err != nil {
		return err
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	engine, err := recovery.Load(playbooks, recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		return err
	}
	for _, story := range stories(now) {
		decision, err := engine.Handle(context.Background(), story.incident)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\n", story.title)
		show(w, decision)
		fmt.Fprintln(w)
	}
	return nil
}

type story struct {
	title    string
	incident recovery.Incident
}

func stories(now time.Time) []story {
	ana := recovery.Customer{ID: "C-7", Name: "Ana", Language: "es"}
	return []story{
		{"A parcel is 80 hours late.", recovery.Incident{
			ID: "T-1", Service: "parcel", Failure: "late", OccurredAt: now.Add(-80 * time.Hour), Customer: ana,
			Fields: map[string]any{"delay": 80 * time.Hour, "order.value": recovery.MustMoney("60 EUR")},
		}},
		{"A van warns of a fault, five hours before its parcels are due.", recovery.Incident{
			ID: "T-2", Service: "parcel", Failure: "late", Phase: "signal", Source: "monitor",
			OccurredAt: now, ExpectedAt: now.Add(5 * time.Hour),
			Fields: map[string]any{"order.value": recovery.MustMoney("35 EUR")},
		}},
		{"A parcel is stranded in a depot in Barcelona.", recovery.Incident{
			ID: "T-3", Service: "parcel", Failure: "stranded", Region: "BCN", OccurredAt: now, Customer: ana,
			Fields: map[string]any{"order.value": recovery.MustMoney("20 EUR")},
		}},
		{"An heirloom arrives broken.", recovery.Incident{
			ID: "T-4", Service: "parcel", Failure: "damaged", Severity: 5, OccurredAt: now, Customer: ana,
			Fields: map[string]any{"order.value": recovery.MustMoney("90 EUR")},
		}},
	}
}

// show prints a decision for people.
func show(w io.Writer, d *recovery.Decision) {
	for _, p := range d.Plays {
		fmt.Fprintf(w, "  %s, %s, at %s\n", p.Play, p.Approach, p.At)
		for _, r := range p.Because {
			fmt.Fprintf(w, "      because %s is %s\n", r.Expr, r.Value)
		}
	}
	for _, a := range d.Actions {
		fmt.Fprintf(w, "  → %s\n", a)
		if a.Message != nil {
			fmt.Fprintf(w, "      “%s”\n", a.Message.Text)
		}
		for _, late := range a.IfLate {
			fmt.Fprintf(w, "      if late: %s\n", late)
		}
	}
	for _, c := range d.Choices {
		fmt.Fprintf(w, "  ? the %s chooses by %s:\n", c.Decider, c.DueAt.Format("2006-01-02 15:04"))
		for _, o := range c.Options {
			fmt.Fprintf(w, "      %s\n", option(o))
		}
	}
}

func option(o recovery.Offer) string {
	if !o.From.IsSet() {
		return o.Type
	}
	return fmt.Sprintf("%s, %s to %s", o.Type, o.From, o.To)
}
