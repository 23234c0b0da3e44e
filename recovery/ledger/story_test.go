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
	owed, err := d.Agenda(context.Background(), "T-1")
	if err != nil || len(owed) == 0 {
		t.Fatal(owed, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again := newDesk(t, openFiles(t, dir, 4000), story)
	again.now = d.now
	owedAgain, err := again.Agenda(context.Background(), "T-1")
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
