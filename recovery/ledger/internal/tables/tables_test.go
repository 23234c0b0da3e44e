package tables

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
)

// memory is a file in memory.
type memory struct{ data []byte }

func (m *memory) WriteAt(b []byte, at int64) (int, error) {
	m.data = append(m.data[:at], b...)
	return len(b), nil
}

func (m *memory) ReadAt(b []byte, at int64) (int, error) {
	if at > int64(len(m.data)) {
		return 0, io.EOF
	}
	n := copy(b, m.data[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// written writes rows with a key of two bytes, equal ones among them, and a heap.
func written(t *testing.T, rows [][]byte, heap []byte) (*memory, Digest) {
	t.Helper()
	m := &memory{}
	w := NewWriter(m)
	to, bytes := w.Table("rows", 2, 7), w.Table("heap", 0, 1)
	for i, row := range rows {
		to.Add(row)
		if i < len(heap) {
			if at := bytes.Append(heap[i : i+1]); at != int64(i) {
				t.Fatal(at)
			}
		}
	}
	bytes.Append(heap[min(len(rows), len(heap)):])
	digest, err := w.Finish([]byte("meta"))
	if err != nil {
		t.Fatal(err)
	}
	return m, digest
}

func someRows(n int) (rows [][]byte) {
	for i := range n {
		rows = append(rows, append(binary.BigEndian.AppendUint16(nil, uint16(i/3*2)), byte(i), byte(i>>8), 3, 4, 5))
	}
	return rows
}

// TestSearch finds every key, and those that are not there, in tables of every size about that of pages.
func TestSearch(t *testing.T) {
	per := PageSize / 7
	for _, n := range []int{0, 1, 2, per - 1, per, per + 1, 3*per - 1, 3 * per, 3*per + 1, 10_000} {
		rows := someRows(n)
		m, digest := written(t, rows, nil)
		r, err := Open(m, int64(len(m.data)))
		if err != nil || r.Digest != digest || string(r.Meta) != "meta" {
			t.Fatal(err)
		}
		table := r.Table("rows", 2, 7)
		if table.Rows() != int64(n) || r.Table("rows", 3, 7) != nil || r.Table("other", 2, 7) != nil {
			t.Fatal(table)
		}
		for key := range n/3*2 + 4 {
			k := binary.BigEndian.AppendUint16(nil, uint16(key))
			want := sort.Search(n, func(i int) bool { return bytes.Compare(rows[i][:2], k) >= 0 })
			if got, err := table.Search(k); err != nil || got != int64(want) {
				t.Fatalf("%d rows, key %d: got %d, want %d (%v)", n, key, got, want, err)
			}
		}
		i := n / 2
		if err := table.Each(int64(i), func(row []byte) bool {
			if !bytes.Equal(row, rows[i]) {
				t.Fatalf("row %d is %v, want %v", i, row, rows[i])
			}
			i++
			return true
		}); err != nil || i != n {
			t.Fatal(i, err)
		}
	}
}

// TestHeap reads bytes across pages, and none that are not there.
func TestHeap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	heap := make([]byte, 3*PageSize+17)
	for i := range heap {
		heap[i] = byte(random.IntN(256))
	}
	m, _ := written(t, someRows(100), heap)
	r, err := Open(m, int64(len(m.data)))
	if err != nil {
		t.Fatal(err)
	}
	table := r.Table("heap", 0, 1)
	for range 500 {
		from := random.IntN(len(heap) + 1)
		n := random.IntN(len(heap) - from + 1)
		if got, err := table.Bytes(int64(from), int64(n)); err != nil || !bytes.Equal(got, heap[from:from+n]) {
			t.Fatal(from, n, err)
		}
	}
	for _, x := range [][2]int64{{-1, 1}, {0, -1}, {0, int64(len(heap)) + 1}, {int64(len(heap)) + 1, 0}, {1 << 62, 1 << 62}} {
		if _, err := table.Bytes(x[0], x[1]); !errors.Is(err, ErrPage) {
			t.Error(x, err)
		}
	}
}

// TestFlips changes each byte: the digest differs, or a page is not what it should be.
func TestFlips(t *testing.T) {
	m, digest := written(t, someRows(1300), []byte("heap"))
	for i := range m.data {
		changed := &memory{slices.Clone(m.data)}
		changed.data[i] ^= 1 << (i % 8)
		r, err := Open(changed, int64(len(changed.data)))
		if err == nil && r.Digest == digest && !errors.Is(r.Check(), ErrPage) {
			t.Fatalf("a change of byte %d was not found", i)
		}
	}
}

// TestUnordered refuses rows that do not come in order.
func TestUnordered(t *testing.T) {
	w := NewWriter(&memory{})
	to := w.Table("rows", 1, 1)
	to.Add([]byte{2})
	to.Add([]byte{1})
	if _, err := w.Finish(nil); err == nil {
		t.Error("the rows were taken")
	}
}

// FuzzOpen gives any bytes to what reads files.
func FuzzOpen(f *testing.F) {
	m := &memory{}
	w := NewWriter(m)
	w.Table("rows", 2, 7).Add([]byte("abcdefg"))
	w.Table("heap", 0, 1).Append([]byte("heap"))
	if _, err := w.Finish([]byte("{}")); err != nil {
		f.Fatal(err)
	}
	f.Add(m.data)
	f.Add(m.data[PageSize:])
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Open(&memory{data}, int64(len(data)))
		if err != nil {
			return
		}
		_ = r.Check()
		for _, table := range r.tables {
			if table.key > 0 {
				_, _ = table.Search(make([]byte, table.key))
			}
			if table.Rows() > 0 {
				_, _ = table.Row(table.Rows() - 1)
			}
			_ = table.Each(0, func([]byte) bool { return true })
		}
	})
}
