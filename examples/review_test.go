package examples_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/playbook"
)

// figures say, for every playbook of the examples, when the figures in it change next: on
// no known day, or a year after the newest row of a table of theirs.
var figures = map[string]struct {
	source string
	yearly string // the table whose rows begin on the day of each year's change
}{
	"bank/playbooks/complaints.yaml":                  {source: "our own"},
	"broadband/playbooks/automatic-compensation.yaml": {"Ofcom's scheme: each year on 1 April", "tariff"},
	"canada/playbooks/flights.yaml":                   {source: "SOR/2019-150: no known day"},
	"cloud/playbooks/credits.yaml":                    {source: "a service's agreement: no known day"},
	"cloud/playbooks/reliability.yaml":                {source: "our own"},
	"embed/playbooks/support.yaml":                    {source: "our own"},
	"flights/playbooks/care.yaml":                     {source: "EC 261/2004: no known day"},
	"flights/playbooks/compensation.yaml":             {source: "EC 261/2004: no known day"},
	"flights/playbooks/uk261.yaml":                    {source: "UK261: no known day"},
	"helpdesk/playbooks/desk.yaml":                    {source: "our own"},
	"helpdesks/playbooks/parcels.yaml":                {source: "our own"},
	"orders/playbooks/orders.yaml":                    {source: "our own"},
	"hotel/playbooks/guests.yaml":                     {source: "our own"},
	"hotel/playbooks/neighbours.yaml":                 {source: "our own"},
	"hotel/playbooks/prevention.yaml":                 {source: "our own"},
	"power/playbooks/supply.yaml":                     {source: "the regulations of 2023: no known day"},
	"quickstart/playbooks/parcels.yaml":               {source: "our own"},
	"rail/playbooks/delay-repay.yaml":                 {source: "the operators' charters: no known day"},
	"rail/playbooks/eu.yaml":                          {source: "Regulation (EU) 2021/782: no known day"},
}

// lookedAt is the day on which the figures were last compared with their sources. Those
// without a known day of change are looked at again within two years.
var lookedAt = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)

// TestReviewBy holds that no example passes for fresh once its figures have changed: it
// asks for a review on the day before their next change at the latest. To move the day, the
// new figures have to be there. The day of today plays no part.
func TestReviewBy(t *testing.T) {
	files, err := filepath.Glob("*/playbooks/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range files {
		file = filepath.ToSlash(file)
		if strings.HasSuffix(file, "_test.yaml") || strings.HasSuffix(file, "/shared.yaml") {
			continue
		}
		seen++
		known, ok := figures[file]
		if !ok {
			t.Errorf("%s: nothing says when its figures change", file)
			continue
		}
		book := parsed(t, file)
		next := lookedAt.AddDate(2, 0, 0)
		if known.yearly != "" {
			next = newest(t, book, known.yearly).AddDate(1, 0, 0)
		}
		for _, by := range reviews(book) {
			if got := day(t, by); !got.Before(next) {
				t.Errorf("%s: review_by %s is not before %s, when the figures change (%s)", file, by, next.Format(time.DateOnly), known.source)
			}
		}
	}
	if seen != len(figures) {
		t.Errorf("%d playbooks, and figures of %d", seen, len(figures))
	}
}

// TestReviewByIsFound holds that the check sees what it is there for: without the newest
// row of the tariff, the review would come a year too late.
func TestReviewByIsFound(t *testing.T) {
	const file = "broadband/playbooks/automatic-compensation.yaml"
	book := parsed(t, file)
	table := book.Tables[slices.IndexFunc(book.Tables, func(t *playbook.Table) bool { return t.Name.Value == "tariff" })]
	table.Rows = table.Rows[:len(table.Rows)-1]
	if next := newest(t, book, "tariff").AddDate(1, 0, 0); day(t, book.ReviewBy.Value).Before(next) {
		t.Errorf("%s lies before %s", book.ReviewBy.Value, next)
	}
}

func parsed(t *testing.T, file string) *playbook.Document {
	t.Helper()
	docs, problems := playbook.Parse(file, []byte(read(t, file)))
	if problems.HasErrors() || len(docs) != 1 {
		t.Fatalf("%s: %d documents, %v", file, len(docs), problems)
	}
	return docs[0]
}

// reviews are the days under review_by, of a playbook and of its plays.
func reviews(book *playbook.Document) []string {
	var out []string
	for _, by := range append([]playbook.Text{book.ReviewBy}, reviewsOfPlays(book)...) {
		if by.IsSet() {
			out = append(out, by.Value)
		}
	}
	return out
}

func reviewsOfPlays(book *playbook.Document) []playbook.Text {
	var out []playbook.Text
	for _, p := range book.Plays {
		out = append(out, p.ReviewBy)
	}
	return out
}

// newest is the day on which the last row of a table begins.
func newest(t *testing.T, book *playbook.Document, table string) time.Time {
	t.Helper()
	for _, each := range book.Tables {
		if each.Name.Value == table {
			return day(t, each.Rows[len(each.Rows)-1].From.Value)
		}
	}
	t.Fatalf("there is no table %s", table)
	return time.Time{}
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
