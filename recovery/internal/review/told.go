package review

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
)

// Told says who told of failures first.
type Told struct {
	Counts  string        `json:"counts"`
	Sources []SourceCount `json:"sources"`
	// Defaulted counts the incidents whose source nobody told.
	Defaulted int64 `json:"source_defaulted"`
	// FoundFirst are failures that we found before the customer complained.
	FoundFirst int64 `json:"found_by_ourselves"`
	Failures   int64 `json:"failures"`

	Signals  int64 `json:"signals"`
	InTime   int64 `json:"signals_acted_on_in_time"`
	TooLate  int64 `json:"signals_too_late"`
	CameAll  int64 `json:"signals_failed_all_the_same"`
	NoAction int64 `json:"signals_without_action"`
}

// SourceCount is how many incidents have a source.
type SourceCount struct {
	Source string `json:"source"`
	Count  int64  `json:"count"`
}

const toldCounts = "incidents by source; found by ourselves are failures from a monitor, staff, an audit or a survey with no complaint of the same customer about the same service and failure before, however long ago; a signal is an incident that was decided in the phase signal, and it failed all the same when it is in the phase failure now, or an incident follows it"

type told struct {
	sources   map[string]int64
	defaulted int64
	failures  int64

	// failed numbers what failed: a service with a failure.
	failed   map[[2]string]int32
	signals  map[uint64]signal // what became of incidents that were signals
	followed map[uint64]bool
}

// signal is what became of an incident that was a signal: any of these.
type signal uint8

const (
	signalActed signal = 1 << iota
	signalLate
	signalFailed
)

// hashOf tells texts apart. There may be a million, so that they are not kept.
func hashOf(text string) uint64 {
	sum := sha256.Sum256([]byte(text))
	return binary.LittleEndian.Uint64(sum[:])
}

func (t *told) decision(x *account.Decision) {
	d := x.Is
	if d.Phase != recovery.PhaseSignal {
		return
	}
	if t.signals == nil {
		t.signals = map[uint64]signal{}
	}
	id := hashOf(d.Incident)
	s := t.signals[id]
	for i := range d.Actions {
		if d.Actions[i].Change != recovery.ChangeCancelled {
			s |= signalActed
		}
	}
	for _, w := range d.Warnings {
		if w.Code == recovery.WarnTooLate {
			s |= signalLate
		}
	}
	t.signals[id] = s
}

// incident sees all incidents. Those of other times tell what came before, and what became of signals. It
// says what [once] has to know.
func (t *told) incident(x *account.Incident, period int) (seen occurrence) {
	in := &x.Is
	if t.sources == nil {
		t.sources, t.failed, t.followed = map[string]int64{}, map[[2]string]int32{}, map[uint64]bool{}
	}
	source := in.Source
	if source == "" {
		source = recovery.SourceComplaint
	}
	if period == thisPeriod {
		t.sources[source]++
		if !x.SourceTold {
			t.defaulted++
		}
	}
	if in.Follows != "" {
		t.followed[hashOf(in.Follows)] = true
	}
	if in.Phase == recovery.PhaseSignal {
		return seen
	}
	if len(t.signals) > 0 {
		id := hashOf(x.Incident)
		if s, ok := t.signals[id]; ok {
			t.signals[id] = s | signalFailed
		}
	}
	if period == thisPeriod {
		t.failures++
	}
	what := [2]string{in.Service, in.Failure}
	n, ok := t.failed[what]
	if !ok {
		n = int32(len(t.failed))
		t.failed[what] = n
	}
	seen.failed = n
	seen.complaint = source == recovery.SourceComplaint
	seen.found = !seen.complaint && source != recovery.SourcePartner
	return seen
}

func (t *told) finish(o *once) Told {
	out := Told{Counts: toldCounts, Sources: []SourceCount{}, Defaulted: t.defaulted, Failures: t.failures, Signals: int64(len(t.signals))}
	out.FoundFirst = o.foundFirst()
	for _, s := range slices.Sorted(maps.Keys(t.sources)) {
		out.Sources = append(out.Sources, SourceCount{s, t.sources[s]})
	}
	for incident, s := range t.signals {
		switch {
		case s&signalLate != 0:
			out.TooLate++
		case s&signalActed != 0:
			out.InTime++
		default:
			out.NoAction++
		}
		if s&signalFailed != 0 || t.followed[incident] {
			out.CameAll++
		}
	}
	return out
}
