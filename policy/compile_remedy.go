package policy

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// remedy is what to do about a mistake. The hint says it. The edit does it, and is zero where the
// change is not certain.
type remedy struct {
	hint string
	edit playbook.Edit
}

// mendf reports an error with its remedy.
func (c *compiler) mendf(at playbook.Range, code string, r remedy, format string, args ...any) {
	before := len(c.diags)
	c.errorf(at, code, r.hint, format, args...)
	if len(c.diags) > before {
		c.diags[before].Edit = r.edit
	}
}

// warnWith warns with a remedy.
func (c *compiler) warnWith(at playbook.Range, code string, r remedy, format string, args ...any) {
	before := len(c.diags)
	c.warnf(at, code, r.hint, format, args...)
	if len(c.diags) > before {
		c.diags[before].Edit = r.edit
	}
}

func say(hint string) remedy { return remedy{hint: hint} }

// instead is the remedy that replaces a text.
func instead(of playbook.Text, with string) remedy {
	edit, quoted := of.Replace(0, len([]rune(of.Value)), with)
	if quoted {
		with = edit.Text
	}
	return remedy{"write `" + with + "`", edit}
}

// assuming adds what is taken for granted when a text is read as it is written instead.
func (r remedy) assuming(text, instead string) remedy {
	if a := slip.Assumed(text, instead); a != "" {
		r.hint += ": " + a
	}
	return r
}

// near is the remedy that suggests the known name nearest to a text.
func near(t playbook.Text, known []string) remedy {
	name := playbook.Suggest(t.Value, known)
	if name == "" {
		return remedy{}
	}
	return remedy{"did you mean `" + name + "`?", instead(t, name).edit}
}

// mended turns the remedy of an issue into one of the file. The issue is about the part of a text
// that starts after offset characters.
func mended(t playbook.Text, offset int, i celtext.Issue) remedy {
	if i.Fix.IsZero() {
		return say(i.Hint)
	}
	edit, quoted := t.Replace(offset+i.Fix.From, offset+i.Fix.To, i.Fix.Text)
	if quoted && i.Hint != "" {
		return remedy{i.Hint + "; put the whole value into single quotes then: " + edit.Text, edit}
	}
	return remedy{i.Hint, edit}
}

// meant is the remedy for a text that is not a value of a type. It is empty where the meaning is
// not certain.
func (s *scope) meant(t value.Type, text playbook.Text) remedy {
	if t.Kind == value.KindMoney && t.Currency == "" {
		t.Currency = s.currency()
	}
	return meant(t, text)
}

func meant(t value.Type, text playbook.Text) remedy {
	written := text.Value
	if text.Plain && text.Kind == playbook.Null {
		return remedy{}
	}
	switch t.Kind {
	case value.KindMoney:
		return meantMoney(t.Currency, text)
	case value.KindDuration:
		return meantDuration(text)
	case value.KindPercent:
		if p := slip.Percent(written); p != "" {
			return instead(text, p)
		}
	case value.KindDate:
		return meantDate(text)
	case value.KindTimestamp:
		return meantTime(text)
	case value.KindBool:
		if b := slip.Bool(written); b != "" {
			return bare(text, b)
		}
	case value.KindInt:
		if n := strings.TrimSpace(written); wholeNumber(n) && (!text.Plain || n[0] == '0') {
			return bare(text, strings.TrimLeft(n[:len(n)-1], "0")+n[len(n)-1:])
		}
	case value.KindDouble:
		if n := strings.Replace(strings.TrimSpace(written), ",", ".", 1); looksLikeNumber.MatchString(n) && strings.Count(n, ".") < 2 {
			return bare(text, n)
		}
	case value.KindString:
		if text.Plain && text.Kind != playbook.String {
			return remedy{"write `\"" + written + "\"`", playbook.Edit{Start: text.Range.Start, End: text.Range.End, Text: `"` + written + `"`}}
		}
	}
	return remedy{}
}

// bare writes a value without the quotes that may stand around it.
func bare(text playbook.Text, with string) remedy {
	return remedy{"write `" + with + "`", playbook.Edit{Start: text.Range.Start, End: text.Range.End, Text: with}}
}

func wholeNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// thousands finds three digits behind a point. They are decimals in some countries only.
var thousands = regexp.MustCompile(`^(-?\d{1,3})\.(\d{3}) ([A-Z]{3})$`)

func meantMoney(currency string, text playbook.Text) remedy {
	if a := slip.Amount(text.Value, currency); a != "" {
		r := instead(text, a)
		if currency == "" || !strings.HasSuffix(a, currency) {
			r = r.assuming(text.Value, a)
		}
		return r
	}
	if m := thousands.FindStringSubmatch(text.Value); m != nil {
		return say("write `" + m[1] + m[2] + " " + m[3] + "` if thousands are meant, else fewer decimals")
	}
	if n := strings.TrimSpace(text.Value); looksLikeNumber.MatchString(n) {
		return say("add the currency, such as `" + n + " EUR`")
	}
	return remedy{}
}

func meantDuration(text playbook.Text) remedy {
	written := strings.TrimSpace(text.Value)
	if strings.HasPrefix(written, "-") {
		return remedy{}
	}
	if d := slip.Duration(written); d != "" {
		return instead(text, d).assuming(written, d)
	}
	if wholeNumber(written) {
		r := instead(text, written+"h")
		r.hint = "add a unit, such as `" + written + "h` for hours"
		return r
	}
	return remedy{}
}

// meantDate is the remedy for a text that is not a day. It does not guess where two days are
// possible.
func meantDate(text playbook.Text) remedy {
	switch days := slip.Date(text.Value); len(days) {
	case 1:
		return instead(text, days[0])
	case 2:
		a, _ := value.ParseDate(days[0])
		b, _ := value.ParseDate(days[1])
		return say("write `" + days[0] + "` for " + spoken(a) + ", or `" + days[1] + "` for " + spoken(b))
	}
	return remedy{}
}

func spoken(d value.Date) string { return d.In(time.UTC).Format("2 January") }

func meantTime(text playbook.Text) remedy {
	written := strings.TrimSpace(text.Value)
	for _, layout := range []string{"2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00"} {
		if t, err := time.Parse(layout, written); err == nil {
			r := instead(text, t.Format(time.RFC3339))
			r.hint += ", with `Z` for UTC or the zone's own offset"
			return r
		}
	}
	return remedy{}
}

// currency is the one currency of the fields of a scope. It is empty if they have several, or none.
func (s *scope) currency() string {
	found := ""
	for _, f := range s.fields {
		switch c := f.Type.Currency; {
		case c == "" || c == found:
		case found != "":
			return ""
		default:
			found = c
		}
	}
	return found
}

// price is the name of the one field that is an amount. It is empty if there are several, or none.
func (s *scope) price() string {
	found := ""
	for name, f := range s.fields {
		if f.Type.Kind != value.KindMoney || f.canBeAbsent() {
			continue
		}
		if found != "" {
			return ""
		}
		found = "incident." + name
	}
	return found
}

// shareRemedy says how a percentage becomes an amount.
func (s *scope) shareRemedy(text playbook.Text) remedy {
	share := "percent(" + strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text.Value), "%")) + ")"
	if price := s.price(); price != "" {
		return instead(text, price+" * "+share)
	}
	return say("write what it is a share of, as in incident.price * " + share)
}

// nearKey is near for a key. It also knows other words for keys.
func nearKey(key playbook.Text, known []string) remedy {
	return nearWord(key, known, paramWords)
}

// nearWord is near for a name. It also knows other words for names.
func nearWord(t playbook.Text, known []string, words map[string]string) remedy {
	if r := near(t, known); r.hint != "" {
		return r
	}
	if meant := words[strings.ToLower(t.Value)]; meant != "" && slices.Contains(known, meant) {
		return instead(t, meant)
	}
	return remedy{}
}

// actionWords maps other words to the actions of the format.
var actionWords = map[string]string{
	"credit": "compensate", "pay": "compensate", "payment": "compensate", "payout": "compensate", "voucher": "compensate", "discount": "compensate", "goodwill": "compensate", "indemnify": "compensate",
	"sorry": "apologise", "say_sorry": "apologise", "disculparse": "apologise", "disculpa": "apologise", "entschuldigen": "apologise",
	"reimburse": "refund", "reimbursement": "refund", "money_back": "refund", "reembolso": "refund", "reembolsar": "refund", "erstatten": "refund",
	"email": "notify", "mail": "notify", "sms": "notify", "alert": "notify", "message": "notify", "tell": "inform", "update": "inform",
	"reply": "respond", "answer": "respond", "call": "callback", "phone": "callback", "ring": "callback", "fix": "resolve", "solve": "resolve", "close": "resolve",
	"exchange": "replace", "swap": "replace", "resend": "replace", "redo": "reperform", "ack": "acknowledge", "confirm": "acknowledge", "raise": "escalate",
}

// paramWords maps other words to the parameters of actions.
var paramWords = map[string]string{
	"value": "amount", "sum": "amount", "money": "amount", "price": "amount", "importe": "amount", "betrag": "amount",
	"deadline": "within", "due": "within", "sla": "within", "time": "within", "due_in": "within", "text": "message", "template": "message", "msg": "message",
	"delay": "after", "wait": "after", "recipient": "to", "team": "to", "who": "to", "assignee": "to", "method": "as", "type": "as", "kind": "as",
	"comment": "note", "notes": "note", "description": "note",
}

// meantValue is meant for a value that may be a list.
func meantValue(t value.Type, v playbook.Value) remedy {
	switch {
	case t.Kind == value.KindList && v.Kind == playbook.Scalar:
		if _, err := parseLiteral(t.Member(), v.Text); err == nil {
			with := "[" + v.Text.Value + "]"
			return remedy{"write `" + with + "`", playbook.Edit{Start: v.Range.Start, End: v.Range.End, Text: with}}
		}
	case t.Kind == value.KindList:
		for _, item := range v.Items {
			if _, err := parseLiteralValue(t.Member(), item); err != nil {
				return meantValue(t.Member(), item)
			}
		}
	case v.Kind == playbook.Scalar:
		return meant(t, v.Text)
	}
	return remedy{}
}

// currencyRemedy names the code of a currency.
func currencyRemedy(t playbook.Text) remedy {
	if successor := value.Successor(t.Value); successor != "" {
		// No edit: an amount is another one in the successor.
		return say("`" + t.Value + "` was withdrawn; its successor is `" + successor + "`")
	}
	if amount := slip.Amount("1 "+t.Value, ""); amount != "" {
		return instead(t, strings.TrimPrefix(amount, "1 ")).assuming(t.Value, amount)
	}
	return near(t, value.Currencies())
}

// zoneRemedy names the zone of a place. It suggests none for an offset such as UTC+1, or for the
// name of one: an offset has no summer time.
func zoneRemedy(t playbook.Text) remedy {
	written := strings.ToLower(strings.NewReplacer(" ", "_", "\\", "/").Replace(strings.TrimSpace(t.Value)))
	var found []string
	for _, name := range worktime.ZoneNames() {
		lower := strings.ToLower(name)
		if lower == written || strings.Contains(name, "/") && (strings.HasSuffix(lower, "/"+written) || strings.HasSuffix(written, "/"+lower[strings.LastIndexByte(lower, '/')+1:]) && written != "") {
			found = append(found, name)
		}
	}
	offset := strings.ContainsAny(t.Value, "+-0123456789")
	if len(found) > 0 && !offset {
		return instead(t, found[0])
	}
	const place = "write a region and a place, such as `Europe/Madrid`"
	if offset {
		return say(place + ": an offset does not know summer time")
	}
	if len(t.Value) <= 5 && strings.ToUpper(t.Value) == t.Value {
		return say(place + ": an abbreviation does not know summer time")
	}
	if r := near(t, worktime.ZoneNames()); r.hint != "" {
		return r
	}
	return say(place)
}
