// Package payload reads the fields of incidents from payloads of any shape: what a helpdesk's
// webhook sends, or a row of a table. A [Map] says where each field stands and how it is written
// there. Package policy makes one of each document of the format that is a map.
//
// A payload is a tree, as JSON gives it: nil, string, bool, json.Number, []any and map[string]any.
// The row of a table is an object with a text for each column.
//
// Nothing is guessed. A value that can mean two things, such as 1,234 or 03/04/2026, is a [Misfit]
// until the map says which one is meant.
//
// A reading order: [Path], where a value stands; [Map.Read], which goes through the fields;
// [Field.convert], what becomes of a value; then one file for each kind of value.
package payload
