package review

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
	"github.com/servicerecovery/amends/recovery/internal/chance"
)

// Strengths ranks the kinds of incidents by how well we recover from them.
type Strengths struct {
	Counts string   `json:"counts"`
	Rules  []string `json:"rules"`
	Kinds  []Cell   `json:"kinds"` // the strongest first; those with too few incidents last
}

// Verdict says how a kind stands.
type Verdict string

// The verdicts.
const (
	Strong Verdict = "strong"
	Weak   Verdict = "weak"
	Mixed  Verdict = "mixed"
	TooFew Verdict = "too-few"
)

// Cell is one kind of incidents with its verdict and what it rests on.
type Cell struct {
	Kind      Kind     `json:"kind"`
	Verdict   Verdict  `json:"verdict"`
	Incidents int64    `json:"incidents"`
	Points    int      `json:"points"` // rules that speak for it, less those that speak against it
	Kept      *float64 `json:"kept_rate,omitempty"`
	Repeats   int64    `json:"repeats"`
	// RepeatsBefore are those of the period before.
	RepeatsBefore *int64   `json:"repeats_before,omitempty"`
	FoundFirst    float64  `json:"not_by_complaint_rate"`
	Score         *float64 `json:"score,omitempty"`
	Because       []string `json:"because"`
	Examples      []string `json:"examples"` // incidents behind the verdict: those with a missed promise first
}

// The rules of the ranking. A kind with fewer incidents than fewIncidents is not judged.
const (
	fewIncidents = 10
	keptWell     = 0.95
	keptBadly    = 0.80
	foundWell    = 0.50
	repeatsBadly = 0.10
	someExamples = 3
)

var strengthRules = []string{
	"promises: 95 % or more of those that were due were kept speaks for it, less than 80 % against it",
	"repeats: fewer than in the period before speaks for it, more against it; without a period before, more than 10 % of the incidents against it",
	"found by ourselves: half of the incidents or more that no complaint told of speaks for it",
	"satisfaction: a mean above that of all speaks for it, one below against it",
	"strong is more for than against, weak more against than for; fewer than 10 incidents are not judged",
}

type strong struct {
	cells  map[int]*cell
	solved int64
	scores struct {
		sum float64
		n   int64
	}
}

// cell is a kind in the making.
type cell struct {
	incidents, due, kept, found int64
	repeats, before             int64
	score                       float64
	scored                      int64
	examples, missed            []string
}

func (s *strong) cell(kind int) *cell {
	if s.cells == nil {
		s.cells = map[int]*cell{}
	}
	if s.cells[kind] == nil {
		s.cells[kind] = &cell{}
	}
	return s.cells[kind]
}

func (s *strong) promise(kind int, x *account.Promise, due bool) {
	if !x.Once || !due || !judged(x.Is.Outcome) {
		return
	}
	c := s.cell(kind)
	c.due++
	if x.Is.Outcome == recovery.PromiseKept {
		c.kept++
	}
}

func (s *strong) repeats(kind int, repeats, before int64) {
	if c := s.cells[kind]; c != nil {
		c.repeats, c.before = repeats, before
	}
}

func (s *strong) incident(kind int, x *account.Incident, score float64, scored bool) {
	c := s.cell(kind)
	c.incidents++
	if source := x.Is.Source; source != "" && source != recovery.SourceComplaint {
		c.found++
	}
	if x.Is.Phase != recovery.PhaseSignal && !x.Is.ResolvedAt.IsZero() && !missedResolve(x) {
		s.solved++
	}
	if scored {
		c.score += score
		c.scored++
		s.scores.sum += score
		s.scores.n++
	}
	if list := &c.examples; x.Missed > 0 {
		if list = &c.missed; len(*list) < someExamples {
			*list = append(*list, x.Incident)
		}
	} else if len(*list) < someExamples {
		*list = append(*list, x.Incident)
	}
}

func missedResolve(x *account.Incident) bool {
	return x.Last != nil && slices.ContainsFunc(x.Last.Missed, func(m recovery.Missed) bool { return m.Type == recovery.ActionResolve })
}

func (s *strong) finish(r *reviewer) Strengths {
	out := Strengths{Counts: "the kinds of incidents of the period, judged by the rules below", Rules: strengthRules, Kinds: []Cell{}}
	for kind, c := range s.cells {
		if c.incidents > 0 {
			out.Kinds = append(out.Kinds, s.judge(c, r.kinds.known[kind], !r.options.Before.IsZero()))
		}
	}
	slices.SortFunc(out.Kinds, func(a, b Cell) int {
		few := func(c Cell) int {
			if c.Verdict == TooFew {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(few(a), few(b)), cmp.Compare(b.Points, a.Points), cmp.Compare(b.Incidents, a.Incidents), a.Kind.compare(b.Kind))
	})
	return out
}

// judge gives a kind its verdict. Each rule that speaks says so in a sentence.
func (s *strong) judge(c *cell, kind Kind, before bool) Cell {
	out := Cell{Kind: kind, Incidents: c.incidents, Repeats: c.repeats, FoundFirst: float64(c.found) / float64(c.incidents), Because: []string{}}
	out.Examples = append(append([]string{}, c.missed...), c.examples...)
	out.Examples = out.Examples[:min(len(out.Examples), someExamples)]
	say := func(points int, text string) {
		out.Points += points
		out.Because = append(out.Because, text)
	}
	if c.due > 0 {
		rate := float64(c.kept) / float64(c.due)
		out.Kept = &rate
		text := chance.Percent(rate) + " of " + strconv.FormatInt(c.due, 10) + " promises were kept"
		say(sign(rate >= keptWell, rate < keptBadly), text)
	}
	if before {
		out.RepeatsBefore = &c.before
		say(sign(c.repeats < c.before, c.repeats > c.before), strconv.FormatInt(c.repeats, 10)+" came again, against "+strconv.FormatInt(c.before, 10)+" in the period before")
	} else {
		rate := float64(c.repeats) / float64(c.incidents)
		say(sign(false, rate > repeatsBadly), chance.Percent(rate)+" came again")
	}
	say(sign(out.FoundFirst >= foundWell, false), chance.Percent(out.FoundFirst)+" were not told by a complaint")
	if c.scored > 0 && s.scores.n > 0 {
		mean, all := c.score/float64(c.scored), s.scores.sum/float64(s.scores.n)
		out.Score = &mean
		say(sign(mean > all, mean < all), "satisfaction is "+figure(mean)+", against "+figure(all)+" of all")
	}
	switch {
	case c.incidents < fewIncidents:
		out.Verdict, out.Points = TooFew, 0
	case out.Points > 0:
		out.Verdict = Strong
	case out.Points < 0:
		out.Verdict = Weak
	default:
		out.Verdict = Mixed
	}
	return out
}

func sign(good, bad bool) int {
	switch {
	case good:
		return 1
	case bad:
		return -1
	}
	return 0
}

func figure(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

// customerOf tells customers apart; 0: nobody knows whose the incident is.
func customerOf(x *account.Incident) uint64 {
	if x.Is.Customer.ID == "" {
		return 0
	}
	return max(1, hashOf(x.Is.Customer.ID))
}
