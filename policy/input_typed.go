package policy

import "time"

// SetText is [Input.Set] for a field of type string.
func (in *Input) SetText(f *Field, s string) { in.Set(f, s) }

// SetTime is [Input.Set] for a field of type timestamp.
func (in *Input) SetTime(f *Field, t time.Time) { in.Set(f, t) }
