// Package yamlnode turns the bytes of a YAML file into nodes that know where
// they stand, and everything that is wrong with the YAML into problems that a
// reader of the file can mend.
//
// It is the only importer of gopkg.in/yaml.v3, whose nodes lack three things
// that embedded expressions need: where a node ends, where each character of a
// decoded scalar stands, and syntax errors that point at the line to mend. The
// first two are worked out from the source (chars.go), the last by looking for
// the usual traps in the source (traps.go).
package yamlnode
