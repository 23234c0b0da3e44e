package atom

import (
	"math/rand"
	"testing"

	"github.com/servicerecovery/amends/policy/value"
)

// TestBoxes holds what is said of boxes against values: a box never leaves out a truth that one of its
// inputs has, and its parts make it up.
func TestBoxes(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 2000 {
		types := []value.Type{{Kind: value.KindInt}, {Kind: value.KindString}, {Kind: value.KindList, Elem: value.KindString}, {Kind: value.KindBool}}
		c := randomCond(r, 3)
		b := NewBuilder(types, nil)
		b.Gather(c)
		s := b.Freeze()
		kept, root := s.Keep(c), s.Root(c)
		everything := s.Everything()
		for range 40 {
			in := s.NewValues(nil)
			for slot, v := range randomValues(r) {
				in.Set(slot, v)
			}
			truth := s.Truth(root, in)
			box := everything
			if box.Possible(kept)&(1<<truth) == 0 {
				t.Fatalf("%v is not among what is possible", truth)
			}
			for box != nil && !box.Possible(kept).One() {
				if narrowed := box.Require(kept, 1<<truth); narrowed == nil || !holds(narrowed, in) {
					t.Fatalf("requiring %v leaves an input out that has it", truth)
				} else {
					box = narrowed
				}
				var next *Box
				n := 0
				for _, part := range box.Split(kept, nil) {
					if holds(part, in) {
						next = part
						n++
					}
				}
				if n > 1 {
					t.Fatalf("the input lies in %d parts of its box", n)
				}
				if n == 0 && len(box.Split(kept, nil)) > 0 {
					t.Fatal("the input lies in no part of its box")
				}
				if box = next; box != nil && box.Possible(kept)&(1<<truth) == 0 {
					t.Fatalf("%v is not among what is possible in a part", truth)
				}
			}
		}
	}
}

// holds reports whether an input lies in a box.
func holds(b *Box, in *Values) bool {
	for slot := range b.sets {
		x := &b.space.slots[slot]
		if x.list < 0 {
			if !b.sets[slot].has(int(in.Position(slot))) {
				return false
			}
			continue
		}
		if in.Get(slot) == nil {
			if !b.sets[slot].has(int(posAbsent)) {
				return false
			}
			continue
		}
		if !b.sets[slot].has(int(posFirst)) {
			return false
		}
		for i := range x.scale.size() {
			if member := in.has(slot, point(i)); member && !b.in[x.list].has(i) || !member && !b.out[x.list].has(i) {
				return false
			}
		}
	}
	return true
}

func randomValues(r *rand.Rand) []any {
	out := []any{int64(r.Intn(8)), []string{"", "ab", "abc", "b", "zz"}[r.Intn(5)], nil, r.Intn(2) == 0}
	var list []any
	for range r.Intn(3) {
		list = append(list, []string{"x", "y", "w"}[r.Intn(3)])
	}
	if r.Intn(3) > 0 {
		out[2] = append([]any{}, list...)
	}
	for i := range 2 {
		if r.Intn(4) == 0 {
			out[i] = nil
		}
	}
	return out
}

func randomCond(r *rand.Rand, depth int) *Cond {
	absent := Truth(r.Intn(3))
	if depth > 0 && r.Intn(4) > 0 {
		op := []Op{Not, And, Or, If}[r.Intn(4)]
		c := &Cond{Op: op}
		for range map[Op]int{Not: 1, And: 2 + r.Intn(2), Or: 2, If: 3}[op] {
			c.Kids = append(c.Kids, randomCond(r, depth-1))
		}
		return c
	}
	switch r.Intn(6) {
	case 0, 1:
		return &Cond{Op: Equal + Op(r.Intn(6)), Slot: 0, Const: int64(r.Intn(8)), Absent: absent}
	case 2:
		return &Cond{Op: []Op{Equal, Differ, Prefix, Suffix, Contains}[r.Intn(5)], Slot: 1, Const: []string{"ab", "b", "a"}[r.Intn(3)], Absent: absent}
	case 3:
		return &Cond{Op: Member, Slot: 2, Const: []string{"x", "y"}[r.Intn(2)]}
	case 4:
		return &Cond{Op: Has, Slot: r.Intn(3), Absent: No}
	}
	return &Cond{Op: Equal, Slot: 3, Const: true}
}

// TestSamplesLieAtTheirPosition holds samples against positions, and what is said to be all of one.
func TestSamplesLieAtTheirPosition(t *testing.T) {
	for _, typ := range []value.Type{{Kind: value.KindInt}, {Kind: value.KindDouble}, {Kind: value.KindDuration}, {Kind: value.KindMoney, Currency: "EUR"}, {Kind: value.KindDate}, {Kind: value.KindTimestamp}, {Kind: value.KindPercent}, {Kind: value.KindString}, {Kind: value.KindBool}} {
		texts := map[value.Kind][]string{
			value.KindInt: {"1", "2", "5"}, value.KindDouble: {"1.5", "2"}, value.KindDuration: {"1h", "90m"}, value.KindMoney: {"10 EUR", "10.01 EUR"},
			value.KindDate: {"2026-01-01", "2026-01-03"}, value.KindTimestamp: {"2026-01-01T00:00:00Z"}, value.KindPercent: {"10%", "12%"}, value.KindString: {"a", "b"}, value.KindBool: {"true"},
		}[typ.Kind]
		b := NewBuilder([]value.Type{typ}, nil)
		for _, text := range texts {
			v, err := typ.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			b.Gather(&Cond{Op: Equal, Const: v})
		}
		s := b.Freeze()
		found := 0
		for p := int32(0); p <= s.Last(0); p++ {
			some, _ := s.Samples(0, p)
			for _, v := range some {
				if at, fits := s.slots[0].position(v); !fits || at != p {
					t.Errorf("%v: %v lies at %d and not at %d", typ, v, at, p)
				}
				found++
			}
		}
		if found < len(texts)+1 {
			t.Errorf("%v: only %d samples", typ, found)
		}
		if typ.Kind == value.KindInt {
			if some, all := s.Samples(0, gap(2)); !all || len(some) != 2 {
				t.Errorf("between 2 and 5 lie 3 and 4, and not %v", some)
			}
		}
	}
}
