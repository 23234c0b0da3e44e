// Package explain shows why each play of a set applied to an incident or not: for
// people (text.go) and for programs (json.go). The engine finds the reasons
// ([recovery.Explanation]); this package says which of them are worth reading
// first: what matched, then what missed least, and the rest counted.
//
// In reading order: report.go, others.go; tree.go, text.go, text_play.go; json.go.
package explain
