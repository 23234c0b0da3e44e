package playbook_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
)

// jsonBook is a playbook as programs write it, with a title as it stands in the file.
func jsonBook(title string) string {
	return `{"amends":"v1","playbook":"a","title":` + title + `,"review_by":"2027-01-01","plays":[{"id":"p",` +
		`"approach":"standardised-response","when":"incident.failure == \"late\"","do":[{"apologise":{}}]}]}` + "\n"
}

// TestEveryEscapeOfJSON holds that a playbook that a program wrote as JSON reads as JSON
// does: each escape, each of the two ways to write the hexadecimal digits, and pairs.
func TestEveryEscapeOfJSON(t *testing.T) {
	for _, title := range []string{
		`"\" \\ \/ \n \t"`, `"\u00e9 \u20AC \uFFFC"`, `"\ud83d\ude00"`, `"\uD83D\uDE00 \uD83d\uDe01x"`, `"\ud800\udc00 \udbff\udfff"`,
		`"\\ud83d \\\ud83d\ude00 \\\\/ \\\/"`, `"<\/script> https:\/\/example.com"`, `"\ue000 \ud83d\ude00 \/"`, `"\uE000 \ue001 \ue002 \/"`, `"` + "\ue000\ue001" + `\ud83d\ude00"`,
	} {
		var want string
		if err := json.Unmarshal([]byte(title), &want); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"one line": jsonBook(title), "YAML": "amends: v1\nplaybook: a\ntitle: " + title + "\n"} {
			docs, problems := playbook.Parse("a.yaml", []byte(text))
			if problems.HasErrors() || docs[0].Title.Value != want {
				t.Errorf("%s: %s, wanted %q: %v", name, title, want, problems)
			}
		}
	}
}

// TestEscapesOutsideOfQuotes holds that a backslash is text where YAML says so.
func TestEscapesOutsideOfQuotes(t *testing.T) {
	const odd = `a\/b \ud83d\ude00 \\/ \ud83d`
	for form, text := range map[string]string{
		"plain": "title: " + odd + "\n", "single": "title: '" + odd + "'\n", "literal": "title: |-\n  " + odd + "\n", "folded": "title: >-\n  " + odd + "\n",
		"comment": "title: 'a' # " + odd + "\nabout: '" + odd + "'\n",
	} {
		docs, problems := playbook.Parse("a.yaml", []byte("amends: v1\nplaybook: a\n"+text))
		if problems.HasErrors() {
			t.Errorf("%s: %v", form, problems)
			continue
		}
		got := docs[0].Title.Value
		if form == "comment" {
			got = docs[0].About.Value
		}
		if got != odd {
			t.Errorf("%s: %q", form, got)
		}
	}
}

// TestHalfCharacters holds that half a pair is refused where it stands, in whatever way it
// is alone, and that NUL is.
func TestHalfCharacters(t *testing.T) {
	for title, column := range map[string]int{
		`"\ud83d"`: 1, `"x\ude00"`: 2, `"\ud83d\ud83d"`: 1, `"\ude00\ud83d"`: 1, `"\ud83d\u0041"`: 1, `"\ud83d\n\ude00"`: 1, `"\ud83d\\ude00"`: 1,
		`"\ud83d\ude00\ud83d"`: 13, `"\ud83d\ude00 é \ude00"`: 16, `"\uD83D ud83d"`: 1, `"\\\udfff"`: 3, `"a\u0000b"`: 2, `"\ud83d\ude00\u0000"`: 13,
	} {
		_, problems := playbook.Load(fstest.MapFS{"a.yaml": {Data: []byte(jsonBook(title))}})
		at := strings.Index(jsonBook("#"), "#") + 1 + column
		if len(problems) != 1 || problems[0].Severity != playbook.Error || problems[0].Range.Start != (playbook.Pos{Line: 1, Column: at}) {
			t.Errorf("%s: wanted one error at column %d: %v", title, at, problems)
		}
		if len(problems) == 1 && !strings.Contains(problems[0].Message, "half of a character") && !strings.Contains(problems[0].Message, "U+0000") {
			t.Errorf("%s: %v", title, problems)
		}
	}
}

// TestPlacesInJSON holds that a mistake is told of at its own column, however many escapes
// stand before it on the line.
func TestPlacesInJSON(t *testing.T) {
	for _, title := range []string{`"plain"`, `"\ud83d\ude00"`, `"\/\/\/"`, `"é\u00e9\ud83d\ude00\/😀"`} {
		text := strings.Replace(jsonBook(title), `"do"`, `"doo"`, 1)
		_, problems := playbook.Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}})
		before, _, _ := strings.Cut(text, `"doo"`)
		found := false
		for _, p := range problems {
			found = found || p.Code == "unknown-key" && p.Range.Start.Column == len([]rune(before))+1
		}
		if !found {
			t.Errorf("%s: %v", title, problems)
		}
	}
}

// TestLongLineOfJSON holds that the length of a line does not matter.
func TestLongLineOfJSON(t *testing.T) {
	var plays []string
	for i := range 3000 {
		plays = append(plays, fmt.Sprintf(`{"id":"p%d","about":"\ud83d\ude00 %s","approach":"standardised-response","when":"incident.failure == \"f%d\"","do":[{"apologise":{}}]}`,
			i, strings.Repeat("x", i), i))
	}
	text := `{"amends":"v1","playbook":"a","review_by":"2027-01-01","plays":[` + strings.Join(plays, ",") + `]}`
	set, problems := playbook.Load(fstest.MapFS{"a.json.yaml": {Data: []byte(text)}})
	if len(problems) > 0 || len(set.Documents[0].Plays) != 3000 {
		t.Fatal(problems)
	}
	if about := set.Documents[0].Plays[2999].About.Value; !strings.HasPrefix(about, "😀 xxx") || len(about) != 2999+5 {
		t.Errorf("%.20q", about)
	}
}
