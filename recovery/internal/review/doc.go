// Package review counts what a ledger holds for the people who answer for it: what was promised and
// kept, who told whom, what came again, what it costs, where we are strong and where weak. It is the
// management review that ISO 10002 asks for.
//
// [Run] goes once over the rows of package account, and every figure is a count of them. Each section
// says in words what it counts. A [Review] writes itself as text, JSON, CSV and as a page.
//
// Memory grows by some 50 bytes an incident, since medians are exact and repeats need to know who
// came before; and by what is shown.
package review
