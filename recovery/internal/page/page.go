package page

import (
	_ "embed"
	"html/template"
	"io"
	"regexp"
	"strings"
)

var (
	//go:embed base.html
	base string
	//go:embed style.css
	style string
)

// Write writes a page. The content is a template that defines "title", which is text, and "body". It
// may call bars and stacks with charts, and the functions that are given.
func Write(w io.Writer, content string, functions template.FuncMap, data any) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"bars": bars, "stacks": stacks, "style": func() template.CSS { return template.CSS(style) },
	}).Funcs(functions).Parse(base)
	if err == nil {
		_, err = t.Parse(content)
	}
	if err != nil {
		return err
	}
	return t.Execute(w, data)
}

// times are what reads as a time, or as a day.
var times = regexp.MustCompile(`[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?(Z|[+-][0-9]{2}:[0-9]{2}))?)?`)

// Timed is a text in which no line ends inside of a time: browsers break lines after hyphens.
func Timed(text string) template.HTML {
	var out strings.Builder
	end := 0
	for _, at := range times.FindAllStringIndex(text, -1) {
		out.WriteString(template.HTMLEscapeString(text[end:at[0]]) + "<time>" + text[at[0]:at[1]] + "</time>")
		end = at[1]
	}
	return template.HTML(out.String() + template.HTMLEscapeString(text[end:]))
}
