package playbook

// Pos is a place in a file: line and column count from 1, columns in
// characters (runes). The zero Pos is no place.
type Pos struct {
	Line, Column int
}

// Before reports whether p stands before q.
func (p Pos) Before(q Pos) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column
}

// Range is a stretch of one file, from Start up to and without End. File is
// the path inside the set. An End that is not after Start marks one character.
type Range struct {
	File       string
	Start, End Pos
}

// IsZero reports whether the range is nowhere.
func (r Range) IsZero() bool { return r.Start.Line == 0 }

// Severity says how bad a diagnostic is. Its zero is invalid.
type Severity uint8

// A set with an Error does not load; a Warning is worth a look.
const (
	SeverityInvalid Severity = iota
	Error
	Warning
)

func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "invalid"
}

// Diagnostic is one thing that is wrong with a set, or worth a look.
type Diagnostic struct {
	Severity Severity
	// Code names the kind of mistake, such as "unknown-key". Codes are stable.
	Code string
	// Message says what was found and what was wanted, in plain words.
	Message string
	// Range is the place to mend.
	Range Range
	// Hint is what to write instead, where a remedy is near; else empty.
	Hint string
	// Edit is the hint as a change to the file, where it is certain what to
	// write; else zero.
	Edit Edit
	// Snippet is the source line on which Range starts, without its line
	// break; [Set.Finish] fills it in.
	Snippet string
}

// Diagnostics are all the problems of a set. They are an error.
type Diagnostics []Diagnostic

// HasErrors reports whether a problem is more than a warning.
func (ds Diagnostics) HasErrors() bool {
	for _, d := range ds {
		if d.Severity == Error {
			return true
		}
	}
	return false
}
