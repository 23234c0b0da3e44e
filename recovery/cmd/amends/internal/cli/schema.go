package cli

import (
	"fmt"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/schema"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func schemaCommand() command.Command {
	c := command.Command{
		Name: "schema", Args: "[flags]",
		Summary: "writes the JSON Schema of playbooks, suites, incidents or decisions, for editors and programs",
		Example: term.Own("amends schema --of suite"),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(writeSchema(c, h, args)) }
	return c
}

func writeSchema(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	of := f.Choice("of", "`KIND` of the schema", schema.Kinds()...)
	rest, err := f.Parse(h, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("schema takes no arguments: amends schema --of %s", rest[0])
	}
	text, err := schema.Of(of.Value)
	if err != nil {
		return err
	}
	return h.Stdout.Data(term.JSON, command.BytesOf(text))
}
