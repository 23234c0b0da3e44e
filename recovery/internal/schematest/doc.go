// Package schematest holds the published JSON Schemas against the code: whatever
// the library accepts or writes fits its schema, and what the reader calls a
// mistake of shape does not. It is a module of its own, so that the validator is
// no dependency of the library.
package schematest
