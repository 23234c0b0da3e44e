package prove_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/prove"
)

// TestFaultsOfExamples makes classic mistakes in the files of the examples. Each is shown by a guarantee, or by a
// question, with a witness that names what matters.
func TestFaultsOfExamples(t *testing.T) {
	for _, c := range []struct{ name, dir, file, old, changed, broken, shows string }{
		{"less or equal", "rail", "delay-repay.yaml", "when: incident.delay < terms.starts && terms.asked\n    do:\n      - explain: {within: 5d, message: too-short}",
			"when: incident.delay <= terms.starts && terms.asked\n    do:\n      - compensate: {amount: 5 GBP}", "delay-repay/nothing-below-fifteen", `"delay":"0s"`},
		{"a dearer ticket that is paid less", "rail", "delay-repay.yaml", "amount: 'incident.ticket.paid / tables", "amount: 'incident.ticket.paid > money(\"100 GBP\") ? money(\"5 GBP\") : incident.ticket.paid / tables", "delay-repay/dearer-is-never-less", `"paid":"`},
		{"one who is paid less", "rail", "delay-repay.yaml", "when: has(tables.share) && incident.delay >= terms.starts && terms.clear", "when: has(tables.share) && incident.delay >= terms.starts && terms.clear && incident.customer.tier != \"basic\"", "delay-repay/same-for-everyone", `"tier":"basic"`},
		{"an exclusion that was dropped", "flights", "compensation.yaml", "incident.delay.arrival >= hours(3) && incident.extraordinary == \"\"\n", "incident.delay.arrival >= hours(3)\n", "compensation/no-money-for-the-weather", `"extraordinary":`},
		{"a region that gets nothing", "flights", "compensation.yaml", "incident.delay.arrival >= hours(3) && incident.extraordinary == \"\"\n    cases", "incident.delay.arrival >= hours(3) && incident.extraordinary == \"\" && incident.region != \"south\"\n    cases", "compensation/same-for-everyone", `"region":"south"`},
		{"a cap that is too high", "hotel", "shared.yaml", "at_most: 300 EUR", "at_most: 3000 EUR", "guests/never-above", ""},
		{"the wrong row", "cloud", "credits.yaml", "{from: 99.9%, standard: 0%", "{from: 99.95%, standard: 0%", "credits/on-target-pays-nothing", `"uptime":"99.9%"`},
		{"more than for from", "broadband", "automatic-compensation.yaml", "incident.failure == \"appointment-cancelled\" && incident.appointment.notice < hours(24))", "incident.failure == \"appointment-cancelled\" && incident.appointment.notice <= hours(24))", "automatic-compensation/told-in-time", `"notice":"24h"`},
		{"days for hours", "power", "supply.yaml", "inform: {every: 2h, message: working}", "inform: {every: 2d, message: working}", "supply/all-are-kept-informed", "WITNESS-1"},
		{"the storm forgotten", "power", "supply.yaml", "incident.weather == \"normal\" && terms.too_long", "terms.too_long", "supply/severe-weather-is-looked-at", `"weather":"severe"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, diags := playbook.Load(changedExample(t, c.dir, c.file, c.old, c.changed))
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			result, err := prove.Prove(context.Background(), set, prove.Options{OnlyGuarantees: true})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			shown := ""
			for _, p := range result.Guarantees {
				if p.Standing == prove.Broken {
					got = append(got, p.Guarantee)
					for _, w := range p.Witnesses {
						shown += string(w.Incident) + "\n"
					}
				}
			}
			if strings.Join(got, " ") != c.broken || !strings.Contains(shown, c.shows) {
				t.Errorf("broken are %q, wanted %q and %s in\n%s", got, c.broken, c.shows, shown)
			}
		})
	}
}

// changedExample are the files of an example, one of them with another text in the place of one.
func changedExample(t *testing.T, dir, file, old, changed string) fs.FS {
	out := fstest.MapFS{}
	files, _ := filepath.Glob("../../examples/" + dir + "/playbooks/*.yaml")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(name) == file {
			if strings.Count(string(data), old) != 1 {
				t.Fatalf("%s has not once %q", name, old)
			}
			data = []byte(strings.Replace(string(data), old, changed, 1))
		}
		out[filepath.Base(name)] = &fstest.MapFile{Data: data}
	}
	return out
}
