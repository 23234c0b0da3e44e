//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package log

import (
	"fmt"
	"os"
	"runtime"
)

const carefully = 0

// lockFile refuses: without a lock that ends with the process, two writers could
// write one ledger.
func lockFile(string) (*os.File, error) {
	return nil, fmt.Errorf("a ledger cannot be written on %s, which has no locks on files", runtime.GOOS)
}

func openTail(path string, _ bool) (*os.File, error) { return lockFile(path) }
