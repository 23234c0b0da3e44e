package celenv

import (
	"fmt"
	"strings"
	"testing"
)

// TestShapes holds which sources have holes, and where.
func TestShapes(t *testing.T) {
	for source, want := range map[string]string{
		`incident.x1 > 5`:                  `1:14-15:5`,
		`a.b == "é" && c > 2.50`:           `3:7-10:é 2:18-22:2.50`,
		`x == '"' && y == 1`:               `3:5-8:" 1:17-18:1`,
		"a // 5 \"é\n&& b == \"c\"":        `3:18-21:c`,
		`f("a", 1) && workday("é", x, 30)`: `1:7-8:1 1:29-31:30`,
		`1.size()`:                         `1:0-1:1`,
		`""`:                               `3:0-2:`,
	} {
		var room shapeRoom
		s, ok := shapeOf(source, false, nil, &room)
		var got []string
		for _, h := range s.holes {
			got = append(got, fmt.Sprintf("%d:%d-%d:%s", h.kind, h.from, h.to, h.text))
		}
		if strings.Join(got, " ") != want || !ok || s.runes != len([]rune(source)) {
			t.Errorf("%q: %q, %t, %d runes, want %q", source, got, ok, s.runes, want)
		}
	}
	for _, source := range []string{
		`"a\n"`, `r"a"`, `b'a'`, `"""a"""`, `''''''`, `"a`, "\"a\nb\"", `1e5`, `0x1F`, `5u`, `.5`, `1.5.2`, `1234567890123456`, `a é b`, "a\x01", `a ; b`, "a // \x01", "\"\xff\"", `5x`,
	} {
		var room shapeRoom
		if _, ok := shapeOf(source, false, nil, &room); ok {
			t.Errorf("%q has a shape", source)
		}
	}
}
