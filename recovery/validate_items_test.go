package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// TestListsAreBounded holds that each list of an incident has a bound, 1,000 items or what its field
// says, and that what is beyond is refused with how many were found and how many are let in.
func TestListsAreBounded(t *testing.T) {
	const plays = "plays: [{id: p, approach: standardised-response, when: true}]\n"
	book := func(id, rest string) string {
		return "amends: v1\nplaybook: " + id + "\nreview_by: 2037-06-30\n" + rest + plays
	}
	for _, test := range []struct {
		name, set, field string
		most             int
	}{
		{"tags", book("a", ""), "tags", 1000},
		{"paused", book("a", ""), "paused", 1000},
		{"own", book("a", "incident: {lines: {type: [int]}}\n"), "lines", 1000},
		{"nested", book("a", "incident: {order.lines: {type: [money], currency: EUR}}\n"), "order.lines", 1000},
		{"lowered", book("a", "incident: {lines: {type: [int], max_items: 3}}\n"), "lines", 3},
		{"raised", book("a", "incident: {lines: {type: [int], max_items: 2500}}\n"), "lines", 2500},
		{"tags raised", book("a", "incident: {tags: {max_items: 1500}}\n"), "tags", 1500},
		{"tags lowered", book("a", "incident: {tags: {max_items: 2}}\n"), "tags", 2},
		{"tags raised for all", "amends: v1\nshared: s\nincident: {tags: {max_items: 1500}}\n---\n" + book("a", ""), "tags", 1500},
		{"tags raised by one of two", book("a", "incident: {tags: {max_items: 1500}}\n") + "---\n" + book("b", ""), "tags", 1500},
		{"tags raised by one that does not apply", book("a", "applies: incident.service == \"other\"\nincident: {tags: {max_items: 1500}}\n") + "---\n" + book("b", ""), "tags", 1000},
		{"shared raised by a playbook", "amends: v1\nshared: s\nincident: {lines: {type: [int], default: []}}\n---\n" + book("a", "incident: {lines: {type: [int], max_items: 1200}}\n"), "lines", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(test.set)}})
			if test.most == 0 {
				if err == nil {
					t.Error("a shared field was declared otherwise")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{test.most, test.most + 1, 50_000} {
				_, err := e.Decide(context.Background(), incidentWith(t, test.field, n))
				var misfit *recovery.IncidentError
				switch {
				case n == test.most && err != nil:
					t.Errorf("%d items: %v", n, err)
				case n > test.most && (!errors.As(err, &misfit) || len(misfit.Problems) != 1 || misfit.Problems[0].Path != test.field ||
					!strings.HasSuffix(misfit.Problems[0].Wanted, " items") || misfit.Problems[0].Found != fmt.Sprint(n, " items")):
					t.Errorf("%d items: %v", n, err)
				}
			}
		})
	}
}

// incidentWith reads an incident whose field is a list of so many items.
func incidentWith(t *testing.T, field string, n int) recovery.Incident {
	t.Helper()
	item := map[string]string{"tags": `"a"`, "lines": "1", "order.lines": `"1.00 EUR"`}[field]
	items := make([]string, n)
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range items {
		items[i] = item
		if field == "paused" {
			at := start.Add(time.Duration(i) * time.Minute)
			items[i] = fmt.Sprintf(`{"from": %q, "until": %q}`, at.Format(time.RFC3339), at.Add(time.Second).Format(time.RFC3339))
		}
	}
	text := fmt.Sprintf(`%q: [%s]`, field, strings.Join(items, ","))
	if outer, inner, nested := strings.Cut(field, "."); nested {
		text = fmt.Sprintf(`%q: {%q: [%s]}`, outer, inner, strings.Join(items, ","))
	}
	var in recovery.Incident
	if err := in.UnmarshalJSON([]byte(`{"id": "T", "service": "s", "occurred_at": "2026-03-02T12:00:00Z", ` + text + `}`)); err != nil {
		t.Fatal(err)
	}
	return in
}
