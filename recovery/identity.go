package recovery

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/canonical"
)

// hashID makes an id from parts. They are joined as a JSON array, so that no
// two lists of parts look alike.
func hashID(prefix string, parts ...string) string {
	var room [256]byte
	text := append(room[:0], '[')
	for i, p := range parts {
		if i > 0 {
			text = append(text, ',')
		}
		text = canonical.AppendString(text, p)
	}
	return idOf(prefix, append(text, ']'))
}

// idOf makes an id from the text that is hashed.
func idOf(prefix string, text []byte) string {
	sum := sha256.Sum256(text)
	var room [64]byte
	id := append(append(room[:0], prefix...), '_')
	return string(hex.AppendEncode(id, sum[:16]))
}

// identify gives a draft its id. That never depends on the case or on the place in
// the file, so that a case that gives more changes the same action. parent is the
// action whose if_late this is in, or empty.
func (c *conclusion) identify(d *draft, parent, mergeKey string) {
	a := d.source
	if a.Type.Merge == policy.MergeNever {
		d.ID = hashID("act", c.id, parent, "play", d.play.Name, d.Type, a.ID)
		return
	}
	if parent == "" {
		d.merges, d.mergeKey = true, mergeKey
		// What several plays give together has one id: it need not be made again
		// for each of them.
		for _, x := range c.drafts[:min(len(c.drafts), fewDrafts)] {
			if x.merges && x.Type == d.Type && x.mergeKey == mergeKey {
				d.ID = x.ID
				return
			}
		}
	}
	d.ID = hashID("act", c.id, parent, "merged", d.Type, mergeKey)
}

func choiceID(incident, play string) string { return hashID("cho", incident, play) }
