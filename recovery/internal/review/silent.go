package review

import "math"

// Silent estimates those who say nothing.
type Silent struct {
	Counts     string  `json:"counts"`
	Complaints int64   `json:"complaints"`
	Solved     int64   `json:"solved"`     // resolved, and no resolve was missed
	NotSolved  int64   `json:"not_solved"` // the other failures
	PerSilent  float64 `json:"assumed_silent_per_complaint"`
	PerBad     float64 `json:"assumed_told_badly"`
	PerGood    float64 `json:"assumed_told_well"`
	Silent     int64   `json:"silent"`
	ToldBadly  int64   `json:"told_badly"`
	ToldWell   int64   `json:"told_well"`
}

const silentCounts = "an estimate: for each complaint so many others stay silent; each of them, and each customer whose failure was not solved, tells so many others badly of us; each whose failure was solved tells so many well. Solved is resolved with no resolve missed"

func (r *reviewer) finishSilent() Silent {
	t, o := &r.told, r.options
	out := Silent{Counts: silentCounts, Complaints: t.sources["complaint"], Solved: r.strong.solved, PerSilent: o.Silent, PerBad: o.Tell, PerGood: o.TellSolved}
	out.NotSolved = t.failures - out.Solved
	out.Silent = rounded(o.Silent * float64(out.Complaints))
	out.ToldBadly = rounded(o.Tell * float64(out.Silent+out.NotSolved))
	out.ToldWell = rounded(o.TellSolved * float64(out.Solved))
	return out
}

func rounded(f float64) int64 { return int64(math.Round(f)) }
