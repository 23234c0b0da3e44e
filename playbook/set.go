package playbook

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
