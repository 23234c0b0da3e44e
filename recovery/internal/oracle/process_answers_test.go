package oracle

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/diff"
	"github.com/servicerecovery/amends/recovery/internal/explain"
	"github.com/servicerecovery/amends/recovery/internal/report"
	"github.com/servicerecovery/amends/recovery/internal/suite"
)

// answering makes every text that is compared, one after the other, until yield is false.
type answering struct {
	t      *testing.T
	second bool
	yield  func(name string, text []byte) bool
	ended  bool
}

// answerAll makes all of them. In the second process files and incidents come in another order;
// the texts do not.
func answerAll(t *testing.T, second bool, yield func(name string, text []byte) bool) {
	a := &answering{t: t, second: second, yield: yield}
	for _, pattern := range []string{
		"../../../examples/*/playbooks", "../../../testdata/readme/playbooks", "../../../playbook/testdata/good",
		"../../cmd/amends/internal/cli/testdata/*.txtar", "../../cmd/amends/internal/cli/testdata/*/*.txtar",
		"../suite/testdata", "../diff/testdata/base",
	} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range found {
			a.world(filepath.ToSlash(file), worldOf(t, file))
		}
	}
	for seed := range uint64(randomStories) {
		a.story(seed + 1)
	}
}

// randomStories is how many sets the oracle makes up; each has about ten decisions.
const randomStories = 300

// worldOf is an archive unpacked, or a folder; with an example's playbooks come its incidents.
func worldOf(t *testing.T, file string) fs.FS {
	t.Helper()
	if strings.HasSuffix(file, ".txtar") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return unpacked(string(text))
	}
	if filepath.Base(file) == "playbooks" {
		file = filepath.Dir(file)
	}
	return os.DirFS(file)
}

var fileMarker = regexp.MustCompile(`(?m)^-- (.+) --\n`)

func unpacked(archive string) fstest.MapFS {
	files := fstest.MapFS{}
	marks := fileMarker.FindAllStringSubmatchIndex(archive, -1)
	for i, m := range marks {
		end := len(archive)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		if name := archive[m[2]:m[3]]; fs.ValidPath(name) {
			files[name] = &fstest.MapFile{Data: []byte(archive[m[1]:end])}
		}
	}
	return files
}

func (a *answering) text(name string, text []byte) {
	if !a.ended && !a.yield(name, text) {
		a.ended = true
	}
}

func (a *answering) fails(name string, err error) { a.text(name, []byte(err.Error())) }

// world decides the incidents of a world by each set that is in it, and compares neighbouring sets.
func (a *answering) world(name string, world fs.FS) {
	incidents := incidentsIn(a.t, world)
	var before *diff.Side
	for _, dir := range setsIn(a.t, world) {
		sub, err := fs.Sub(world, dir)
		if err != nil {
			a.t.Fatal(err)
		}
		if a.second {
			sub = shuffled{sub}
		}
		at := name + " " + dir
		side, err := diff.Open(dir, sub)
		if err != nil {
			a.fails(at, err)
			continue
		}
		if before != nil {
			var out bytes.Buffer
			r := &diff.Report{Old: before.Name, New: side.Name, Changes: diff.Compare(before, side)}
			if err := r.WriteJSON(&out); err != nil {
				a.t.Fatal(err)
			}
			a.text(at+" compared", out.Bytes())
		}
		before = side
		a.set(at, sub, incidents)
	}
}

// setsIn lists the folders that hold playbooks.
func setsIn(t *testing.T, world fs.FS) (dirs []string) {
	t.Helper()
	err := fs.WalkDir(world, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(p, ".yaml") && !slices.Contains(dirs, path.Dir(p)) {
			dirs = append(dirs, path.Dir(p))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

// incidentsIn reads the incidents of a world; without any, one that many sets have a play for.
func incidentsIn(t *testing.T, world fs.FS) (found []json.RawMessage) {
	t.Helper()
	err := fs.WalkDir(world, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".json") && !strings.HasSuffix(p, ".jsonl") {
			return err
		}
		text, err := fs.ReadFile(world, p)
		found = append(found, valuesIn(text)...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(found, json.RawMessage(`{"id":"T","service":"parcel","failure":"late","occurred_at":"2026-03-02T08:00:00Z","delay":"50h"}`))
}

// valuesIn are the objects of a text, one after the other or in a list, up to the first mistake.
func valuesIn(text []byte) (found []json.RawMessage) {
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		var v json.RawMessage
		if d.Decode(&v) != nil {
			return found
		}
		var list []json.RawMessage
		if json.Unmarshal(v, &list) == nil {
			found = append(found, list...)
		} else {
			found = append(found, v)
		}
	}
}

// set has the page of a set, what its own tests come to, and each incident.
func (a *answering) set(name string, files fs.FS, incidents []json.RawMessage) {
	books, diags := playbook.Load(files)
	program, found := policy.Compile(books)
	a.text(name+" checked", []byte(books.Finish(append(diags, found...)).Error()))
	var page bytes.Buffer
	if err := report.Build(books, program, report.Options{}).WriteHTML(&page); err != nil {
		a.t.Fatal(err)
	}
	a.text(name+" as a page", page.Bytes())
	a.tests(name, files)

	now := time.Time{}
	engine, err := recovery.Load(files, recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		a.t.Fatal(name, err)
	}
	texts := make([][2][]byte, len(incidents))
	for n := range incidents {
		i := n
		if a.second {
			i = len(incidents) - 1 - n
		}
		var in recovery.Incident
		if err := in.UnmarshalJSON(incidents[i]); err != nil {
			texts[i][0] = []byte(err.Error())
			continue
		}
		now = time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)
		if !in.OccurredAt.IsZero() {
			now = in.OccurredAt.Add(50 * time.Hour)
		}
		texts[i] = a.decided(engine, in)
	}
	for i, both := range texts {
		a.text(fmt.Sprintf("%s, incident %d decided", name, i), both[0])
		a.text(fmt.Sprintf("%s, incident %d explained", name, i), both[1])
	}
}

// decided decides an incident and explains it, in the second process the other way round.
func (a *answering) decided(engine *recovery.Engine, in recovery.Incident) (texts [2][]byte) {
	decide := func() {
		if d, err := engine.Decide(context.Background(), in); err == nil {
			texts[0] = d.AppendJSON(nil)
		} else {
			texts[0] = recovery.AppendRefusal(nil, in.ID, err)
		}
	}
	why := func() {
		x, err := engine.Explain(context.Background(), in)
		texts[1] = a.explained(x, in.ID, err)
	}
	if a.second {
		why()
		decide()
	} else {
		decide()
		why()
	}
	return texts
}

func (a *answering) explained(x *recovery.Explanation, incident string, err error) []byte {
	if err != nil {
		return recovery.AppendRefusal(nil, incident, err)
	}
	var out bytes.Buffer
	r := explain.Of(x, explain.Options{All: true})
	if err := r.WriteJSON(&out); err != nil {
		a.t.Fatal(err)
	}
	out.WriteString(r.Text(false).String())
	for _, row := range x.Rows {
		fmt.Fprintf(&out, "looked up %s: %s %d\n", row.Playbook.ID, row.Table, row.Row)
	}
	return out.Bytes()
}

// tests runs the set's own tests: each step is decided, and explained from what it was decided from.
func (a *answering) tests(name string, files fs.FS) {
	s, err := suite.Load(files)
	if err != nil {
		a.t.Fatal(name, err)
	}
	covered := s.NewCoverage()
	steps := 0
	results, err := s.Run(context.Background(), s.Cases, func(d *suite.Decided) {
		steps++
		x := d.Explain()
		var text []byte
		if x.Decision != nil {
			text = x.Decision.AppendJSON(nil)
		}
		a.text(fmt.Sprintf("%s, step %d", name, steps), append(text, a.explained(x, x.Incident, nil)...))
		covered.Watch(d)
	})
	if err != nil {
		a.t.Fatal(name, err)
	}
	var out bytes.Buffer
	if err := (&suite.Report{Suites: s.Suites(), Results: results, Diagnostics: s.Diagnostics, Coverage: covered}).WriteJSON(&out); err != nil {
		a.t.Fatal(err)
	}
	a.text(name+" tested", out.Bytes())
}

// story plays the story of one seed of the oracle's.
func (a *answering) story(seed uint64) {
	if a.ended {
		return
	}
	b, err := newBench(seed)
	if err != nil {
		a.t.Fatal(seed, err)
	}
	var files fs.FS = b.set.files()
	if a.second {
		files = shuffled{files}
	}
	engine, err := recovery.Load(files, recovery.WithStore(b.store), recovery.WithClock(func() time.Time { return b.now }))
	if err != nil {
		a.t.Fatal(seed, err)
	}
	for i := range b.steps() {
		in := b.next().api()
		both := a.decided(engine, in)
		a.text(fmt.Sprintf("seed %d, step %d decided", seed, i), both[0])
		a.text(fmt.Sprintf("seed %d, step %d explained", seed, i), both[1])
		_, _ = engine.Handle(context.Background(), in) // a refusal is in the texts
	}
}
