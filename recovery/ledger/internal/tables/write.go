package tables

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
)

// Writer writes a file. Rows of several tables may come in turns.
type Writer struct {
	to     io.WriterAt
	buf    []byte // pages that are not written yet
	offset int64  // where they go
	pages  uint32
	tables []*Sink
	err    error
}

// NewWriter begins a file.
func NewWriter(to io.WriterAt) *Writer { return &Writer{to: to} }

// Sink takes the rows of a table.
type Sink struct {
	w    *Writer
	name string
	layout
	rows    int64
	page    []byte
	last    []byte // the key of the last row
	entries []byte
}

// Table begins a table. A key is the beginning of a row. Names are of one file, and at most 255 bytes.
func (w *Writer) Table(name string, key, row int) *Sink {
	s := &Sink{w: w, name: name, layout: newLayout(key, row)}
	w.tables = append(w.tables, s)
	return s
}

// Add adds a row. Keys come in order; equal ones may follow each other. An error is kept for
// [Writer.Finish].
func (s *Sink) Add(row []byte) {
	if len(row) != s.row || bytes.Compare(row[:s.key], s.last) < 0 {
		s.w.fail(fmt.Errorf("a row of the table %s does not fit", s.name))
		return
	}
	if len(s.page)+s.row > PageSize {
		s.flush()
	}
	s.page = append(s.page, row...)
	s.last = append(s.last[:0], row[:s.key]...)
	s.rows++
}

// Append adds bytes to a table whose rows are single bytes, and returns where they begin.
func (s *Sink) Append(b []byte) (at int64) {
	at = s.rows
	for len(b) > 0 {
		if len(s.page) == PageSize {
			s.flush()
		}
		n := min(len(b), PageSize-len(s.page))
		s.page = append(s.page, b[:n]...)
		b = b[n:]
		s.rows += int64(n)
	}
	return at
}

// Rows is how many rows have come.
func (s *Sink) Rows() int64 { return s.rows }

// flush ends a page.
func (s *Sink) flush() {
	if len(s.page) == 0 {
		return
	}
	first := append([]byte(nil), s.page[:s.key]...)
	s.page = append(s.page, make([]byte, PageSize-len(s.page))...)
	sum := sha256.Sum256(s.page)
	s.entries = binary.BigEndian.AppendUint32(s.entries, s.w.pages)
	s.entries = append(append(s.entries, sum[:]...), first...)
	s.w.pages++
	s.w.write(s.page)
	s.page = s.page[:0]
}

func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *Writer) write(b []byte) {
	const many = 1 << 20
	if w.buf = append(w.buf, b...); len(w.buf) >= many {
		w.flush()
	}
}

func (w *Writer) flush() {
	if w.err == nil {
		_, err := w.to.WriteAt(w.buf, w.offset)
		w.fail(err)
	}
	w.offset += int64(len(w.buf))
	w.buf = w.buf[:0]
}

// Finish writes the front with the meta text, and returns the digest of the file.
func (w *Writer) Finish(meta []byte) (Digest, error) {
	for _, s := range w.tables {
		s.flush()
	}
	front := append([]byte(nil), Magic...)
	front = append(binary.BigEndian.AppendUint32(front, uint32(len(meta))), meta...)
	front = binary.BigEndian.AppendUint32(front, uint32(len(w.tables)))
	for _, s := range w.tables {
		front = append(append(front, byte(len(s.name))), s.name...)
		front = binary.BigEndian.AppendUint32(front, uint32(s.key))
		front = binary.BigEndian.AppendUint32(front, uint32(s.row))
		front = binary.BigEndian.AppendUint64(front, uint64(s.rows))
		front = append(front, s.entries...)
	}
	w.write(front)
	w.write(binary.BigEndian.AppendUint32(nil, uint32(len(front))))
	w.flush()
	return sha256.Sum256(front), w.err
}
