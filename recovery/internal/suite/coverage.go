package suite

import "strings"

// Coverage is what the tests have reached.
type Coverage struct{}

type jsonCoverage struct{}

func (r *Report) writeCoverage(out *strings.Builder) {}
func (r *Report) jsonCoverage() *jsonCoverage        { return nil }
