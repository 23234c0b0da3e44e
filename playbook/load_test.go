package playbook_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/playbook"
)

const small = "amends: v1\nplaybook: %s\nreview_by: 2027-06-30\nplays: [{id: a, approach: standardised-response, when: true}]\n"

func file(text string, args ...any) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil, text, args...)}
}

func TestLoadChoosesFiles(t *testing.T) {
	set, ds := playbook.Load(fstest.MapFS{
		"b.yaml":             file(small, "b"),
		"a/x.yml":            file(small, "x"),
		"a-b.yaml":           file(small, "a-b"),
		"a/.hidden.yaml":     file("["),
		"a/_draft.yaml":      file("["),
		".git/x.yaml":        file("["),
		"_old/x.yaml":        file("["),
		"a/late_test.yaml":   file("["),
		"a/late_test.yml":    file("["),
		"README.md":          file("["),
		"folder.yaml/z.yaml": file(small, "z"),
	})
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	var paths, ids []string
	for _, f := range set.Files {
		paths = append(paths, f.Path)
	}
	for _, d := range set.Documents {
		ids = append(ids, d.ID.Value)
	}
	if diff := cmp.Diff([]string{"a-b.yaml", "a/x.yml", "b.yaml", "folder.yaml/z.yaml"}, paths); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a-b", "x", "b", "z"}, ids); diff != "" {
		t.Error(diff)
	}
}

func TestDigestIsWhatSha256sumPrints(t *testing.T) {
	fsys := fstest.MapFS{"b.yaml": file(small, "b"), "a/c.yaml": file(small, "c"), "x_test.yaml": file("suite")}
	set, _ := playbook.Load(fsys)
	var lines string
	for _, p := range []string{"a/c.yaml", "b.yaml"} {
		lines += fmt.Sprintf("%x  %s\n", sha256.Sum256(fsys[p].Data), p)
	}
	sum := sha256.Sum256([]byte(lines))
	if want := "sha256:" + hex.EncodeToString(sum[:]); set.Digest != want {
		t.Errorf("digest %s, want %s", set.Digest, want)
	}
}

// A file that cannot be understood is part of the identity of the set.
func TestLoadKeepsGoing(t *testing.T) {
	set, ds := playbook.Load(fstest.MapFS{
		"a.yaml": file("amends: v1\nplaybook: a\nplays: [\n"),
		"b.yaml": file(small, "b"),
		"c.yaml": file(small, "b"),
	})
	if len(set.Files) != 3 || len(set.Documents) != 2 {
		t.Errorf("%d files, %d documents", len(set.Files), len(set.Documents))
	}
	if got := codes(ds); got != "yaml-unclosed a.yaml:3:8, duplicate-id c.yaml:2:11" {
		t.Error(got)
	}
}

func codes(ds playbook.Diagnostics) string {
	var out []string
	for _, d := range ds {
		out = append(out, strings.TrimSpace(d.Code+" "+d.Range.String()))
	}
	return strings.Join(out, ", ")
}

func TestNoPlaybook(t *testing.T) {
	for name, c := range map[string]struct {
		fsys fs.FS
		want string
	}{
		"empty":        {fstest.MapFS{}, "no-playbook"},
		"suites only":  {fstest.MapFS{"a_test.yaml": file("x")}, "no-playbook"},
		"shared only":  {fstest.MapFS{"a.yaml": file("amends: v1\nshared: a\n")}, "no-playbook"},
		"not readable": {broken{fstest.MapFS{"a.yaml": file(small, "a")}}, "unreadable a.yaml"},
		"not there":    {broken{fstest.MapFS{}}, "no-playbook"},
		"syntax error": {fstest.MapFS{"a.yaml": file("a: [")}, "yaml-unclosed a.yaml:1:4"},
		"not regular":  {fstest.MapFS{"a.yaml": {Mode: fs.ModeNamedPipe}}, "unreadable a.yaml"},
	} {
		if _, ds := playbook.Load(c.fsys); codes(ds) != c.want {
			t.Errorf("%s: %s, want %s", name, codes(ds), c.want)
		}
	}
}

// A file that is too large is refused before it is read.
func TestLoadRefusesLargeFiles(t *testing.T) {
	set, ds := playbook.Load(large{fstest.MapFS{"a.yaml": file(small, "a"), "b.yaml": file(small, "b")}})
	if codes(ds) != "too-large a.yaml" || len(set.Files) != 1 || len(set.Documents) != 1 {
		t.Error(ds, len(set.Files))
	}
}

// large says that a.yaml has a gigabyte, and fails when it is read.
type large struct{ fstest.MapFS }

func (l large) Stat(name string) (fs.FileInfo, error) {
	info, err := l.MapFS.Stat(name)
	if name == "a.yaml" {
		return gigabyte{info}, err
	}
	return info, err
}

func (l large) ReadFile(name string) ([]byte, error) {
	if name == "a.yaml" {
		return nil, errors.New("it was read")
	}
	return l.MapFS.ReadFile(name)
}

type gigabyte struct{ fs.FileInfo }

func (gigabyte) Size() int64 { return 1 << 30 }

// What a file costs is bounded by its size, whatever it holds.
func TestMemory(t *testing.T) {
	const size = 1 << 20
	for name, src := range map[string]string{
		"blanks":   strings.Repeat(" ", size),
		"breaks":   strings.Repeat("\n", size),
		"letters":  strings.Repeat("a", size),
		"quoted":   "a: \"" + strings.Repeat("a", size) + "\"",
		"tabs":     strings.Repeat("\t", size),
		"comments": strings.Repeat("# x\n", size/4),
		"controls": strings.Repeat("\x01", size),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, ds := playbook.Parse("a.yaml", []byte(src))
		if err := ds.Render(io.Discard, false); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 60*size {
			t.Errorf("%s: %d MiB for %d", name, used>>20, size>>20)
		}
	}
}

// broken is a file system whose files cannot be opened.
type broken struct{ fstest.MapFS }

func (b broken) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".yaml") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("the disk is gone")}
	}
	return b.MapFS.Open(name)
}

func (b broken) Stat(name string) (fs.FileInfo, error)      { return b.MapFS.Stat(name) }
func (b broken) ReadFile(name string) ([]byte, error)       { _, err := b.Open(name); return nil, err }
func (b broken) ReadDir(name string) ([]fs.DirEntry, error) { return b.MapFS.ReadDir(name) }

func TestParseValues(t *testing.T) {
	values, ds := playbook.ParseValues("late_test.yaml", []byte("amends: v1\nsuite: late\ntests: [{name: a, name: b}]\n---\n[1]\n"))
	if codes(ds) != "duplicate-key late_test.yaml:3:19" || len(values) != 2 {
		t.Fatal(len(values), ds)
	}
	if e := values[0].Entries[1]; e.Key.Value != "suite" || e.Value.Text.Value != "late" {
		t.Errorf("read %v", e)
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"within", "after", "apply", "apple", "id"}
	for name, want := range map[string]string{
		"withn": "within", "wihtin": "within", "aftr": "after", "appl": "apple", "x": "", "ix": "id", "xx": "", "": "", "within": "",
		"äfter": "after",
	} {
		if got := playbook.Suggest(name, known); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	slices.Reverse(known)
	if got := playbook.Suggest("appl", known); got != "apple" {
		t.Errorf("the order of the known names matters: %s", got)
	}
}

// What `uses` brings is a file of the set: of its digest, and kept with it. A file of that path in the
// folder takes its place.
func TestUses(t *testing.T) {
	shared := "amends: v1\nshared: desk\nuses: [%s]\n---\n" + small
	load := func(fsys fs.FS, want string) *playbook.Set {
		t.Helper()
		set, ds := playbook.Load(fsys)
		if codes(ds) != want {
			t.Errorf("%s, want %s", codes(ds), want)
		}
		return set
	}
	paths := func(s *playbook.Set) (out []string) {
		for _, f := range s.Files {
			out = append(out, f.Path)
		}
		return out
	}
	none := load(fstest.MapFS{"a.yaml": file(small, "a"), "_uses/helpdesk.yaml": file("no playbook")}, "")
	one := load(fstest.MapFS{"A.yaml": file(shared, "zammad, helpdesk", "a")}, "")
	if got := paths(one); !slices.Equal(got, []string{"A.yaml", "_uses/helpdesk.yaml", "_uses/zammad.yaml"}) || len(paths(none)) != 1 {
		t.Error(got, paths(none))
	}
	if kind := one.Documents[len(one.Documents)-1].Kind; kind != playbook.PayloadMap {
		t.Errorf("the last document is of kind %v", kind)
	}
	pinned := fstest.MapFS{}
	for _, f := range one.Files {
		pinned[f.Path] = &fstest.MapFile{Data: f.Source}
	}
	if same := load(pinned, ""); same.Digest != one.Digest || same.Digest == none.Digest {
		t.Error("a set that was kept with its files has another digest")
	}
	pinned["_uses/helpdesk.yaml"] = file("amends: v1\nshared: helpdesk\nuses: [freshdesk]\n")
	if own := load(pinned, ""); own.Digest == one.Digest || len(own.Files) != 3 {
		t.Error("the file of the set counts, and brings no other")
	}
	pinned["_uses/helpdesk.yaml"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	load(pinned, "unreadable _uses/helpdesk.yaml")
	load(fstest.MapFS{"a.yaml": file(shared, "zammad", "a"), "b.yaml": file("amends: v1\nmap: zammad\nfields: {id: id}\n")}, "duplicate-id b.yaml:2:6")
}
