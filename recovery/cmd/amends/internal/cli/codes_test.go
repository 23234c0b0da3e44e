package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestCodesAreAll holds the list of codes against the code that reports them.
func TestCodesAreAll(t *testing.T) {
	reported := map[string]string{}
	for _, dir := range []string{"playbook/unseen", "playbook", "playbook/internal/yamlnode", "policy", "policy/internal/celenv", "policy/internal/celtext", "recovery/cmd/amends/internal/cli"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "..", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				codesIn(t, file, reported)
			}
		}
	}
	for _, what := range []string{"fact", "term", "table", "calendar", "message", "partner", "action"} {
		reported["unused-"+what] = "policy/compile.go"
	}
	var known []string
	for _, c := range codes {
		if slices.Contains(known, c.code) {
			t.Errorf("%s is there twice", c.code)
		}
		known = append(known, c.code)
		if reported[c.code] == "" {
			t.Errorf("nothing reports %s", c.code)
		}
		if !strings.HasSuffix(c.meaning, ".") || meaning(c.code) != c.meaning {
			t.Errorf("%s: %s", c.code, c.meaning)
		}
	}
	for code, file := range reported {
		if !slices.Contains(known, code) {
			t.Errorf("%s reports %s, which has no meaning", file, code)
		}
	}
}

// codesIn finds the codes that a file reports: the second argument of the
// functions that report, and the fields and constants that hold one.
func codesIn(t *testing.T, file string, into map[string]string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	shape := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	take := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if code, err := strconv.Unquote(lit.Value); err == nil && shape.MatchString(code) {
				into[code] = file
			}
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && len(n.Args) > 1 && slices.Contains([]string{"errorf", "mendf", "mend", "warnf", "warnWith", "add", "warn", "report", "complain", "problem", "agreed"}, f.Sel.Name) {
				take(n.Args[1])
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
				take(n.Value)
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if strings.HasPrefix(name.Name, "Code") && i < len(n.Values) {
					take(n.Values[i])
				}
			}
		}
		return true
	})
}
