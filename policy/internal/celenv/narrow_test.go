package celenv

import (
	"fmt"
	"strings"
	"testing"
)

// TestFarInts holds that ints beyond 32 bits mean the same on every machine: cut to 32
// bits, each of these would be 0, 1 or 2.
func TestFarInts(t *testing.T) {
	w := newWorld(t)
	for _, far := range []int64{1 << 32, 1<<32 + 1, -1 << 32, -1<<32 + 1, 1<<62 + 2, -1 << 63} {
		for _, source := range []string{
			`"abc".charAt(%s)`, `"abc".substring(%s)`, `"abc".substring(0, %s)`, `"abc".indexOf("b", %s)`, `"abc".lastIndexOf("b", %s)`,
			`"abc".replace("b", "x", %s)`, `"a,b".split(",", %s)[0]`, `incident.tags[%s]`, `(incident.tags + ["x"])[%s]`, `["a", "b", "c"][%s]`,
			`incident.day + %s`, `incident.day - %s`, `workday("office", incident.day, %s)`,
		} {
			if _, issues := w.scope.Compile(fmt.Sprintf(source, fmt.Sprint(far))); strings.HasPrefix(source, "[") && len(issues) == 0 {
				t.Errorf("[…][%d] is not told of", far)
			}
			// Worked out from a field, so that it is not known when the set is loaded.
			text := fmt.Sprintf(source, fmt.Sprintf("(incident.zero + %d)", far))
			e, issues := w.scope.Compile(text)
			if len(issues) > 0 {
				t.Errorf("%s: %+v", text, issues)
				continue
			}
			v, err := e.Eval(w.frame(nil))
			if err == nil {
				t.Errorf("%s = %v", text, v.Native())
			} else if !strings.Contains(err.Error(), "range") && !strings.Contains(err.Error(), "outside") {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}
