package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"
)

// openRevision reads REV:PATH, a folder as git knows it, into memory. Objects
// are read rather than an archive made of them: that would leave out or rewrite
// files where attributes say so.
func openRevision(name string) (fs.FS, error) {
	rev, dir, _ := strings.Cut(name, ":")
	if _, err := exec.LookPath("git"); err != nil {
		return nil, fmt.Errorf("there is no directory %s, and no git to read it as a revision with", name)
	}
	if _, err := git(nil, "rev-parse", "--git-dir"); err != nil {
		return nil, fmt.Errorf("there is no directory %s, and this is no git repository to read it as a revision from", name)
	}
	if !isRevision(rev) {
		return nil, fmt.Errorf("there is no directory %s, and git knows no revision %q", name, rev)
	}
	id, err := folderID(rev, folder(dir), name)
	if err != nil {
		return nil, err
	}
	return readTree(id, name)
}

// folderID finds the tree of a folder, by links that stay inside of the repository as
// they would be followed on disk.
func folderID(rev, dir, name string) (string, error) {
	if id, err := resolve(rev + ":" + dir); err == nil {
		if kind, err := git(nil, "cat-file", "-t", id); err == nil && strings.TrimSpace(string(kind)) == "tree" {
			return id, nil
		}
	}
	out, err := git(strings.NewReader(rev+":"+dir+"\n"), "cat-file", "--batch-check", "--follow-symlinks")
	if err != nil {
		return "", gitError("cat-file", err)
	}
	answer, _, _ := strings.Cut(string(out), "\n")
	switch fields := strings.Fields(answer); {
	case len(fields) == 3 && fields[1] == "tree":
		return fields[0], nil
	case len(fields) == 3 && fields[1] == "blob":
		return "", fmt.Errorf("%s is a file; name the folder that holds the playbooks", name)
	case strings.HasPrefix(answer, "symlink "):
		return "", fmt.Errorf("%s is a link that leads out of the repository", name)
	case strings.HasPrefix(answer, "loop "):
		return "", fmt.Errorf("%s is a link that leads back to itself", name)
	}
	return "", fmt.Errorf("there is no folder %s in the revision %s", dir, rev)
}

// isRevision reports whether git knows a revision of the name.
func isRevision(name string) bool {
	_, err := resolve(name + "^{tree}")
	return err == nil
}

// folder is a folder as git wants it after a revision: without a slash at its end,
// but where that says that it is meant from here.
func folder(dir string) string {
	trimmed := strings.TrimRight(dir, "/")
	if trimmed == "." || trimmed == ".." || strings.HasSuffix(trimmed, "/..") {
		return trimmed + "/"
	}
	return trimmed
}

// resolve returns the id of the object that a name stands for.
func resolve(name string) (string, error) {
	out, err := git(nil, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
	return strings.TrimSpace(string(out)), err
}

// git runs git in the current directory.
func git(input io.Reader, args ...string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	cmd.Stdin = input
	return cmd.Output()
}

// The modes of what stands in a tree beside files and folders.
const (
	gitLink       = "120000"
	gitRepository = "160000"
)

// readTree reads the files of a tree that a set may consist of. What a link may lead to
// is read when it is wanted.
func readTree(id, name string) (fs.FS, error) {
	list, err := git(nil, "ls-tree", "-r", "-l", "-z", "--full-tree", id)
	if err != nil {
		return nil, gitError("ls-tree", err)
	}
	out := memoryFS{}
	var ids bytes.Buffer
	var paths []string
	for _, entry := range strings.Split(strings.TrimRight(string(list), "\x00"), "\x00") {
		info, path, _ := strings.Cut(entry, "\t")
		fields := strings.Fields(info) // mode, kind, id, size
		if len(fields) != 4 || !fs.ValidPath(path) {
			continue
		}
		mode, id := fields[0], fields[2]
		if mode == gitRepository {
			if leftOut(path) {
				continue
			}
			return nil, fmt.Errorf("%s holds another repository, %s, whose files this one does not have", name, path)
		}
		size, _ := strconv.ParseInt(fields[3], 10, 64)
		node := memoryNode{link: mode == gitLink, size: size}
		if node.link || strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml") {
			ids.WriteString(id + "\n")
			paths = append(paths, path)
		} else {
			node.load = func() ([]byte, error) { return git(nil, "cat-file", "blob", id) }
		}
		out[path] = node
	}
	blobs, err := git(&ids, "cat-file", "--batch")
	if err != nil {
		return nil, gitError("cat-file", err)
	}
	r := bufio.NewReader(bytes.NewReader(blobs))
	for _, path := range paths {
		node := out[path]
		if node.text, err = readBlob(r); err != nil {
			return nil, fmt.Errorf("git gave no contents of %s", path)
		}
		out[path] = node
	}
	return out, nil
}

// leftOut reports whether a set takes nothing from a folder on account of its name.
func leftOut(path string) bool {
	for _, name := range strings.Split(path, "/") {
		if name[0] == '.' || name[0] == '_' {
			return true
		}
	}
	return false
}

// readBlob reads one answer of cat-file --batch: "ID blob SIZE", the bytes, a
// line break.
func readBlob(r *bufio.Reader) ([]byte, error) {
	head, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(head)
	if len(fields) != 3 {
		return nil, errors.New("no blob")
	}
	size, err := strconv.Atoi(fields[2])
	if err != nil {
		return nil, err
	}
	text := make([]byte, size+1)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, err
	}
	return text[:size], nil
}

// gitError says in one line what git said.
func gitError(what string, err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		first, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n")
		return fmt.Errorf("git %s: %s", what, first)
	}
	return fmt.Errorf("git %s: %w", what, err)
}
