package ledgers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
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
	from := stores.NewSource(f)
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
	name, err := f.Only(rest, "ledger")
	if err != nil {
		return err
	}
	known, err := readCheckpoints(checkpoints.List, keys.List)
	if err != nil {
		return err
	}
	open, dir, err := lookAtMirror(from, name)
	if err != nil {
		return err
	}
	asked := known
	if open != nil {
		asked = append(slices.Clip(known), open.at)
	}
	v := &ledger.Verification{Kinds: map[ledger.Kind]int64{}, Checkpoint: ledger.Checkpoint{Origin: ledger.DefaultOrigin}}
	if open == nil || open.at.Size > 0 {
		if v, err = verified(h, dir, asked); err != nil {
			return Failed(h, dir, format.Value, err)
		}
	}
	if format.Value == "json" {
		return command.WriteIndented(h.Stdout, verifiedOf(v, open))
	}
	return h.Stdout.Print(term.Join(verifiedText(v, known, len(keys.List) > 0), open.text()))
}

// unsealed is what a database says of its mirror, and what it has that is not sealed.
type unsealed struct {
	at      ledger.Checkpoint
	records int64
	since   time.Time
}

// lookAtMirror finds the ledger that is verified. Nothing is sealed, so that it is known what nothing has protected until now. The first
// result is nil when the name is that of a ledger.
func lookAtMirror(from *stores.Source, name string) (*unsealed, string, error) {
	db, dir, err := from.Database(name)
	if db == nil || err != nil {
		return nil, dir, err
	}
	ctx, u := context.Background(), &unsealed{}
	u.at, err = db.Checkpoint(ctx)
	if err == nil {
		u.records, u.since, err = db.Unsealed(ctx)
	}
	if err = errors.Join(err, db.Close()); err == nil && u.at.Size > 0 {
		err = stores.CheckLedger(dir)
	}
	return u, dir, err
}

func (u *unsealed) text() term.Text {
	w := term.NewPage(false)
	switch {
	case u == nil:
	case u.records == 0:
		w.Printf("sealed: everything that the database has\n")
	default:
		since := ""
		if !u.since.IsZero() {
			since = " since " + value.FormatTimestamp(u.since)
		}
		w.Printf("not sealed: %s of the database%s, which nothing protects; amends ledger checkpoint seals them\n", term.Count(u.records, "record"), since)
	}
	return w.Text()
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
	// Of a database: how many records are not sealed, and the time of the oldest.
	Unsealed *int64 `json:"unsealed,omitempty"`
	Since    string `json:"unsealed_since,omitempty"`
}

func verifiedOf(v *ledger.Verification, open *unsealed) wholeLedger {
	out := wholeOf(v)
	if open != nil {
		out.Unsealed = &open.records
		if !open.since.IsZero() {
			out.Since = value.FormatTimestamp(open.since)
		}
	}
	return out
}

func wholeOf(v *ledger.Verification) wholeLedger {
	return wholeLedger{true, v.Records, v.Kinds, v.Erased, v.Unfinished, v.Torn, v.Tear, checkpointOf(v.Checkpoint), v.Indexed, v.Unused, nil, ""}
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
