package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// keywordsOf are the keywords that a schema may have, and the type that each is about.
var keywordsOf = map[string][]string{
	"":        {"$schema", "$id", "$ref", "title", "description", "definitions", "type", "enum", "const", "not", "if", "then", "else", "allOf", "anyOf", "oneOf"},
	"string":  {"pattern", "minLength"},
	"integer": {"minimum", "maximum"},
	"array":   {"items", "minItems", "maxItems", "uniqueItems"},
	"object":  {"properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties"},
}

// strict looks for what a strict reader of JSON Schema, such as Ajv as it comes, refuses
// or warns of, and for what keeps editors from showing a key's own words.
type strict struct {
	told     bool // errorMessage is allowed
	problems []string
}

func (s *strict) problem(path, format string, args ...any) {
	s.problems = append(s.problems, path+": "+fmt.Sprintf(format, args...))
}

// look visits a schema; types are those that the schemas around it allow at its place.
func (s *strict) look(path string, schema any, types []string) {
	o, ok := schema.(map[string]any)
	if !ok {
		return // true or false
	}
	types = s.types(path, o, types)
	s.keywords(path, o, types)
	s.rules(path, o)
	for _, key := range []string{"if", "then", "else", "not"} {
		s.look(path+"/"+key, o[key], types)
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := o[key].([]any)
		for i, each := range list {
			s.look(fmt.Sprintf("%s/%s/%d", path, key, i), each, types)
		}
	}
	for _, key := range []string{"properties", "definitions"} {
		each, _ := o[key].(map[string]any)
		for name, inner := range each {
			s.look(path+"/"+key+"/"+name, inner, nil)
		}
	}
	s.look(path+"/items", o["items"], nil)
	s.look(path+"/additionalProperties", o["additionalProperties"], nil)
	s.look(path+"/propertyNames", o["propertyNames"], []string{"string"})
}

// types returns the types of a place: its own, within those around it.
func (s *strict) types(path string, o map[string]any, around []string) []string {
	var own []string
	switch t := o["type"].(type) {
	case string:
		own = []string{t}
	case []any:
		for _, each := range t {
			own = append(own, each.(string))
		}
		if len(own) != 2 || own[1] != "null" {
			s.problem(path, "a union of the types %v", own)
		}
	}
	for _, t := range own {
		if around != nil && !slices.Contains(around, t) && !(t == "integer" && slices.Contains(around, "number")) {
			s.problem(path, "the type %s is not among %v", t, around)
		}
	}
	if own == nil {
		return around
	}
	return own
}

func (s *strict) keywords(path string, o map[string]any, types []string) {
	for key := range o {
		if key == "errorMessage" && s.told {
			continue
		}
		found := false
		for about, keywords := range keywordsOf {
			if !slices.Contains(keywords, key) {
				continue
			}
			found = true
			if about != "" && !slices.Contains(types, about) && !(about == "integer" && slices.Contains(types, "number")) {
				s.problem(path, "%s without the type %s", key, about)
			}
		}
		if !found {
			s.problem(path, "the keyword %s is unknown", key)
		}
	}
}

func (s *strict) rules(path string, o map[string]any) {
	properties, _ := o["properties"].(map[string]any)
	required, _ := o["required"].([]any)
	for _, r := range required {
		if _, ok := properties[r.(string)]; !ok {
			s.problem(path, "%v is required and no property", r)
		}
	}
	if (o["if"] == nil) != (o["then"] == nil) || o["if"] == nil && o["else"] != nil {
		s.problem(path, "if without then, or then without if")
	}
	if o["$ref"] != nil && len(o) > 1 {
		s.problem(path, "draft 7 ignores what stands beside $ref")
	}
	if o["description"] != nil && o["anyOf"] != nil {
		s.problem(path, "editors put anyOf's words into those of the key")
	}
}

// TestStrict holds that strict readers take the schemas as they are. What people write
// may have messages for editors, which such readers are told of as a vocabulary.
func TestStrict(t *testing.T) {
	for _, kind := range Kinds() {
		text, err := Of(kind)
		if err != nil {
			t.Fatal(err)
		}
		var root any
		if err := json.Unmarshal(text, &root); err != nil {
			t.Fatal(err)
		}
		s := strict{told: kind == "playbook" || kind == "suite"}
		s.look(kind, root, nil)
		for _, p := range s.problems {
			t.Error(p)
		}
		if has := strings.Contains(string(text), `"errorMessage"`); has != s.told {
			t.Errorf("%s: errorMessage: %v", kind, has)
		}
	}
}

// TestStrictFinds holds that each thing that strict readers refuse is found.
func TestStrictFinds(t *testing.T) {
	for text, want := range map[string]string{
		`{"type": "string", "errorMessage": "wanted text"}`:                       "unknown",
		`{"type": ["string", "number"]}`:                                          "union",
		`{"type": ["null", "string", "object"]}`:                                  "union",
		`{"pattern": "x"}`:                                                        "without the type string",
		`{"type": "object", "properties": {"plays": {"items": {}}}}`:              "without the type array",
		`{"type": "object", "required": ["a"]}`:                                   "no property",
		`{"type": "object", "if": {"required": ["a"]}, "then": true}`:             "no property",
		`{"type": "object", "if": true}`:                                          "without then",
		`{"type": "string", "oneOf": [{"type": "number"}]}`:                       "not among",
		`{"type": "object", "additionalProperties": {"$ref": "#", "title": "t"}}`: "beside $ref",
		`{"type": "string", "description": "d", "anyOf": [{"pattern": "x"}]}`:     "words",
		`{"type": "object", "propertyNames": {"minimum": 1}}`:                     "without the type integer",
	} {
		var root any
		if err := json.Unmarshal([]byte(text), &root); err != nil {
			t.Fatal(err)
		}
		var s strict
		s.look("", root, nil)
		if len(s.problems) != 1 || !strings.Contains(s.problems[0], want) {
			t.Errorf("%s: %v", text, s.problems)
		}
	}
}

// TestDaysAreOffered holds that editors can complete the days of a calendar.
func TestDaysAreOffered(t *testing.T) {
	days := hours(1).get("properties").(object)
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon-fri"} {
		d, _ := days.get(day).(object)
		if d.get("description") == nil {
			t.Errorf("%s has no words", day)
		}
	}
}
