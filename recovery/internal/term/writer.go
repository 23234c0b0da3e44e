package term

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// Writer is the only way of a command to a stream that people read.
type Writer struct {
	to       io.Writer
	terminal bool
	colour   bool
	lines    lines
}

// NewWriter writes to a stream; terminal says that it is a person's, colour that it
// may be coloured.
func NewWriter(to io.Writer, terminal, colour bool) *Writer {
	return &Writer{to: to, terminal: terminal, colour: colour}
}

// Terminal reports whether a person sees at once what is written.
func (w *Writer) Terminal() bool { return w.terminal }

// Colour reports whether texts may be coloured.
func (w *Writer) Colour() bool { return w.colour }

// Print writes a text.
func (w *Writer) Print(t Text) error { return w.write(t.s, Prose) }

// Printf writes a text by a format; arguments are made harmless.
func (w *Writer) Printf(format string, args ...any) error { return w.Print(Textf(format, args...)) }

func (w *Writer) write(s string, f Form) error {
	_, err := io.WriteString(w.to, w.lines.disarm(s, f))
	return err
}

// Data writes what gives data of a form, once it is whole.
func (w *Writer) Data(f Form, give func(io.Writer) error) error {
	d := dataWriter{w, f, nil}
	if err := give(&d); err != nil {
		return err
	}
	return d.flush(len(d.held))
}

// Exact writes JSON that programs compare byte by byte: whole lines of it, each of
// them one value. Only a person at a terminal gets what is unseen escaped.
func (w *Writer) Exact(text []byte) error {
	if w.terminal {
		return w.write(JSON.show(string(text)), JSON)
	}
	_, err := w.to.Write(text)
	return err
}

// Command writes a workflow command of GitHub: its name, its properties with their
// values, and a message, which may have several lines.
func (w *Writer) Command(name string, properties [][2]string, message string) error {
	var out strings.Builder
	out.WriteString("::" + name)
	for i, p := range properties {
		out.WriteString([]string{" ", ","}[min(i, 1)] + p[0] + "=" + inProperty.Replace(Lines(p[1]).s))
	}
	out.WriteString("::" + inMessage.Replace(Lines(message).s) + "\n")
	_, err := io.WriteString(w.to, out.String())
	return err
}

// What GitHub reads in commands as something else than it is.
var (
	inMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// Status shows on a terminal how far the work is, in place of what it showed before.
func (w *Writer) Status(format string, args ...any) {
	_, _ = io.WriteString(w.to, "\r"+Textf(format, args...).s) // nothing depends on it
}

// EndStatus leaves what is shown of the work, or wipes it.
func (w *Writer) EndStatus(wipe bool) {
	end := "\n"
	if wipe {
		end = "\r\x1b[K"
	}
	_, _ = io.WriteString(w.to, end) // nothing depends on it
}

// File is a file that is written as to a Writer: data of a form.
func File(to io.Writer, f Form, give func(io.Writer) error) error {
	return NewWriter(to, false, false).Data(f, give)
}

// dataWriter holds data back until a line is whole, so that no character and no
// neighbour is missing where it is looked at.
type dataWriter struct {
	to   *Writer
	form Form
	held []byte
}

// most is how much of one line is held back.
const most = 1 << 20

// Write implements io.Writer.
func (d *dataWriter) Write(p []byte) (int, error) {
	d.held = append(d.held, p...)
	whole := bytes.LastIndexByte(d.held, '\n') + 1
	if whole == 0 && len(d.held) > most {
		whole = len(d.held) - utf8.UTFMax
		for whole > 1 && d.held[whole-1] >= utf8.RuneSelf {
			whole--
		}
	}
	return len(p), d.flush(whole)
}

func (d *dataWriter) flush(n int) error {
	if n == 0 {
		return nil
	}
	err := d.to.write(d.form.show(string(d.held[:n])), d.form)
	d.held = append(d.held[:0], d.held[n:]...)
	return err
}
