package recoverytest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/recovery/recoverytest"
)

const runBook = `amends: v1
playbook: parcels
review_by: 2027-06-30
incident: {delay: {type: duration, default: 0s}}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late" && incident.delay >= hours(24)
    do: [{compensate: {amount: 5 EUR}}]
`

const runSuite = `amends: v1
suite: late parcels
now: 2026-03-02T10:00:00Z
defaults: {incident: {id: T, service: parcel, failure: late, occurred_at: 2026-03-01T10:00:00Z}}
tests:
  - name: a day late
    each:
      - {incident: {delay: 24h}, want: {plays: [parcels/late], actions: [{compensate: {amount: 5 EUR}}]}}
      - {incident: {delay: 23h}, want: {plays: [], warnings: [unanswered]}}
`

func runFS(changes ...string) fstest.MapFS {
	fsys := fstest.MapFS{"parcels.yaml": {Data: []byte(runBook)}, "parcels_test.yaml": {Data: []byte(runSuite)}}
	for i := 0; i+1 < len(changes); i += 2 {
		if changes[i+1] == "" {
			delete(fsys, changes[i])
			continue
		}
		fsys[changes[i]] = &fstest.MapFile{Data: []byte(changes[i+1])}
	}
	return fsys
}

func TestRun(t *testing.T) { recoverytest.Run(t, runFS()) }

// inner names what the test below shows when this binary runs itself.
const inner = "AMENDS_RUN_INNER"

var runKinds = map[string]func() fstest.MapFS{
	"passes": func() fstest.MapFS { return runFS() },
	"fails": func() fstest.MapFS {
		return runFS("parcels.yaml", strings.Replace(runBook, "hours(24)", "hours(48)", 1))
	},
	"broken set":   func() fstest.MapFS { return runFS("parcels.yaml", "amends: v1\nplaybook: parcels\nplays: 3\n") },
	"broken suite": func() fstest.MapFS { return runFS("more_test.yaml", "amends: v1\nsuite: more\ntests: 3\n") },
	"no suite":     func() fstest.MapFS { return runFS("parcels_test.yaml", "") },
}

func TestRunInner(t *testing.T) {
	kind := runKinds[os.Getenv(inner)]
	if kind == nil {
		t.Skip("it is run by TestRunTells")
	}
	recoverytest.Run(t, kind())
}

// TestRunTells looks at what go test prints for suites that fail.
func TestRunTells(t *testing.T) {
	for kind, want := range map[string][]string{
		"passes": {"--- PASS: TestRunInner/late_parcels/a_day_late/delay_24h", "PASS"},
		"fails": {
			"--- FAIL: TestRunInner/late_parcels/a_day_late/delay_24h", "--- PASS: TestRunInner/late_parcels/a_day_late/delay_23h",
			"parcels_test.yaml:8:48: late parcels/a day late/delay 24h: other plays than wanted\n", "- parcels/late",
		},
		"broken set":   {"the playbooks do not load", "parcels.yaml:3:8: error", "--- FAIL: TestRunInner "},
		"broken suite": {"more_test.yaml:3:8: error", "--- PASS: TestRunInner/late_parcels/a_day_late/delay_24h", "--- FAIL: TestRunInner "},
		"no suite":     {"there are no suites", "--- FAIL: TestRunInner "},
	} {
		t.Run(kind, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestRunInner$", "-test.v")
			cmd.Env = append(os.Environ(), inner+"="+kind)
			out, err := cmd.CombinedOutput()
			if (err == nil) != (kind == "passes") {
				t.Errorf("it ended with %v", err)
			}
			for _, text := range want {
				if !strings.Contains(string(out), text) {
					t.Errorf("no %q in\n%s", text, out)
				}
			}
		})
	}
}
