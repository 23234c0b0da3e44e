package ledgers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func ledgerEqual() command.Command {
	c := command.Command{
		Name: "ledger equal", Args: "DIR --same FIELDS [flags]",
		Summary: "were equal cases treated equally? who got something else, by which play, chosen by whom",
		Example: term.Own("amends ledger equal ledger --same service,failure,severity --across region,customer.language"),
		Notes:   term.Own("Redress is what is compared: refunds, compensation, replacements, repairs, work done\nagain, and partners that stand in, without what they cost. Apologies, deadlines and\nother attention are not. The exit status is 1 when equal cases got other redress."),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(equalLedger(c, h, args)) }
	return c
}

func equalLedger(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	same := f.String("same", "", "cases are equal when these `FIELDS` are: service,failure,severity")
	across := f.String("across", "", "`FIELDS` that should make no difference: region,customer.language")
	format := f.Format("text", "json")
	rest, err := f.Parse(h, args)
	options := ledger.EqualOptions{Same: fieldList(*same), Across: fieldList(*across)}
	if err == nil && len(options.Same) == 0 {
		err = errors.New("ledger equal needs the fields that make cases equal: --same service,failure,severity")
	}
	if err != nil {
		return err
	}
	dir, err := OneArgument(f, rest)
	if err != nil {
		return err
	}
	show := term.NewProgress(h.Stderr, nil, "compared")
	options.Progress = show.Show
	found, err := ledger.Equal(context.Background(), dir, options)
	show.End()
	switch {
	case err != nil:
		return Failed(h, dir, format.Value, err)
	case found.Cases == 0:
		return fmt.Errorf("no cases were compared: the ledger %s holds no decision", dir)
	case format.Value == "json":
		err = command.WriteIndented(h.Stdout, treatmentOf(found))
	default:
		err = h.Stdout.Print(treatmentText(found, options))
	}
	if err != nil {
		return err
	}
	return command.FoundIf(len(found.Unequal) > 0)
}

func fieldList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func treatmentText(t *ledger.Treatment, options ledger.EqualOptions) term.Text {
	w := term.NewPage(false)
	w.Printf("%s, equal by %s: ", term.Count(t.Cases, "case"), strings.Join(options.Same, ", "))
	switch {
	case t.Alone == t.Cases && t.Cases == 1:
		w.Add(term.Own("there is no other to compare it with\n"))
	case t.Alone == t.Cases:
		w.Add(term.Own("no two are equal\n"))
	case len(t.Unequal) == 0:
		w.Add(term.Own("equal cases got the same redress\n"))
	default:
		w.Printf("%s in which not all got the same redress\n", term.Count(len(t.Unequal), "group"))
	}
	for _, g := range t.Unequal {
		writeGroup(w, g, options.Across)
	}
	if len(t.Deviations) > 0 {
		w.Add(term.Own("\nchoices that left the median of their precedents\n"))
	}
	for _, d := range t.Deviations {
		w.Printf("  %s, record %d: %s by %s, %s from the median (%s)", d.Incident, d.Seq, redress(d.Chosen), orNobody(d.By), d.Deviation, d.Play)
		if d.Reason != "" {
			w.Printf(": %s", d.Reason)
		}
		w.Add(term.Own("\n"))
	}
	return w.Text()
}

func writeGroup(w *term.Page, g ledger.Group, across []string) {
	w.Printf("\n%s\n", fieldTexts(g.Same))
	switch {
	case g.Between:
		w.Printf("  differs by %s\n", strings.Join(across, ", "))
	case len(across) > 0:
		w.Printf("  differs among cases that are alike in %s too\n", strings.Join(across, ", "))
	}
	for _, o := range g.Outcomes {
		w.Printf("  %s: %s", term.Count(o.Count, "case"), redress(o.Redress))
		if len(o.Across) > 0 {
			w.Printf(", where %s", fieldTexts(o.Across))
		}
		if len(o.Plays) > 0 {
			w.Printf(", by %s", strings.Join(o.Plays, ", "))
		}
		if len(o.Choosers) > 0 {
			w.Printf(", chosen by %s", strings.Join(o.Choosers, ", "))
		}
		named := o.Incidents
		if int(o.Count) > len(named) {
			named = append(slices.Clip(named), "…")
		}
		w.Printf(" (%s)\n", strings.Join(named, ", "))
	}
}

// fieldTexts shows fields with what they are: service parcel, failure late.
func fieldTexts(keys []recovery.Key) string {
	var out []string
	for _, k := range keys {
		text := k.Text
		if text == "" {
			text = "empty"
		}
		out = append(out, k.Path+" "+text)
	}
	return strings.Join(out, ", ")
}

func redress(list []ledger.Redress) string {
	if len(list) == 0 {
		return "nothing"
	}
	var out []string
	for _, r := range list {
		out = append(out, r.String())
	}
	return strings.Join(out, " and ")
}

func orNobody(by string) string {
	if by == "" {
		return "nobody named"
	}
	return by
}

// What follows is the same as JSON.

type treatment struct {
	OK         bool        `json:"ok"`
	Cases      int64       `json:"cases"`
	Alone      int64       `json:"alone"`
	Unequal    []group     `json:"unequal"`
	Deviations []deviation `json:"deviations"`
}

type group struct {
	Same     fields         `json:"same"`
	Between  bool           `json:"between"`
	Outcomes []groupOutcome `json:"outcomes"`
}

type groupOutcome struct {
	Across    fields        `json:"across"`
	Redress   []redressJSON `json:"redress"`
	Plays     []string      `json:"plays"`
	Choosers  []string      `json:"choosers"`
	Count     int64         `json:"count"`
	Incidents []string      `json:"incidents"`
}

type redressJSON struct {
	Type   string          `json:"type"`
	Amount *recovery.Money `json:"amount,omitempty"`
}

type deviation struct {
	Record    int64         `json:"record"`
	Incident  string        `json:"incident"`
	Decision  string        `json:"decision"`
	Play      string        `json:"play"`
	By        string        `json:"by"`
	Reason    string        `json:"reason"`
	Deviation string        `json:"deviation"`
	Chosen    []redressJSON `json:"chosen"`
}

// fields is an object whose keys keep their order.
type fields []recovery.Key

func (f fields) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, k := range f {
		if i > 0 {
			out = append(out, ',')
		}
		for _, part := range []string{k.Path, k.Text} {
			text, err := json.Marshal(part)
			if err != nil {
				return nil, err
			}
			out = append(append(out, text...), ':')
		}
		out = out[:len(out)-1]
	}
	return append(out, '}'), nil
}

func treatmentOf(t *ledger.Treatment) treatment {
	out := treatment{OK: len(t.Unequal) == 0, Cases: t.Cases, Alone: t.Alone, Unequal: []group{}, Deviations: []deviation{}}
	for _, g := range t.Unequal {
		x := group{Same: g.Same, Between: g.Between}
		for _, o := range g.Outcomes {
			x.Outcomes = append(x.Outcomes, groupOutcome{o.Across, redressOf(o.Redress), some(o.Plays), some(o.Choosers), o.Count, some(o.Incidents)})
		}
		out.Unequal = append(out.Unequal, x)
	}
	for _, d := range t.Deviations {
		out.Deviations = append(out.Deviations, deviation{d.Seq, d.Incident, d.Decision, d.Play, d.By, d.Reason, d.Deviation, redressOf(d.Chosen)})
	}
	return out
}

func redressOf(list []ledger.Redress) []redressJSON {
	out := []redressJSON{}
	for _, r := range list {
		x := redressJSON{Type: r.Type}
		if r.Amount.IsSet() {
			x.Amount = &r.Amount
		}
		out = append(out, x)
	}
	return out
}

// some is a list that is [] when it is empty, and not null.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
