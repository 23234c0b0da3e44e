package ledgers

import (
	"bytes"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// TestEachMeasureHasAPicture writes a page with a finding of each measure in a group whose redress does not
// differ: each has a picture of its own, by member, and members that are too few are hidden.
func TestEachMeasureHasAPicture(t *testing.T) {
	share := func(member string, count int64, mean float64) ledger.MemberShare {
		return ledger.MemberShare{Member: member, Share: ledger.Share{Count: count, Rate: mean, Mean: mean, HasMean: true}}
	}
	for _, x := range []struct {
		measure ledger.Measure
		detail  string
		members []ledger.MemberShare
		want    []string
	}{
		{ledger.MeasureKept, "", []ledger.MemberShare{share("north", 12, 1), share("south", 12, 0.25), share("west", 2, 0.5)}, []string{"<h3>Cases whose promises were all kept</h3>", "25.0 % of 12", "100.0 % of 12"}},
		{ledger.MeasureRedress, "EUR", []ledger.MemberShare{share("north", 12, 7.5), share("south", 12, 3), share("west", 2, 999)}, []string{"<h3>Mean redress in EUR</h3>", "7.50 EUR over 12", "3.00 EUR over 12"}},
		{ledger.MeasureShare, "EUR", []ledger.MemberShare{share("north", 12, 0.1), share("south", 12, 0.3), share("west", 2, 0.9)}, []string{"<h3>Mean redress in EUR as a share of order.value</h3>", "10.0 % over 12", "30.0 % over 12"}},
		{ledger.MeasureChosen, "EUR", []ledger.MemberShare{share("", 12, 7.5), share("south", 12, 3), share("west", 2, 999)}, []string{"<h3>Mean of what was chosen, in EUR</h3>", "7.50 EUR over 12", "empty"}},
		{ledger.MeasureAllowed, "respond", []ledger.MemberShare{share("north", 12, 7200), share("south", 12, 3600), share("west", 2, 999)}, []string{"<h3>Mean time for respond</h3>", "2.0 h over 12", "1.0 h over 12"}},
	} {
		f := ledger.Finding{Kind: ledger.FindingRate, Members: x.members, P: 0.01}
		f.Same, f.Across, f.Member = []recovery.Key{{Path: "failure", Text: "late"}}, "region", x.members[0].Member
		f.Measure, f.Detail, f.Because = x.measure, x.detail, "what 5 cases came to"
		f.Cases.Count, f.Rest.Count = 5, 21
		var out bytes.Buffer
		err := writeEqualPage(&out, &ledger.Treatment{Cases: 26, Findings: []ledger.Finding{f, f}}, ledger.EqualOptions{Same: []string{"failure"}, Across: []string{"region"}, ShareOf: "order.value"}, 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range x.want {
			if strings.Count(out.String(), want) == 0 {
				t.Errorf("%s: the page has no %s", x.measure, want)
			}
		}
		if n := strings.Count(out.String(), "<h3>"); n != 1 {
			t.Errorf("%s: %d pictures, want 1", x.measure, n)
		}
		if strings.Contains(out.String(), "west") {
			t.Errorf("%s: the page names a member with 2 cases", x.measure)
		}
	}
}

// TestSmallCellsTellNoFigures finds a difference of a member with few cases: the page says so, and no more.
func TestSmallCellsTellNoFigures(t *testing.T) {
	for _, counts := range [][2]int64{{4, 40}, {40, 4}} {
		f := ledger.Finding{Kind: ledger.FindingRate, P: 0.0123, Because: "100.0 % of 4 got redress"}
		f.Same, f.Across, f.Member, f.Measure = []recovery.Key{{Path: "failure", Text: "late"}}, "region", "west", ledger.MeasureRelief
		f.Cases.Count, f.Rest.Count = counts[0], counts[1]
		for minCell, shown := range map[int64]bool{5: false, 4: true} {
			var out bytes.Buffer
			if err := writeEqualPage(&out, &ledger.Treatment{Cases: 44, Findings: []ledger.Finding{f}}, ledger.EqualOptions{Same: []string{"failure"}, Across: []string{"region"}}, minCell); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(out.String(), f.Because); got != shown || strings.Contains(out.String(), "0.012") != shown {
				t.Errorf("of at least %d cases: %s", minCell, out.String())
			}
		}
	}
}
