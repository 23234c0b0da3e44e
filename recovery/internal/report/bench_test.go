package report_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/report"
	"github.com/servicerecovery/amends/recovery/internal/suite"
)

// BenchmarkBuild makes the page of a set with 40 playbooks of 50 plays.
func BenchmarkBuild(b *testing.B) {
	files := fstest.MapFS{}
	for i := range 40 {
		var text strings.Builder
		fmt.Fprintf(&text, "amends: v1\nplaybook: b%d\nreview_by: 2027-06-30\napplies: incident.service == \"s%d\"\nmessages: {m: {en: hello, es: hola}}\n", i, i)
		text.WriteString("tables: {t: {by: incident.severity, rows: [{from: 1, pay: 1 EUR}, {from: 3, pay: 3 EUR}]}}\nplays:\n")
		for n := range 50 {
			fmt.Fprintf(&text, "  - id: p%d\n    approach: standardised-response\n    when: incident.failure == \"f%d\" && has(tables.t)\n", n, n)
			text.WriteString("    do: [{apologise: {within: 1h, message: m}}, {compensate: {amount: tables.t.pay}}]\n    cases: [{when: incident.severity > 2, do: [{callback: {}}]}]\n")
		}
		files[fmt.Sprintf("b%d.yaml", i)] = &fstest.MapFile{Data: []byte(text.String())}
	}
	set, _ := playbook.Load(files)
	program, diags := policy.Compile(set)
	tests, err := suite.Load(files)
	if diags.HasErrors() || err != nil {
		b.Fatal(diags, err)
	}
	ran := &suite.Report{Coverage: tests.NewCoverage()}
	b.ReportAllocs()
	for b.Loop() {
		if err := report.Build(set, program, report.Options{Tests: ran}).WriteHTML(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
