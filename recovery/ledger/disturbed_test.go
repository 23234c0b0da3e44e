package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// TestDisturbed changes the files of a ledger while it is open for writing. The
// writer says so, confirms nothing more, and leaves what it finds alone.
func TestDisturbed(t *testing.T) {
	first := log.SegmentName(0)
	remake := func(dir string) error {
		if err := os.Rename(dir, dir+".away"); err != nil {
			return err
		}
		return os.CopyFS(dir, os.DirFS(dir+".away"))
	}
	for name, c := range map[string]struct {
		empty  bool // before the first record
		change func(dir string) error
		file   string
	}{
		"segment removed":   {false, func(dir string) error { return os.Remove(filepath.Join(dir, first)) }, first},
		"segment cut":       {false, func(dir string) error { return os.Truncate(filepath.Join(dir, first), 100) }, first},
		"segment added to":  {false, func(dir string) error { return appendTo(filepath.Join(dir, first), "x") }, first},
		"segment replaced":  {false, func(dir string) error { return replaceFile(filepath.Join(dir, first)) }, first},
		"segment linked":    {false, func(dir string) error { return linkAway(filepath.Join(dir, first)) }, ""},
		"directory removed": {false, os.RemoveAll, first},
		"directory moved":   {false, func(dir string) error { return os.Rename(dir, dir+".away") }, first},
		"directory copied":  {false, remake, first},

		"lock removed before the first record":      {true, func(dir string) error { return os.Remove(filepath.Join(dir, log.LockName)) }, log.LockName},
		"lock replaced before the first record":     {true, func(dir string) error { return replaceFile(filepath.Join(dir, log.LockName)) }, log.LockName},
		"directory removed before the first record": {true, os.RemoveAll, log.LockName},
		"directory copied before the first record":  {true, remake, log.LockName},
		"a segment begun by another": {true, func(dir string) error {
			return os.WriteFile(filepath.Join(dir, log.SegmentName(0)), []byte(log.Magic), 0o600)
		}, first},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "ledger")
			l := openT(t, dir)
			if !c.empty {
				if err := commitPlain(l, "dec_1", "T-1"); err != nil {
					t.Fatal(err)
				}
			}
			size := l.Size()
			ready, err := plain(l, "dec_2", "T-2")
			if err != nil {
				t.Fatal(err)
			}
			if err := c.change(dir); err != nil {
				if runtime.GOOS == "windows" {
					t.Skip("the system does not let it happen")
				}
				t.Fatal(err)
			}
			before := contents(t, filepath.Dir(dir))
			err = l.Commit(context.Background(), ready)
			var disturbed *DisturbedError
			if !errors.As(err, &disturbed) || c.file != "" && disturbed.File != c.file || !strings.Contains(err.Error(), "nothing was recorded") {
				t.Fatalf("got %v", err)
			}
			for what, err := range map[string]error{
				"commit":     l.Commit(context.Background(), ready),
				"read":       second2(l.Read(context.Background(), recovery.Query{Incident: "T-1"})),
				"checkpoint": second(l.Checkpoint("")),
				"erase":      second(l.Erase(context.Background(), Erasure{Incident: "T-1"})),
			} {
				if !errors.As(err, &disturbed) {
					t.Errorf("%s afterwards: %v", what, err)
				}
			}
			if l.Size() != size {
				t.Errorf("%d records are confirmed, %d were", l.Size(), size)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			if after := contents(t, filepath.Dir(dir)); after != before {
				t.Errorf("the writer has changed files:\n%s\n%s", before, after)
			}
		})
	}
}

// TestSecondWriterWithoutTheLock removes the lock file, before every number of
// segments: while the first writer is there, no second one gets in.
func TestSecondWriterWithoutTheLock(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the lock cannot be removed there")
	}
	dir := t.TempDir()
	l, err := open(log.Directory(dir), 600)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if err := commitPlain(l, fmt.Sprint("dec_", i), named(i)); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, log.LockName)); err != nil {
			t.Fatal(err)
		}
		var locked *LockedError
		if err := second(Open(dir)); !errors.As(err, &locked) || locked.Holder != "" {
			t.Fatalf("with %d records: %v", i+1, err)
		}
		if err := second(Repair(context.Background(), dir)); !errors.As(err, &locked) {
			t.Fatalf("repaired with %d records: %v", i+1, err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if v := verifyT(t, log.Directory(dir)); v.Records != 5 {
		t.Errorf("%+v", v)
	}
	openT(t, dir)
}

// TestNoPlainFiles puts links, pipes and directories where files belong. Nobody
// waits, and nothing is written through a link.
func TestNoPlainFiles(t *testing.T) {
	precious := filepath.Join(t.TempDir(), "precious")
	for _, odd := range oddFiles {
		for _, name := range []string{log.LockName, log.SegmentName(0), log.SegmentName(1)} {
			t.Run(odd.name+" as "+name, func(t *testing.T) {
				dir := t.TempDir()
				l := openT(t, dir)
				if err := commitPlain(l, "dec_1", "T-1"); err != nil {
					t.Fatal(err)
				}
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(precious, []byte("precious"), 0o600); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(dir, name)
				if err := os.RemoveAll(path); err != nil {
					t.Fatal(err)
				}
				if err := odd.make(path, precious); err != nil {
					t.Skip(err)
				}
				if err := second(Open(dir)); err == nil || !strings.Contains(err.Error(), odd.says) {
					t.Errorf("opened: %v", err)
				}
				if err := second(Repair(context.Background(), dir)); err == nil || !strings.Contains(err.Error(), odd.says) {
					t.Errorf("repaired: %v", err)
				}
				err := second(Verify(context.Background(), dir, VerifyOptions{}))
				if name != log.LockName && odd.name != "hard link" {
					wantDamage(t, err)
				}
				if text, err := os.ReadFile(precious); err != nil || string(text) != "precious" {
					t.Errorf("the file that was linked to holds %q (%v)", text, err)
				}
			})
		}
	}
}

var oddFiles = []struct {
	name, says string
	make       func(path, precious string) error
}{
	{"link", "a link", func(path, precious string) error { return os.Symlink(precious, path) }},
	{"dangling link", "a link", func(path, precious string) error { return os.Symlink(precious+".not", path) }},
	{"directory", "a directory", func(path, _ string) error { return os.Mkdir(path, 0o700) }},
	{"hard link", "", func(path, precious string) error { return os.Link(precious, path) }},
	{"pipe", "a named pipe", makePipe},
	{"device", "a link", func(path, _ string) error { return os.Symlink(os.DevNull, path) }},
}

func second2[T, U any](_ T, _ U, err error) error { return err }

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// replaceFile puts an equal file in the place of one.
func replaceFile(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".lock", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".lock", path)
}

// linkAway moves a file and leaves a link to it.
func linkAway(path string) error {
	if err := os.Rename(path, path+".lock"); err != nil {
		return err
	}
	return os.Symlink(path+".lock", path)
}

// contents is what the files below a directory hold.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var out bytes.Buffer
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, p))
		fmt.Fprintf(&out, "%s %x\n", p, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
