package playbook

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"
)

// Set is the content of a directory tree: its documents and files.
type Set struct {
	Documents []*Document // in path order, then by place in the file
	Digest    string      // "sha256:HEX" over the files read
	Files     []File
}

// File is one file of a set, as read.
type File struct {
	Path   string
	Source []byte
}

// digest is the identity of a set: the SHA-256 of what sha256sum prints for its
// files in path order, so that it can be checked without this program.
func digest(files []File) string {
	h := sha256.New()
	for _, f := range files {
		writeSumLine(h, f)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// writeSumLine writes HEX, two spaces and the path. As sha256sum does, a line
// whose path is escaped starts with a backslash: no path can look like two.
func writeSumLine(h hash.Hash, f File) {
	sum := sha256.Sum256(f.Source)
	path := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(f.Path)
	if path != f.Path {
		h.Write([]byte(`\`))
	}
	h.Write([]byte(hex.EncodeToString(sum[:]) + "  " + path + "\n"))
}
