package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/input"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func chooseCommand() command.Command {
	c := command.Command{
		Name: "choose", Args: "--store STORE [--playbooks DIR] [FILE…] [flags]",
		Summary: "makes choices that decisions have left to somebody: one JSON object per line; one decision per line, in order",
		Example: term.Own(`echo '{"choice": "cho_…", "by": "Rosa", "options": [{"type": "compensate", "amount": "40 EUR"}]}' | amends choose --store ledger`),
		Notes: term.Own("A line has the id of the choice (amends agenda shows it), who chooses, and the options that are\n" +
			"taken: each with its type, its amount, and the params that it leaves open. It may have a reason, and\n" +
			"the roles in which that person chooses. What needs a second person is pending until amends approve."),
	}
	c.Run = func(h command.Host, args []string) int {
		return settle(c, h, args, choiceLine, func(engine *recovery.Engine, sel recovery.Selection, in recovery.CallOption) (*recovery.Decision, error) {
			return engine.Choose(context.Background(), sel, in)
		})
	}
	return c
}

func approveCommand() command.Command {
	c := command.Command{
		Name: "approve", Args: "--store STORE [--playbooks DIR] [FILE…] [flags]",
		Summary: "agrees to choices that await a second person: one JSON object per line; one decision per line, in order",
		Example: term.Own(`echo '{"choice": "cho_…", "by": "Hugo", "roles": ["head-of-care"]}' | amends approve --store ledger`),
		Notes: term.Own("A line has the id of the choice (amends agenda lists it as pending), who agrees, and the roles of that\n" +
			"person, who must be another than who proposed it. It may have a reason. Limits are looked at anew."),
	}
	c.Run = func(h command.Host, args []string) int {
		return settle(c, h, args, signedLine("an approval"), func(engine *recovery.Engine, sel recovery.Selection, in recovery.CallOption) (*recovery.Decision, error) {
			return engine.Approve(context.Background(), sel.Choice, sel.By, sel.Roles, sel.Reason, in)
		})
	}
	return c
}

func declineCommand() command.Command {
	c := command.Command{
		Name: "decline", Args: "--store STORE [--playbooks DIR] [FILE…] [flags]",
		Summary: "turns down choices that await a second person: one JSON object per line; one decision per line, in order",
		Example: term.Own(`echo '{"choice": "cho_…", "by": "Hugo", "roles": ["head-of-care"], "reason": "too much"}' | amends decline --store ledger`),
		Notes: term.Own("A line has the id of the choice (amends agenda lists it as pending), who turns it down, the roles of\n" +
			"that person, and the reason. Who proposed it may take it back. The choice is open again then."),
	}
	c.Run = func(h command.Host, args []string) int {
		return settle(c, h, args, signedLine("a refusal", "reason"), func(engine *recovery.Engine, sel recovery.Selection, in recovery.CallOption) (*recovery.Decision, error) {
			return engine.Decline(context.Background(), sel.Choice, sel.By, sel.Roles, sel.Reason, in)
		})
	}
	return c
}

// settling does something about one choice.
type settling func(engine *recovery.Engine, sel recovery.Selection, in recovery.CallOption) (*recovery.Decision, error)

func settle(c command.Command, h command.Host, args []string, read line, do settling) int {
	f := command.NewFlags(c)
	t := newDesktop(f)
	format := f.Format("json", "text")
	files, err := f.Parse(h, args)
	if errors.Is(err, command.ErrHelp) {
		return command.ExitOK
	}
	if err != nil {
		return h.Trouble("%s", err)
	}
	e, status := t.open(h, c.Name)
	if e == nil {
		return status
	}
	w := &chooser{read: read, do: do, engines: e, dir: *t.store, out: decider{host: h, format: format.Value, zones: e.zones, rooms: &rooms{}}}
	return e.close(h, *t.store, w.run(files))
}

// chooser settles the choices of some files, in order.
type chooser struct {
	*engines
	read    line
	do      settling
	out     decider
	dir     string
	refused bool
	err     error // why the work could not go on
}

func (c *chooser) run(files []string) int {
	err := c.out.reader(files)(func(it input.Item) bool {
		c.err = c.one(it)
		return c.err == nil
	})
	switch {
	case err != nil:
		return c.out.host.Trouble("%s", err)
	case c.err != nil:
		return c.out.host.Trouble("%s", c.err)
	case c.refused:
		return command.ExitFound
	}
	return command.ExitOK
}

// one settles one choice and writes what came of it. Its error is the ledger's trouble.
func (c *chooser) one(it input.Item) error {
	sel, err := c.read.selection(it)
	if err == nil {
		err = c.place(&sel)
	}
	var d *recovery.Decision
	if err == nil {
		d, err = c.choose(sel)
	}
	var choice *recovery.ChoiceError
	var inLine *lineError
	out := c.out.rooms.take()
	defer c.out.rooms.put(out)
	switch {
	case err == nil:
		c.out.add(out, d)
	case isRefusal(err), errors.As(err, &choice), errors.As(err, &inLine):
		c.refused = true
		c.out.refuse(out, sel.Incident, &input.PlaceError{At: it.Place(), Err: err})
	default:
		return fmt.Errorf("%s: %w", it.Place(), err)
	}
	return c.out.write(out)
}

func (c *chooser) choose(sel recovery.Selection) (*recovery.Decision, error) {
	given, err := c.find(c.dir, sel.Incident)
	if err != nil {
		return nil, err
	}
	engine, err := c.of(given.Previous.Decision)
	if err != nil {
		return nil, err
	}
	return c.do(engine, sel, recovery.In(c.store))
}

// place finds the incident of a choice.
func (c *chooser) place(sel *recovery.Selection) error {
	incident, known, err := c.offered(sel.Choice)
	switch {
	case err != nil:
		return err
	case !known:
		return &lineError{fmt.Sprintf("no decision in the store has left a choice %s; amends agenda lists those that are open", unseen.Quote(sel.Choice))}
	case sel.Incident != "" && sel.Incident != incident:
		return &lineError{fmt.Sprintf("the choice %s is of incident %s, and not of %s", unseen.Quote(sel.Choice), unseen.Quote(incident), unseen.Quote(sel.Incident))}
	}
	sel.Incident = incident
	return nil
}

// offered finds the incident on which a choice was offered.
func (c *chooser) offered(choice string) (incident string, known bool, err error) {
	given, _, err := c.store.Read(context.Background(), recovery.Query{Namespace: c.namespace, Choice: choice})
	if err != nil {
		return "", false, stores.Placed(c.dir, err)
	}
	if given.Previous == nil {
		return "", false, nil
	}
	return given.Previous.Decision.Incident, true, nil
}

// lineError says what is wrong with a line that makes a choice.
type lineError struct{ message string }

func (e *lineError) Error() string { return e.message }

// line says what a line has.
type line struct {
	what           string
	keys, required []string
	withoutOptions bool
}

var (
	choiceLine = line{what: "a choice", keys: []string{"choice", "by", "roles", "options", "reason", "incident"}, required: []string{"choice", "by", "options"}}
	optionKeys = []string{"type", "id", "amount", "params"}
)

// signedLine is a line about what somebody else has proposed.
func signedLine(what string, required ...string) line {
	return line{what: what, keys: []string{"choice", "by", "roles", "reason", "incident"}, required: append([]string{"choice", "by"}, required...), withoutOptions: true}
}

// selection reads a line that settles a choice.
func (l line) selection(it input.Item) (sel recovery.Selection, err error) {
	if it.Err != nil {
		return sel, &lineError{it.Err.Error()}
	}
	fields, err := keysOf(it.Raw, l.what, l.keys, l.required...)
	if err != nil {
		return sel, err
	}
	if roles := fields["roles"]; roles != nil && !isTexts(roles) {
		return sel, &lineError{`"roles" is a list of the roles in which that is done, such as ["agent"]`}
	}
	if l.withoutOptions {
		if err := json.Unmarshal(it.Raw, &sel); err != nil {
			return sel, &lineError{plainJSON(err)}
		}
		return sel, nil
	}
	var options []json.RawMessage
	if json.Unmarshal(fields["options"], &options) != nil || len(options) == 0 {
		return sel, &lineError{`"options" is a list of what is chosen, such as [{"type": "compensate", "amount": "40 EUR"}]`}
	}
	for _, o := range options {
		if _, err := keysOf(o, "an option", optionKeys, "type"); err != nil {
			return sel, err
		}
	}
	if err := json.Unmarshal(it.Raw, &sel); err != nil {
		return sel, &lineError{plainJSON(err)}
	}
	return sel, nil
}

func isTexts(raw json.RawMessage) bool {
	var list []string
	return json.Unmarshal(raw, &list) == nil && list != nil
}

// plainJSON says what is wrong with a value without a word of the program's.
func plainJSON(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		wanted := "text"
		if wrong.Field == "params" || strings.HasSuffix(wrong.Field, ".params") {
			wanted = "an object"
		}
		return fmt.Sprintf("%q is %s, found a %s", wrong.Field, wanted, wrong.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// keysOf reads the members of an object and holds that it has those that are required, no others,
// and none twice.
func keysOf(raw []byte, what string, known []string, required ...string) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if !json.Valid(raw) {
		return nil, &lineError{"this is no JSON; " + what + " is an object with " + quotedList(known)}
	}
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, &lineError{what + " is an object with " + quotedList(known)}
	}
	out := map[string]json.RawMessage{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, &lineError{plainJSON(err)}
		}
		key, _ := t.(string)
		if !slices.Contains(known, key) {
			if near := playbook.Suggest(key, known); near != "" {
				return nil, &lineError{fmt.Sprintf("%s has no key %s%s", what, unseen.Quote(key), orNear(near))}
			}
			return nil, &lineError{fmt.Sprintf("%s has no key %s; it has %s", what, unseen.Quote(key), quotedList(known))}
		}
		if _, twice := out[key]; twice {
			return nil, &lineError{fmt.Sprintf("%s has the key %s twice", what, unseen.Quote(key))}
		}
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return nil, &lineError{plainJSON(err)}
		}
		out[key] = v
	}
	if _, err := dec.Token(); err != nil {
		return nil, &lineError{plainJSON(err)}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, &lineError{"one object is wanted, and more follows it"}
	}
	for _, key := range required {
		if v, ok := out[key]; !ok || string(v) == "null" || string(v) == `""` {
			return nil, &lineError{fmt.Sprintf("%s needs %s", what, unseen.Quote(key))}
		}
	}
	return out, nil
}

func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = unseen.Quote(n)
	}
	return term.List(quoted, "and")
}
