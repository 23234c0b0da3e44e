package cli_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReport holds that the page is the same in a file and on standard output, and
// says what the flags ask for.
func TestReport(t *testing.T) {
	const dir = "../../../../../examples/quickstart/playbooks"
	flags := []string{"report", dir, "--title", "Parcels & more", "--revision", "4f1c", "--now", "2027-07-01T00:00:00Z"}
	status, page, errors := run(nil, false, nil, flags...)
	if status != 0 || errors != "" {
		t.Fatal(status, errors)
	}
	for _, part := range []string{
		"<title>Parcels &amp; more</title>", "<code>4f1c</code>", "stale since 2027-06-30", "as of 2027-07-01T00:00:00Z", "100.0%", `id="play.parcels.late"`,
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the page does not say %s", part)
		}
	}
	file := filepath.Join(t.TempDir(), "page.html")
	if status, out, errors := run(nil, false, nil, append(flags, "--out", file)...); status != 0 || out != "" || errors != "" {
		t.Fatal(status, out, errors)
	}
	text, err := os.ReadFile(file)
	if err != nil || string(text) != page {
		t.Error("the file holds another page", err)
	}
	_, plain, _ := run(nil, false, nil, "report", dir)
	if strings.Contains(plain, "stale since") || !strings.Contains(plain, "<title>Late, damaged and stranded parcels</title>") {
		t.Error("without a time, something is judged by one; or the title is not the playbook's")
	}
}

// TestReportLedger puts what happened beside what is written, for plays that were used and for those
// that were not.
func TestReportLedger(t *testing.T) {
	inShop(t)
	if status, errs := amends(strings.NewReader(lateOne(1)), io.Discard, "decide", "--playbooks", "playbooks", "--store", "ledger", "--now", "2026-03-02T10:00:00Z"); status != 0 {
		t.Fatal(errs)
	}
	var page bytes.Buffer
	if status, errs := amends(nil, &page, "report", "playbooks", "--ledger", "ledger", "--since", "2026-03", "--until", "2026-03", "--now", "2026-04-01T00:00:00Z"); status != 0 {
		t.Fatal(errs)
	}
	for _, want := range []string{"What happened <span class=\"soft small\">2026-03-01 to 2026-03-31, from the ledger ledger</span>", "It had a part in <b>1</b> decision", "It was not used."} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("%s is not in the page", want)
		}
	}
	if status, errs := amends(nil, io.Discard, "report", "playbooks", "--since", "2026-03"); status != 2 || !strings.Contains(errs, "--ledger") {
		t.Errorf("%d %s", status, errs)
	}
}
