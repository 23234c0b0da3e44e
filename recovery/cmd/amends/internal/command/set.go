package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// OpenDir opens the directory of a set, or says in one line why it cannot.
func OpenDir(dir string) (fs.FS, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no directory %s", dir)
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s is a file; name the directory that holds the playbooks", dir)
	}
	return os.DirFS(dir), nil
}

// Compile reads a set and gives it its meaning, with all that is wrong with it.
func Compile(fsys fs.FS) (*playbook.Set, *policy.Program, playbook.Diagnostics) {
	set, read := playbook.Load(fsys)
	program, found := policy.Compile(set)
	return set, program, set.Finish(append(read, found...))
}

// FromHere rewrites the files of diagnostics, which are paths in the set, as
// paths from where the command runs: what editors and terminals can open.
func FromHere(dir string, diags playbook.Diagnostics) playbook.Diagnostics {
	out := make(playbook.Diagnostics, len(diags))
	for i, d := range diags {
		if d.Range.File != "" {
			d.Range.File = path.Join(filepath.ToSlash(dir), d.Range.File)
		}
		out[i] = d
	}
	return out
}

// BrokenSet is a set that does not load.
type BrokenSet struct {
	Name  string
	Diags playbook.Diagnostics
}

func (e *BrokenSet) Error() string { return fmt.Sprintf("the playbooks in %s do not load", e.Name) }
