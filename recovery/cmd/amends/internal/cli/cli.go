package cli

import (
	"io"
	"os"
	"runtime"
	"slices"

	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// Process is what the program has of the process that it runs in.
type Process struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Env            func(string) string
	// Terminal reports whether a stream is a person's terminal.
	Terminal func(w io.Writer) bool
}

func (p Process) host() command.Host {
	return command.Host{Stdin: p.Stdin, Stdout: p.writer(p.Stdout), Stderr: p.writer(p.Stderr)}
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

func commands() []command.Command {
	return []command.Command{checkCommand(), decideCommand(), runCommand(), agendaCommand(), chooseCommand(), approveCommand(), declineCommand(), doneCommand(), reviveCommand(), againCommand(), showCommand(), explainCommand(), testCommand(), proveCommand(), diffCommand(), exportCommand(), reportCommand(), reviewCommand(), schemaCommand(), holidaysCommand(), ledgers.Command()}
}

// Run runs the command with its arguments, without the program's name.
func Run(args []string, p Process) int {
	h := p.host()
	if len(args) == 0 {
		usage(h.Stderr)
		return command.ExitTrouble
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		return help(h, args[1:])
	}
	for _, c := range commands() {
		if c.Name == args[0] {
			return c.Run(h, args[1:])
		}
	}
	return noCommand(h, args[0])
}

// noCommand says that there is no such command, and which was meant.
func noCommand(h command.Host, name string) int {
	known := []string{"help"}
	for _, c := range commands() {
		known = append(known, c.Name)
	}
	if slices.Contains(ledgers.Names(), "ledger "+name) {
		return h.Trouble("there is no command %s; did you mean ledger %s? amends help ledger lists them", unseen.Quote(name), name)
	}
	return h.Trouble("there is no command %s; %samends help lists them", unseen.Quote(name), command.DidYouMean(name, known))
}

func help(h command.Host, args []string) int {
	if len(args) == 0 {
		usage(h.Stdout)
		return command.ExitOK
	}
	for _, c := range commands() {
		switch {
		case c.Name != args[0]:
		case len(args) > 1 && !c.Inner:
			return h.Trouble("%s has no commands of its own; amends help %s says more", c.Name, c.Name)
		default:
			return c.Run(h, append(slices.Clone(args[1:]), "--help"))
		}
	}
	return noCommand(h, args[0])
}

func usage(w *term.Writer) {
	p := term.NewPage(false)
	p.Line("amends checks and applies service-recovery playbooks.\n")
	for _, c := range commands() {
		p.Line("  amends %-8s %s", c.Name, c.Summary)
	}
	p.Line("\namends help COMMAND says more. Exit status: 0 all well, 1 errors, failures or differences found, 2 the work could not be done.")
	_ = w.Print(p.Text()) // there is nobody left to tell
}
