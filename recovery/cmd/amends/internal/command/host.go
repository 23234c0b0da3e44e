package command

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// Exit statuses of the command.
const (
	ExitOK      = 0
	ExitFound   = 1 // errors found, failures or differences
	ExitTrouble = 2 // the command could not do its work
)

// Host is what a command sees of the process: it can only write what cannot do harm.
type Host struct {
	Stdin          io.Reader
	Stdout, Stderr *term.Writer
}

// Command is one of the program's commands.
type Command struct {
	Name    string
	Args    string // what follows the name, for the usage line
	Summary string
	Example term.Text
	Notes   term.Text // more for those who ask for help; may be empty
	Run     func(h Host, args []string) int
	Inner   bool // it has commands of its own, which its first argument names
}

// Trouble says in one line why the command could not do its work.
func (h Host) Trouble(format string, args ...any) int {
	_ = h.Stderr.Printf("amends: %s\n", strings.TrimSpace(fmt.Sprintf(format, args...))) // there is nobody left to tell
	return ExitTrouble
}

// DidYouMean is "did you mean …? " where a known name is near.
func DidYouMean(name string, known []string) string {
	if near := playbook.Suggest(name, known); near != "" {
		return "did you mean " + near + "? "
	}
	return ""
}

// BytesOf gives data that is there already.
func BytesOf(text []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
}

// BytesOfLine gives a value as JSON on a line.
func BytesOfLine(v any) func(io.Writer) error {
	return func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(v)
	}
}

// WriteIndented writes a value as JSON over several lines.
func WriteIndented(w *term.Writer, v any) error {
	return w.Data(term.JSON, func(to io.Writer) error {
		e := json.NewEncoder(to)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(v)
	})
}
