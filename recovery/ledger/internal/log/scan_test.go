package log

import (
	"bytes"
	"io"
	"testing"
)

// begun is a file whose first line is written while it is read: each look at it
// sees a little more.
type begun struct {
	File
	looks, per int
}

func (b *begun) there() []byte {
	n := min(b.looks*b.per, len(Magic)+1)
	b.looks++
	return []byte(Magic + "x")[:n]
}

func (b *begun) Size() (int64, error) { return int64(len(b.there())), nil }

func (b *begun) ReadAt(p []byte, off int64) (int, error) {
	n, err := bytes.NewReader(b.there()).ReadAt(p, off)
	if err == io.EOF && n == len(p) {
		err = nil
	}
	return n, err
}

// TestFirstLineMeanwhile holds that a reader never takes a first line that is being
// written for one that was changed.
func TestFirstLineMeanwhile(t *testing.T) {
	for per := 1; per <= len(Magic)+1; per++ {
		line, there, err := firstLine(&begun{per: per})
		if err != nil || line != Magic || there < int64(len(Magic)) {
			t.Errorf("%d bytes at each look: got %q of %d bytes, %v", per, line, there, err)
		}
	}
}
