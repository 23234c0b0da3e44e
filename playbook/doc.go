// Package playbook reads the YAML documents of a set, with the place of every
// key and every character, and reports everything that is wrong with their
// shape.
//
// [Load] walks a directory tree and returns a [Set] of typed documents together
// with [Diagnostics]. A diagnostic says what was wanted, what was found, and
// where. It can be rendered with the source line and a caret. Reading never
// stops at the first mistake, and the parts of a document that were understood
// are returned beside the problems.
//
// The package knows the shape of documents, not their meaning: a condition, an
// amount and a date are all a [Text] here. Package policy gives it a meaning.
// The format is described in FORMAT.md beside this file.
package playbook
