package suite

import (
	"encoding/json"
	"io"

	"github.com/servicerecovery/amends/playbook"
)

type jsonReport struct {
	OK          bool                 `json:"ok"`
	Suites      int                  `json:"suites"`
	Tests       int                  `json:"tests"`
	Failed      int                  `json:"failed"`
	Results     []jsonResult         `json:"results"`
	Diagnostics playbook.Diagnostics `json:"diagnostics"`
	Coverage    *jsonCoverage        `json:"coverage,omitempty"`
}

type jsonResult struct {
	Suite string `json:"suite"`
	Test  string `json:"test"`
	jsonPlace
	OK       bool          `json:"ok"`
	Failures []jsonFailure `json:"failures"`
}

type jsonPlace struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

type jsonFailure struct {
	Step    string `json:"step,omitempty"`
	Key     string `json:"key"`
	Message string `json:"message"`
	jsonPlace
	Diff []string `json:"diff"`
	Why  []string `json:"why"`
}

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	out := jsonReport{OK: r.OK(), Suites: r.Suites, Tests: len(r.Results), Failed: r.Failed(), Results: []jsonResult{}, Diagnostics: playbook.Diagnostics{}}
	for _, d := range r.Diagnostics {
		d.Range = r.placed(d.Range)
		out.Diagnostics = append(out.Diagnostics, d)
	}
	for _, x := range r.Results {
		result := jsonResult{Suite: x.Suite, Test: x.Name, jsonPlace: placeOf(r.placed(x.Range)), OK: x.OK(), Failures: []jsonFailure{}}
		for _, f := range x.Failures {
			f = r.placedFailure(f)
			result.Failures = append(result.Failures, jsonFailure{
				Step: f.Step, Key: f.Key, Message: f.Message, jsonPlace: placeOf(f.Range),
				Diff: each(f.Diff, Line.String), Why: each(f.Why, Reason.String),
			})
		}
		out.Results = append(out.Results, result)
	}
	if r.Coverage != nil {
		out.Coverage = r.jsonCoverage()
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // differences quote conditions: && and < are common
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func placeOf(at playbook.Range) jsonPlace {
	return jsonPlace{at.File, at.Start.Line, at.Start.Column}
}
