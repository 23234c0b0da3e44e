package ledger

import (
	"encoding/hex"
	"io/fs"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// setClasses says which sets mean the same where it matters.
type setClasses struct {
	e       *equaliser
	files   map[int32]fs.FS // of the sets that are archived
	digests map[int32]string
	changed map[[2]int32][]string // the plays that mean something else
}

// strata are the sets of a group by what their answering plays mean.
type strata struct {
	of    map[int32]int // the stratum of a set
	began []int32       // the first set of each
}

func (e *equaliser) classesOfSets() (*setClasses, error) {
	c := &setClasses{e: e, files: map[int32]fs.FS{}, digests: map[int32]string{}, changed: map[[2]int32][]string{}}
	if len(e.tallies.sets.known) < 2 || e.options.Changed == nil {
		return c, nil
	}
	for _, seq := range e.sets {
		t, err := whole(e.log, seq)
		if err != nil {
			return nil, err
		}
		digest, files, err := parseSet(t.Payload)
		if err != nil {
			return nil, err
		}
		id := store.IDOf(digest)
		if set, decided := e.tallies.sets.of[string(id[:])]; decided {
			c.digests[set] = digest
			if c.files[set], err = setFS(files); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// digest names a set.
func (c *setClasses) digest(set int32) string {
	if d := c.digests[set]; d != "" {
		return d
	}
	id := c.e.tallies.sets.known[set]
	return "sha256:" + hex.EncodeToString(id[:])
}

// strata tells the sets of a group apart by what the plays mean that answered in it, and names those
// that changed.
func (c *setClasses) strata(group int32, keys []cellKey) (out strata, plays []string, err error) {
	out.of = map[int32]int{}
	for _, k := range keys {
		out.of[k.set] = -1
	}
	sets := make([]int32, 0, len(out.of))
	for set := range out.of {
		sets = append(sets, set)
	}
	slices.SortFunc(sets, func(a, b int32) int {
		since := c.e.tallies.since
		if n := since[a].Compare(since[b]); n != 0 {
			return n
		}
		return strings.Compare(c.digest(a), c.digest(b))
	})
	answering := c.e.answering(c.e.tallies.groups.known[group])
	for _, set := range sets {
		for stratum, first := range out.began {
			differ, err := c.differ(first, set, answering)
			if err != nil {
				return out, nil, err
			}
			if len(differ) == 0 {
				out.of[set] = stratum
				break
			}
			plays = append(plays, differ...)
		}
		if out.of[set] < 0 {
			out.of[set] = len(out.began)
			out.began = append(out.began, set)
		}
	}
	return out, sortedOnce(plays), nil
}

// differ are the answering plays that mean something else in two sets. Sets that are not archived
// differ in all of them.
func (c *setClasses) differ(a, b int32, answering map[string]bool) ([]string, error) {
	plays, known := c.changed[[2]int32{a, b}]
	if !known && c.files[a] != nil && c.files[b] != nil {
		var err error
		if plays, err = c.e.options.Changed(c.files[a], c.files[b]); err != nil {
			return nil, err
		}
		known = true
		c.changed[[2]int32{a, b}] = plays
	}
	var out []string
	for p := range answering {
		book, _, _ := strings.Cut(p, "/")
		if !known || slices.ContainsFunc(plays, func(x string) bool { return x == p || x == book+"/*" || x == "/*" }) {
			out = append(out, p)
		}
	}
	if !known && len(out) == 0 {
		out = append(out, "")
	}
	return out, nil
}

// answering are the plays that gave redress in a group.
func (e *equaliser) answering(same []recovery.Key) map[string]bool {
	out := map[string]bool{}
	for _, o := range e.groups[textsOf(same)] {
		for _, p := range o.Plays {
			out[p] = true
		}
	}
	return out
}
