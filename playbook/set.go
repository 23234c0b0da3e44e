package playbook

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// Set is the content of a directory tree: its documents and files.
type Set struct {
	Documents []*Document // in path order, then by place in the file
	Digest    string      // "sha256:HEX" over the files read
	Files     []File
}

// File is one file of a set, as read.
type File struct {
	Path   string
	Source []byte
}

// digest is the identity of a set: the SHA-256 of what sha256sum prints for its
// files in path order, so that it can be checked without this program.
func digest(files []File) string {
	h := sha256.New()
	for _, f := range files {
		writeSumLine(h, f)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// writeSumLine writes HEX, two spaces and the path. As sha256sum does, a line
// whose path is escaped starts with a backslash: no path can look like two.
func writeSumLine(h hash.Hash, f File) {
	sum := sha256.Sum256(f.Source)
	path := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(f.Path)
	if path != f.Path {
		h.Write([]byte(`\`))
	}
	h.Write([]byte(hex.EncodeToString(sum[:]) + "  " + path + "\n"))
}

// Finish puts diagnostics into the order in which they are shown: by file, line and column, then
// errors before warnings, then by code and message. It drops exact repetitions. Where an error may
// hide uses or plays, it also drops warnings of unused definitions and of no plays. It fills in
// each Snippet from the set's files. The argument is left as it is.
func (s *Set) Finish(ds Diagnostics) Diagnostics {
	out := slices.Clone(ds)
	if ds.HasErrors() {
		out = slices.DeleteFunc(out, func(d Diagnostic) bool {
			return d.Severity == Warning && (strings.HasPrefix(d.Code, "unused-") || d.Code == "no-plays")
		})
	}
	for i := range out {
		out[i].Snippet = ""
	}
	slices.SortStableFunc(out, compareDiagnostics)
	out = slices.Compact(out)
	lines := map[string]*yamlnode.Source{}
	for _, f := range s.Files {
		lines[f.Path] = nil
	}
	for i := range out {
		out[i].Snippet = s.snippet(out[i].Range, lines)
	}
	return out
}

func compareDiagnostics(a, b Diagnostic) int {
	return cmp.Or(
		cmp.Compare(a.Range.File, b.Range.File),
		cmp.Compare(a.Range.Start.Line, b.Range.Start.Line),
		cmp.Compare(a.Range.Start.Column, b.Range.Start.Column),
		cmp.Compare(a.Severity, b.Severity),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Message, b.Message),
		cmp.Compare(a.Range.End.Line, b.Range.End.Line),
		cmp.Compare(a.Range.End.Column, b.Range.End.Column),
		cmp.Compare(a.Hint, b.Hint),
		cmp.Compare(a.Edit.Text, b.Edit.Text),
	)
}

// snippet returns the line on which r starts. Files are cut into lines when one
// is wanted, once each.
func (s *Set) snippet(r Range, lines map[string]*yamlnode.Source) string {
	source, read := lines[r.File]
	if !read || r.IsZero() {
		return ""
	}
	if source == nil {
		i := slices.IndexFunc(s.Files, func(f File) bool { return f.Path == r.File })
		source = yamlnode.NewSource(s.Files[i].Source)
		lines[r.File] = source
	}
	return source.Line(r.Start.Line)
}
