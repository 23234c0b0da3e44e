package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/cli"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// hostileRuns has for each command how it is run: in which formats, and with what that
// may be hostile. The words in capitals stand for what a world has.
var hostileRuns = map[string][]string{
	"check":                {"check PB --now 2040-01-01T00:00:00Z --format FORMAT", "check PB --strict --format FORMAT", "check TEXT", "check PB TEXT"},
	"decide":               {"decide --playbooks PB INCIDENTS --format FORMAT", "decide --playbooks PB INCIDENTS --revision TEXT --format FORMAT", "decide --playbooks PB --given GIVEN INCIDENTS", "decide --playbooks TEXT", "decide --playbooks PB TEXT", "decide --playbooks PB --now TEXT", "decide --playbooks PB --store TEXT --given TEXT", "decide --playbooks PB --strict INCIDENTS --format FORMAT"},
	"run":                  {"run --playbooks PB --store sqlite:run.db --once INCIDENTS", "run --playbooks PB --store sqlite:run.db --once --namespace TEXT --revision TEXT INCIDENTS", "run --playbooks PB --store TEXT --once INCIDENTS", "run --playbooks PB --store sqlite:run.db --once TEXT", "run --playbooks TEXT --store TEXT", "run --playbooks PB --store sqlite:run.db --deliver TEXT --secret GIVEN", "run --playbooks PB --store sqlite:run.db --deliver http://localhost --secret TEXT"},
	"agenda":               {"agenda LEDGER --now 2040-01-01T00:00:00Z --format FORMAT", "agenda LEDGER --incident TEXT", "agenda LEDGER --owner TEXT --to TEXT --format FORMAT", "agenda TEXT", "agenda DAMAGED --format FORMAT"},
	"approve":              {"approve --store LEDGER --playbooks OTHER INCIDENTS --format FORMAT", "approve --store LEDGER GIVEN --format FORMAT", "approve --store LEDGER TEXT", "approve --store TEXT"},
	"choose":               {"choose --store LEDGER --playbooks OTHER INCIDENTS --format FORMAT", "choose --store LEDGER GIVEN --format FORMAT", "choose --store LEDGER TEXT", "choose --store TEXT", "choose --store LEDGER --playbooks PB INCIDENTS"},
	"decline":              {"decline --store LEDGER --playbooks OTHER INCIDENTS --format FORMAT", "decline --store LEDGER GIVEN --format FORMAT", "decline --store LEDGER TEXT", "decline --store TEXT"},
	"done":                 {"done --store LEDGER ID TEXT --format FORMAT", "done --store LEDGER TEXT TEXT", "done --store TEXT ID TEXT", "done --store LEDGER ID TEXT --note TEXT --amount TEXT"},
	"revive":               {"revive --store LEDGER TEXT TEXT", "revive --store TEXT TEXT"},
	"again":                {"again --store LEDGER --now 2040-01-01T00:00:00Z --format FORMAT", "again --store LEDGER --playbooks OTHER ID --revision TEXT --format FORMAT", "again --store LEDGER TEXT", "again --store TEXT"},
	"explain":              {"explain --playbooks PB INCIDENTS --all --format FORMAT", "explain --playbooks PB INCIDENTS --play TEXT", "explain --ledger LEDGER --incident ID --format FORMAT", "explain --ledger LEDGER --incident TEXT", "explain --ledger LEDGER --incident ID --decision TEXT"},
	"test":                 {"test PB --coverage --format FORMAT", "test PB --min 100% --format FORMAT", "test PB --suggest", "test PB --run TEXT", "test TEXT"},
	"prove":                {"prove PB --format FORMAT", "prove PB --gaps --strict --format FORMAT", "prove PB --guarantee TEXT", "prove PB --play TEXT", "prove TEXT", "prove PB --suite TEXT"},
	"diff":                 {"diff PB OTHER --incidents INCIDENTS --format FORMAT", "diff PB OTHER --ledger LEDGER --format FORMAT", "diff PB PB --incidents INCIDENTS --latest --format FORMAT", "diff TEXT PB", "diff HEAD:TEXT PB", "diff TEXT:pb PB", "diff PB --drop TEXT"},
	"holidays":             {"holidays TEXT", "holidays GIVEN", "holidays --country TEXT --years 2026", "holidays --country ES --region TEXT --years 2026", "holidays --country ES --years TEXT"},
	"show":                 {"show LEDGER ID --now 2040-01-01T00:00:00Z --format FORMAT", "show LEDGER VID --format FORMAT", "show LEDGER TEXT", "show TEXT TEXT", "show DAMAGED ID --format FORMAT"},
	"export":               {"export LEDGER --table decisions --now 2040-01-01T00:00:00Z --format FORMAT --fields customer.name,tags,summary", "export LEDGER --table actions --format FORMAT", "export LEDGER --table promises --format FORMAT", "export LEDGER --table choices --format FORMAT", "export LEDGER --table choices --raw", "export LEDGER --table reports --format FORMAT", "export LEDGER --table refusals --format FORMAT", "export LEDGER --table incidents --raw --format FORMAT --fields region", "export LEDGER --table TEXT", "export LEDGER --table incidents --fields TEXT", "export LEDGER --table incidents --since TEXT --until TEXT", "export LEDGER --table incidents --set TEXT", "export DAMAGED --table incidents --format FORMAT", "export --dictionary --table TEXT"},
	"review":               {"review LEDGER --now 2040-01-01T00:00:00Z --format FORMAT", "review LEDGER --by customer.name,tags --score summary --format FORMAT", "review LEDGER --by TEXT", "review LEDGER --since TEXT", "review DAMAGED --format FORMAT"},
	"report":               {"report PB --title TEXT --revision TEXT --now 2040-01-01T00:00:00Z", "report PB --ledger LEDGER --now 2040-01-01T00:00:00Z", "report PB --ledger DAMAGED", "report PB --out TEXT/x", "report TEXT"},
	"schema":               {"schema", "schema --of TEXT", "schema TEXT"},
	"ledger verify":        {"ledger verify LEDGER --format FORMAT", "ledger verify LEDGER --checkpoint GIVEN --format FORMAT", "ledger verify TEXT", "ledger verify DAMAGED --format FORMAT"},
	"ledger replay":        {"ledger replay LEDGER --format FORMAT", "ledger replay LEDGER --playbooks OTHER --format FORMAT", "ledger replay LEDGER --since TEXT --set TEXT", "ledger replay DAMAGED --format FORMAT"},
	"ledger equal":         {"ledger equal LEDGER --same service,failure --across customer.name --format FORMAT", "ledger equal LEDGER --same customer.name,summary --format FORMAT", "ledger equal LEDGER --same TEXT"},
	"ledger checkpoint":    {"ledger checkpoint LEDGER --origin TEXT --format FORMAT", "ledger checkpoint LEDGER --after TEXT", "ledger checkpoint LEDGER --key TEXT"},
	"ledger prove":         {"ledger prove LEDGER ID", "ledger prove LEDGER TEXT", "ledger prove LEDGER --decision TEXT", "ledger prove LEDGER --since GIVEN"},
	"ledger check-receipt": {"ledger check-receipt RECEIPT --format FORMAT", "ledger check-receipt GIVEN --format FORMAT", "ledger check-receipt TEXT", "ledger check-receipt RECEIPT --key TEXT"},
	"ledger erase":         {"ledger erase LEDGER --incident TEXT --format FORMAT", "ledger erase LEDGER --customer TEXT --format FORMAT"},
	"ledger index":         {"ledger index LEDGER", "ledger index TEXT", "ledger index DAMAGED"},
	"ledger repair":        {"ledger repair LEDGER --format FORMAT", "ledger repair TEXT"},
}

// hostileEverywhere is what every command is given too.
var hostileEverywhere = []string{"COMMAND TEXT TEXT TEXT", "COMMAND --TEXT", "COMMAND PB --format TEXT", "COMMAND --help TEXT", "COMMAND"}

// formats are what the help of a command says of its formats.
var formats = regexp.MustCompile(`FORMAT of the output: (.*)|--format FORMAT +\S.*: (.*)`)

// forged is at the start of every line that a hostile text would begin.
const forged = "FORGED"

// hostileClasses are what hostile texts are made of, one member or more of each kind.
var hostileClasses = [][]string{
	{"\x1b[35m", "\x1b[2J", "\x1b]0;owned\x07", "\x1b(0", "\x1bc"},
	{"\u009b35m", "\u009d0;x\u009c", "\u0085" + forged, "\x7f", "\b\b\b\b"},
	{"\n" + forged, "\r\n" + forged, "\r" + forged, "\v" + forged, "\f" + forged, "\u2028" + forged, "\u2029" + forged},
	{"\u202e", "\u2066\u2067", "\u200e\u200f", "\u061c", "\u202a\u202c"},
	{"\u200b", "\u2060", "\ufeff", "\u00ad", "\u3164", "\u115f", "\U000e0041", "\u180e", "\u034f", "a\u200db", "\ufe0f", "\u2800"},
	{"\xff", "\xc3", "\xe2\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"},
	{"\n::error file=x,line=1::" + forged, "\n  ::stop-commands::z", "\n##[error]x", "\n::set-output name=a::b", "##vso[task.x]y", "\n\u3000::warning::x"},
	{"]]>", "</script><script>", "%0A::error::x", "`|*_[x](y)", "\"'\\", "-->", "${x}", "%s%n%!", "<b>&amp;"},
}

// hostile makes a text with a member of each class, in some order.
func hostile(random *rand.Rand) string {
	var parts []string
	for _, class := range hostileClasses {
		parts = append(parts, class[random.IntN(len(class))])
	}
	random.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	if random.IntN(2) == 0 {
		return "::error::x" + strings.Join(parts, "x")
	}
	return "x" + strings.Join(parts, "x")
}

// hostileWorld is a folder in which one place says something hostile.
type hostileWorld map[string]string

// hostilePlaces are where a hostile text may stand in files, and in their names. Each
// changes the texts of a world that is otherwise harmless.
var hostilePlaces = map[string]func(w hostileWorld, text string){
	"nowhere but in arguments": func(hostileWorld, string) {},
	"words of playbooks":       func(w hostileWorld, text string) { w["WORDS"] = text },
	"values of playbooks":      func(w hostileWorld, text string) { w["VALUE"] = text },
	"suites":                   func(w hostileWorld, text string) { w["SUITE"] = text },
	"incidents":                func(w hostileWorld, text string) { w["NAME"] = text },
	"ids of incidents":         func(w hostileWorld, text string) { w["INCIDENT"] = text },
	"people who choose":        func(w hostileWorld, text string) { w["BY"] = text },
	"raw files":                func(w hostileWorld, text string) { w["RAW"] = text },
	"names of files":           func(w hostileWorld, text string) { w["FILE"] = text },
	"names of folders":         func(w hostileWorld, text string) { w["FOLDER"] = text },
}

const hostileBook = `amends: v1
playbook: p
title: "WORDS"
about: "WORDS"
review_by: 2037-06-30
messages:
  m: {en: "Dear ${incident.customer.name} WORDS"}
tables:
  t: {by: incident.region, rows: [{is: ["eu", "VALUE"], n: 1}, {otherwise: true, n: 2}]}
plays:
  - id: x
    about: "WORDS"
    approach: standardised-response
    when: 'incident.failure == "late" && incident.summary != "VALUE" && tables.t.n < 3'
    do: [{apologise: {message: m, note: "WORDS"}}, {escalate: {to: "lead VALUE"}}]
  - id: y
    approach: case-by-case
    when: incident.failure == "late"
    discretion: {decider: lead, options: [{compensate: {amount: {from: 5 EUR, to: 20 EUR}}}]}
`

const hostileSuite = `amends: v1
suite: "s SUITE"
tests:
  - {name: "n SUITE", incident: {id: "T", service: p, failure: late, occurred_at: 2026-03-01T12:00:00Z, summary: "SUITE"}, want: {error: "SUITE"}}
  - {name: "m SUITE", incident: {id: "T", service: p, failure: late, occurred_at: 2026-03-01T12:00:00Z, customer: {name: "SUITE"}}, want: {plays: [p/y], say: "SUITE"}}
`

// fill writes texts of a world into a file, as YAML and JSON have it in quotes.
func (w hostileWorld) fill(text string) string {
	for _, name := range []string{"WORDS", "VALUE", "SUITE", "NAME", "INCIDENT"} {
		quoted, _ := json.Marshal(w[name]) // a text always has a form
		text = strings.ReplaceAll(text, name, strings.NewReplacer(`'`, `''`).Replace(string(quoted[1:len(quoted)-1])))
	}
	return text
}

func (w hostileWorld) name(key string) string {
	return strings.NewReplacer("/", "", "\x00", "").Replace(w[key])
}

// build makes the folder of a world, and returns what the words in capitals stand for.
func (w hostileWorld) build(t *testing.T, text string) map[string]string {
	t.Helper()
	t.Chdir(t.TempDir())
	folder := "pb" + w.name("FOLDER")
	write(t, filepath.Join(folder, "p"+w.name("FILE")+".yaml"), w.fill(hostileBook))
	write(t, filepath.Join(folder, "p"+w.name("FILE")+"_test.yaml"), w.fill(hostileSuite))
	if w["RAW"] != "" {
		write(t, filepath.Join(folder, "raw.yaml"), "amends: v1\nplaybook: raw "+w["RAW"]+"\n")
	}
	write(t, "other/p.yaml", strings.Replace(hostileWorld{}.fill(hostileBook), "5 EUR", "6 EUR", 1))
	line := `{"id":"T%","service":"s","failure":"late","occurred_at":"2026-03-01T12:00:00Z","summary":"NAME","region":"NAME","tags":["NAME"],"customer":{"id":"C","name":"NAME"},"NAME":1}` + "\n"
	incidents := "incidents" + w.name("FILE") + ".jsonl"
	id := "V" + w["INCIDENT"]
	write(t, incidents, w.fill(strings.Replace(line, "%", "INCIDENT", 1)+line+`{"id":"NAME","severity":"NAME","occurred_at":"NAME"}`+"\n")+w["RAW"]+"\n{")
	given, _ := json.Marshal(map[string]any{"facts": map[string]any{text: text}})
	write(t, "given.json", string(given)+w["RAW"])
	w.keep(t, "ledger", id)
	w.keep(t, "damaged", id)
	files, _ := filepath.Glob("damaged/*.ledger")
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/2] ^= 0x40
		if err := os.WriteFile(f, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, receipt, _ := quickly(t, "ledger", "prove", "ledger", "T")
	write(t, "receipt.json", receipt)
	return map[string]string{
		"PB": folder, "OTHER": "other", "INCIDENTS": incidents, "GIVEN": "given.json", "LEDGER": "ledger", "DAMAGED": "damaged",
		"RECEIPT": "receipt.json", "ID": "T", "VID": id, "TEXT": text,
	}
}

// keep makes a ledger in which somebody chose.
func (w hostileWorld) keep(t *testing.T, dir, id string) {
	t.Helper()
	l, err := ledger.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	engine, err := recovery.Load(os.DirFS("other"), recovery.WithStore(l), recovery.WithRevision("r"+w["BY"]), recovery.WithClock(func() time.Time { return at }))
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range []string{id, "T", "U"} {
		in := recovery.Incident{
			ID: id, Service: "s", Failure: "late", OccurredAt: at.Add(-time.Duration(i) * time.Hour), Summary: w["NAME"],
			Customer: recovery.Customer{ID: "C", Name: w["NAME"]},
		}
		d, err := engine.Handle(context.Background(), in)
		var misfit *recovery.IncidentError
		if errors.As(err, &misfit) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		_, err = engine.Choose(context.Background(), recovery.Selection{
			Incident: id, Choice: d.Choices[0].ID, By: "b" + w["BY"], Reason: "r" + w["BY"],
			Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney("7 EUR")}},
		})
		if err != nil && w["BY"] == "" {
			t.Fatal(err)
		}
	}
}

// knownCommands are the commands that help lists, with the formats of each.
func knownCommands(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, args := range [][]string{{"help"}, {"help", "ledger"}} {
		_, text, _ := quickly(t, args...)
		for _, m := range regexp.MustCompile(`(?m)^  amends ((?:ledger )?[a-z-]+) `).FindAllStringSubmatch(text, -1) {
			if m[1] == "ledger" {
				continue
			}
			_, help, _ := quickly(t, append([]string{"help"}, strings.Fields(m[1])...)...)
			out[m[1]] = nil
			if f := formats.FindStringSubmatch(help); f != nil {
				out[m[1]] = strings.Split(strings.TrimSpace(f[1]+f[2]), ", ")
			}
		}
	}
	return out
}

// TestNothingHostileGetsOut runs every command in every format on worlds in which one
// place after the other is hostile, for a terminal and for a file, and looks at all
// that is written.
func TestNothingHostileGetsOut(t *testing.T) {
	commands := knownCommands(t)
	for name := range commands {
		if len(hostileRuns[name]) == 0 {
			t.Errorf("the table does not know the command %q", name)
		}
	}
	for name := range hostileRuns {
		if _, ok := commands[name]; !ok {
			t.Errorf("there is no command %q", name)
		}
	}
	rounds := 2
	if testing.Short() {
		rounds = 1
	}
	random := rand.New(rand.NewPCG(10, 4))
	for _, place := range sortedNames(hostilePlaces) {
		t.Run(place, func(t *testing.T) {
			for range rounds {
				text := hostile(random)
				w := hostileWorld{}
				hostilePlaces[place](w, text)
				stand := w.build(t, text)
				for _, name := range sortedNames(hostileRuns) {
					for _, line := range slices.Concat(hostileRuns[name], hostileEverywhere) {
						runHostile(t, name, line, commands[name], stand)
					}
				}
			}
		})
	}
}

func sortedNames[T any](m map[string]T) []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// runHostile runs one line in each format that it may have.
func runHostile(t *testing.T, name, line string, formats []string, stand map[string]string) {
	t.Helper()
	if !strings.Contains(line, "FORMAT") {
		formats = []string{""}
	}
	for _, format := range formats {
		var args []string
		for _, word := range strings.Fields(strings.Replace(line, "COMMAND", name, 1)) {
			word = strings.Replace(word, "FORMAT", format, 1)
			for key, value := range stand {
				if word == key || strings.HasSuffix(word, key) || strings.HasPrefix(word, key) {
					word = strings.Replace(word, key, value, 1)
					break
				}
			}
			args = append(args, word)
		}
		for _, terminal := range []bool{false, true} {
			var stdout, stderr bytes.Buffer
			cli.Run(args, cli.Process{
				Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
				Env: func(string) string { return "" }, Terminal: func(io.Writer) bool { return terminal },
			})
			exact := slices.Contains([]string{"decide", "run", "choose", "approve", "decline", "again"}, name) && format != "text" && !terminal
			look(t, args, format, stdout.String(), exact)
			look(t, args, "", stderr.String(), false)
			if t.Failed() {
				t.FailNow()
			}
		}
	}
}

// own are the colours, and the meter, of the program.
var own = regexp.MustCompile("\x1b\\[(?:0|1|2|31|32|36|1;31|1;33)m|\r *[0-9]+(?: decided|% of [0-9]+ MB [a-z ]+)|\r\x1b\\[K")

// command is what CI systems take for a command.
var ciCommand = regexp.MustCompile(`(?m)^[\s\p{Z}]*::|##(?:\[|[a-z]+\[)`)

// ownCommand is what check writes for GitHub.
var ownCommand = regexp.MustCompile(`(?m)^::(?:error|warning) (?:[a-zA-Z]+=[^:,\n]*,?)*::[^\n]*$`)

// look finds in an output what should not be there.
func look(t *testing.T, args []string, format, text string, exact bool) {
	t.Helper()
	text = own.ReplaceAllString(text, "")
	fault := ""
	switch {
	case exact:
	case format == "github":
		text = ownCommand.ReplaceAllString(text, "")
	}
	for _, r := range unseen.All(text) {
		if r != '\n' && !exact {
			fault = "the character " + unseen.Name(r)
		}
	}
	html := format == "html" || args[0] == "report"
	switch {
	case ciCommand.MatchString(text) && !(exact && !regexp.MustCompile(`(?m)^[\s\p{Z}]*::`).MatchString(text)):
		fault = "a command of CI: " + ciCommand.FindString(text)
	case !html && regexp.MustCompile(`(?m)^\s*`+forged).MatchString(text):
		fault = "a forged line"
	case (format == "json" || format == "sarif") && !isJSON(text):
		fault = "no JSON"
	case format == "junit" && text != "" && !isXML(text):
		fault = "no XML"
	}
	if fault != "" {
		t.Errorf("%q writes %s:\n%q", args, fault, text)
	}
}

func isJSON(text string) bool {
	dec := json.NewDecoder(strings.NewReader(text))
	for {
		var v any
		if err := dec.Decode(&v); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

func isXML(text string) bool {
	dec := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := dec.Token(); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}
