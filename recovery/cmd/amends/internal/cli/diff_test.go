package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/cli"
)

const onePlay = `amends: v1
playbook: parcels
review_by: 2027-06-30
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do: [{compensate: {amount: 5 EUR}}]
`

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs the command; terminal says which streams are a person's.
func run(stdin io.Reader, terminal bool, env map[string]string, args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = cli.Run(args, cli.Process{
		Stdin: stdin, Stdout: &out, Stderr: &err,
		Env: func(name string) string { return env[name] }, Terminal: func(io.Writer) bool { return terminal },
	})
	return status, out.String(), err.String()
}

func gitIn(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func TestDiffOfRevisions(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(t.TempDir()))
	t.Chdir(t.TempDir())
	gitIn(t, "init", "-q", "-b", "main")
	gitIn(t, "config", "user.name", "A Team")
	gitIn(t, "config", "user.email", "team@example.org")
	write(t, "playbooks/deep/parcels.yaml", onePlay)
	write(t, "playbooks/readme.txt", "not read")
	write(t, "playbooks/.gitattributes", "*.yaml export-ignore\n") // an archive would be empty
	write(t, "bad/bad.yaml", "amends: v2\nplaybook: x\n")
	gitIn(t, "add", "-A")
	gitIn(t, "commit", "-q", "-m", "first")
	write(t, "playbooks/deep/parcels.yaml", strings.Replace(onePlay, "5 EUR", "10 EUR", 1))
	gitIn(t, "commit", "-q", "-a", "-m", "second")

	for _, c := range []struct {
		args, wanted string
		status       int
	}{
		{"main~1:playbooks main:playbooks", "main:playbooks/deep/parcels.yaml:8:32: do/compensate/amount [amount]\n    - 5 EUR\n    + 10 EUR\n", 1},
		{"main~1:playbooks/ playbooks", "playbooks/deep/parcels.yaml:8:32: do/compensate/amount [amount]\n", 1},
		{"main:playbooks playbooks", "no change of meaning from main:playbooks to playbooks\n", 0},
		{"HEAD:playbooks/deep HEAD:playbooks", "no change of meaning", 0},
		{"main playbooks", "amends: there is no directory main; of a git revision name the folder too, such as main:playbooks\n", 2},
		{"old:playbooks playbooks", "amends: there is no directory old:playbooks, and git knows no revision \"old\"\n", 2},
		{"main:plays playbooks", "amends: there is no folder plays in the revision main\n", 2},
		{"main:playbooks/readme.txt playbooks", "amends: main:playbooks/readme.txt is a file; name the folder that holds the playbooks\n", 2},
		{"main:bad playbooks", "main:bad/bad.yaml:1:9: error: version `v2` is not known; this release reads `v1` [unsupported-version]", 2},
		{"--output=x:y playbooks", "amends: diff has no flag --output", 2},
		{"-- --output=x:y playbooks", "git knows no revision", 2},
	} {
		status, stdout, stderr := run(nil, false, nil, append([]string{"diff"}, strings.Fields(c.args)...)...)
		if status != c.status || !strings.Contains(stdout+stderr, c.wanted) {
			t.Errorf("%s: exit %d\n%s%s\nwanted exit %d and\n%s", c.args, status, stdout, stderr, c.status, c.wanted)
		}
	}
	if _, err := os.Stat("x"); err == nil {
		t.Error("an argument was taken for a flag of git")
	}

	// From a folder further down, what is meant is said as git says it.
	t.Chdir("playbooks")
	for _, name := range []string{"main~1:playbooks", "main~1:./", "main~1:.", "main~1:../playbooks", "main~1:../playbooks/", "main~1:./deep/", "main~1:./deep/.."} {
		if status, stdout, stderr := run(nil, false, nil, "diff", name, "."); status != 1 || !strings.Contains(stdout, "- 5 EUR") {
			t.Errorf("%s: exit %d\n%s%s", name, status, stdout, stderr)
		}
	}
	t.Chdir("..")

	// A folder of the name wins.
	write(t, "main:playbooks/parcels.yaml", strings.Replace(onePlay, "5 EUR", "7 EUR", 1))
	if _, stdout, _ := run(nil, false, nil, "diff", "main:playbooks", "playbooks"); !strings.Contains(stdout, "- 7 EUR") {
		t.Errorf("got %s", stdout)
	}
}

func TestDiffWithoutGit(t *testing.T) {
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(t.TempDir()))
	t.Chdir(t.TempDir())
	write(t, "playbooks/parcels.yaml", onePlay)
	if _, err := exec.LookPath("git"); err == nil {
		_, _, stderr := run(nil, false, nil, "diff", "main:playbooks", "playbooks")
		if stderr != "amends: there is no directory main:playbooks, and this is no git repository to read it as a revision from\n" {
			t.Errorf("got %s", stderr)
		}
	}
	t.Setenv("PATH", "")
	_, _, stderr := run(nil, false, nil, "diff", "main:playbooks", "playbooks")
	if stderr != "amends: there is no directory main:playbooks, and no git to read it as a revision with\n" {
		t.Errorf("got %s", stderr)
	}
}

func TestDiffColours(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "old/parcels.yaml", onePlay)
	write(t, "new/parcels.yaml", strings.Replace(onePlay, "5 EUR", "10 EUR", 1))
	_, onTerminal, _ := run(nil, true, nil, "diff", "old", "new")
	_, plain, _ := run(nil, false, nil, "diff", "old", "new")
	_, unwanted, _ := run(nil, true, map[string]string{"NO_COLOR": "1"}, "diff", "old", "new")
	if !strings.Contains(onTerminal, "\x1b[31m- 5 EUR\x1b[0m") || strings.Contains(plain, "\x1b") || unwanted != plain {
		t.Errorf("on a terminal %q, elsewhere %q, with NO_COLOR %q", onTerminal, plain, unwanted)
	}
	_, page, _ := run(nil, true, nil, "diff", "old", "new", "--format", "html")
	_, comment, _ := run(nil, true, nil, "diff", "old", "new", "--format", "markdown")
	if strings.Contains(page+comment, "\x1b") {
		t.Error("a page or a comment is coloured for a terminal")
	}
}

// endless gives incidents until it has given so many, and looks at the memory in
// use meanwhile.
type endless struct {
	left, given int
	line        []byte
	most        uint64
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.line) == 0 {
		if e.given == e.left {
			return 0, io.EOF
		}
		failure := "late"
		if e.given%3 == 0 {
			failure = "lost"
		}
		e.line = fmt.Appendf(nil, `{"id": "T-%d", "service": "parcel", "failure": %q, "occurred_at": "2026-03-02T10:00:00Z", "summary": %q}`+"\n", e.given, failure, strings.Repeat("x", 1000))
		if e.given++; e.given%2000 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			e.most = max(e.most, m.HeapAlloc)
		}
	}
	n := copy(p, e.line)
	e.line = e.line[n:]
	return n, nil
}

// TestDiffStreams holds that memory does not grow with the input: 20 MB of
// incidents pass through far less.
func TestDiffStreams(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "old/parcels.yaml", onePlay)
	write(t, "new/parcels.yaml", strings.Replace(onePlay, "5 EUR", "10 EUR", 1))
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	in := &endless{left: 20_000}
	status, stdout, stderr := run(in, false, nil, "diff", "old", "new", "--incidents", "-")
	if status != 1 || !strings.Contains(stdout, "13,333 of 20,000 incidents decided another way (66.7%)") {
		t.Errorf("exit %d\n%s%s", status, stdout, stderr)
	}
	if grown := int64(in.most) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("%d bytes more were in use", grown)
	}
}

// TestDiffIsDeterministic holds that the cores that work on it do not show.
func TestDiffIsDeterministic(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "old/parcels.yaml", onePlay)
	write(t, "new/parcels.yaml", strings.Replace(onePlay, "5 EUR", "10 EUR", 1))
	var first string
	for n := range 4 {
		before := runtime.GOMAXPROCS(1 + 3*(n%2))
		_, stdout, _ := run(&endless{left: 500}, false, nil, "diff", "old", "new", "--incidents", "-", "--format", "json", "--examples", "50")
		runtime.GOMAXPROCS(before)
		if first == "" {
			first = stdout
		}
		if stdout != first || !strings.Contains(stdout, `"incident": "T-73"`) {
			t.Fatalf("run %d differs:\n%s", n, stdout)
		}
	}
}

func TestDiffWritesNothingForBots(t *testing.T) {
	t.Chdir(t.TempDir())
	const nasty = `<script>alert(1)</script> | @everyone #1 [x](http://y) <!-- ` + "`"
	write(t, "old/parcels.yaml", onePlay)
	write(t, "new/parcels.yaml", strings.Replace(onePlay, "amount: 5 EUR}", "amount: 5 EUR, note: '"+nasty+"'}", 1))
	_, page, _ := run(nil, false, nil, "diff", "old", "new", "--format", "html")
	if strings.Contains(page, "<script") || !strings.Contains(page, "&lt;script&gt;alert(1)") {
		t.Error("the page holds a script")
	}
	if strings.Contains(page, "http:") && !strings.Contains(page, "(http://y)") || strings.Contains(page, "src=") || strings.Contains(page, "@import") {
		t.Error("the page asks for something else")
	}
	_, comment, _ := run(nil, false, nil, "diff", "old", "new", "--format", "markdown")
	for _, bad := range []string{"<script", "@everyone", " #1", "[x]", "<!--", "http://"} {
		if strings.Contains(comment, bad) {
			t.Errorf("the comment holds %q:\n%s", bad, comment)
		}
	}
	for _, line := range strings.Split(comment, "\n") {
		if strings.HasPrefix(line, "| note") && strings.Count(line, "|") != 5 {
			t.Errorf("a cell is broken: %s", line)
		}
	}
}
