package story

import (
	_ "embed"
	"html/template"
	"io"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/page"
)

//go:embed story.html
var content string

// WriteHTML writes the story as one page that needs nothing else.
func (s *Story) WriteHTML(w io.Writer, now time.Time) error {
	return page.Write(w, content, template.FuncMap{"timed": page.Timed}, s.view(now))
}
