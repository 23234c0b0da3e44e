package ledger

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// errSharing is ERROR_SHARING_VIOLATION.
const errSharing = syscall.Errno(32)

// lockFile opens a file that nobody else may open meanwhile; the system closes
// it with the process, however it ends. Who holds it stands in a file beside it,
// since this one cannot be read.
func lockFile(path string) (io.Closer, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	beside := path[:len(path)-len(lockName)] + "holder.lock"
	if errors.Is(err, errSharing) {
		return nil, &LockedError{holderIn(beside)}
	}
	if err != nil {
		return nil, err
	}
	_ = os.WriteFile(beside, []byte(holder()+"\n"), 0o600) // a courtesy
	return os.NewFile(uintptr(h), path), nil
}
