//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package ledger

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// lockFile takes a lock that ends with the process, however it ends. The file
// stays: removing it would let two writers lock two files of one name.
func lockFile(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, &LockedError{holderIn(path)}
		}
		return nil, err
	}
	// Who holds it is a courtesy to whoever meets the lock.
	if f.Truncate(0) == nil {
		_, _ = f.WriteAt([]byte(holder()+"\n"), 0)
	}
	return f, nil
}
