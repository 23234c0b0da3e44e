package log

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
)

const (
	LockName  = "writer.lock"
	isWindows = runtime.GOOS == "windows"
)

// Two things are locked. The lock file is there before the first segment is, and
// names the writer. The segment that is written is locked itself: no second writer
// can add to it, even where somebody has removed the lock file.

// LockedError reports that a ledger is being written by another program, or by
// this one already.
type LockedError struct {
	// Holder says who: a process and its machine; empty when that is not known.
	Holder string
}

func (e *LockedError) Error() string {
	if e.Holder == "" {
		return "the ledger is being written already, and a ledger has one writer at a time"
	}
	return "the ledger is being written by " + e.Holder + ", and a ledger has one writer at a time"
}

// DisturbedError reports that something else changed the files of a ledger while it
// was open for writing: it removed, replaced, cut or wrote a file, or moved the
// directory. Nothing is confirmed from then on. What was confirmed before is in the
// files that were there.
type DisturbedError struct {
	File string // in the directory
	What string // such as "is not there any more"
}

func (e *DisturbedError) Error() string {
	return fmt.Sprintf("something else has changed the ledger while it was being written: %s %s. Nothing more is recorded until the ledger is opened again", e.File, e.What)
}

const (
	holderPrefix = "process "
	maxHolder    = 300
)

// Holder is how this process names itself in the lock.
func Holder() string {
	host, err := os.Hostname()
	if err != nil {
		return fmt.Sprint(holderPrefix, os.Getpid())
	}
	return fmt.Sprint(holderPrefix, os.Getpid(), " on ", host)
}

// holderIn reads who holds a lock.
func holderIn(path string) string {
	f, err := openRegular(path, os.O_RDONLY)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := nameIn(f)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(text)
}

// nameIn reads the text of a lock file. It fails when no writer can have written that text: the file
// may be another one, by a hard link or by mistake.
func nameIn(f *os.File) (string, error) {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, maxHolder+1))
	if err != nil {
		return "", err
	}
	short := min(len(text), len(holderPrefix))
	if len(text) > maxHolder || string(text[:short]) != holderPrefix[:short] {
		return "", fmt.Errorf("%s holds something that no writer of a ledger has written; move it away", f.Name())
	}
	return string(text), nil
}

// writeHolder writes the name of the holder into a lock file, for the message of another writer. It
// does not overwrite a text that no writer has written.
func writeHolder(f *os.File) error {
	if _, err := nameIn(f); err != nil {
		return err
	}
	if f.Truncate(0) == nil {
		_, _ = f.WriteAt([]byte(Holder()+"\n"), 0)
	}
	return nil
}

// openLock opens a lock, or makes it.
func openLock(path string) (*os.File, error) {
	for {
		f, err := openRegular(path, os.O_RDWR)
		if !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
		f, err = createFile(path)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}
