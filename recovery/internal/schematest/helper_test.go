package schematest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/internal/suite"
)

// root is the project's folder.
const root = "../../.."

// load compiles a published schema, which checks it against its own.
func load(t testing.TB, kind string) *jsonschema.Schema {
	t.Helper()
	s, err := compile(kind, published(t, kind))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func published(t testing.TB, kind string) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, filepath.Join(root, "playbook", "schema", kind+".json"))))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func compile(kind string, schema any) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	url := "file:///" + kind + ".json"
	if m, ok := schema.(map[string]any); ok {
		url, _ = m["$id"].(string)
	}
	if err := c.AddResource(url, schema); err != nil {
		return nil, err
	}
	return c.Compile(url)
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// documents reads YAML as editors do: by the core schema of YAML 1.2.
func documents(src []byte) ([]any, error) {
	var out []any
	d := yaml.NewDecoder(bytes.NewReader(src))
	for {
		var n yaml.Node
		err := d.Decode(&n)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, plain(n.Content[0]))
	}
}

var (
	coreInt   = regexp.MustCompile(`^([-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+)$`)
	coreFloat = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
)

func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.AliasNode:
		return plain(n.Alias)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = plain(c)
		}
		return list
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return m
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return n.Value
	}
	switch strings.ToLower(n.Value) {
	case "", "~", "null":
		return nil
	case "true", "false":
		return strings.ToLower(n.Value) == "true"
	}
	switch {
	case coreInt.MatchString(n.Value):
		return json.Number(strings.TrimLeft(strings.TrimPrefix(n.Value, "+"), "0") + strings.Repeat("0", zeroOnly(n.Value)))
	case coreFloat.MatchString(n.Value):
		var f float64
		if err := n.Decode(&f); err == nil {
			return f
		}
	}
	return n.Value
}

// zeroOnly is 1 where a number is nothing but zeros.
func zeroOnly(s string) int {
	if strings.Trim(s, "+0") == "" {
		return 1
	}
	return 0
}

// verdict is what the library says of a set of files and its suites.
func verdict(files fstest.MapFS) playbook.Diagnostics {
	set, err := suite.Load(files)
	if err == nil {
		return set.Diagnostics
	}
	var ds playbook.Diagnostics
	if !errors.As(err, &ds) {
		ds = playbook.Diagnostics{{Severity: playbook.Error, Code: "internal", Message: err.Error()}}
	}
	_, suites := playbook.LoadSuites(files)
	return append(ds, suites...)
}

// archive takes apart what stands before the script of a txtar archive, by the
// topmost folder: each is a set.
func archive(text string) map[string]fstest.MapFS {
	sets := map[string]fstest.MapFS{}
	var file *fstest.MapFile
	for _, line := range strings.SplitAfter(text, "\n") {
		name, ok := strings.CutPrefix(strings.TrimSpace(line), "-- ")
		name, ok2 := strings.CutSuffix(name, " --")
		if !ok || !ok2 {
			if file != nil {
				file.Data = append(file.Data, line...)
			}
			continue
		}
		folder, rest, deep := strings.Cut(name, "/")
		if !deep {
			folder, rest = ".", name
		}
		if sets[folder] == nil {
			sets[folder] = fstest.MapFS{}
		}
		file = &fstest.MapFile{}
		sets[folder][rest] = file
	}
	return sets
}

func archives(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".txtar") {
			out[filepath.ToSlash(p)] = string(read(t, p))
		}
		return err
	})
	if err != nil || len(out) < 5 {
		t.Fatalf("%d archives, %v", len(out), err)
	}
	return out
}

func isSuite(name string) bool {
	return strings.HasSuffix(strings.TrimSuffix(name, path.Ext(name)), "_test")
}

func sorted[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
