package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
)

// Exit statuses of the command.
const (
	exitOK      = 0
	exitFound   = 1 // errors found, failures or differences
	exitTrouble = 2 // the command could not do its work
)

// Host is what a command sees of the process it runs in.
type Host struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Env            func(string) string
	// Terminal reports whether a stream is a person's terminal.
	Terminal func(w io.Writer) bool
}

// Main runs the command as a program does and returns its exit status.
func Main(args []string) int {
	return Run(args, Host{
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
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// command is one of the program's commands.
type command struct {
	name    string
	args    string // what follows the name, for the usage line
	summary string
	example string
	notes   string // more for those who ask for help; may be empty
	run     func(h Host, args []string) int
	inner   bool // it has commands of its own, which its first argument names
}

func commands() []command {
	return []command{checkCommand(), decideCommand(), explainCommand(), testCommand(), diffCommand(), reportCommand(), schemaCommand(), ledgerCommand()}
}

// Run runs the command with its arguments, without the program's name.
func Run(args []string, h Host) int {
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
	return trouble(h, "there is no command %q; %samends help lists them", name, didYouMean(name, known))
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

func usage(w io.Writer) {
	fmt.Fprint(w, "amends checks and applies service-recovery playbooks.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  amends %-8s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\namends help COMMAND says more. Exit status: 0 all well, 1 errors found, 2 the work could not be done.\n")
}

// trouble says in one line why the command could not do its work.
func trouble(h Host, format string, args ...any) int {
	fmt.Fprintf(h.Stderr, "amends: %s\n", strings.TrimSpace(fmt.Sprintf(format, args...)))
	return exitTrouble
}

// colour reports whether output on w may be coloured.
func (h Host) colour(w io.Writer) bool {
	return h.Env("NO_COLOR") == "" && h.Env("TERM") != "dumb" && h.Terminal(w)
}
