package log

import (
	"io/fs"
	"os"
)

// Everything that a ledger opens is a plain file. A link would lead elsewhere, and a
// pipe or a device would keep the opener waiting.

// irregularError reports a path that is not a plain file.
type irregularError struct {
	path string
	what string // "a link"
}

func (e *irregularError) Error() string {
	return e.path + ": " + e.what + " is here, and a file of the ledger's own belongs here; remove it"
}

// regular checks that a path leads to a plain file.
func regular(path string, info fs.FileInfo) error {
	what := ""
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode&fs.ModeSymlink != 0:
		what = "a link"
	case mode.IsDir():
		what = "a directory"
	case mode&fs.ModeNamedPipe != 0:
		what = "a named pipe"
	case mode&fs.ModeSocket != 0:
		what = "a socket"
	case mode&fs.ModeDevice != 0:
		what = "a device"
	default:
		what = "something that is no plain file"
	}
	return &irregularError{path, what}
}

// openRegular opens a plain file, and never waits.
func openRegular(path string, flags int) (*os.File, error) {
	there, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if err := regular(path, there); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, flags|carefully, 0)
	if err != nil {
		return nil, err
	}
	return still(f, path)
}

// createFile makes a file that must not be there yet, not even as a link.
func createFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|carefully, 0o600)
}

// still checks that a file which was just opened is plain, and that its path still leads to it.
func still(f *os.File, path string) (*os.File, error) {
	own, err := f.Stat()
	if err == nil {
		err = regular(path, own)
	}
	if err == nil {
		_, err = sameFile(path, path, own)
	}
	if err != nil {
		_ = f.Close() // the first error says more
		return nil, err
	}
	return f, nil
}
