//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package log

import (
	"errors"
	"os"
	"syscall"
)

// carefully keeps a file from being opened through a link, and the opener from
// waiting for the other end of a pipe.
const carefully = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// lockFile takes a lock that ends with the process, however it ends. The file
// stays: removing it would let two writers lock two files of one name.
func lockFile(path string) (*os.File, error) {
	f, err := openLock(path)
	if err != nil {
		return nil, err
	}
	if err := exclude(f); err != nil {
		var locked *LockedError
		if errors.As(err, &locked) {
			locked.Holder = holderIn(path)
		}
		return nil, err
	}
	if f, err = still(f, path); err != nil {
		return nil, err
	}
	if err := writeHolder(f); err != nil {
		_ = f.Close() // the first error says more
		return nil, err
	}
	return f, nil
}

// exclude locks a file, and closes it where somebody else has.
func exclude(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return nil
	}
	_ = f.Close() // the first error says more
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return &LockedError{}
	}
	return err
}

// openTail opens the segment that is written, locked.
func openTail(path string, create bool) (*os.File, error) {
	open := func() (*os.File, error) { return openRegular(path, os.O_RDWR) }
	if create {
		open = func() (*os.File, error) { return createFile(path) }
	}
	f, err := open()
	if err != nil {
		return nil, err
	}
	return f, exclude(f)
}
