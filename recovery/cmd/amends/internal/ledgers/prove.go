package ledgers

import (
	"context"
	"errors"
	"fmt"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func ledgerProve() command.Command {
	c := command.Command{
		Name: "ledger prove", Args: "DIR INCIDENT [flags]",
		Summary: "writes a receipt for the latest decision on an incident, which others can check without the ledger",
		Example: term.Own("amends ledger prove ledger T-1042 --key ledger.key > T-1042.receipt.json"),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(proveLedger(c, h, args)) }
	return c
}

func proveLedger(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	from := stores.NewSource(f)
	decision := f.String("decision", "", "prove the decision or choice `ID` in place of the latest on an incident")
	namespace := Namespace(f)
	since := f.String("since", "", "prove, to one who has the checkpoint in `FILE` and not the ledger, that the ledger continues it")
	s := newSigning(f)
	rest, err := f.Parse(h, args)
	if err == nil {
		err = checkProve(rest, *decision, *since)
	}
	if err != nil {
		return err
	}
	key, err := s.read()
	if err != nil {
		return err
	}
	dir, err := from.Ledger(rest[0])
	if err != nil {
		return err
	}
	var receipt []byte
	if *since != "" {
		receipt, err = proveSince(dir, *since, *s.origin, key)
	} else {
		options := ledger.ProveOptions{Decision: *decision, Origin: *s.origin, Key: key}
		if *decision == "" {
			options.Namespace, options.Incident = *namespace, rest[1]
		}
		receipt, err = ledger.Prove(context.Background(), dir, options)
	}
	if errors.Is(err, ledger.ErrNotFound) {
		return fmt.Errorf("%s: there is no decision %s; erased ones cannot be proved", dir, wanted(rest, *decision))
	}
	if err != nil {
		return Failed(h, dir, "text", err)
	}
	return h.Stdout.Data(term.JSON, command.BytesOf(receipt))
}

// checkProve holds that one thing is to be proved.
func checkProve(rest []string, decision, since string) error {
	asked := len(rest) - 1
	for _, x := range []string{decision, since} {
		if x != "" {
			asked++
		}
	}
	if len(rest) == 0 || asked != 1 {
		return errors.New("ledger prove takes a directory and one thing to prove: an incident, --decision ID or --since FILE")
	}
	return nil
}

func wanted(rest []string, decision string) string {
	if decision != "" {
		return decision
	}
	return fmt.Sprintf("on incident %s", rest[1])
}

// proveSince proves that the ledger continues a checkpoint.
func proveSince(dir, file, origin, key string) ([]byte, error) {
	old, err := readCheckpoint(file, nil)
	if err != nil {
		return nil, err
	}
	proof, err := ledger.ProveConsistency(context.Background(), dir, old)
	if err != nil {
		return nil, err
	}
	if origin == "" && key == "" {
		origin = old.Origin
	}
	note, err := noted(&proof.New, origin, key)
	if err != nil {
		return nil, err
	}
	return proof.Receipt(note), nil
}
