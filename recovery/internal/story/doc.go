// Package story tells what happened to one incident, oldest first: what was told, decided, chosen and
// reported, and what was missed. A person who was not there can then answer for it.
package story
