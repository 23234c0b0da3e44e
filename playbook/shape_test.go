package playbook_test

import (
	"testing"

	"github.com/servicerecovery/amends/playbook"
)

func TestShapes(t *testing.T) {
	const head = "amends: v1\nplaybook: p\nreview_by: 2027-06-30\n"
	const plays = "plays: [{id: a, approach: standardised-response, when: true}]\n"
	for name, c := range map[string]struct{ src, want string }{
		"period":            {head + plays + "in_force: {from: 2026-01-01}\n", ""},
		"unknown in period": {head + plays + "in_force: {to: 2026-01-01}\n", "unknown-key p.yaml:5:12"},
		"no period":         {head + plays + "in_force: 2026\n", "wrong-type p.yaml:5:11"},
		"list default":      {head + plays + "incident: {a: {type: '[string]', default: [x, y]}}\n", ""},
		"mapping default":   {head + plays + "incident: {a: {type: string, default: {x: y}}}\n", "wrong-type p.yaml:5:39"},
		"nested default":    {head + plays + "incident: {a: {type: '[string]', default: [[x]]}}\n", "wrong-type p.yaml:5:44"},
		"no type":           {head + plays + "incident: {a: {about: x}}\n", "missing-key p.yaml:5:12"},
		"standard field":    {head + plays + "incident: {failure: {one_of: [late]}, customer.tier: {one_of: [x]}}\n", ""},
		"bare action":       {head + "plays: [{id: a, approach: standardised-response, when: true, do: [{replace: }]}]\n", ""},
		"params not there":  {head + "plays: [{id: a, approach: standardised-response, when: true, do: [{replace: it}]}]\n", "wrong-type p.yaml:4:77"},
		"params as list":    {head + "plays: [{id: a, approach: standardised-response, when: true, do: [{replace: [x]}]}]\n", "wrong-type p.yaml:4:77"},
		"reviewed play":     {"amends: v1\nplaybook: p\nplays: [{id: a, approach: standardised-response, when: true, review_by: 2027-01-01}]\n", ""},
		"answers is a bool": {head + "plays: [{id: a, approach: standardised-response, when: true, answers: no}]\n", "wrong-type p.yaml:4:71"},
		"bools are bools":   {head + "plays: [{id: a, approach: standardised-response, when: true, fallback: no}]\n", "wrong-type p.yaml:4:72"},
		"big number":        {head + "plays: [{id: a, approach: standardised-response, when: true, priority: 99999999999999999999}]\n", "wrong-type p.yaml:4:72"},
		"choose of none":    {head + "plays: [{id: a, approach: case-by-case, when: true, discretion: {decider: b, options: [], choose: {at_least: -1}}}]\n", "empty-list p.yaml:4:87, wrong-type p.yaml:4:110"},
		"weekend":           {head + plays + "calendars: {c: {hours: {sat-mon: '00:00-24:00', tue: ['09:00-10:00', '10:00-11:00']}}}\n", ""},
		"around the week":   {head + plays + "calendars: {c: {hours: {sat-mon: '00:00-24:00', sun: '09:00-10:00'}}}\n", "duplicate-day p.yaml:5:49"},
		"one text":          {head + plays + "facts: {f: {count: incidents, same: service, last: 1d}}\n", "wrong-type p.yaml:5:37"},
		"message":           {head + plays + "messages: {m: Sorry}\n", "wrong-type p.yaml:5:15"},
		"empty message":     {head + plays + "messages:\n  m:\n    en:\n", "wrong-type p.yaml:7:5"},
		"glued colon":       {head + plays + "terms: {a:b}\nlimits: [{of: refund, keep:highest}]\n", "bad-name p.yaml:5:9, wrong-type p.yaml:5:9, bad-limit p.yaml:6:11, unknown-key p.yaml:6:23"},
		"text document":     {"just text\n", "wrong-type p.yaml:1:1"},
		"capacity":          {head + plays + "partners: {b: {agreement: {ref: A, from: 2026-01-01, until: 2026-12-31}, outbound: {capacity: {units: 0, per: month}, rank: 1.5}}}\n", "wrong-type p.yaml:5:103, unknown-value p.yaml:5:111, wrong-type p.yaml:5:125"},
		"aliases":           {head + "terms: {a: &x 'true', b: *x}\n" + plays, ""},
	} {
		if _, ds := playbook.Parse("p.yaml", []byte(c.src)); codes(ds) != c.want {
			t.Errorf("%s: %s\nwant %s", name, ds, c.want)
		}
	}
}
