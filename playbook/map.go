package playbook

// Map says how the fields of incidents are read from payloads, such as those of a helpdesk's
// webhooks, or from the rows of a table. A part that was not written, or not understood, is zero.
type Map struct {
	Only     []PathValues // what payloads must show for the map to be meant; all of it
	Fields   []*MapField
	Missing  []Text // what counts as absent, in each field
	Encoding Text   // utf-8, latin-1 or windows-1252
}

// MapField says where one field of incidents is found, and how it is written there. It has one of
// From, Template and Const.
type MapField struct {
	Name     Text
	From     []Text // paths: the first that is there; with a Format of days, the parts of one time
	Template Text   // a text with ${path} in it
	Const    Value
	// What a value is turned into.
	FirstOf            []Text
	Words              []Entry // a value by the text that stands for it
	True, False        []Text
	Otherwise          Value // in place of what none of these names
	Currency, Decimal  Text
	Unit, Format, Zone Text
	Split              Text // what stands between the members of a list that is one text
	Missing            []Text
	When               []PathValues // all of them must hold, else the field is absent
	While              []Text       // of paused
	Items              []*MapField  // of each item of a list of objects; IsItems says that it is one
	IsItems            bool
	Range              Range
}

// PathValues are the values that a payload may show at a path.
type PathValues struct {
	Path   Text
	Values []Text
}
