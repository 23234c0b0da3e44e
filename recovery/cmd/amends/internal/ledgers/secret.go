package ledgers

import (
	"fmt"
	"io/fs"
	"runtime"
	"strings"
)

// ReadSecret reads a text that nobody else may read from a file, without the space around it.
func ReadSecret(name string) (string, error) {
	text, mode, err := readSmall(name)
	if err != nil {
		return "", err
	}
	if openToOthers(mode) {
		return "", fmt.Errorf("%s: others on this machine can read or change this secret (mode %04o): run chmod 600 %s, and make a new one if somebody may have read it", name, mode.Perm(), name)
	}
	return strings.TrimSpace(string(text)), nil
}

func openToOthers(mode fs.FileMode) bool {
	return runtime.GOOS != "windows" && mode.Perm()&0o077 != 0
}
