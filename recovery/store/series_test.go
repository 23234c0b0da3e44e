package store

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// A series must agree with a plain list, however entries come and go.
func TestSeriesAgreesWithAList(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, spread := range []int{3, 1_000_000} { // many at one instant, and few
		var s series
		var list []weighed
		for i := range 6000 {
			if len(list) > 0 && random.IntN(3) == 0 {
				k := random.IntN(len(list))
				s.remove(list[k])
				list[k] = list[len(list)-1]
				list = list[:len(list)-1]
			} else {
				e := weighed{stampOf(time.Unix(int64(random.IntN(spread)), int64(random.IntN(2)))), random.IntN(50), WideOf(random.Int64() - math.MaxInt64/2)}
				s.add(e)
				list = append(list, e)
			}
			if i%50 == 0 {
				checkSeries(t, &s, list, stampOf(time.Unix(int64(random.IntN(spread)), 1)))
			}
		}
		for _, e := range list {
			s.remove(e)
		}
		if len(s.chunks) != 0 {
			t.Errorf("%d chunks are left of an empty series", len(s.chunks))
		}
	}
}

func checkSeries(t *testing.T, s *series, list []weighed, from stamp) {
	t.Helper()
	var want Wide
	for _, e := range list {
		if !e.before(from) {
			want = want.Plus(e.weight)
		}
	}
	if got := s.since(from); got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i, c := range s.chunks {
		if len(c.entries) == 0 || len(c.entries) > maxChunk {
			t.Fatalf("chunk %d has %d entries", i, len(c.entries))
		}
	}
}

func TestWideNumbers(t *testing.T) {
	high := WideOf(math.MaxInt64)
	if _, ok := high.Plus(WideOf(1)).Int64(); ok {
		t.Error("2^63 fits no int64")
	}
	if n, ok := high.Plus(high).Minus(high).Int64(); !ok || n != math.MaxInt64 {
		t.Errorf("got %d, %t", n, ok)
	}
	if n, ok := WideOf(math.MinInt64).Minus(WideOf(-1)).Int64(); !ok || n != math.MinInt64+1 {
		t.Errorf("got %d, %t", n, ok)
	}
	if _, ok := WideOf(math.MinInt64).Minus(WideOf(1)).Int64(); ok {
		t.Error("-2^63-1 fits no int64")
	}
}

// TestKindsDiffer holds that every field of a kind of fact tells it apart where entries are added up,
// and that a kind survives being written as JSON, as an index of a ledger writes it.
func TestKindsDiffer(t *testing.T) {
	whole := FactKind{}
	v := reflect.ValueOf(&whole).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString("x" + v.Type().Field(i).Name)
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Int, reflect.Int8:
			f.SetInt(int64(value.KindDuration))
		case reflect.Uint8:
			f.SetUint(uint64(value.KindDuration))
		case reflect.Slice:
			f.Set(reflect.ValueOf([]string{"a.b", "c"}))
		default:
			t.Fatalf("%s is of a kind that this test does not know", v.Type().Field(i).Name)
		}
	}
	for i := range v.NumField() {
		less := whole
		reflect.ValueOf(&less).Elem().Field(i).SetZero()
		if less.name() == whole.name() {
			t.Errorf("kinds that differ in %s have one name", v.Type().Field(i).Name)
		}
	}
	text, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	var again FactKind
	if err := json.Unmarshal(text, &again); err != nil || !reflect.DeepEqual(again, whole) {
		t.Errorf("got %+v, want %+v (%v)", again, whole, err)
	}
}

// TestOverSums holds that an index over the sums of another answers as one that has seen it all.
func TestOverSums(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	kind := FactKind{Sum: "refund", Currency: "EUR", Paths: []string{"customer.id"}}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	of := func(n int) Standing {
		amount, err := value.NewMoney(int64(random.IntN(900)), "EUR")
		if err != nil {
			t.Fatal(err)
		}
		at := now.Add(time.Duration(random.IntN(5)) * time.Hour)
		return Standing{Latest: &Decision{
			Number: int64(n), DecidedAt: at, OccurredAt: at, Keys: map[string]string{"customer.id": string(rune('a' + random.IntN(3)))},
			Actions: []Action{{Type: "refund", Amount: amount}}, Reserves: []Reserve{{"", "bike", "outbound", 1, at}},
		}}
	}
	all := NewIndex()
	all.Count([]FactKind{kind}).Add()
	over := NewIndex()
	over.Count([]FactKind{kind}).Add()
	stands := map[int]Standing{}
	for i := range 3000 {
		incident := random.IntN(60)
		next := of(i)
		if random.IntN(5) == 0 {
			next = Standing{}
		}
		all.Shift(incident, stands[incident], next)
		over.Shift(incident, stands[incident], next)
		stands[incident] = next
		if i%500 == 250 {
			below := sumsOf{over.base, nil}
			for group, e := range over.Entries() {
				below.entries = append(below.entries, groupEntry{group, e})
			}
			over = NewIndexOver(below, over.Kinds())
		}
		own := random.IntN(60)
		for hours := range 6 {
			from := now.Add(time.Duration(hours) * time.Hour)
			q := &FactQuery{Sum: "refund", Currency: "EUR", Same: []Key{{"customer.id", "b"}}, From: from}
			u := &UseQuery{Partner: "bike", Direction: "outbound", From: from, Until: from.Add(2 * time.Hour)}
			a, errA := all.Fact(q, own, stands[own])
			b, errB := over.Fact(q, own, stands[own])
			x, errX := all.Use(u, stands[own])
			y, errY := over.Use(u, stands[own])
			if a != b || x != y || errA != nil || errB != nil || errX != nil || errY != nil {
				t.Fatalf("step %d: got %v and %d, want %v and %d (%v %v %v %v)", i, b, y, a, x, errA, errB, errX, errY)
			}
		}
	}
}

type groupEntry struct {
	group ID
	Entry
}

// sumsOf are sums that are added up anew each time, over other sums.
type sumsOf struct {
	base    Sums
	entries []groupEntry
}

func (s sumsOf) Since(group ID, from time.Time) (total Wide, err error) {
	if s.base != nil {
		total, err = s.base.Since(group, from)
	}
	for _, e := range s.entries {
		if e.group == group && !e.At.Before(from) {
			total = total.Plus(ReadWide(e.Weight.Append(nil)))
		}
	}
	return total, err
}
