package cli

import (
	"testing"
	"testing/fstest"
)

func TestMemoryFS(t *testing.T) {
	m := memoryFS{"a.yaml": []byte("a"), "deep/b.yaml": []byte("b"), "deep/er/c.yaml": []byte("c")}
	if err := fstest.TestFS(m, "a.yaml", "deep/b.yaml", "deep/er/c.yaml"); err != nil {
		t.Error(err)
	}
	if err := fstest.TestFS(memoryFS{}); err != nil {
		t.Error(err)
	}
}
