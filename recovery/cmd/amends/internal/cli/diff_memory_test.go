package cli

import (
	"testing"
	"testing/fstest"
)

func TestMemoryFS(t *testing.T) {
	m := memoryFS{"a.yaml": {text: []byte("a")}, "deep/b.yaml": {text: []byte("b")}, "deep/er/c.yaml": {text: []byte("c")}}
	if err := fstest.TestFS(m, "a.yaml", "deep/b.yaml", "deep/er/c.yaml"); err != nil {
		t.Error(err)
	}
	if err := fstest.TestFS(memoryFS{}); err != nil {
		t.Error(err)
	}
}
