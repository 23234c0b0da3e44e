package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/stores"
	"github.com/servicerecovery/amends/recovery/internal/account"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func exportCommand() command.Command {
	c := command.Command{
		Name: "export", Args: "LEDGER --table TABLE [flags]",
		Summary: "writes flat rows of a ledger for a spreadsheet or a warehouse: decisions, actions, promises, choices, reports, refusals, incidents",
		Example: term.Own("amends export ledger --table promises --since 2026-Q1 --until 2026-Q1 > promises.csv"),
		Notes: term.Own("Every table has incident, decision and latest. --dictionary says what each column means. In CSV,\n" +
			"text that begins with = + - @, a tab or a carriage return gets an apostrophe in front, so that no\n" +
			"spreadsheet takes it for a formula. Lists have ; between their parts."),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(export(c, h, args)) }
	return c
}

func export(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	from := stores.NewSource(f)
	name := f.String("table", "", "`TABLE`: "+strings.Join(account.TableNames(), ", "))
	fields := f.String("fields", "", "columns for these `FIELDS` of incidents too, such as order.value,region")
	raw := f.Bool("raw", false, "write text as it is, without the apostrophe that keeps it from being a formula")
	dictionary := f.Bool("dictionary", false, "say what the columns mean, of one table or of all; no ledger is needed")
	now := f.Now("say what became of promises by `TIME` (RFC 3339)")
	scope := ledgers.NewScope(f)
	format := f.Format("csv", "jsonl")
	rest, err := f.Parse(h, args)
	if err != nil {
		return err
	}
	if *dictionary {
		return writeDictionary(h, *name, rest)
	}
	if *name == "" {
		return fmt.Errorf("export needs a table: --table %s", strings.Join(account.TableNames(), "|"))
	}
	table, err := account.TableNamed(*name)
	if err != nil {
		return err
	}
	dir, err := ledgers.OneArgument(f, from, rest)
	if err != nil {
		return err
	}
	o := account.Options{Now: now.Or(time.Now())}
	if o.Fields, err = namesIn("--fields", *fields); err != nil {
		return err
	}
	if o.Scope, err = scope.Of(dir, nil); err != nil {
		return err
	}
	defer ledgers.Sparing()()
	if format.Value == "jsonl" {
		err = exportLines(h, table, dir, o)
	} else {
		err = exportCSV(h, table, dir, o, *raw)
	}
	return exportFailed(h, dir, err)
}

// exportFailed is the error of reading a ledger. What was written before stays.
func exportFailed(h command.Host, dir string, err error) error {
	var field *account.FieldError
	if err == nil || errors.As(err, &field) {
		return err
	}
	return stores.Placed(dir, err)
}

// namesIn reads names with commas between them.
func namesIn(flag, text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	var out []string
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimPrefix(strings.TrimSpace(name), "incident.")
		if name == "" {
			return nil, fmt.Errorf("%s has names with a comma between them, such as order.value,region", flag)
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, nil
}

func exportCSV(h command.Host, table *account.Table, dir string, o account.Options, raw bool) error {
	return h.Stdout.Data(term.Prose, func(w io.Writer) error {
		var out *account.CSV
		begin := func() (err error) {
			if out == nil {
				out, err = account.NewCSV(w, table.Header(o), raw)
			}
			return err
		}
		err := table.Export(context.Background(), dir, o, func(cells []any) error {
			if err := begin(); err != nil {
				return err
			}
			return out.Row(cells)
		})
		if err == nil {
			err = begin()
		}
		if out != nil {
			err = errors.Join(err, out.End())
		}
		return err
	})
}

func exportLines(h command.Host, table *account.Table, dir string, o account.Options) error {
	header := table.Header(o)
	return h.Stdout.Data(term.JSON, func(w io.Writer) error {
		var line []byte
		return table.Export(context.Background(), dir, o, func(cells []any) error {
			line = account.AppendJSONLine(line[:0], header, cells)
			_, err := w.Write(line)
			return err
		})
	})
}

// writeDictionary says what the columns of tables mean.
func writeDictionary(h command.Host, name string, rest []string) error {
	if len(rest) > 1 {
		return errors.New("--dictionary needs no more than a table")
	}
	tables := account.Tables()
	if name != "" {
		table, err := account.TableNamed(name)
		if err != nil {
			return err
		}
		tables = []account.Table{*table}
	}
	p := term.NewPage(false)
	for i, t := range tables {
		if i > 0 {
			p.Line("")
		}
		p.Line("%s: %s", t.Name, t.About)
		for _, c := range t.Columns {
			p.Line("  %-17s %s", c.Name, c.About)
		}
	}
	return h.Stdout.Print(p.Text())
}
