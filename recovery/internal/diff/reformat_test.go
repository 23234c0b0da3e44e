package diff_test

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"gopkg.in/yaml.v3"

	"github.com/servicerecovery/amends/recovery/internal/diff"
)

// TestReformattedIsTheSame writes each set of the repository in other ways that
// mean the same: keys in another order, values in quotes, in blocks or in
// brackets, with comments.
func TestReformattedIsTheSame(t *testing.T) {
	for _, dir := range []string{"testdata/base", "../../../examples/flights/playbooks", "../../../examples/embed/playbooks", "../../../examples/quickstart/playbooks"} {
		old := open(t, "old", os.DirFS(dir))
		seeds := uint64(12)
		if testing.Short() {
			seeds = 2
		}
		for seed := range seeds {
			again := reformat(t, os.DirFS(dir), rand.New(rand.NewPCG(seed, 1)))
			side, err := diff.Open("new", again)
			if err != nil {
				t.Fatalf("%s, seed %d: %v", dir, seed, err)
			}
			for _, got := range told(diff.Compare(old, side)) {
				t.Errorf("%s, seed %d: told: %s", dir, seed, got)
			}
		}
	}
}

func reformat(t *testing.T, fsys fs.FS, r *rand.Rand) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		var again bytes.Buffer
		e := yaml.NewEncoder(&again)
		e.SetIndent(2 + r.IntN(3))
		dec := yaml.NewDecoder(bytes.NewReader(text))
		for {
			var n yaml.Node
			if dec.Decode(&n) != nil {
				break
			}
			rewrite(&n, nil, r)
			if err := e.Encode(&n); err != nil {
				return err
			}
		}
		out[p] = &fstest.MapFile{Data: again.Bytes()}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// rewrite changes how a node is written; path are the keys above it.
func rewrite(n *yaml.Node, path []string, r *rand.Rand) {
	n.LineComment, n.FootComment = "", ""
	switch n.Kind {
	case yaml.DocumentNode, yaml.SequenceNode:
		for _, c := range n.Content {
			rewrite(c, path, r)
		}
	case yaml.MappingNode:
		shuffleKeys(n, path, r)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			key.HeadComment, key.LineComment, key.FootComment = "", "", ""
			if len(path) == 0 && r.IntN(3) == 0 {
				key.HeadComment = "# another comment"
			}
			rewrite(n.Content[i+1], append(slices.Clone(path), n.Content[i].Value), r)
		}
	case yaml.ScalarNode:
		requote(n, path, r)
	}
	if len(path) > 1 && n.Kind != yaml.ScalarNode && r.IntN(3) == 0 {
		n.Style ^= yaml.FlowStyle
		if n.Style&yaml.FlowStyle != 0 {
			flowInside(n)
		}
	}
}

// flowInside makes what stands in brackets fit to stand there.
func flowInside(n *yaml.Node) {
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	for _, c := range n.Content {
		if c.Kind == yaml.ScalarNode {
			c.HeadComment, c.LineComment, c.FootComment = "", "", ""
			if c.Tag == "!!str" && strings.ContainsAny(c.Value, "\n,:?#[]{}\"'&*!|>@`$=") {
				c.Style = yaml.DoubleQuotedStyle
			}
			continue
		}
		c.Style |= yaml.FlowStyle
		flowInside(c)
	}
}

// shuffleKeys leaves the order where it means something: the version first, the
// languages of a message, the parameters of an action type.
func shuffleKeys(n *yaml.Node, path []string, r *rand.Rand) {
	from := 0
	switch {
	case len(path) == 0:
		from = 1
	case len(path) == 2 && path[0] == "messages", len(path) == 3 && path[0] == "actions":
		return
	}
	for i := len(n.Content)/2 - 1; i > from; i-- {
		j := from + r.IntN(i-from+1)
		for k := range 2 {
			n.Content[2*i+k], n.Content[2*j+k] = n.Content[2*j+k], n.Content[2*i+k]
		}
	}
}

// requote puts texts into other quotes. The cells of tables take their type from
// that, and stay.
func requote(n *yaml.Node, path []string, r *rand.Rand) {
	if n.Tag != "!!str" || slices.Contains(path, "rows") {
		return
	}
	switch r.IntN(4) {
	case 0:
		n.Style = yaml.SingleQuotedStyle
	case 1:
		n.Style = yaml.DoubleQuotedStyle
	case 2:
		if strings.Contains(n.Value, " ") {
			n.Style = yaml.FoldedStyle
		}
	}
}
