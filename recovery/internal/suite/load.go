package suite

import (
	"errors"
	"io/fs"
	"regexp"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/zoned"
)

// Set is a set of playbooks with its suites, ready to run. It is for one
// goroutine.
type Set struct {
	// Diagnostics are what is wrong with the suites. A file with an error in it
	// is not run; the others are.
	Diagnostics playbook.Diagnostics
	Cases       []*Case // in the order of the files

	books   *playbook.Set
	suites  *playbook.Suites
	program *policy.Program
	engine  *recovery.Engine
	clock   time.Time // what the engine takes for the time
	known   names
	zones   zoned.Zones
	whatIf  map[string]*recovery.Engine // see engineWith
	list    *policy.Field               // the list whose items are looked at; see forItems
}

// Load reads the playbooks in fsys, and the suites beside them. The error is a
// playbook.Diagnostics when the playbooks do not load.
func Load(fsys fs.FS) (*Set, error) {
	books, diags := playbook.Load(fsys)
	program, found := policy.Compile(books)
	diags = books.Finish(append(diags, found...))
	if diags.HasErrors() {
		return nil, diags
	}
	if program == nil {
		return nil, errors.New("parts of the playbooks could not be understood")
	}
	s := &Set{books: books, program: program, known: namesOf(books, program), zones: zoned.Of(books), whatIf: map[string]*recovery.Engine{}}
	var err error
	s.engine, err = recovery.New(books, recovery.WithClock(func() time.Time { return s.clock }))
	if err != nil {
		return nil, err
	}
	s.suites, diags = playbook.LoadSuites(fsys)
	for _, suite := range s.suites.Suites {
		c := checker{set: s}
		c.suite(suite)
		diags = append(diags, c.diags...)
	}
	s.Diagnostics = s.suites.Finish(diags)
	s.expand()
	return s, nil
}

// Suites is how many suites were read.
func (s *Set) Suites() int { return len(s.suites.Suites) }

// SuitesOf counts the suites that some tests are of.
func SuitesOf(cases []*Case) int {
	names := map[string]bool{}
	for _, c := range cases {
		names[c.Suite] = true
	}
	return len(names)
}

// expand makes the cases of the suites whose files have no errors.
func (s *Set) expand() {
	wrong := map[string]bool{}
	for _, d := range s.Diagnostics {
		if d.Severity == playbook.Error {
			wrong[d.Range.File] = true
		}
	}
	for _, suite := range s.suites.Suites {
		if !wrong[suite.Range.File] {
			s.Cases = append(s.Cases, s.casesOf(suite)...)
		}
	}
}

// Find returns the cases whose full name matches.
func (s *Set) Find(re *regexp.Regexp) []*Case {
	var out []*Case
	for _, c := range s.Cases {
		if re.MatchString(c.FullName()) {
			out = append(out, c)
		}
	}
	return out
}
