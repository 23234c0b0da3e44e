package playbook

import (
	"slices"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
	"github.com/servicerecovery/amends/playbook/unseen"
)

// How a reader takes characters that nobody can see.
type sight uint8

const (
	refuseUnseen sight = iota // conditions, ids, names, values: they compare
	warnUnseen                // messages, titles, notes: people read them
	ignoreUnseen              // suites, whose incidents may hold anything
)

// maxUnseen is how many characters of one text are told.
const maxUnseen = 3

// unseenIn reports what nobody can see in a text, escapes included.
func (r *reader) unseenIn(t Text) {
	if r.sight == ignoreUnseen {
		return
	}
	severity := Error
	if r.sight == warnUnseen {
		severity = Warning
	}
	at, bytes, told := 0, 0, 0
	for offset, c := range unseen.All(t.Value) {
		if c == '\n' || c == '\t' {
			continue
		}
		at += len([]rune(t.Value[bytes:offset]))
		bytes = offset
		if c == 0 { // which ends a text, to many programs
			severity = Error
		}
		r.diags = append(r.diags, unseenAt(t.Sub(at, at+1), severity, c))
		if told++; told == maxUnseen {
			return
		}
	}
}

// words reads what people are shown.
func (r *reader) words(read func()) {
	before := r.sight
	if before == refuseUnseen {
		r.sight = warnUnseen
	}
	read()
	r.sight = before
}

func unseenAt(at Range, severity Severity, c rune) Diagnostic {
	return Diagnostic{Severity: severity, Code: unseen.Code, Range: at, Message: unseen.Message(c), Hint: unseen.Hint}
}

// hasUnseen reports whether a text was complained of already.
func (r *reader) hasUnseen(t Text) bool {
	at, _ := unseen.First(t.Value)
	return at >= 0 && r.sight == refuseUnseen
}

// comments warns of what nobody can see in a file where no text was complained of:
// between the texts, most likely in comments.
func (r *reader) comments(src []byte) {
	for _, p := range yamlnode.Unseen(src) {
		at := r.place(p.Pos, yamlnode.Pos{Line: p.Pos.Line, Column: p.Pos.Column + 1})
		told := slices.ContainsFunc(r.diags, func(d Diagnostic) bool { return d.Code == unseen.Code && d.Range.Start == at.Start })
		if !told {
			r.diags = append(r.diags, unseenAt(at, Warning, p.Rune))
		}
	}
}
