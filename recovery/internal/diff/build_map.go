package diff

import (
	"github.com/servicerecovery/amends/playbook"
)

// mapThing builds a map of payloads. Its about and owner mean nothing to what is read.
func mapThing(d *playbook.Document) *thing {
	t := definition("map", WhatMap, d.ID, d.Range)
	t.shown = ""
	t.add(optional(d.Zone, plain, "zone", WhatMap), optional(d.Map.Encoding, plain, "encoding", WhatMap))
	if len(d.Map.Only) > 0 {
		t.add(fixed("only", WhatMap, playbook.ShownPathValues(d.Map.Only), d.Map.Only[0].Path.Range))
	}
	if d.Map.Missing != nil {
		t.add(set("missing", WhatMap, d.Map.Missing, d.Map.Missing[0].Range))
	}
	for _, f := range d.Map.Fields {
		x := fixed("field "+f.Name.Value, WhatMap, f.String(), f.Range)
		x.shown = f.String()
		t.add(x)
	}
	return t
}
