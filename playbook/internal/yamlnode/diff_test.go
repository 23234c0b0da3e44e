package yamlnode

import (
	"math/rand"
	"os"
	"testing"
)

// A file without problems has no traps. The example is damaged in all sorts of
// ways; whenever it stays sound YAML, the finder, which runs for other files
// only, must keep quiet.
func TestFinderAgreesWithTheParser(t *testing.T) {
	example, err := os.ReadFile("../../testdata/good/parcel.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewSource(5))
	sound, files := 0, 1500
	if testing.Short() {
		files = 150
	}
	for range files {
		src := damage(rng, example)
		if _, problems := Parse(src); len(problems) > 0 {
			continue
		}
		sound++
		for _, p := range findTraps(NewSource(src)).problems {
			if p.Code == "yaml-comma" {
				continue // an open bracket before a comma is a guess
			}
			t.Fatalf("%s at %v in\n%s", p.Code, p.Start, src)
		}
	}
	if sound < files/10 {
		t.Errorf("only %d files stayed YAML", sound)
	}
}

// damage inserts, drops or doubles a few characters.
func damage(rng *rand.Rand, src []byte) []byte {
	const spice = "\"'[]{}:#!&*|>-,? \n\txé()"
	out := append([]byte(nil), src...)
	for range 1 + rng.Intn(2) {
		i := rng.Intn(len(out))
		switch rng.Intn(3) {
		case 0:
			out = append(out[:i], out[i+1:]...)
		case 1:
			out = append(out[:i], append([]byte{spice[rng.Intn(len(spice))]}, out[i:]...)...)
		default:
			j := min(len(out), i+rng.Intn(40))
			out = append(out[:j], append(append([]byte(nil), out[i:j]...), out[j:]...)...)
		}
	}
	return out
}
