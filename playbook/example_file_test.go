package playbook_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/playbook"
)

// parcels is the complete example of the format.
func parcels(t *testing.T) *playbook.Document {
	t.Helper()
	set, ds := playbook.Load(os.DirFS("testdata/good"))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	if len(set.Documents) != 1 {
		t.Fatalf("read %d documents", len(set.Documents))
	}
	return set.Documents[0]
}

func TestExample(t *testing.T) {
	d := parcels(t)
	for name, pair := range map[string][2]any{
		"kind":         {d.Kind, playbook.Playbook},
		"id":           {d.ID.Value, "parcel-delivery"},
		"zone":         {d.Zone.Value, "Europe/Madrid"},
		"applies":      {d.Applies.Value, `incident.service == "parcel"`},
		"fields":       {len(d.Fields), 3},
		"field":        {d.Fields[1].Name.Value + " " + d.Fields[1].Type.Value + " " + d.Fields[1].Currency.Value, "order.value money EUR"},
		"default":      {d.Fields[2].Default.Text.Kind, playbook.Bool},
		"fact":         {d.Facts[1].Sum.Value + " " + d.Facts[1].Last.Value, "compensate 365d"},
		"same":         {values(d.Facts[0].Same), []string{"customer.id", "failure"}},
		"term":         {d.Terms[0].Expr.Value, `incident.customer.tier in ["gold", "platinum"]`},
		"table":        {d.Tables[0].By.Value, "incident.delay"},
		"row":          {d.Tables[0].Rows[1].From.Value + " " + d.Tables[0].Rows[1].Columns[0].Value.Text.Value, "3d 10 EUR"},
		"hours":        {values(d.Calendars[0].Versions[0].Hours[0].Spans), []string{"09:00-14:00", "16:00-19:00"}},
		"days":         {d.Calendars[0].Versions[0].Hours[1].Days.Value, "fri"},
		"holiday":      {d.Calendars[0].Holidays[1].Date.Value, "2027-01-01"},
		"message":      {d.Messages[0].Texts[1].Language.Value, "es"},
		"partner":      {d.Partners[0].ID.Value + " " + d.Partners[0].Agreement.Ref.Value, "quickbike AG-2026-014"},
		"capacity":     {d.Partners[0].Outbound.Units.Value + "/" + d.Partners[0].Outbound.Per.Value, "40/day"},
		"inbound":      {d.Partners[0].Inbound == nil, true},
		"limit":        {values(d.Limits[1].Of), []string{"compensate", "refund"}},
		"escalation":   {d.Limits[2].Over.Value + " " + d.Limits[2].To.Value, "escalate duty-manager"},
		"plays":        {len(d.Plays), 7},
		"actions":      {len(d.Plays[0].Do), 5},
		"within":       {d.Plays[0].Do[0].Within.Value, "1h"},
		"param":        {d.Plays[0].Do[1].Params[0].Key.Value + " " + d.Plays[0].Do[1].Params[0].Value.Text.Value, "every 24h"},
		"if late":      {d.Plays[0].Do[3].IfLate[0].Type.Value, "escalate"},
		"pauses":       {d.Plays[0].Do[3].Pauses, true},
		"cases":        {d.Plays[1].Cases[0].ID.Value, "dear"},
		"phase":        {d.Plays[2].Phase.Value, "failure"},
		"too late":     {d.Plays[3].TooLate[0].Type.Value, "escalate"},
		"substitute":   {values(d.Plays[4].Substitute.Partners), []string{"quickbike"}},
		"otherwise":    {d.Plays[4].Otherwise[0].Within.Value, "30m"},
		"discretion":   {d.Plays[5].Discretion.Decider.Value + " " + d.Plays[5].Discretion.Tolerance.Value, "duty-manager 20%"},
		"option range": {d.Plays[5].Discretion.Options[0].Params[0].Value.Entries[1].Value.Text.Value, "150 EUR"},
		"option list":  {len(d.Plays[5].Discretion.Options[0].Params[1].Value.Items), 2},
		"fallback":     {d.Plays[6].Fallback, true},
	} {
		if diff := cmp.Diff(pair[1], pair[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func values(ts []playbook.Text) (out []string) {
	for _, t := range ts {
		out = append(out, t.Value)
	}
	return out
}

func TestExamplePlaces(t *testing.T) {
	d := parcels(t)
	when := d.Plays[0].When
	for name, pair := range map[string][2]string{
		"play":   {d.Plays[0].Range.String(), "parcel.yaml:57:5"},
		"action": {d.Plays[0].Do[2].Range.String(), "parcel.yaml:64:9"},
		"field":  {d.Fields[1].Range.String(), "parcel.yaml:11:3"},
		"when":   {span(when.Range), "60:11-60:64"},
		"has":    {span(when.Sub(30, 33)), "60:41-60:44"},
		"start":  {span(when.Sub(0, 0)), "60:11-60:12"},
		"end":    {span(when.Sub(1000, 1000)), "60:64-60:65"},
		"all":    {span(when.Sub(-5, 1000)), "60:11-60:64"},
		"absent": {span(d.Plays[0].Lead.Sub(0, 3)), "0:0-0:0"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s stands at %v, want %v", name, pair[0], pair[1])
		}
	}
}

func span(r playbook.Range) string {
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Column, r.End.Line, r.End.Column)
}
