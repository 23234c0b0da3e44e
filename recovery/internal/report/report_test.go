package report_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/report"
	"github.com/servicerecovery/amends/recovery/internal/suite"
	"github.com/servicerecovery/amends/testdata/golden"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// built makes the page of a set, its tests run.
func built(t *testing.T, fsys fs.FS, o report.Options) *report.Page {
	t.Helper()
	o.Tests = ran(t, fsys)
	return untested(t, fsys, o)
}

// untested makes the page of a set with the tests of the options.
func untested(t *testing.T, fsys fs.FS, o report.Options) *report.Page {
	t.Helper()
	set, read := playbook.Load(fsys)
	program, found := policy.Compile(set)
	if diags := set.Finish(append(read, found...)); diags.HasErrors() {
		t.Fatal(diags)
	}
	return report.Build(set, program, o)
}

// ran runs the suites of a set.
func ran(t *testing.T, fsys fs.FS) *suite.Report {
	t.Helper()
	tests, err := suite.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	out := &suite.Report{Suites: tests.Suites(), Diagnostics: tests.Diagnostics, Coverage: tests.NewCoverage()}
	if out.Results, err = tests.Run(context.Background(), tests.Cases, out.Coverage.Watch); err != nil {
		t.Fatal(err)
	}
	return out
}

// of makes the page of a set in one file.
func of(t *testing.T, text string, o report.Options) *report.Page {
	t.Helper()
	return untested(t, fstest.MapFS{"set.yaml": {Data: []byte(text)}}, o)
}

func written(t *testing.T, p *report.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// examples are the sets of the examples.
func examples(t *testing.T) []string {
	t.Helper()
	dirs, err := filepath.Glob("../../../examples/*/playbooks")
	if err != nil || len(dirs) < 5 {
		t.Fatal("the examples are not where they were", dirs, err)
	}
	return dirs
}

func TestGolden(t *testing.T) {
	now := noon
	page := built(t, os.DirFS("../../../examples/hotel/playbooks"), report.Options{Now: &now, Revision: "4f1c2d3"})
	got := written(t, page)
	golden.Check(t, "testdata/hotel.html", got)
}

// TestExamples holds, for each example, that the page is the same every time, well
// formed, whole in itself, and that its links lead somewhere.
func TestExamples(t *testing.T) {
	for i, dir := range examples(t) {
		if testing.Short() && i%2 != 0 {
			continue
		}
		t.Run(filepath.Base(filepath.Dir(dir)), func(t *testing.T) {
			now := noon
			o := report.Options{Now: &now, Tests: ran(t, os.DirFS(dir))}
			text := written(t, untested(t, os.DirFS(dir), o))
			if !testing.Short() && written(t, untested(t, os.DirFS(dir), o)) != text {
				t.Error("the second time it is another page")
			}
			wellFormed(t, text)
			for _, bad := range []string{"http:", "https:", "//cdn", "@import", "url(", " src=", "<link", "<img", "<iframe", "ZgotmplZ", "%!", "<nil>"} {
				if i := strings.Index(text, bad); i >= 0 {
					t.Errorf("the page holds %q: …%s…", bad, text[max(0, i-60):min(len(text), i+60)])
				}
			}
			linked(t, text)
		})
	}
}

// voids are what HTML writes and XML does not.
var voids = regexp.MustCompile(`<(meta [^>]*|br)>`)

// wellFormed holds that elements are closed in order.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	text = strings.ReplaceAll(voids.ReplaceAllString(text, "<$1/>"), "<details open>", "<details>")
	d := xml.NewDecoder(strings.NewReader(text))
	d.Entity = xml.HTMLEntity
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

var (
	idOf   = regexp.MustCompile(` id="([^"]*)"`)
	linkOf = regexp.MustCompile(` href="#([^"]*)"`)
	named  = regexp.MustCompile(` aria-labelledby="([^"]*)"`)
)

// linked holds that ids are there once, and that links and labels find theirs.
func linked(t *testing.T, text string) {
	t.Helper()
	ids := map[string]int{}
	for _, m := range idOf.FindAllStringSubmatch(text, -1) {
		if ids[m[1]]++; ids[m[1]] > 1 {
			t.Errorf("the id %s is there twice", m[1])
		}
	}
	for _, re := range []*regexp.Regexp{linkOf, named} {
		all := re.FindAllStringSubmatch(text, -1)
		if len(all) == 0 {
			t.Errorf("nothing is like %s", re)
		}
		for _, m := range all {
			if ids[m[1]] == 0 {
				t.Errorf("nothing has the id %s", m[1])
			}
		}
	}
}

// TestEscaped holds that nothing that a team writes becomes a part of the page.
func TestEscaped(t *testing.T) {
	const bad = `<script>alert("x")</script>`
	page := of(t, `amends: v1
playbook: p
title: 'T `+bad+`'
about: 'A `+bad+`'
owner: 'O `+bad+`'
review_by: 2027-06-30
applies: incident.service == '`+bad+`'
incident:
  size: {type: string, default: "", about: 'F `+bad+`'}
messages:
  m: {en: 'M `+bad+` ${incident.size}'}
tables:
  t: {by: incident.size, rows: [{is: '`+bad+`', pay: 1 EUR}, {otherwise: true, pay: 2 EUR}]}
plays:
  - id: a
    approach: standardised-response
    about: 'P `+bad+`'
    when: incident.failure == '`+bad+`'
    do:
      - notify: {to: '`+bad+`', note: '`+bad+`', owner: '`+bad+`', message: m}
      - compensate: {amount: tables.t.pay}
`, report.Options{Title: bad, Revision: bad})
	text := written(t, page)
	if strings.Contains(text, "<script>alert") || strings.Count(text, "<script") != 1 {
		t.Error("what was written has become a part of the page")
	}
	if n := strings.Count(text, "&lt;script&gt;alert"); n < 12 {
		t.Errorf("it is there %d times only", n)
	}
	wellFormed(t, text)
}
