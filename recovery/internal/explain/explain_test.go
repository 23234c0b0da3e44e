package explain_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/explain"
	"github.com/servicerecovery/amends/recovery/ledger"
)

var day = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func load(t *testing.T, set string) *recovery.Engine {
	t.Helper()
	engine, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte("amends: v1\nplaybook: pb\nreview_by: 2027-06-30\n" + set)}}, recovery.WithClock(func() time.Time { return day }))
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func explained(t *testing.T, engine *recovery.Engine, in recovery.Incident) *recovery.Explanation {
	t.Helper()
	x, err := engine.Explain(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func text(r *explain.Report, colour bool) string { return r.Text(colour).String() }

// TestExamples explains every incident of the examples: as text within the width
// of a terminal, the same each time and without colours when none are wanted, and
// as one line of JSON.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("../../../examples/*/incidents.jsonl")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	escapes := regexp.MustCompile("\x1b\\[[0-9]*m")
	for _, file := range files {
		engine, err := recovery.Load(os.DirFS(filepath.Join(filepath.Dir(file), "playbooks")), recovery.WithClock(func() time.Time { return day }))
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range incidents(t, file) {
			x, err := engine.Explain(context.Background(), in)
			var misfit *recovery.IncidentError
			if errors.As(err, &misfit) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range []explain.Options{{}, {All: true}, {Dir: "some/where", Plays: []string{x.Plays[0].Play.Name}}} {
				r := explain.Of(x, o)
				plain := text(r, false)
				for _, l := range strings.Split(plain, "\n") {
					if n := utf8.RuneCountInString(l); n > 80 {
						t.Errorf("%s %s: %d wide: %s", file, in.ID, n, l)
					}
				}
				if coloured := text(r, true); escapes.ReplaceAllString(coloured, "") != plain || coloured == plain {
					t.Errorf("%s %s: with colours it says something else", file, in.ID)
				}
				if again := text(explain.Of(explained(t, engine, in), o), false); again != plain {
					t.Errorf("%s %s: another time it says something else", file, in.ID)
				}
				checkJSON(t, r, len(x.Plays))
			}
		}
	}
}

func incidents(t *testing.T, file string) (out []recovery.Incident) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var in recovery.Incident
		if err := in.UnmarshalJSON(lines.Bytes()); err != nil {
			t.Fatal(err)
		}
		out = append(out, in)
	}
	return out
}

// checkJSON holds that no play is lost.
func checkJSON(t *testing.T, r *explain.Report, plays int) {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Plays  []struct{ Play string }
		Others []struct{ Count int }
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || strings.Count(b.String(), "\n") != 1 {
		t.Fatal(err, b.String())
	}
	n := len(got.Plays)
	for _, g := range got.Others {
		n += g.Count
	}
	if n != plays {
		t.Errorf("%d plays of %d: %s", n, plays, b.String())
	}
}

// What is shown of many plays: what matched, the five that missed least, and the
// rest by reasons.
func TestSelection(t *testing.T) {
	engine := load(t, `
plays:
  - {id: a, approach: standardised-response, when: incident.severity >= 5}
  - {id: b, approach: standardised-response, when: incident.failure == "lost"}
  - {id: c, approach: standardised-response, when: incident.severity >= 4}
  - {id: d, approach: standardised-response, when: incident.source == "monitor"}
  - {id: e, approach: standardised-response, when: incident.severity == 3}
  - {id: f, approach: standardised-response, when: incident.failure == "lost" && incident.severity == 4}
  - {id: g, approach: standardised-response, when: incident.failure == "lost" && incident.severity == 5}
  - {id: h, approach: standardised-response, when: incident.failure == "lost" && incident.severity == 1}
  - {id: i, approach: preventive-intervention, when: true}
`)
	x := explained(t, engine, recovery.Incident{ID: "T", Service: "s", Failure: "late", OccurredAt: day})
	r := explain.Of(x, explain.Options{})
	if got := names(r.Shown) + " | " + names(r.Near); got != "e | c a d b f" {
		t.Error(got)
	}
	var groups []string
	for _, g := range r.Others {
		groups = append(groups, g.String())
	}
	if got := strings.Join(groups, "; "); got != "2 missed by more: pb/g, pb/h; 1 is for signals, and this is a failure: pb/i" {
		t.Error(got)
	}
	if !r.OK() {
		t.Error("nothing is wrong")
	}
	if all := explain.Of(x, explain.Options{All: true}); names(all.Shown) != "a b c d e f g h i" || len(all.Near)+len(all.Others) != 0 {
		t.Error(names(all.Shown))
	}
}

func names(list []policy.Explanation) string {
	var out []string
	for _, e := range list {
		out = append(out, strings.TrimPrefix(e.Play.Name, "pb/"))
	}
	return strings.Join(out, " ")
}

// Values are shown as far as they fit; one that is empty can be told from none.
func TestValues(t *testing.T) {
	engine := load(t, `
incident: {note: {type: string, default: ""}}
plays: [{id: a, approach: standardised-response, when: incident.note != "x" && incident.summary == "y"}]
`)
	in := recovery.Incident{ID: "T", Service: "s", Failure: "late", OccurredAt: day, Summary: strings.Repeat("long\nword ", 40)}
	got := text(explain.Of(explained(t, engine, in), explain.Options{}), false)
	for _, want := range []string{`incident.note = ""`, `incident.summary = long\nword long\nword`, "…"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Count(got, "word") > 60 {
		t.Errorf("the value is shown whole:\n%s", got)
	}
}

// A decision that comes out differently than it was recorded is said to.
func TestChanges(t *testing.T) {
	x := explained(t, load(t, `plays: [{id: a, approach: standardised-response, when: true, do: [{acknowledge: {}}]}]`),
		recovery.Incident{ID: "T", Service: "s", Failure: "late", OccurredAt: day})
	past := &ledger.Explained{
		Seq: 7, Record: &recovery.Record{Decision: x.Decision}, Explanation: x,
		Changes: []ledger.Change{{Path: "actions[0].type", Was: `"respond"`, Is: `"acknowledge"`}, {Path: "supersedes", Is: `"dec_1"`}},
	}
	r := explain.OfPast(past, explain.Options{})
	if r.OK() {
		t.Error("it is all well")
	}
	got := text(r, false)
	for _, want := range []string{"decided again, it comes out differently:", `actions[0].type: was "respond", is "acknowledge"`, `supersedes: was nothing, is "dec_1"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if want := `"changes":[{"path":"actions[0].type","was":"respond","is":"acknowledge"},{"path":"supersedes","is":"dec_1"}]`; !strings.Contains(b.String(), want) {
		t.Error(b.String())
	}
}

// TestEarlierSemantics says that a decision was made under another version than its reasons.
func TestEarlierSemantics(t *testing.T) {
	x := explained(t, load(t, `plays: [{id: a, approach: standardised-response, when: true, do: [{acknowledge: {}}]}]`),
		recovery.Incident{ID: "T", Service: "s", Failure: "late", OccurredAt: day})
	was := *x.Decision
	was.Semantics = 1
	const said = "decided under version 1 of the semantics; the reasons are worked out"
	for d, want := range map[*recovery.Decision]bool{x.Decision: false, &was: true} {
		past := &ledger.Explained{Record: &recovery.Record{Decision: d}, Explanation: x}
		if got := text(explain.OfPast(past, explain.Options{}), false); strings.Contains(got, said) != want {
			t.Errorf("version %d:\n%s", d.Semantics, got)
		}
	}
}

// The help of the command lists every key that there is.
func TestFormatIsComplete(t *testing.T) {
	source, err := filepath.Glob("json*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range source {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("`json:\"([a-z_]+)").FindAllStringSubmatch(string(text), -1) {
			seen++
			if !strings.Contains(explain.Format, `"`+m[1]+`"`) && m[1] != "message" && m[1] != "amount" {
				t.Errorf("the format does not speak of %q", m[1])
			}
		}
	}
	if seen < 40 {
		t.Error(seen)
	}
}
