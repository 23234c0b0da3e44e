package recovery

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/servicerecovery/amends/policy"
)

// hashID makes an id from parts. They are joined as a JSON array, so that no
// two lists of parts look alike.
func hashID(prefix string, parts ...string) string {
	list := make([]any, len(parts))
	for i, p := range parts {
		list[i] = p
	}
	sum := sha256.Sum256(appendCanonical(nil, list))
	return prefix + "_" + hex.EncodeToString(sum[:16])
}

// actionID is the identity of an action. It never depends on the case or on the
// place in the file, so that a case that gives more changes the same action.
// parent is the action whose if_late this is in, or empty.
func actionID(incident, parent, play string, a *policy.Action, mergeKey string) string {
	var own []string
	if a.Type.Merge == policy.MergeNever {
		own = []string{"play", play, a.Type.Name, a.ID}
	} else {
		own = []string{"merged", a.Type.Name, mergeKey}
	}
	return hashID("act", append([]string{incident, parent}, own...)...)
}

func choiceID(incident, play string) string { return hashID("cho", incident, play) }
