package worktime_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
)

// TestCalendarJSON holds that a calendar comes back as it was: the same text,
// and the same deadlines.
func TestCalendarJSON(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"UTC", "Europe/Madrid", "Pacific/Apia", "America/New_York"} {
		loc := zone(t, name)
		start := instant(t, "2026-01-01T00:00:00Z")
		for range 20 {
			c := randomCalendar(t, random, loc, start)
			text := string(c.AppendJSON(nil))
			back, err := worktime.ParseCalendar([]byte(text))
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if again := string(back.AppendJSON(nil)); again != text {
				t.Fatalf("got  %s\nwant %s", again, text)
			}
			for range 10 {
				from := start.Add(time.Duration(random.IntN(10000)) * time.Minute)
				d := time.Duration(random.IntN(10000)) * time.Minute
				want, wantErr := worktime.Clock{Calendar: c}.Add(from, d)
				got, gotErr := worktime.Clock{Calendar: back}.Add(from, d)
				if !got.Equal(want) || (gotErr == nil) != (wantErr == nil) {
					t.Fatalf("%s after %s: got %s (%v), want %s (%v)", d, from, got, gotErr, want, wantErr)
				}
			}
		}
	}
}

func TestParseCalendarErrors(t *testing.T) {
	for _, text := range []string{
		``, `[]`, `{}`, `{"week":[[],[],[],[],[],[],[]],"zone":"UTC"}`,
		`{"week":[["09:00-18:00"],[],[],[],[],[]],"zone":"UTC"}`,
		`{"week":[["18:00-18:00"],[],[],[],[],[],[]],"zone":"UTC"}`,
		`{"week":[["09:00-18:00"],[],[],[],[],[],[]],"ranges":{"2026-02-20":[]},"zone":"UTC"}`,
		`{"week":[["09:00-18:00"],[],[],[],[],[],[]],"ranges":{"2026-02-20/2026-02-30":[]},"zone":"UTC"}`,
		`{"every":{"02-30":[]},"week":[["09:00-18:00"],[],[],[],[],[],[]],"zone":"UTC"}`,
		`{"easter":[{"after":200,"hours":[]}],"week":[["09:00-18:00"],[],[],[],[],[],[]],"zone":"UTC"}`,
		`{"cutoff":"25:00","week":[["09:00-18:00"],[],[],[],[],[],[]],"zone":"UTC"}`,
		`{"seasons":[{"from":"06-01","until":"x","week":[[],[],[],[],[],[],[]]}],"week":[["09:00-18:00"],[],[],[],[],[],[]],"zone":"UTC"}`,
		`{"versions":[{"week":[["09:00-18:00"],[],[],[],[],[],[]]}],"week":[["09:00-18:00"],[],[],[],[],[],[]],"zone":"UTC"}`,
		`{"week":[["09:00-18:00"],[],[],[],[],[],[]],"zone":"Nowhere"}`,
		`{"days":{"2026-02-30":[]},"week":[["09:00-18:00"],[],[],[],[],[],[]],"zone":"UTC"}`,
		`{"days":{"2026-02-20":["x"]},"week":[["09:00-18:00"],[],[],[],[],[],[]],"zone":"UTC"}`,
	} {
		if _, err := worktime.ParseCalendar([]byte(text)); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}
