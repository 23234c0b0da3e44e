package ledgers

import (
	"context"
	"errors"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func ledgerIndex() command.Command {
	c := command.Command{
		Name: "ledger index", Args: "DIR [flags]",
		Summary: "writes an index, by which one incident of millions is found at once; closing a ledger does so by itself",
		Example: term.Own("amends ledger index ledger"),
		Notes: term.Own("Whoever writes thousands of records writes an index at the end, so this is needed only after a\n" +
			"program has ended before it could. A record of the ledger holds the digest of the index."),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(indexLedger(c, h, args)) }
	return c
}

func indexLedger(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	format := f.Format("text", "json")
	rest, err := f.Parse(h, args)
	if err != nil {
		return err
	}
	dir, err := directory(f, rest)
	if err != nil {
		return err
	}
	n, err := index(dir)
	if err != nil {
		return Failed(h, dir, format.Value, err)
	}
	if format.Value == "json" {
		return command.WriteIndented(h.Stdout, struct {
			Indexed int64 `json:"indexed"`
		}{n})
	}
	if n == 0 {
		return h.Stdout.Printf("nothing to index: the ledger has no records\n")
	}
	return h.Stdout.Printf("indexed: %s\n", term.Count(n, "record"))
}

// index writes an index, and returns how many records it is about.
func index(dir string) (int64, error) {
	l, err := ledger.Open(dir)
	if err != nil {
		return 0, err
	}
	n := l.Size()
	err = l.WriteIndex(context.Background())
	return n, errors.Join(err, l.Close())
}
