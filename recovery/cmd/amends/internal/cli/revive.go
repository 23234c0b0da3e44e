package cli

import (
	"context"
	"errors"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func reviveCommand() command.Command {
	c := command.Command{
		Name: "revive", Args: "--store STORE KEY… [flags]",
		Summary: "puts dead letters back, so that amends run hands them out again",
		Example: term.Own("amends revive --store sqlite:amends.db eff_042b650268a37c65beddf421f4eaba01"),
		Notes: term.Own("amends agenda lists dead letters, with their keys. Find out first whether one was done all the same: if it\n" +
			"was, amends done says so by its key, and money is not paid twice."),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(revive(c, h, args)) }
	return c
}

func revive(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	place := f.String("store", "", "the `STORE`: "+stores.Help)
	keys, err := f.Parse(h, args)
	switch {
	case err != nil:
	case *place == "":
		err = errors.New("revive needs the store: --store DIR, sqlite:FILE or postgres://…")
	case len(keys) == 0:
		err = errors.New("revive takes the keys of deliveries; amends agenda lists those that are dead")
	}
	if err != nil {
		return err
	}
	s, err := stores.OpenDesk(*place)
	if err != nil {
		return err
	}
	found := false
	for _, key := range keys {
		if err := s.Revive(context.Background(), key); err != nil {
			found = true
			h.Trouble("%s", err)
			continue
		}
		if err := h.Stdout.Printf("%s is handed out again\n", key); err != nil {
			return errors.Join(err, s.Close())
		}
	}
	if err := s.Close(); err != nil {
		return err
	}
	return command.FoundIf(found)
}
