package yamlnode

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// Bounds that no honest file comes near.
const (
	maxBytes   = 16 << 20
	maxDepth   = 100
	maxAliased = 100_000 // nodes that aliases may add to a document
)

// Parse returns the root nodes of the documents in src, and what is wrong. A
// document without any content is left out. Documents before a syntax error
// are returned, those after it are not; a trap (see traps.go) does not stop the
// reading, the value that it spoils is Broken.
func Parse(src []byte) ([]*Node, []Problem) {
	if len(src) > maxBytes {
		return nil, []Problem{{
			Code:    "too-large",
			Message: fmt.Sprintf("the file has %d bytes, at most %d are read", len(src), maxBytes),
			Hint:    "split the file: a set may hold any number of files",
			Start:   Pos{1, 1},
			End:     Pos{1, 2},
		}}
	}
	source, problems := clean(src)
	docs, err := decode(source.text)
	var masked map[Pos]bool
	if err != nil {
		traps := findTraps(source)
		problems = append(problems, traps.problems...)
		if len(traps.masks) > 0 {
			masked = traps.masked()
			docs, err = decode(traps.mask())
		}
		// Behind a problem that could not be masked the parser is bound to fail.
		if err != nil && len(traps.masks) == len(traps.problems) {
			problems = append(problems, syntaxProblem(source, err))
		}
	}
	b := builder{src: source, masked: masked, done: map[*yaml.Node]*Node{}}
	var roots []*Node
	for _, d := range docs {
		b.aliased = 0
		if n := b.build(d, 0); !n.IsAbsent() {
			roots = append(roots, n)
		}
	}
	return roots, append(problems, b.problems...)
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
	dec := yaml.NewDecoder(strings.NewReader(text))
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
