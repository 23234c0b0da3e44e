package diff

// Origin says where the decisions come from: of the two names one is set.
type Origin struct {
	Incidents string // a file with incidents
	Ledger    string // a directory

	Earlier   int // earlier decisions, or earlier incidents of one id; only the last counts
	Updates   int // incidents whose id came before, and which count each
	Outside   int // incidents of a ledger that were not asked for, by their time or their set
	Choices   int // that people made, in a ledger
	Refusals  int
	Erased    int // records whose payload was erased
	Forgotten int // decisions with a precedent that was erased
}

// title says which incidents the decisions are about.
func (o Origin) title() string {
	if o.Ledger != "" {
		return "the incidents in the ledger " + o.Ledger
	}
	return "the incidents in " + o.Incidents
}

// UpdatesText says that incidents whose id came before count like others.
func (o Origin) UpdatesText() string {
	if o.Updates == 1 {
		return "1 incident has an id that came before, and each is counted"
	}
	return group3(o.Updates) + " incidents have an id that came before, and each is counted"
}

// notes say what was decided of a ledger, and what was not.
func (o Origin) notes() []string {
	var out []string
	note := func(n int, what, one, more string) {
		if n == 1 {
			out = append(out, plural(n, what)+" "+one)
		} else if n > 1 {
			out = append(out, plural(n, what)+" "+more)
		}
	}
	if o.Ledger == "" {
		note(o.Earlier, "incident", "whose id comes again is not counted", "whose ids come again are not counted")
		if o.Updates > 0 {
			out = append(out, o.UpdatesText())
		}
		return out
	}
	out = append(out, "the latest decision of each, with what was known then")
	note(o.Earlier, "earlier decision", "of theirs is not counted", "of theirs are not counted")
	note(o.Outside, "incident", "of another time or set is not counted", "of another time or set are not counted")
	note(o.Choices, "choice", "by a person is not made again, and its money is not counted", "by people are not made again, and their money is not counted")
	note(o.Refusals, "refusal", "is not decided again", "are not decided again")
	note(o.Erased, "record", "was erased, and cannot be decided again", "were erased, and cannot be decided again")
	note(o.Forgotten, "decision", "had precedents that were erased since, and was made without them", "had precedents that were erased since, and were made without them")
	return out
}
