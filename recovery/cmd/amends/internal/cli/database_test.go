package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/cli"
)

// inDatabase makes a database for a test, and returns how the command names it.
func inDatabase(t *testing.T) string {
	t.Helper()
	where := os.Getenv("AMENDS_TEST_POSTGRES")
	if where == "" {
		t.Skip("there is no PostgreSQL: AMENDS_TEST_POSTGRES names none")
	}
	ctx := context.Background()
	p, err := pgxpool.New(ctx, where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	name := fmt.Sprint("amends_command_", os.Getpid())
	if _, err := p.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = p.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)") })
	c := p.Config().ConnConfig
	u := url.URL{Scheme: "postgres", Host: "", User: url.UserPassword(c.User, c.Password), Path: "/" + name}
	u.RawQuery = url.Values{"host": {c.Host}, "port": {fmt.Sprint(c.Port)}}.Encode()
	return u.String()
}

// TestInPostgres has commands work on a database of PostgreSQL, as database.txtar has them on a file of SQLite.
func TestInPostgres(t *testing.T) {
	db := inDatabase(t)
	archive, err := os.ReadFile("testdata/database.txtar")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	files, _, _ := strings.Cut(string(archive), "-- script --\n")
	unpack(t, files)
	for _, x := range []struct {
		args   string
		status int
		want   string
	}{
		{"agenda DB", 2, "amends decide --store and amends run create the tables"},
		{"decide --playbooks playbooks --store DB --now 2026-03-02T09:00:00Z first.jsonl", 1, "dec_69a84b40334502a2edd634790badb845"},
		{"ledger verify DB --mirror mirror", 0, "not sealed: 3 records of the database since 2026-03-02T09:00:00Z"},
		{"agenda DB --now 2026-03-02T10:00:00Z", 0, "cho_b2c84e3ef69eed1bc89e8cee05826527"},
		{"choose --store DB --now 2026-03-02T10:00:00Z choice.json", 0, `"pending":true`},
		{"approve --store DB --now 2026-03-02T10:30:00Z approval.json", 0, "Hugo"},
		{"again --store DB --now 2026-03-02T11:30:00Z T-1", 0, `"missed"`},
		{"done --store DB --now 2026-03-02T12:00:00Z T-1 act_80c165f504adba74c719aab2c7f5bba9", 0, "compensate done"},
		{"done --store DB T-9 act_1", 2, "postgres://… has no decision on an incident `T-9`; did you mean `T-1`?"},
		{"show DB T-1", 2, "--mirror DIR"},
		{"show DB T-1 --mirror mirror", 0, "missed: respond"},
		{"export DB --mirror mirror --table reports", 0, "act_80c165f504adba74c719aab2c7f5bba9"},
		{"review DB --mirror mirror --format csv", 0, "desk"},
		{"ledger verify DB --mirror mirror", 0, "sealed: everything"},
		{"ledger replay DB --mirror mirror", 0, "0 different"},
		{"ledger replay DB --mirror another", 2, "another is not the mirror of postgres://…"},
		{"ledger erase DB --mirror mirror --incident T-1", 0, "erased: 3 records"},
		{"ledger verify mirror", 0, "1 erasure"},
		{"revive --store DB eff_none", 1, "the delivery eff_none is not dead"},
	} {
		var out bytes.Buffer
		args := strings.Fields(strings.ReplaceAll(x.args, "DB", db))
		status := cli.Run(args, cli.Process{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out})
		if status != x.status || !strings.Contains(out.String(), x.want) {
			t.Errorf("amends %s: got %d and\n%s\nwanted %d and %s", x.args, status, &out, x.status, x.want)
		}
		if strings.Contains(out.String(), db) {
			t.Errorf("amends %s: the name of the database is printed, which can hold a password:\n%s", x.args, &out)
		}
	}
}
