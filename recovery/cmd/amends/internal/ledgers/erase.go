package ledgers

import (
	"context"
	"errors"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
	"github.com/servicerecovery/amends/recovery/store"
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
	from := stores.NewSource(f)
	namespace := Namespace(f)
	incident := f.String("incident", "", "erase what is known of the incident `ID`")
	customer := f.String("customer", "", "erase all incidents of the customer `ID` (customer.id)")
	anew := f.Bool("anew", false, "erase nothing: the incident, which was erased, begins anew, and what comes about it is taken again")
	now := f.Now("write `TIME` (RFC 3339) into the ledger as that of erasing; otherwise none is written")
	format := f.Format("text", "json")
	rest, err := f.Parse(h, args)
	switch {
	case err != nil:
	case *anew && *incident == "":
		err = errors.New("--anew needs to know which incident begins anew: --incident ID")
	case (*incident == "") == (*customer == ""):
		err = errors.New("ledger erase needs to know whose records: --incident ID or --customer ID")
	}
	if err != nil {
		return err
	}
	name, err := f.Only(rest, "ledger")
	if err != nil {
		return err
	}
	db, dir, err := from.Database(name)
	if err != nil {
		return err
	}
	if *anew {
		if db != nil {
			err = errors.Join(db.Anew(context.Background(), *namespace, *incident), db.Close())
		} else {
			err = beginAnew(dir, *namespace, *incident)
		}
		if err != nil {
			return Failed(h, name, format.Value, err)
		}
		return writeAnew(h, format.Value, *namespace, *incident)
	}
	e := ledger.Erasure{Namespace: *namespace, Incident: *incident, Customer: *customer, At: now.Or(time.Time{})}
	if db != nil {
		return eraseDatabase(h, db, name, dir, e, format.Value)
	}
	e.Cancelled = func(d recovery.Delivery) { tellCancelled(h, &d) }
	n, err := erase(dir, e)
	if err != nil {
		return Failed(h, dir, format.Value, err)
	}
	return writeErased(h, format.Value, e, n)
}

// tellCancelled says that nobody is handed a delivery any more; whoever has claimed it may do it all the same.
func tellCancelled(h command.Host, d *recovery.Delivery) {
	_ = h.Stderr.Printf("cancelled, and perhaps done all the same: %s %s of incident %s\n", d.Do, d.Key, d.Incident)
}

// eraseDatabase erases in a database, and then in the ledger that mirrors it.
func eraseDatabase(h command.Host, db stores.Database, name, dir string, e ledger.Erasure, format string) error {
	ctx := context.Background()
	at, err := db.Checkpoint(ctx)
	var n int
	var cancelled []recovery.Delivery
	if err == nil {
		cancelled, err = db.Erase(ctx, store.Erasure{Namespace: e.Namespace, Incident: e.Incident, Customer: e.Customer, At: e.At, Erased: func(records int) { n = records }})
	}
	if err == nil && at.Size > 0 {
		err = stores.Mirrored(name, dir, db.Mirror(ctx, dir))
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	for i := range cancelled {
		tellCancelled(h, &cancelled[i])
	}
	return writeErased(h, format, e, n)
}

func erase(dir string, e ledger.Erasure) (int, error) {
	l, err := ledger.Open(dir)
	if err != nil {
		return 0, err
	}
	n, err := l.Erase(context.Background(), e)
	return n, errors.Join(err, l.Close())
}

func beginAnew(dir, namespace, incident string) error {
	l, err := ledger.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(l.Anew(context.Background(), namespace, incident), l.Close())
}

func writeAnew(h command.Host, format, namespace, incident string) error {
	if format == "json" {
		return command.WriteIndented(h.Stdout, struct {
			Namespace string `json:"namespace,omitempty"`
			Incident  string `json:"incident"`
			Anew      bool   `json:"anew"`
		}{namespace, incident, true})
	}
	if namespace != "" {
		incident += " of " + namespace
	}
	return h.Stdout.Printf("what comes about incident %s is taken\n", incident)
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
	return h.Stdout.Printf("erased: %s of %s; what comes again is refused. Copies and backups keep what they had, and so do receipts\n", term.Count(n, "record"), whose)
}
