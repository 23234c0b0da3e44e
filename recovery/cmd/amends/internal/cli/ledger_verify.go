package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func ledgerVerify() command {
	c := command{
		name: "ledger verify", args: "DIR [flags]",
		summary: "whether nothing was changed, taken out, put in or moved; with a checkpoint, cut off or written anew",
		example: term.Own("amends ledger verify ledger --checkpoint kept-elsewhere.txt --key ledger.key.pub"),
	}
	c.run = func(h Host, args []string) int { return h.end(verifyLedger(c, h, args)) }
	return c
}

func verifyLedger(c command, h Host, args []string) error {
	f := newFlags(c)
	checkpoints := f.texts("checkpoint", "the ledger must continue what the checkpoint in `FILE` has seen; may be repeated")
	keys := f.texts("key", "the checkpoint must be signed with the public key in `FILE`; may be repeated")
	format := f.format("text", "json")
	rest, err := f.parse(h, args)
	if err == nil && len(keys.list) > 0 && len(checkpoints.list) == 0 {
		err = errors.New("--key goes with --checkpoint: records are not signed, checkpoints are")
	}
	if err != nil {
		return err
	}
	dir, err := oneArgument(f, rest)
	if err != nil {
		return err
	}
	known, err := readCheckpoints(checkpoints.list, keys.list)
	if err != nil {
		return err
	}
	v, err := verified(h, dir, known)
	if err != nil {
		return ledgerFailed(h, dir, format.value, err)
	}
	if format.value == "json" {
		return writeIndented(h.Stdout, verifiedOf(v))
	}
	return h.Stdout.Print(verifiedText(v, known, len(keys.list) > 0))
}

// verified looks through a ledger, which must continue the checkpoints that are known.
func verified(h Host, dir string, known []ledger.Checkpoint) (*ledger.Verification, error) {
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
var kinds = []ledger.Kind{ledger.KindDecision, ledger.KindRefusal, ledger.KindReport, ledger.KindSet, ledger.KindCalendar, ledger.KindErasure, ledger.KindMark}

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
}

func verifiedOf(v *ledger.Verification) wholeLedger {
	return wholeLedger{true, v.Records, v.Kinds, v.Erased, v.Unfinished, v.Torn, v.Tear, checkpointOf(v.Checkpoint)}
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
	for _, c := range checkpoints {
		with := ""
		if signed {
			with = "signed "
		}
		w.Printf("continues what the %scheckpoint has seen: %s of %s\n", with, term.Count(c.Size, "record"), c.Origin)
	}
	return w.Text()
}
