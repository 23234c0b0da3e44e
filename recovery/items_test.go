package recovery_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

const itemsSet = `amends: v1
playbook: shop
review_by: 2037-06-30
incident:
  lines:
    items:
      sku: {type: string, was: [article]}
      price: {type: money, currency: EUR}
      late: {type: duration, default: 0s}
      note: {type: string, optional: true}
      fee: {type: money, currency: EUR, optional: true}
      rating: {type: int, min: 1, max: 5, optional: true, invalid: absent}
      sizes: {type: [int], default: []}
terms:
  lates: incident.lines.filter(x, x.late >= hours(24))
plays:
  - id: late
    approach: standardised-response
    when: terms.lates.size() > 0
    do:
      - compensate: {amount: 'sum(terms.lates.map(x, x.price)) * percent(33)', note: 'of ${incident.lines.size()}'}
      - refund: {amount: 'max(terms.lates.map(x, x.price) + [money("1 EUR")])'}
      - callback: {note: '${sum(incident.lines.map(x, x.fee))}'}
`

func itemsEngine(t testing.TB, set string, options ...recovery.Option) *recovery.Engine {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC) }
	e, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(set)}}, append([]recovery.Option{recovery.WithClock(now)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func orderOf(lines ...any) recovery.Incident {
	return recovery.Incident{
		ID: "O-1", Service: "shop", OccurredAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC),
		Fields: map[string]any{"lines": lines},
	}
}

type line = map[string]any

// TestItemsHaveNoOrder holds that the order in which the items of a list come changes no byte of a
// decision or of its record, however the list is written.
func TestItemsHaveNoOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	e := itemsEngine(t, itemsSet)
	for range 100 {
		lines := randomLines(r, 1+r.IntN(12))
		want, err := e.Decide(context.Background(), orderOf(lines...))
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
			in := orderOf(lines...)
			if r.IntN(2) == 0 { // through JSON, as another program writes it
				text, err := json.Marshal(in)
				if err != nil {
					t.Fatal(err)
				}
				in = recovery.Incident{}
				if err := json.Unmarshal(text, &in); err != nil {
					t.Fatal(err)
				}
			}
			got, err := e.Decide(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := got.AppendJSON(nil), want.AppendJSON(nil); !bytes.Equal(a, b) {
				t.Fatalf("another order of the list gives\n%s\nand not\n%s", a, b)
			}
		}
	}
}

// randomLines are lines of an order, some of them late, some with what no field takes.
func randomLines(r *rand.Rand, n int) []any {
	out := make([]any, 0, n)
	for _, i := range r.Perm(2 * n)[:n] {
		l := line{"id": fmt.Sprintf("L-%d", i), "price": fmt.Sprintf("%d.%02d EUR", r.IntN(100), r.IntN(100)), "sku": fmt.Sprintf("s%d", r.IntN(3))}
		if r.IntN(2) == 0 {
			l["late"] = time.Duration(r.IntN(72)) * time.Hour
		}
		if r.IntN(3) == 0 {
			l["note"] = "fragile"
		}
		if r.IntN(3) == 0 {
			l["fee"] = line{"value": fmt.Sprintf("%d.00", r.IntN(5)), "currency": "EUR"}
		}
		if r.IntN(3) == 0 {
			l["rating"] = r.IntN(9)
		}
		if r.IntN(4) == 0 {
			l["colour"] = "red"
		}
		if r.IntN(4) == 0 {
			delete(l, "sku")
			l["article"] = "old"
		}
		out = append(out, l)
	}
	return out
}

// TestItemsAreChecked holds what is said about the items of an incident that do not fit. The path of
// an item has its id, so that it is the same in any order; its place where it has no id.
func TestItemsAreChecked(t *testing.T) {
	e := itemsEngine(t, itemsSet)
	good := func() line { return line{"id": "L-1", "sku": "a", "price": "1 EUR"} }
	with := func(name string, v any) line {
		l := good()
		l[name] = v
		return l
	}
	without := func(name string) line {
		l := good()
		delete(l, name)
		return l
	}
	for _, test := range []struct {
		lines any
		want  []string // path: wanted … found
	}{
		{[]any{good()}, nil},
		{[]any{}, nil},
		{[]line{good()}, nil},
		{[]any{without("id")}, []string{"lines[0].id: text, found "}},
		{[]any{with("id", "")}, []string{`lines[0].id: a text that is not empty, found ""`}},
		{[]any{with("id", 7)}, []string{"lines[0].id: text, found 7"}},
		{[]any{with("id", "L\u200b1")}, []string{"lines[0].id: an id without control characters and others that nobody can see, found \"L\u200b1\""}},
		{[]any{good(), good(), good()}, []string{`lines["L-1"].id: an id that no other item of the list has, found "L-1" more than once`}},
		{[]any{good(), with("id", "L-1 "), with("id", "L-2 ")}, []string{`lines["L-1 "].id: an id that no other item of the list has, found "L-1 " beside "L-1", which differs by blanks alone`}},
		{[]any{with("id", " L-1"), with("id", "L-2 ")}, nil},
		{[]any{without("price")}, []string{`lines["L-1"].price: an amount such as 12.50 EUR, found `}},
		{[]any{with("price", "1 USD")}, []string{`lines["L-1"].price: an amount in EUR, found "1 USD"`}},
		{[]any{with("late", "soon")}, []string{`lines["L-1"].late: a duration such as 90m, 36h or 2d, found "soon"`}},
		{[]any{with("sizes", []any{1, "x"})}, []string{`lines["L-1"].sizes[1]: a whole number of at most 64 bits, found "x"`}},
		{[]any{with("sizes", make([]any, 1001))}, []string{`lines["L-1"].sizes: a list of at most 1000 items, found 1001 items`}},
		{[]any{with("colour", struct{}{})}, []string{`lines["L-1"].colour: text, a number, a bool, a time or another value that an incident can hold, found a value of Go type struct {}`}},
		{[]any{"L-1"}, []string{"lines[0]: an object with an `id`, found \"L-1\""}},
		{"L-1", []string{"lines: a list of objects, each with an `id`, found \"L-1\""}},
		{line{"id": "L-1"}, []string{"lines: a list of objects, each with an `id`, found {\"id\":\"L-1\"}"}},
		{nil, []string{"lines: a list, found "}},
		{make([]any, 1001), []string{"lines: a list of at most 1000 items, found 1001 items"}},
		{[]any{with("rating", 9)}, nil}, // invalid: absent
	} {
		in := orderOf()
		in.Fields["lines"] = test.lines
		_, err := e.Decide(context.Background(), in)
		var got []string
		if bad := (*recovery.IncidentError)(nil); errors.As(err, &bad) {
			for _, v := range bad.Problems {
				got = append(got, fmt.Sprintf("%s: %s, found %s", v.Path, v.Wanted, v.Found))
			}
		} else if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i] = strings.ReplaceAll(got[i], "found {} (struct {})", "found {}")
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%v:\n%q, not\n%q", test.lines, got, test.want)
		}
	}
}

// TestItemsThatDoNotFitCountAsMissing holds that a field of items with invalid: absent warns, and that
// the record has what came, so that deciding it again warns again.
func TestItemsThatDoNotFitCountAsMissing(t *testing.T) {
	e := itemsEngine(t, itemsSet)
	d, err := e.Handle(context.Background(), orderOf(line{"id": "L-1", "sku": "a", "price": "1 EUR", "rating": 9, "colour": "red"}))
	if err != nil {
		t.Fatal(err)
	}
	const warning = `lines["L-1"].rating is taken as missing: wanted 1 to 5, found 9`
	if len(d.Warnings) == 0 || !slices.ContainsFunc(d.Warnings, func(w recovery.Warning) bool { return w.Message == warning }) {
		t.Errorf("%v", d.Warnings)
	}
	again, err := e.Handle(context.Background(), orderOf(line{"colour": "blue", "rating": 9, "price": "1.00 EUR", "sku": "a", "id": "L-1"}))
	if err != nil || again.Handled != recovery.HandledRetry {
		t.Errorf("what no field takes is taken for a change: %v %v", again, err)
	}
}

const eachSet = `amends: v1
playbook: shop
review_by: 2037-06-30
incident:
  lines:
    items:
      sku: {type: string, default: x}
      price: {type: money, currency: EUR}
      late: {type: duration, default: 0s}
      note: {type: string, optional: true}
      fee: {type: money, currency: EUR, optional: true}
      rating: {type: int, min: 1, max: 5, optional: true, invalid: absent}
terms:
  dear: item.price >= money("50 EUR")
tables:
  share: {by: item.late, rows: [{from: 12h, part: 10%}, {from: 36h, part: 25%}]}
messages:
  sorry: {en: 'Line ${item.id}: ${action.amount}'}
plays:
  - id: late
    approach: standardised-response
    when: true
    each: lines
    where: has(tables.share)
    do:
      - compensate: {amount: item.price * tables.share.part, message: sorry, within: 2d, if_late: [{escalate: {to: boss, note: '${item.id}'}}]}
      - apologise: {within: 4h}
    cases:
      - {id: dear, when: terms.dear, do: [{replace: {item: '${item.sku}', within: 1d}}, {callback: {}}]}
  - id: fees
    approach: standardised-response
    when: true
    each: lines
    where: has(item.fee) && item.fee > money("0 EUR")
    do: [{refund: {amount: item.fee}}, {replace: {item: '${item.sku}'}}, {compensate: {id: extra, amount: 3 EUR}}]
limits:
  - {of: compensate, per: item, keep: highest}
  - {of: [compensate, refund], per: item, at_most: item.price * percent(20)}
`

// recordsKept is a store that shows the last record as one that keeps text would write it.
type recordsKept struct {
	*recovery.MemoryStore
	last []byte
}

func (s *recordsKept) Commit(ctx context.Context, c recovery.Commit) error {
	if c.Record != nil {
		s.last = c.Record.AppendJSON(nil, nil)
	}
	return s.MemoryStore.Commit(ctx, c)
}

// TestOtherItemsStay holds that removing items from a list and adding some, between decisions, changes
// nothing of what another item is given; and that the order of the list changes no byte of decisions and
// records.
func TestOtherItemsStay(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	ctx := context.Background()
	rounds := 60
	if testing.Short() {
		rounds = 12
	}
	for range rounds {
		var clock time.Time
		kept, keptToo := &recordsKept{MemoryStore: recovery.NewMemoryStore()}, &recordsKept{MemoryStore: recovery.NewMemoryStore()}
		e := itemsEngine(t, eachSet, recovery.WithStore(kept), recovery.WithClock(func() time.Time { return clock }))
		shuffled := itemsEngine(t, eachSet, recovery.WithStore(keptToo), recovery.WithClock(func() time.Time { return clock }))
		clock = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		all := randomLines(r, 8)
		var before *recovery.Decision
		here := map[string]bool{}
		for range 4 {
			lines := slices.DeleteFunc(slices.Clone(all), func(any) bool { return r.IntN(3) == 0 })
			d, err := e.Handle(ctx, orderOf(lines...))
			if err != nil {
				t.Fatal(err)
			}
			r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
			other, err := shuffled.Handle(ctx, orderOf(lines...))
			if err != nil {
				t.Fatal(err)
			}
			if a, b := d.AppendJSON(nil), other.AppendJSON(nil); !bytes.Equal(a, b) {
				t.Fatalf("another order of the list gives\n%s\nand not\n%s", b, a)
			}
			if !bytes.Equal(kept.last, keptToo.last) || len(kept.last) == 0 {
				t.Fatalf("another order of the list is recorded as\n%s\nand not\n%s", keptToo.last, kept.last)
			}
			now := map[string]bool{}
			for _, l := range lines {
				now[l.(line)["id"].(string)] = true
			}
			if before != nil && d.Handled != recovery.HandledRetry {
				for _, a := range before.Actions {
					if a.Item != "" && a.Change != recovery.ChangeCancelled {
						checkStays(t, d, a, now[a.Item])
					}
				}
				for _, a := range d.Actions {
					if a.Item != "" && a.Change == recovery.ChangeNew && here[a.Item] {
						t.Fatalf("%s is new, and its item was there before", a)
					}
				}
			}
			before, here, clock = d, now, clock.Add(time.Hour)
		}
	}
}

// checkStays compares an item's action with that of the next decision.
func checkStays(t *testing.T, d *recovery.Decision, a recovery.Action, there bool) {
	t.Helper()
	i := slices.IndexFunc(d.Actions, func(x recovery.Action) bool { return x.ID == a.ID })
	if i < 0 {
		t.Fatalf("%s is gone without a trace", a)
	}
	x := d.Actions[i]
	switch {
	case !there && x.Change != recovery.ChangeCancelled:
		t.Fatalf("the item of %s is gone, and it is %s", a, x.Change)
	case there && (x.Change != recovery.ChangeKept || x.Amount != a.Amount || !x.DueAt.Equal(a.DueAt)):
		t.Fatalf("%s has become %s", a, x)
	}
}

// TestLimitsPerItem holds that a limit per item looks at each item by itself, and at what belongs to
// none by itself.
func TestLimitsPerItem(t *testing.T) {
	const set = `amends: v1
playbook: shop
review_by: 2037-06-30
incident: {lines: {items: {price: {type: money, currency: EUR}}}, bound: {type: money, currency: EUR, default: 10 EUR}}
plays:
  - {id: lines, approach: standardised-response, when: true, each: lines, do: [{compensate: {id: a, amount: item.price}}, {compensate: {id: b, amount: item.price * 2}}]}
  - {id: whole, approach: standardised-response, when: true, do: [{compensate: {amount: 30 EUR}}]}
limits: `
	lines := []any{line{"id": "B", "price": "20 EUR"}, line{"id": "A", "price": "5 EUR"}}
	for _, test := range []struct{ limit, want string }{
		{"[]", "A 5.00 EUR, A 10.00 EUR, B 20.00 EUR, B 40.00 EUR,  30.00 EUR"},
		{"[{of: compensate, per: item, keep: highest}]", "A 10.00 EUR, B 40.00 EUR,  30.00 EUR"},
		{"[{of: compensate, keep: highest}]", "B 40.00 EUR"},
		{"[{of: compensate, per: item, at_most: 25 EUR}]", "A 5.00 EUR, A 10.00 EUR, B 20.00 EUR, B 5.00 EUR,  25.00 EUR"},
		{"[{of: compensate, per: item, at_most: item.price}]", "A 5.00 EUR, B 20.00 EUR,  30.00 EUR"},
		{"[{of: compensate, per: item, at_most: item.price, when: item.price > incident.bound}]", "A 5.00 EUR, A 10.00 EUR, B 20.00 EUR,  30.00 EUR"},
		{"[{of: compensate, per: item, at_most: 25 EUR}, {of: compensate, at_most: 40 EUR}]", "A 5.00 EUR, A 10.00 EUR, B 20.00 EUR, B 5.00 EUR"},
		{"[{of: compensate, at_most: 40 EUR}]", "A 5.00 EUR, A 10.00 EUR, B 20.00 EUR, B 5.00 EUR"},
	} {
		d, err := itemsEngine(t, set+test.limit).Decide(context.Background(), orderOf(lines...))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range d.Actions {
			got = append(got, a.Item+" "+a.Amount.String())
		}
		if s := strings.Join(got, ", "); s != test.want {
			t.Errorf("%s:\n%s, not\n%s", test.limit, s, test.want)
		}
	}
}

// BenchmarkItems decides an order of 500 lines, each of which has something of its own.
func BenchmarkItems(b *testing.B) {
	const set = `amends: v1
playbook: shop
review_by: 2037-06-30
incident: {lines: {items: {price: {type: money, currency: EUR}, late: {type: duration, default: 0s}}}}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == ""
    each: lines
    where: item.late >= hours(24)
    do: [{compensate: {amount: item.price * percent(10)}}]
`
	for _, late := range []int{0, 50, 500} {
		b.Run(fmt.Sprintf("late=%d", late), func(b *testing.B) {
			e := itemsEngine(b, set)
			lines := make([]any, 500)
			for i := range lines {
				l := line{"id": fmt.Sprintf("L-%03d", i), "price": recovery.MustMoney("12.50 EUR"), "late": time.Duration(0)}
				if i < late {
					l["late"] = 30 * time.Hour
				}
				lines[i] = l
			}
			in := orderOf(lines...)
			b.ReportAllocs()
			for b.Loop() {
				d, err := e.Decide(context.Background(), in)
				if err != nil || len(d.Actions) != late {
					b.Fatal(len(d.Actions), err)
				}
			}
		})
	}
}
