package cli

import (
	"fmt"

	"github.com/servicerecovery/amends/recovery/internal/schema"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func schemaCommand() command {
	c := command{
		name: "schema", args: "[flags]",
		summary: "writes the JSON Schema of playbooks, suites, incidents or decisions, for editors and programs",
		example: term.Own("amends schema --of suite"),
	}
	c.run = func(h Host, args []string) int { return h.end(writeSchema(c, h, args)) }
	return c
}

func writeSchema(c command, h Host, args []string) error {
	f := newFlags(c)
	of := f.choice("of", "`KIND` of the schema", schema.Kinds()...)
	rest, err := f.parse(h, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("schema takes no arguments: amends schema --of %s", rest[0])
	}
	text, err := schema.Of(of.value)
	if err != nil {
		return err
	}
	return h.Stdout.Data(term.JSON, bytesOf(text))
}
