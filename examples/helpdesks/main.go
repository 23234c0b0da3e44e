// Command helpdesks tells one story through four helpdesks: a parcel is late, the shop promises to solve it
// by tomorrow, nobody does, the shift lead is given the ticket, and the customer gets what was promised for
// that. Each helpdesk is a fake that answers as its API does.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
)

func main() {
	if err := tell(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// tell writes the story of each helpdesk, and what each can and cannot do.
func tell(ctx context.Context, w io.Writer) error {
	var all []*story
	for _, kind := range kinds() {
		s, err := newStory(kind, w)
		if err != nil {
			return err
		}
		defer s.fake.Close()
		if err := s.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		all = append(all, s)
	}
	return table(ctx, w, all)
}
