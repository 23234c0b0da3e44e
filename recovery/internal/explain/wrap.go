package explain

import (
	"unicode/utf8"

	"github.com/servicerecovery/amends/recovery/internal/wrap"
)

// wrapList is wrap for a list, whose elements are kept in one piece where they
// can be.
func wrapList(list []string, limit int) []string {
	var out []string
	line := ""
	for i, s := range list {
		if i < len(list)-1 {
			s += ","
		}
		switch {
		case line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(s) <= limit:
			line += " " + s
			continue
		case line != "":
			out = append(out, line)
		}
		parts := wrap.Text(s, limit)
		out, line = append(out, parts[:len(parts)-1]...), parts[len(parts)-1]
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}
