package recoverytest

import (
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// again makes the record one that was made because time has passed.
func again(r *recovery.Record) { r.Again = true }

// refuse reads, and prepares the refusal of an incident that was made from what was read.
func (k *kit) refuse(incident, input string) recovery.Commit {
	k.Helper()
	q := recovery.Query{Incident: incident}
	given, version := k.read(q)
	return recovery.Commit{
		Refusal: &recovery.Refusal{Incident: incident, At: minuteOf(3), Input: []byte(input), Set: recovery.SetRef{Digest: "sha256:00"}, Error: errRefused},
		Reads:   q, Given: given, Version: version,
	}
}

// tells is a mark with what was told.
func (k *kit) tells(incident string, minute int, told string) recovery.Commit {
	k.Helper()
	c := k.mark(incident, minute)
	if told != "" {
		c.Mark.Told = []byte(told)
	}
	return c
}

// wantTold holds what the next update of an incident starts from; empty: its latest decision.
func (k *kit) wantTold(incident, want string, at time.Time) {
	k.Helper()
	given, _ := k.read(recovery.Query{Incident: incident})
	switch {
	case want == "" && given.Told != nil:
		k.Errorf("Given.Told of %s: got %s, want nil", incident, given.Told.Incident)
	case want == "":
	case given.Told == nil:
		k.Errorf("Given.Told of %s: got nil, want %s, from a refusal or a mark", incident, want)
	case string(given.Told.Incident) != want || !given.Told.At.Equal(at):
		k.Errorf("Given.Told of %s: got %s at %s, want %s at %s", incident, given.Told.Incident, given.Told.At, want, at)
	}
}

// toldIsKept refuses an incident before it is decided and after.
func toldIsKept(k *kit) {
	k.wantTold("A", "", time.Time{})
	k.send(k.refuse("A", `{"id":"A","severity":7}`))
	k.wantTold("A", `{"id":"A","severity":7}`, minuteOf(3))
	k.wantTold("B", "", time.Time{})
	k.send(k.refuse("A", `{"id":"A","severity":8}`))
	k.wantTold("A", `{"id":"A","severity":8}`, minuteOf(3))
	if given, _ := k.read(recovery.Query{Incident: "A"}); given.Previous != nil {
		k.Errorf("a refusal is no decision: got %s", given.Previous.Decision.ID)
	}
	k.wantFact(int64(0), countIncidents())

	k.commit(decided("dec_1", "A"))
	k.wantTold("A", "", time.Time{})
	k.send(k.refuse("A", `{"id":"A","severity":9}`))
	k.commit(decided("dec_2", "A", chose("dec_1", "p/one", ""))) // choosing tells nothing
	k.commit(decided("dec_3", "A", supersedes("dec_1"), again))  // and neither does time
	k.wantTold("A", `{"id":"A","severity":9}`, minuteOf(3))
	k.send(recovery.Commit{Reports: []recovery.Report{{Incident: "A", Action: "act_1", At: noon(), Key: "eff_1"}}})
	k.wantTold("A", `{"id":"A","severity":9}`, minuteOf(3))
	k.commit(decided("dec_4", "A", supersedes("dec_3")))
	k.wantTold("A", "", time.Time{})

	// Nobody can start from an incident without an id, or from JSON that is not an object.
	k.send(recovery.Commit{Refusal: &recovery.Refusal{At: noon(), Input: []byte(`{}`), Set: recovery.SetRef{Digest: "sha256:00"}, Error: errRefused}})
	k.wantTold("", "", time.Time{})
	k.send(k.refuse("A", `"{ID:A}"`))
	k.wantTold("A", "", time.Time{})
}

// toldByMark tells what no document declares.
func toldByMark(k *kit) {
	k.commit(decided("dec_1", "A", updated(5)))
	k.send(k.tells("A", 6, `{"id":"A","x":1}`))
	k.wantUpdated("A", minuteOf(6))
	k.wantTold("A", `{"id":"A","x":1}`, minuteOf(6))
	k.send(k.tells("A", 6, `{"id":"A","x":2}`)) // at the same time
	k.wantTold("A", `{"id":"A","x":2}`, minuteOf(6))
	k.send(k.refuse("A", `{"id":"A","x":3}`))
	k.wantTold("A", `{"id":"A","x":3}`, minuteOf(3))
	k.send(k.tells("A", 6, "")) // what was decided is what was told last
	k.wantTold("A", "", time.Time{})
	k.send(k.tells("A", 7, `{"id":"A","x":4}`))
	k.commit(decided("dec_2", "A", supersedes("dec_1"), updated(7)))
	k.wantTold("A", "", time.Time{})
	k.wantUpdated("A", minuteOf(7))
}

// toldConflicts lets two change the same version of an incident.
func toldConflicts(k *kit) {
	first, second := k.refuse("A", `{"id":"A","severity":7}`), k.refuse("A", `{"id":"A","severity":8}`)
	record := k.prepare(decided("dec_1", "A"), recovery.Query{})
	k.send(first)
	k.wantConflict(second)
	k.wantConflict(record)
	k.wantTold("A", `{"id":"A","severity":7}`, minuteOf(3))
	k.commit(decided("dec_1", "A"))

	late, mark := k.refuse("A", `{"id":"A","severity":9}`), k.tells("A", 4, `{"id":"A","x":1}`)
	other := k.tells("A", 4, `{"id":"A","x":2}`)
	k.send(mark)
	k.wantConflict(other)
	k.wantConflict(late)
	k.wantTold("A", `{"id":"A","x":1}`, minuteOf(4))
	late = k.refuse("A", `{"id":"A","severity":9}`)
	choice := k.prepare(decided("dec_2", "A", chose("dec_1", "p/one", "")), recovery.Query{})
	passed := k.prepare(decided("dec_3", "A", supersedes("dec_1"), again), recovery.Query{})
	unread := recovery.Commit{Refusal: &recovery.Refusal{Incident: "A", At: minuteOf(3), Input: []byte(`{"id":"A"}`), Set: recovery.SetRef{Digest: "sha256:00"}, Error: errRefused}}
	k.send(unread) // it was told in whole
	k.wantConflict(late)
	k.send(choice) // what tells nothing does not mind
	k.wantTold("A", `{"id":"A"}`, minuteOf(3))
	k.wantConflict(passed) // because of the choice
	k.send(k.prepare(passed.Record, recovery.Query{}))
	k.wantTold("A", `{"id":"A"}`, minuteOf(3))
}
