package recovery_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
)

const promises = `
calendars:
  office: {hours: {mon-fri: "09:00-17:00"}}
plays:
  - id: any
    approach: standardised-response
    when: "true"
    do:
      - acknowledge: {within: 1h}
      - inform: {every: 24h}
      - resolve: {within: 2wd, calendar: office, if_late: [{escalate: {to: boss, within: 1h}}]}
      - survey: {since: resolved_at, after: 2d}
      - callback: {after: 1h, within: 1h}
`

func owed(list []recovery.Owed) []string {
	out := []string{}
	for _, o := range list {
		line := string(o.State) + " " + o.Action.Type
		if !o.At.IsZero() {
			line += " " + o.At.Format("2006-01-02T15:04")
		}
		out = append(out, line)
	}
	return out
}

func TestAgenda(t *testing.T) {
	d := newDesk(t, promises)
	in := recovery.Incident{ID: "T-1", Service: "parcel", OccurredAt: at("2026-03-02T08:00:00Z")}
	decision := d.handle(in)
	byType := map[string]recovery.Action{}
	for _, a := range decision.Actions {
		byType[a.Type] = a
	}
	for _, tt := range []struct {
		name, now string
		change    func(*recovery.Incident)
		reports   []recovery.Report
		want      []string
	}{
		{"at once", "2026-03-02T09:30:00Z", nil, nil, []string{
			"due acknowledge 2026-03-02T10:00", "due resolve 2026-03-04T17:00",
			"next callback 2026-03-02T11:00", "next inform 2026-03-03T09:00", "waiting survey"}},
		{"exactly at its deadline a thing is not late", "2026-03-02T10:00:00Z", nil, nil, []string{
			"due acknowledge 2026-03-02T10:00", "due callback 2026-03-02T11:00", "due resolve 2026-03-04T17:00",
			"next inform 2026-03-03T09:00", "waiting survey"}},
		{"answered and called", "2026-03-03T10:00:00Z", func(in *recovery.Incident) { in.RespondedAt = at("2026-03-02T09:10:00Z") },
			[]recovery.Report{{Action: byType["callback"].ID, At: at("2026-03-02T10:30:00Z")}}, []string{
				"overdue inform 2026-03-03T09:00", "due resolve 2026-03-04T17:00", "waiting survey"}},
		{"informed", "2026-03-03T10:00:00Z", func(in *recovery.Incident) {
			in.RespondedAt, in.InformedAt = at("2026-03-02T09:10:00Z"), at("2026-03-03T09:30:00Z")
		}, []recovery.Report{{Action: byType["callback"].ID, At: at("2026-03-02T10:30:00Z")}}, []string{
			"due resolve 2026-03-04T17:00", "next inform 2026-03-05T09:00", "waiting survey"}},
		{"late", "2026-03-04T19:00:00Z", func(in *recovery.Incident) {
			in.RespondedAt, in.InformedAt = at("2026-03-02T09:10:00Z"), at("2026-03-04T18:00:00Z")
		}, []recovery.Report{{Action: byType["callback"].ID, At: at("2026-03-02T10:30:00Z")}}, []string{
			"overdue resolve 2026-03-04T17:00", "overdue escalate 2026-03-04T18:00", "next inform 2026-03-06T09:00", "waiting survey"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changed := in
			if tt.change != nil {
				tt.change(&changed)
			}
			got := owed(agendaOf(decision, changed, at(tt.now), tt.reports...))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReport(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, promises)
	decision := d.handle(recovery.Incident{ID: "T-1"})
	if err := d.Report(ctx, recovery.Report{Incident: "T-1", Action: decision.Actions[0].ID, At: d.now, Note: "by phone"}); err != nil {
		t.Fatal(err)
	}
	given, _, err := d.store.Read(ctx, recovery.Query{Incident: "T-1"})
	if err != nil || len(given.Reports) != 1 || given.Reports[0].Note != "by phone" {
		t.Errorf("reports %v, %v", given.Reports, err)
	}
	var unknown *recovery.UnknownActionError
	if err := d.Report(ctx, recovery.Report{Incident: "T-1", Action: "act_none", At: d.now, Note: ""}); !errors.As(err, &unknown) {
		t.Errorf("an unknown action gives %v", err)
	}
	if err := d.Report(ctx, recovery.Report{Incident: "T-2", Action: decision.Actions[0].ID, At: d.now, Note: ""}); !errors.As(err, &unknown) {
		t.Errorf("an unknown incident gives %v", err)
	}
}

func TestReload(t *testing.T) {
	var told []string
	d := newDesk(t, promises, recovery.WithHooks(recovery.Hooks{Reloaded: func(_ context.Context, s recovery.SetRef) { told = append(told, s.Digest) }}))
	before := d.Set()
	err := d.Reload(fstest.MapFS{"set.yaml": {Data: []byte("amends: v1\nplaybook: pb\nplays: 3\n")}})
	var diags playbook.Diagnostics
	if !errors.As(err, &diags) || d.Set() != before {
		t.Errorf("a bad set: %v; the engine has %v", err, d.Set())
	}
	good := "amends: v1\nplaybook: pb\nplays: [{id: a, approach: case-by-case, when: 'true', discretion: {decider: me, options: [{replace: {}}]}}]\n"
	if err := d.Reload(fstest.MapFS{"set.yaml": {Data: []byte(good)}}); err != nil {
		t.Fatal(err)
	}
	if d.Set() == before || len(told) != 1 || told[0] != d.Set().Digest {
		t.Errorf("the new set is %v, told %v", d.Set(), told)
	}
	if got := d.handle(recovery.Incident{ID: "T-5"}); len(got.Choices) != 1 {
		t.Errorf("decided by the new set: %v", got)
	}
}
