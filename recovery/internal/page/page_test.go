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

// TestTimesStayWhole finds what reads as a time, in the zones that texts have, and escapes the rest.
func TestTimesStayWhole(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"no time, 12-34":               "no time, 12-34",
		"by 2026-01-05T02:00:00Z":      "by <time>2026-01-05T02:00:00Z</time>",
		"2026-01-05 02:00 +01:00, <b>": "<time>2026-01-05 02:00 +01:00</time>, &lt;b&gt;",
		"2026-01-05 to 2026-02-05T01:00:00.5-03:00": "<time>2026-01-05</time> to <time>2026-02-05T01:00:00.5-03:00</time>",
	} {
		if got := string(Timed(text)); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// TestLongLabelsAreShortened cuts labels before the edge of a small screen, and keeps the whole of them.
func TestLongLabelsAreShortened(t *testing.T) {
	for label, want := range map[string]string{
		strings.Repeat("a", 60): ">" + strings.Repeat("a", 60) + "</text>",
		strings.Repeat("<", 61): "<title>" + strings.Repeat("&lt;", 61) + "</title><text x=\"0\" y=\"14\">" + strings.Repeat("&lt;", 60) + "…</text></g>",
		strings.Repeat("客", 31): ">" + strings.Repeat("客", 30) + "…</text>",
	} {
		if page := string(bars(Chart{Bars: []Bar{{Label: label}}})); !strings.Contains(page, want) {
			t.Errorf("%s is not in\n%s", want, page)
		}
	}
}
