package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// memoryFiles is a directory in memory that can break, and that remembers
// everything that was done to it.
type memoryFiles struct {
	mu     sync.Mutex
	data   map[string][]byte
	gone   map[string][]byte // what files held that were removed, for whoever has them open
	ops    []op
	locked bool
	// fail is asked before anything is done; nil does nothing.
	fail func(what, name string) error
	// room is how many bytes can be written before the disk is full; -1: any number.
	room int
}

// op is one thing that was done to a file.
type op struct {
	what   string // write, truncate, create, remove
	name   string
	offset int64
	data   []byte
}

func newMemoryFiles() *memoryFiles {
	return &memoryFiles{data: map[string][]byte{}, gone: map[string][]byte{}, room: -1}
}

func (m *memoryFiles) clone() *memoryFiles {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := newMemoryFiles()
	for name, b := range m.data {
		out.data[name] = slices.Clone(b)
	}
	return out
}

// apply does one operation, or the beginning of a write.
func (m *memoryFiles) apply(o op, bytes int) {
	switch o.what {
	case "create":
		m.data[o.name] = []byte{}
	case "remove":
		m.gone[o.name] = m.data[o.name]
		delete(m.data, o.name)
	case "truncate":
		b := m.data[o.name]
		for int64(len(b)) < o.offset {
			b = append(b, 0)
		}
		m.data[o.name] = b[:o.offset]
	case "write":
		b := m.data[o.name]
		for int64(len(b)) < o.offset {
			b = append(b, 0)
		}
		part := o.data[:min(bytes, len(o.data))]
		n := copy(b[o.offset:], part)
		m.data[o.name] = append(b, part[n:]...)
	}
}

func (m *memoryFiles) do(o op) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		if err := m.fail(o.what, o.name); err != nil {
			if o.what == "write" {
				m.apply(o, len(o.data)/2) // half of it got there
			}
			return err
		}
	}
	if o.what == "write" && m.room >= 0 {
		if len(o.data) > m.room {
			m.apply(o, m.room)
			m.room = 0
			return errors.New("no space left on device")
		}
		m.room -= len(o.data)
	}
	o.data = slices.Clone(o.data)
	m.ops = append(m.ops, o)
	m.apply(o, len(o.data))
	return nil
}

func (m *memoryFiles) List() ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.data)), nil
}

func (m *memoryFiles) Open(name string) (log.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.data[name]; !ok {
		return nil, fs.ErrNotExist
	}
	return &memoryFile{m, name}, nil
}

func (m *memoryFiles) Write(name string) (log.File, error) { return m.Open(name) }

func (m *memoryFiles) Tail(name string, create bool) (log.File, error) {
	if create {
		return m.Create(name)
	}
	return m.Open(name)
}

func (m *memoryFiles) Create(name string) (log.File, error) {
	m.mu.Lock()
	_, there := m.data[name]
	m.mu.Unlock()
	if there {
		return nil, fs.ErrExist
	}
	if err := m.do(op{what: "create", name: name}); err != nil {
		return nil, err
	}
	return m.Open(name)
}

func (m *memoryFiles) Same(name string, f log.File) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.data[name]
	if !ok {
		return 0, &DisturbedError{File: name, What: "is not there any more"}
	}
	return int64(len(data)), nil
}

func (m *memoryFiles) Remove(name string) error { return m.do(op{what: "remove", name: name}) }

func (m *memoryFiles) Sync() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail("sync", "")
	}
	return nil
}

func (m *memoryFiles) Lock() (log.Lock, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locked {
		return nil, &LockedError{Holder: "a test"}
	}
	m.locked = true
	return unlocker{m}, nil
}

type unlocker struct{ m *memoryFiles }

func (unlocker) Held() error { return nil }

func (u unlocker) Close() error {
	u.m.mu.Lock()
	defer u.m.mu.Unlock()
	u.m.locked = false
	return nil
}

type memoryFile struct {
	m    *memoryFiles
	name string
}

func (f *memoryFile) ReadAt(b []byte, offset int64) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	data, ok := f.m.data[f.name]
	if !ok {
		data = f.m.gone[f.name]
	}
	if offset >= int64(len(data)) {
		return 0, io.EOF
	}
	n := copy(b, data[offset:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memoryFile) WriteAt(b []byte, offset int64) (int, error) {
	if err := f.m.do(op{what: "write", name: f.name, offset: offset, data: b}); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (f *memoryFile) Size() (int64, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	return int64(len(f.m.data[f.name])), nil
}

func (f *memoryFile) Truncate(size int64) error {
	return f.m.do(op{what: "truncate", name: f.name, offset: size})
}

func (f *memoryFile) Sync() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.m.fail != nil {
		return f.m.fail("sync", f.name)
	}
	return nil
}

func (f *memoryFile) Close() error { return nil }

// errDisk is what breaks in tests.
var errDisk = fmt.Errorf("the disk broke")
