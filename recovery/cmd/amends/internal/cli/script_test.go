package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/cli"
	"github.com/servicerecovery/amends/testdata/golden"
)

// TestScripts runs whole flows. An archive in testdata holds files, each after a
// line "-- path --"; the last one, script, holds commands after "$ " with what they
// print. Standard error is marked with "2| ", an exit status other than 0 stands
// in brackets. Standard output may go to a file with " > "; "flip FILE BYTE" and
// "cut FILE BYTES" damage one. Hashes over random salts, and what is signed, are masked.
func TestScripts(t *testing.T) {
	eachArchive(t, "testdata/*.txtar", runScript)
}

// eachArchive unpacks each archive into a folder of its own, and compares its script with what
// running it gives.
func eachArchive(t *testing.T, pattern string, run func(t *testing.T, script string) string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { checkArchive(t, file, run) })
	}
}

func checkArchive(t *testing.T, file string, run func(t *testing.T, script string) string) {
	path, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, script, ok := strings.Cut(string(text), "-- script --\n")
	if !ok {
		t.Fatalf("%s has no script", file)
	}
	t.Chdir(t.TempDir())
	unpack(t, before)
	got := run(t, script)
	if golden.Update() {
		golden.Write(t, path, before+"-- script --\n"+got)
		return
	}
	golden.Same(t, file, script, got)
}

func unpack(t *testing.T, archive string) {
	t.Helper()
	var name string
	var content strings.Builder
	flush := func() {
		if name == "" {
			return
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range strings.SplitAfter(archive, "\n") {
		marker := strings.TrimSpace(line)
		if strings.HasPrefix(marker, "-- ") && strings.HasSuffix(marker, " --") {
			flush()
			name = filepath.FromSlash(marker[3 : len(marker)-3])
			content.Reset()
			continue
		}
		content.WriteString(line)
	}
	flush()
}

// runScript runs the commands of a script and returns it with what they print.
func runScript(t *testing.T, script string) string {
	var out strings.Builder
	for _, line := range strings.Split(script, "\n") {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		if out.Len() > 0 {
			out.WriteString("\n")
		}
		out.WriteString(line + "\n")
		out.WriteString(runCommand(t, command))
	}
	return out.String()
}

func runCommand(t *testing.T, command string) string {
	t.Helper()
	command, output, _ := strings.Cut(command, " > ")
	command, input, _ := strings.Cut(command, " < ")
	words := strings.Fields(command)
	if len(words) == 3 && (words[0] == "flip" || words[0] == "cut" || words[0] == "zeros") {
		damage(t, words[0], words[1], words[2])
		return ""
	}
	if len(words) == 0 || words[0] != "amends" {
		t.Fatalf("a script runs amends, not %q", command)
	}
	var stdin io.Reader = strings.NewReader("")
	if input != "" {
		text, err := os.ReadFile(input)
		if err != nil {
			t.Fatal(err)
		}
		stdin = bytes.NewReader(text)
	}
	var stdout, stderr bytes.Buffer
	status := cli.Run(words[1:], cli.Process{
		Stdin: stdin, Stdout: &stdout, Stderr: &stderr,
		Env:      func(string) string { return "" },
		Terminal: func(io.Writer) bool { return false },
	})
	text := chances.ReplaceAllString(random.ReplaceAllString(stdout.String(), "$1…"), "$1…")
	if output != "" {
		if err := os.WriteFile(output, stdout.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		text = ""
	}
	for _, line := range strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n") {
		if line != "" {
			text += "2| " + line + "\n"
		}
	}
	if status != 0 {
		text += fmt.Sprintf("[exit %d]\n", status)
	}
	return text
}

// random is what hangs on a ledger's salts: hashes and signatures in base64.
var random = regexp.MustCompile(`(\\n)?[A-Za-z0-9+/]{43,}={1,2}`)

// chances hang on the salts too: how likely a difference is by chance, where it was drawn by lot.
var chances = regexp.MustCompile(`(\(p |"p": )0\.[0-9]+`)

// damage changes one byte of a file, or keeps only its first bytes.
func damage(t *testing.T, how, file, at string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(at)
	if err != nil || n >= len(text) {
		t.Fatal(len(text), err)
	}
	switch how {
	case "cut":
		text = text[:n]
	case "zeros":
		text = append(text, make([]byte, n)...)
	default:
		text[n] ^= 1
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
