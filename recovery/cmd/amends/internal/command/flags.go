package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// Flags are the flags of one command. They may stand before or after the
// arguments, with one dash or two.
type Flags struct {
	*flag.FlagSet
	Command Command
}

// NewFlags are flags that a command declares one by one.
func NewFlags(c Command) *Flags {
	fs := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	return &Flags{FlagSet: fs, Command: c}
}

// A command ends with one of these errors when everything was said.
var (
	ErrHelp  = errors.New("help was given")
	ErrFound = errors.New("something was found")
)

// End is the exit status of a command that ends with err. It says what was not said before.
func (h Host) End(err error) int {
	var broken *BrokenSet
	switch {
	case err == nil, errors.Is(err, ErrHelp):
		return ExitOK
	case errors.Is(err, ErrFound):
		return ExitFound
	case errors.As(err, &broken):
		if err := h.Stderr.Print(term.Diagnostics(FromHere(broken.Name, broken.Diags), h.Stderr.Colour())); err != nil {
			return ExitTrouble
		}
	}
	return h.Trouble("%s", err)
}

// FoundIf is [ErrFound] where something was found.
func FoundIf(found bool) error {
	if found {
		return ErrFound
	}
	return nil
}

// IsSet reports whether a flag was given.
func (f *Flags) IsSet(name string) (set bool) {
	f.Visit(func(x *flag.Flag) { set = set || x.Name == name })
	return set
}

// Parse returns the arguments that are no flags.
func (f *Flags) Parse(h Host, args []string) ([]string, error) {
	var rest []string
	for len(args) > 0 {
		if args[0] == "--" {
			return append(rest, args[1:]...), nil
		}
		if args[0] == "-" || !strings.HasPrefix(args[0], "-") {
			rest, args = append(rest, args[0]), args[1:]
			continue
		}
		if err := f.FlagSet.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				f.help(h.Stdout)
				return nil, ErrHelp
			}
			return nil, f.wrong(err)
		}
		args = f.FlagSet.Args()
	}
	return rest, nil
}

// One is Parse for a command that takes a single argument: a directory, or what it is else called.
func (f *Flags) One(h Host, args []string, what string) (string, error) {
	rest, err := f.Parse(h, args)
	if err != nil {
		return "", err
	}
	return f.Only(rest, what)
}

// Only is the single argument that a command takes.
func (f *Flags) Only(rest []string, what string) (string, error) {
	if len(rest) != 1 {
		return "", fmt.Errorf("%s takes one %s: amends %s %s", f.Command.Name, what, f.Command.Name, f.Command.Args)
	}
	return rest[0], nil
}

// twoDashes writes a flag as help does.
var twoDashes = strings.NewReplacer(" for flag -", " for flag --", " needs an argument: -", " needs an argument: --")

// wrong says in one line what is wrong with a flag.
func (f *Flags) wrong(err error) error {
	name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !ok {
		return errors.New(twoDashes.Replace(err.Error()))
	}
	var known []string
	f.VisitAll(func(x *flag.Flag) { known = append(known, "--"+x.Name) })
	return fmt.Errorf("%s has no flag --%s; it has %s", f.Command.Name, strings.TrimLeft(name, "-"), strings.Join(known, ", "))
}

func (f *Flags) help(w *term.Writer) {
	c := f.Command
	p := term.NewPage(false)
	p.Line("usage: amends %s %s\n\n%s\n", c.Name, c.Args, c.Summary)
	f.VisitAll(func(x *flag.Flag) {
		name, use := flag.UnquoteUsage(x)
		p.Line("  %-22s %s", strings.TrimRight("--"+x.Name+" "+name, " "), use)
	})
	p.Line("\nexample: %s", c.Example)
	if c.Notes != (term.Text{}) {
		p.Line("\n%s", c.Notes)
	}
	_ = w.Print(p.Text()) // there is nobody left to tell
}

// OneOf is a flag with a closed set of values.
type OneOf struct {
	Value   string
	allowed []string
}

func (o *OneOf) String() string { return o.Value }

func (o *OneOf) Set(s string) error {
	if !slices.Contains(o.allowed, s) {
		return fmt.Errorf("it is one of %s", strings.Join(o.allowed, ", "))
	}
	o.Value = s
	return nil
}

// Format is the flag that says how the output is written; the first is the default.
func (f *Flags) Format(allowed ...string) *OneOf {
	return f.Choice("format", "`FORMAT` of the output", allowed...)
}

// Choice is a flag with a closed set of values; the first is the default.
func (f *Flags) Choice(name, use string, allowed ...string) *OneOf {
	o := &OneOf{Value: allowed[0], allowed: allowed}
	f.Var(o, name, use+": "+strings.Join(allowed, ", "))
	return o
}

// Instant is a flag that holds a time.
type Instant struct{ At *time.Time }

func (i *Instant) String() string {
	if i.At == nil {
		return ""
	}
	return value.FormatTimestamp(*i.At)
}

func (i *Instant) Set(s string) error {
	t, err := value.ParseTimestamp(s)
	if err != nil {
		return err
	}
	i.At = &t
	return nil
}

// Or is the time that was given, else another.
func (i *Instant) Or(t time.Time) time.Time {
	if i.At != nil {
		return *i.At
	}
	return t
}

// Now is the flag that says as of when the command does its work.
func (f *Flags) Now(use string) *Instant {
	i := &Instant{}
	f.Var(i, "now", use)
	return i
}

// Texts is a flag that may be given several times.
type Texts struct{ List []string }

func (t *Texts) String() string { return strings.Join(t.List, ", ") }

func (t *Texts) Set(s string) error {
	t.List = append(t.List, s)
	return nil
}

// Texts is a flag of the command that may be given several times.
func (f *Flags) Texts(name, use string) *Texts {
	t := &Texts{}
	f.Var(t, name, use)
	return t
}
