// Package cli is the command amends: its arguments, its formats, its exit
// status. What the commands do is done by the packages that it calls.
package cli
