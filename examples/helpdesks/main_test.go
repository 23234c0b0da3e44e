package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery/recoverytest"
)

// The team's own tests, beside the playbooks.
func TestPlaybooks(t *testing.T) { recoverytest.Run(t, os.DirFS("playbooks")) }

func TestTell(t *testing.T) {
	var out bytes.Buffer
	if err := tell(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	const file = "testdata/output.txt"
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != string(want) {
		t.Errorf("the output differs from %s; UPDATE=1 go test rewrites it:\n%s", file, got)
	}
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, table, _ := strings.Cut(string(want), "## What each can do\n\n"); !strings.Contains(string(page), table) {
		t.Errorf("README.md does not show this table:\n%s", table)
	}
}
