package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/cli"
)

// The command writes the schemas that are published.
func TestSchema(t *testing.T) {
	for _, kind := range []string{"", "playbook", "suite", "incident", "decision"} {
		args, file := []string{"schema"}, "playbook.json"
		if kind != "" {
			args, file = append(args, "--of", kind), kind+".json"
		}
		want, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "..", "playbook", "schema", file))
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if status := cli.Run(args, cli.Process{Stdout: &got, Stderr: &got}); status != 0 || !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%v: status %d, and not what is in playbook/schema/%s", args, status, file)
		}
	}
}
