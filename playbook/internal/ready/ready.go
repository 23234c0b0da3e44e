// Package ready holds the documents that `uses` brings into a set.
package ready

import (
	"embed"
	"slices"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// Names are the names that `uses` knows, sorted.
func Names() (out []string) {
	entries, _ := files.ReadDir(".") // embedded: it is there
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	slices.Sort(out)
	return out
}

// Source is the text of a name's document; nil for any other name.
func Source(name string) []byte {
	src, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return nil
	}
	return src
}
