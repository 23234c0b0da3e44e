package diff_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery/internal/diff"
)

// base is the set that the tests change.
func base(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/base/parcels.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func setOf(files ...string) fs.FS {
	out := fstest.MapFS{}
	for i, f := range files {
		out[string(rune('a'+i))+".yaml"] = &fstest.MapFile{Data: []byte(f)}
	}
	return out
}

func open(t *testing.T, name string, fsys fs.FS) *diff.Side {
	t.Helper()
	s, err := diff.Open(name, fsys)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s
}

// edit replaces parts of the base set: old, new, old, new…
func edit(t *testing.T, text string, edits ...string) string {
	t.Helper()
	for i := 0; i+1 < len(edits); i += 2 {
		if strings.Count(text, edits[i]) != 1 {
			t.Fatalf("%q stands %d times in the set", edits[i], strings.Count(text, edits[i]))
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	return text
}

// told writes changes in one line each.
func told(changes []diff.Change) []string {
	var out []string
	for _, c := range changes {
		title := c.Playbook
		if c.Playbook == "" {
			title = "shared"
		}
		if c.Play != "" {
			title += "/" + c.Play
		}
		line := title + ": " + string(c.Kind) + " " + string(c.What)
		if c.Path != "" {
			line += " " + c.Path
		}
		line += ": " + c.Old + " => " + c.New
		if c.UsedBy != nil {
			line += " (" + strings.Join(c.UsedBy, ", ") + ")"
		}
		out = append(out, line)
	}
	return out
}

// TestMovedDefinition: a definition that all playbooks share now, or no longer, is
// compared with what it was.
func TestMovedDefinition(t *testing.T) {
	text := base(t)
	moved := edit(t, text, "terms:\n  grave: incident.severity >= 4 || terms.vip\n\n", "",
		"  vip: incident.customer.tier == \"gold\"\n", "  vip: incident.customer.tier == \"gold\"\n  grave: incident.severity >= 5 || terms.vip\n")
	old, changed := open(t, "old", setOf(text)), open(t, "new", setOf(moved))
	want := []string{`parcels: changed term term grave: incident.severity >= 4 || terms.vip => incident.severity >= 5 || terms.vip (parcels/damaged)`}
	if d := cmp.Diff(want, told(diff.Compare(old, changed))); d != "" {
		t.Error(d)
	}
	want = []string{`parcels: changed term term grave: incident.severity >= 5 || terms.vip => incident.severity >= 4 || terms.vip (parcels/damaged)`}
	if d := cmp.Diff(want, told(diff.Compare(changed, old))); d != "" {
		t.Error(d)
	}
}

// TestPlaybooks that are new or gone are told with their plays.
func TestPlaybooks(t *testing.T) {
	const letters = "amends: v1\nplaybook: letters\ntitle: Letters\nreview_by: 2027-06-30\nplays: [{id: late, approach: standardised-response, when: true, do: [{apologise: {}}]}]\n"
	one, two := open(t, "one", setOf(base(t))), open(t, "two", setOf(base(t), letters))
	want := []string{"letters: added playbook:  => Letters", "letters/late: added play:  => standardised-response, when true"}
	if d := cmp.Diff(want, told(diff.Compare(one, two))); d != "" {
		t.Error(d)
	}
	want = []string{"letters: removed playbook: Letters => ", "letters/late: removed play: standardised-response, when true => "}
	if d := cmp.Diff(want, told(diff.Compare(two, one))); d != "" {
		t.Error(d)
	}
}

// TestPlaces of changes are places from where the command runs.
func TestPlaces(t *testing.T) {
	changed := edit(t, base(t), "priority: 5", "priority: 6")
	got := diff.Compare(open(t, "was", setOf(base(t))), open(t, "main:is", setOf(changed)))
	if len(got) != 1 || got[0].OldAt.File != "was/a.yaml" || got[0].NewAt.File != "main:is/a.yaml" || got[0].NewAt.Start != got[0].OldAt.Start || got[0].NewAt.Start.Line == 0 {
		t.Errorf("got %+v", got)
	}
}

func TestWithout(t *testing.T) {
	side := open(t, "old", setOf(base(t)))
	less, err := side.Without("parcels/late", "parcels/rest")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`parcels/late: removed play: standardised-response, when incident.failure == "late" && has(tables.credit) => `, "parcels/rest: removed play: standardised-response, when true => "}
	if d := cmp.Diff(want, told(diff.Compare(side, less))); d != "" {
		t.Error(d)
	}
	if _, err := side.Without("parcels/lat"); err == nil || !strings.Contains(err.Error(), "did you mean parcels/late?") {
		t.Errorf("got %v", err)
	}
}

func TestCompare(t *testing.T) {
	old := open(t, "old", setOf(base(t)))
	const dutyHours = `mon-thu: ["09:00-14:00", "16:00-19:00"]`
	for _, c := range []struct {
		name  string
		edits []string
		want  []string
	}{
		{"condition", []string{`incident.failure == "damaged"`, `incident.failure in ["damaged", "wet"]`},
			[]string{`parcels/damaged: changed condition when: incident.failure == "damaged" => incident.failure in ["damaged", "wet"]`}},
		{"applies", []string{`applies: incident.service == "parcel"`, `applies: incident.service != "letter"`},
			[]string{`parcels: changed applies applies: incident.service == "parcel" => incident.service != "letter"`}},
		{"applies gone", []string{"applies: incident.service == \"parcel\"\n", ""},
			[]string{`parcels: changed applies applies: incident.service == "parcel" => true`}},
		{"in force", []string{"owner: customer-care\n", "owner: customer-care\nin_force: {from: 2026-01-01}\n"},
			[]string{`parcels: changed in-force in_force: always => from 2026-01-01`}},
		{"in force of a play", []string{"    priority: 5\n", "    priority: 5\n    in_force: {from: 2026-01-01, until: 2026-06-30}\n"},
			[]string{`parcels/damaged: changed in-force in_force: always => from 2026-01-01 until 2026-06-30`}},
		{"priority", []string{"priority: 5", "priority: -1"}, []string{`parcels/damaged: changed priority priority: 5 => -1`}},
		{"fallback", []string{"    fallback: true\n", ""}, []string{`parcels/rest: changed fallback fallback: yes => no`}},
		{"answers", []string{"    fallback: true\n", "    fallback: true\n    answers: false\n"}, []string{`parcels/rest: changed answers answers: yes => no`}},
		{"matches", []string{"owner: customer-care\n", "owner: customer-care\nmatches: first\n"}, []string{`parcels: changed matches matches: all => first`}},
		{"phase", []string{"    priority: 5\n", "    priority: 5\n    phase: any\n"}, []string{`parcels/damaged: changed phase phase: failure => any`}},
		{"phase of a preventive play", []string{"    lead: 2h\n", "    lead: 2h\n    phase: failure\n"}, []string{`parcels/at-risk: changed phase phase: signal => failure`}},
		{"provider", []string{"    priority: 5\n", "    priority: 5\n    provider: any\n"}, []string{`parcels/damaged: changed provider provider: us => any`}},
		{"owner of the playbook", []string{"owner: customer-care", "owner: logistics"}, []string{`parcels: changed owner owner: customer-care => logistics`}},
		{"review by of the playbook, once", []string{"review_by: 2027-06-30", "review_by: 2028-06-30"},
			[]string{`parcels: changed review-by review_by: 2027-06-30 => 2028-06-30`}},
		{"review by of a play", []string{"    priority: 5\n", "    priority: 5\n    review_by: 2026-12-31\n"},
			[]string{`parcels/damaged: changed review-by review_by: 2027-06-30 => 2026-12-31`}},
		{"zone, once", []string{"zone: Europe/Madrid", "zone: Atlantic/Canary"}, []string{`shared: changed zone zone: Europe/Madrid => Atlantic/Canary`}},
		{"action added", []string{"      - inform: {every: 24h}\n", "      - inform: {every: 24h}\n      - callback: {within: 1d}\n"},
			[]string{`parcels/late: added action do/callback:  => callback`}},
		{"action removed", []string{"      - inform: {every: 24h}\n", ""}, []string{`parcels/late: removed action do/inform: inform (every: 24h) => `}},
		{"amount", []string{"amount: tables.credit.amount", "amount: 7 EUR"}, []string{
			`parcels/late: changed amount do/compensate/amount: tables.credit.amount => 7 EUR`}},
		{"parameter", []string{"as: voucher}\n      - resolve", "as: cash}\n      - resolve"}, []string{`parcels/late: changed parameter do/compensate/as: voucher => cash`}},
		{"parameter left to its default", []string{"tables.credit.amount, as: voucher", "tables.credit.amount"},
			[]string{`parcels/late: changed parameter do/compensate/as: voucher => credit`}},
		{"deadline", []string{"message: sorry, within: 1h", "message: sorry, within: 90m"}, []string{`parcels/late: changed deadline do/apologise/within: 1h => 90m`}},
		{"deadline gone", []string{"message: sorry, within: 1h", "message: sorry"}, []string{`parcels/late: removed deadline do/apologise/within: 1h => `}},
		{"interval", []string{"every: 24h", "every: 12h"}, []string{`parcels/late: changed deadline do/inform/every: 24h => 12h`}},
		{"since and after", []string{"since: resolved_at, after: 2d", "since: reported_at, after: 3d"}, []string{
			`parcels/late: changed deadline do/survey/after: 2d => 3d`, `parcels/late: changed deadline do/survey/since: resolved_at => reported_at`}},
		{"pauses", []string{"pauses: true, ", ""}, []string{`parcels/late: changed deadline do/resolve/pauses: yes => no`}},
		{"if late", []string{"if_late: [{escalate: {to: duty-manager}}]", "if_late: [{escalate: {to: team-lead}}]"},
			[]string{`parcels/late: changed parameter do/resolve/if_late/escalate/to: duty-manager => team-lead`}},
		{"owner", []string{"owner: quality", "owner: night-shift"}, []string{`parcels/damaged: changed owner do/respond/owner: quality => night-shift`}},
		{"note", []string{"Ask for a picture", "Ask for two pictures"}, []string{`parcels/damaged: changed note do/respond/note: Ask for a picture => Ask for two pictures`}},
		{"message use", []string{"message: sorry, ", "message: unused, "}, []string{`parcels/late: changed message-use do/apologise/message: sorry => unused`}},
		{"order of actions", []string{"      - apologise: {message: sorry, within: 1h}\n      - inform: {every: 24h}\n", "      - inform: {every: 24h}\n      - apologise: {message: sorry, within: 1h}\n"},
			[]string{`parcels/late: moved order do: apologise, inform, compensate, resolve, survey => inform, apologise, compensate, resolve, survey`}},
		{"case condition", []string{`money("100 EUR")`, `money("150 EUR")`}, []string{
			`parcels/damaged: changed condition cases/dear/when: incident.order.value >= money("100 EUR") && terms.grave => incident.order.value >= money("150 EUR") && terms.grave`}},
		{"case added", []string{"      - id: other\n", "      - id: cheap\n        when: incident.order.value < money(\"5 EUR\")\n        do: []\n      - id: other\n"}, []string{
			`parcels/damaged: added case cases/cheap:  => when incident.order.value < money("5 EUR"): nothing`}},
		{"lead", []string{"lead: 2h", "lead: 3h"}, []string{`parcels/at-risk: changed lead lead: 2h => 3h`}},
		{"too late", []string{"too_late: [{escalate: {to: duty-manager}}]", "too_late: [{assign: {to: duty-manager}}]"}, []string{
			`parcels/at-risk: removed action too_late/escalate: escalate (to: duty-manager) => `, `parcels/at-risk: added action too_late/assign:  => assign (to: duty-manager)`}},
		{"substitute", []string{"units: 1}", "units: 2}"}, []string{`parcels/by-bike: changed substitute substitute/units: 1 => 2`}},
		{"all partners", []string{"substitute: {partners: [quickbike], units: 1}", "substitute: {}"}, []string{`parcels/by-bike: changed substitute substitute/partners: quickbike => all`}},
		{"otherwise", []string{"within: 30m", "within: 20m"}, []string{`parcels/by-bike: changed deadline otherwise/escalate/within: 30m => 20m`}},
		{"decider and time", []string{"decider: duty-manager\n      within: 2h", "decider: team-lead\n      within: 3h"}, []string{
			`parcels/valued: changed discretion discretion/decider: duty-manager => team-lead`, `parcels/valued: changed deadline discretion/within: 2h => 3h`}},
		{"range", []string{"to: 150 EUR", "to: 200 EUR"}, []string{`parcels/valued: changed range discretion/options/compensate/amount: 0 EUR to 150 EUR => 0 EUR to 200 EUR`}},
		{"what may be chosen", []string{"as: [cash, voucher]", "as: [cash]"}, []string{`parcels/valued: changed parameter discretion/options/compensate/as: [cash, voucher] => [cash]`}},
		{"option", []string{"        - replace: {}\n", "        - repair: {}\n"}, []string{
			`parcels/valued: removed option discretion/options/replace: replace => `, `parcels/valued: added option discretion/options/repair:  => repair`}},
		{"tolerance", []string{"tolerance: 20%", "tolerance: 5%"}, []string{`parcels/valued: changed discretion discretion/tolerance: 20% => 5%`}},
		{"no tolerance", []string{"      tolerance: 20%\n", ""}, []string{`parcels/valued: changed discretion discretion/tolerance: 20% => 0%`}},
		{"comparable", []string{"comparable: [service, severity]", "comparable: [service]"}, []string{`parcels/valued: changed discretion discretion/comparable: service, severity => service`}},
		{"choose", []string{"      tolerance: 20%\n", "      tolerance: 20%\n      choose: {at_least: 1, at_most: 2}\n"}, []string{`parcels/valued: changed discretion discretion/at_most: 1 => 2`}},
		{"partner", []string{"cost: 6.50 EUR", "cost: 7 EUR", "units: 40", "units: 50", "rank: 1", "rank: 2"}, []string{
			`parcels: changed partner partner quickbike/outbound/capacity: 40 per day => 50 per day (parcels/by-bike)`,
			`parcels: changed partner partner quickbike/outbound/cost: 6.50 EUR => 7 EUR (parcels/by-bike)`,
			`parcels: changed partner partner quickbike/outbound/rank: 1 => 2 (parcels/by-bike)`}},
		{"agreement", []string{"until: 2026-12-31", "until: 2027-12-31"}, []string{`parcels: changed agreement partner quickbike/agreement/until: 2026-12-31 => 2027-12-31 (parcels/by-bike)`}},
		{"coverage", []string{`["MAD", "BCN"]`, `["MAD"]`}, []string{
			`parcels: changed partner partner quickbike/outbound/covers: incident.region in ["MAD", "BCN"] => incident.region in ["MAD"] (parcels/by-bike)`}},
		{"direction", []string{"    outbound:\n", "    inbound: {}\n    outbound:\n"}, []string{`parcels: added partner partner quickbike/inbound:  => inbound (parcels/by-bike)`}},
		{"guarantee", []string{"owner: customer-care\n", "owner: customer-care\nguarantees: [{id: g, for: incident.severity > 3, never: [refund]}]\n"}, []string{`parcels: added guarantee guarantees/g:  => never: refund`}},
		{"limit", []string{"at_most: 400 EUR", "at_most: 300 EUR"}, []string{`parcels: changed limit limits/compensate at most, counting credited/at_most: 400 EUR => 300 EUR`}},
		{"shared limit", []string{"at_most: 250 EUR", "at_most: 200 EUR"}, []string{`shared: changed limit limits/compensate, refund at most/at_most: 250 EUR => 200 EUR`}},
		{"limit gone", []string{"  - {of: compensate, keep: highest}\n", ""}, []string{`parcels: removed limit limits/compensate keep: compensate: keep the highest => `}},
		{"order of limits", []string{"  - {of: compensate, keep: highest}\n", "", "to: duty-manager}\n\nplays", "to: duty-manager}\n  - {of: compensate, keep: highest}\n\nplays"}, []string{
			`parcels: moved order limits: compensate keep, compensate at most, counting credited => compensate at most, counting credited, compensate keep`}},
		{"reminder", []string{"pauses: true, if_late", "pauses: true, remind: [{notify: {to: lead, before: 25%}}], if_late"},
			[]string{`parcels/late: added action do/resolve/remind:  => notify (to: lead, before: 25%)`}},
		{"every of a step", []string{"if_late: [{escalate: {to: duty-manager}}]", "if_late: [{escalate: {to: duty-manager, every: 1h}}]"},
			[]string{`parcels/late: added deadline do/resolve/if_late/escalate/every:  => 1h`}},
		{"year", []string{"owner: customer-care\n", "owner: customer-care\nyear_starts: 04-01\n"}, []string{`parcels: changed year-starts year_starts: 01-01 => 04-01`}},
		{"cap in two currencies", []string{"at_most: 250 EUR", "at_most: [250 EUR, 8000 MXN]"}, []string{`shared: added limit limits/compensate, refund at most/at_most in MXN:  => 8000 MXN`}},
		{"cap that does not always hold", []string{"at_most: 250 EUR", "at_most: 250 EUR, when: incident.severity < 4"}, []string{`shared: added condition limits/compensate, refund at most/when:  => incident.severity < 4`}},
		{"cap, as a list", []string{"at_most: 250 EUR", "at_most: [250 EUR]"}, nil},
		{"roles", []string{"shared: company\n", "shared: company\nroles: [duty-manager, quality, operations]\n"}, []string{
			`shared: added role role duty-manager:  => duty-manager`, `shared: added role role quality:  => quality`, `shared: added role role operations:  => operations`}},
		{"rounding", []string{"owner: customer-care\n", "owner: customer-care\nrounding: up\n"}, []string{`parcels: changed rounding rounding: half-even => up`}},
		{"rounding, written out", []string{"owner: customer-care\n", "owner: customer-care\nrounding: half-even\n"}, nil},
		{"year, written out", []string{"owner: customer-care\n", "owner: customer-care\nyear_starts: 01-01\n"}, nil},
		{"again", []string{"owner: customer-care\n", "owner: customer-care\nagain: 1h\n"}, []string{`parcels: added again again:  => 1h`}},
		{"what facts count by", []string{"last: 365d", "last: 365d, by: occurred"}, []string{`parcels: changed fact fact credited/by: given => occurred (parcels/at-risk, parcels/by-bike, parcels/damaged, parcels/late, parcels/rest, parcels/valued)`}},
		{"what facts count by, written out", []string{"last: 365d", "last: 365d, by: given"}, nil},
		{"fact", []string{"last: 365d", "last: 30d"}, []string{`parcels: changed fact fact credited/last: 365d => 30d (parcels/at-risk, parcels/by-bike, parcels/damaged, parcels/late, parcels/rest, parcels/valued)`}},
		{"table by row", []string{"{from: 3d, amount: 10 EUR", "{from: 3d, amount: 12 EUR"}, []string{`parcels: changed row table credit/from 72h/amount: 10 EUR => 12 EUR (parcels/late)`}},
		{"row added", []string{"      - {from: 3d, amount: 10 EUR, words: hello}\n", "      - {from: 3d, amount: 10 EUR, words: hello}\n      - {from: 7d, amount: 20 EUR, words: hello}\n"}, []string{
			`parcels: added row table credit/from 168h:  => from 7d: amount: 20 EUR, words: hello (parcels/late)`}},
		{"row that begins above", []string{"{from: 3d, amount: 10 EUR", "{above: 3d, amount: 10 EUR"}, []string{
			`parcels: removed row table credit/from 72h: from 3d: amount: 10 EUR, words: hello =>  (parcels/late)`,
			`parcels: added row table credit/above 72h:  => above 3d: amount: 10 EUR, words: hello (parcels/late)`}},
		{"row by value", []string{"is: [gold, platinum]", "is: [gold]"}, []string{`parcels: removed row table tiers/is platinum: is platinum: share: 20% =>  (parcels/damaged)`}},
		{"table key", []string{"by: incident.delay", "by: incident.delay + hours(1)"}, []string{`parcels: changed table table credit/by: incident.delay => incident.delay + hours(1) (parcels/late)`}},
		{"term", []string{"incident.severity >= 4", "incident.severity >= 5"}, []string{
			`parcels: changed term term grave: incident.severity >= 4 || terms.vip => incident.severity >= 5 || terms.vip (parcels/damaged)`}},
		{"shared term, through another", []string{`tier == "gold"`, `tier == "platinum"`}, []string{
			`shared: changed term term vip: incident.customer.tier == "gold" => incident.customer.tier == "platinum" (parcels/damaged, parcels/valued)`}},
		{"message by language", []string{"es: Lo sentimos", "es: Lo lamentamos"}, []string{
			`parcels: changed message message sorry/es: Lo sentimos, ${incident.customer.name}. => Lo lamentamos, ${incident.customer.name}. (parcels/late)`}},
		{"blanks inside a message", []string{"es: Lo sentimos, ", "es: \"Lo sentimos,\\n${incident.customer.name}.\" # "}, []string{
			`parcels: changed message message sorry/es: Lo sentimos, ${incident.customer.name}. => Lo sentimos,\n${incident.customer.name}. (parcels/late)`}},
		{"a cell that becomes a text", []string{"share: 10%}", "share: \"10%\"}", "share: 20%}", "share: \"20%\"}", "incident.order.value * tables.tiers.share", "incident.order.value * size(tables.tiers.share)"}, []string{
			`parcels: changed row table tiers/is gold/share: percent(20) => "20%" (parcels/damaged)`,
			`parcels: changed row table tiers/is platinum/share: percent(20) => "20%" (parcels/damaged)`,
			`parcels: changed row table tiers/otherwise/share: percent(10) => "10%" (parcels/damaged)`,
			`parcels/damaged: changed amount cases/other/do/refund/amount: incident.order.value * tables.tiers.share => incident.order.value * size(tables.tiers.share)`}},
		{"language added", []string{"    es: Lo", "    fr: Pardon.\n    es: Lo"}, []string{`parcels: added message message sorry/fr:  => Pardon. (parcels/late)`}},
		{"language that is written first", []string{"    en: We are sorry, ${incident.customer.name}.\n", "", "    es: Lo sentimos, ${incident.customer.name}.\n", "    es: Lo sentimos, ${incident.customer.name}.\n    en: We are sorry, ${incident.customer.name}.\n"}, []string{
			`parcels: changed message message sorry/default language: en => es (parcels/late)`}},
		{"calendar", []string{dutyHours, `mon-wed: ["09:00-14:00", "16:00-19:00"]`}, []string{
			`shared: removed calendar calendar office/thu: 09:00-14:00, 16:00-19:00 =>  (parcels/late, parcels/rest)`}},
		{"holiday", []string{"[2026-12-25, {date: 2026-12-24", "[2026-12-26, {date: 2026-12-24"}, []string{
			`shared: removed calendar calendar office/holiday 2026-12-25: closed =>  (parcels/late, parcels/rest)`,
			`shared: added calendar calendar office/holiday 2026-12-26:  => closed (parcels/late, parcels/rest)`}},
		{"cut-off", []string{"  office:\n", "  office:\n    cutoff: \"15:00\"\n"}, []string{
			`shared: added calendar calendar office/cutoff:  => 15:00 (parcels/late, parcels/rest)`}},
		{"season", []string{"  office:\n", "  office:\n    seasons: [{from: 06-15, until: 09-15, hours: {mon: \"08:00-15:00\"}}, {from: 12-24, until: 01-06, hours: {}}]\n"}, []string{
			`shared: added calendar calendar office/season 06-15 to 09-15 mon:  => 08:00-15:00 (parcels/late, parcels/rest)`,
			`shared: added calendar calendar office/season 12-24 to 01-06:  => closed (parcels/late, parcels/rest)`}},
		{"holidays by rule", []string{"[2026-12-25, {date: 2026-12-24", "[2026-12-25, {from: 2026-08-03, until: 2026-08-14}, {every: 12-06}, {easter: 1}, {easter: -2, church: orthodox}, {date: 2026-12-24"}, []string{
			`shared: added calendar calendar office/holiday 2026-08-03 to 2026-08-14:  => closed (parcels/late, parcels/rest)`,
			`shared: added calendar calendar office/holiday every 12-06:  => closed (parcels/late, parcels/rest)`,
			`shared: added calendar calendar office/holiday easter +1:  => closed (parcels/late, parcels/rest)`,
			`shared: added calendar calendar office/holiday orthodox easter -2:  => closed (parcels/late, parcels/rest)`}},
		{"version", []string{"    hours: {mon-thu: [\"09:00-14:00\", \"16:00-19:00\"], fri: \"09:00-15:00\"}", "    versions: [{from: 2026-01-01, hours: {mon: \"09:00-14:00\"}}]"}, []string{
			`shared: removed calendar calendar office/mon: 09:00-14:00, 16:00-19:00 =>  (parcels/late, parcels/rest)`,
			`shared: removed calendar calendar office/tue: 09:00-14:00, 16:00-19:00 =>  (parcels/late, parcels/rest)`,
			`shared: removed calendar calendar office/wed: 09:00-14:00, 16:00-19:00 =>  (parcels/late, parcels/rest)`,
			`shared: removed calendar calendar office/thu: 09:00-14:00, 16:00-19:00 =>  (parcels/late, parcels/rest)`,
			`shared: removed calendar calendar office/fri: 09:00-15:00 =>  (parcels/late, parcels/rest)`,
			`shared: added calendar calendar office/from 2026-01-01 mon:  => 09:00-14:00 (parcels/late, parcels/rest)`}},
		{"calendar zone", []string{"  office:\n", "  office:\n    zone: Europe/Lisbon\n"}, []string{
			`shared: changed calendar calendar office/zone: the playbook's => Europe/Lisbon (parcels/late, parcels/rest)`}},
		{"field default", []string{"default: 0s", "default: 1h"}, []string{`parcels: changed field field delay/default: 0s => 1h (parcels/late)`}},
		{"field required", []string{"order.value: {type: money, currency: EUR}", "order.value: {type: money, currency: EUR, default: 0 EUR}"}, []string{
			`parcels: added field field order.value/default:  => 0 EUR (parcels/damaged)`}},
		{"standard field required", []string{"  delay: {", "  customer.id: {required: true}\n  delay: {"}, []string{`parcels: added field field customer.id:  => as it was, required (parcels/at-risk, parcels/by-bike, parcels/damaged, parcels/late, parcels/rest, parcels/valued)`}},
		{"one of", []string{"one_of: [van, bike]", "one_of: [van, bike, boat]"}, []string{`parcels: changed field field carrier/one_of: bike, van => bike, boat, van (parcels/by-bike)`}},
		{"field added", []string{"  delay: {", "  height: {type: int, optional: true}\n  delay: {"}, []string{`parcels: added field field height:  => int, optional`}},
		{"custom action", []string{"default: small", "default: large"}, []string{`shared: changed action-type action flowers/params/size/default: small => large (parcels/damaged)`}},
		{"play removed", []string{"  - id: rest\n    approach: standardised-response\n    fallback: true\n    when: \"true\"\n    do:\n      - acknowledge: {within: 4h, calendar: office}\n", ""},
			[]string{`parcels/rest: removed play: standardised-response, when true => `}},
		{"play renamed", []string{"id: rest", "id: everything-else"}, []string{`parcels/everything-else: renamed play: rest => everything-else`}},
		{"play renamed and changed", []string{"id: rest", "id: everything-else", "acknowledge: {within: 4h", "acknowledge: {within: 5h"}, []string{
			`parcels/everything-else: renamed play: rest => everything-else`, `parcels/everything-else: changed deadline do/acknowledge/within: 4h => 5h`}},
		{"approach", []string{"approach: preventive-intervention\n    when: incident.failure == \"late\"\n    lead: 2h\n    do: [{notify: {to: operations}}]\n    too_late: [{escalate: {to: duty-manager}}]\n",
			"approach: standardised-response\n    phase: signal\n    when: incident.failure == \"late\"\n    do: [{notify: {to: operations}}]\n"}, []string{
			`parcels/at-risk: removed lead lead: 2h => `, `parcels/at-risk: removed action too_late: escalate (to: duty-manager) => `,
			`parcels/at-risk: changed approach approach: preventive-intervention => standardised-response`,
			`parcels/at-risk: added review-by review_by:  => 2027-06-30`}},
		{"playbook renamed", []string{"playbook: parcels", "playbook: packages"}, []string{`packages: renamed playbook: parcels => packages`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := edit(t, base(t), c.edits...)
			got := told(diff.Compare(old, open(t, "new", setOf(changed))))
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("wanted (-) and got (+):\n%s", d)
			}
		})
	}
}
