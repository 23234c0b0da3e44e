package diff

// Origin says where the decisions come from: of the two names one is set.
type Origin struct {
	Incidents string // a file with incidents
	Ledger    string // a directory; what follows was found in it

	Earlier   int // decisions that were superseded
	Choices   int // that people made
	Refusals  int
	Erased    int // records of which nothing is left
	Forgotten int // decisions of which a precedent is erased
}

// title says of what incidents the decisions are.
func (o Origin) title() string {
	if o.Ledger != "" {
		return "the incidents in the ledger " + o.Ledger
	}
	return "the incidents in " + o.Incidents
}

// notes say what was decided of a ledger, and what was not.
func (o Origin) notes() []string {
	if o.Ledger == "" {
		return nil
	}
	out := []string{"the latest decision of each, with what was known then"}
	note := func(n int, what, one, more string) {
		if n == 1 {
			out = append(out, plural(n, what)+" "+one)
		} else if n > 1 {
			out = append(out, plural(n, what)+" "+more)
		}
	}
	note(o.Earlier, "earlier decision", "of theirs is not counted", "of theirs are not counted")
	note(o.Choices, "choice", "by a person is not made again, and its money is not counted", "by people are not made again, and their money is not counted")
	note(o.Refusals, "refusal", "is not decided again", "are not decided again")
	note(o.Erased, "record", "was erased, and cannot be decided again", "were erased, and cannot be decided again")
	note(o.Forgotten, "decision", "had precedents that were erased since, and was made without them", "had precedents that were erased since, and were made without them")
	return out
}
