package ledger

// shapes are the keys that payloads have, as FORMAT.md lists them. What a decision
// itself has inside is for the package recovery to say, and so is why an incident was
// refused.
var shapes = map[Kind]*shape{
	KindDecision: shapeOf().with("given", givenShape).with("record",
		shapeOf("base", "comparable", "decision", "incident", "keeps", "keys", "occurred_at", "on").with("reserves", reserveShape)),
	KindRefusal:  shapeOf("at", "error", "incident", "input").with("set", shapeOf("digest", "revision")),
	KindReport:   shapeOf("more").with("reports", shapeOf("action", "at", "incident", "note")),
	KindSet:      shapeOf("digest").with("files", shapeOf("base64", "path", "text")),
	KindCalendar: shapeOf("calendar", "id"),
	KindErasure:  shapeOf("at", "records").with("reserves", reserveShape),
}

var (
	moneyShape   = shapeOf("currency", "value")
	reserveShape = shapeOf("at", "direction", "partner", "units")
	givenShape   = shapeOf("made", "previous", "seen").
			with("facts", shapeOf("count", "currency", "from", "matters", "name", "same", "sum").with("value", moneyShape)).
			with("precedents", shapeOf("comparable", "count", "play")).
			with("reports", shapeOf("action", "at")).
			with("use", shapeOf("direction", "from", "partner", "until", "used"))
)
