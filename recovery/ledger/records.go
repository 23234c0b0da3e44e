package ledger

import (
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// The keys that payloads have, as FORMAT.md lists them. What a decision and an incident have inside
// is for the package recovery to say, and so is why an incident was refused.
var (
	decisionShape = jsontext.Names().With("given", givenShape).With("record",
		jsontext.Names("again", "base", "bases", "comparable", "decision", "defaults", "handed", "promises", "was", "incident", "keeps", "keys", "occurred_at", "on", "settles", "updated_at").With("reserves", reserveShape))
	refusalShape  = jsontext.Names("at", "error", "incident", "input").With("set", jsontext.Names("digest", "revision"))
	reportShape   = jsontext.Names("more").With("reports", jsontext.Names("action", "at", "effect", "incident", "note", "outcome").With("amount", moneyShape))
	setShape      = jsontext.Names("digest").With("files", jsontext.Names("base64", "path", "text"))
	calendarShape = jsontext.Names("calendar", "id")
	markShape     = jsontext.Names("incident", "told", "updated_at")
	indexShape    = jsontext.Names("digest", "records")
	erasureShape  = jsontext.Names("at", "records").With("reserves", reserveShape)

	moneyShape   = jsontext.Names("currency", "value")
	reserveShape = jsontext.Names("at", "direction", "partner", "units")
	givenShape   = jsontext.Names("made", "previous", "seen", "updated_at").
			With("facts", jsontext.Names("count", "currency", "from", "matters", "name", "occurred", "of", "same", "sum").With("value", moneyShape)).
			With("precedents", jsontext.Names("comparable", "count", "play")).
			With("reports", jsontext.Names("action", "at", "effect", "outcome").With("amount", moneyShape)).
			With("use", jsontext.Names("direction", "from", "partner", "until", "used"))
)

// parse reads the payload of a record, on any core. Of a decision's keys it takes those that are
// wanted.
func parse(t *log.Item, wanted map[string]bool) {
	if t.Body != log.BodyWhole {
		return
	}
	made, err := parsePayload(t, wanted)
	if err != nil {
		made = err
	}
	t.Made = made
}

func parsePayload(t *log.Item, wanted map[string]bool) (any, error) {
	switch t.Head.Kind {
	case KindDecision:
		return checkSummary(t.Head.Seq, t.Payload, wanted)
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
	case KindMark:
		return parseMark(t.Payload)
	case KindIndex:
		return parseIndexed(t.Head.Seq, t.Payload)
	}
	return parseErasure(t.Payload)
}

// following returns how many records of the same commit follow a record. It does not return the error
// of a payload that cannot be read, because whoever reads the reports finds it.
func following(t *log.Item) int64 {
	if t.Head.Kind != KindReport {
		return 0
	}
	_, more, _ := parseReports(t.Payload)
	return more
}

// openLog opens the records in a directory for reading.
func openLog(dir log.Files, step int64) (*log.Log, error) { return log.Open(dir, step, following) }
