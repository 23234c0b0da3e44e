package ledgers

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// Command is amends ledger, with its commands.
func Command() command.Command {
	c := command.Command{
		Name: "ledger", Args: "COMMAND DIR [flags]",
		Summary: "verifies a ledger, decides it again, finds unequal treatment, proves, erases",
		Example: term.Own("amends ledger verify ledger"),
		Inner:   true,
	}
	c.Run = func(h command.Host, args []string) int { return runLedger(c, h, args) }
	return c
}

// Names are the commands of a ledger, each with `ledger` before it.
func Names() []string {
	var out []string
	for _, c := range ledgerCommands() {
		out = append(out, c.Name)
	}
	return out
}

func ledgerCommands() []command.Command {
	return []command.Command{
		ledgerVerify(), ledgerReplay(), ledgerEqual(), ledgerCheckpoint(), ledgerProve(), ledgerCheckReceipt(), ledgerErase(), ledgerRepair(), ledgerIndex(),
	}
}

func runLedger(c command.Command, h command.Host, args []string) int {
	if len(args) == 0 {
		ledgerUsage(c, h.Stderr)
		return command.ExitTrouble
	}
	name, rest := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		if len(rest) == 0 {
			ledgerUsage(c, h.Stdout)
			return command.ExitOK
		}
		name, rest = rest[0], []string{"--help"}
	}
	var known []string
	for _, sub := range ledgerCommands() {
		if sub.Name == "ledger "+name {
			return sub.Run(h, rest)
		}
		known = append(known, strings.TrimPrefix(sub.Name, "ledger "))
	}
	return h.Trouble("ledger has no command %s; %samends help ledger lists them", unseen.Quote(name), command.DidYouMean(name, known))
}

func ledgerUsage(c command.Command, w *term.Writer) {
	p := term.NewPage(false)
	p.Line("usage: amends ledger %s\n\nA ledger is the directory that amends decide --store writes, or a program with the package ledger.\n", c.Args)
	for _, sub := range ledgerCommands() {
		p.Line("  amends %-21s %s", sub.Name, sub.Summary)
	}
	p.Line("\namends help ledger COMMAND says more.\n\nexample: %s", c.Example)
	_ = w.Print(p.Text()) // there is nobody left to tell
}

// Sparing makes the program use less memory until the function that it returns is called. Commands that
// count a whole ledger hold some bytes of each incident, and garbage as large as those would double them.
func Sparing() (end func()) {
	const percent = 40 // it costs some 3 % more processor time than 100
	was := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(was) }
}

// Failed says why a ledger could not be worked on, or what was found to be wrong
// with it.
func Failed(h command.Host, dir, format string, err error) error {
	var damage *ledger.Damage
	var unlike *ledger.CheckpointError
	switch {
	case errors.As(err, &damage), errors.As(err, &unlike):
	default:
		return fmt.Errorf("%s: %w", dir, err)
	}
	if format == "json" {
		err = command.WriteIndented(h.Stdout, struct {
			OK     bool   `json:"ok"`
			Damage broken `json:"damage"`
		}{false, brokenOf(dir, err)})
	} else {
		text := term.Textf("%s\n", stores.Placed(dir, err))
		if damage != nil && damage.Tear != "" {
			text = term.Join(text, term.Own("This is at the end, and no record stands behind it. amends ledger repair cuts it off, and keeps it\n"))
		}
		err = h.Stdout.Print(text)
	}
	if err != nil {
		return err
	}
	return command.ErrFound
}

// broken is what is wrong with a ledger, as JSON.
type broken struct {
	Message    string      `json:"message"`
	File       string      `json:"file,omitempty"`
	Offset     *int64      `json:"offset,omitempty"`
	Record     *int64      `json:"record,omitempty"`
	Checkpoint *checkpoint `json:"checkpoint,omitempty"`
	Found      *checkpoint `json:"found,omitempty"`
}

func brokenOf(dir string, err error) broken {
	b := broken{Message: err.Error()}
	var damage *ledger.Damage
	var unlike *ledger.CheckpointError
	switch {
	case errors.As(err, &damage):
		b.Message, b.File = damage.What, path.Join(filepath.ToSlash(dir), damage.File)
		if damage.Record >= 0 {
			b.Offset, b.Record = &damage.Offset, &damage.Record
		}
	case errors.As(err, &unlike):
		b.Checkpoint, b.Found = checkpointOf(unlike.Checkpoint), checkpointOf(unlike.Found)
	}
	return b
}

// checkpoint is a checkpoint as JSON.
type checkpoint struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Root   string `json:"root"`
}

func checkpointOf(c ledger.Checkpoint) *checkpoint {
	return &checkpoint{c.Origin, c.Size, c.Root.String()}
}

// readKeys reads public keys, each in a file of its own.
func readKeys(files []string) ([]string, error) {
	var out []string
	for _, name := range files {
		key, err := readKey(name, false)
		if err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, nil
}

func readKey(name string, secret bool) (string, error) {
	text, mode, err := readSmall(name)
	if err != nil {
		return "", err
	}
	key := strings.TrimSpace(string(text))
	is := strings.HasPrefix(key, "PRIVATE+KEY+")
	_, err = ledger.KeyName(key)
	switch {
	case err == nil && is && !secret:
		err = errors.New("this is the secret key; the public one is wanted, and this one is not to be handed out")
	case err == nil && !is && secret:
		err = errors.New("this is the public key, and one signs with the secret one")
	case err == nil && secret && openToOthers(mode):
		err = fmt.Errorf("others on this machine can read or change this secret key (mode %04o): run chmod 600 %s, and make a new key if somebody may have read it", mode.Perm(), name)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return key, nil
}

// readSmall reads a key or a checkpoint. It is a plain file, or a link to one, so
// that nobody waits for a pipe.
func readSmall(name string) ([]byte, fs.FileMode, error) {
	const most = 1 << 20
	there, err := os.Stat(name)
	if err != nil {
		return nil, 0, command.PlainPath(name, err)
	}
	if !there.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s: this is no plain file, and a key, a secret or a checkpoint is read from one", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, command.PlainPath(name, err)
	}
	defer f.Close()
	own, err := f.Stat()
	switch {
	case err != nil:
		return nil, 0, command.PlainPath(name, err)
	case !os.SameFile(there, own):
		return nil, 0, fmt.Errorf("%s: the file was replaced while it was being opened", name)
	case own.Size() > most:
		return nil, 0, fmt.Errorf("%s: %d bytes are too many for a key, a secret or a checkpoint", name, own.Size())
	}
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, 0, command.PlainPath(name, err)
	}
	return text, own.Mode(), nil
}

// readCheckpoint reads a checkpoint from a file.
func readCheckpoint(name string, keys []string) (ledger.Checkpoint, error) {
	text, _, err := readSmall(name)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	c, err := ledger.ParseCheckpoint(text, keys...)
	if err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

// directory is the ledger that a command takes which works on its files.
func directory(f *command.Flags, rest []string) (string, error) {
	name, err := f.Only(rest, "directory")
	if err == nil && stores.InDatabase(name) {
		err = fmt.Errorf("%s is no directory of a ledger; name that of the mirror in which its records are sealed", stores.Shown(name))
	}
	if err != nil {
		return "", err
	}
	return name, stores.CheckLedger(name)
}

// OneArgument is the ledger that a command takes as its only argument: a directory, or the mirror of a store, once what
// the store has is sealed in it.
func OneArgument(f *command.Flags, from *stores.Source, rest []string) (string, error) {
	name, err := f.Only(rest, "ledger")
	if err != nil {
		return "", err
	}
	return from.Ledger(name)
}
