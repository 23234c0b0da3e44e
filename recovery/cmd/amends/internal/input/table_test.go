package input

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

const tableSet = `amends: v1
playbook: p
plays: [{id: all, approach: standardised-response, review_by: 2027-01-01, when: "true", do: [acknowledge: {}]}]
---
amends: v1
map: plain
fields: {id: id, summary: text}
---
amends: v1
map: latin
encoding: latin-1
fields: {id: id, summary: text}
---
amends: v1
map: looks
only: {event: x}
fields: {id: id, summary: {text: "${tex} ${maybe?}"}, region: {from: id, when: {kinds: a}}}
`

// readTable reads a table by a map, and writes each row as id=summary, or what is wrong with it.
func readTable(t *testing.T, name, by string, data []byte) (string, error) {
	t.Helper()
	files := fstest.MapFS{"p.yaml": {Data: []byte(tableSet)}}
	set, diags := playbook.Load(files)
	engine, err := recovery.Load(files)
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	var said bytes.Buffer
	m, err := NewMapping(command.Host{Stderr: term.NewWriter(&said, false, false)}, engine, set, by)
	if err != nil {
		t.Fatal(err)
	}
	in, err := unzipped(bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	var out []string
	err = m.Read(name, in, func(it Item) bool {
		in, err := it.Incident()
		if err != nil {
			out = append(out, err.Error())
		} else {
			out = append(out, in.ID+"="+in.Summary)
		}
		return true
	})
	return said.String() + strings.Join(out, "|"), err
}

func zip(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTables(t *testing.T) {
	for _, test := range []struct {
		name, file, by, data, wants string
	}{
		{"commas", "x.csv", "plain", "id,text\n1,a\n2,\"b,c\"\n", "1=a|2=b,c"},
		{"semicolons", "x.csv", "plain", "id;text\r\n1;a,b\r\n", "1=a,b"},
		{"tabs", "x.tsv", "plain", "id\ttext\n1\ta b\n", "1=a b"},
		{"bars", "x.txt", "plain", "id|text\n1|a;b\n", "1=a;b"},
		{"a mark within quotes", "x.csv", "plain", "\"id\",\"text\",\"x;y;z;w\"\n1,a,\n", "1=a"},
		{"a byte order mark", "x.csv", "plain", "\ufeffid,text\n1,a\n", "1=a"},
		{"gzip", "x.csv.gz", "plain", zip(t, "id,text\n1,a\n"), "1=a"},
		{"gzip of JSON", "x.json.gz", "plain", zip(t, `[{"id": 1, "text": "a"}]`), "1=a"},
		{"latin-1", "x.csv", "latin", "id,text\n1,caf\xe9\n", "1=café"},
		{"not UTF-8", "x.csv", "plain", "id,text\n1,caf\xe9\n2,b\n", "x.csv:2:1: the row cannot be read: it is not UTF-8; write how it is encoded in the map, such as `encoding: latin-1`|2=b"},
		{"a line within quotes", "x.csv", "plain", "id,text\n1,\"a\nb\"\n2,c\n", "1=a\nb|2=c"},
		{"too few columns", "x.csv", "plain", "id,text\n1\n2,b\n", "x.csv:2:1: the row has 1 column, and the header 2|2=b"},
		{"empty lines", "x.csv", "plain", "id,text\n\n1,a\n\n", "1=a"},
		{"nothing", "x.csv", "plain", "", ""},
		{"a header alone", "x.csv", "plain", "id,text\n", ""},
		{"a misspelt column", "x.csv", "plain", "id,texts\n1,a\n", "warning: x.csv has no column \"text\", from which summary is read; did you mean \"texts\"?\n1="},
		{"JSON Lines", "x.jsonl", "plain", "{\"id\": 1, \"text\": \"a\"}\n{\"id\": \n", "1=a|x.jsonl:2:1: "},
		{"carriage returns alone", "x.csv", "plain", "id,text\r1,a\r2,b\r", "error: x.csv ends its lines with a carriage return alone; save it with the line ends of Windows or Unix"},
		{"columns that are looked at", "x.csv", "looks", "id,kind\n1,a\n", "warning: x.csv has no column \"event\", at which `only` looks\nwarning: x.csv has no column \"tex\", from which summary is read\nwarning: x.csv has no column \"kinds\", at which `when` of region looks; did you mean \"kind\"?\n"},
		{"two columns of one name", "x.csv", "plain", "id,text,id\n", "error: x.csv has two columns \"id\"; rename one of them"},
		{"UTF-16", "x.csv", "plain", "\xff\xfei\x00d\x00", "error: x.csv is written in UTF-16; save it as UTF-8"},
		{"a table without a map", "x.csv", "", "id,text\n", "error: x.csv is a table; say how its columns are read, with --map and the name of a map"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := readTable(t, test.file, test.by, []byte(test.data))
			if err != nil {
				got += "error: " + err.Error()
			}
			if !strings.HasPrefix(got, test.wants) || test.wants == "" && got != "" {
				t.Errorf("got  %q\nwant %q", got, test.wants)
			}
		})
	}
}

func TestTally(t *testing.T) {
	tally := &Tally{causes: map[string]*cause{}}
	for line := 1; line <= 1234; line++ {
		tally.Add(line, nil)
	}
	for _, line := range []int{5, 17, 18, 19, 20, 21} {
		tally.Add(line, &recovery.IncidentError{Problems: []recovery.Problem{{Path: "tags[1]"}, {Path: "tags[2]"}}})
	}
	tally.Add(30, &recovery.JSONError{})
	tally.Add(31, &recovery.PayloadError{Problems: []recovery.PayloadProblem{{Field: "delay"}}})
	tally.Add(32, &recovery.PayloadError{Problems: []recovery.PayloadProblem{{Field: "delay"}, {Field: "id"}}})
	tally.Add(33, errors.Join(recovery.ErrNotMeant))
	var said bytes.Buffer
	tally.Say(command.Host{Stderr: term.NewWriter(&said, false, false)})
	const want = "9 of 1,243 refused: 6 × tags (lines 5, 17, 18, 19, 20, …), 2 × delay (lines 31 and 32), 1 × id (line 32), 1 × not readable (line 30); 1 left out by the map\n"
	if said.String() != want {
		t.Errorf("got  %swant %s", said.String(), want)
	}
	(*Tally)(nil).Add(1, nil)

	said.Reset()
	none := &Tally{causes: map[string]*cause{}, only: `event: "ticket.*"`}
	none.Add(1, recovery.ErrNotMeant)
	none.Say(command.Host{Stderr: term.NewWriter(&said, false, false)})
	if want := "0 of 0 refused; 1 left out by the map, which wants to see event: \"ticket.*\"\n"; said.String() != want {
		t.Errorf("got  %swant %s", said.String(), want)
	}
}
