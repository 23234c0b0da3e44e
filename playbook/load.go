package playbook

import (
	"errors"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/servicerecovery/amends/playbook/internal/ready"
	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// Parse reads the documents of one file. Ranges name the file by path. The parts
// that were understood are returned with all problems. Suite files are for
// [ParseSuite].
func Parse(path string, src []byte) ([]*Document, Diagnostics) {
	set := Set{Files: []File{{path, src}}}
	p := parse(set.Files[0])
	return p.docs, set.Finish(p.diags)
}

// ParseValues reads the YAML documents of any file, such as a suite, without
// giving a meaning to their keys. The diagnostics are about the YAML itself.
func ParseValues(path string, src []byte) ([]Value, Diagnostics) {
	r := &reader{file: path, sight: ignoreUnseen}
	roots := r.roots(src)
	var values []Value
	for _, root := range roots {
		if v := r.value(root); v.IsSet() {
			values = append(values, v)
		}
	}
	set := Set{Files: []File{{path, src}}}
	return values, set.Finish(r.diags)
}

// roots reads the YAML of a file.
func (r *reader) roots(src []byte) []*yamlnode.Node {
	roots, problems := yamlnode.Parse(src)
	for _, p := range problems {
		r.add(r.place(p.Start, p.End), p.Code, p.Hint, "%s", p.Message)
		d := &r.diags[len(r.diags)-1]
		d.Edit = Edit{Pos(p.Edit.Start), Pos(p.Edit.End), p.Edit.Text}
		if p.Code == "yaml-key" && d.Edit.IsZero() {
			colonAfterKey(d, yamlnode.NewSource(src).Line(p.Start.Line))
		}
	}
	if len(roots) == 0 && len(problems) == 0 {
		r.add(Range{r.file, Pos{1, 1}, Pos{1, 2}}, "empty-file",
			"write a playbook, or give the file a name that starts with `_`", "the file holds no document")
	}
	return roots
}

// parsed is what one file gave.
type parsed struct {
	docs  []*Document
	diags Diagnostics
	whole bool // no document may be missing
}

func parse(f File) (p parsed) {
	r := &reader{file: f.Path}
	roots := r.roots(f.Source)
	p.whole = len(r.diags) == 0
	for _, root := range roots {
		if d := r.document(root); d != nil {
			p.docs = append(p.docs, d)
		} else {
			p.whole = false
		}
	}
	r.comments(f.Source)
	p.diags = r.diags
	return p
}

// parseAll reads files side by side and keeps their order.
func parseAll(files []File) []parsed {
	out := make([]parsed, len(files))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(len(files), runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(files); i = int(next.Add(1)) - 1 {
				out[i] = parse(files[i])
			}
		})
	}
	workers.Wait()
	return out
}

// Load reads the set in fsys: every file named *.yaml or *.yml in path order, except suites
// (*_test.yaml, *_test.yml) and files and folders whose name starts with a dot or an underscore.
// Links are followed if they stay inside fsys. Load goes on after every problem. It returns the
// parts that were understood, with all problems. The set is sound when the diagnostics have no
// errors.
func Load(fsys fs.FS) (*Set, Diagnostics) {
	paths, ds := find(fsys, isSetFile)
	whole := len(ds) == 0
	set := &Set{}
	for _, p := range paths {
		src, d := readFile(fsys, p)
		if d != nil {
			whole = false
			ds = append(ds, *d)
			continue
		}
		set.Files = append(set.Files, File{p, src})
	}
	read := parseAll(set.Files)
	brought, problems := used(fsys, read)
	ds, whole = append(ds, problems...), whole && len(problems) == 0
	for _, f := range brought {
		i, _ := slices.BinarySearchFunc(set.Files, f.Path, func(f File, path string) int { return strings.Compare(f.Path, path) })
		set.Files = slices.Insert(set.Files, i, f)
		read = slices.Insert(read, i, parse(f))
	}
	for _, p := range read {
		whole = whole && p.whole
		set.Documents = append(set.Documents, p.docs...)
		ds = append(ds, p.diags...)
	}
	set.Digest = digest(set.Files)
	ds = append(ds, duplicateDocuments(set.Documents)...)
	isPlaybook := func(d *Document) bool { return d.Kind == Playbook }
	// A playbook that could not be read is not a playbook that is not there.
	if whole && !slices.ContainsFunc(set.Documents, isPlaybook) {
		ds = append(ds, Diagnostic{
			Severity: Error, Code: "no-playbook",
			Message: "the set holds no playbook",
			Hint:    "write one into a file whose name ends in `.yaml`, with `amends: " + version + "` and `playbook: ID` as its first lines",
		})
	}
	return set, set.Finish(ds)
}

// usesFolder holds the ready documents that a set uses. A folder of this name is not read otherwise, so
// that no file of a set has such a path.
const usesFolder = "_uses"

// IsReady reports whether the file of a set was brought by `uses`.
func IsReady(file string) bool { return path.Dir(file) == usesFolder }

// used are the files that shared definitions bring by `uses`. A file of that path in the folder takes
// the place of what this release has: a set that was kept with its files is read as it was.
func used(fsys fs.FS, read []parsed) (out []File, ds Diagnostics) {
	for _, name := range ready.Names() {
		wanted := func(d *Document) bool {
			return slices.ContainsFunc(d.Uses, func(t Text) bool { return t.Value == name })
		}
		if !slices.ContainsFunc(read, func(p parsed) bool { return slices.ContainsFunc(p.docs, wanted) }) {
			continue
		}
		f := File{usesFolder + "/" + name + ".yaml", ready.Source(name)}
		if _, err := fs.Stat(fsys, f.Path); !errors.Is(err, fs.ErrNotExist) {
			own, d := readFile(fsys, f.Path)
			if d != nil {
				ds = append(ds, *d)
				continue
			}
			f.Source = own
		}
		out = append(out, f)
	}
	return out, ds
}

// With returns the set with another file in it, as if it had stood in the folder: the digest is that
// of all of them. A file of the set that has the same path is an error.
func (s *Set) With(f File) (*Set, Diagnostics) {
	out := &Set{Files: append(slices.Clone(s.Files), f)}
	slices.SortStableFunc(out.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	if slices.ContainsFunc(s.Files, func(o File) bool { return o.Path == f.Path }) {
		return s, Diagnostics{{
			Severity: Error, Code: "duplicate-id", Range: Range{File: f.Path},
			Message: "the program hands in a file of this path, and the set has one too", Hint: "give the file of the set another name",
		}}
	}
	var ds Diagnostics
	for _, p := range parseAll(out.Files) {
		out.Documents = append(out.Documents, p.docs...)
		ds = append(ds, p.diags...)
	}
	out.Digest = digest(out.Files)
	return out, append(ds, duplicateDocuments(out.Documents)...)
}

// find lists the paths of the files that are wanted by their names, sorted.
func find(fsys fs.FS, wanted func(name string) bool) (paths []string, ds Diagnostics) {
	_ = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		name := path.Base(p)
		switch {
		case err != nil:
			ds = append(ds, unreadable(p, err))
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case p != "." && (name[0] == '.' || name[0] == '_'):
			if d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir() && wanted(name):
			paths = append(paths, p)
		case d.Type()&fs.ModeSymlink != 0 && !isYAML(name):
			if err := linked(fsys, p); err != nil {
				ds = append(ds, unreadable(p, err))
			}
		}
		return nil
	})
	slices.Sort(paths) // WalkDir's order is by folder, not by path
	return paths, ds
}

// isSetFile tells files of a set from suites and everything else.
func isSetFile(name string) bool { return isYAML(name) && !isSuiteFile(name) }

// isSuiteFile tells suites.
func isSuiteFile(name string) bool {
	return strings.HasSuffix(name, "_test.yaml") || strings.HasSuffix(name, "_test.yml")
}

func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// readFile reads a regular file, or the one that a link inside the folder leads to.
// Anything else, such as a pipe, could keep the reader waiting.
func readFile(fsys fs.FS, p string) ([]byte, *Diagnostic) {
	at, info, err := follow(fsys, p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = errDangling
	case err != nil:
	case info.IsDir():
		err = errToFolder
	case !info.Mode().IsRegular():
		err = errNoRegular
	case info.Size() > yamlnode.MaxBytes:
		return nil, tooLarge(p, info.Size())
	default:
		var src []byte
		if src, err = fs.ReadFile(fsys, at); err == nil {
			return src, nil
		}
	}
	d := unreadable(p, err)
	return nil, &d
}

// tooLarge reports a file before it fills the memory.
func tooLarge(p string, size int64) *Diagnostic {
	problem := yamlnode.TooLarge(size)
	return &Diagnostic{Severity: Error, Code: problem.Code, Message: problem.Message, Hint: problem.Hint, Range: Range{File: p}}
}

func unreadable(p string, err error) Diagnostic {
	// The path is in the place already.
	if inner := (*fs.PathError)(nil); errors.As(err, &inner) {
		err = inner.Err
	}
	hint := ""
	if errors.Is(err, errLeadsOut) || errors.Is(err, errToFolder) {
		hint = "put the files themselves into the folder, or name the folder that holds both"
	}
	return Diagnostic{
		Severity: Error, Code: "unreadable",
		Message: "this cannot be read: " + err.Error(), Hint: hint,
		Range: Range{File: p},
	}
}

// duplicateDocuments reports ids that two documents of one kind have.
func duplicateDocuments(docs []*Document) (ds Diagnostics) {
	type key struct {
		kind DocumentKind
		id   string
	}
	first := map[key]Range{}
	for _, d := range docs {
		if !d.ID.IsSet() {
			continue
		}
		k := key{d.Kind, d.ID.Value}
		at, twice := first[k]
		if !twice {
			first[k] = d.ID.Range
			continue
		}
		ds = append(ds, Diagnostic{
			Severity: Error, Code: "duplicate-id", Hint: "choose another id", Range: d.ID.Range,
			Message: d.Kind.String() + " `" + clip(d.ID.Value) + "` is there twice; first at " + at.String(),
		})
	}
	return ds
}
