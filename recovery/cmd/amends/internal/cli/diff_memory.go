package cli

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// memoryFS holds files in memory, by path.
type memoryFS map[string]memoryNode

// memoryNode is a file, or a link whose text is where it leads.
type memoryNode struct {
	text []byte
	link bool
	size int64
	load func() ([]byte, error) // in place of the text, for what is seldom wanted
}

func (n memoryNode) info(name string) memoryInfo {
	info := memoryInfo{name: name, size: n.size, mode: 0o444}
	if n.load == nil {
		info.size = int64(len(n.text))
	}
	if n.link {
		info.mode |= fs.ModeSymlink
	}
	return info
}

// Open implements fs.FS.
func (m memoryFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if node, ok := m[name]; ok {
		return node.open(name)
	}
	entries := m.entries(name)
	if entries == nil && name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &memoryDir{memoryFolder(path.Base(name)), entries}, nil
}

func (n memoryNode) open(name string) (fs.File, error) {
	text := n.text
	if n.load != nil {
		var err error
		if text, err = n.load(); err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
	}
	return &memoryFile{n.info(path.Base(name)), bytes.NewReader(text)}, nil
}

// Lstat implements fs.ReadLinkFS.
func (m memoryFS) Lstat(name string) (fs.FileInfo, error) {
	if node, ok := m[name]; ok {
		return node.info(path.Base(name)), nil
	}
	if name == "." || m.entries(name) != nil {
		return memoryFolder(path.Base(name)), nil
	}
	return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
}

// ReadLink implements fs.ReadLinkFS.
func (m memoryFS) ReadLink(name string) (string, error) {
	if node, ok := m[name]; ok && node.link {
		return string(node.text), nil
	}
	return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
}

// entries lists what is in a folder, sorted; nil when there is none.
func (m memoryFS) entries(dir string) []fs.DirEntry {
	seen := map[string]bool{}
	var out []fs.DirEntry
	for p, node := range m {
		rest := p
		if dir != "." {
			var ok bool
			if rest, ok = strings.CutPrefix(p, dir+"/"); !ok {
				continue
			}
		}
		name, _, deeper := strings.Cut(rest, "/")
		if seen[name] {
			continue
		}
		seen[name] = true
		info := node.info(name)
		if deeper {
			info = memoryFolder(name)
		}
		out = append(out, fs.FileInfoToDirEntry(info))
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out
}

type memoryInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func memoryFolder(name string) memoryInfo { return memoryInfo{name: name, mode: fs.ModeDir | 0o555} }

func (i memoryInfo) Name() string       { return i.name }
func (i memoryInfo) Size() int64        { return i.size }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) IsDir() bool        { return i.mode.IsDir() }
func (i memoryInfo) Mode() fs.FileMode  { return i.mode }
func (i memoryInfo) Sys() any           { return nil }

type memoryFile struct {
	info memoryInfo
	*bytes.Reader
}

func (f *memoryFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *memoryFile) Close() error               { return nil }

type memoryDir struct {
	info memoryInfo
	rest []fs.DirEntry
}

func (d *memoryDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *memoryDir) Close() error               { return nil }

func (d *memoryDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.name, Err: fs.ErrInvalid}
}

// ReadDir implements fs.ReadDirFile.
func (d *memoryDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		out := d.rest
		d.rest = nil
		return out, nil
	}
	if len(d.rest) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.rest))
	out := d.rest[:n]
	d.rest = d.rest[n:]
	return out, nil
}
