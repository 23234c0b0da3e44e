//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package ledger

import "syscall"

func makePipe(path, _ string) error { return syscall.Mkfifo(path, 0o600) }
