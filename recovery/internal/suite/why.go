package suite

// reasons says why a step came out as it did. Nothing is worked out before it is
// asked.
type reasons struct{ d *Decided }

func (r *reasons) plays(wanted, came []string) []string { return nil }
func (r *reasons) missing(kind string) []string         { return nil }
func (r *reasons) given(plays []string) []string        { return nil }
func (r *reasons) partner(id string) []string           { return nil }
