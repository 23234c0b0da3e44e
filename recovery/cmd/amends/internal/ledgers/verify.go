package ledgers

import (
	"context"
	"errors"
	"strings"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func ledgerVerify() command.Command {
	c := command.Command{
		Name: "ledger verify", Args: "DIR [flags]",
		Summary: "whether nothing was changed, taken out, put in or moved; with a checkpoint, cut off or written anew",
		Example: term.Own("amends ledger verify ledger --checkpoint kept-elsewhere.txt --key ledger.key.pub"),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(verifyLedger(c, h, args)) }
	return c
}

func verifyLedger(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	checkpoints := f.Texts("checkpoint", "the ledger must continue what the checkpoint in `FILE` has seen; may be repeated")
	keys := f.Texts("key", "the checkpoint must be signed with the public key in `FILE`; may be repeated")
	format := f.Format("text", "json")
	rest, err := f.Parse(h, args)
	if err == nil && len(keys.List) > 0 && len(checkpoints.List) == 0 {
		err = errors.New("--key goes with --checkpoint: records are not signed, checkpoints are")
	}
	if err != nil {
		return err
	}
	dir, err := OneArgument(f, rest)
	if err != nil {
		return err
	}
	known, err := readCheckpoints(checkpoints.List, keys.List)
	if err != nil {
		return err
	}
	v, err := verified(h, dir, known)
	if err != nil {
		return Failed(h, dir, format.Value, err)
	}
	if format.Value == "json" {
		return command.WriteIndented(h.Stdout, verifiedOf(v))
	}
	return h.Stdout.Print(verifiedText(v, known, len(keys.List) > 0))
}

// verified looks through a ledger, which must continue the checkpoints that are known.
func verified(h command.Host, dir string, known []ledger.Checkpoint) (*ledger.Verification, error) {
	show := term.NewProgress(h.Stderr, nil, "verified")
	defer show.End()
	return ledger.Verify(context.Background(), dir, ledger.VerifyOptions{Checkpoints: known, Progress: show.Show})
}

func readCheckpoints(files, keyFiles []string) ([]ledger.Checkpoint, error) {
	keys, err := readKeys(keyFiles)
	if err != nil {
		return nil, err
	}
	var out []ledger.Checkpoint
	for _, name := range files {
		at, err := readCheckpoint(name, keys)
		if err != nil {
			return nil, err
		}
		out = append(out, at)
	}
	return out, nil
}

// kinds are the kinds of records in the order in which they are listed.
var kinds = []ledger.Kind{ledger.KindDecision, ledger.KindRefusal, ledger.KindReport, ledger.KindSet, ledger.KindCalendar, ledger.KindErasure, ledger.KindMark, ledger.KindStream, ledger.KindIndex}

// wholeLedger is a ledger that is whole, as JSON.
type wholeLedger struct {
	OK         bool                  `json:"ok"`
	Records    int64                 `json:"records"`
	Kinds      map[ledger.Kind]int64 `json:"kinds"`
	Erased     int64                 `json:"erased"`
	Unfinished int64                 `json:"unfinished"`
	TornBytes  int64                 `json:"torn_bytes"`
	Tear       ledger.Tear           `json:"tear,omitempty"`
	Checkpoint *checkpoint           `json:"checkpoint"`
	Indexed    int64                 `json:"indexed,omitempty"`
	Unused     []string              `json:"unused_indexes,omitempty"`
}

func verifiedOf(v *ledger.Verification) wholeLedger {
	return wholeLedger{true, v.Records, v.Kinds, v.Erased, v.Unfinished, v.Torn, v.Tear, checkpointOf(v.Checkpoint), v.Indexed, v.Unused}
}

func verifiedText(v *ledger.Verification, checkpoints []ledger.Checkpoint, signed bool) term.Text {
	w := term.NewPage(false)
	var parts []string
	for _, k := range kinds {
		if n := v.Kinds[k]; n > 0 {
			parts = append(parts, term.Count(n, string(k)))
		}
	}
	w.Printf("whole: %s", term.Count(v.Records, "record"))
	if len(parts) > 0 {
		w.Printf(": %s", strings.Join(parts, ", "))
	}
	w.Add(term.Own("\n"))
	if v.Erased > 0 {
		w.Printf("erased: %s, as the ledger says itself\n", term.Count(v.Erased, "payload"))
	}
	if v.Unfinished > 0 {
		w.Printf("unfinished: %s to be erased, because the program that erased ended; the next writer finishes it\n", term.Count(v.Unfinished, "payload"))
	}
	if v.Torn > 0 {
		w.Printf("torn: %s at the end: %s\nThe next writer cuts off what is torn; amends ledger repair does, and keeps it\n", term.Count(v.Torn, "byte"), torn(v.Tear))
	}
	if v.Indexed > 0 {
		w.Printf("indexed: %s, as they say\n", term.Count(v.Indexed, "record"))
	}
	for _, name := range v.Unused {
		w.Printf("not used: %s, since the ledger does not vouch for it; the next writer removes it\n", name)
	}
	for _, c := range checkpoints {
		with := ""
		if signed {
			with = "signed "
		}
		w.Printf("continues what the %scheckpoint has seen: %s of %s\n", with, term.Count(c.Size, "record"), c.Origin)
	}
	return w.Text()
}
