package playbook_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/playbook"
)

func diagnostic(line, from, to int, message string) playbook.Diagnostic {
	return playbook.Diagnostic{
		Severity: playbook.Error, Code: "test", Message: message,
		Range: playbook.Range{File: "a.yaml", Start: playbook.Pos{Line: line, Column: from}, End: playbook.Pos{Line: line, Column: to}},
	}
}

func rendered(t *testing.T, source string, color bool, ds ...playbook.Diagnostic) string {
	t.Helper()
	set := playbook.Set{Files: []playbook.File{{Path: "a.yaml", Source: []byte(source)}}}
	var out strings.Builder
	if err := set.Finish(ds).Render(&out, color); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestRender(t *testing.T) {
	long := strings.Repeat("a", 150) + "X" + strings.Repeat("b", 150)
	for name, c := range map[string]struct{ source, want string }{
		"plain":      {"one\nab XX cd", "   2 | ab XX cd\n     |    ^^\n"},
		"tabs":       {"\n\tab\tXX", "   2 |     ab  XX\n     |         ^^\n"},
		"wide":       {"\n日本 XX", "   2 | 日本 XX\n     |      ^^\n"},
		"combining":  {"\ne\u0301b XX", "   2 | e\u0301b XX\n     |    ^^\n"},
		"crlf":       {"\r\nXX\r\n", "   2 | XX\n     | ^^\n"},
		"bom":        {"\ufeff\nXX", "   2 | XX\n     | ^^\n"},
		"no such":    {"XX", "   2 | \n     | ^\n"},
		"control":    {"\n\x1b\u202eXX", "   2 | �\\u202eXX\n     |        ^^\n"},
		"clipped":    {"\n" + strings.Replace(long, "X", "XX", 1), "   2 | …" + strings.Repeat("a", 40) + "XX" + strings.Repeat("b", 58) + "…\n     | " + strings.Repeat(" ", 41) + "^^\n"},
		"first part": {"\nXX" + strings.Repeat("b", 100), "   2 | XX" + strings.Repeat("b", 98) + "…\n     | ^^\n"},
	} {
		lines := strings.Split(c.source+"\n", "\n")
		column := strings.Index(strings.Trim(lines[1], "\r"), "XX")
		column = max(0, len([]rune(lines[1][:max(column, 0)])))
		got := rendered(t, c.source, false, diagnostic(2, column+1, column+3, "odd"))
		head, body, _ := strings.Cut(got, "\n")
		if !strings.HasSuffix(head, ": error: odd [test]") {
			t.Errorf("%s: %s", name, head)
		}
		if diff := cmp.Diff(c.want, body); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestRenderSeveralLines(t *testing.T) {
	d := diagnostic(1, 2, 0, "odd")
	d.Range.End = playbook.Pos{Line: 2, Column: 2}
	want := "a.yaml:1:2: error: odd [test]\n   1 | abc\n     |  ^^\n"
	if got := rendered(t, "abc\ndef", false, d); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// A line may be as long as a file; the excerpt does not grow with it.
func TestRenderLongLine(t *testing.T) {
	line := strings.Repeat("é", 1_000_000)
	for _, column := range []int{1, 500_000, 999_999} {
		marked := string([]rune(line)[:column-1]) + "X" + strings.Repeat("é", 1_000_000-column)
		got := rendered(t, marked, false, diagnostic(1, column, column+1, "odd"))
		_, body, _ := strings.Cut(got, "\n")
		text, caret, _ := strings.Cut(body, "\n")
		at := strings.Index(text, "X")
		if len(got) > 1000 || at < 0 || len([]rune(text[:at])) != strings.Index(caret, "^") {
			t.Errorf("column %d:\n%s", column, got)
		}
	}
}

func TestRenderColour(t *testing.T) {
	d := diagnostic(1, 1, 2, "odd")
	d.Hint = "even"
	got := rendered(t, "abc", true, d)
	want := "\x1b[1ma.yaml:1:1:\x1b[0m \x1b[1;31merror:\x1b[0m odd [test]\n\x1b[2m   1 | \x1b[0mabc\n\x1b[2m     | \x1b[0m\x1b[1;31m^\x1b[0m\n  \x1b[1mhint:\x1b[0m even\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRenderWithoutPlace(t *testing.T) {
	d := playbook.Diagnostic{Severity: playbook.Warning, Code: "c", Message: "m", Hint: "h"}
	if got := rendered(t, "", false, d); got != "warning: m [c]\n  hint: h\n" {
		t.Error(got)
	}
	if d.String() != "warning: m [c]" {
		t.Error(d)
	}
}

func TestFinishSortsAndDrops(t *testing.T) {
	set := playbook.Set{Files: []playbook.File{{Path: "a.yaml", Source: []byte("one\ntwo")}}}
	warning := diagnostic(1, 1, 2, "a")
	warning.Severity = playbook.Warning
	other := diagnostic(1, 1, 2, "a")
	other.Range.File = "b.yaml"
	in := playbook.Diagnostics{other, diagnostic(2, 1, 2, "a"), warning, diagnostic(1, 1, 2, "b"), diagnostic(1, 1, 2, "a"), diagnostic(1, 1, 2, "b")}
	out := set.Finish(in)
	want := "a.yaml:1:1: error: a [test]\na.yaml:1:1: error: b [test]\na.yaml:1:1: warning: a [test]\na.yaml:2:1: error: a [test]\nb.yaml:1:1: error: a [test]"
	if diff := cmp.Diff(want, out.Error()); diff != "" {
		t.Error(diff)
	}
	if out[3].Snippet != "two" || out[4].Snippet != "" || in[1].Snippet != "" {
		t.Errorf("snippets %q, %q; of the argument %q", out[3].Snippet, out[4].Snippet, in[1].Snippet)
	}
	if diff := cmp.Diff(out, set.Finish(out)); diff != "" {
		t.Error(diff)
	}
	if !out.HasErrors() || (playbook.Diagnostics{warning}).HasErrors() {
		t.Error("HasErrors")
	}
}

func TestMarshalJSON(t *testing.T) {
	d := diagnostic(1, 2, 4, "a && b < c")
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil {
		t.Fatal(err)
	}
	want := `{"severity":"error","code":"test","message":"a && b < c","file":"a.yaml","line":1,"column":2,"end_line":1,"end_column":4}` + "\n"
	if out.String() != want {
		t.Error(out.String())
	}
	d.Hint = "h"
	b, err := json.Marshal(d)
	if err != nil || !strings.HasSuffix(string(b), `"end_column":4,"hint":"h"}`) {
		t.Error(string(b), err)
	}
}
