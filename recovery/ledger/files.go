package ledger

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// files is the directory of a ledger: as little of a file system as it needs,
// so that tests can put one in its place that breaks.
type files interface {
	// List names what is in the directory, sorted.
	List() ([]string, error)
	// Open opens a file for reading.
	Open(name string) (file, error)
	// Write opens a file for reading and writing; create makes one that must not
	// be there yet.
	Write(name string, create bool) (file, error)
	Remove(name string) error
	// Sync makes files that came or went do so for good.
	Sync() error
	// Lock keeps other writers away until it is closed.
	Lock() (io.Closer, error)
}

// file is one of them. Writing beyond the end makes it longer.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Size() (int64, error)
	Truncate(size int64) error
	Sync() error
}

// directory is a directory of the operating system.
type directory string

func (d directory) List() ([]string, error) {
	entries, err := os.ReadDir(string(d))
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

func (d directory) path(name string) string { return filepath.Join(string(d), name) }

func (d directory) Open(name string) (file, error) {
	f, err := os.Open(d.path(name))
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (d directory) Write(name string, create bool) (file, error) {
	flags := os.O_RDWR
	if create {
		flags |= os.O_CREATE | os.O_EXCL
	}
	f, err := os.OpenFile(d.path(name), flags, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (d directory) Remove(name string) error { return os.Remove(d.path(name)) }

func (d directory) Sync() error {
	f, err := os.Open(string(d))
	if err != nil {
		return err
	}
	// Some systems cannot sync a directory, and need not.
	if err := f.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, errors.ErrUnsupported) && !isWindows {
		_ = f.Close() // the first error says more
		return err
	}
	return f.Close()
}

func (d directory) Lock() (io.Closer, error) { return lockFile(d.path(lockName)) }

type osFile struct{ *os.File }

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
