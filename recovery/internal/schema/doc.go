// Package schema writes the JSON Schemas of the formats: of playbooks and suites
// for editors, of incidents and decisions for the programs around the engine.
//
// Nothing here knows a key by itself. Those of playbooks and suites are the ones
// that the reader asks for ([playbook.Shapes]), those of actions and incidents
// are policy's, those of decisions are the ones that a decision writes. This
// package adds what people read and what values look like; a key without words,
// or words without a key, is an error, which a test would meet.
//
// The schemas are of draft 07, which editors know best, and say a little less
// than the checks do: what needs the rest of the set, or to understand an
// expression, is left to amends check. They never complain of what it accepts,
// with one exception: text that YAML takes for true or false, which they want in
// quotes.
package schema
