package jsontext_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// Strings that a decoder keeps for the next text are those of each text, whichever share a place.
func TestCommonStrings(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 3))
	text := func() string {
		return strings.Repeat(string(rune('a'+r.IntN(4))), r.IntN(3)) + strings.Repeat("b", r.IntN(40))
	}
	for range 2000 {
		want := map[string]any{}
		for range 10 {
			var v any = text()
			switch r.IntN(3) {
			case 0:
				v = json.Number(fmt.Sprint(r.IntN(1000)))
			case 1:
				v = map[string]any{text(): []any{text(), json.Number("7")}}
			}
			want[text()] = v
		}
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		d := jsontext.NewDecoder(data)
		got, err := d.ReadAny()
		clear(data) // no string is part of the text
		if err != nil || !reflect.DeepEqual(got, any(want)) {
			t.Fatalf("got %v (%v), want %v", got, err, want)
		}
		d.Release()
	}
}
