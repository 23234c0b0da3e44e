package oracle

import (
	"bytes"
	"context"
	"maps"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// A standard field may stand in the struct or in Fields. When Fields has the name of one,
// validation looks at both places for each standard field; nil in Fields counts as absent. The
// decision must be the one that the struct alone gives.
func TestStandardFieldsByEitherWay(t *testing.T) {
	needed := strings.NewReplacer("channel: {optional: false}", "channel: {required: true}", "tags: {default: [plain]}", "tags: {required: true}")
	for _, set := range []string{narrowedSet, needed.Replace(narrowedSet)} {
		testEitherWay(t, set)
	}
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func testEitherWay(t *testing.T, set string) {
	engine, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(set)}},
		recovery.WithClock(func() time.Time { return at("2026-03-02T09:00:00Z") }))
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(600) {
		in := newDice(seed, 1).structOnly()
		other := in
		other.Fields = maps.Clone(in.Fields)
		if other.Fields == nil {
			other.Fields = map[string]any{}
		}
		other.Fields["cause"] = nil
		if got, want := outcome(engine, in), outcome(engine, other); !bytes.Equal(got, want) {
			t.Fatalf("%+v:\n%s\n%s", in, got, want)
		}
	}
}

const narrowedSet = `amends: v1
playbook: pb
review_by: 2027-01-01
incident:
  severity: {min: 2, default: 4}
  failure: {one_of: [late, lost], default: late}
  channel: {optional: false}
  occurred_at: {min: "2026-01-01T00:00:00Z"}
  reported_at: {max: "2026-03-02T00:00:00Z"}
  tags: {default: [plain]}
  a.b: {type: string, default: x}
plays:
  - id: p
    approach: standardised-response
    when: incident.severity > 2 && incident.a.b != ""
    do: [{acknowledge: {within: 1h}}]
`

// structOnly makes up an incident whose standard fields are those of the struct,
// many of them wrong.
func (d *oDice) structOnly() recovery.Incident {
	text := func(percent int, wrong ...string) string {
		if d.chance(percent) {
			return pick(d, append(wrong, "x", "a\xff", "\"<\u2028")...)
		}
		return ""
	}
	when := func(percent int) time.Time {
		if d.chance(percent) {
			return pick(d, at("2026-03-01T10:00:00Z"), at("2026-03-01T10:00:00Z").In(time.FixedZone("", 5400)), at("2025-12-31T23:59:59Z"),
				at("2026-04-01T00:00:00Z"), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(0, 7))
		}
		return time.Time{}
	}
	in := recovery.Incident{
		ID: text(98), Service: text(97), Failure: text(60, "late", "lost"), Phase: text(20, "signal", "failure"), Severity: pick(d, 0, 0, 1, 2, 3, 5, 6, -1, math.MaxInt),
		Source: text(20, "monitor"), Provider: text(10), Follows: text(10), Channel: text(90), Region: text(30), Language: text(20), Cause: text(10),
		RemedySought: text(10), Summary: text(10), OccurredAt: when(97), ReportedAt: when(20), RespondedAt: when(10), InformedAt: when(10),
		ResolvedAt: when(10), ExpectedAt: when(10),
		Customer: recovery.Customer{ID: text(50), Name: text(30), Tier: text(30), Language: text(10), Since: when(20)},
	}
	if d.chance(30) {
		in.Tags = pick(d, []string{}, []string{"b", "a"}, []string{"\xff"})
	}
	if d.chance(20) {
		in.Paused = []recovery.Pause{{From: when(95), Until: when(50)}}
	}
	if d.chance(40) {
		in.Fields = map[string]any{"a": map[string]any{"b": "y", "c": 1}, "z": 2.50, "a.d": nil}
	}
	return in
}

// outcome is the decision as JSON, or why there is none.
func outcome(engine *recovery.Engine, in recovery.Incident) []byte {
	d, err := engine.Decide(context.Background(), in)
	if err != nil {
		return recovery.AppendRefusal(nil, in.ID, err)
	}
	return d.AppendJSON(nil)
}
