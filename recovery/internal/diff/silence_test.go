package diff_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery/internal/diff"
)

// TestSilence holds that what means the same is no change.
func TestSilence(t *testing.T) {
	const office = "  office:\n    hours: {mon-thu: [\"09:00-14:00\", \"16:00-19:00\"], fri: \"09:00-15:00\"}\n    holidays: [2026-12-25, {date: 2026-12-24, hours: \"09:00-12:00\"}]\n"
	const grave = "  grave: incident.severity >= 4 || terms.vip\n"
	for _, c := range []struct {
		name  string
		edits []string
	}{
		{"comments", []string{"terms:\n  vip", "terms: # names\n  # who counts\n  vip", "plays:\n", "plays: # rules\n"}},
		{"blanks and brackets in a condition", []string{`incident.failure == "damaged"`, `(incident.failure=="damaged")`}},
		{"quotes in a condition", []string{`incident.failure == "damaged"`, `incident.failure == 'damaged'`}},
		{"a condition that is folded, with a comment", []string{`when: incident.failure == "late" && has(tables.credit)`, "when: |\n      // late\n      incident.failure == \"late\"\n      && has(tables.credit)"}},
		{"a condition in quotes", []string{`when: incident.failure == "damaged"`, `when: 'incident.failure == "damaged"'`}},
		{"true without quotes", []string{`when: "true"`, `when: true`}},
		{"order of keys", []string{"    lead: 2h\n    do: [{notify: {to: operations}}]\n", "    do: [{notify: {to: operations}}]\n    lead: 2h\n", "{message: sorry, within: 1h}", "{within: 1h, message: sorry}"}},
		{"order of sections", []string{"owner: customer-care\n", "", "applies: incident.service == \"parcel\"\n", "applies: incident.service == \"parcel\"\nowner: customer-care\n"}},
		{"order of definitions", []string{"terms:\n" + grave, "terms:\n  also: incident.severity > 0\n" + grave}},
		{"flow or block", []string{"      - inform: {every: 24h}\n", "      - inform:\n          every: 24h\n"}},
		{"ways to write an amount", []string{"at_most: 400 EUR", "at_most: 400.00 EUR", "at_most: 250 EUR", `at_most: 'money("250 EUR")'`}},
		{"ways to write a duration", []string{"every: 24h", "every: 1440m", "after: 2d", "after: 0w2d", "last: 365d", "last: 52w1d", "default: 0s", "default: 0h"}},
		{"ways to write a percentage", []string{"tolerance: 20%", "tolerance: 20.0%", "share: 10%", "share: 10.0%"}},
		{"ways to write a number", []string{"priority: 5", "priority: +5", "units: 40", "units: 040"}},
		{"values of a table", []string{"from: 3d", "from: 72h", "amount: 10 EUR, words: hello", "words: \"hello\", amount: 10.00 EUR"}},
		{"rows that are split", []string{"      - {is: [gold, platinum], share: 20%}\n", "      - {is: platinum, share: 20%}\n      - {is: gold, share: 20%}\n"}},
		{"a column that nothing reads", []string{"words: hello}\n      - {from: 3d", "words: bye}\n      - {from: 3d"}},
		{"days that are split", []string{office, "  office:\n    holidays: [{date: 2026-12-24, hours: \"09:00-12:00\"}, 2026-12-25]\n    hours: {fri: [\"09:00-15:00\"], mon: [\"16:00-19:00\", \"09:00-14:00\"], tue-thu: [\"09:00-14:00\", \"16:00-19:00\"]}\n"}},
		{"a message that is folded, its expressions spaced", []string{"    en: We are sorry, ${incident.customer.name}.\n", "    en: >\n      We are sorry,\n      ${ incident.customer.name }.\n"}},
		{"what has no order", []string{"same: [customer.id, failure]", "same: [failure, customer.id]", "one_of: [van, bike]", "one_of: [bike, van]",
			"as: [cash, voucher]", "as: [voucher, cash]", "comparable: [service, severity]", "comparable: [severity, service]", "of: [compensate, refund]", "of: [refund, compensate]"}},
		{"defaults that are written out", []string{"    priority: 5\n", "    priority: 5\n    fallback: false\n    answers: true\n    phase: failure\n    provider: us\n", "lead: 2h", "phase: signal\n    lead: 2h",
			"      tolerance: 20%\n", "      tolerance: 20%\n      choose: {at_least: 1, at_most: 1}\n", "{card: Sorry}", "{card: Sorry, size: small}", "at_most: 250 EUR}", "at_most: 250 EUR, over: cut}", "owner: customer-care\n", "owner: customer-care\nmatches: all\n",
			"order.value: {type: money, currency: EUR}", "order.value: {type: money, currency: EUR, optional: false}"}},
		{"units that are the default", []string{", units: 1}", "}"}},
		{"titles and descriptions", []string{"title: Parcels", "title: All about parcels", "    about: Everyone gets the same.\n", "", "about: past the promised time", "about: late by", "about: A bunch, with a card", "about: Roses"}},
		{"what nothing uses", []string{"{en: Nobody says this.}", "{en: Nobody says that.}", "terms:\n" + grave, "terms:\n  spare: incident.severity > 2\n" + grave}},
		{"a definition that all playbooks share now", []string{"  vip: incident.customer.tier == \"gold\"\n", "  vip: incident.customer.tier == \"gold\"\n  grave: incident.severity >= 4 || terms.vip\n", "terms:\n" + grave + "\n", ""}},
		{"the zone that holds anyway", []string{"owner: customer-care\n", "owner: customer-care\nzone: Europe/Madrid\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, changed := open(t, "old", setOf(base(t))), open(t, "new", setOf(edit(t, base(t), c.edits...)))
			for _, got := range told(diff.Compare(old, changed)) {
				t.Errorf("told: %s", got)
			}
			for _, got := range told(diff.Compare(changed, old)) {
				t.Errorf("told backwards: %s", got)
			}
		})
	}
}

// TestOtherFiles holds that it means nothing in which files and documents a set
// stands.
func TestOtherFiles(t *testing.T) {
	shared, book, _ := strings.Cut(base(t), "---\n")
	one := open(t, "one", setOf(base(t)))
	two := open(t, "two", setOf(book, strings.Replace(shared, "shared: company", "shared: everyone", 1)))
	for _, got := range told(diff.Compare(one, two)) {
		t.Errorf("told: %s", got)
	}
}

// TestLanguagesHaveNoOrder but for the first.
func TestLanguagesHaveNoOrder(t *testing.T) {
	const en, es, fr = "    en: We are sorry, ${incident.customer.name}.\n", "    es: Lo sentimos, ${incident.customer.name}.\n", "    fr: Pardon.\n"
	old := edit(t, base(t), es, es+fr)
	changed := edit(t, base(t), es, fr+es)
	for _, got := range told(diff.Compare(open(t, "old", setOf(old)), open(t, "new", setOf(changed)))) {
		t.Errorf("told: %s", got)
	}
}

// TestPlaysAreAskedInOrder: to move a play is a change only where that moves it
// in the order in which plays are asked.
func TestPlaysAreAskedInOrder(t *testing.T) {
	text := base(t)
	play := func(from, to string) string {
		i, j := strings.Index(text, "  - id: "+from+"\n"), strings.Index(text, "  - id: "+to+"\n")
		return text[i:j]
	}
	late, damaged, atRisk := play("late", "damaged"), play("damaged", "at-risk"), play("at-risk", "by-bike")
	old := open(t, "old", setOf(text))
	moved := open(t, "new", setOf(edit(t, text, late+damaged, damaged+late))) // has another priority
	for _, got := range told(diff.Compare(old, moved)) {
		t.Errorf("told: %s", got)
	}
	swapped := open(t, "new", setOf(edit(t, text, late+damaged+atRisk, atRisk+damaged+late)))
	got := told(diff.Compare(old, swapped))
	if len(got) != 1 || got[0] != "parcels: moved order plays: late, at-risk => at-risk, late" {
		t.Errorf("got %q", got)
	}
}

// TestSameIsEmpty holds that a set is the same as itself, for every set of the
// repository.
func TestSameIsEmpty(t *testing.T) {
	sets, err := filepath.Glob("../../../examples/*/playbooks")
	if err != nil || len(sets) < 3 {
		t.Fatal(sets, err)
	}
	good, err := filepath.Glob("../../../playbook/testdata/good/*")
	if err != nil || len(good) == 0 {
		t.Fatal("no good sets", err)
	}
	tried := 0
	for _, dir := range append(sets, append(good, "testdata/base")...) {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		a, errA := diff.Open("a", os.DirFS(dir))
		b, errB := diff.Open("b", os.DirFS(dir))
		if errA != nil || errB != nil {
			continue // a set that is good YAML and no more
		}
		tried++
		for _, got := range told(diff.Compare(a, b)) {
			t.Errorf("%s: told: %s", dir, got)
		}
	}
	if tried < 4 {
		t.Errorf("only %d sets were tried", tried)
	}
}
