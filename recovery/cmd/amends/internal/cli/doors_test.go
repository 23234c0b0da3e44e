package cli_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// secret stands in everything that a link must not lead to.
const secret = "hunter2"

const oneBook = `amends: v1
playbook: %NAME
review_by: 2037-06-30
plays:
  - {id: x, approach: standardised-response, when: "true", do: [{compensate: {amount: 5 EUR}}]}
`

func book(name string) string { return strings.Replace(oneBook, "%NAME", name, 1) }

// linkCases are folders with links: what leads where, and whether the set is sound.
var linkCases = map[string]struct {
	links map[string]string
	sound bool
}{
	"none":                       {nil, true},
	"inside":                     {map[string]string{"pb/a.yaml": "_files/a.yaml"}, true},
	"inside, another name":       {map[string]string{"pb/a.yaml": "_files/a.txt"}, true},
	"inside, by a chain":         {map[string]string{"pb/a.yaml": "_b", "pb/_b": "./_files/../_files/a.yaml"}, true},
	"inside, as volumes have it": {map[string]string{"pb/a.yaml": "..data/a.yaml", "pb/..data": "..2026"}, true},
	"inside, down and up":        {map[string]string{"pb/sub/a.yaml": "../_files/a.yaml"}, true},
	"inside, by a linked folder": {map[string]string{"pb/a.yaml": "_l/a.yaml", "pb/_l": "_files"}, true},
	"out of the folder":          {map[string]string{"pb/a.yaml": "../common/a.yaml"}, false},
	"out and in again":           {map[string]string{"pb/a.yaml": "../pb/_files/a.yaml"}, false},
	"out of the repository":      {map[string]string{"pb/a.yaml": "../../secret.yaml"}, false},
	"absolute":                   {map[string]string{"pb/a.yaml": "%OUT/secret.yaml"}, false},
	"absolute, inside":           {map[string]string{"pb/a.yaml": "%HERE/pb/_files/a.yaml"}, false},
	"out by a chain":             {map[string]string{"pb/a.yaml": "_b", "pb/_b": "../common/a.yaml"}, false},
	"out by a linked folder":     {map[string]string{"pb/a.yaml": "_l/a.yaml", "pb/_l": "../common"}, false},
	"suite, out of the folder":   {map[string]string{"pb/a_test.yaml": "../../secret.yaml"}, true},
	"to itself":                  {map[string]string{"pb/a.yaml": "a.yaml"}, false},
	"in a circle":                {map[string]string{"pb/a.yaml": "_b", "pb/_b": "a.yaml"}, false},
	"to nothing":                 {map[string]string{"pb/a.yaml": "_files/gone.yaml"}, false},
	"to a folder":                {map[string]string{"pb/a.yaml": "_files"}, false},
	"to the folder itself":       {map[string]string{"pb/loop": "."}, false},
	"folder inside":              {map[string]string{"pb/linked": "_files"}, false},
	"folder outside":             {map[string]string{"pb/linked": "../common"}, false},
	"folder that is left out":    {map[string]string{"pb/_linked": "../common"}, true},
	"a document beside":          {map[string]string{"pb/README.md": "../common/README.md"}, true},
}

// TestLinks holds that a folder with links is the same set, or the same refusal, from
// disk and from a revision, and that no message has a line of what is outside.
func TestLinks(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	for name, c := range linkCases {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			here := filepath.Join(out, "repository")
			write(t, filepath.Join(out, "secret.yaml"), "a: "+secret+": "+secret+"\n")
			for path, text := range map[string]string{
				"pb/own.yaml": book("own"), "pb/_files/a.yaml": book("linked"), "pb/_files/a.txt": book("linked"),
				"pb/..2026/a.yaml": book("linked"), "common/a.yaml": book(secret), "common/README.md": secret,
			} {
				write(t, filepath.Join(here, path), text)
			}
			for from, to := range c.links {
				to = strings.NewReplacer("%OUT", out, "%HERE", here).Replace(to)
				if err := os.MkdirAll(filepath.Dir(filepath.Join(here, from)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(to, filepath.Join(here, from)); err != nil {
					t.Skip(err)
				}
			}
			t.Chdir(here)
			gitIn(t, "init", "-q")
			gitIn(t, "add", "-A")
			gitIn(t, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one")
			status, stdout, stderr := quickly(t, "diff", "pb", "HEAD:pb")
			if strings.Contains(stdout+stderr, secret) {
				t.Errorf("what is outside was shown:\n%s%s", stdout, stderr)
			}
			if c.sound && (status != 0 || !strings.Contains(stdout, "no change of meaning")) {
				t.Errorf("folder and revision differ: %d\n%s%s", status, stdout, stderr)
			}
			for _, side := range [][2]string{{"pb", "HEAD:pb"}, {"HEAD:pb", "pb"}} {
				_, _, text := quickly(t, "diff", side[0], side[1])
				if refused := strings.Contains(text, side[0]+" do not load"); refused == c.sound {
					t.Errorf("%s is refused: %v\n%s", side[0], refused, text)
				}
			}
			for _, command := range []string{"check", "test", "report"} {
				if _, stdout, stderr := quickly(t, command, "pb"); strings.Contains(stdout+stderr, secret) {
					t.Errorf("%s showed what is outside:\n%s%s", command, stdout, stderr)
				}
			}
		})
	}
}

// TestLinkedRevisions holds that the folder of a revision may be reached by links that
// stay in the repository, and by no others.
func TestLinkedRevisions(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	out := t.TempDir()
	here := filepath.Join(out, "repository")
	write(t, filepath.Join(here, "pb", "a.yaml"), book("a"))
	write(t, filepath.Join(out, "outside", "a.yaml"), book(secret))
	t.Chdir(here)
	for from, to := range map[string]string{"inside": "pb", "outside": "../outside", "circle": "circle", "gone": "nothing"} {
		if err := os.Symlink(to, from); err != nil {
			t.Skip(err)
		}
	}
	gitIn(t, "init", "-q")
	gitIn(t, "add", "-A")
	gitIn(t, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one")
	for name, want := range map[string]string{
		"inside": "no change of meaning", "outside": "leads out of the repository", "circle": "leads back to itself",
		"gone": "there is no folder", "pb/a.yaml": "is a file",
	} {
		_, stdout, stderr := quickly(t, "diff", "HEAD:"+name, "pb")
		if !strings.Contains(stdout+stderr, want) || strings.Contains(stdout+stderr, secret) {
			t.Errorf("%s:\n%s%s", name, stdout, stderr)
		}
	}
}

// quickly runs the command and fails when it hangs.
func quickly(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		status, stdout, stderr = run(strings.NewReader(""), false, nil, args...)
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("amends %s hangs", strings.Join(args, " "))
	}
	return status, stdout, stderr
}

// TestSpecialFiles gives pipes, sockets, devices, folders, circles and nothing wherever
// an argument names a file or a folder: each is refused at once, with its name.
func TestSpecialFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no pipes with a name")
	}
	t.Chdir(t.TempDir())
	write(t, "pb/p.yaml", book("p"))
	write(t, "i.json", `{"id":"T","service":"s","occurred_at":"2026-03-01T12:00:00Z"}`)
	if status, _, stderr := quickly(t, "decide", "--playbooks", "pb", "--store", "ledger", "i.json"); status != 0 {
		t.Fatal(stderr)
	}
	if out, err := exec.Command("mkfifo", "pipe", "pb/_pipe").CombinedOutput(); err != nil {
		t.Skipf("%v: %s", err, out)
	}
	socket, err := net.Listen("unix", "socket")
	if err != nil {
		t.Skip(err)
	}
	defer socket.Close()
	for from, to := range map[string]string{"circle": "circle", "dangling": "nothing", "to-pipe": "pipe", "to-folder": "pb"} {
		if err := os.Symlink(to, from); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range []string{
		"decide --playbooks pb %", "decide --playbooks pb --given % i.json", "explain --playbooks pb %", "explain --playbooks pb --given % i.json",
		"diff pb pb --incidents %", "ledger verify ledger --checkpoint %", "ledger verify ledger --checkpoint i.json --key %",
		"ledger checkpoint ledger --key %", "ledger checkpoint ledger --after %", "ledger prove ledger --since %", "ledger prove ledger T --key %",
		"ledger check-receipt %", "ledger check-receipt i.json --key %", "ledger check-receipt i.json --checkpoint %",
	} {
		for _, name := range []string{"pipe", "to-pipe", "socket", "/dev/zero", "pb", "to-folder", "circle", "dangling", "nothing"} {
			status, stdout, stderr := quickly(t, strings.Fields(strings.Replace(args, "%", name, 1))...)
			if status != 2 || stdout != "" || !strings.Contains(stderr, name) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("amends %s with %s: %d\n%s%s", args, name, status, stdout, stderr)
			}
		}
	}
	for _, args := range []string{
		"check %", "test %", "report %", "decide --playbooks % i.json", "explain --playbooks % i.json", "diff % pb", "diff pb %",
		"ledger replay ledger --playbooks %", "ledger verify %", "ledger replay %", "ledger equal % --same service", "ledger checkpoint %",
		"ledger prove % T", "ledger erase % --incident T", "diff pb pb --ledger %", "explain --ledger % --incident T", "report pb --out %",
	} {
		for _, name := range []string{"pipe", "to-pipe", "socket", "/dev/zero", "circle"} {
			status, stdout, stderr := quickly(t, strings.Fields(strings.Replace(args, "%", name, 1))...)
			if status != 2 || stdout != "" || !strings.Contains(stderr, name) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("amends %s with %s: %d\n%s%s", args, name, status, stdout, stderr)
			}
		}
	}
	for _, name := range []string{"pb/q.yaml", "pb/q_test.yaml"} {
		for _, to := range []string{"_pipe", "../pipe", "../socket", "/dev/zero", "../circle"} {
			if err := os.Symlink(to, name); err != nil {
				t.Fatal(err)
			}
			if status, stdout, stderr := quickly(t, "test", "pb"); status == 0 || !strings.Contains(stdout+stderr, name+": error: this cannot be read: ") {
				t.Errorf("%s to %s: %d\n%s%s", name, to, status, stdout, stderr)
			}
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestSecretKeyOfOthers holds that a key which others can read signs nothing.
func TestSecretKeyOfOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such permissions")
	}
	t.Chdir(t.TempDir())
	write(t, "pb/p.yaml", book("p"))
	write(t, "i.json", `{"id":"T","service":"s","occurred_at":"2026-03-01T12:00:00Z"}`)
	quickly(t, "decide", "--playbooks", "pb", "--store", "ledger", "i.json")
	if status, _, stderr := quickly(t, "ledger", "checkpoint", "ledger", "--new-key", "k"); status != 0 {
		t.Fatal(stderr)
	}
	for _, mode := range []os.FileMode{0o600, 0o400, 0o640, 0o604, 0o644, 0o602, 0o660} {
		if err := os.Chmod("k", mode); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"ledger", "checkpoint", "ledger", "--key", "k"}, {"ledger", "prove", "ledger", "T", "--key", "k"}} {
			status, stdout, stderr := quickly(t, args...)
			if refused := status == 2 && stdout == "" && strings.Contains(stderr, "chmod 600 k"); refused != (mode&0o077 != 0) {
				t.Errorf("%v with mode %o: %d\n%s%s", args, mode, status, stdout, stderr)
			}
		}
	}
}
