// Package cli is the command amends: which commands there are, and one file for
// each, with its arguments, its formats and its exit status. What commands have
// in common is beside it: command, input, prose. What they do is done by the
// packages that they call.
package cli
