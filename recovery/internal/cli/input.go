package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// openInput opens a file with incidents, or standard input.
func openInput(h Host, name string) (io.Reader, func(), error) {
	if name == "-" {
		return h.Stdin, func() {}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, errors.Unwrap(err))
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, nil, fmt.Errorf("%s is a directory; name files with incidents", name)
	}
	return f, func() { f.Close() }, nil
}

// inputName is what an input is called in places.
func inputName(name string) string {
	if name == "-" {
		return "stdin"
	}
	return name
}
