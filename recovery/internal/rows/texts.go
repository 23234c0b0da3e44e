package rows

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
)

// Calendars are the calendars of records: each is kept once, by a name that is made of its contents. The zero
// Calendars is ready.
type Calendars struct {
	named sync.Map // *worktime.Calendar to its name
	read  sync.Map // name to *worktime.Calendar
	kept  sync.Map // names of those that the store has for certain
}

// Names names the calendars of one record. Found are those that the store may not have yet, by name.
type Names struct {
	of    *Calendars
	Found map[string]string
}

// Naming begins to name.
func (c *Calendars) Naming() *Names { return &Names{of: c} }

// Name is the name of a calendar.
func (n *Names) Name(x *worktime.Calendar) string {
	name := ""
	if known, ok := n.of.named.Load(x); ok {
		name = known.(string)
	} else {
		sum := sha256.Sum256(x.AppendJSON(nil))
		name = "cal_" + hex.EncodeToString(sum[:16])
		n.of.named.Store(x, name)
		n.of.read.Store(name, x)
	}
	if _, kept := n.of.kept.Load(name); !kept {
		if n.Found == nil {
			n.Found = map[string]string{}
		}
		n.Found[name] = string(x.AppendJSON(nil))
	}
	return name
}

// Kept notes that the store has those that were found.
func (n *Names) Kept() {
	for name := range n.Found {
		n.of.kept.Store(name, true)
	}
}

// Find finds a calendar by its name. Load reads its text from the store.
func (c *Calendars) Find(load func(name string) (string, error)) func(string) (*worktime.Calendar, error) {
	return func(name string) (*worktime.Calendar, error) {
		if x, ok := c.read.Load(name); ok {
			return x.(*worktime.Calendar), nil
		}
		text, err := load(name)
		if err != nil {
			return nil, fmt.Errorf("the calendar %s of a record: %w", name, err)
		}
		x, err := worktime.ParseCalendar([]byte(text))
		if err != nil {
			return nil, err
		}
		c.read.Store(name, x)
		return x, nil
	}
}

// report is a report as text.
type report struct {
	Namespace string    `json:"namespace,omitempty"`
	Incident  string    `json:"incident"`
	Action    string    `json:"action,omitempty"`
	Outcome   string    `json:"outcome,omitempty"`
	Amount    string    `json:"amount,omitempty"`
	At        time.Time `json:"at"`
	Note      string    `json:"note,omitempty"`
	Key       string    `json:"key,omitempty"`
}

// Report writes a report as text.
func Report(r *recovery.Report) (string, error) {
	text, err := json.Marshal(report{r.Namespace, r.Incident, r.Action, string(r.Outcome), MoneyText(r.Amount), r.At.UTC(), r.Note, r.Key})
	return string(text), err
}

// ReadReport reads what [Report] has written.
func ReadReport(text string) (recovery.Report, error) {
	var x report
	if err := json.Unmarshal([]byte(text), &x); err != nil {
		return recovery.Report{}, err
	}
	amount, err := ReadMoney(x.Amount)
	return recovery.Report{
		Namespace: x.Namespace, Incident: x.Incident, Action: x.Action, Outcome: recovery.Outcome(x.Outcome), Amount: amount, At: x.At, Note: x.Note, Key: x.Key,
	}, err
}

// refusal is a refusal as text. The incident that came may be no text, so that its bytes are kept.
type refusal struct {
	Namespace string          `json:"namespace,omitempty"`
	Incident  string          `json:"incident,omitempty"`
	At        time.Time       `json:"at"`
	Input     []byte          `json:"input"`
	Digest    string          `json:"digest"`
	Revision  string          `json:"revision,omitempty"`
	Error     json.RawMessage `json:"error"`
}

// Refusal writes a refusal as text.
func Refusal(r *recovery.Refusal) (string, error) {
	said := recovery.AppendRefusal(nil, r.Incident, r.Error)
	text, err := json.Marshal(refusal{r.Namespace, r.Incident, r.At.UTC(), r.Input, r.Set.Digest, r.Set.Revision, said})
	return string(text), err
}

// ReadRefusal reads what [Refusal] has written. Said has the error, as [recovery.AppendRefusal] wrote it.
func ReadRefusal(text string) (r recovery.Refusal, said []byte, err error) {
	var x refusal
	if err := json.Unmarshal([]byte(text), &x); err != nil {
		return r, nil, err
	}
	set := recovery.SetRef{Digest: x.Digest, Revision: x.Revision}
	return recovery.Refusal{Namespace: x.Namespace, Incident: x.Incident, At: x.At, Input: x.Input, Set: set}, x.Error, nil
}

// Customer is the id of the customer whom a refused incident is about; empty where nobody can tell.
func Customer(r *recovery.Refusal) string {
	var in recovery.Incident
	if json.Unmarshal(r.Input, &in) != nil {
		return ""
	}
	return in.Customer.ID
}

// file is a file of a set as text.
type file struct {
	Path   string `json:"path"`
	Source []byte `json:"source"`
}

// Files writes the files of a set as text.
func Files(set *playbook.Set) (string, error) {
	list := []file{}
	for _, f := range set.Files {
		list = append(list, file{f.Path, f.Source})
	}
	text, err := json.Marshal(list)
	return string(text), err
}

// ReadFiles reads the set of a digest whose files [Files] has written.
func ReadFiles(digest, text string) (*playbook.Set, error) {
	var list []file
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, err
	}
	set := &playbook.Set{Digest: digest}
	for _, f := range list {
		set.Files = append(set.Files, playbook.File{Path: f.Path, Source: f.Source})
	}
	return set, nil
}

// mark is a mark as text.
type mark struct {
	Namespace string    `json:"namespace,omitempty"`
	Incident  string    `json:"incident"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	Told      []byte    `json:"told,omitempty"`
}

// Mark writes a mark as text.
func Mark(m *recovery.Mark) (string, error) {
	text, err := json.Marshal(mark{m.Namespace, m.Incident, m.UpdatedAt.UTC(), m.Told})
	return string(text), err
}

// ReadMark reads what [Mark] has written.
func ReadMark(text string) (*recovery.Mark, error) {
	var x mark
	err := json.Unmarshal([]byte(text), &x)
	return &recovery.Mark{Namespace: x.Namespace, Incident: x.Incident, UpdatedAt: x.UpdatedAt, Told: x.Told}, err
}

// erasure is an erasure as text: which records are gone, and the units of partners that they had reserved, because
// the partners have served all the same.
type erasure struct {
	Incidents int       `json:"incidents"`
	Records   []int64   `json:"records"`
	Reserves  []reserve `json:"reserves,omitempty"`
}

type reserve struct {
	Namespace string    `json:"namespace,omitempty"`
	Partner   string    `json:"partner"`
	Direction string    `json:"direction,omitempty"`
	Units     int64     `json:"units"`
	At        time.Time `json:"at"`
}

// Erasure writes an erasure as text: how many decided incidents it took, which records, and what these had
// reserved.
func Erasure(incidents int, records []int64, reserves []recovery.Reserve) (string, error) {
	x := erasure{Incidents: incidents, Records: records}
	for _, r := range reserves {
		x.Reserves = append(x.Reserves, reserve(r))
	}
	text, err := json.Marshal(x)
	return string(text), err
}

// ReadErasure reads which records an erasure has taken out.
func ReadErasure(text string) ([]int64, error) {
	var x erasure
	err := json.Unmarshal([]byte(text), &x)
	return x.Records, err
}
