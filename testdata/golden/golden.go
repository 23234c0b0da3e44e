// Package golden compares what a test got with a file that holds what is wanted. With
// UPDATE=1 in the environment the file is rewritten: read the difference then.
//
// It stands below testdata so that the tests of every package can import it, and nobody
// else takes it for a part of the library.
package golden

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Update reports whether golden files are to be rewritten.
func Update() bool { return os.Getenv("UPDATE") == "1" }

// Check compares what a test got with the file that holds what is wanted.
func Check[T string | []byte](t testing.TB, file string, got T) {
	t.Helper()
	want, err := os.ReadFile(file)
	if Update() {
		if err != nil || string(want) != string(got) {
			Write(t, file, got)
		}
		return
	}
	if err != nil {
		t.Fatalf("%v\nUPDATE=1 go test writes it", err)
	}
	Same(t, file, string(want), string(got))
}

// Write rewrites a file.
func Write[T string | []byte](t testing.TB, file string, got T) {
	t.Helper()
	if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Same compares two texts line by line.
func Same(t testing.TB, name, want, got string) {
	t.Helper()
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s: wanted (-) and got (+); UPDATE=1 go test rewrites it:\n%s", name, diff)
	}
}
