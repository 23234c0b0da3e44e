package ledgers

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/input"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/prose"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/internal/zoned"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func ledgerCheckReceipt() command.Command {
	c := command.Command{
		Name: "ledger check-receipt", Args: "[FILE] [flags]",
		Summary: "whether a receipt holds: no ledger is needed, only the public key or a checkpoint that one trusts",
		Example: term.Own("amends ledger check-receipt T-1042.receipt.json --key ledger.key.pub"),
	}
	c.Run = func(h command.Host, args []string) int { return checkReceipt(c, h, args) }
	return c
}

func checkReceipt(c command.Command, h command.Host, args []string) int {
	f := command.NewFlags(c)
	keyFiles := f.Texts("key", "the receipt must be signed with the public key in `FILE`; may be repeated")
	trusted := f.String("checkpoint", "", "the receipt must belong to the checkpoint in `FILE`")
	format := f.Format("text", "json")
	rest, err := f.Parse(h, args)
	if errors.Is(err, command.ErrHelp) {
		return command.ExitOK
	}
	if err == nil && len(rest) > 1 {
		err = errors.New("ledger check-receipt takes one receipt, or standard input")
	}
	var keys []string
	if err == nil {
		keys, err = readKeys(keyFiles.List)
	}
	var trust *ledger.Checkpoint
	if err == nil && *trusted != "" {
		var at ledger.Checkpoint
		at, err = readCheckpoint(*trusted, nil)
		trust = &at
	}
	var data []byte
	if err == nil {
		data, err = readAll(h, append(rest, "-")[0])
	}
	if err != nil {
		return h.Trouble("%s", err)
	}
	r := received{signed: len(keys) > 0, trusted: trust != nil}
	r.read(data, keys, trust)
	if err := r.write(h, format.Value); err != nil {
		return h.Trouble("%s", err)
	}
	if r.err != nil {
		return command.ExitFound
	}
	return command.ExitOK
}

func readAll(h command.Host, name string) ([]byte, error) {
	in, end, err := input.Open(h, name)
	if err != nil {
		return nil, err
	}
	defer end()
	return io.ReadAll(in)
}

// received is what a receipt says: of one decision, or that a ledger grew.
type received struct {
	signed, trusted bool
	receipt         *ledger.Receipt
	grown           *ledger.Consistency
	err             error
}

func (r *received) read(data []byte, keys []string, trust *ledger.Checkpoint) {
	var kind struct {
		Old *string `json:"old"`
	}
	var at ledger.Checkpoint
	if json.Unmarshal(data, &kind) == nil && kind.Old != nil {
		if r.grown, r.err = ledger.CheckConsistency(data, keys...); r.err != nil {
			return
		}
		at = r.grown.Old
	} else {
		if r.receipt, r.err = ledger.CheckReceipt(data, keys...); r.err != nil {
			return
		}
		at = r.receipt.Checkpoint
	}
	if trust != nil {
		r.err = belongs(at, *trust)
	}
}

// belongs compares the checkpoint of a receipt with the one that is trusted. What a
// checkpoint calls the ledger is a part of it, though the root says nothing of that.
func belongs(at, trust ledger.Checkpoint) error {
	switch {
	case at.Size != trust.Size || at.Root != trust.Root:
		return errors.New("the receipt does not belong to the checkpoint that you trust")
	case at.Origin != trust.Origin:
		return fmt.Errorf("the receipt calls its ledger %s, and the checkpoint that you trust calls it %s", at.Origin, trust.Origin)
	}
	return nil
}

func (r *received) write(h command.Host, format string) error {
	switch {
	case format == "json":
		return command.WriteIndented(h.Stdout, r.json())
	case r.err != nil:
		return h.Stdout.Printf("the receipt does not hold: %s\n", r.err)
	case r.grown != nil:
		return h.Stdout.Printf("holds: a ledger of %s continues one of %s\n%s", term.Count(r.grown.New.Size, "record"), term.Count(r.grown.Old.Size, "record"), r.vouchedGrown())
	}
	at := r.receipt.Checkpoint
	return h.Stdout.Printf("holds: record %d of the first %d of %s\n%s\n%s", r.receipt.Seq, at.Size, at.Origin, r.vouched(at), prose.Decision(r.receipt.Decision, zoned.Zones{}))
}

// vouched says why to believe the checkpoint, or how to come to.
func (r *received) vouched(at ledger.Checkpoint) term.Text {
	switch {
	case r.signed:
		return term.Own("its checkpoint is signed with the key that was given\n")
	case r.trusted:
		return term.Own("its checkpoint is the one that you trust\n")
	}
	return term.Textf("nobody vouches for its checkpoint: give --key or --checkpoint, or compare the root yourself: %s\n", at.Root)
}

// vouchedGrown is vouched for two checkpoints: the earlier one may be known, and
// the later one be signed.
func (r *received) vouchedGrown() term.Text {
	old, new := "compare the root of the earlier one: "+r.grown.Old.Root.String(), "compare the root of the later one: "+r.grown.New.Root.String()
	if r.trusted {
		old = "the earlier one is that of the checkpoint that you gave"
	}
	if r.signed {
		new = "the later one is signed with the key that was given"
	}
	return term.Textf("%s\n%s\n", old, new)
}

// receivedJSON is the same as JSON.
type receivedJSON struct {
	OK         bool            `json:"ok"`
	Error      string          `json:"error,omitempty"`
	Record     *int64          `json:"record,omitempty"`
	Signed     bool            `json:"signed"`
	Old        *checkpoint     `json:"old,omitempty"`
	Checkpoint *checkpoint     `json:"checkpoint,omitempty"`
	Incident   json.RawMessage `json:"incident,omitempty"`
	Decision   json.RawMessage `json:"decision,omitempty"`
}

func (r *received) json() receivedJSON {
	switch {
	case r.err != nil:
		return receivedJSON{Error: r.err.Error()}
	case r.grown != nil:
		return receivedJSON{OK: true, Signed: r.signed, Old: checkpointOf(r.grown.Old), Checkpoint: checkpointOf(r.grown.New)}
	}
	x := r.receipt
	return receivedJSON{OK: true, Record: &x.Seq, Signed: r.signed, Checkpoint: checkpointOf(x.Checkpoint), Incident: x.Incident, Decision: x.Decision.AppendJSON(nil)}
}
