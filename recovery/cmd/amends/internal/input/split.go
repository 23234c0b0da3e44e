package input

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
)

// Item is one incident as it stands in the input, or what stands where one
// should be.
type Item struct {
	file      string
	Line, col int
	Raw       []byte
	Err       error // why it is no JSON; nil when that is still to be seen
	by        *Mapping
	row       map[string]string // of a table, by its columns
	Tried     *Tried            // what stands beside the incident; nil: it stands alone
}

// PlaceError says where in the input something is no incident.
type PlaceError struct {
	At  string
	Err error
}

func (e *PlaceError) Error() string { return e.At + ": " + e.Err.Error() }
func (e *PlaceError) Unwrap() error { return e.Err }

// Place is where the item starts: its file, line and column.
func (it Item) Place() string { return fmt.Sprintf("%s:%d:%d", it.file, it.Line, it.col) }

// Incident reads the item. What is no JSON is refused with its place.
func (it Item) Incident() (recovery.Incident, error) {
	if it.by != nil {
		return it.Mapped(it.by.engine)
	}
	var in recovery.Incident
	err := it.Err
	if err == nil {
		err = in.UnmarshalJSON(it.Raw)
	}
	if err != nil {
		return in, &PlaceError{it.Place(), err}
	}
	return in, nil
}

// IsMapped reports whether a map reads the item.
func (it Item) IsMapped() bool { return it.by != nil }

// Payload is what a map reads.
func (it Item) Payload() any {
	if it.row != nil {
		return it.row
	}
	return it.Raw
}

// Mapped reads the item by the map of an engine.
func (it Item) Mapped(e *recovery.Engine) (in recovery.Incident, err error) {
	if err = it.Err; err == nil {
		in, err = e.Incident(context.Background(), it.by.Name, it.Payload())
	}
	if err != nil && !errors.Is(err, recovery.ErrNotMeant) {
		var bad *recovery.PayloadError
		if errors.As(err, &bad) {
			in.ID = bad.Incident
		}
		return in, &PlaceError{it.Place(), err}
	}
	return in, err
}

// ID is the incident's id where one can be seen in what could not be read.
func (it Item) ID(in recovery.Incident) string {
	if in.ID != "" || it.by != nil {
		return in.ID
	}
	var seen struct {
		ID any `json:"id"`
	}
	if json.Unmarshal(it.Raw, &seen) == nil {
		if s, ok := seen.ID.(string); ok {
			return s
		}
	}
	return ""
}

// maxValue bounds how far a value over several lines is followed.
const maxValue = 16 << 20

// splitter finds the incidents of an input: the elements of an array, or values
// one after another, each on a line (JSON Lines) or over several.
type splitter struct {
	file string
	in   *bufio.Reader
	line int // of the next line to read
	emit func(Item) bool
	// back are lines that were read ahead and belong to no value: the next to
	// read.
	back []textLine
	// linewise is set once a value stood on one line, or a value over several
	// lines did not end: from then on each line stands by itself, so that a
	// broken one does not swallow those after it.
	linewise bool
	room     []byte // for the next lines
}

type textLine struct {
	n    int
	text []byte
}

// Split sends each incident of an input, and each thing that is not an incident.
func Split(file string, r io.Reader, emit func(Item) bool) error {
	s := &splitter{file: file, in: bufio.NewReaderSize(r, 1<<16), line: 1, emit: emit}
	first, err := s.firstByte()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	if first == '[' {
		return s.array()
	}
	return s.lines()
}

// firstByte looks at the first byte that is no space, leaving it unread.
func (s *splitter) firstByte() (byte, error) {
	if bom, err := s.in.Peek(3); err == nil && bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = s.in.Discard(3) // they were peeked
	}
	for {
		b, err := s.in.ReadByte()
		if err != nil {
			return 0, err
		}
		switch b {
		case '\n':
			s.line++
		case ' ', '\t', '\r':
		default:
			return b, s.in.UnreadByte()
		}
	}
}

// lines reads values that stand one after another.
func (s *splitter) lines() error {
	for {
		l, err := s.next()
		if len(bytes.TrimSpace(l.text)) > 0 && !s.value(l) {
			return nil
		}
		if errors.Is(err, io.EOF) && len(s.back) == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
}

func (s *splitter) next() (textLine, error) {
	if len(s.back) > 0 {
		l := s.back[0]
		s.back = s.back[1:]
		return l, nil
	}
	text, err := s.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		start := bytes.Clone(text)
		text, err = s.in.ReadBytes('\n')
		text = append(start, text...)
	} else {
		text = s.keep(text)
	}
	l := textLine{s.line, text}
	s.line++
	return l, err
}

// keep copies a line out of the reader's buffer, next to those before it.
func (s *splitter) keep(line []byte) []byte {
	if len(s.room) < len(line) {
		s.room = make([]byte, max(1<<16, len(line)))
	}
	n := copy(s.room, line)
	line, s.room = s.room[:n:n], s.room[n:]
	return line
}

// value sends the value that starts on a line. Once each line stands by itself, whether it
// is JSON is for whoever reads it to see.
func (s *splitter) value(l textLine) bool {
	whole := bytes.TrimSpace(l.text)
	if !s.linewise && !json.Valid(whole) {
		if text, ok := s.more(l); ok {
			return s.send(l, text, nil)
		}
	}
	s.linewise = true
	return s.send(l, whole, nil)
}

func (s *splitter) send(l textLine, text []byte, err error) bool {
	col := len(l.text) - len(bytes.TrimLeft(l.text, " \t")) + 1
	return s.emit(Item{file: s.file, Line: l.n, col: col, Raw: text, Err: err})
}

// more reads the further lines of a value. When they do not make one, they are
// put back.
func (s *splitter) more(first textLine) ([]byte, bool) {
	text := bytes.Clone(first.text)
	depth, ok := nesting(0, first.text)
	var read []textLine
	for ok && depth > 0 {
		l, err := s.next()
		if len(l.text) > 0 {
			read = append(read, l)
			// A line that is an object by itself is the next incident: this one
			// was broken off. So is what goes on for too long.
			if trimmed := bytes.TrimSpace(l.text); len(text) > maxValue || len(trimmed) > 1 && trimmed[0] == '{' && depth == 1 && json.Valid(trimmed) {
				break
			}
			text = append(text, l.text...)
			depth, ok = nesting(depth, l.text)
		}
		if err != nil {
			break
		}
	}
	text = bytes.TrimSpace(text)
	if ok && depth == 0 && json.Valid(text) {
		return text, true
	}
	s.back = append(read, s.back...)
	return nil, false
}

// nesting follows brackets through one line. A string that does not end on its
// line is no JSON.
func nesting(depth int, line []byte) (int, bool) {
	inString := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth < 0 {
				return depth, false
			}
		}
	}
	return depth, !inString
}

// array reads the elements of an array, each as soon as it is there.
func (s *splitter) array() error {
	lines := &lineCounter{r: s.in, line: s.line, starts: []int64{0}}
	dec := json.NewDecoder(lines)
	if _, err := dec.Token(); err != nil {
		return s.broken(lines, dec.InputOffset(), err)
	}
	for dec.More() {
		var raw json.RawMessage
		err := dec.Decode(&raw)
		at := dec.InputOffset() - int64(len(raw))
		if err != nil {
			return s.broken(lines, dec.InputOffset(), err)
		}
		line, col := lines.place(at)
		if !s.emit(Item{file: s.file, Line: line, col: col, Raw: raw}) {
			return nil
		}
	}
	if _, err := dec.Token(); err != nil {
		return s.broken(lines, dec.InputOffset(), err)
	}
	rest, err := io.ReadAll(io.LimitReader(io.MultiReader(dec.Buffered(), s.in), 1<<16))
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		line, col := lines.place(dec.InputOffset())
		s.emit(Item{file: s.file, Line: line, col: col, Err: &recovery.JSONError{Message: "something follows the array"}})
	}
	return nil
}

// broken refuses the rest of an array: where its elements end cannot be told
// any more.
func (s *splitter) broken(lines *lineCounter, at int64, err error) error {
	var wrong *json.SyntaxError
	if errors.As(err, &wrong) {
		at = wrong.Offset
	} else if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the array does not end")
	}
	line, col := lines.place(at)
	s.emit(Item{file: s.file, Line: line, col: col, Err: &recovery.JSONError{Message: "the array is broken here, and nothing after it was read: " + err.Error()}})
	return nil
}

// lineCounter knows where lines start in what was read through it. It forgets
// those far behind.
type lineCounter struct {
	r      io.Reader
	read   int64
	line   int // of starts[0]
	starts []int64
}

func (c *lineCounter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			c.starts = append(c.starts, c.read+int64(i)+1)
		}
	}
	c.read += int64(n)
	return n, err
}

func (c *lineCounter) place(at int64) (line, col int) {
	for len(c.starts) > 1 && c.starts[1] <= at {
		c.starts = c.starts[1:]
		c.line++
	}
	return c.line, int(at-c.starts[0]) + 1
}

// Open opens a file with incidents, or standard input.
func Open(h command.Host, name string) (io.Reader, func(), error) {
	if name == "-" {
		in, err := unzipped(h.Stdin)
		return in, func() {}, err
	}
	f, err := command.OpenFile(name, "give - in its place, and < "+name)
	if err != nil {
		return nil, nil, err
	}
	in, err := unzipped(f)
	if err != nil {
		f.Close()
		return nil, nil, command.PlainPath(name, err)
	}
	return in, func() { f.Close() }, nil
}

// unzipped reads what gzip has packed, and anything else as it is.
func unzipped(r io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	if head, _ := in.Peek(2); !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return in, nil
	}
	return gzip.NewReader(in)
}

// Name is what an input is called in places.
func Name(name string) string {
	if name == "-" {
		return "stdin"
	}
	return name
}
