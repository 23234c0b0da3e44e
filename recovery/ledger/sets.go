package ledger

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
)

// setDigest is the digest of a set: the SHA-256 of what sha256sum prints for its
// files in the order of their paths.
func setDigest(files []playbook.File) string {
	sorted := slices.SortedFunc(slices.Values(files), func(a, b playbook.File) int { return strings.Compare(a.Path, b.Path) })
	h := sha256.New()
	for _, f := range sorted {
		sum := sha256.Sum256(f.Source)
		path := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(f.Path)
		if path != f.Path {
			h.Write([]byte(`\`))
		}
		h.Write([]byte(hex.EncodeToString(sum[:]) + "  " + path + "\n"))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// checkSet returns the digest of an archived set, and an error when its files have another.
func checkSet(payload []byte) (digest string, err error) {
	digest, files, err := parseSet(payload)
	if err == nil && digest != setDigest(files) {
		err = errors.New("the set is not the one that its digest says")
	}
	return digest, err
}

// setFS makes a file system of a set's files. It is a zip archive in memory, which package zip can
// read as a file system.
func setFS(files []playbook.File) (fs.FS, error) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range files {
		file, err := w.CreateHeader(&zip.FileHeader{Name: f.Path, Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if _, err := file.Write(f.Source); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
}
