package cli_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/cli"
)

// The commands in the workflow to copy, its page and the hooks are ones that the
// program knows, and do their work on a good set.
func TestPublishedCommands(t *testing.T) {
	command := regexp.MustCompile(`(?m)(?:^|run: |    |entry: )amends ((?:check|test|diff|schema)[^|>\n]*)`)
	args := regexp.MustCompile(`entry: (.*)\n  args: \[(.*)\]`)
	root := filepath.Join("..", "..", "..", "..", "..")
	var commands []string
	for _, file := range []string{"examples/ci/amends.yml", "examples/ci/README.md", ".pre-commit-hooks.yaml"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		whole := args.ReplaceAllStringFunc(string(text), func(s string) string {
			m := args.FindStringSubmatch(s)
			return "entry: " + m[1] + " " + strings.ReplaceAll(m[2], ",", "")
		})
		for _, m := range command.FindAllStringSubmatch(whole, -1) {
			commands = append(commands, m[1])
		}
	}
	if len(commands) < 8 {
		t.Fatalf("only %d commands were found: %q", len(commands), commands)
	}
	dir := t.TempDir()
	playbook := "amends: v1\nplaybook: p\nreview_by: 2027-06-30\nplays: [{id: a, approach: standardised-response, when: true}]\n"
	suite := "amends: v1\nsuite: s\ntests: [{name: a, incident: {id: T, service: x, occurred_at: 2026-03-02T10:00:00Z}, want: {plays: [p/a]}}]\n"
	for name, text := range map[string]string{"p.yaml": playbook, "p_test.yaml": suite} {
		if err := os.MkdirAll(filepath.Join(dir, "playbooks"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "playbooks", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for _, line := range commands {
		words := strings.Fields(strings.NewReplacer(`"HEAD^1:$PLAYBOOKS"`, "playbooks", `"$PLAYBOOKS"`, "playbooks").Replace(line))
		var out bytes.Buffer
		status := cli.Run(words, cli.Process{
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
			Env: func(string) string { return "" }, Terminal: func(io.Writer) bool { return false },
		})
		if status != 0 {
			t.Errorf("amends %s: status %d\n%s", line, status, out.String())
		}
	}
}
