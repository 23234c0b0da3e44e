package cli

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// Exit statuses of the command.
const (
	exitOK      = 0
	exitFound   = 1 // errors found, failures or differences
	exitTrouble = 2 // the command could not do its work
)

// Process is what the program has of the process that it runs in.
type Process struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Env            func(string) string
	// Terminal reports whether a stream is a person's terminal.
	Terminal func(w io.Writer) bool
}

// Host is what a command sees of the process: it can only write what cannot do harm.
type Host struct {
	Stdin          io.Reader
	Stdout, Stderr *term.Writer
}

func (p Process) host() Host {
	return Host{p.Stdin, p.writer(p.Stdout), p.writer(p.Stderr)}
}

func (p Process) writer(w io.Writer) *term.Writer {
	terminal := p.Terminal != nil && p.Terminal(w)
	return term.NewWriter(w, terminal, terminal && p.Env("NO_COLOR") == "" && p.Env("TERM") != "dumb")
}

// Main runs the command as a program does and returns its exit status.
func Main(args []string) int {
	// Garbage is collected whenever as much has come as is alive: of a set of a few plays, every
	// few megabytes. This counts as alive, and takes no memory, since nobody touches it. To collect
	// less often instead, by debug.SetGCPercent, is no better: at 200 percent amends decide takes 6 to
	// 13 % more processor time, at 400 up to 6 %, and a large set then takes a multiple of its memory.
	floor := make([]byte, 16<<20)
	defer runtime.KeepAlive(floor)
	return Run(args, Process{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Env: os.Getenv, Terminal: isTerminal,
	})
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	nowhere, err := os.Stat(os.DevNull) // a device, and nobody sees it
	return err != nil || !os.SameFile(info, nowhere)
}

// command is one of the program's commands.
type command struct {
	name    string
	args    string // what follows the name, for the usage line
	summary string
	example term.Text
	notes   term.Text // more for those who ask for help; may be empty
	run     func(h Host, args []string) int
	inner   bool // it has commands of its own, which its first argument names
}

func commands() []command {
	return []command{checkCommand(), decideCommand(), agendaCommand(), chooseCommand(), doneCommand(), againCommand(), explainCommand(), testCommand(), diffCommand(), reportCommand(), schemaCommand(), holidaysCommand(), ledgerCommand()}
}

// Run runs the command with its arguments, without the program's name.
func Run(args []string, p Process) int {
	h := p.host()
	if len(args) == 0 {
		usage(h.Stderr)
		return exitTrouble
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		return help(h, args[1:])
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(h, args[1:])
		}
	}
	return noCommand(h, args[0])
}

// noCommand says that there is no such command, and which was meant.
func noCommand(h Host, name string) int {
	known := []string{"help"}
	for _, c := range commands() {
		known = append(known, c.name)
	}
	return trouble(h, "there is no command %s; %samends help lists them", unseen.Quote(name), didYouMean(name, known))
}

// didYouMean is "did you mean …? " where a known name is near.
func didYouMean(name string, known []string) string {
	if near := playbook.Suggest(name, known); near != "" {
		return "did you mean " + near + "? "
	}
	return ""
}

func help(h Host, args []string) int {
	if len(args) == 0 {
		usage(h.Stdout)
		return exitOK
	}
	for _, c := range commands() {
		switch {
		case c.name != args[0]:
		case len(args) > 1 && !c.inner:
			return trouble(h, "%s has no commands of its own; amends help %s says more", c.name, c.name)
		default:
			return c.run(h, append(slices.Clone(args[1:]), "--help"))
		}
	}
	return noCommand(h, args[0])
}

func usage(w *term.Writer) {
	p := term.NewPage(false)
	p.Line("amends checks and applies service-recovery playbooks.\n")
	for _, c := range commands() {
		p.Line("  amends %-8s %s", c.name, c.summary)
	}
	p.Line("\namends help COMMAND says more. Exit status: 0 all well, 1 errors, failures or differences found, 2 the work could not be done.")
	_ = w.Print(p.Text()) // there is nobody left to tell
}

// bytesOf gives data that is there already.
func bytesOf(text []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
}

// trouble says in one line why the command could not do its work.
func trouble(h Host, format string, args ...any) int {
	_ = h.Stderr.Printf("amends: %s\n", strings.TrimSpace(fmt.Sprintf(format, args...))) // there is nobody left to tell
	return exitTrouble
}
