package main

import (
	"bytes"
	"testing"

	"github.com/servicerecovery/amends/testdata/golden"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/output.txt", out.Bytes())
}
