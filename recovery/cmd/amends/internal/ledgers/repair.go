package ledgers

import (
	"context"
	"path"
	"path/filepath"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func ledgerRepair() command.Command {
	c := command.Command{
		Name: "ledger repair", Args: "DIR [flags]",
		Summary: "cuts off what stands behind the last whole record and is no record, into a file in DIR that ends in .cut",
		Example: term.Own("amends ledger repair ledger"),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(repairLedger(c, h, args)) }
	return c
}

func repairLedger(c command.Command, h command.Host, args []string) error {
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
	r, err := ledger.Repair(context.Background(), dir)
	if err != nil {
		return Failed(h, dir, format.Value, err)
	}
	if format.Value == "json" {
		return command.WriteIndented(h.Stdout, repairedOf(dir, r))
	}
	return h.Stdout.Print(repairedText(dir, r))
}

// repaired is what was cut off, as JSON.
type repaired struct {
	OK      bool    `json:"ok"`
	Records int64   `json:"records"`
	Cut     *cutOff `json:"cut,omitempty"`
	// Indexes are the files that were removed.
	Indexes []string `json:"removed_indexes,omitempty"`
}

type cutOff struct {
	File   string      `json:"file"`
	Offset int64       `json:"offset"`
	Bytes  int64       `json:"bytes"`
	Tear   ledger.Tear `json:"tear"`
	Kept   string      `json:"kept"`
}

func repairedOf(dir string, r *ledger.Repaired) repaired {
	out := repaired{OK: true, Records: r.Records}
	for _, name := range r.Indexes {
		out.Indexes = append(out.Indexes, inLedger(dir, name))
	}
	if r.Cut > 0 {
		out.Cut = &cutOff{inLedger(dir, r.File), r.Offset, r.Cut, r.Tear, inLedger(dir, r.Kept)}
	}
	return out
}

func repairedText(dir string, r *ledger.Repaired) term.Text {
	if r.Cut == 0 && len(r.Indexes) == 0 {
		return term.Textf("nothing to repair: the ledger is whole, with %s\n", term.Count(r.Records, "record"))
	}
	w := term.NewPage(false)
	if r.Cut > 0 {
		w.Printf("cut off: %s, from byte %d of %s: %s\n", term.Count(r.Cut, "byte"), r.Offset, inLedger(dir, r.File), torn(r.Tear))
		w.Printf("kept: in %s, which is no part of the ledger\n", inLedger(dir, r.Kept))
	}
	for _, name := range r.Indexes {
		w.Printf("removed: %s, an index that is not used or not as the records say; it was no part of the ledger\n", inLedger(dir, name))
	}
	w.Printf("whole: %s\n", term.Count(r.Records, "record"))
	return w.Text()
}

// inLedger is the path of a file of a ledger.
func inLedger(dir, name string) string { return path.Join(filepath.ToSlash(dir), name) }

// torn says what the torn end of a ledger is.
func torn(t ledger.Tear) string {
	switch t {
	case ledger.TearZeros:
		return "zeros behind the last record, left by a machine that failed, or by somebody; a checkpoint tells whether a record stood there"
	case ledger.TearCommit:
		return "records of a last commit that the file ends inside of: cut off by a crash, or by somebody; a checkpoint tells which"
	case ledger.TearRubbish:
		return "bytes behind the last whole record that are no record"
	}
	return "a last record that the file ends inside of: cut off by a crash, or by somebody; a checkpoint tells which"
}
