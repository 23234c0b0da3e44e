package ledger

import "github.com/servicerecovery/amends/recovery/ledger/internal/log"

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

// parse reads the payload of a record, on any core. Of a decision's keys it takes those that are
// wanted.
func parse(t *log.Item, wanted map[string]bool) {
	if t.Body != log.BodyWhole {
		return
	}
	err := checkShape(t.Payload, shapes[t.Head.Kind])
	if err == nil {
		t.Made, err = parsePayload(t, wanted)
	}
	if err != nil {
		t.Made = err
	}
}

func parsePayload(t *log.Item, wanted map[string]bool) (any, error) {
	switch t.Head.Kind {
	case KindDecision:
		return parseSummary(t.Head.Seq, t.Payload, wanted)
	case KindRefusal:
		return parseRefusal(t.Payload)
	case KindReport:
		list, _, err := parseReports(t.Payload)
		return list, err
	case KindSet:
		return checkSet(t.Payload)
	case KindCalendar:
		name, _, err := parseCalendar(t.Payload)
		return name, err
	}
	return parseErasure(t.Payload)
}

// following says how many records of the same commit follow a record. Whoever needs
// its reports finds what is wrong with them.
func following(t *log.Item) int64 {
	if t.Head.Kind != KindReport {
		return 0
	}
	_, more, _ := parseReports(t.Payload)
	return more
}

// openLog opens the records in a directory for reading.
func openLog(dir log.Files, step int64) (*log.Log, error) { return log.Open(dir, step, following) }
