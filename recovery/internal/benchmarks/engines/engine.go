package engines

import (
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/handwritten"
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// Engine is one way to find the plays that match an incident.
type Engine struct {
	Name string
	// Limit is the largest set that it is asked to load; 0: none.
	Limit int
	Load  func(*Workload) (Matcher, error)
}

// Workload is what an engine is loaded for.
type Workload struct {
	Plays  []workload.Play
	Stream []*workload.Incident
}

// Matcher is an engine with a set of plays and a stream of incidents at hand. It
// is for one goroutine.
type Matcher interface {
	// Match finds the plays that match an incident of the stream, and keeps what
	// the engine returns.
	Match(incident int) error
	// Matched are the numbers of the plays that were found last, ascending.
	Matched() []int
}

// Refresher is a Matcher that remembers something of an incident from one match to
// the next. Refresh makes it forget; that is not timed.
type Refresher interface {
	Matcher
	Refresh()
}

// The names of the engines, as tables and charts show them.
const (
	Amends       = "amends, matching"
	Explained    = "amends, with input and reasons"
	Decide       = "amends, whole Decide"
	CELGo        = "cel-go, naive"
	CELOptimised = "cel-go, optimised"
	Expr         = "expr-lang"
	Cedar        = "cedar-go"
	OPA          = "OPA, rule index"
	Switch       = "Go switch, generated"
	Tables       = "Go closures, by key"
)

// All lists the engines, ours first, those written by hand last.
func All() []Engine {
	return []Engine{
		{Name: Amends, Load: loadGiven},
		{Name: Explained, Load: loadAmends},
		{Name: Decide, Load: loadDecide},
		{Name: CELGo, Load: loadCELGo},
		{Name: CELOptimised, Load: loadCELOptimised},
		{Name: Expr, Load: loadExpr},
		{Name: Cedar, Load: loadCedar},
		{Name: OPA, Load: loadOPA},
		{Name: Switch, Load: loadSwitch, Limit: handwritten.Largest},
		{Name: Tables, Load: loadTables},
	}
}

// Peers are the names of the engines that a goal compares amends with: those
// that read rules, not those that are compiled from them.
func Peers() []string { return []string{CELGo, CELOptimised, Expr, Cedar, OPA} }
