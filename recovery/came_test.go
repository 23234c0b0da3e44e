package recovery

import (
	"reflect"
	"testing"
	"time"
)

// What the intake takes has each standard field in its place.
func TestCameHasEveryField(t *testing.T) {
	for i := range standard {
		var in Incident
		if got := in.came(nil).Standard; len(got) != len(standard) || got[i] != nil {
			t.Fatalf("of an empty incident, %s is %v", standard[i].path, got)
		}
		switch p := standard[i].place(&in).(type) {
		case *string:
			*p = "x"
		case *int:
			*p = 3
		case *time.Time:
			*p = time.Unix(1e9, 0)
		case *[]string:
			*p = []string{"x"}
		case *[]Pause:
			*p = []Pause{{From: time.Unix(1e9, 0)}}
		}
		want := held(standard[i].place(&in))
		if got := in.came(nil).Standard[i]; want == nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", standard[i].path, got, want)
		}
		in = Incident{given: map[string]any{standard[i].path: 7}}
		if got := in.came(nil).Standard[i]; got != 7 {
			t.Errorf("%s: got %v, want what was given beside the struct", standard[i].path, got)
		}
	}
}
