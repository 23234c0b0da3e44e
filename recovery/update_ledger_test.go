package recovery_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// reopening is a ledger that is written as an index, closed and opened again after each step
// of a story.
type reopening struct {
	*ledger.Ledger
	dir string
}

func newReopening(t *testing.T) *reopening {
	s := &reopening{dir: t.TempDir()}
	s.open(t)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (s *reopening) open(t *testing.T) {
	t.Helper()
	var err error
	if s.Ledger, err = ledger.Open(s.dir); err != nil {
		t.Fatal(err)
	}
}

// turn closes the ledger and opens it, from an index or from the records.
func (s *reopening) turn(t *testing.T, index bool) {
	t.Helper()
	if index {
		if err := s.WriteIndex(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s.open(t)
}

// sound holds that the ledger agrees with its index, and decides everything again as it was.
func (s *reopening) sound(t *testing.T) {
	t.Helper()
	if _, err := ledger.Verify(t.Context(), s.dir, ledger.VerifyOptions{}); err != nil {
		t.Fatal(err)
	}
	r, err := ledger.Replay(t.Context(), s.dir, ledger.ReplayOptions{Differs: func(d ledger.Difference) error {
		t.Errorf("decided again, it differs: %+v", d)
		return nil
	}})
	if err != nil || r.Different > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
}

// TestUpdateAfterReopening updates what a ledger keeps: nothing of it is in memory alone.
func TestUpdateAfterReopening(t *testing.T) {
	for _, index := range []bool{false, true} {
		t.Run(fmt.Sprintf("index %v", index), func(t *testing.T) {
			s := newReopening(t)
			h := newHost(t, updating, s)
			for i, step := range []string{
				`then "severity":4 => refused: occurred_at service`,
				`then "service":"parcel","crew":"Ana" => refused: occurred_at`,
				`sees => {"id":"T-1","service":"parcel","severity":4,"crew":"Ana"}`,
				`then "occurred_at":"2026-03-01T12:00:00Z","carrier":"boat" => new`,
				`sees => {"id":"T-1",` + whole + `,"severity":4,"carrier":"boat","crew":"Ana"}`,
				`then "severity":8 => refused: severity`,
				`pass 5h`,
				`again => changed`,
				`sees => {"id":"T-1",` + whole + `,"severity":8,"carrier":"boat","crew":"Ana"}`,
				`then "severity":4 => retry`,
				`sees => {"id":"T-1",` + whole + `,"severity":4,"carrier":"boat","crew":"Ana"}`,
				`then "crew":"Bo" => retry`,
				`then "severity":9 => refused: severity`,
				`sees => {"id":"T-1",` + whole + `,"severity":9,"carrier":"boat","crew":"Bo"}`,
				`then "severity":3 => changed`,
				`sees => {"id":"T-1",` + whole + `,"severity":3,"carrier":"boat","crew":"Bo"}`,
			} {
				say, want, _ := strings.Cut(step, " => ")
				if got := h.step(say); got != want {
					t.Fatalf("step %d, %s:\ngot  %s\nwant %s", i+1, say, got, want)
				}
				s.turn(t, index)
				if i%4 == 3 {
					s.sound(t)
				}
			}
			s.sound(t)
		})
	}
}

// TestUpdateAfterErasure begins anew: nothing of what was told is given back.
func TestUpdateAfterErasure(t *testing.T) {
	for _, story := range [][]string{
		{`then "severity":4,"customer":{"id":"C-1"}`},
		{`then ` + whole + `,"customer":{"id":"C-1"}`, `then "severity":8`},
		{`then ` + whole + `,"customer":{"id":"C-1"},"crew":"Ana"`, `then "crew":"Bo"`},
	} {
		for _, e := range []ledger.Erasure{{Incident: "T-1"}, {Customer: "C-1"}} {
			for _, index := range []bool{false, true} {
				s := newReopening(t)
				h := newHost(t, updating, s)
				for _, step := range story {
					h.step(step)
				}
				s.turn(t, index)
				if n, err := s.Erase(t.Context(), e); err != nil || n != len(story) {
					t.Fatalf("%v: %d records were erased, %v", story, n, err)
				}
				for range 2 {
					if got := h.sees(); got != `{"id":"T-1"}` {
						t.Errorf("%v: after it was erased, an update is given %s", story, got)
					}
					s.turn(t, index)
				}
				s.sound(t)
				if _, err := h.Update(t.Context(), "T-1", delta(whole)); !errors.Is(err, recovery.ErrErased) {
					t.Errorf("%v: what comes again of an erased incident: %v", story, err)
				}
				if err := s.Anew(t.Context(), "", "T-1"); err != nil {
					t.Fatal(err)
				}
				s.turn(t, index)
				if got := h.step("then " + whole); got != "new" {
					t.Errorf("%v: got %s", story, got)
				}
			}
		}
	}
}

// TestReplayOfWhatDoesNotFit decides again what counts as missing although it came.
func TestReplayOfWhatDoesNotFit(t *testing.T) {
	s := newReopening(t)
	h := newHost(t, updating, s)
	var in recovery.Incident
	if err := json.Unmarshal([]byte(`{"id":"T-1",`+whole+`,"carrier":"boat"}`), &in); err != nil {
		t.Fatal(err)
	}
	d, err := h.Handle(t.Context(), in)
	if err != nil || len(d.Warnings) == 0 {
		t.Fatalf("got %v, %v", d, err)
	}
	s.sound(t)
	if again := h.step("again"); again != "retry" {
		t.Errorf("got %s", again)
	}
}
