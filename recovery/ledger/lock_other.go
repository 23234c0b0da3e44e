//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package ledger

import (
	"fmt"
	"io"
	"runtime"
)

// lockFile refuses: without a lock that ends with the process, two writers could
// write one ledger.
func lockFile(string) (io.Closer, error) {
	return nil, fmt.Errorf("a ledger cannot be written on %s, which has no locks on files", runtime.GOOS)
}
