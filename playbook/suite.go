package playbook

import "io/fs"

// Suites are the tests that were read from the suite files of a directory tree.
type Suites struct {
	Suites []*Suite // in path order, then by place in the file
	Files  []File
}

// Suite is one document of a suite file. A part that was not written, or not
// understood, is zero.
type Suite struct {
	Name     Text
	Range    Range // where the document starts
	Now      Text  // when the tests decide
	Defaults *Test // what all tests have; nil: nothing
	Tests    []*Test
}

// Test is one test; or a row of each or of then, which says only what differs
// from its test; or what all tests of a suite have. How they merge is in
// FORMAT.md.
type Test struct {
	Name       Text
	Now        Text
	Map        Text  // the map by which Payload is read
	Payload    Value // a Mapping, as are the next four
	Incident   Value
	Facts      Value
	Partners   Value
	Precedents Value
	Want       *Want // nil: nothing is wanted
	// A row of then is about one of these: an incident that is told, time that has passed, a
	// choice that somebody makes, agrees to or turns down, what came of actions. Again is a Bool.
	Again      Text
	Choose     *MadeChoice
	Approve    *SignedChoice
	Decline    *SignedChoice
	Report     *WantedActions
	Each, Then []*Test
	Range      Range // starts at the first key
}

// MadeChoice is a choice that a step of a suite makes. The decision before the step has left it
// open.
type MadeChoice struct {
	Play, By, Reason Text
	Roles            []Text         // in which it is made
	Options          *WantedActions // as they are taken
	Range            Range
}

// SignedChoice is what a step of a suite says of a choice that was proposed: somebody agrees to it, or
// turns it down.
type SignedChoice struct {
	Play, By, Reason Text
	Roles            []Text
	Range            Range
}

// Want is what a test expects of a decision. A key that was not written is nil
// or absent, and is not compared. An empty list expects that there is nothing.
type Want struct {
	Plays      *WantedTexts
	Items      *WantedTexts // of plays with each
	Actions    *WantedActions
	Exactly    Text // a Bool
	Never      *WantedTexts
	Warnings   *WantedTexts
	Withheld   *WantedActions
	PassedOver *WantedPairs // reasons by partner
	Choices    *WantedChoices
	Proposed   *WantedActions // what awaits a second person
	Changes    *WantedPairs   // changes by the type of an action, or type/id
	Owed       *WantedActions
	Missed     *WantedTexts
	Handled    Text
	Error      Text
	Incident   Value // what the map makes of the payload, in part; a Mapping
	Range      Range
}

// WantedTexts are names: of plays, items, action types, warnings or broken promises.
type WantedTexts struct {
	Items []Text
	Range Range // of the list
}

// WantedPairs are texts under names.
type WantedPairs struct {
	Items []Pair
	Range Range
}

// Pair is a text under a name.
type Pair struct{ Key, Value Text }

// WantedActions are the actions of a list.
type WantedActions struct {
	Items []*WantedAction
	Range Range
}

// WantedAction is an action that should be there, with the values that it should have.
type WantedAction struct {
	Type  Text
	Asked []Entry
	Range Range
}

// WantedChoices are choices that should be left to somebody.
type WantedChoices struct {
	Items []*WantedChoice
	Range Range
}

// WantedChoice is one choice that should be left to somebody. Keys that were not written are not
// compared.
type WantedChoice struct {
	Play, Decider, DueAt Text
	Options              *WantedActions
	AtLeast, AtMost      Text // of choose
	Precedents           Text // their count
	Range                Range
}

// ParseSuite reads the suites of one file. Ranges name the file by path. The
// parts that were understood are returned with all problems.
func ParseSuite(path string, src []byte) ([]*Suite, Diagnostics) {
	found := &Suites{Files: []File{{path, src}}}
	var ds Diagnostics
	found.Suites, ds = parseSuite(found.Files[0])
	return found.Suites, found.Finish(append(ds, found.duplicates()...))
}

func parseSuite(f File) (suites []*Suite, ds Diagnostics) {
	r := &reader{file: f.Path, sight: ignoreUnseen}
	for _, root := range r.roots(f.Source) {
		if s := r.suite(root); s != nil {
			suites = append(suites, s)
		}
	}
	r.comments(f.Source)
	for i := range r.diags {
		if r.diags[i].Code == "empty-file" {
			r.diags[i].Hint = "write a suite, or give the file a name that starts with `_`"
		}
	}
	return suites, r.diags
}

// LoadSuites reads the suites in fsys: every file named *_test.yaml or
// *_test.yml in path order, except files and folders whose name starts with a
// dot or an underscore. Suites are not part of a set and do not enter its
// digest.
func LoadSuites(fsys fs.FS) (*Suites, Diagnostics) {
	paths, ds := find(fsys, isSuiteFile)
	found := &Suites{}
	for _, p := range paths {
		src, d := readFile(fsys, p)
		if d != nil {
			ds = append(ds, *d)
			continue
		}
		f := File{p, src}
		suites, problems := parseSuite(f)
		found.Files = append(found.Files, f)
		found.Suites = append(found.Suites, suites...)
		ds = append(ds, problems...)
	}
	return found, found.Finish(append(ds, found.duplicates()...))
}

// Finish is [Set.Finish] for diagnostics about suites.
func (s *Suites) Finish(ds Diagnostics) Diagnostics { return (&Set{Files: s.Files}).Finish(ds) }

// duplicates reports names that two suites have: a report could not tell their
// tests apart.
func (s *Suites) duplicates() (ds Diagnostics) {
	first := map[string]Range{}
	for _, suite := range s.Suites {
		if !suite.Name.IsSet() {
			continue
		}
		at, twice := first[suite.Name.Value]
		if !twice {
			first[suite.Name.Value] = suite.Name.Range
			continue
		}
		ds = append(ds, Diagnostic{
			Severity: Error, Code: "duplicate-id", Hint: "choose another name", Range: suite.Name.Range,
			Message: "suite `" + clip(suite.Name.Value) + "` is there twice; first at " + at.String(),
		})
	}
	return ds
}
