package diff

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/given"
)

// Side is one of the two sets that are compared.
type Side struct {
	Name string // what the side is called
	dir  string // what the places of its files start with
	set  *playbook.Set
}

// Set is the set as it was written.
func (s *Side) Set() *playbook.Set { return s.set }

// from is a place of the side, from where the command runs.
func (s *Side) from(at playbook.Range) playbook.Range {
	if !at.IsZero() {
		at.File = path.Join(s.dir, at.File)
	}
	return at
}

// Open reads a side; its name is that of the folder that it is in. When the set does not load, the error is a
// playbook.Diagnostics with everything that is wrong with it.
func Open(name string, fsys fs.FS) (*Side, error) {
	set, read := playbook.Load(fsys)
	program, found := policy.Compile(set)
	diags := set.Finish(append(read, found...))
	if diags.HasErrors() || program == nil {
		return nil, diags
	}
	return &Side{Name: name, dir: name, set: set}, nil
}

// Of is a side of a set that has no mistakes.
func Of(name string, set *playbook.Set) *Side { return &Side{Name: name, set: set} }

// Without is the side as it would be without some plays, which are named
// playbook/play.
func (s *Side) Without(plays ...string) (*Side, error) {
	out := &Side{Name: s.Name, dir: s.dir, set: &playbook.Set{Digest: s.set.Digest, Files: s.set.Files}}
	drop := map[string]bool{}
	for _, p := range plays {
		drop[p] = true
	}
	var known []string
	for _, d := range s.set.Documents {
		copied := *d
		copied.Plays = nil
		for _, p := range d.Plays {
			name := d.ID.Value + "/" + p.ID.Value
			known = append(known, name)
			if !drop[name] {
				copied.Plays = append(copied.Plays, p)
			}
		}
		out.set.Documents = append(out.set.Documents, &copied)
	}
	for _, p := range plays {
		if !slices.Contains(known, p) {
			return nil, unknownPlay(p, known)
		}
	}
	out.Name += " without " + strings.Join(plays, ", ")
	return out, nil
}

func unknownPlay(name string, known []string) error {
	if near := playbook.Suggest(name, known); near != "" {
		return fmt.Errorf("there is no play %s; did you mean %s?", unseen.Quote(name), near)
	}
	return fmt.Errorf("there is no play %s; plays are named playbook/play", unseen.Quote(name))
}

// engine makes an engine for the side, with a clock and knowing nothing but the
// incident.
func (s *Side) engine(clock func() time.Time, options []recovery.Option) (*recovery.Engine, error) {
	e, err := recovery.New(s.set, append([]recovery.Option{recovery.WithClock(clock), recovery.WithStore(given.None())}, options...)...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s does not load", s.Name), err)
	}
	return e, nil
}
