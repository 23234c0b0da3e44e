package tables

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"sort"
	"sync/atomic"
)

// Reader reads a file. It is safe for concurrent use.
type Reader struct {
	// Meta is the meta text, and Digest the digest of the file.
	Meta   []byte
	Digest Digest

	file   io.ReaderAt
	tables map[string]*Table
	cache  [cachedPages]atomic.Pointer[cachedPage]
}

// cachedPages is how many pages are kept at hand: 2 MB.
const cachedPages = 512

type cachedPage struct {
	number int64
	data   []byte
}

// ErrPage reports a page that is not what was written.
var ErrPage = errors.New("a page of the index was changed, or cannot be read")

// Open reads the front of a file of a size. It does not know whether the digest is the right one.
func Open(file io.ReaderAt, size int64) (*Reader, error) {
	var length [lengthSize]byte
	if size < lengthSize {
		return nil, errFront
	}
	if err := readFull(file, length[:], size-lengthSize); err != nil {
		return nil, err
	}
	n := int64(binary.BigEndian.Uint32(length[:]))
	rest := size - lengthSize - n
	if rest < 0 || rest%PageSize != 0 {
		return nil, errFront
	}
	front := make([]byte, n)
	if err := readFull(file, front, rest); err != nil {
		return nil, err
	}
	r := &Reader{Digest: sha256.Sum256(front), file: file}
	var err error
	r.Meta, r.tables, err = parseFront(front, rest/PageSize)
	for _, t := range r.tables {
		t.r = r
	}
	return r, err
}

func readFull(file io.ReaderAt, b []byte, offset int64) error {
	n, err := file.ReadAt(b, offset)
	switch {
	case n == len(b):
		return nil
	case err == nil, errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	}
	return err
}

// Table is a table of a file.
type Table struct {
	r *Reader
	layout
	rows    int64
	entries []byte // of its pages, as they stand in the front
}

// Table returns a table with keys and rows of these sizes. It is nil when the file has none.
func (r *Reader) Table(name string, key, row int) *Table {
	if t := r.tables[name]; t != nil && t.key == key && t.row == row {
		return t
	}
	return nil
}

// Rows is how many rows the table has.
func (t *Table) Rows() int64 { return t.rows }

func (t *Table) entryOf(i int64) []byte { return t.entries[i*int64(t.entry()):][:t.entry()] }

// page is the number of a page in the file.
func (t *Table) page(i int64) int64 { return int64(binary.BigEndian.Uint32(t.entryOf(i))) }

// load reads a page and checks it.
func (t *Table) load(i int64) ([]byte, error) {
	number := t.page(i)
	slot := &t.r.cache[number%cachedPages]
	if c := slot.Load(); c != nil && c.number == number {
		return c.data, nil
	}
	data := make([]byte, PageSize)
	if err := t.fetch(i, data); err != nil {
		return nil, err
	}
	slot.Store(&cachedPage{number, data})
	return data, nil
}

func (t *Table) fetch(i int64, data []byte) error {
	if err := readFull(t.r.file, data, t.page(i)*PageSize); err != nil {
		return errors.Join(ErrPage, err)
	}
	if sum := sha256.Sum256(data); !bytes.Equal(sum[:], t.entryOf(i)[4:4+len(sum)]) {
		return ErrPage
	}
	return nil
}

// Row returns a row by its number. Nobody may change it.
func (t *Table) Row(i int64) ([]byte, error) {
	page, err := t.load(i / int64(t.perPage))
	if err != nil {
		return nil, err
	}
	at := int(i%int64(t.perPage)) * t.row
	return page[at : at+t.row : at+t.row], nil
}

// Bytes returns bytes of a table whose rows are single bytes.
func (t *Table) Bytes(from, n int64) ([]byte, error) {
	if from < 0 || n < 0 || from > t.rows || n > t.rows-from {
		return nil, ErrPage
	}
	out := make([]byte, 0, n)
	for int64(len(out)) < n {
		at := from + int64(len(out))
		page, err := t.load(at / PageSize)
		if err != nil {
			return nil, err
		}
		page = page[at%PageSize:]
		out = append(out, page[:min(int64(len(page)), n-int64(len(out)))]...)
	}
	return out, nil
}

// Search returns the number of the first row whose key is not less than a key.
func (t *Table) Search(key []byte) (int64, error) {
	pages := t.layout.pages(t.rows)
	after := sort.Search(int(pages), func(i int) bool { return bytes.Compare(t.entryOf(int64(i))[4+sha256.Size:], key) >= 0 })
	if after == 0 {
		return 0, nil
	}
	page, err := t.load(int64(after) - 1)
	if err != nil {
		return 0, err
	}
	first := int64(after-1) * int64(t.perPage)
	n := int(min(int64(t.perPage), t.rows-first))
	at := sort.Search(n, func(i int) bool { return bytes.Compare(page[i*t.row:][:t.key], key) >= 0 })
	return first + int64(at), nil
}

// Each visits the rows in order, from one on, until visit returns false. A row is valid until visit
// returns.
func (t *Table) Each(from int64, visit func(row []byte) bool) error {
	page := make([]byte, PageSize)
	for i := from; i < t.rows; {
		if err := t.fetch(i/int64(t.perPage), page); err != nil {
			return err
		}
		for end := min((i/int64(t.perPage)+1)*int64(t.perPage), t.rows); i < end; i++ {
			at := int(i%int64(t.perPage)) * t.row
			if !visit(page[at : at+t.row]) {
				return nil
			}
		}
	}
	return nil
}

// Check reads every page.
func (r *Reader) Check() error {
	page := make([]byte, PageSize)
	for _, t := range r.tables {
		for i := range t.layout.pages(t.rows) {
			if err := t.fetch(i, page); err != nil {
				return err
			}
		}
	}
	return nil
}
