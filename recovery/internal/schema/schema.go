package schema

import "fmt"

// Kinds are what there are schemas of.
func Kinds() []string { return []string{"playbook", "suite", "incident", "decision"} }

// home is where the schemas are published.
const home = "https://raw.githubusercontent.com/servicerecovery/amends/main/playbook/schema/"

// Of returns the schema of a kind, the same bytes every time.
func Of(kind string) ([]byte, error) {
	b := newBuilder()
	var title string
	var root object
	switch kind {
	case "playbook":
		title, root = "Playbooks and shared definitions (amends v1)", playbookSchema(b)
	case "suite":
		title, root = "Suites: tests of playbooks (amends v1)", suiteSchema(b)
	case "incident":
		title, root = "An incident", incidentSchema(b)
	case "decision":
		title, root = "A decision, or the refusal of an incident", decisionSchema(b)
	default:
		return nil, fmt.Errorf("there is no schema of %q", kind)
	}
	if err := b.err(); err != nil {
		return nil, fmt.Errorf("the schema of %s: %w", kind, err)
	}
	if kind == "incident" || kind == "decision" {
		root = root.except(errorMessage) // programs write and read these, and nobody edits them
	}
	head := object{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"$id", home + kind + ".json"}, {"title", title}}
	return written(append(head, root...))
}
