package ledger

import (
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/recoverytest"
)

// openT opens a ledger that ends with the test.
func openT(t testing.TB, dir string) *Ledger {
	t.Helper()
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // some tests close it before
	return l
}

func TestStore(t *testing.T) {
	recoverytest.TestStore(t, recoverytest.Harness{New: func(t *testing.T) recovery.Store {
		if testing.Short() { // a disk takes its time
			return openFiles(t, newMemoryFiles(), segmentSize)
		}
		return openT(t, t.TempDir())
	}})
}
