package main

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"strings"
)

// outbox stands for all that does something outside: mail, payments, telephones. It knows the keys of what was
// done, and does nothing twice.
type outbox struct {
	file string
	done map[string]bool
	// about is told before and after each thing that is done; nil: nobody is.
	about func()
}

func openOutbox(file string) (*outbox, error) {
	o := &outbox{file: file, done: map[string]bool{}}
	lines, err := o.lines()
	for _, line := range lines {
		key, _, _ := strings.Cut(line, " ")
		o.done[key] = true
	}
	return o, err
}

// lines are what was done, each with its key.
func (o *outbox) lines() (out []string, err error) {
	f, err := os.Open(o.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		out = append(out, s.Text())
	}
	return out, s.Err()
}

func (o *outbox) put(key, what string) error {
	if o.done[key] {
		return nil
	}
	o.tell()
	f, err := os.OpenFile(o.file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.WriteString(key + " " + what + "\n"); err == nil {
		err = f.Sync()
	}
	o.done[key] = err == nil
	o.tell()
	return errors.Join(err, f.Close())
}

func (o *outbox) tell() {
	if o.about != nil {
		o.about()
	}
}
