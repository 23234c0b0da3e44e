package report_test

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/report"
)

// indexed writes the index of a page as service/failure: plays.
func indexed(page *report.Page) map[string][]string {
	out := map[string][]string{}
	for _, s := range page.Services {
		for _, f := range s.Failures {
			key := s.Name + "/" + f.Name
			out[key] = []string{}
			for _, r := range f.Rows {
				out[key] = append(out[key], strings.TrimPrefix(r.Play.Text, "p/"))
			}
		}
	}
	return out
}

func TestIndex(t *testing.T) {
	const play = "approach: standardised-response, do: [{apologise: {}}]"
	for _, test := range []struct {
		name, set string
		want      map[string][]string
	}{
		{"by applies and when", `applies: incident.service in ["a", "b"]
plays:
  - {id: x, when: incident.failure == "late", ` + play + `}
  - {id: y, when: incident.service == "a" && incident.failure != "late", ` + play + `}
  - {id: z, when: true, ` + play + `}
`, map[string][]string{"a/late": {"x"}, "a/": {"y", "z"}, "b/late": {"x"}, "b/": {"z"}}},
		{"a closed list names the rest", `applies: incident.service == "a"
incident: {failure: {one_of: [late, lost, broken]}}
plays:
  - {id: x, when: incident.failure == "late", ` + play + `}
  - {id: y, when: '!(incident.failure == "late" || incident.failure == "")', ` + play + `}
`, map[string][]string{"a/late": {"x"}, "a/lost": {"y"}, "a/broken": {"y"}}},
		{"a failure without a play is told", `applies: incident.service == "a"
incident: {failure: {one_of: [late, lost]}}
plays: [{id: x, when: incident.failure == "late", ` + play + `}]
`, map[string][]string{"a/late": {"x"}, "a/lost": {}}},
		{"service and failure go together", `
plays:
  - {id: x, when: incident.service == "a" && incident.failure == "late" || incident.service == "b" && incident.failure == "lost", ` + play + `}
`, map[string][]string{"a/late": {"x"}, "b/lost": {"x"}}},
		{"terms are looked into", `
terms: {ours: incident.service == "a", bad: 'incident.failure in ["late", "lost"]'}
plays: [{id: x, when: terms.ours && terms.bad && incident.failure != "lost", ` + play + `}]
`, map[string][]string{"a/late": {"x"}}},
		{"no service", `
plays:
  - {id: x, when: incident.failure == "late", ` + play + `}
  - {id: y, when: incident.severity > 3 || incident.failure == "lost", ` + play + `}
`, map[string][]string{"/late": {"x"}, "/lost": {"y"}, "/": {"y"}}},
		{"a closed list of services", `incident: {service: {one_of: [a, b]}}
plays:
  - {id: x, when: incident.service != "a", ` + play + `}
  - {id: y, when: true, ` + play + `}
`, map[string][]string{"a/": {"y"}, "b/": {"x", "y"}}},
		{"what branches", `
plays: [{id: x, when: 'incident.severity > 3 ? incident.failure == "late" : incident.failure == "lost"', ` + play + `}]
`, map[string][]string{"/late": {"x"}, "/lost": {"x"}}},
		{"what is computed is not read", `
plays: [{id: x, when: incident.failure == incident.cause && incident.service.startsWith("a"), ` + play + `}]
`, map[string][]string{"/": {"x"}}},
	} {
		set := "amends: v1\nplaybook: p\nreview_by: 2027-06-30\n" + test.set
		if diff := cmp.Diff(test.want, indexed(of(t, set, report.Options{}))); diff != "" {
			t.Errorf("%s: wanted (-) and got (+):\n%s", test.name, diff)
		}
	}
}

// TestDecisionsAreInTheIndex decides the incidents of the examples, and holds that
// each play that matched is found under the service and failure of the incident, and
// that it costs no more than the page says.
func TestDecisionsAreInTheIndex(t *testing.T) {
	matched, paid := 0, 0
	for _, dir := range examples(t) {
		file, err := os.Open(filepath.Join(filepath.Dir(dir), "incidents.jsonl"))
		if err != nil {
			continue // an example without incidents
		}
		defer file.Close()
		page := untested(t, os.DirFS(dir), report.Options{})
		now := time.Time{}
		engine, err := recovery.Load(os.DirFS(dir), recovery.WithClock(func() time.Time { return now }))
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			var in recovery.Incident
			if err := in.UnmarshalJSON(lines.Bytes()); err != nil {
				t.Fatal(err)
			}
			now = in.OccurredAt.Add(time.Hour)
			d, err := engine.Decide(context.Background(), in)
			if err != nil {
				continue // refused, which is another test's
			}
			for _, p := range d.Plays {
				matched++
				if !found(page, in.Service, in.Failure, p.Play) {
					t.Errorf("%s: %s matched %s, %q, and is not there", dir, p.Play, in.Service, in.Failure)
				}
				paid += within(t, page, p.Play, d)
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if matched < 35 || paid < 12 {
		t.Errorf("only %d plays matched, and %d paid", matched, paid)
	}
}

func found(page *report.Page, service, failure, play string) bool {
	for _, s := range page.Services {
		for _, f := range s.Failures {
			named := f.Name == failure || f.Name == "" || f.Name == "not known yet" && failure == ""
			if (s.Name == service || s.Name == "") && named && slices.ContainsFunc(f.Rows, func(r report.Row) bool { return r.Play.Text == play }) {
				return true
			}
		}
	}
	return false
}

// within holds that what a play gives is at most what its card says, where it
// says a sum.
func within(t *testing.T, page *report.Page, play string, d *recovery.Decision) int {
	t.Helper()
	var cost report.Cost
	for _, b := range page.Playbooks {
		for _, p := range b.Plays {
			if p.Name == play {
				cost = p.Cost
			}
		}
	}
	given := map[string]int64{}
	n := 0
	for _, a := range d.Actions {
		if a.Amount.IsSet() && a.Plays[0] == play && a.Type != "substitute" {
			given[a.Amount.Currency()] += a.Amount.Units()
			n++
		}
	}
	if n > 0 && cost.IsZero() {
		t.Errorf("%s gives money in %s, and is said to cost nothing", play, d.Incident)
	}
	if len(cost.Open) > 0 {
		return n
	}
	for _, text := range cost.Most {
		most, err := value.ParseMoney(text)
		if err != nil {
			t.Fatal(err)
		}
		if given[most.Currency()] > most.Units() {
			t.Errorf("%s gives %d in %s, and is said to cost %s at most", play, given[most.Currency()], d.Incident, most)
		}
	}
	return n
}
