package cli

import (
	"cmp"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homePage    = "https://github.com/servicerecovery/amends"
	codesPage   = homePage + "/blob/main/playbook/FORMAT.md#what-can-be-wrong"
)

// The parts of SARIF 2.1.0 that findings need.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Short   sarifText    `json:"shortDescription"`
		Help    sarifText    `json:"help"`
		HelpURI string       `json:"helpUri"`
		Default sarifDefault `json:"defaultConfiguration"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
		Fixes     []sarifFix      `json:"fixes,omitempty"`
	}
	sarifFix struct {
		Changes []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
	sarifLocation struct {
		Physical sarifPlace `json:"physicalLocation"`
	}
	sarifPlace struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
)

// writeSARIF writes the findings for code scanning and editors.
func (f findings) writeSARIF(h command.Host, dir string) error {
	rules := f.rules()
	results := []sarifResult{}
	for _, d := range command.FromHere(dir, f.diags) {
		index := slices.IndexFunc(rules, func(r sarifRule) bool { return r.ID == d.Code })
		results = append(results, sarifResult{
			RuleID: d.Code, RuleIndex: index, Level: d.Severity.String(), Message: sarifText{withHint(d)},
			Locations: []sarifLocation{{sarifPlace{artifact(cmp.Or(d.Range.File, filepath.ToSlash(dir))), region(d.Range)}}},
			Fixes:     fixes(d),
		})
	}
	return command.WriteIndented(h.Stdout, sarifLog{sarifSchema, "2.1.0", []sarifRun{{
		Tool:       sarifTool{sarifDriver{"amends", homePage, rules}},
		ColumnKind: "unicodeCodePoints", // what positions count in
		Results:    results,
	}}})
}

// fixes are the hint as a change to the file, where it is one.
func fixes(d playbook.Diagnostic) []sarifFix {
	e := d.Edit
	if e.IsZero() {
		return nil
	}
	deleted := sarifRegion{e.Start.Line, e.Start.Column, e.End.Line, e.End.Column}
	return []sarifFix{{[]sarifChange{{artifact(d.Range.File), []sarifReplacement{{deleted, sarifText{e.Text}}}}}}}
}

// rules are the codes that were found, each with what it means.
func (f findings) rules() []sarifRule {
	rules := []sarifRule{}
	for _, d := range f.diags {
		if slices.ContainsFunc(rules, func(r sarifRule) bool { return r.ID == d.Code }) {
			continue
		}
		says := meaning(d.Code)
		rules = append(rules, sarifRule{d.Code, sarifText{says}, sarifText{says}, codesPage, sarifDefault{d.Severity.String()}})
	}
	slices.SortFunc(rules, func(a, b sarifRule) int { return cmp.Compare(a.ID, b.ID) })
	return rules
}

// artifact names a file: relative to the root of the sources, from where the
// command was run, or as a URI of its own.
func artifact(file string) sarifArtifact {
	parts := strings.Split(file, "/")
	for i := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(parts[i]), ":", "%3A") // no scheme
	}
	uri := strings.Join(parts, "/")
	if strings.HasPrefix(uri, "/") {
		return sarifArtifact{URI: "file://" + uri}
	}
	return sarifArtifact{uri, "%SRCROOT%"}
}

// region is a range as SARIF counts: up to and without the end column.
func region(r playbook.Range) *sarifRegion {
	if r.IsZero() {
		return nil
	}
	if !r.Start.Before(r.End) {
		r.End = playbook.Pos{Line: r.Start.Line, Column: r.Start.Column + 1}
	}
	return &sarifRegion{r.Start.Line, r.Start.Column, r.End.Line, r.End.Column}
}
