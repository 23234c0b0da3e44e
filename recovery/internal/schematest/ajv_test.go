package schematest

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// ajv compiles the schemas that it is given as Ajv does without options, and with all of
// its strict ones, and ends with what it was told meanwhile.
const ajv = `
const Ajv = require("ajv"), fs = require("fs");
const said = [], tell = text => said.push(text);
for (const file of process.argv.slice(1)) {
  for (const options of [{}, {strict: true}, {strict: true, allErrors: true}]) {
    const a = new Ajv({...options, logger: {log: tell, warn: tell, error: tell}});
    if (/(playbook|suite)\.json$/.test(file)) a.addVocabulary(["errorMessage"]);
    try { a.compile(JSON.parse(fs.readFileSync(file))); } catch (e) { tell(file + ": " + e.message); }
  }
}
console.log(said.join("\n"));
process.exit(said.length ? 1 : 0);
`

// TestAjv asks Ajv itself, where node finds it (npm install ajv in a folder above, or
// NODE_PATH). TestStrict of the schemas holds the same rules everywhere.
func TestAjv(t *testing.T) {
	if out, err := exec.Command("node", "-e", `require("ajv")`).CombinedOutput(); err != nil {
		t.Skipf("node with ajv is not here: %v\n%.200s", err, out)
	}
	args := []string{"-e", ajv, "--"}
	for _, kind := range []string{"playbook", "suite", "incident", "decision"} {
		args = append(args, filepath.Join(root, "playbook", "schema", kind+".json"))
	}
	if out, err := exec.Command("node", args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
