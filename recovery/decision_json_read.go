package recovery

// UnmarshalJSON reads what [Decision.AppendJSON] writes, and writing it again
// gives the same bytes. Parameters come back as what their JSON is: a string, an
// int64, a float64, a bool, a Money, a MoneyRange, or a []any; a duration, a date or a
// percentage is its text.
// Unknown keys are ignored.
func (d *Decision) UnmarshalJSON(data []byte) error {
	r, err := readObject(data)
	if err != nil {
		return err
	}
	read := Decision{
		ID:         r.text("id"),
		Incident:   r.text("incident"),
		DecidedAt:  r.time("decided_at"),
		Semantics:  r.int("semantics"),
		Supersedes: r.text("supersedes"),
		Plays:      readList(r, "plays", readMatch),
		Actions:    readList(r, "actions", readAction),
		Choices:    readList(r, "choices", readChoice),
		Withheld:   readList(r, "withheld", readWithheld),
		PassedOver: readList(r, "passed_over", readPassedOver),
		Warnings:   readList(r, "warnings", readWarning),
	}
	if set, ok := r.object("set"); ok {
		read.Set = SetRef{Digest: set.text("digest"), Revision: set.text("revision")}
	}
	if made, ok := r.object("made"); ok {
		read.Made = &Made{
			Choice: made.text("choice"), By: made.text("by"),
			Reason: made.text("reason"), Deviation: made.text("deviation"),
		}
	}
	r.values("facts", func(name string, v any) { read.Facts = append(read.Facts, Fact{name, v}) })
	if *r.err == nil {
		*d = read
	}
	return *r.err
}

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Action) UnmarshalJSON(data []byte) error {
	r, err := readObject(data)
	if err != nil {
		return err
	}
	read := readAction(r)
	if *r.err == nil {
		*a = read
	}
	return *r.err
}

func readMatch(r *objectReader) Match {
	return Match{
		Play: r.text("play"), Case: r.text("case"), Approach: r.text("approach"), At: r.text("at"),
		Because: readList(r, "because", func(r *objectReader) Reason {
			return Reason{Expr: r.text("expr"), Value: r.text("value")}
		}),
	}
}

func readAction(r *objectReader) Action {
	a := Action{
		ID:        r.text("id"),
		Type:      r.text("type"),
		Change:    Change(r.text("change")),
		Plays:     r.texts("plays"),
		Amount:    r.money("amount"),
		Already:   r.money("already"),
		Params:    r.params(),
		Owner:     r.text("owner"),
		NotBefore: r.time("not_before"),
		DueAt:     r.time("due_at"),
		Justice:   r.text("justice"),
		Note:      r.text("note"),
		IfLate:    readList(r, "if_late", readAction),
	}
	if m, ok := r.object("message"); ok {
		a.Message = &Message{ID: m.text("id"), Language: m.text("language"), Text: m.text("text")}
	}
	return a
}

func readChoice(r *objectReader) Choice {
	c := Choice{
		ID: r.text("id"), Play: r.text("play"), Decider: r.text("decider"), DueAt: r.time("due_at"),
		Options: readList(r, "options", readOffer),
	}
	if choose, ok := r.object("choose"); ok {
		c.AtLeast, c.AtMost = choose.int("at_least"), choose.int("at_most")
	}
	if p, ok := r.object("precedents"); ok {
		c.Precedents = Precedents{
			Count:   p.int("count"),
			Options: readList(p, "options", readPrecedentRange),
			Recent:  readList(p, "recent", readPrecedent),
		}
	}
	return c
}

func readOffer(r *objectReader) Offer {
	o := Offer{Type: r.text("type"), ID: r.text("id"), Params: r.params()}
	if amount, ok := r.object("amount"); ok {
		o.From, o.To = amount.money("from"), amount.money("to")
	}
	return o
}

func readPrecedentRange(r *objectReader) PrecedentRange {
	return PrecedentRange{Type: r.text("type"), Median: r.money("median"), Lowest: r.money("lowest"), Highest: r.money("highest")}
}

func readPrecedent(r *objectReader) Precedent {
	return Precedent{Decision: r.text("decision"), Amount: r.money("amount"), Reason: r.text("reason")}
}

func readWithheld(r *objectReader) Withheld {
	return Withheld{
		ID: r.text("id"), Type: r.text("type"), Play: r.text("play"), Reason: r.text("reason"),
		Amount: r.money("amount"), Params: r.params(),
	}
}

func readPassedOver(r *objectReader) PassedOver {
	return PassedOver{Partner: r.text("partner"), Play: r.text("play"), Reason: r.text("reason")}
}

func readWarning(r *objectReader) Warning {
	return Warning{Code: r.text("code"), Message: r.text("message"), Play: r.text("play")}
}
