package command

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// OpenFile opens a file that an argument names. What could keep the command waiting
// for ever, or never end, is refused; remedy says what to do with a pipe.
func OpenFile(name, remedy string) (*os.File, error) {
	if err := ordinary(name, remedy); err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, PlainPath(name, err)
	}
	return f, nil
}

// ReadFile reads a whole file that an argument names.
func ReadFile(name string) ([]byte, error) {
	f, err := OpenFile(name, "name a file")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, PlainPath(name, err)
	}
	return text, nil
}

// WriteFile writes a whole file that an argument names.
func WriteFile(name string, text []byte) error {
	if err := ordinary(name, "leave the flag out, and > "+name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(name, text, 0o644); err != nil {
		return PlainPath(name, err)
	}
	return nil
}

// ordinary holds that a name is that of a regular file, by links or not, or of a stream
// that is open already; remedy says what to do with a pipe.
func ordinary(name, remedy string) error {
	info, err := os.Stat(name)
	if err != nil {
		return PlainPath(name, err)
	}
	switch mode := info.Mode(); {
	case mode.IsRegular(), name == os.DevNull, isOpen(name):
		return nil
	case mode.IsDir():
		return fmt.Errorf("%s is a directory; name a file", name)
	case mode&fs.ModeNamedPipe != 0:
		return fmt.Errorf("%s is a pipe; %s", name, remedy)
	}
	return fmt.Errorf("%s is a device or a socket; name a file", name)
}

// isOpen reports whether a name is that of a stream which whoever started the command
// has opened: a shell's <(…), or /dev/stdin.
func isOpen(name string) bool {
	name = filepath.ToSlash(filepath.Clean(name))
	return strings.HasPrefix(name, "/dev/fd/") || strings.HasPrefix(name, "/proc/self/fd/") || name == "/dev/stdin" || name == "/dev/stdout"
}

// PlainPath says what is the matter with a file, by its name first.
func PlainPath(name string, err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		err = of.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}
