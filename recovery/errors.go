package recovery

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/form"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/store"
)

// Problem is one thing that is wrong with an input.
type Problem struct {
	Path   string `json:"path"`   // dotted, such as customer.since or tags[2]
	Wanted string `json:"wanted"` // such as "1 to 5"
	Found  string `json:"found"`  // such as "6"; empty when nothing was there
}

// String writes the problem in one line: severity: wanted 1 to 5, found 6.
func (p Problem) String() string {
	return p.Path + ": wanted " + p.Wanted + ", found " + p.found()
}

func (p Problem) found() string {
	if p.Found == "" {
		return "nothing"
	}
	return p.Found
}

func joinProblems(problems []Problem) string {
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "; ")
}

// IncidentError reports an incident that does not fit the standard fields or
// those of the playbooks that apply to it. It names every violation at once.
type IncidentError struct {
	Incident string // its id, empty where it has none
	Problems []Problem
}

func (e *IncidentError) Error() string {
	text := "the incident"
	if e.Incident != "" {
		text = "incident " + intake.Shown(e.Incident)
	}
	return text + " does not fit: " + joinProblems(e.Problems)
}

// EvaluationError reports an expression that has no value for an incident: an
// overflow, a division by zero, an index out of range, a negative amount.
type EvaluationError struct {
	Playbook     string // empty where the expression belongs to no playbook, such as a shared limit's
	Play         string // its id within the playbook; empty where the expression belongs to no play
	File         string
	Line, Column int
	Expr         string // the sub-expression that failed
	Message      string
}

// failedAt reports that something in a set has no value, at its place.
func failedAt(p *policy.Play, at policy.Position, expr, message string) *EvaluationError {
	e := &EvaluationError{File: at.File, Line: at.Start.Line, Column: at.Start.Column, Expr: expr, Message: message}
	if p != nil {
		e.Playbook, e.Play = p.Playbook.ID, p.ID
	}
	return e
}

// PlayName is PLAYBOOK/PLAY, as decisions write it; empty where the expression belongs to no play.
func (e *EvaluationError) PlayName() string {
	if e.Play == "" {
		return ""
	}
	return e.Playbook + "/" + e.Play
}

func (e *EvaluationError) Error() string {
	var b strings.Builder
	if at := e.at(); at != "" {
		b.WriteString(at + ": ")
	}
	if play := e.PlayName(); play != "" {
		b.WriteString("play " + play + ": ")
	}
	b.WriteString(e.Message)
	if e.Expr != "" {
		b.WriteString(", in " + e.Expr)
	}
	return b.String()
}

// at is FILE:LINE:COL, or as much of it as is known.
func (e *EvaluationError) at() string {
	switch {
	case e.File == "":
		return ""
	case e.Line == 0:
		return e.File
	case e.Column == 0:
		return fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	return fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
}

// storeError returns a store's error. An answer that is too large comes of the facts
// that playbooks ask for, and so it is an *[EvaluationError].
func storeError(err error) error {
	if err == nil {
		return nil
	}
	var overflow *store.OverflowError
	if errors.As(err, &overflow) {
		return &EvaluationError{Message: overflow.Error()}
	}
	return err
}

// AmbiguousError reports two plays that match one incident, in a playbook that
// says that at most one may.
type AmbiguousError = policy.AmbiguousError

// ChoiceError reports a choice that cannot be made, approved or declined as it was asked for.
type ChoiceError struct {
	Choice   string // its id
	Reason   ChoiceReason
	Message  string
	Problems []Problem // what is wrong with the options chosen; may be empty
	May      []string  // the roles in which somebody may; empty where that is not what is wrong
}

// ChoiceReason says why something about a choice is refused. It is empty where what was chosen does
// not fit, or no such choice is open.
type ChoiceReason string

// The reasons for refusing to choose, approve or decline.
const (
	ChoiceBeyondAuthority ChoiceReason = "beyond-authority" // the roles may not choose as much; May says who may
	ChoiceNotTheSecond    ChoiceReason = "not-the-second"   // another role has to agree; May says which
	ChoiceNeedsAnother    ChoiceReason = "needs-another"    // who proposed it cannot agree to it
	ChoicePending         ChoiceReason = "pending"          // something was proposed, and awaits a second
	ChoiceNotPending      ChoiceReason = "not-pending"      // nothing that was proposed awaits a second
	ChoiceDecided         ChoiceReason = "decided"          // it was made, agreed to or turned down already
)

func (e *ChoiceError) Error() string {
	text := "choice " + e.Choice + ": " + e.Message
	if len(e.Problems) > 0 {
		text += ": " + joinProblems(e.Problems)
	}
	return text
}

// The codes of refusals.
const (
	codeInvalidJSON     = "invalid-json"
	codeInvalidIncident = "invalid-incident"
	codeInvalidPayload  = "invalid-payload"
	codeEvaluation      = "evaluation-error"
	codeAmbiguous       = "ambiguous"
	codeChoice          = "invalid-choice"
	codeUnknownAction   = "unknown-action"
	codeConflict        = "conflict"
	codeErased          = "erased"
	codeFailed          = "failed"
)

func refusalCode(err error) string {
	switch {
	case isA[*PayloadError](err):
		return codeInvalidPayload
	case isA[*IncidentError](err):
		return codeInvalidIncident
	case isA[*EvaluationError](err):
		return codeEvaluation
	case isA[*AmbiguousError](err):
		return codeAmbiguous
	case isA[*ChoiceError](err):
		return codeChoice
	case isA[*JSONError](err), isA[*json.SyntaxError](err):
		return codeInvalidJSON
	case isA[*UnknownActionError](err):
		return codeUnknownAction
	case errors.Is(err, ErrConflict):
		return codeConflict
	case errors.Is(err, ErrErased):
		return codeErased
	}
	return codeFailed
}

func isA[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

// AppendRefusal appends the JSON of an incident that was refused with err:
//
//	{"incident": "T-1", "error": {"code": "invalid-incident", "message": "…",
//	 "problems": [{"path": "severity", "wanted": "1 to 5", "found": "6"}]}}
//
// The codes are invalid-incident and invalid-choice (with problems, the latter with reason and may too), invalid-payload (with
// problems, each with at, from and remedy where they are known), evaluation-error (with play, at and expr), ambiguous (with plays), invalid-json for input that is not a JSON object,
// unknown-action, conflict, erased for an incident that the store has erased, and failed for errors that are not the incident's fault. An incident
// whose id is not known has none.
func AppendRefusal(dst []byte, incident string, err error) []byte {
	f := form.Writing(dst, form.ForReaders)
	f.Begin()
	f.Text("incident", &incident)
	f.Open("error", true)
	code, message := refusalCode(err), err.Error()
	f.Text("code", &code)
	f.Text("message", &message)
	refusalDetails(f, err)
	f.Shut()
	f.End()
	return f.Written()
}

func refusalDetails(f *form.Form, err error) {
	if e := (*PayloadError)(nil); errors.As(err, &e) {
		form.List(f, "problems", &e.Problems, (*PayloadProblem).fields)
	} else if e := (*IncidentError)(nil); errors.As(err, &e) {
		form.List(f, "problems", &e.Problems, (*Problem).fields)
	} else if e := (*ChoiceError)(nil); errors.As(err, &e) {
		reason := string(e.Reason)
		f.Text("reason", &reason)
		if len(e.May) > 0 {
			f.Texts("may", &e.May)
		}
		form.List(f, "problems", &e.Problems, (*Problem).fields)
	} else if e := (*EvaluationError)(nil); errors.As(err, &e) {
		play, at := e.PlayName(), e.at()
		f.Text("play", &play)
		f.Text("at", &at)
		f.Text("expr", &e.Expr)
	} else if e := (*AmbiguousError)(nil); errors.As(err, &e) {
		plays := e.Plays[:]
		f.Texts("plays", &plays)
	}
}

func (p *PayloadProblem) fields(f *form.Form) {
	(&Problem{Path: p.Field, Wanted: p.Wanted, Found: p.Found}).fields(f)
	f.Text("at", &p.At)
	f.Text("from", &p.Path)
	f.Text("remedy", &p.Remedy)
}

func (p *Problem) fields(f *form.Form) {
	found := p.found()
	f.Text("path", &p.Path)
	f.Text("wanted", &p.Wanted)
	f.Text("found", &found)
}

// JSONError reports input that is refused as a whole, because it is not a JSON object: no field of an
// incident can be found in it.
type JSONError struct{ Message string }

func (e *JSONError) Error() string { return e.Message }

// jsonError turns the error with which a decoder ended into the error of the caller. It is nil when
// the text was read to its end.
func jsonError(err error) error {
	switch x := err.(type) {
	case nil:
		return nil
	case *jsontext.Error:
		return &JSONError{x.Message}
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// matchError turns an error of a condition into the engine's.
func matchError(err error) error {
	var at *policy.PlayError
	if !errors.As(err, &at) {
		return err
	}
	failed := evaluationError(nil, at.Err)
	failed.Playbook, failed.Play = at.Playbook, at.Play
	return failed
}

func evaluationError(p *policy.Play, err error) *EvaluationError {
	var ee *policy.EvalError
	if !errors.As(err, &ee) {
		return failedAt(p, policy.Position{}, "", err.Error())
	}
	return failedAt(p, ee.Position, ee.Expr, ee.Message)
}

// takenAsMissing says which field counts as missing because a value does not fit: a list as a whole,
// where one of its members does not.
func takenAsMissing(p intake.Problem) string {
	what := p.Path + " is taken as missing"
	if i := strings.LastIndexByte(p.Path, '['); i >= 0 && isIndex(p.Path[i:]) {
		what = p.Path[:i] + " is taken as missing, because of " + p.Path
	}
	return what + ": wanted " + p.Wanted + ", found " + p.Found
}

// isIndex tells [2], a place in a list, from ["A"].
func isIndex(s string) bool {
	_, err := strconv.Atoi(strings.Trim(s, "[]"))
	return err == nil
}
