package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/story"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func showCommand() command.Command {
	c := command.Command{
		Name: "show", Args: "LEDGER INCIDENT [flags]",
		Summary: "tells one incident's whole story, oldest first: what was told, decided, chosen, reported and missed",
		Example: term.Own("amends show ledger T-1042 --format html > T-1042.html"),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(show(c, h, args)) }
	return c
}

func show(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	from := stores.NewSource(f)
	namespace := ledgers.Namespace(f)
	now := f.Now("as it is at `TIME` (RFC 3339)")
	format := f.Format("text", "json", "html")
	rest, err := f.Parse(h, args)
	if err == nil && len(rest) != 2 {
		err = fmt.Errorf("show takes a ledger and an incident: amends show %s", c.Args)
	}
	if err != nil {
		return err
	}
	id := rest[1]
	dir, err := from.Ledger(rest[0])
	if err != nil {
		return err
	}
	at := now.Or(time.Now())
	s, others, err := story.Read(context.Background(), dir, *namespace, id, at, format.Value != "json")
	if err != nil {
		return ledgers.Failed(h, dir, format.Value, err)
	}
	if s == nil {
		return errors.New(dir + " knows nothing of an incident " + unseen.Quote(id) + orNear(playbook.Suggest(id, others)))
	}
	switch format.Value {
	case "json":
		return h.Stdout.Data(term.JSON, s.WriteJSON)
	case "html":
		return h.Stdout.Data(term.Prose, func(w io.Writer) error { return s.WriteHTML(w, at) })
	}
	return h.Stdout.Print(s.Text(at))
}
