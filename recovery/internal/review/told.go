package review

import (
	"maps"
	"slices"
	"time"

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

	found      []foundCase
	complained map[caseKey]time.Time // the first complaint
	signals    map[string]*signal
	followed   map[string]bool
}

// caseKey is a customer with a service and a failure.
type caseKey struct{ customer, service, failure string }

type foundCase struct {
	key caseKey
	at  time.Time
}

// signal is what became of an incident that was a signal.
type signal struct{ acted, late, failed bool }

func (t *told) decision(x *account.Decision) {
	d := x.Is
	if d.Phase != recovery.PhaseSignal {
		return
	}
	if t.signals == nil {
		t.signals = map[string]*signal{}
	}
	s := t.signals[d.Incident]
	if s == nil {
		s = &signal{}
		t.signals[d.Incident] = s
	}
	for i := range d.Actions {
		s.acted = s.acted || d.Actions[i].Change != recovery.ChangeCancelled
	}
	for _, w := range d.Warnings {
		s.late = s.late || w.Code == recovery.WarnTooLate
	}
}

// incident sees all incidents. Those of other times tell what came before, and what became of signals.
func (t *told) incident(x *account.Incident, period int) {
	in := &x.Is
	if t.sources == nil {
		t.sources, t.complained, t.followed = map[string]int64{}, map[caseKey]time.Time{}, map[string]bool{}
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
		t.followed[in.Follows] = true
	}
	if in.Phase == recovery.PhaseSignal {
		return
	}
	if s := t.signals[x.Incident]; s != nil {
		s.failed = true
	}
	if period == thisPeriod {
		t.failures++
	}
	key, at := caseKey{in.Customer.ID, in.Service, in.Failure}, countsAt(x)
	switch {
	case source == recovery.SourceComplaint:
		if first, ok := t.complained[key]; in.Customer.ID != "" && (!ok || at.Before(first)) {
			t.complained[key] = at
		}
	case source != recovery.SourcePartner && period == thisPeriod:
		t.found = append(t.found, foundCase{key, at})
	}
}

func (t *told) finish() Told {
	out := Told{Counts: toldCounts, Sources: []SourceCount{}, Defaulted: t.defaulted, Failures: t.failures, Signals: int64(len(t.signals))}
	for _, s := range slices.Sorted(maps.Keys(t.sources)) {
		out.Sources = append(out.Sources, SourceCount{s, t.sources[s]})
	}
	for _, f := range t.found {
		if first, ok := t.complained[f.key]; !ok || f.at.Before(first) {
			out.FoundFirst++
		}
	}
	for incident, s := range t.signals {
		switch {
		case s.late:
			out.TooLate++
		case s.acted:
			out.InTime++
		default:
			out.NoAction++
		}
		if s.failed || t.followed[incident] {
			out.CameAll++
		}
	}
	return out
}
