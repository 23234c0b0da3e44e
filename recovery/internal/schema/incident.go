package schema

import (
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// standardWords say what the standard fields of an incident are.
var standardWords = map[string]string{
	"id":                "The incident's id, the same every time it is decided.",
	"service":           "Which service it is about.",
	"occurred_at":       "When it failed, or the sign was seen.",
	"failure":           "What went wrong, or is about to. Left out: not known yet.",
	"phase":             "failure (default), or signal: a sign that a failure is coming.",
	"severity":          "From 1 to 5, the worst. Left out: 3.",
	"source":            "Where it came from. Left out: complaint.",
	"reported_at":       "When we heard of it.",
	"responded_at":      "When the customer got an answer.",
	"informed_at":       "When the customer was last told how it stands.",
	"resolved_at":       "When it was put right.",
	"reopened_at":       "When it was opened again after it had been put right. What happened before counts for redress only.",
	"waiting_since":     "When the customer wrote the oldest message that nobody has answered.",
	"updated_at":        "When this version of the incident was made. A version with an earlier time than the latest seen changes nothing.",
	"expected_at":       "When a failure that was signalled will reach the customer.",
	"paused":            "When we waited for the customer. The last pause may be open.",
	"provider":          "The partner whose service failed. Left out: our own did.",
	"follows":           "The incident that this one reopens or disputes.",
	"channel":           "How the customer reached us.",
	"region":            "Where.",
	"language":          "The language of the incident, a BCP 47 tag such as es-MX.",
	"cause":             "Why it failed, as far as is known.",
	"remedy_sought":     "What the customer asks for.",
	"summary":           "What happened, in a sentence.",
	"tags":              "Anything else to know it by.",
	"customer":          "The customer.",
	"customer.id":       "The customer's id: what earlier decisions are looked up by.",
	"customer.name":     "The customer's name, for messages.",
	"customer.tier":     "The customer's standing, such as gold.",
	"customer.language": "The customer's language, a BCP 47 tag such as es-MX.",
	"customer.since":    "Since when they are a customer.",
}

// incidentField is a standard field where it stands in an incident's JSON.
type incidentField struct {
	name       string // without customer.
	text       string
	inCustomer bool
	field      *policy.Field // nil for paused
}

// incidentFields are the standard fields with paused, in their order.
func incidentFields() []incidentField {
	var out []incidentField
	for _, f := range policy.StandardFields() {
		name, inCustomer := strings.CutPrefix(f.Name, "customer.")
		if f.Name == "provider" {
			out = append(out, incidentField{name: "paused", text: standardWords["paused"]})
		}
		out = append(out, incidentField{name, standardWords[f.Name], inCustomer, f})
	}
	return out
}

// incidentSchema is that of an incident as JSON. Fields that playbooks declare
// stand beside the standard ones, so others are allowed.
func incidentSchema(b *builder) object {
	known := map[string]bool{"customer": true, "paused": true}
	var fields, customer object
	var required []string
	for _, f := range incidentFields() {
		into := &fields
		if f.inCustomer {
			into = &customer
		}
		if f.field == nil {
			*into = append(*into, member{f.name, described(f.text, pauses())})
			continue
		}
		known[f.field.Name] = true
		*into = append(*into, member{f.name, described(f.text, fieldValue(f.field))})
		if f.field.Required() {
			required = append(required, f.name)
		}
	}
	b.sameNames("standard field", known, standardWords)
	fields = append(fields, member{"customer", described(standardWords["customer"], types("object", "null").and(member{"properties", customer}))})
	return types("object").and(member{"properties", fields}, member{"required", required})
}

// fieldValue is the schema of a standard field's value; null counts as absent.
func fieldValue(f *policy.Field) object {
	var o object
	switch {
	case f.OneOf != nil:
		set := make([]any, 0, len(f.OneOf)+1)
		for _, s := range f.OneOf {
			set = append(set, s)
		}
		if !f.Required() {
			set = append(set, nil)
		}
		return object{{"enum", set}}
	case f.Type.Kind == value.KindTimestamp:
		o = aTime.schema()
	case f.Type.Kind == value.KindInt:
		o = types("integer").and(member{"minimum", f.Min}, member{"maximum", f.Max})
	case f.Type.Kind == value.KindList:
		o = list(types("string"), 0)
	case f.NonEmpty:
		o = types("string").and(member{"minLength", 1})
	default:
		o = types("string")
	}
	if f.Required() {
		return o
	}
	return orNull(o)
}

// orNull allows null as well.
func orNull(o object) object {
	return o.replace("type", []string{o.get("type").(string), "null"})
}

// pauses is the list of the times of waiting.
func pauses() object {
	pause := closed(object{
		{"from", described("When it began.", aTime.schema())},
		{"until", described("When it ended; left out while it goes on.", orNull(aTime.schema()))},
	}, []string{"from"})
	return orNull(list(pause, 0))
}
