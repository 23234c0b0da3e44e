package page

import (
	_ "embed"
	"html/template"
	"io"
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
