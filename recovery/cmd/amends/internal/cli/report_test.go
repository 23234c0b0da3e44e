package cli_test

import (
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
