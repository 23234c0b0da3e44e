package report

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
)

//go:embed page.html
var pageText string

//go:embed style.css
var styleText string

// WriteHTML writes the page as one file that needs nothing else.
func (p *Page) WriteHTML(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		// The style is this package's own text.
		"style": func() template.CSS { return template.CSS(styleText) },
		"prose": prose,
		"small": func(t Table) bool { return len(t.Rows) <= 12 },
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(w, p)
}

// prose takes a text apart at the names that stand between backquotes.
func prose(text string) []Piece {
	var out []Piece
	for i, part := range strings.Split(text, "`") {
		if part != "" {
			out = append(out, Piece{part, i%2 == 1})
		}
	}
	return out
}
