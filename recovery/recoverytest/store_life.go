package recoverytest

import (
	"errors"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

var errRefused = errors.New("severity: wanted 1 to 5, found 6")

// updated gives a record the updated_at of its incident.
func updated(minute int) with {
	return func(r *recovery.Record) { r.UpdatedAt = minuteOf(minute) }
}

func minuteOf(minute int) time.Time { return noon().Add(time.Duration(minute) * time.Minute) }

// by names the set that made a decision.
func by(set string) with {
	return func(r *recovery.Record) { r.Decision.Set.Digest = set }
}

func (k *kit) mark(incident string, minute int) recovery.Commit {
	k.Helper()
	q := recovery.Query{Incident: incident}
	given, version := k.read(q)
	return recovery.Commit{Mark: &recovery.Mark{Incident: incident, UpdatedAt: minuteOf(minute)}, Reads: q, Given: given, Version: version}
}

func (k *kit) wantUpdated(incident string, want time.Time) {
	k.Helper()
	if given, _ := k.read(recovery.Query{Incident: incident}); !given.UpdatedAt.Equal(want) {
		k.Errorf("Given.UpdatedAt of %s: got %s, want %s", incident, given.UpdatedAt, want)
	}
}

// marksMove moves the mark of an incident, which decisions move as well.
func marksMove(k *kit) {
	k.commit(decided("dec_1", "A"), decided("dec_2", "B", updated(5)))
	k.wantUpdated("A", time.Time{})
	k.wantUpdated("B", minuteOf(5))
	k.send(k.mark("A", 1))
	k.send(k.mark("B", 9))
	k.send(k.mark("B", 9)) // at once
	k.send(k.mark("B", 7)) // an earlier one changes nothing
	k.wantUpdated("A", minuteOf(1))
	k.wantUpdated("B", minuteOf(9))
	k.commit(decided("dec_3", "B", supersedes("dec_2"), updated(12)))
	k.wantUpdated("B", minuteOf(12))
	k.commit(decided("dec_4", "B", supersedes("dec_3"), updated(12)), decided("dec_5", "B", chose("dec_4", "p/one", ""), updated(12)))
	k.wantUpdated("B", minuteOf(12))
	k.wantPrevious("B", "dec_4")
	k.wantFact(int64(2), countIncidents()) // a mark is no incident
	k.wantUpdated("X", time.Time{})
}

// marksConflict lets marks and decisions meet.
func marksConflict(k *kit) {
	k.commit(decided("dec_1", "A", updated(1)))
	mark := k.mark("A", 3)
	k.commit(decided("dec_2", "A", supersedes("dec_1"), updated(2)))
	k.wantConflict(mark) // it is the same as another decision than the latest
	k.wantUpdated("A", minuteOf(2))

	c := k.prepare(decided("dec_3", "A", supersedes("dec_2"), updated(4)), recovery.Query{})
	choice := k.prepare(decided("dec_4", "A", chose("dec_2", "p/one", "")), recovery.Query{})
	k.send(k.mark("A", 5))
	k.wantConflict(c) // it may be outdated by now
	k.wantConflict(choice)
	k.send(k.mark("B", 5)) // of an incident that never came
	k.send(k.prepare(c.Record, recovery.Query{}))
	k.wantUpdated("A", minuteOf(5))
}

// setsInOrder asks which set is older, as sets begin to decide.
func setsInOrder(k *kit) {
	older := func(incident, set string, want bool) {
		k.Helper()
		if given, _ := k.read(recovery.Query{Incident: incident, Set: set}); given.SetIsOlder != want {
			k.Errorf("Given.SetIsOlder, the set %s against that of %s: got %v, want %v", set, incident, given.SetIsOlder, want)
		}
	}
	k.commit(decided("dec_1", "A", by("sha256:one")))
	older("A", "sha256:one", false)
	older("A", "sha256:two", false) // one that has never decided is newer
	older("A", "", false)
	older("X", "sha256:one", false)
	k.send(recovery.Commit{Refusal: &recovery.Refusal{Incident: "C", At: noon(), Input: []byte(`{}`), Set: recovery.SetRef{Digest: "sha256:three"}, Error: errRefused}})
	k.commit(decided("dec_2", "B", by("sha256:two")), decided("dec_3", "C", by("sha256:three")))
	older("A", "sha256:two", false)
	older("B", "sha256:one", true)
	older("C", "sha256:two", true) // refusing is not deciding
	older("B", "sha256:three", false)
	k.commit(decided("dec_4", "B", by("sha256:one"), supersedes("dec_2"))) // decided by the older one again
	older("B", "sha256:two", false)
	older("C", "sha256:one", true)
	k.commit(decided("dec_5", "A", by("sha256:four"), chose("dec_1", "p/one", "")))
	k.commit(decided("dec_6", "D", by("sha256:five")))
	older("D", "sha256:four", true) // choosing is deciding
	older("A", "sha256:four", false)
	k.commit(decided("dec_7", "E", by("sha256:one"), newest)) // it is gone back to
	older("D", "sha256:one", false)
	older("E", "sha256:five", true)
}

// newest makes the record's set the newest.
func newest(r *recovery.Record) { r.Again, r.Newest = true, true }

// readsLife commits a record with every field that carries the life of promises on, and reports of
// every outcome.
func readsLife(k *kit) {
	want := decided("dec_1", "A", updated(7), gives("refund", "12 EUR", givenOn(0, gave(0, "5 EUR"), gave(1, "7 EUR"))))
	want.Bases = []recovery.PlayBase{{Play: "p/one", Base: minuteOf(1)}}
	want.Promises = []recovery.Promise{{
		Action: "act_1", Type: "respond", Play: "p/one", Since: "waiting_since", GivenAt: minuteOf(1), Base: minuteOf(2),
		NotBefore: minuteOf(3), DueAt: minuteOf(4), SetAt: minuteOf(5), DoneAt: minuteOf(6), Cancelled: true,
	}}
	want.Handed = []recovery.Handed{{Action: "act_1"}, {Action: "act_2", Key: "eff_1", Amount: money("5 EUR"), At: minuteOf(1)},
		{Action: "act_2", Key: "eff_2", Amount: money("-2 EUR"), At: minuteOf(2)}}
	want.Defaults = []string{"phase", "severity"}
	want.ReadAs = []recovery.Key{{Path: "shade", Text: "hue"}}
	want.Decision.Missed = []recovery.Missed{{ID: "act_1", Type: "respond", Play: "p/one", GivenAt: minuteOf(1), DueAt: minuteOf(4), DoneAt: minuteOf(6)}}
	k.commit(want)
	given, _ := k.read(recovery.Query{Incident: "A"})
	wantRecord(k.T, given.Previous, want)
	k.wantFact(money("7 EUR"), from(sum("refund", "EUR"), onDay(1)))

	base := recovery.Report{Incident: "A", Action: "act_2", At: noon(), Key: "eff_1"}
	var reports []recovery.Report
	for _, o := range []recovery.Outcome{recovery.OutcomeDone, recovery.OutcomeFailed, recovery.OutcomeUndone} {
		r := base
		r.Outcome = o
		reports = append(reports, r)
		r.Amount, r.Note = money("3 EUR"), "in part"
		reports = append(reports, r)
	}
	for _, r := range reports {
		k.send(recovery.Commit{Reports: []recovery.Report{r}})
		r.Key = "" // what came once already means what it meant
		k.send(recovery.Commit{Reports: []recovery.Report{r}})
	}
	given, _ = k.read(recovery.Query{Incident: "A"})
	if len(given.Reports) != len(reports) {
		k.Fatalf("got %d reports, want %d", len(given.Reports), len(reports))
	}
	for i, r := range given.Reports {
		if !r.Same(reports[i]) || r.Key != reports[i].Key {
			k.Errorf("report %d: got %+v, want %+v", i, r, reports[i])
		}
	}
}
