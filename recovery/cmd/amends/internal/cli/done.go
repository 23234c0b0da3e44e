package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/prose"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func doneCommand() command.Command {
	c := command.Command{
		Name: "done", Args: "--store STORE [--playbooks DIR] INCIDENT ID [flags]",
		Summary: "reports what came of an action: that it was done, that it failed, or that it was taken back",
		Example: term.Own("amends done --store ledger T-1042 act_042b650268a37c65beddf421f4eaba01 --amount '5 EUR'"),
		Notes: term.Own("amends agenda shows the ids of what is owed, and the keys of deliveries that are dead. A report by key\n" +
			"is about that delivery alone: a mail that was sent is not money that was paid."),
	}
	c.Run = func(h command.Host, args []string) int { return done(c, h, args) }
	return c
}

// amountFlag is a flag that holds an amount.
type amountFlag struct{ of recovery.Money }

func (m *amountFlag) String() string { return prose.Amount(m.of) }

func (m *amountFlag) Set(s string) (err error) {
	m.of, err = value.ParseMoney(s)
	return err
}

func done(c command.Command, h command.Host, args []string) int {
	f := command.NewFlags(c)
	t := newDesktop(f)
	at := &command.Instant{}
	f.Var(at, "at", "when it came about: `TIME` (RFC 3339); else now")
	outcome := f.Choice("outcome", "what came of it, `OUTCOME`", string(recovery.OutcomeDone), string(recovery.OutcomeFailed), string(recovery.OutcomeUndone))
	given := &amountFlag{}
	f.Var(given, "amount", "how much was given, `AMOUNT` such as '5 EUR'; else the whole of it")
	note := f.String("note", "", "a `NOTE` for those who read the store")
	format := f.Format("text", "json")
	rest, err := f.Parse(h, args)
	if errors.Is(err, command.ErrHelp) {
		return command.ExitOK
	}
	if err == nil && len(rest) != 2 {
		err = errors.New("done takes the incident and the id of the action, or the key of a delivery: amends done --store STORE INCIDENT ID")
	}
	if err != nil {
		return h.Trouble("%s", err)
	}
	e, status := t.open(h, c.Name)
	if e == nil {
		return status
	}
	r := recovery.Report{Incident: rest[0], Outcome: recovery.Outcome(outcome.Value), Amount: given.of, At: at.Or(time.Time{}), Note: *note}
	return e.close(h, *t.store, e.report(h, *t.store, format.Value, rest[1], r))
}

// isKey reports whether an id is the key of a delivery.
func isKey(id string) bool {
	return strings.HasPrefix(id, "eff_") || strings.HasPrefix(id, "say_") || strings.HasPrefix(id, "ask_")
}

// aboutKey is the action or the choice of a delivery, as far as the incident shows it.
func aboutKey(given *recovery.Given, key string) string {
	if given.Stream != nil {
		for i := range given.Stream.Open {
			if o := &given.Stream.Open[i]; o.Key == key {
				return o.Of
			}
		}
	}
	for _, r := range append([]recovery.Record{*given.Previous}, given.Made...) {
		for _, h := range r.Handed {
			if h.Key == key {
				return h.Action
			}
		}
		for _, d := range r.Decision.Effects() {
			if d.Key == key && d.Action != nil {
				return d.Action.ID
			}
		}
	}
	return ""
}

// report reports what came of an action or a delivery, and says so.
func (e *engines) report(h command.Host, dir, format, id string, r recovery.Report) int {
	given, err := e.find(dir, r.Incident)
	if err != nil {
		return h.Trouble("%s", err)
	}
	engine, err := e.of(given.Previous.Decision)
	if err != nil {
		return h.Trouble("%s", err)
	}
	if r.Action = id; isKey(id) {
		r.Action, r.Key = aboutKey(&given, id), id
	}
	err = engine.Report(context.Background(), r, recovery.In(e.store))
	var unknown *recovery.UnknownActionError
	switch {
	case errors.As(err, &unknown):
		h.Trouble("%s; amends agenda %s --incident %s shows what is owed", err, stores.Shown(dir), r.Incident)
		return command.ExitFound
	case isReportRefused(err):
		h.Trouble("%s", err)
		return command.ExitFound
	case err != nil:
		return h.Trouble("%s", err)
	}
	if r.At.IsZero() { // said of now: to say so once more makes nothing later
		r.At = e.clock
	}
	if err := e.writeReport(h, format, &given, r); err != nil {
		return h.Trouble("%s", err)
	}
	after, err := e.find(dir, r.Incident)
	if err != nil {
		return h.Trouble("%s", err)
	}
	e.tellReplaced(h, &given, &after, r)
	return command.ExitOK
}

// tellReplaced says on standard error what a report means beside those that came before it on the same effect.
func (e *engines) tellReplaced(h command.Host, before, after *recovery.Given, r recovery.Report) {
	kind, play := kindOf(before, r.Action)
	plain := e.zones(before.Previous.Decision).Text(play)
	said := func(o recovery.Report) string {
		return term.Spaced(prose.Amount(o.Amount), string(o.Outcome)+",") + " at " + plain.Time(o.At)
	}
	if len(after.Reports) == len(before.Reports) {
		_ = h.Stderr.Printf("nothing is new: it was reported so before\n")
		return
	}
	own := after.Reports[len(after.Reports)-1]
	if kind == recovery.ActionInform || isStep(before, r.Action) {
		return // each report says that it was done once more
	}
	var last *recovery.Report
	for i := range before.Reports {
		if o := &before.Reports[i]; o.Action == own.Action && o.Key == own.Key && (last == nil || !o.At.Before(last.At)) {
			last = o
		}
	}
	switch {
	case last == nil:
	case own.At.Before(last.At):
		_ = h.Stderr.Printf("the report before it still counts, because it is later: %s\n", said(*last))
	default:
		_ = h.Stderr.Printf("it takes the place of the report before it: %s\n", said(*last))
	}
}

// isStep reports whether an action is one of the steps that hang on others.
func isStep(given *recovery.Given, id string) bool {
	own := func(a recovery.Action) bool { return a.ID == id }
	if slices.ContainsFunc(given.Previous.Decision.Actions, own) {
		return false
	}
	return !slices.ContainsFunc(given.Made, func(m recovery.Record) bool { return slices.ContainsFunc(m.Decision.Actions, own) })
}

func isReportRefused(err error) bool {
	var refused *recovery.ReportError
	return errors.As(err, &refused)
}

// reported is a report as JSON.
type reported struct {
	Incident string          `json:"incident"`
	Action   string          `json:"action,omitempty"`
	Key      string          `json:"key,omitempty"`
	Type     string          `json:"type,omitempty"`
	Outcome  string          `json:"outcome"`
	Amount   *recovery.Money `json:"amount,omitempty"`
	At       string          `json:"at"`
	Note     string          `json:"note,omitempty"`
}

func (e *engines) writeReport(h command.Host, format string, given *recovery.Given, r recovery.Report) error {
	kind, play := kindOf(given, r.Action)
	if format == "json" {
		x := reported{Incident: r.Incident, Action: r.Action, Key: r.Key, Type: kind, Outcome: string(r.Outcome), At: value.FormatTimestamp(r.At), Note: r.Note}
		if r.Amount.IsSet() {
			x.Amount = &r.Amount
		}
		return h.Stdout.Data(term.JSON, command.BytesOfLine(x))
	}
	plain := e.zones(given.Previous.Decision).Text(play)
	said := map[recovery.Outcome]string{recovery.OutcomeDone: "done", recovery.OutcomeFailed: "failed", recovery.OutcomeUndone: "taken back"}
	return h.Stdout.Printf("%s  %s %s, at %s\n", r.Incident, term.Spaced(orAction(kind), prose.Amount(r.Amount)), said[r.Outcome], plain.Time(value.Instant(r.At)))
}

func orAction(kind string) string {
	if kind == "" {
		return "the action"
	}
	return kind
}

// kindOf is the type of an action among those of an incident, and its first play.
func kindOf(given *recovery.Given, id string) (kind, play string) {
	var find func(list []recovery.Action)
	find = func(list []recovery.Action) {
		for i := range list {
			if a := &list[i]; a.ID == id {
				kind, play = a.Type, firstOf(a.Plays)
			}
			find(list[i].Remind)
			find(list[i].IfLate)
		}
	}
	find(given.Previous.Decision.Actions)
	for _, m := range given.Made {
		find(m.Decision.Actions)
	}
	return kind, play
}
