// Package schema writes the JSON Schemas of the formats: of playbooks and suites
// for editors, of incidents and decisions for the programs around the engine.
//
// This package states no key of a format. The keys of playbooks and suites come from the
// reader ([playbook.Shapes]), those of actions and incidents from package policy, those of
// decisions from a decision that is written. This package adds words for people and the form
// of values. A key without words, or words without a key, is an error; a test finds it.
//
// The schemas are of draft 07, which editors support best. They check less than amends check
// does: they see neither the rest of the set nor the meaning of expressions. They accept
// whatever amends check accepts, with one exception: text that YAML takes for true or false
// has to stand in quotes.
package schema
