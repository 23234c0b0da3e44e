package ledgers

import (
	"context"
	"errors"
	"time"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func ledgerErase() command.Command {
	c := command.Command{
		Name: "ledger erase", Args: "DIR --incident ID | --customer ID [flags]",
		Summary: "overwrites what the ledger holds of an incident or a customer, for good; the chain holds",
		Example: term.Own("amends ledger erase ledger --customer C-7 --now 2026-03-02T10:00:00Z"),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(eraseLedger(c, h, args)) }
	return c
}

func eraseLedger(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	namespace := Namespace(f)
	incident := f.String("incident", "", "erase what is known of the incident `ID`")
	customer := f.String("customer", "", "erase all incidents of the customer `ID` (customer.id)")
	now := f.Now("write `TIME` (RFC 3339) into the ledger as that of erasing; otherwise none is written")
	format := f.Format("text", "json")
	rest, err := f.Parse(h, args)
	if err == nil && (*incident == "") == (*customer == "") {
		err = errors.New("ledger erase needs to know whose records: --incident ID or --customer ID")
	}
	if err != nil {
		return err
	}
	dir, err := OneArgument(f, rest)
	if err != nil {
		return err
	}
	e := ledger.Erasure{Namespace: *namespace, Incident: *incident, Customer: *customer, At: now.Or(time.Time{})}
	n, err := erase(dir, e)
	if err != nil {
		return Failed(h, dir, format.Value, err)
	}
	return writeErased(h, format.Value, e, n)
}

func erase(dir string, e ledger.Erasure) (int, error) {
	l, err := ledger.Open(dir)
	if err != nil {
		return 0, err
	}
	n, err := l.Erase(context.Background(), e)
	return n, errors.Join(err, l.Close())
}

func writeErased(h command.Host, format string, e ledger.Erasure, n int) error {
	if format == "json" {
		return command.WriteIndented(h.Stdout, struct {
			Namespace string `json:"namespace,omitempty"`
			Incident  string `json:"incident,omitempty"`
			Customer  string `json:"customer,omitempty"`
			Erased    int    `json:"erased"`
		}{e.Namespace, e.Incident, e.Customer, n})
	}
	whose := "incident " + e.Incident
	if e.Customer != "" {
		whose = "customer " + e.Customer
	}
	if e.Namespace != "" {
		whose += " of " + e.Namespace
	}
	if n == 0 {
		return h.Stdout.Printf("nothing to erase: the ledger holds no records of %s\n", whose)
	}
	return h.Stdout.Printf("erased: %s of %s. Copies and backups keep what they had, and so do receipts\n", term.Count(n, "record"), whose)
}
