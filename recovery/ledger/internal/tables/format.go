package tables

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// A file is pages, the front, and the length of the front in four bytes. Numbers are unsigned and
// big-endian. The front is:
//
//	the magic line
//	the length of the meta text in 4 bytes, and the text
//	the number of tables in 4 bytes, and of each table:
//	    the length of its name in 1 byte, and the name
//	    the size of keys and of rows in 4 bytes each, and the number of rows in 8
//	    of each page: its number in 4 bytes, its SHA-256, and the key of its first row
//
// A row begins with its key. A page has as many whole rows of one table as fit, and zeros.

// PageSize is the size of a page.
const PageSize = 4096

// Magic is how the front begins.
const Magic = "amends index 1\n"

const lengthSize = 4

// Digest is a SHA-256 hash.
type Digest = [sha256.Size]byte

// errFront reports a file that no Writer has written.
var errFront = errors.New("the file is not written as an index is")

// layout is what follows from the sizes of a table's keys and rows.
type layout struct {
	key, row, perPage int
}

func newLayout(key, row int) layout { return layout{key, row, PageSize / row} }

// pages is how many pages so many rows take.
func (l layout) pages(rows int64) int64 { return (rows + int64(l.perPage) - 1) / int64(l.perPage) }

// entry is the size of a page's entry in the front.
func (l layout) entry() int { return 4 + sha256.Size + l.key }

// parser reads a front that anybody may have written.
type parser struct {
	rest []byte
	bad  bool
}

func (p *parser) take(n int64) []byte {
	if n < 0 || n > int64(len(p.rest)) {
		p.bad, p.rest = true, nil
		return nil
	}
	b := p.rest[:n:n]
	p.rest = p.rest[n:]
	return b
}

func (p *parser) number(size int64) int64 {
	b := p.take(size)
	switch {
	case b == nil:
		return 0
	case size == 1:
		return int64(b[0])
	case size == 4:
		return int64(binary.BigEndian.Uint32(b))
	}
	n := binary.BigEndian.Uint64(b)
	if n > 1<<50 {
		p.bad = true
		return 0
	}
	return int64(n)
}

// table reads the part of the front that is about one table.
func (p *parser) table(pages int64) (name string, t *Table) {
	name = string(p.take(p.number(1)))
	key, row, rows := p.number(4), p.number(4), p.number(8)
	if p.bad || row < 1 || row > PageSize || key > row {
		p.bad = true
		return "", nil
	}
	t = &Table{layout: newLayout(int(key), int(row)), rows: rows}
	n := t.layout.pages(rows)
	if n > int64(len(p.rest)) {
		p.bad = true
		return "", nil
	}
	t.entries = p.take(n * int64(t.entry()))
	for i := range n {
		if !p.bad && t.page(i) >= pages {
			p.bad = true
		}
	}
	return name, t
}

func parseFront(front []byte, pages int64) (meta []byte, tables map[string]*Table, err error) {
	p := &parser{rest: front}
	if string(p.take(int64(len(Magic)))) != Magic {
		return nil, nil, errFront
	}
	meta = p.take(p.number(4))
	tables = map[string]*Table{}
	for range p.number(4) {
		name, t := p.table(pages)
		if p.bad {
			return nil, nil, errFront
		}
		tables[name] = t
	}
	if p.bad || len(p.rest) > 0 {
		return nil, nil, errFront
	}
	return meta, tables, nil
}
