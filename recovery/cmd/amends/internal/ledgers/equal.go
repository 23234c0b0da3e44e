package ledgers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/diff"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func ledgerEqual() command.Command {
	c := command.Command{
		Name: "ledger equal", Args: "DIR --same FIELDS [flags]",
		Summary: "were equal cases treated equally? who got something else, by which play, chosen by whom",
		Example: term.Own("amends ledger equal ledger --same service,failure,severity --across region,customer.language"),
		Notes:   term.Own("Redress is what is listed: refunds, compensation, replacements, repairs, work done\nagain, and partners that stand in, without what they cost. For the fields of --across\nthe time that deadlines leave, what people chose, and whether the promises of a case\nthat were due were all kept, are compared too.\n\nA finding is a rule that reads such a field and gave other redress for it, or a\ndifference that is larger than chance explains: by Fisher's exact test for rates, by\ndealing customers anew for means, adjusted for all comparisons by Holm's correction.\nThe exit status is 1 when there is a finding of either kind. A difference that goes\naway where decisions of the same rules are compared is a change of rules, and none."),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(equalLedger(c, h, args)) }
	return c
}

func equalLedger(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	from := stores.NewSource(f)
	same := f.String("same", "", "cases are equal when these `FIELDS` are: service,failure,severity")
	across := f.String("across", "", "`FIELDS` that should make no difference: region,customer.language")
	level := f.String("level", "0.05", "how often chance alone may give a finding, at most")
	share := f.String("share-of", "", "compare amounts as a share of this `FIELD` too: order.value")
	minCell := f.Int("min-cell", 5, "a page shows nothing of fewer cases than this")
	now := f.Now("judge promises as of `TIME` (RFC 3339); otherwise as of now")
	scope := NewScope(f)
	format := f.Format("text", "json", "html")
	rest, err := f.Parse(h, args)
	options := ledger.EqualOptions{Same: fieldList(*same), Across: fieldList(*across), ShareOf: *share, Changed: changedPlays}
	if err == nil && len(options.Same) == 0 {
		err = errors.New("ledger equal needs the fields that make cases equal: --same service,failure,severity")
	}
	if err == nil && *minCell < 0 {
		err = fmt.Errorf("--min-cell needs a number from 0 on, and not %d", *minCell)
	}
	if err == nil {
		options.Level, err = levelOf(*level)
	}
	if err != nil {
		return err
	}
	dir, err := OneArgument(f, from, rest)
	if err != nil {
		return err
	}
	if options.Scope, err = scope.Of(dir, nil); err != nil {
		return err
	}
	show := term.NewProgress(h.Stderr, nil, "compared")
	options.Progress = show.Show
	if len(options.Across) > 0 {
		if options.Kept, err = keptPromises(dir, options.Scope, now.Or(time.Now())); err != nil {
			show.End()
			return Failed(h, dir, format.Value, err)
		}
	}
	found, err := ledger.Equal(context.Background(), dir, options)
	show.End()
	switch {
	case err != nil:
		return Failed(h, dir, format.Value, err)
	case found.Cases == 0 && scope.IsSet():
		return fmt.Errorf("no cases were compared: the ledger %s holds none of that time and set", dir)
	case found.Cases == 0:
		return fmt.Errorf("no cases were compared: the ledger %s holds no decision", dir)
	case format.Value == "json":
		err = command.WriteIndented(h.Stdout, treatmentOf(found))
	case format.Value == "html":
		err = h.Stdout.Data(term.Prose, func(w io.Writer) error { return writeEqualPage(w, found, options, int64(*minCell)) })
	default:
		err = h.Stdout.Print(treatmentText(found, options))
	}
	if err != nil {
		return err
	}
	return command.FoundIf(slices.ContainsFunc(found.Findings, counts))
}

// counts reports whether a finding makes the command fail.
func counts(f ledger.Finding) bool { return f.Kind != ledger.FindingChange }

func levelOf(text string) (float64, error) {
	level, err := strconv.ParseFloat(text, 64)
	if err != nil || !(level > 0 && level < 1) {
		return 0, fmt.Errorf("--level needs a number between 0 and 1, such as 0.05, and not %q", text)
	}
	return level, nil
}

// changedPlays names the plays that mean something else in one archived set than in another.
func changedPlays(old, new fs.FS) ([]string, error) {
	a, err := diff.Open("old", old)
	if err != nil {
		return nil, err
	}
	b, err := diff.Open("new", new)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range diff.Compare(a, b) {
		switch {
		case c.Play != "":
			out = append(out, c.Playbook+"/"+c.Play)
		case c.What != diff.WhatReviewBy:
			out = append(out, c.Playbook+"/*")
		}
		out = append(out, c.UsedBy...)
	}
	return out, nil
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
	writeFindings(w, t)
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

// writeFindings lists the findings, each with its numbers.
func writeFindings(w *term.Page, t *ledger.Treatment) {
	for _, f := range t.Findings {
		w.Printf("\n%s, %s %s: %s\n  %s", fieldTexts(f.Same), f.Across, orEmpty(f.Member), findingWords[f.Kind], f.Because)
		if f.Kind != ledger.FindingRule {
			w.Printf(" (p %s)", strconv.FormatFloat(f.P, 'g', 2, 64))
		}
		w.Add(term.Own("\n"))
	}
	if len(t.TooFew) > 0 {
		w.Printf("\ntoo few cases to tell: %s\n", term.Count(len(t.TooFew), "comparison"))
	}
	if t.Erased > 0 {
		w.Printf("\nmissing: %s, erased since\n", term.Count(t.Erased, "incident"))
	}
}

func orEmpty(text string) string {
	if text == "" {
		return "empty"
	}
	return text
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
		out = append(out, k.Path+" "+orEmpty(k.Text))
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
