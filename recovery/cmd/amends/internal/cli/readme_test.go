package cli_test

import (
	"os"
	"path/filepath"
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
