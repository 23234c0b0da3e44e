package cli

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

// flags are the flags of one command. They may stand before or after the
// arguments, with one dash or two.
type flags struct {
	*flag.FlagSet
	command command
}

func newFlags(c command) *flags {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	return &flags{FlagSet: fs, command: c}
}

// A command ends with one of these errors when everything was said.
var (
	errHelp  = errors.New("help was given")
	errFound = errors.New("something was found")
)

// end is the exit status of a command that ends with err. It says what was not said before.
func (h Host) end(err error) int {
	var broken *brokenSet
	switch {
	case err == nil, errors.Is(err, errHelp):
		return exitOK
	case errors.Is(err, errFound):
		return exitFound
	case errors.As(err, &broken):
		if err := h.Stderr.Print(term.Diagnostics(fromHere(broken.name, broken.diags), h.Stderr.Colour())); err != nil {
			return exitTrouble
		}
	}
	return trouble(h, "%s", err)
}

// foundIf is errFound where something was found.
func foundIf(found bool) error {
	if found {
		return errFound
	}
	return nil
}

// parse returns the arguments that are no flags.
func (f *flags) parse(h Host, args []string) ([]string, error) {
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
				return nil, errHelp
			}
			return nil, f.wrong(err)
		}
		args = f.FlagSet.Args()
	}
	return rest, nil
}

// twoDashes writes a flag as help does.
var twoDashes = strings.NewReplacer(" for flag -", " for flag --", " needs an argument: -", " needs an argument: --")

// wrong says in one line what is wrong with a flag.
func (f *flags) wrong(err error) error {
	name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !ok {
		return errors.New(twoDashes.Replace(err.Error()))
	}
	var known []string
	f.VisitAll(func(x *flag.Flag) { known = append(known, "--"+x.Name) })
	return fmt.Errorf("%s has no flag --%s; it has %s", f.command.name, strings.TrimLeft(name, "-"), strings.Join(known, ", "))
}

func (f *flags) help(w *term.Writer) {
	c := f.command
	p := term.NewPage(false)
	p.Line("usage: amends %s %s\n\n%s\n", c.name, c.args, c.summary)
	f.VisitAll(func(x *flag.Flag) {
		name, use := flag.UnquoteUsage(x)
		p.Line("  %-22s %s", strings.TrimRight("--"+x.Name+" "+name, " "), use)
	})
	p.Line("\nexample: %s", c.example)
	if c.notes != (term.Text{}) {
		p.Line("\n%s", c.notes)
	}
	_ = w.Print(p.Text()) // there is nobody left to tell
}

// oneOf is a flag with a closed set of values.
type oneOf struct {
	value   string
	allowed []string
}

func (o *oneOf) String() string { return o.value }

func (o *oneOf) Set(s string) error {
	if !slices.Contains(o.allowed, s) {
		return fmt.Errorf("it is one of %s", strings.Join(o.allowed, ", "))
	}
	o.value = s
	return nil
}

func (f *flags) format(allowed ...string) *oneOf {
	return f.choice("format", "`FORMAT` of the output", allowed...)
}

// choice is a flag with a closed set of values; the first is the default.
func (f *flags) choice(name, use string, allowed ...string) *oneOf {
	o := &oneOf{value: allowed[0], allowed: allowed}
	f.Var(o, name, use+": "+strings.Join(allowed, ", "))
	return o
}

// instant is a flag that holds a time.
type instant struct{ at *time.Time }

func (i *instant) String() string {
	if i.at == nil {
		return ""
	}
	return value.FormatTimestamp(*i.at)
}

func (i *instant) Set(s string) error {
	t, err := value.ParseTimestamp(s)
	if err != nil {
		return err
	}
	i.at = &t
	return nil
}

// or is the time that was given, else another.
func (i *instant) or(t time.Time) time.Time {
	if i.at != nil {
		return *i.at
	}
	return t
}

func (f *flags) now(use string) *instant {
	i := &instant{}
	f.Var(i, "now", use)
	return i
}
