package ledger

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// TestRepair puts every kind of end behind a ledger. What is no record is cut off
// and kept, and everything else is left as it was.
func TestRepair(t *testing.T) {
	dir, frames := storied(t)
	name := log.SegmentName(0)
	whole := dir.data[name]
	last := frames[len(frames)-1]
	end := int64(len(whole))
	rubbish := []byte("this is a line that some program has written to the wrong file\n")
	change := func(at int64, with ...byte) []byte {
		b := slices.Clone(whole)
		copy(b[at:], with)
		return b
	}
	zeroed := func(from int64) []byte { return change(from, make([]byte, end-from)...) }
	for what, c := range map[string]struct {
		data []byte
		cut  int64 // from here on; -1: nothing is
		tear Tear
	}{
		"whole":                      {whole, -1, ""},
		"a few zeros":                {append(slices.Clone(whole), make([]byte, 7)...), end, TearZeros},
		"many zeros":                 {append(slices.Clone(whole), make([]byte, 100_000)...), end, TearZeros},
		"a beginning of a record":    {append(slices.Clone(whole), whole[last.Offset:last.Offset+90]...), end, TearRecord},
		"a beginning and zeros":      {append(slices.Clone(whole), append(slices.Clone(whole[last.Offset:last.Offset+90]), make([]byte, 5000)...)...), end, TearRecord},
		"a beginning of a preamble":  {append(slices.Clone(whole), whole[last.Offset:last.Offset+9]...), end, TearRecord},
		"a record that ends early":   {whole[:end-1], last.Offset, TearRecord},
		"a record that zeros end":    {zeroed(end - 300), last.Offset, TearRecord},
		"a record that fades":        {zeroed(last.Offset + 60), last.Offset, TearRecord},
		"rubbish":                    {append(slices.Clone(whole), rubbish...), end, TearRubbish},
		"little rubbish":             {append(slices.Clone(whole), rubbish[:5]...), end, TearRecord},
		"nothing but zeros":          {make([]byte, 400), 0, TearZeros},
		"half a first line":          {[]byte(log.Magic[:7]), 0, TearRecord},
		"half a first line, zeros":   {append([]byte(log.Magic[:7]), make([]byte, 99)...), 0, TearRecord},
		"rubbish alone":              {rubbish, -2, ""},
		"a first line and rubbish":   {append([]byte(log.Magic), rubbish...), int64(len(log.Magic)), TearRubbish},
		"a bit of the last payload":  {change(end-40, whole[end-40]^1), -2, ""},
		"a bit of the last header":   {change(last.Offset+30, whole[last.Offset+30]^1), -2, ""},
		"a bit of the last preamble": {change(last.Offset+2, whole[last.Offset+2]^1), -2, ""},
		"the last payload wiped":     {zeroed(last.Body()), -2, ""},
		"a bit in the middle":        {change(frames[2].Body()+50, whole[frames[2].Body()+50]^1), -2, ""},
		"a preamble in the middle":   {change(frames[2].Offset+2, whole[frames[2].Offset+2]^1), -2, ""},
		"a bit of the first line":    {change(3, 'X'), -2, ""},
		"zeros and then a record":    {slices.Concat(whole, make([]byte, 40), whole[last.Offset:]), -2, ""},
		"a record that comes again":  {append(slices.Clone(whole), whole[last.Offset:]...), -2, ""},
		"rubbish and damage before":  {append(change(frames[2].Body()+50, whole[frames[2].Body()+50]^1), rubbish...), -2, ""},
	} {
		t.Run(what, func(t *testing.T) {
			bad := newMemoryFiles()
			bad.data[name] = slices.Clone(c.data)
			r, err := repairFiles(context.Background(), bad)
			if c.cut == -2 {
				wantDamage(t, err)
			} else if err != nil {
				t.Fatal(err)
			}
			if c.cut < 0 {
				if len(bad.data) != 1 || !bytes.Equal(bad.data[name], c.data) || err == nil && r.Cut != 0 {
					t.Fatalf("something was changed: %+v", r)
				}
				return
			}
			if r.Cut != int64(len(c.data))-c.cut || r.Offset != c.cut || r.File != name || r.Tear != c.tear {
				t.Fatalf("%+v, %d bytes from %d on were wanted", r, int64(len(c.data))-c.cut, c.cut)
			}
			if !bytes.Equal(bad.data[name], c.data[:c.cut]) || !bytes.Equal(bad.data[r.Kept], c.data[c.cut:]) {
				t.Fatal("what is left and what is kept are not what there was")
			}
			v := verifyT(t, bad)
			if v.Records != r.Records || v.Torn != 0 {
				t.Errorf("%+v after %+v", v, r)
			}
			if again, err := repairFiles(context.Background(), bad); err != nil || again.Cut != 0 {
				t.Errorf("repaired again: %+v, %v", again, err)
			}
			bad.data[name] = slices.Clone(c.data)
			if again, err := repairFiles(context.Background(), bad); err != nil || again.Kept == r.Kept {
				t.Errorf("what was kept is overwritten: %+v, %v", again, err)
			}
			l := openFiles(t, bad, segmentSize)
			if err := commitPlain(l, "dec_next", "T-next"); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRepairManySegments repairs the last of several segments, and leaves the others.
func TestRepairManySegments(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 900)
	for i, id := range []string{"dec_1", "dec_2", "dec_3"} {
		if err := commitPlain(l, id, named(i)); err != nil {
			t.Fatal(err)
		}
	}
	var reports []recovery.Report
	for i := range 3 {
		reports = append(reports, recovery.Report{Incident: named(i), Action: "act_1", At: at("2026-03-02T13:00:00Z")})
	}
	if err := l.Commit(context.Background(), recovery.Commit{Reports: reports}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	names, _ := dir.List()
	if len(names) < 3 {
		t.Fatal(names)
	}
	last := names[len(names)-1]
	for n := range len(dir.data[last]) {
		if testing.Short() && n%4 != 0 {
			continue
		}
		for _, tail := range [][]byte{nil, make([]byte, 30), []byte("rubbish that nobody has asked for")} {
			cut := dir.clone()
			cut.data[last] = append(cut.data[last][:n:n], tail...)
			size := int64(len(cut.data[last]))
			r, err := repairFiles(context.Background(), cut)
			if err != nil {
				if len(tail) == 0 {
					t.Fatalf("cut at %d: %v", n, err)
				}
				wantDamage(t, err)
				continue
			}
			if v := verifyT(t, cut); v.Torn != 0 || v.Records != r.Records || r.Cut > size {
				t.Fatalf("cut at %d: %+v after %+v", n, v, r)
			}
		}
	}
	early := dir.clone()
	early.data[names[0]] = early.data[names[0]][:50]
	wantDamage(t, second(repairFiles(context.Background(), early)))
}
