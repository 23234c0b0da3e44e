package playbook_test

import (
	"strings"
	"testing"

	"github.com/servicerecovery/amends/playbook"
)

// `above` says when a row is meant, unless the row says so already: then it is the name
// of a column, as any other word.
func TestRowsThatBeginAbove(t *testing.T) {
	for rows, want := range map[string]string{
		"{above: 1, c: 2}, {from: 2, c: 3}, {above: 2, c: 3}, {otherwise: true, c: 4}": ">1 c, 2 c, >2 c, ! c",
		"{from: 1, above: 2}, {from: 3, above: 4}":                                     "1 above, 3 above",
		"{above: 2, is: 1}, {is: 2, above: 3}, {otherwise: true, above: 4}":            "=1 above, =2 above, ! above",
	} {
		docs, ds := playbook.Parse("p.yaml", []byte("amends: v1\nshared: s\ntables: {t: {by: incident.x, rows: ["+rows+"]}}\n"))
		if len(ds) != 0 {
			t.Fatal(ds)
		}
		var got []string
		for _, r := range docs[0].Tables[0].Rows {
			begins := r.From.Value
			switch {
			case r.Above.IsSet():
				begins = ">" + r.Above.Value
			case len(r.Is) > 0:
				begins = "=" + r.Is[0].Value
			case r.Otherwise:
				begins = "!"
			}
			for _, c := range r.Columns {
				begins += " " + c.Key.Value
			}
			got = append(got, begins)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %s, want %s", rows, strings.Join(got, ", "), want)
		}
	}
}
