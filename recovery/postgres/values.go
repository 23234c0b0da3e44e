package postgres

import (
	"strings"
	"time"
)

// clean is a text without what PostgreSQL cannot hold in one: the character of the number 0.
func clean(text string) string { return strings.ReplaceAll(text, "\x00", "�") }

// instant is a time as JSON, to the microsecond; nil for the zero time.
func instant(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.UTC().Truncate(time.Microsecond).Format("2006-01-02T15:04:05.999999Z07:00")
	return &text
}
