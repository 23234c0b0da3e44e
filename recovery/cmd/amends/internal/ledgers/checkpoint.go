package ledgers

import (
	"errors"
	"fmt"
	"os"

	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func ledgerCheckpoint() command.Command {
	c := command.Command{
		Name: "ledger checkpoint", Args: "DIR [flags]",
		Summary: "verifies, then writes how long the ledger is and its hash: kept elsewhere, it shows later what was cut off",
		Example: term.Own("amends ledger checkpoint ledger --key ledger.key --after last-month.txt > this-month.txt"),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(checkpointLedger(c, h, args)) }
	return c
}

func checkpointLedger(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	from := stores.NewSource(f)
	after := f.Texts("after", "the ledger must continue what the checkpoint in `FILE` has seen; may be repeated")
	s := newSigning(f)
	newKey := f.String("new-key", "", "make a key: the secret one in `FILE`, for --key, and the public one in FILE.pub; neither may be there")
	format := f.Format("text", "json")
	rest, err := f.Parse(h, args)
	if err == nil && *newKey != "" && *s.key != "" {
		err = errors.New("--key names a key that is there, and --new-key makes one: only one of them")
	}
	if err != nil {
		return err
	}
	dir, err := OneArgument(f, from, rest)
	if err != nil {
		return err
	}
	known, err := readCheckpoints(after.List, nil)
	if err != nil {
		return err
	}
	key, err := s.read()
	if err == nil && *newKey != "" {
		key, err = makeKey(*newKey, *s.origin)
	}
	if err != nil {
		return err
	}
	v, err := verified(h, dir, known)
	if err != nil {
		return Failed(h, dir, format.Value, err)
	}
	return writeCheckpoint(h, v.Checkpoint, *s.origin, key, format.Value)
}

func writeCheckpoint(h command.Host, c ledger.Checkpoint, origin, key, format string) error {
	text, err := noted(&c, origin, key)
	if err != nil {
		return err
	}
	if format == "json" {
		return command.WriteIndented(h.Stdout, struct {
			*checkpoint
			Signed bool   `json:"signed"`
			Note   string `json:"note"`
		}{checkpointOf(c), key != "", string(text)})
	}
	return h.Stdout.Data(term.Prose, command.BytesOf(text))
}

// noted writes a checkpoint as a note, signed if there is a key. Where no other
// origin is asked for, it is the key's name.
func noted(c *ledger.Checkpoint, origin, key string) (text []byte, err error) {
	switch {
	case origin != "":
		c.Origin = origin
	case key != "":
		if c.Origin, err = ledger.KeyName(key); err != nil {
			return nil, err
		}
	}
	if key == "" {
		return c.Text(), nil
	}
	return c.Sign(key)
}

// signing are the flags of what can be signed.
type signing struct{ key, origin *string }

func newSigning(f *command.Flags) signing {
	return signing{
		key:    f.String("key", "", "sign with the secret key in `FILE`"),
		origin: f.String("origin", "", "call the ledger `NAME`, such as recovery.example.com/ledger; by default as the key is called, or amends/ledger"),
	}
}

// read returns the key, empty when there is none.
func (s signing) read() (string, error) {
	if at, r := unseen.First(*s.origin); at >= 0 {
		return "", fmt.Errorf("--origin is one line that everybody can see, and %s stands in it", unseen.Name(r))
	}
	if *s.key == "" {
		return "", nil
	}
	return readKey(*s.key, true)
}

// makeKey writes a pair of keys and returns the secret one.
func makeKey(name, of string) (string, error) {
	if of == "" {
		of = ledger.DefaultOrigin
	}
	secret, public, err := ledger.GenerateKey(of)
	if err != nil {
		return "", err
	}
	if err := writeNew(name, secret, 0o600); err != nil {
		return "", err
	}
	return secret, writeNew(name+".pub", public, 0o644)
}

// writeNew writes a line to a file that is not there yet.
func writeNew(name, line string, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return command.PlainPath(name, err)
	}
	_, err = fmt.Fprintln(f, line)
	return errors.Join(err, f.Close())
}
