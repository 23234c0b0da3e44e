package yamlnode

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// MaxBytes is how long a file may be.
const MaxBytes = 16 << 20

// Bounds that no honest file comes near.
const (
	maxDepth   = 100
	maxAliased = 100_000 // nodes that aliases may add to a document
)

// Parse returns the root nodes of the documents in src, and what is wrong. A
// document without any content is left out. Documents before a syntax error
// are returned, those after it are not; a trap (see traps.go) does not stop the
// reading, the value that it spoils is Broken.
func Parse(src []byte) ([]*Node, []Problem) {
	if len(src) > MaxBytes {
		return nil, []Problem{TooLarge(int64(len(src)))}
	}
	source, problems := clean(src)
	text, mark := markEscapes(source.text)
	docs, err := decode(text)
	b := builder{src: source, mark: mark}
	if err != nil {
		traps := findTraps(source)
		problems = append(problems, traps.problems...)
		if len(traps.masks) > 0 {
			b.masked, b.shifts, b.lost = traps.spoilt(), traps.shifts, traps.lost
			text, b.mark = markEscapes(traps.masked())
			docs, err = decode(text)
		}
		// Behind a problem that could not be masked the parser is bound to fail.
		if err != nil && !traps.unmasked {
			problems = append(problems, syntaxProblem(source, err))
		}
	}
	var roots []*Node
	for _, d := range docs {
		if n := b.document(d); !n.IsAbsent() {
			b.lose(n)
			roots = append(roots, n)
		}
	}
	return roots, append(problems, b.problems...)
}

// TooLarge is the problem of a file with more than [MaxBytes].
func TooLarge(size int64) Problem {
	return Problem{
		Code:    "too-large",
		Message: fmt.Sprintf("the file has %d bytes, at most %d are read", size, MaxBytes),
		Hint:    "split the file: a set may hold any number of files",
		Start:   Pos{1, 1},
		End:     Pos{1, 2},
	}
}

// decode runs the YAML parser. It returns the documents before the first error.
func decode(text string) (docs []*yaml.Node, err error) {
	// The parser is somebody else's, and files are anybody's: what it panics
	// with is a syntax error of the file.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: %v", p)
		}
	}()
	dec := yaml.NewDecoder(strings.NewReader(asVersion1(text)))
	for {
		var doc yaml.Node
		switch err := dec.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return docs, nil
		case err != nil:
			return docs, err
		}
		if doc.Kind == yaml.DocumentNode && len(doc.Content) == 1 {
			docs = append(docs, doc.Content[0])
		}
	}
}

// asVersion1 lets files that say they are YAML 1.2 pass: the parser reads them
// well, and refuses the number.
func asVersion1(text string) string {
	const said, read = "%YAML 1.2", "%YAML 1.1"
	if !strings.Contains(text, said) {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	before := true // nothing of the document at hand has been seen
	for i, line := range lines {
		rest, ok := strings.CutPrefix(line, said)
		switch {
		case before && ok && cutComment("%"+rest) == "%":
			lines[i] = read + rest
		case strings.HasPrefix(line, "..."):
			before = true
		case strings.TrimSpace(line) != "" && line[0] != '#' && line[0] != '%':
			before = false
		}
	}
	return strings.Join(lines, "")
}
