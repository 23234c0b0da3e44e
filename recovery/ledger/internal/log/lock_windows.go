package log

import (
	"errors"
	"os"
	"syscall"
)

const carefully = 0

// errSharing is ERROR_SHARING_VIOLATION.
const errSharing = syscall.Errno(32)

// openAlone opens a file. Others may open it meanwhile only in the ways that share names. The system
// closes it when the process ends, however it ends. A link is not followed.
func openAlone(path string, share, disposition uint32) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	const attributes = syscall.FILE_ATTRIBUTE_NORMAL | syscall.FILE_FLAG_OPEN_REPARSE_POINT
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, share, nil, disposition, attributes, 0)
	if errors.Is(err, errSharing) {
		return nil, &LockedError{}
	}
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// lockFile opens a file that nobody else may open. The name of its holder stands
// in a file beside it, since this one cannot be read.
func lockFile(path string) (*os.File, error) {
	if there, err := os.Lstat(path); err == nil {
		if err := regular(path, there); err != nil {
			return nil, err
		}
	}
	beside := path[:len(path)-len(LockName)] + "holder.lock"
	f, err := openAlone(path, 0, syscall.OPEN_ALWAYS)
	var locked *LockedError
	if errors.As(err, &locked) {
		locked.Holder = holderIn(beside)
	}
	if err != nil {
		return nil, err
	}
	if h, err := openLock(beside); err == nil { // a courtesy
		_ = writeHolder(h)
		_ = h.Close()
	}
	return f, nil
}

// openTail opens the segment that is written. Others may read it, and neither write
// nor remove it.
func openTail(path string, create bool) (*os.File, error) {
	if create {
		return openAlone(path, syscall.FILE_SHARE_READ, syscall.CREATE_NEW)
	}
	there, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if err := regular(path, there); err != nil {
		return nil, err
	}
	return openAlone(path, syscall.FILE_SHARE_READ, syscall.OPEN_EXISTING)
}
