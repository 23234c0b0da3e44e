package recoverytest_test

import (
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/recoverytest"
)

// A store of one's own is tested in a few lines.
func ExampleTestStore() {
	// In a file named *_test.go this is func TestMyStore(t *testing.T).
	testMyStore := func(t *testing.T) {
		recoverytest.TestStore(t, recoverytest.Harness{
			New: func(t *testing.T) recovery.Store {
				return recovery.NewMemoryStore() // a new store, with nothing in it
			},
		})
	}
	_ = testMyStore
}
