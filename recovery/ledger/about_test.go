package ledger

import (
	"context"
	"slices"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// TestAboutIsEntries holds that the entries about an incident are those that going through the whole
// ledger gives, with an index and without, and that the sets that decided stand before them.
func TestAboutIsEntries(t *testing.T) {
	name := t.TempDir()
	dir := log.Directory(name)
	l := openFiles(t, dir, segmentSize)
	d := newDesk(t, l, story)
	tell(d)
	other := newDesk(t, l, story+"\n  - {id: more, approach: standardised-response, when: 'true', do: [{apologise: {}}]}\n")
	other.now = d.now.AddDate(0, 0, 1)
	other.handle(incident("T-1", "late", "C-1", 80, 4))
	if _, err := other.Handle(context.Background(), recovery.Incident{}); err == nil {
		t.Error("an incident without an id was decided")
	}
	compare := func() {
		t.Helper()
		for _, incident := range append(toldOf, "") {
			var want, sets []*Entry
			for e, err := range Entries(context.Background(), name) {
				switch {
				case err != nil:
					t.Fatal(err)
				case e.Set != nil:
					sets = append(sets, e)
				case e.Record != nil && e.Record.Decision.Incident == incident, e.Refusal != nil && e.Refusal.Incident == incident,
					e.Mark != nil && e.Mark.Incident == incident, len(e.Reports) > 0 && e.Reports[0].Incident == incident:
					want = append(want, e)
				}
			}
			got, err := About(context.Background(), name, "", incident, false)
			if err != nil || text(got) != text(want) {
				t.Errorf("%s: got %s, %v\nwant %s", incident, text(got), err, text(want))
			}
			decided := func(s *Entry) bool {
				return slices.ContainsFunc(want, func(e *Entry) bool { return e.Record != nil && e.Record.Decision.Set.Digest == s.Set.Digest })
			}
			sets = slices.DeleteFunc(sets, func(s *Entry) bool { return !decided(s) })
			got, err = About(context.Background(), name, "", incident, true)
			if err != nil || text(got) != text(slices.Concat(sets, want)) {
				t.Errorf("%s with sets: got %s, %v\nwant %s and %s", incident, text(got), err, text(sets), text(want))
			}
			for _, s := range sets {
				if e, err := l.Archived(s.Set.Digest); err != nil || text(e) != text(s) {
					t.Errorf("%s: %v", s.Set.Digest, err)
				}
			}
		}
	}
	compare()
	if _, err := l.Archived("sha256:00"); err != ErrNotFound {
		t.Error(err)
	}
	if err := l.WriteIndex(context.Background()); err != nil {
		t.Fatal(err)
	}
	compare()
	other.handle(incident("T-2", "late", "C-1", 80, 2))
	compare()
}

// TestAboutDamagedSet changes the set that decided. Whoever needs it says so; without it, the story of
// the incident can be read.
func TestAboutDamagedSet(t *testing.T) {
	dir := indexedStory(t)
	segment := log.SegmentName(0)
	for _, f := range framesIn(t, dir.data[segment]) {
		if h, err := log.ParseHeader(f.Header); err == nil && h.Kind == KindSet {
			dir.data[segment][f.Body()+log.SaltSize+9] ^= 1
		}
	}
	_, err := entriesAbout(context.Background(), dir, "T-1", true)
	wantDamage(t, err)
	if list, err := entriesAbout(context.Background(), dir, "T-1", false); err != nil || len(list) == 0 {
		t.Error(list, err)
	}
}
