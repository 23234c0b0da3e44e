package input

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/payload"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// Mapping reads the items of an input by a map of the playbooks: payloads in JSON, or the rows of a
// table. A nil mapping reads incidents.
type Mapping struct {
	Name   string
	engine *recovery.Engine
	host   command.Host
	by     *playbook.Document
}

// NewMapping finds a map in a set. Without a name there is none, and no error.
func NewMapping(h command.Host, engine *recovery.Engine, set *playbook.Set, name string) (*Mapping, error) {
	if name == "" {
		return nil, nil
	}
	var known []string
	for _, d := range set.Documents {
		if d.Kind != playbook.PayloadMap {
			continue
		}
		if d.ID.Value == name {
			return &Mapping{Name: name, engine: engine, host: h, by: d}, nil
		}
		known = append(known, d.ID.Value)
	}
	return nil, fmt.Errorf("--map: %w", &recovery.UnknownMapError{Map: name, Known: known})
}

// Read sends each incident of an input, or each payload and row that a map reads, and each thing that
// is neither.
func (m *Mapping) Read(name string, r io.Reader, emit func(Item) bool) error {
	in := bufio.NewReaderSize(r, 1<<16)
	first, err := firstByte(in)
	isTable := err == nil && first != '{' && first != '['
	ext := strings.ToLower(filepath.Ext(strings.TrimSuffix(name, ".gz")))
	switch {
	case m == nil && isTable && (ext == ".csv" || ext == ".tsv"):
		return fmt.Errorf("%s is a table; say how its columns are read, with --map and the name of a map", name)
	case m == nil || !isTable:
		return Split(name, in, func(it Item) bool {
			if it.by = m; m == nil {
				it = it.unwrapped()
			}
			return emit(it)
		})
	}
	return m.rows(name, in, emit)
}

// firstByte looks at the first byte that is not blank, leaving all unread.
func firstByte(in *bufio.Reader) (byte, error) {
	for n := 64; ; n *= 2 {
		head, err := in.Peek(min(n, in.Size()))
		if rest := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(bom)), " \t\r\n"); len(rest) > 0 {
			return rest[0], nil
		}
		if err != nil || n > in.Size() {
			return 0, cmp.Or(err, io.EOF)
		}
	}
}

const bom = "\xef\xbb\xbf"

// rows sends each row of a table as an object with a text for each column.
func (m *Mapping) rows(name string, in *bufio.Reader, emit func(Item) bool) error {
	if head, _ := in.Peek(3); bytes.Equal(head, []byte(bom)) {
		_, _ = in.Discard(3) // they were peeked
	} else if len(head) > 1 && (head[0] == 0xff && head[1] == 0xfe || head[0] == 0xfe && head[1] == 0xff) {
		return fmt.Errorf("%s is written in UTF-16; save it as UTF-8", name)
	}
	encoding := payload.Encoding(m.by.Map.Encoding.Value)
	head, err := in.Peek(in.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	r := csv.NewReader(in)
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = delimiter(head), -1, true
	first, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: the first line is not the header of a table: %w", name, err)
	}
	if bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		return fmt.Errorf("%s ends its lines with a carriage return alone; save it with the line ends of Windows or Unix", name)
	}
	header, err := m.header(name, first, encoding)
	if err != nil {
		return err
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		it := Item{file: name, by: m}
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			it.Line, it.col, it.Err = broken.StartLine, 1, &recovery.JSONError{Message: "the row cannot be read: " + broken.Err.Error()}
		case err != nil:
			return err
		default:
			it.Line, it.col = r.FieldPos(0)
			it.row, it.Err = columns(header, row, encoding)
		}
		if !emit(it) {
			return nil
		}
	}
}

// header are the names of the columns. A column that the map reads and the table does not have is
// most likely misspelt.
func (m *Mapping) header(name string, first []string, encoding payload.Encoding) ([]string, error) {
	out := make([]string, len(first))
	for i, cell := range first {
		text, err := encoding.Decode([]byte(cell))
		if err != nil {
			return nil, fmt.Errorf("%s: the header of the table: %w", name, err)
		}
		out[i] = strings.TrimSpace(string(text))
		if out[i] != "" && slices.Contains(out[:i], out[i]) {
			return nil, fmt.Errorf("%s has two columns %q; rename one of them", name, out[i])
		}
	}
	m.warn(name, out)
	return out, nil
}

// placed is a path that the map reads, or several where the first that is there counts, and what for.
type placed struct {
	paths []string
	use   string
}

// inText is a path in a text of the map. One that may be absent ends with a question mark.
var inText = regexp.MustCompile(`\$\{\s*([^}]*[^}?\s])\s*\}`)

// places are those that a table should have.
func (m *Mapping) places() (out []placed) {
	for _, c := range m.by.Map.Only {
		out = append(out, placed{[]string{c.Path.Value}, "at which `only` looks"})
	}
	for _, f := range m.by.Map.Fields {
		use := "from which " + f.Name.Value + " is read"
		if len(f.From) > 0 {
			out = append(out, placed{valuesOf(f.From), use})
		}
		for _, p := range inText.FindAllStringSubmatch(f.Template.Value, -1) {
			out = append(out, placed{[]string{p[1]}, use})
		}
		for _, c := range f.When {
			out = append(out, placed{[]string{c.Path.Value}, "at which `when` of " + f.Name.Value + " looks"})
		}
	}
	return out
}

func valuesOf(texts []playbook.Text) (out []string) {
	for _, t := range texts {
		out = append(out, t.Value)
	}
	return out
}

// warn tells of columns that the map looks at and the table does not have.
func (m *Mapping) warn(name string, header []string) {
	row := rowOf(header)
	for _, place := range m.places() {
		found := slices.ContainsFunc(place.paths, func(path string) bool {
			p, err := payload.ParsePath(path)
			_, there, _ := p.Find(row)
			return err == nil && there
		})
		if found {
			continue
		}
		missing := place.paths[len(place.paths)-1]
		text := fmt.Sprintf("warning: %s has no column %q, %s", name, missing, place.use)
		if near := playbook.Suggest(missing, header); near != "" {
			text += fmt.Sprintf("; did you mean %q?", near)
		}
		_ = m.host.Stderr.Printf("%s\n", text) // nothing depends on it
	}
}

func rowOf(header []string) map[string]any {
	out := map[string]any{}
	for _, name := range header {
		out[name] = ""
	}
	return out
}

// delimiter is what parts the columns of a table: of a comma, a semicolon, a tab and a bar the one
// that the header has most of.
func delimiter(head []byte) rune {
	best, most := ',', 0
	for _, mark := range []rune{',', ';', '\t', '|'} {
		n, quoted := 0, false
		for _, b := range head {
			if b == '"' {
				quoted = !quoted
			}
			if !quoted && (b == '\n' || b == '\r') {
				break
			}
			if !quoted && rune(b) == mark {
				n++
			}
		}
		if n > most {
			best, most = mark, n
		}
	}
	return best
}

// columns are the texts of a row, by the names of their columns.
func columns(header, row []string, encoding payload.Encoding) (map[string]string, error) {
	if len(row) != len(header) {
		return nil, &recovery.JSONError{Message: fmt.Sprintf("the row has %s, and the header %d", term.Count(len(row), "column"), len(header))}
	}
	out := make(map[string]string, len(row))
	for i, cell := range row {
		if header[i] == "" {
			continue
		}
		text, err := encoding.Decode([]byte(cell))
		if err != nil {
			return nil, &recovery.JSONError{Message: "the row cannot be read: " + err.Error()}
		}
		out[header[i]] = string(text)
	}
	return out, nil
}
