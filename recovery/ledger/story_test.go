package ledger

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStory tells a story, reads it after the ledger was opened anew, and
// decides all of it again.
func TestStory(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 4000)
	d := newDesk(t, l, story)
	tell(d)
	want := map[Kind]int64{KindDecision: 7, KindSet: 1, KindCalendar: 1, KindReport: 1, KindRefusal: 1}
	if diff := cmp.Diff(want, verifyT(t, dir).Kinds); diff != "" {
		t.Error(diff)
	}
	owed, _, err := d.Agenda(context.Background(), "T-1")
	if err != nil || len(owed) == 0 {
		t.Fatal(owed, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again := newDesk(t, openFiles(t, dir, 4000), story)
	again.now = d.now
	owedAgain, _, err := again.Agenda(context.Background(), "T-1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(texts(owed), texts(owedAgain)); diff != "" {
		t.Errorf("the agenda differs: %s", diff)
	}
	replayed, err := replay(context.Background(), dir, ReplayOptions{Differs: func(x Difference) error {
		t.Errorf("record %d: %+v", x.Seq, x)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if replayed.Same != 8 || len(replayed.Skipped) > 0 {
		t.Errorf("%+v", replayed)
	}
}

func texts[T any](list []T) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = text(x)
	}
	return out
}

// TestEqualCalendars decides by two calendars that have different names and say the same. The ledger has them
// once, so that an index of it agrees with its records.
func TestEqualCalendars(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, segmentSize)
	d := newDesk(t, l, `
calendars:
  office: {zone: Europe/Madrid, hours: {mon-fri: "09:00-18:00"}}
  desk: {zone: Europe/Madrid, hours: {mon-fri: "09:00-18:00"}}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do:
      - acknowledge: {within: 4h, calendar: office}
      - inform: {every: 3h, calendar: desk}
`)
	d.handle(incident("T-1", "late", "C-1", 0, 1))
	calendars := func() int64 {
		t.Helper()
		if err := l.WriteIndex(context.Background()); err != nil {
			t.Fatal(err)
		}
		v := verifyT(t, dir)
		if v.Indexed == 0 || len(v.Unused) > 0 {
			t.Errorf("%+v", v)
		}
		return v.Kinds[KindCalendar]
	}
	if n := calendars(); n != 1 {
		t.Errorf("there are %d calendars", n)
	}
	clear(l.calendars) // earlier versions wrote one calendar twice
	d.handle(incident("T-2", "late", "C-1", 0, 1))
	if n := calendars(); n != 2 {
		t.Errorf("there are %d calendars", n)
	}
}
