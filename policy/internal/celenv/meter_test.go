package celenv

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestLimitBoundsTime holds that an evaluation that passes its limit ends soon, whatever its shape:
// what is counted is what takes the time. Inputs are far larger than any that is let in.
func TestLimitBoundsTime(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("a", 10_000_000)
	tags, texts := make([]any, 60_000), make([]any, 5_000)
	for i := range tags {
		tags[i] = fmt.Sprint("t", i)
	}
	for i := range texts {
		texts[i] = strings.Repeat("a", 4_000) + fmt.Sprint(i)
	}
	often := func(part, join string, n int) string { return strings.Repeat(part+join, n-1) + part }
	for name, test := range map[string]struct {
		source string
		tags   []any
	}{
		"loop":               {`incident.tags.exists(t, t == "x")`, tags},
		"all":                {`incident.tags.all(t, t != "x")`, tags},
		"nested loops":       {`incident.tags.exists(a, incident.tags.exists(b, a + b == "x"))`, tags},
		"map and filter":     {`incident.tags.map(a, a + "x").filter(a, incident.tags.exists(b, b == a)).size() > 0`, tags[:9_000]},
		"in inside a loop":   {`incident.tags.all(a, a in incident.tags)`, tags},
		"bound list":         {`cel.bind(l, incident.tags, l.all(a, a in l))`, tags},
		"wide loop":          {`incident.tags.exists(t, ` + often(`t == "x"`, " || ", 400) + `)`, tags},
		"texts put together": {`incident.tags.exists(t, t + t + t == "x")`, texts},
		"long texts":         {`incident.tags.exists(a, incident.tags.exists(b, a + "x" == b))`, texts},
		"matches":            {`incident.summary.matches("(a|aa)*b")`, nil},
		"large pattern":      {`incident.summary.matches("(a?){200}b")`, nil},
		"matches in a loop":  {`incident.tags.exists(t, t.matches("(a|aa)*b$"))`, texts},
		"many matches":       {often(`incident.summary.matches("a*b")`, " || ", 300), nil},
		"many contains":      {often(`incident.summary.contains("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")`, " || ", 200), nil},
		"many sizes":         {often(`incident.summary.size() == 3`, " || ", 300), nil},
		"search":             {often(`incident.summary.indexOf("aaaab") > 0`, " || ", 200), nil},
		"copies":             {often(`incident.summary.lowerAscii().upperAscii().trim() == "b"`, " || ", 200), nil},
		"split and join":     {often(`incident.tags.join("-").split("-").size() == 1`, " || ", 200), tags[:9_000]},
		"replace":            {often(`incident.tags.join("-").replace("t", "u").size() == 1`, " || ", 200), tags[:8_000]},
		"distinct":           {often(`incident.tags.distinct().size() == 1`, " || ", 200), tags[:1_900]},
		"sets":               {often(`sets.contains(incident.tags, ["x"])`, " || ", 200) + ` || sets.equivalent(incident.tags, incident.tags.map(t, t + "x"))`, tags[:1_900]},
		"sort":               {often(`incident.tags.sort()[0] == "x"`, " || ", 200), tags},
		"lists in a loop":    {`incident.tags.exists(t, (incident.tags + incident.tags).exists(u, u == t + "x"))`, tags},
		"range":              {often(`lists.range(10000).exists(x, x < 0)`, " || ", 100), nil},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && len(name)%4 != 0 {
				t.Skip("a part of them is enough with -short")
			}
			e := w.compile(test.source)
			values := map[string]any{"summary": long}
			if test.tags != nil {
				values["tags"] = test.tags
			}
			f := w.frame(values)
			start := time.Now()
			_, err := e.Bool(f)
			if took := time.Since(start); took > 5*time.Second { // well under half a second, on a machine with nothing else to do
				t.Errorf("it took %v", took)
			}
			var failed *EvalError
			if !errors.As(err, &failed) || !strings.Contains(failed.Message, "(limit 300000): ask for less") {
				t.Errorf("it gave %.200v", err)
			}
		})
	}
}

// TestLimitLetsPass holds that what people write of incidents as they are is far from the limit.
func TestLimitLetsPass(t *testing.T) {
	w := newWorld(t)
	tags := make([]any, 1_000)
	for i := range tags {
		tags[i] = fmt.Sprint("tag-", i)
	}
	for _, source := range []string{
		`incident.tags.exists(t, t.startsWith("vip") || t == "gold")`, `incident.tags.filter(t, t.size() > 3).map(t, t.upperAscii()).size() == 1000`,
		`incident.tags.exists(a, a in ["tag-5", "b"])`, `incident.summary.matches("(?i)refund|money back")`, `incident.summary.lowerAscii().contains("refund")`,
		`incident.tags.distinct().size() > 5`, `sets.intersects(incident.tags, ["vip", "tag-7"])`, `incident.tags.all(t, t.matches("^tag-[0-9]+$"))`,
	} {
		if _, err := w.compile(source).Bool(w.frame(map[string]any{"tags": tags, "summary": strings.Repeat("a refund, please. ", 1_000)})); err != nil {
			t.Error(err)
		}
	}
}

// TestContextEndsEvaluation holds that a context that is done ends an evaluation, also where && or ||
// could do without the part, a term's too, and that what comes after fails likewise.
func TestContextEndsEvaluation(t *testing.T) {
	w := newWorld(t)
	w.termSource = map[string]string{"slow": `incident.tags.exists(t, t == "x")`}
	tags := make([]any, 30_000)
	for i := range tags {
		tags[i] = fmt.Sprint("t", i)
	}
	for _, source := range []string{
		`incident.tags.exists(t, t == "x")`, `incident.tags.exists(t, t == "x") || true`, `terms.slow || true`, `terms.slow || incident.severity == 3`,
	} {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(nil)
		f := w.frame(map[string]any{"tags": tags})
		f.in.Context = ctx
		for range 2 {
			if _, err := w.compile(source).Bool(f); !errors.Is(err, context.Canceled) {
				t.Errorf("%s gave %v", source, err)
			}
		}
	}
}
