package ledger

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/chance"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// FindingKind says why a difference is a finding.
type FindingKind string

// The kinds of findings.
const (
	// FindingRule: a play, case, table or limit reads the field, and gave other redress for it.
	FindingRule FindingKind = "rule"
	// FindingRate: the difference is larger than chance explains.
	FindingRate FindingKind = "rate"
	// FindingChange: the difference is larger than chance explains, and goes away where decisions of
	// the same rules are compared. The rules changed, and the members had their cases at other times.
	FindingChange FindingKind = "change-of-rules"
)

// Comparison is a member of a field that should make no difference, in a group of equal cases, and all
// other members.
type Comparison struct {
	Same   []recovery.Key // what makes the cases equal
	Across string         // the field
	Member string         // one of its texts; empty: the field is absent or empty
	// Measure is what was compared. Detail is a currency or a type of action, where it has one.
	Measure Measure
	Detail  string
}

// Finding is a difference between equal cases.
type Finding struct {
	Kind FindingKind
	Comparison
	Cases, Rest Share
	Members     []MemberShare // all members of the field in the group, by name; none for a rule
	P           float64       // how often chance gives such a difference or a larger one, adjusted; 0 for a rule
	Because     string
	effect      float64
}

// MemberShare is what the cases of one member of a field came to.
type MemberShare struct {
	Member string
	Share
}

// Share is what some of the cases of a group came to.
type Share struct {
	Count int64
	Rate  float64 // of the cases that got redress, or had their promises kept where that is compared
	// Mean is the mean of the measure, in the currency or in seconds; of relief, that of the redress.
	// HasMean is unset where the group got redress in no currency, or in several.
	Mean    float64
	HasMean bool
}

// finder looks for differences in what was tallied.
type finder struct {
	*equaliser
	classes *setClasses
	level   float64
	tests   []test
}

// test is a comparison with its results before they are adjusted: within strata, and all cases
// together.
type test struct {
	Finding
	within, pooled float64
	strata         []int32 // the sets in which a stratum began
	plays          []string
}

const defaultLevel = 0.05

func (e *equaliser) find(ctx context.Context, dir log.Files) error {
	rules, err := e.findRules(ctx, dir)
	if err != nil {
		return err
	}
	classes, err := e.classesOfSets()
	if err != nil {
		return err
	}
	f := &finder{equaliser: e, classes: classes, level: cmp.Or(e.options.Level, defaultLevel)}
	if err := f.compareAll(ctx); err != nil {
		return err
	}
	e.out.Findings = append(rules, f.findings()...)
	return nil
}

// compareAll compares each member of each field with the rest of its group, group by group.
func (f *finder) compareAll(ctx context.Context) error {
	byGroup := map[int32][]cellKey{}
	for key := range f.tallies.cells {
		byGroup[key.group] = append(byGroup[key.group], key)
	}
	groups := slices.SortedFunc(maps.Keys(byGroup), func(a, b int32) int {
		return compareKeys(f.tallies.groups.known[a], f.tallies.groups.known[b])
	})
	for _, g := range groups {
		keys := byGroup[g]
		slices.SortFunc(keys, f.tallies.compareCells)
		for field := range f.options.Across {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := f.compareField(g, keys, field); err != nil {
				return err
			}
		}
	}
	return nil
}

func compareKeys(a, b []recovery.Key) int {
	return slices.CompareFunc(a, b, func(x, y recovery.Key) int { return cmp.Compare(x.Text, y.Text) })
}

// compareCells orders cells by what they are, and not by the order in which they were met.
func (t *tallies) compareCells(a, b cellKey) int {
	return cmp.Or(compareKeys(t.across.known[a.across], t.across.known[b.across]),
		slices.Compare(t.sets.known[a.set][:], t.sets.known[b.set][:]), cmp.Compare(a.customer, b.customer))
}

func (f *finder) compareField(group int32, keys []cellKey, field int) error {
	member := func(k cellKey) string { return f.tallies.across.known[k.across][field].Text }
	counts := map[string]int64{}
	for _, k := range keys {
		counts[member(k)] += f.tallies.cells[k].cases
	}
	if len(counts) < 2 {
		return nil
	}
	strata, plays, err := f.classes.strata(group, keys)
	if err != nil {
		return err
	}
	members := slices.Sorted(maps.Keys(counts))
	cells := view{f: f, keys: keys, customers: numbersOf(keys, strata), strata: strata, member: member}
	for m, known := range f.tallies.measures.known {
		s := cells.by(m)
		if !s.differs() {
			continue
		}
		all, totals := s.totals()
		of := members
		if len(of) == 2 { // one against the other is the other against the one: the one that came to less
			of = of[:1]
			if totals[members[1]].below(totals[members[0]].tally) {
				of = members[1:]
			}
		}
		var dealt *dealt
		if !known.isRate() {
			dealt = f.deal(s, members, of)
		}
		var shares []MemberShare
		for _, x := range members {
			shares = append(shares, MemberShare{x, s.share(totals[x])})
		}
		for _, x := range of {
			c := Comparison{f.tallies.groups.known[group], f.options.Across[field], x, known.kind, known.detail}
			f.compare(s, c, totals[x], all.less(totals[x]), dealt, shares, plays)
		}
	}
	return nil
}

// dealt is what came of dealing the customers of a group anew to the members of a field, by member.
type dealt struct {
	members        []string // sorted
	possible       []bool   // whether the member can reach the level
	within, pooled []float64
}

// deal deals the customers to all members at once, for those members that are compared.
func (f *finder) deal(s *view, members, compared []string) *dealt {
	units := s.units(members)
	d := &dealt{members: members, possible: make([]bool, len(members))}
	for _, name := range compared {
		i, _ := slices.BinarySearch(members, name)
		d.possible[i] = canReach(units, i, f.level)
	}
	d.within = chance.Permutation(units, d.possible, f.level)
	if d.pooled = d.within; len(s.strata.began) > 1 {
		for i := range units {
			units[i].Stratum = 0
		}
		d.pooled = chance.Permutation(units, d.possible, f.level)
	}
	return d
}

// compare tests one member against the rest.
func (f *finder) compare(s *view, c Comparison, of, rest *total, dealt *dealt, shares []MemberShare, plays []string) {
	t := test{Finding: Finding{Comparison: c, Members: shares}, strata: s.strata.began, plays: plays}
	t.Cases, t.Rest = s.share(of), s.share(rest)
	possible := false
	if f.tallies.measures.known[s.measure].isRate() {
		tables, pooled := tablesOf(of, rest)
		possible = min(chance.Least(tables...), chance.Least(pooled)) <= f.level
		t.within, t.pooled = chance.Fisher(tables...), chance.Fisher(pooled)
		t.effect = math.Abs(t.Cases.Rate - t.Rest.Rate)
	} else {
		i, _ := slices.BinarySearch(dealt.members, c.Member)
		t.effect = math.Abs(t.Cases.Mean-t.Rest.Mean) / max(math.Abs(t.Cases.Mean), math.Abs(t.Rest.Mean))
		possible, t.within, t.pooled = dealt.possible[i], dealt.within[i], dealt.pooled[i]
	}
	if !possible {
		f.out.TooFew = append(f.out.TooFew, c)
		return
	}
	f.tests = append(f.tests, t)
}

// canReach reports whether so few units can be dealt so differently that a result is at most level.
// With k of n units on one side there are n over k deals.
func canReach(units []chance.Unit, group int, level float64) bool {
	in := 0
	for _, u := range units {
		if u.Group == group {
			in++
		}
	}
	deals := 1.0
	for i := range min(in, len(units)-in) {
		if deals *= float64(len(units)-i) / float64(i+1); deals*level >= 1 {
			return true
		}
	}
	return deals*level >= 1
}

// findings adjusts the results for each other and keeps what is remarkable.
func (f *finder) findings() []Finding {
	var within, pooled []float64
	for _, t := range f.tests {
		within, pooled = append(within, t.within), append(pooled, t.pooled)
	}
	within, pooled = chance.Holm(within), chance.Holm(pooled)
	var out []Finding
	for i, t := range f.tests {
		switch {
		case within[i] <= f.level:
			t.Kind, t.P = FindingRate, within[i]
			t.Because = t.differs()
		case len(t.strata) > 1 && pooled[i] <= f.level:
			t.Kind, t.P = FindingChange, pooled[i]
			t.Because = t.differs() + "; decisions of the same rules do not differ so: " + f.changes(t)
		default:
			continue
		}
		out = append(out, t.Finding)
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return cmp.Compare(b.effect, a.effect) })
	return out
}

// changes names the sets by which the rules changed, and when.
func (f *finder) changes(t test) string {
	text := ""
	for _, set := range t.strata[1:] {
		if text != "" {
			text += ", "
		}
		digest := f.classes.digest(set)
		text += "set " + digest[:min(len(digest), len("sha256:")+12)] + " from " + f.tallies.since[set].UTC().Format("2006-01-02")
	}
	if len(t.plays) > 0 {
		text += fmt.Sprint(" changed ", t.plays)
	}
	return text
}

// differs says the difference in words.
func (t *test) differs() string {
	if (measure{kind: t.Measure}).isRate() {
		got := " got redress, against "
		if t.Measure == MeasureKept {
			got = " had every promise kept that was due, against "
		}
		return chance.Percent(t.Cases.Rate) + " of " + strconv.FormatInt(t.Cases.Count, 10) + got + chance.Percent(t.Rest.Rate) + " of " + strconv.FormatInt(t.Rest.Count, 10)
	}
	of := map[Measure]string{MeasureRedress: "redress", MeasureShare: "redress as a share", MeasureChosen: "a choice", MeasureAllowed: "the time for " + t.Detail}[t.Measure]
	return "the mean of " + of + " is " + t.mean(t.Cases) + " over " + strconv.FormatInt(t.Cases.Count, 10) + ", against " + t.mean(t.Rest) + " over " + strconv.FormatInt(t.Rest.Count, 10)
}

func (t *test) mean(s Share) string {
	switch t.Measure {
	case MeasureAllowed:
		return strconv.FormatFloat(s.Mean/3600, 'f', 1, 64) + " h"
	case MeasureShare:
		return chance.Percent(s.Mean)
	}
	return strconv.FormatFloat(s.Mean, 'f', 2, 64) + " " + t.Detail
}
