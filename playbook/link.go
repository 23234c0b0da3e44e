package playbook

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// A link inside a set is followed where it stays inside: the set is then the same
// wherever its folder is kept, in git as well. What a link leads out to is never
// looked at.
var (
	errLeadsOut  = errors.New("it is a link that leads out of the folder")
	errDangling  = errors.New("it is a link to something that is not there")
	errCircle    = errors.New("it is a link that leads back to itself")
	errToFolder  = errors.New("it is a link to a folder, and files would be read twice")
	errNoLinks   = errors.New("it is a link, and where it leads cannot be seen here")
	errNoRegular = errors.New("it is not a regular file")
)

// maxLinks is how many links one path may lead through.
const maxLinks = 40

// follow returns the path without links at which a path arrives, and what is there.
func follow(fsys fs.FS, p string) (string, fs.FileInfo, error) {
	at, rest := ".", p
	for links := 0; ; {
		var name string
		name, rest, _ = strings.Cut(rest, "/")
		switch next := path.Join(at, name); {
		case name == ".." && at == ".":
			return "", nil, errLeadsOut
		case name == "" || name == "." || name == "..":
			at = next
		default:
			info, err := fs.Lstat(fsys, next)
			if err != nil {
				return "", nil, err
			}
			if info.Mode()&fs.ModeSymlink == 0 {
				at = next
				break
			}
			if links++; links > maxLinks {
				return "", nil, errCircle
			}
			target, err := fs.ReadLink(fsys, next)
			if err != nil {
				return "", nil, errNoLinks
			}
			if path.IsAbs(target) || strings.ContainsAny(target, "\\:") {
				return "", nil, errLeadsOut
			}
			rest = target + "/" + rest
		}
		if strings.Trim(rest, "/") == "" {
			info, err := fs.Stat(fsys, at) // of no link any more
			return at, info, err
		}
	}
}

// linked says what is wrong with a link that is found in a folder, nil for one that is
// fine, or is nothing to the set.
func linked(fsys fs.FS, p string) error {
	_, info, err := follow(fsys, p)
	switch {
	case errors.Is(err, errLeadsOut) && path.Ext(p) == "":
		return err // most likely a folder
	case err == nil && info.IsDir():
		return errToFolder
	}
	return nil
}
