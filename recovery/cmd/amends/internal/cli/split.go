package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/servicerecovery/amends/recovery"
)

// item is one incident as it stands in the input, or what stands where one
// should be.
type item struct {
	file      string
	line, col int
	raw       []byte
	err       error // why it is no JSON; nil when that is still to be seen
}

// placeError says where in the input something is no incident.
type placeError struct {
	at  string
	err error
}

func (e *placeError) Error() string { return e.at + ": " + e.err.Error() }
func (e *placeError) Unwrap() error { return e.err }

func (it item) place() string { return fmt.Sprintf("%s:%d:%d", it.file, it.line, it.col) }

// incident reads the item. What is no JSON is refused with its place.
func (it item) incident() (recovery.Incident, error) {
	var in recovery.Incident
	err := it.err
	if err == nil {
		err = in.UnmarshalJSON(it.raw)
	}
	if err != nil {
		return in, &placeError{it.place(), err}
	}
	return in, nil
}

// id is the incident's id where one can be seen in what could not be read.
func (it item) id(in recovery.Incident) string {
	if in.ID != "" {
		return in.ID
	}
	var seen struct {
		ID any `json:"id"`
	}
	if json.Unmarshal(it.raw, &seen) == nil {
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
	emit func(item) bool
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

// split sends each incident of an input, and each thing that is none.
func split(file string, r io.Reader, emit func(item) bool) error {
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
	return s.emit(item{file: s.file, line: l.n, col: col, raw: text, err: err})
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
		if !s.emit(item{file: s.file, line: line, col: col, raw: raw}) {
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
		s.emit(item{file: s.file, line: line, col: col, err: &recovery.JSONError{Message: "something follows the array"}})
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
	s.emit(item{file: s.file, line: line, col: col, err: &recovery.JSONError{Message: "the array is broken here, and nothing after it was read: " + err.Error()}})
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
