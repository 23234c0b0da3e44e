package recovery_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// promiseLives are stories as those of lives, with what became of the promises at the end of a
// line: the outcome, the type, by when, and when it was done.
var promiseLives = []struct{ name, do, story string }{
	{"kept, late, broken, open", `[{acknowledge: {within: 1h}}, {callback: {within: 2h}}, {survey: {within: 3h}}, {resolve: {within: 8h}}, {apologise: {}}]`, `
		09:00 | acknowledge new due 10:00, callback new due 11:00, survey new due 12:00, resolve new due 17:00, apologise new | due acknowledge 10:00; due callback 11:00; due survey 12:00; due resolve 17:00; due apologise | open acknowledge 10:00; open callback 11:00; open survey 12:00; open resolve 17:00
		12:30 responded=10:00 done:callback=11:30 | acknowledge kept due 10:00 done 10:00, callback kept due 11:00 done 11:30, survey kept due 12:00, resolve kept due 17:00, apologise kept, missed callback 11:00, missed survey 12:00 | overdue survey 12:00; due resolve 17:00; due apologise | kept acknowledge 10:00 10:00; late callback 11:00 11:30; broken survey 12:00; open resolve 17:00`},
	{"each message is a promise", `[{respond: {since: waiting_since, within: 1h}}]`, `
		09:00 waiting=09:00 | respond new due 10:00 | due respond 10:00 | open respond 10:00
		09:30 waiting= responded=09:30 | respond kept due 10:00 done 09:30 |  | kept respond 10:00 09:30
		11:00 waiting=11:00 | respond changed due 12:00 | due respond 12:00 | kept respond 10:00 09:30; open respond 12:00
		13:00 waiting= responded=13:00 | respond kept due 12:00 done 13:00, missed respond 12:00 |  | kept respond 10:00 09:30; late respond 12:00 13:00
		14:00 waiting=14:00 | respond changed due 15:00, missed respond 12:00 | due respond 15:00 | kept respond 10:00 09:30; late respond 12:00 13:00; open respond 15:00
		15:30 | respond kept due 15:00, missed respond 12:00, missed respond 15:00 | overdue respond 15:00 | kept respond 10:00 09:30; late respond 12:00 13:00; broken respond 15:00`},
	{"lapses when it is resolved", `[{respond: {within: 2h}}, {inform: {every: 2h}}, {resolve: {within: 8h}}]`, `
		09:00 | respond new due 11:00, inform new due 11:00, resolve new due 17:00 | due respond 11:00; due resolve 17:00; next inform 11:00 | open inform 11:00; open respond 11:00; open resolve 17:00
		10:00 resolved=10:00 | resolve kept due 17:00 done 10:00, respond cancelled due 11:00, inform cancelled due 11:00 |  | lapsed inform 11:00; lapsed respond 11:00; kept resolve 17:00 10:00`},
	{"lapses when it is not asked for any more", tagged(`[{callback: {within: 1h}}]`), `
		09:00 tags=late | callback new due 10:00 | due callback 10:00 | open callback 10:00
		09:30 tags= | callback cancelled due 10:00 |  | lapsed callback 10:00
		12:00 |  |  | lapsed callback 10:00`},
	{"broken, then not asked for any more", tagged(`[{callback: {within: 1h}}]`), `
		09:00 tags=late | callback new due 10:00 | due callback 10:00 | open callback 10:00
		10:30 tags= | callback cancelled due 10:00, missed callback 10:00 |  | broken callback 10:00`},
	{"each time to inform is a promise", `[{inform: {every: 1h}}]`, `
		09:00 | inform new due 10:00 | next inform 10:00 | open inform 10:00
		09:50 informed=09:50 | inform changed due 11:00 | next inform 11:00 | kept inform 10:00 09:50; open inform 11:00
		12:30 | inform kept due 11:00, missed inform 11:00, missed inform 12:00 | overdue inform 11:00 | kept inform 10:00 09:50; broken inform 11:00; broken inform 12:00; open inform 13:00
		12:40 informed=12:40 | inform changed due 14:00, missed inform 11:00, missed inform 12:00 | next inform 14:00 | kept inform 10:00 09:50; late inform 11:00 12:40; late inform 12:00 12:40; kept inform 13:00 12:40; open inform 14:00`},
	{"opened again", `[{resolve: {within: 2h}}]`, `
		09:00 | resolve new due 11:00 | due resolve 11:00 | open resolve 11:00
		10:00 resolved=10:00 | resolve kept due 11:00 done 10:00 |  | kept resolve 11:00 10:00
		15:00 reopened=15:00 | resolve changed due 17:00 | due resolve 17:00 | kept resolve 11:00 10:00; open resolve 17:00`},
	{"a deadline that moves once it is broken", `plays:
  - {id: p, approach: standardised-response, when: "true", cases: [{when: incident.severity > 3, do: [{explain: {within: 1h}}]}, {do: [{explain: {within: 4h}}]}]}
`, `
		09:00 severity=4 | explain new due 10:00 | due explain 10:00 | open explain 10:00
		10:30 severity=2 | explain changed due 13:00, missed explain 10:00 | due explain 13:00 | broken explain 10:00
		11:30 done:explain=11:20 severity=2 | explain kept due 13:00 done 11:20, missed explain 10:00 |  | late explain 10:00 11:20`},
	{"two plays ask for one action", `plays:
  - {id: a, approach: standardised-response, when: "true", do: [{acknowledge: {within: 1h}}]}
  - {id: b, approach: standardised-response, when: "true", do: [{acknowledge: {within: 4h}}]}
`, `
		09:00 | acknowledge new due 10:00 | due acknowledge 10:00 | open acknowledge 10:00; open acknowledge 13:00
		11:00 responded=11:00 | acknowledge kept due 10:00 done 11:00, missed acknowledge 10:00 |  | late acknowledge 10:00 11:00; kept acknowledge 13:00 11:00`},
}

func TestPromised(t *testing.T) {
	for _, life := range promiseLives {
		t.Run(life.name, func(t *testing.T) { live(t, life.do, life.story) })
	}
}

// promisedBy says what became of the promises of the incident.
func promisedBy(t *testing.T, store recovery.Store, now time.Time) string {
	t.Helper()
	given, _, err := store.Read(context.Background(), recovery.Query{Incident: "T-1"})
	if err != nil {
		t.Fatal(err)
	}
	became, err := given.Outcomes(now)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range became.Promised() {
		text := string(p.Outcome) + " " + p.Type + " " + p.DueAt.Format("15:04")
		if !p.DoneAt.IsZero() {
			text += " " + p.DoneAt.Format("15:04")
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}
