// Package worktime answers when: when is a promise of four working hours due, how
// much working time lies between two instants, which day is the third working day from now.
//
// A [Calendar] knows the hours of a week, in a zone, and the holidays. A [Clock]
// is a calendar with pauses, during which a promise does not run; it turns a base and a
// length of time into an instant. [LoadZone] gives the zones.
//
// # Working time
//
// Working time is elapsed time inside the hours of the calendar. Nothing is made of the
// length of a day: where clocks are put forward or back within working hours, the day
// has an hour less or more of it.
//
//   - Hours open at a wall time and close at a wall time of the calendar's zone.
//   - A wall time that the clocks skip is the instant after the gap.
//   - A wall time that occurs twice opens at its first and closes at its second occurrence.
//   - 24:00 is the 00:00 of the next day.
//   - Hours that overlap for these reasons are not counted twice.
//   - A date that the zone left out altogether (Samoa, 2011-12-30) is closed.
//
// # Determinism
//
// The zones are read from the IANA data embedded here, never from the host: the same
// deadline results on every machine and at every later date. A newer release of the data
// is a change of meaning, and so a new semantics version.
package worktime
