package log

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Files is the directory of a ledger. It has only the operations that a ledger needs, so that tests
// can replace it by one that fails.
type Files interface {
	// List names what is in the directory, sorted.
	List() ([]string, error)
	// Open opens a file for reading.
	Open(name string) (File, error)
	// Write opens a file for overwriting what stands in it.
	Write(name string) (File, error)
	// Tail opens the file that records are added to, and keeps other writers away from
	// it until it is closed; create makes one that must not be there yet.
	Tail(name string, create bool) (File, error)
	// Create makes a file that must not be there yet.
	Create(name string) (File, error)
	Remove(name string) error
	// Same returns the size of an open file. It fails with a *[DisturbedError] when the
	// directory has no file of that name any more, or another one.
	Same(name string, f File) (size int64, err error)
	// Sync waits until the disk has recorded which files were created and removed.
	Sync() error
	// Lock keeps other writers away until it is closed.
	Lock() (Lock, error)
}

// File is a file in a ledger's directory. Writing beyond its end makes it longer.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Size() (int64, error)
	Truncate(size int64) error
	Sync() error
}

// Lock keeps other writers away.
type Lock interface {
	io.Closer
	// Held fails with a *[DisturbedError] when somebody took the lock away.
	Held() error
}

// Directory is a directory of the operating system.
type Directory string

func (d Directory) List() ([]string, error) {
	entries, err := os.ReadDir(string(d))
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// misleads reports whether a file that is not a segment has a name by which somebody could take it
// for a file of the ledger: a segment under another name, or a checkpoint or a key, which prove
// something only where they are kept elsewhere. Files of other names do not concern a
// ledger. Systems and people leave them everywhere.
func misleads(name string) bool {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".lock") || strings.HasSuffix(name, keptSuffix) || strings.HasSuffix(name, indexSuffix) {
		return false
	}
	digits := len(name) - len(strings.TrimLeft(name, "0123456789"))
	return strings.Contains(name, SegmentSuffix) || digits >= 16 ||
		strings.Contains(name, "checkpoint") || strings.HasSuffix(name, ".key") || strings.HasSuffix(name, ".key.pub")
}

func (d Directory) path(name string) string { return filepath.Join(string(d), name) }

// opened turns the result of opening a segment into a File, or into damage.
func opened(name string, f *os.File, err error) (File, error) {
	var odd *irregularError
	if errors.As(err, &odd) {
		return nil, &Damage{File: name, Record: -1, What: odd.what + " is in the place of a segment"}
	}
	if err != nil {
		return nil, err
	}
	own, err := f.Stat()
	if err != nil {
		_ = f.Close() // the first error says more
		return nil, err
	}
	return osFile{f, own}, nil
}

func (d Directory) Open(name string) (File, error) {
	f, err := openRegular(d.path(name), os.O_RDONLY)
	return opened(name, f, err)
}

func (d Directory) Write(name string) (File, error) {
	f, err := openRegular(d.path(name), os.O_RDWR)
	return opened(name, f, err)
}

func (d Directory) Tail(name string, create bool) (File, error) {
	f, err := openTail(d.path(name), create)
	return opened(name, f, err)
}

func (d Directory) Create(name string) (File, error) {
	f, err := createFile(d.path(name))
	return opened(name, f, err)
}

func (d Directory) Remove(name string) error { return os.Remove(d.path(name)) }

func (d Directory) Same(name string, f File) (int64, error) {
	of := f.(osFile)
	there, err := sameFile(of.Name(), name, of.own)
	if err != nil {
		return 0, err
	}
	if isWindows { // where a path may tell an older length
		return of.Size()
	}
	return there.Size(), nil
}

// sameFile checks that a path still leads to a file that is open.
func sameFile(path, name string, own fs.FileInfo) (there fs.FileInfo, err error) {
	there, err = os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &DisturbedError{name, "is not there any more"}
	case err != nil:
		return nil, err
	case !os.SameFile(there, own):
		return nil, &DisturbedError{name, "is not the file that was opened"}
	}
	return there, nil
}

func (d Directory) Sync() error {
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

func (d Directory) Lock() (Lock, error) {
	f, err := lockFile(d.path(LockName))
	if err != nil {
		return nil, err
	}
	return fileLock{f, d.path(LockName)}, nil
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
	_, err = sameFile(l.path, LockName, own)
	return err
}

type osFile struct {
	*os.File
	own fs.FileInfo // which file it is
}

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
