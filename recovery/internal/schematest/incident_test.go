package schematest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/servicerecovery/amends/recovery"
)

// Every incident of the examples fits the schema of incidents, and what becomes
// of it that of decisions.
func TestExamplesAreDecided(t *testing.T) {
	incidents, decisions := load(t, "incident"), strict(t)
	count := 0
	for _, file := range files(t, root+"/examples/*/incidents.jsonl") {
		engine, err := recovery.Load(os.DirFS(strings.TrimSuffix(file, "incidents.jsonl") + "playbooks"))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range bytes.Split(bytes.TrimSpace(read(t, file)), []byte("\n")) {
			count++
			validate(t, file, incidents, line)
			var in recovery.Incident
			if err := json.Unmarshal(line, &in); err != nil {
				t.Fatal(err)
			}
			written, err := in.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			validate(t, file, incidents, written)
			d, err := engine.Handle(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			validate(t, file, decisions, d.AppendJSON(nil))
		}
	}
	if count < 20 {
		t.Errorf("only %d incidents", count)
	}
}

func validate(t *testing.T, where string, schema *jsonschema.Schema, text []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(where, err)
	}
	if err := schema.Validate(v); err != nil {
		t.Errorf("%s: %v\n%s", where, err, text)
	}
}

// What the engine refuses for its standard fields does not fit the schema, and
// what fits is decided.
func TestIncidentsAreRefusedTogether(t *testing.T) {
	engine, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte("amends: v1\nplaybook: p\n")}})
	if err != nil {
		t.Fatal(err)
	}
	schema := load(t, "incident")
	properties := published(t, "incident").(map[string]any)["properties"].(map[string]any)
	customer := properties["customer"].(map[string]any)["properties"].(map[string]any)
	values := []string{
		`null`, `""`, `"text"`, `true`, `0`, `1`, `3.0`, `5`, `6`, `-1`, `2.5`, `[]`, `["a"]`, `[1]`, `{}`, `"failure"`, `"signal"`, `"complaint"`, `"es-MX"`,
		`"2026-03-02T10:00:00Z"`, `"2026-03-02T10:00:00.5+01:00"`, `"2026-03-02"`, `"2026-03-02T10:00:00"`, `"2026-13-02T10:00:00Z"`,
		`[{"from": "2026-03-02T10:00:00Z"}]`, `[{"from": "2026-03-02T10:00:00Z", "until": "2026-03-02T11:00:00Z"}]`, `[{"from": "2026-03-02T10:00:00Z", "until": null}]`,
		`[{"until": "2026-03-02T10:00:00Z"}]`, `[{"from": "2026-03-02T10:00:00Z", "till": 1}]`, `[{"from": 5}]`, `{"id": "C-1"}`,
	}
	whole := map[string]any{"id": "T", "service": "parcel", "occurred_at": "2026-03-01T10:00:00Z"}
	ask := func(what string, in map[string]any) {
		text, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		var read recovery.Incident
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		_, err = engine.Decide(context.Background(), read)
		if wrong := (*recovery.IncidentError)(nil); err != nil && !errors.As(err, &wrong) {
			t.Fatal(err)
		}
		if problem := schema.Validate(v); (problem == nil) != (err == nil) {
			t.Errorf("%s: the engine says %v; the schema says %v", what, err, problem)
		}
	}
	asked := 0
	for _, value := range values {
		for _, name := range sorted(properties) {
			in := maps.Clone(whole)
			in[name] = json.RawMessage(value)
			ask(name+": "+value, in)
			asked++
		}
		for _, name := range sorted(customer) {
			in := maps.Clone(whole)
			in["customer"] = map[string]any{name: json.RawMessage(value)}
			ask("customer."+name+": "+value, in)
			asked++
		}
	}
	for name := range whole {
		in := maps.Clone(whole)
		delete(in, name)
		ask("without "+name, in)
	}
	if asked < 500 {
		t.Errorf("only %d were asked about", asked)
	}
}
