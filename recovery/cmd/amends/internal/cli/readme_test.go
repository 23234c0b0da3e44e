package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeTranscript holds that what the README shows of the command is what it prints: the
// transcript is a part of the archive promises.
func TestReadmeTranscript(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	archive, err := os.ReadFile(filepath.Join("testdata", "promises.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(readme), "```console\n")
	shown, _, closed := strings.Cut(after, "```")
	if !found || !closed || !strings.Contains(string(archive), shown) {
		t.Errorf("the README shows what the archive promises does not have:\n%s", shown)
	}
}

// TestReadmeAnswers runs the commands with which the README answers a manager's questions, on a ledger that is not
// there: that has to be all that is wrong with them.
func TestReadmeAnswers(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	playbooks := t.TempDir()
	set := "amends: v1\nplaybook: parcels\nreview_by: 2037-06-30\nplays:\n  - {id: late, approach: standardised-response, when: incident.failure == \"late\", do: [{apologise: }]}\n"
	if err := os.WriteFile(filepath.Join(playbooks, "p.yaml"), []byte(set), 0o600); err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(readme), "## For whoever answers for it\n")
	table, _, found := strings.Cut(after, "| `amends …` | answers |")
	commands := regexp.MustCompile("`amends ([^`]+)`").FindAllStringSubmatch(table, -1)
	if !found || len(commands) < 7 {
		t.Fatalf("%d commands", len(commands))
	}
	for _, c := range commands {
		args := strings.Fields(strings.NewReplacer("main:playbooks", playbooks, "playbooks", playbooks, "LEDGER", "nowhere").Replace(c[1]))
		if _, _, stderr := run(nil, false, nil, args...); !strings.HasPrefix(stderr, "amends: there is no directory nowhere") {
			t.Errorf("%s: %s", c[0], stderr)
		}
	}
}
