package ledger

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

func explainT(t *testing.T, dir log.Files, options ExplainOptions) *Explained {
	t.Helper()
	x, err := explain(context.Background(), dir, options)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Every decision of a story is explained as it was made, choices too.
func TestExplain(t *testing.T) {
	dir := newMemoryFiles()
	d := newDesk(t, openFiles(t, dir, 4000), story)
	tell(d)
	seen := 0
	err := eachRecord(dir, func(r *recovery.Record) {
		seen++
		id, incident := r.Decision.ID, r.Decision.Incident
		x := explainT(t, dir, ExplainOptions{Incident: incident, Decision: id})
		if x.Record.Decision.ID != id || x.Explanation.Err != nil || len(x.Changes) > 0 || len(x.Explanation.Plays) != 3 || !x.Explanation.DecidedAt.Equal(r.Decision.DecidedAt) {
			t.Errorf("%s: %+v, %+v", id, x, x.Explanation)
		}
		for _, m := range r.Decision.Plays {
			one := explainT(t, dir, ExplainOptions{Incident: incident, Decision: id, Plays: []string{m.Play}})
			if len(one.Explanation.Plays) != 1 || !one.Explanation.Plays[0].Matched {
				t.Errorf("%s: %+v", id, one.Explanation.Plays)
			}
		}
	})
	if err != nil || seen != 7 {
		t.Fatal(seen, err)
	}

	first := explainT(t, dir, ExplainOptions{Incident: "T-1"})
	if r := first.Record.Decision; r.Supersedes == "" || first.SupersededBy != "" || len(first.Choices) != 0 || len(first.Explanation.Made) != 1 {
		t.Errorf("%+v", first)
	}
	before := explainT(t, dir, ExplainOptions{Incident: "T-1", Decision: first.Record.Decision.Supersedes})
	if before.SupersededBy != first.Record.Decision.ID || len(before.Choices) != 1 || before.Choices[0].Made.By != "Eva" {
		t.Errorf("%+v", before)
	}
	refused := explainT(t, dir, ExplainOptions{Incident: "T-4"})
	if refused.Refusal == nil || !strings.Contains(refused.Refusal.Error.Error(), "severity: wanted 1 to 5, found 7") || refused.Explanation != nil {
		t.Errorf("%+v", refused)
	}
}

// eachRecord goes through the decisions of a ledger.
func eachRecord(dir log.Files, visit func(*recovery.Record)) error {
	from, err := openLog(dir, step)
	if err != nil {
		return err
	}
	defer from.Close()
	r := newReplayer(context.Background(), from)
	w := &log.Walk{Scanner: log.Scanner{Log: from}, Visit: func(t *log.Item) error {
		if err := r.visit(t); err != nil || t.Head.Kind != KindDecision {
			return err
		}
		record, err := readRecord(t.Payload, r.calendar)
		if err == nil {
			visit(record)
		}
		return err
	}}
	return w.Run(context.Background())
}

// What was erased cannot be explained; what quotes it can.
func TestExplainErased(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 4000)
	d := newDesk(t, l, story)
	tell(d)
	d.now = d.now.Add(time.Hour)
	third := d.handle(incident("T-6", "late", "C-6", time.Hour, 4))
	if n := third.Choices[0].Precedents.Count; n != 2 {
		t.Fatal(n)
	}
	if _, err := l.Erase(context.Background(), Erasure{Customer: "C-2"}); err != nil {
		t.Fatal(err)
	}
	x := explainT(t, dir, ExplainOptions{Incident: "T-6"})
	if x.Forgotten != 0 || x.Explanation.Decision.ID != third.ID || x.Explanation.Decision.Choices[0].Precedents.Count != 2 || len(x.Changes) > 0 || !x.Explanation.Plays[0].Matched {
		t.Errorf("%+v", x)
	}
	for incident, want := range map[string]string{
		"T-2":  "incident T-2: the ledger has no such record; 2 records were erased, and say no more whose they were",
		"T-99": "incident T-99: the ledger has no such record; 2 records were erased, and say no more whose they were",
	} {
		if _, err := explain(context.Background(), dir, ExplainOptions{Incident: incident}); !errors.Is(err, ErrNotFound) || err.Error() != want {
			t.Errorf("%s: %v", incident, err)
		}
	}
	_, err := explain(context.Background(), dir, ExplainOptions{Incident: "T-6", Decision: "dec_no"})
	if !errors.Is(err, ErrNotFound) || err.Error() != "decision dec_no of incident T-6: the ledger has no such record" {
		t.Error(err)
	}
	if _, err := explain(context.Background(), dir, ExplainOptions{Incident: "T-6", Plays: []string{"pb/lat"}}); err == nil || !strings.Contains(err.Error(), "did you mean pb/late?") {
		t.Error(err)
	}
}

// Without the set that it was decided by, a decision cannot be explained.
func TestExplainWithoutSet(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 4000)
	if err := commitPlain(l, "dec_1", "T"); err != nil {
		t.Fatal(err)
	}
	if _, err := explain(context.Background(), dir, ExplainOptions{Incident: "T"}); err == nil || err.Error() != "decision dec_1 cannot be explained: its set is not archived" {
		t.Error(err)
	}
}
