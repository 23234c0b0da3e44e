// Package examples_test holds what the pages of the gallery say.
package examples_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/testdata/golden"
)

// TestIncidents decides each example's incidents at the time that its page
// names, and holds the outcome in words: what the page tells of them is there.
func TestIncidents(t *testing.T) {
	files, err := filepath.Glob("*/incidents.jsonl")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d examples with incidents, %v", len(files), err)
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		t.Run(dir, func(t *testing.T) {
			got := decideAll(t, dir, read(t, file), pageTime(t, dir))
			golden.Check(t, filepath.Join(dir, "testdata", "incidents.txt"), got)
		})
	}
}

// pageTime is the time in the command that an example's page shows.
func pageTime(t *testing.T, dir string) time.Time {
	t.Helper()
	command := regexp.MustCompile(`decide --playbooks examples/` + dir + `/playbooks --format text --now (\S+) examples/` + dir + `/incidents\.jsonl`)
	found := command.FindStringSubmatch(read(t, filepath.Join(dir, "README.md")))
	if found == nil {
		t.Fatalf("the page of %s does not show how to decide its incidents", dir)
	}
	now, err := time.Parse(time.RFC3339, found[1])
	if err != nil {
		t.Fatal(err)
	}
	return now
}

func decideAll(t *testing.T, dir, incidents string, now time.Time) string {
	t.Helper()
	engine, err := recovery.Load(os.DirFS(filepath.Join(dir, "playbooks")), recovery.WithClock(func() time.Time { return now }), recovery.Strict())
	if err != nil {
		t.Fatal(err)
	}
	if warnings := engine.Diagnostics(); len(warnings) > 0 {
		t.Fatal(warnings)
	}
	var out bytes.Buffer
	lines := json.NewDecoder(strings.NewReader(incidents))
	for {
		var in recovery.Incident
		if err := lines.Decode(&in); errors.Is(err, io.EOF) {
			return out.String()
		} else if err != nil {
			t.Fatal(err)
		}
		d, err := engine.Decide(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		show(&out, d)
	}
}

// show writes a decision without ids and line numbers, which the pages do not
// tell either.
func show(w io.Writer, d *recovery.Decision) {
	fmt.Fprintf(w, "%s\n", d.Incident)
	for _, p := range d.Plays {
		fmt.Fprintf(w, "  %s\n", strings.TrimSuffix(p.Play+"/"+p.Case, "/"))
	}
	for _, a := range d.Actions {
		fmt.Fprintf(w, "  → %s\n", a)
		if a.Message != nil {
			fmt.Fprintf(w, "      %s: %s\n", a.Message.Language, a.Message.Text)
		}
	}
	for _, c := range d.Choices {
		fmt.Fprintf(w, "  ? %s chooses by %s\n", c.Decider, c.DueAt.Format(time.RFC3339))
	}
	for _, x := range d.Withheld {
		fmt.Fprintf(w, "  withheld (%s): %s\n", x.Reason, x.Type)
	}
	for _, p := range d.PassedOver {
		fmt.Fprintf(w, "  passed over (%s): %s\n", p.Reason, p.Partner)
	}
	for _, x := range d.Warnings {
		fmt.Fprintf(w, "  warning: %s\n", x.Code)
	}
}

// TestGallery holds that the gallery leads to every example.
func TestGallery(t *testing.T) {
	pages, err := filepath.Glob("*/README.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	gallery := read(t, "README.md")
	for _, page := range pages {
		if dir := filepath.Dir(page); !strings.Contains(gallery, "**["+dir+"]("+dir+")") {
			t.Errorf("README.md does not lead to %s", dir)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
