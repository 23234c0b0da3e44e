package cli_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// chained writes a chain of terms. Each uses the term before it, at the places of T in the pattern.
func chained(n int, first, pattern string) string {
	var b strings.Builder
	b.WriteString("terms:\n  t0: " + first + "\n")
	for i := range n {
		fmt.Fprintf(&b, "  t%d: '%s'\n", i+1, strings.ReplaceAll(pattern, "T", fmt.Sprintf("terms.t%d", i)))
	}
	return b.String()
}

// chainedTables writes a chain of tables. The key of each reads the table before it, twice.
func chainedTables(n int) string {
	var b strings.Builder
	b.WriteString("tables:\n  t0: {by: incident.severity, rows: [{is: 1, v: 1}, {otherwise: true, v: 2}]}\n")
	for i := range n {
		fmt.Fprintf(&b, "  t%d: {by: tables.t%d.v + tables.t%d.v, rows: [{is: 1, v: 1}, {otherwise: true, v: 2}]}\n", i+1, i, i)
	}
	return b.String()
}

// nested writes a condition that has itself in it, as a pattern says: X stands for it.
func nested(n int, pattern string) string {
	e := "incident.severity > 1"
	for i := range n {
		e = strings.NewReplacer("X", "("+e+")", "N", fmt.Sprint(i)).Replace(pattern)
	}
	return e
}

func playWhen(when string) string {
	return "plays:\n  - {id: x, approach: standardised-response, when: '" + when + "', do: [{apologise: {}}]}\n"
}

// growing are sets by their size. What is written out, path by path, doubles with each further
// step.
var growing = map[string]func(n int) string{
	"or": func(n int) string {
		return chained(n, "incident.severity > 1", "T || T && incident.severity < 5") + playWhen(fmt.Sprint("terms.t", n))
	},
	"and": func(n int) string {
		return chained(n, "incident.severity > 3", "T && T") + playWhen(fmt.Sprint("terms.t", n))
	},
	"if": func(n int) string {
		return chained(n, "incident.severity > 3", "T ? !T : T") + playWhen(fmt.Sprint("terms.t", n))
	},
	"same": func(n int) string {
		return chained(n, "incident.severity > 3", "(T == T) == (incident.severity < 3)") + playWhen(fmt.Sprint("terms.t", n))
	},
	"number": func(n int) string {
		return chained(n, "incident.severity", "math.greatest(T, T, incident.severity)") + playWhen(fmt.Sprintf("terms.t%d > 2 && terms.t%d < 9", n, n))
	},
	"table": func(n int) string {
		return chainedTables(n) + playWhen(fmt.Sprintf("tables.t%d.v > 0 && tables.t%d.v < 9", n, n))
	},
	"guard": func(n int) string {
		return "incident: {o: {type: int, optional: true}}\n" + chained(n, "has(incident.o)", "T && T") + playWhen(fmt.Sprintf("terms.t%d && incident.o > 3", n))
	},
	"amount": func(n int) string {
		return "incident: {price: {type: money, currency: EUR, default: 5 EUR, min: 1 EUR, max: 100 EUR}}\n" + chained(n, "incident.price", "(T + T) * percent(50)") +
			fmt.Sprintf("messages: {m: {en: 'a ${terms.t%d} b ${terms.t%d}'}}\n", n, n) +
			fmt.Sprintf("plays:\n  - {id: x, approach: standardised-response, when: true, do: [{refund: {amount: terms.t%d, message: m}}]}\n", n)
	},
	"square": func(n int) string {
		return "incident: {k: {type: int, default: 1, min: 1, max: 3}, price: {type: money, currency: EUR, default: 5 EUR, min: 1 EUR, max: 100 EUR}}\n" +
			chained(n, "incident.k", "T * T") +
			fmt.Sprintf("plays:\n  - {id: x, approach: standardised-response, when: true, do: [{refund: {amount: incident.price * terms.t%d}}]}\n", n)
	},
	"nested ?:": func(n int) string {
		return playWhen(nested(min(n, 40), "X ? incident.severity > N : incident.severity < N"))
	},
	"nested ==": func(n int) string { return playWhen(nested(min(n, 40), "X == (incident.severity > N)")) },
	"wide": func(n int) string {
		var b strings.Builder
		b.WriteString("terms:\n")
		names := make([]string, n)
		for i := range n {
			names[i] = fmt.Sprintf("terms.t%d", i)
			fmt.Fprintf(&b, "  t%d: incident.severity > 1 || incident.failure == \"f%d\"\n", i, i)
		}
		return b.String() + playWhen(strings.Join(names, " || "))
	},
	"plays": func(n int) string {
		var b strings.Builder
		b.WriteString("terms:\n  t: incident.severity > 1\n  u: terms.t || terms.t && terms.t\nplays:\n")
		for i := range n {
			fmt.Fprintf(&b, "  - {id: p%d, approach: standardised-response, when: terms.u && terms.u && incident.failure == \"f%d\", do: [{apologise: {}}]}\n", i, i)
		}
		return b.String()
	},
}

// TestGrowth holds that what a command does and says grows with the text of a playbook, and never
// with the number of paths through its terms, tables and conditions. Twice the text may take four
// times as much, and a little; path by path it would be the square.
func TestGrowth(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "i.json", `{"id": "T", "service": "s", "occurred_at": "2026-03-01T12:00:00Z"}`)
	write(t, "other/p.yaml", "amends: v1\nplaybook: p\nreview_by: 2037-06-30\nplays: [{id: x, approach: standardised-response, when: true}]\n")
	for name, set := range growing {
		t.Run(name, func(t *testing.T) {
			for _, command := range []string{
				"check D", "decide --playbooks D i.json", "explain --all --playbooks D i.json", "explain --format json --all --playbooks D i.json",
				"report D", "test --coverage D", "test --format json --coverage D", "test --suggest D", "diff other D", "diff --format html other D",
			} {
				small, large := grown(t, set, command, 18), grown(t, set, command, 36)
				if small == 0 || large > 4*small+4_000 {
					t.Errorf("%s: %d bytes of 18, and %d of 36", command, small, large)
				}
			}
		})
	}
}

// grown runs a command on a set of a size and returns how much it says.
func grown(t *testing.T, set func(int) string, command string, n int) int {
	t.Helper()
	dir := fmt.Sprint("d", n)
	write(t, filepath.Join(dir, "p.yaml"), "amends: v1\nplaybook: p\nreview_by: 2037-06-30\n"+set(n))
	write(t, filepath.Join(dir, "p_test.yaml"), "amends: v1\nsuite: s\ndefaults: {incident: {id: T, service: s, occurred_at: 2026-03-01T12:00:00Z}}\ntests:\n  - {name: a, want: {withheld: []}}\n")
	type result struct {
		status    int
		out, errs string
	}
	done := make(chan result, 1)
	go func() {
		status, out, errs := run(strings.NewReader(""), false, nil, strings.Fields(strings.ReplaceAll(command, "D", dir))...)
		done <- result{status, out, errs}
	}()
	select {
	case r := <-done:
		if r.status > 1 {
			t.Fatalf("%s of %d: status %d: %s", command, n, r.status, r.errs)
		}
		return len(r.out)
	case <-time.After(time.Minute): // it takes well under a second
		t.Fatalf("%s of %d does not end", command, n)
	}
	return 0
}
