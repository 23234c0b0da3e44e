package cli_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/input"
	"github.com/servicerecovery/amends/recovery/internal/term"
	"github.com/servicerecovery/amends/testdata/golden"
)

// publicData are tables and payloads as public offices publish them, with the maps that read them.
var publicData = map[string]string{
	"flights.csv": "bts", "complaints.csv": "cfpb", "incidents.csv": "uci", "air.csv": "air", "trains.json": "rail",
}

// TestPublicData reads rows of public data sets in the spelling that they come in, by maps alone.
func TestPublicData(t *testing.T) {
	folder, err := filepath.Abs("testdata/public")
	if err != nil {
		t.Fatal(err)
	}
	for file, by := range publicData {
		t.Run(by, func(t *testing.T) {
			data := readFile(t, filepath.Join(folder, file))
			got := incidentsOf(t, folder, file, by, data)
			golden.Check(t, filepath.Join(folder, strings.TrimSuffix(file, filepath.Ext(file))+".incidents"), got)
			for how, other := range packed(t, file, data) {
				if again := incidentsOf(t, folder, file, by, other); again != got {
					t.Errorf("%s: it reads otherwise:\n%s", how, again)
				}
			}
		})
	}
	t.Run("commands", func(t *testing.T) {
		const name = "script.golden"
		text := readFile(t, filepath.Join(folder, name))
		t.Chdir(t.TempDir())
		if err := os.CopyFS(".", os.DirFS(folder)); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, filepath.Join(folder, name), runScript(t, string(text)))
		for file, by := range publicData {
			explained := runCommand(t, "amends explain --playbooks playbooks --now 2026-03-08T00:00:00Z --map "+by+" "+file)
			read := strings.Count(incidentsOf(t, folder, file, by, readFile(t, file)), "\n")
			if got := strings.Count(explained, " decided 2026-03-08T00:00:00Z"); got != read || strings.Contains(explained, "[exit") {
				t.Errorf("%s: %d of %d incidents are explained:\n%s", file, got, read, explained)
			}
		}
	})
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// packed are the same data with a byte order mark, with the line ends of another system, and packed.
func packed(t *testing.T, file string, data []byte) map[string][]byte {
	t.Helper()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(data); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{"gzip": zipped.Bytes(), "byte order mark": append([]byte("\xef\xbb\xbf"), data...)}
	if strings.HasSuffix(file, ".csv") {
		out["carriage returns"] = bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
	}
	return out
}

// incidentsOf is what a map makes of each row, one a line; whatever does not fit fails the test.
func incidentsOf(t *testing.T, folder, file, by string, data []byte) string {
	t.Helper()
	files := os.DirFS(filepath.Join(folder, "playbooks"))
	set, _ := playbook.Load(files)
	engine, err := recovery.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	host := command.Host{Stderr: term.NewWriter(io.Discard, false, false), Stdin: bytes.NewReader(data)}
	m, err := input.NewMapping(host, engine, set, by)
	if err != nil {
		t.Fatal(err)
	}
	in, done, err := input.Open(host, "-")
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	var out strings.Builder
	if err := m.Read(file, in, func(it input.Item) bool {
		incident, err := it.Incident()
		if errors.Is(err, recovery.ErrNotMeant) {
			return true
		}
		if err != nil {
			t.Errorf("%s: %v", file, err)
			return true
		}
		line, err := json.Marshal(incident)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(line, '\n'))
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
