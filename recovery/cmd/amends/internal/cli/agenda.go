package cli

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/prose"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/agenda"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/internal/zoned"
)

func agendaCommand() command.Command {
	c := command.Command{
		Name: "agenda", Args: "STORE [flags]",
		Summary: "lists what is owed now over all incidents of a store, dead letters and the overdue first",
		Example: term.Own("amends agenda ledger --now 2026-03-02T10:00:00Z --to team-lead"),
		Notes: term.Own("Each line has what is owed, by when, on which incident, and the id to report it done with\n" +
			"(amends done). As JSON each entry is an object on a line of its own. Nothing is decided or written.\n" +
			"A dead letter is a delivery that has failed too often: amends revive hands it out again, and amends done\n" +
			"says by its key that somebody has done it. What is stuck could not be decided when it fell due: the runner\n" +
			"tries it again, and so does amends again. STORE is " + stores.Help + "."),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(showAgenda(c, h, args)) }
	return c
}

// wantedEntries says which entries of the agenda to show.
type wantedEntries struct {
	namespace, incident, owner, to string
	until                          *time.Time
}

func showAgenda(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	var want wantedEntries
	namespace := ledgers.Namespace(f)
	f.StringVar(&want.incident, "incident", "", "what is owed on the incident `ID`")
	f.StringVar(&want.owner, "owner", "", "what `OWNER` has to do")
	f.StringVar(&want.to, "to", "", "what goes to `ROLE`, and what it has to decide")
	until := &command.Instant{}
	f.Var(until, "until", "what falls due by `TIME` (RFC 3339)")
	now := f.Now("as it is at `TIME` (RFC 3339)")
	format := f.Format("text", "json")
	rest, err := f.Parse(h, args)
	if err != nil {
		return err
	}
	dir, err := f.Only(rest, "store")
	if err == nil && !stores.InDatabase(dir) {
		err = stores.CheckLedger(dir)
	}
	if err != nil {
		return err
	}
	want.namespace, want.until = *namespace, until.At
	at := now.Or(time.Now())
	var d *desk
	if want.incident == "" {
		d, err = readDesk(dir, want.namespace)
	} else {
		d, err = readIncident(dir, want.namespace, want.incident, format.Value == "text")
	}
	if err != nil && stores.InDatabase(dir) {
		return err
	}
	if err != nil {
		return ledgers.Failed(h, stores.Shown(dir), format.Value, err)
	}
	list, err := d.agenda(dir, want, at)
	if err != nil {
		return err
	}
	return d.writeAgenda(h, list, format.Value, at)
}

// agenda lists what is owed at a time, as far as it is wanted.
func (d *desk) agenda(dir string, want wantedEntries, at time.Time) ([]agenda.Entry, error) {
	incidents := d.incidents()
	if want.incident != "" {
		if _, err := d.find(dir, want.incident); err != nil {
			return nil, err
		}
		incidents = []string{want.incident}
	}
	var out []agenda.Entry
	for _, id := range incidents {
		given := d.threads[id].Given()
		list, err := agenda.Of(&given, at)
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(e agenda.Entry) bool { return !want.has(&e) })
		if len(list) == 0 {
			continue
		}
		if d.cases[id], err = agenda.CaseOf(given.Previous); err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	agenda.Sort(out)
	return out, nil
}

func (w *wantedEntries) has(e *agenda.Entry) bool {
	owner, to := "", ""
	if e.Choice != nil {
		owner, to = agenda.Who(e.Choice), agenda.Who(e.Choice)
	} else {
		owner = e.Action.Owner
		for _, p := range e.Action.Params {
			if p.Name == "to" {
				to = value.Show(p.Value)
			}
		}
	}
	switch {
	case w.owner != "" && w.owner != owner, w.to != "" && w.to != to:
		return false
	case w.until == nil || e.State == recovery.Overdue:
		return true
	}
	when := cmp.Or(e.DueAt, e.NotBefore)
	return e.State != recovery.Waiting && !when.After(*w.until)
}

func (d *desk) writeAgenda(h command.Host, list []agenda.Entry, format string, at time.Time) error {
	if format == "text" {
		return h.Stdout.Print(d.agendaText(list, at))
	}
	var out []byte
	for i := range list {
		var err error
		if out, err = list[i].AppendJSON(out, d.cases[list[i].Incident]); err != nil {
			return err
		}
	}
	if len(out) == 0 {
		return nil
	}
	return h.Stdout.Data(term.JSON, command.BytesOf(out))
}

// agendaText writes a heading for each state, and a line for each entry under it.
func (d *desk) agendaText(list []agenda.Entry, at time.Time) term.Text {
	w := prose.NewWriter(zoned.Zones{})
	if len(list) == 0 {
		w.Line(0, "nothing is owed")
	}
	shown := ""
	for i := range list {
		e := &list[i]
		if heading := headingOf(e); heading != shown {
			shown = heading
			w.Line(0, "%s", heading)
		}
		latest := d.threads[e.Incident].Latest.Decision
		writeEntry(w, e, latest.DecidedAt, d.zones(latest.Set.Digest), at)
		c := d.cases[e.Incident]
		if who := strings.TrimSpace(c.CustomerID + " " + c.CustomerName); who != "" {
			w.Line(2, "for %s", who)
		}
	}
	return w.Page.Text()
}

// headingOf is what an entry stands under: its state, and of a choice that nobody has made yet that it
// is one.
func headingOf(e *agenda.Entry) string {
	if e.Choice != nil && (e.State == recovery.Overdue || e.State == recovery.Due) {
		return "choices"
	}
	return string(e.State)
}

// writeEntry writes one thing that is owed: the incident, what it is, by when, whose, and its id.
func writeEntry(w *prose.Writer, e *agenda.Entry, decided time.Time, zones zoned.Zones, at time.Time) {
	var play, what, id string
	switch {
	case e.Choice != nil:
		play, id = e.Choice.Play, e.Choice.ID
		what = chooses(e.Choice)
	default:
		play = firstOf(e.Action.Plays)
		what, id = term.Spaced(e.Type, prose.Item(e.Action.Item), prose.Amount(e.Action.Amount), prose.Params(e.Action.Params, zones.Text(play))), e.Action.ID
	}
	if e.Key != "" {
		id = e.Key + "  " + id
	}
	if e.Over.IsSet() {
		what += ", " + e.Over.String() + " too much"
	}
	plain := zones.Text(play)
	switch {
	case !e.DueAt.IsZero():
		what += ", by " + plain.Time(e.DueAt)
	case !e.NotBefore.IsZero():
		what += ", from " + plain.Time(e.NotBefore)
	}
	if e.State == recovery.Overdue && !e.DueAt.IsZero() {
		what += ", " + plain.Duration(at.Sub(e.DueAt).Truncate(time.Second)) + " late"
	}
	if e.Action != nil && e.Action.Owner != "" {
		what += ", owner " + e.Action.Owner
	}
	w.Line(1, "%s  %s", e.Incident, what)
	since := decided
	if e.Action != nil {
		since = e.Action.GivenAt
	}
	if !since.IsZero() {
		play += ", since " + plain.Time(since)
	}
	if id != "" {
		w.Line(2, "%s  %s", id, play)
	}
	if e.Why != "" {
		w.Line(2, "%s", e.Why)
	}
}

// chooses says who has to decide, and on what.
func chooses(c *recovery.Choice) string {
	m := c.Made
	if m == nil || !m.Pending {
		return c.Decider + " chooses"
	}
	var proposed []string
	for i := range m.Proposed {
		proposed = append(proposed, term.Spaced(m.Proposed[i].Type, prose.Amount(m.Proposed[i].Amount)))
	}
	return agenda.Who(c) + " agrees to " + strings.Join(proposed, ", ") + ", or turns it down (proposed by " + m.By + ")"
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
