package schematest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// fits counts the documents of a set that a schema accepts, and reports those
// that it does not.
func fits(t *testing.T, where string, files fstest.MapFS, playbooks, suites *jsonschema.Schema) (count int) {
	t.Helper()
	for _, name := range sorted(files) {
		if !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".yml") {
			continue
		}
		docs, err := documents(files[name].Data)
		if err != nil {
			t.Errorf("%s: %s: %v", where, name, err)
		}
		schema := playbooks
		if isSuite(name) {
			schema = suites
		}
		for _, doc := range docs {
			count++
			if err := schema.Validate(doc); err != nil {
				t.Errorf("%s: %s: %v", where, name, err)
			}
		}
	}
	return count
}

// Every set of the project that loads fits the schemas: the examples, the sets
// of tests and documents, and what is in the scripts of the command.
func TestGoodSetsFit(t *testing.T) {
	playbooks, suites := load(t, "playbook"), load(t, "suite")
	count := 0
	visit := func(where string, files fstest.MapFS, mustLoad bool) {
		if ds := verdict(files); ds.HasErrors() {
			if mustLoad {
				t.Errorf("%s does not load: %v", where, ds)
			}
			return
		}
		count += fits(t, where, files, playbooks, suites)
	}
	folders, err := filepath.Glob(root + "/examples/*/playbooks")
	if err != nil || len(folders) < 8 {
		t.Fatal(folders, err)
	}
	for _, dir := range append(folders, root+"/testdata/readme/playbooks", root+"/recovery/internal/diff/testdata/base") {
		visit(dir, folder(t, dir), true)
	}
	for _, file := range sorted(archives(t)) {
		for dir, files := range archive(archives(t)[file]) {
			visit(file+" "+dir, files, false)
		}
	}
	for _, file := range []string{"README.md", "playbook/FORMAT.md", "recovery/SEMANTICS.md"} {
		for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(read(t, filepath.Join(root, file))), -1) {
			visit(file, fstest.MapFS{"set.yaml": {Data: []byte(block[1])}}, true)
		}
	}
	for _, file := range files(t, root+"/playbook/testdata/good/*.yaml") {
		if isSuite(file) {
			continue
		}
		visit(file, fstest.MapFS{"set.yaml": {Data: read(t, file)}}, false)
	}
	if count < 60 {
		t.Errorf("only %d documents were looked at", count)
	}
	t.Logf("%d documents", count)
}

func folder(t *testing.T, dir string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out[p] = &fstest.MapFile{Data: read(t, filepath.Join(dir, p))}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatal(pattern, found, err)
	}
	return found
}
