package ledgers

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/recovery/ledger"
)

func ledgerReplay() command.Command {
	c := command.Command{
		Name: "ledger replay", Args: "DIR [flags]",
		Summary: "decides every record again, from what was read then, and says what comes out differently",
		Example: term.Own("amends ledger replay ledger --playbooks playbooks"),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(replayLedger(c, h, args)) }
	return c
}

func replayLedger(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	from := stores.NewSource(f)
	playbooks := f.String("playbooks", "", "decide by the playbooks in `DIR` instead of those that the ledger has archived; digest, revision and ids are not compared then")
	scope := NewScope(f)
	format := f.Format("text", "json")
	rest, err := f.Parse(h, args)
	if err != nil {
		return err
	}
	dir, err := OneArgument(f, from, rest)
	if err != nil {
		return err
	}
	var options ledger.ReplayOptions
	if options.Scope, err = scope.Of(dir, nil); err != nil {
		return err
	}
	options.Scope.All = !f.IsSet("namespace")
	if *playbooks != "" {
		if options.Playbooks, err = command.OpenDir(*playbooks); err != nil {
			return err
		}
	}
	show := term.NewProgress(h.Stderr, h.Stdout, "decided again")
	options.Progress = show.Show
	w := differenceWriter{out: h.Stdout, json: format.Value == "json"}
	options.Differs = w.difference
	found, err := ledger.Replay(context.Background(), dir, options)
	show.End()
	var diags playbook.Diagnostics
	if errors.As(err, &diags) {
		return &command.BrokenSet{Name: *playbooks, Diags: diags}
	}
	return w.end(h, dir, found, err)
}

// differenceWriter writes differences as they are found, so that memory does not
// grow with them. As JSON they are the first member of one object.
type differenceWriter struct {
	out     *term.Writer
	json    bool
	count   int
	paths   map[string]int64 // how many records differ in what, without the places in lists
	unsaid  int64            // that are not counted there
	refused int64            // that are refused now
}

// mostPaths bounds how many kinds of differences the summary tells apart, and mostPathsSaid how many
// it has a line for.
const (
	mostPaths     = 10_000
	mostPathsSaid = 20
)

// places are those in lists, which the summary leaves out.
var places = regexp.MustCompile(`\[\d+\]`)

// add counts a difference for the summary.
func (w *differenceWriter) add(d *ledger.Difference) {
	w.count++
	if d.Error != nil {
		w.refused++
	}
	if w.paths == nil {
		w.paths = map[string]int64{}
	}
	seen := map[string]bool{}
	for _, c := range d.Changes {
		path := places.ReplaceAllString(c.Path, "[]")
		if seen[path] {
			continue
		}
		seen[path] = true
		if _, known := w.paths[path]; known || len(w.paths) < mostPaths {
			w.paths[path]++
		} else {
			w.unsaid++
		}
	}
}

// changed is in how many records something differs.
type changed struct {
	Path    string `json:"path"`
	Records int64  `json:"records"`
}

// summary is what differs, the most frequent first.
func (w *differenceWriter) summary() []changed {
	out := []changed{}
	for path, n := range w.paths {
		out = append(out, changed{path, n})
	}
	slices.SortFunc(out, func(a, b changed) int { return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Path, b.Path)) })
	return out
}

// difference is a decision that came out differently, as JSON.
type difference struct {
	Record   int64         `json:"record"`
	Incident string        `json:"incident,omitempty"`
	Decision string        `json:"decision,omitempty"`
	Error    string        `json:"error,omitempty"`
	Changes  []fieldChange `json:"changes"`
}

// fieldChange is a field that differs; was or is is left out where it is not there.
type fieldChange struct {
	Path string          `json:"path"`
	Was  json.RawMessage `json:"was,omitempty"`
	Is   json.RawMessage `json:"is,omitempty"`
}

func (w *differenceWriter) difference(d ledger.Difference) error {
	w.add(&d)
	if !w.json {
		return w.out.Print(differenceText(d))
	}
	x := difference{Record: d.Seq, Incident: d.Incident, Decision: d.Decision, Changes: []fieldChange{}}
	if d.Error != nil {
		x.Error = d.Error.Error()
	}
	for _, c := range d.Changes {
		x.Changes = append(x.Changes, fieldChange{c.Path, json.RawMessage(c.Was), json.RawMessage(c.Is)})
	}
	text, err := json.Marshal(x)
	if err != nil {
		return err
	}
	lead := ",\n  "
	if w.count == 1 {
		lead = "{\"differences\":[\n  "
	}
	return w.out.Data(term.JSON, command.BytesOf(append([]byte(lead), text...)))
}

func differenceText(d ledger.Difference) term.Text {
	w := term.NewPage(false)
	what := d.Decision
	if what == "" {
		what = "refusal"
	}
	w.Printf("%s  record %d, %s\n", orNone(d.Incident), d.Seq, what)
	if d.Error != nil {
		w.Printf("  is refused now: %s\n", d.Error)
	}
	for _, c := range d.Changes {
		switch {
		case c.Was == "":
			w.Printf("  %s: only now %s\n", c.Path, c.Is)
		case c.Is == "":
			w.Printf("  %s: no more %s\n", c.Path, c.Was)
		default:
			w.Printf("  %s: %s → %s\n", c.Path, c.Was, c.Is)
		}
	}
	return w.Text()
}

// orNone names what has no id.
func orNone(id string) string {
	if id == "" {
		return "(no id)"
	}
	return id
}

// end writes the sums, or what was found to be wrong with the ledger.
func (w *differenceWriter) end(h command.Host, dir string, found *ledger.Replayed, err error) error {
	var damage *ledger.Damage
	if err != nil && (!w.json || w.count == 0 || !errors.As(err, &damage)) {
		return Failed(h, dir, map[bool]string{true: "json"}[w.json], err)
	}
	if w.json {
		if writeErr := w.sums(dir, found, err); writeErr != nil {
			return writeErr
		}
	} else if err := h.Stdout.Print(w.summaryText(found)); err != nil {
		return err
	}
	return command.FoundIf(err != nil || found.Different > 0)
}

// sums writes the rest of the object.
func (w *differenceWriter) sums(dir string, found *ledger.Replayed, damage error) error {
	var sums any
	if damage != nil {
		sums = struct {
			OK     bool   `json:"ok"`
			Damage broken `json:"damage"`
		}{false, brokenOf(dir, damage)}
	} else {
		sums = struct {
			OK        bool             `json:"ok"`
			Same      int64            `json:"same"`
			Different int64            `json:"different"`
			Erased    int64            `json:"erased"`
			Skipped   map[string]int64 `json:"skipped"`
			Changed   []changed        `json:"changed"`
			Refused   int64            `json:"refused"`
		}{found.Different == 0, found.Same, found.Different, found.Erased, found.Skipped, w.summary(), w.refused}
	}
	text, err := json.Marshal(sums)
	if err != nil {
		return err
	}
	lead := "\n],"
	if w.count == 0 {
		lead = "{\"differences\":[],"
	}
	return w.out.Data(term.JSON, command.BytesOf(append(append([]byte(lead), text[1:]...), '\n')))
}

// summaryText is how many records came out the same, and in what the others differ.
func (d *differenceWriter) summaryText(r *ledger.Replayed) term.Text {
	w := term.NewPage(false)
	w.Printf("%s decided again: %d the same, %d different\n", term.Count(r.Same+r.Different, "record"), r.Same, r.Different)
	if d.refused > 0 {
		w.Printf("  %s refused now\n", term.Count(d.refused, "record"))
	}
	list := d.summary()
	for _, c := range list[:min(len(list), mostPathsSaid)] {
		w.Printf("  %s in %s\n", c.Path, term.Count(c.Records, "record"))
	}
	if rest := len(list) - mostPathsSaid; rest > 0 || d.unsaid > 0 {
		w.Printf("  and %s\n", term.Count(max(rest, 0)+int(d.unsaid), "further difference"))
	}
	if r.Erased > 0 {
		w.Printf("%s erased, and cannot be decided again\n", term.Count(r.Erased, "record"))
	}
	for _, why := range slices.Sorted(maps.Keys(r.Skipped)) {
		w.Printf("%s not compared: %s\n", term.Count(r.Skipped[why], "record"), why)
	}
	return w.Text()
}
