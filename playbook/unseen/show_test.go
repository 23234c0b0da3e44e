package unseen_test

import (
	"testing"

	"github.com/servicerecovery/amends/playbook/unseen"
)

// TestQuote holds that a name stands in backticks, and that no name can hide
// anything or break the line of a message.
func TestQuote(t *testing.T) {
	for name, want := range map[string]string{
		"late":         "`late`",
		"":             "``",
		"a b":          "`a b`",
		"a\nb":         "`a\\nb`",
		"\x1b[31mred":  "`\\x1b[31mred`",
		"pay\u200bout": "`pay\\u200bout`",
	} {
		if got := unseen.Quote(name); got != want {
			t.Errorf("Quote(%q) = %s, want %s", name, got, want)
		}
	}
}
