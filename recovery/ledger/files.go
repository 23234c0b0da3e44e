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
	// Write opens a file for overwriting what stands in it.
	Write(name string) (file, error)
	// Tail opens the file that records are added to, and keeps other writers away from
	// it until it is closed; create makes one that must not be there yet.
	Tail(name string, create bool) (file, error)
	// Create makes a file that must not be there yet.
	Create(name string) (file, error)
	Remove(name string) error
	// Same returns the size of an open file. It fails with a *[DisturbedError] when the
	// directory has no file of that name any more, or another one.
	Same(name string, f file) (size int64, err error)
	// Sync makes files that came or went do so for good.
	Sync() error
	// Lock keeps other writers away until it is closed.
	Lock() (lock, error)
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

// lock keeps other writers away.
type lock interface {
	io.Closer
	// Held fails with a *[DisturbedError] when somebody took the lock away.
	Held() error
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

// opened is what came of opening a segment.
func opened(name string, f *os.File, err error) (file, error) {
	var odd *irregularError
	if errors.As(err, &odd) {
		return nil, &Damage{File: name, Record: -1, What: odd.what + " is in the place of a segment"}
	}
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (d directory) Open(name string) (file, error) {
	f, err := openRegular(d.path(name), os.O_RDONLY)
	return opened(name, f, err)
}

func (d directory) Write(name string) (file, error) {
	f, err := openRegular(d.path(name), os.O_RDWR)
	return opened(name, f, err)
}

func (d directory) Tail(name string, create bool) (file, error) {
	f, err := openTail(d.path(name), create)
	return opened(name, f, err)
}

func (d directory) Create(name string) (file, error) {
	f, err := createFile(d.path(name))
	return opened(name, f, err)
}

func (d directory) Remove(name string) error { return os.Remove(d.path(name)) }

func (d directory) Same(name string, f file) (int64, error) {
	own, err := f.(osFile).Stat()
	if err != nil {
		return 0, err
	}
	return own.Size(), sameFile(d.path(name), name, own)
}

// sameFile holds that a path leads to a file that is open.
func sameFile(path, name string, own fs.FileInfo) error {
	there, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &DisturbedError{name, "is not there any more"}
	case err != nil:
		return err
	case !os.SameFile(there, own):
		return &DisturbedError{name, "is not the file that was opened"}
	}
	return nil
}

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

func (d directory) Lock() (lock, error) {
	f, err := lockFile(d.path(lockName))
	if err != nil {
		return nil, err
	}
	return fileLock{f, d.path(lockName)}, nil
}

// fileLock is a file that is locked.
type fileLock struct {
	*os.File
	path string
}

func (l fileLock) Held() error {
	own, err := l.Stat()
	if err != nil {
		return err
	}
	return sameFile(l.path, lockName, own)
}

type osFile struct{ *os.File }

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
