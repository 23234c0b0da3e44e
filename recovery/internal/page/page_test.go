package page

import (
	"strings"
	"testing"
)

// TestPageEscapes writes text of customers into every place that a page has.
func TestPageEscapes(t *testing.T) {
	const hostile = `</text><script>alert(1)</script>"'&`
	chart := Chart{Label: hostile, Bars: []Bar{{Label: hostile, Value: 2, Text: hostile, Tone: Main}, {Label: "b", Value: -1, Text: "none", Tone: Other}}}
	stack := Stacks{Label: hostile, Rows: []Stack{{Label: hostile, Text: hostile, Parts: []Bar{{Value: 1, Tone: Good}, {Tone: Late}, {Value: 3, Tone: Bad}}}, {Label: "empty"}}}
	var out strings.Builder
	content := `{{define "title"}}{{.Title}}{{end}}{{define "body"}}<p>{{.Title}}</p>{{bars .Chart}}{{stacks .Stacks}}{{end}}`
	err := Write(&out, content, nil, struct {
		Title  string
		Chart  Chart
		Stacks Stacks
	}{hostile, chart, stack})
	if err != nil {
		t.Fatal(err)
	}
	page := out.String()
	if strings.Contains(page, "<script") || strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
		t.Error(page)
	}
	for _, want := range []string{`width="330"`, `width="0"`, `class="bar-good" x="0" y="21" width="82.5"`, `class="bar-bad" x="82.5" y="21" width="247.5"`, "prefers-color-scheme: dark"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is not in\n%s", want, page)
		}
	}
}

func TestPageSaysWhatIsWrong(t *testing.T) {
	if err := Write(&strings.Builder{}, `{{define "body"}}{{nothing}}{{end}}`, nil, nil); err == nil {
		t.Error("an unknown function was called")
	}
}
