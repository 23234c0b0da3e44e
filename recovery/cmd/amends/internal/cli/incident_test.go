package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestOneIncidentByIndex runs the commands that are about one incident on a ledger with an index, and on
// the same ledger without: they write the same. The incidents stand before the index and behind it, and
// one was only refused.
func TestOneIncidentByIndex(t *testing.T) {
	inShop(t)
	var out bytes.Buffer
	run := func(in string, args ...string) string {
		var out bytes.Buffer
		status, stderr := amends(strings.NewReader(in), &out, args...)
		return fmt.Sprintf("%s%s[exit %d]\n", &out, stderr, status)
	}
	decide := func(in, now string) {
		out.WriteString(run(in, "decide", "--playbooks", "playbooks", "--store", "ledger", "--now", now))
	}
	decide(`{"id": "T-1", "service": "parcel", "failure": "late", "severity": 4, "occurred_at": "2026-03-02T08:00:00Z", "customer": {"id": "C-1"}}
{"id": "T-2", "service": "parcel", "failure": "late", "severity": 4, "occurred_at": "2026-03-02T08:00:00Z", "customer": {"id": "C-1"}}
{"id": "T-3", "failure": "late"}
`, "2026-03-02T09:00:00Z")
	choice := regexp.MustCompile(`cho_\w+`).FindAllString(out.String(), -1)
	action := regexp.MustCompile(`act_\w+`).FindString(out.String())
	if len(choice) < 2 || action == "" {
		t.Fatal(out.String())
	}
	if got := run("", "ledger", "index", "ledger"); !strings.HasPrefix(got, "indexed: ") {
		t.Fatal(got)
	}
	decide(`{"id": "T-2", "service": "parcel", "failure": "lost", "severity": 4, "occurred_at": "2026-03-02T08:00:00Z", "customer": {"id": "C-1"}}
{"id": "T-4", "service": "parcel", "failure": "late", "occurred_at": "2026-03-02T08:00:00Z", "customer": {"id": "C-2"}}
`, "2026-03-02T10:00:00Z")
	if err := os.CopyFS("plain", os.DirFS("ledger")); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("plain/*.index")
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	if err := os.Remove(names[0]); err != nil {
		t.Fatal(err)
	}
	gift := `{"choice": "` + choice[0] + `", "by": "Rosa", "options": [{"type": "compensate", "amount": "20 EUR", "params": {"as": "cash"}}]%s}` + "\n"
	for _, x := range []struct {
		in   string
		args string
	}{
		{"", "show LEDGER T-1"}, {"", "show LEDGER T-2"}, {"", "show LEDGER T-2 --format html"}, {"", "show LEDGER T-3 --format json"}, {"", "show LEDGER T-4 --format json"},
		{"", "show LEDGER T-9"}, {"", "agenda LEDGER --incident T-1"}, {"", "agenda LEDGER --incident T-2 --format json"}, {"", "agenda LEDGER --incident T-9"},
		{"", "agenda LEDGER --incident T-3"}, {"", "done --store LEDGER T-1 " + action}, {"", "done --store LEDGER T-1 act_0"}, {"", "done --store LEDGER T-9 act_0"},
		{"", "again --store LEDGER T-4"}, {"", "again --store LEDGER T-9"},
		{fmt.Sprintf(gift, `, "incident": "T-2"`), "choose --store LEDGER"}, {fmt.Sprintf(gift, `, "incident": "T-1"`), "choose --store LEDGER"},
		{fmt.Sprintf(gift, ""), "choose --store LEDGER --format text"}, {`{"choice": "cho_0", "by": "Rosa", "reason": "no"}`, "decline --store LEDGER"},
		{`{"choice": "` + choice[0] + `", "by": "Hugo"}`, "approve --store LEDGER"}, {"", "show LEDGER T-1 --format json"}, {"", "agenda LEDGER --incident T-1"},
		{"", "again --store LEDGER"},
	} {
		args := func(dir string) []string {
			return append(strings.Fields(strings.ReplaceAll(x.args, "LEDGER", dir)), "--now", "2026-03-02T12:00:00Z")
		}
		with, without := run(x.in, args("ledger")...), run(x.in, args("plain")...)
		if with = strings.ReplaceAll(with, "ledger", "plain"); with != strings.ReplaceAll(without, "ledger", "plain") {
			t.Errorf("%s: with an index:\n%s\nwithout:\n%s", x.args, with, without)
		}
	}
}
