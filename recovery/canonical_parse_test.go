package recovery

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// The reader must take exactly the texts that encoding/json takes, but for those
// that it refuses for a reason of its own.
func TestReaderTakesWhatIsJSON(t *testing.T) {
	seeds := []string{
		`{"a":[1,-2.50,1e21,-0.0,0e-7,{"b":"\u20ac\ud83d\ude00\n"}],"":null,"c":[true,false,{},[]]}`,
		` [ "x" , { "k" : 0.1E+3 } , -1 ] `, "\"\x00\"", `"\x"`, `01`, `-`, `1.`, `.5`, `1e`, `+1`, `tru`, `nul`, `"`, `"\`, "", " ", "\x00", "1\x00",
		`{"a"}`, `{"a":}`, `{,}`, `[,]`, `[1,]`, `[1 2]`, `{"a":1 "b":2}`, `{1:2}`, `[1]]`, `{"a":1}x`, "\"a\nb\"", "\"\\\n\"", `NaN`,
	}
	const bytes = `{}[],:"\ 0123456789.eE+-truefalsnl` + "\n\x00\x1f\u00e9"
	random := rand.New(rand.NewPCG(3, 9))
	for range 40_000 {
		text := []byte(seeds[random.IntN(len(seeds))])
		for range random.IntN(4) {
			at := random.IntN(len(text) + 1)
			b := bytes[random.IntN(len(bytes))]
			switch {
			case at == len(text) || random.IntN(3) == 0:
				text = append(text[:at:at], append([]byte{b}, text[at:]...)...)
			case random.IntN(2) == 0:
				text[at] = b
			default:
				text = append(text[:at], text[at+1:]...)
			}
		}
		checkReader(t, text)
	}
}

func FuzzReader(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.50,"\u20ac"],"b":null}`, `01`, `"\`, `{"a":1,"a":2,}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(checkReader)
}

func checkReader(t *testing.T, text []byte) {
	t.Helper()
	_, err := parseJSON(text)
	if errors.Is(err, errMalformed) {
		t.Fatalf("%q stopped the reader, and encoding/json takes it", text)
	}
	refused := err != nil && strings.HasPrefix(err.Error(), "not JSON") &&
		!strings.Contains(err.Error(), "UTF-8") && !strings.Contains(err.Error(), "surrogate")
	if refused == json.Valid(text) {
		t.Fatalf("%q: %v, valid: %t", text, err, json.Valid(text))
	}
}
