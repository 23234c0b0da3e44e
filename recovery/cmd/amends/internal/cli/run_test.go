package cli_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/cli"
)

const (
	runBook = `amends: v1
playbook: desk
review_by: 2037-06-30
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do:
      - compensate: {amount: 5 EUR}
      - callback: {}
      - resolve: {within: 2h}
`
	runLate = `{"id":"T-1","service":"parcel","failure":"late","occurred_at":"2026-03-02T08:00:00Z"}` + "\n"
	runNone = `{"id":"T-1","service":"parcel","failure":"none","occurred_at":"2026-03-02T08:00:00Z"}` + "\n"
)

// receiver takes what is posted, and checks it as Standard Webhooks says.
type receiver struct {
	t      *testing.T
	secret []byte
	mu     sync.Mutex
	got    []string
	ids    map[string]bool
	answer func(do, kind string) int
	after  string // Retry-After of each answer
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		r.t.Error(err)
	}
	id, at := req.Header.Get("webhook-id"), req.Header.Get("webhook-timestamp")
	mac := hmac.New(sha256.New, r.secret)
	mac.Write([]byte(id + "." + at + "." + string(body)))
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); req.Header.Get("webhook-signature") != want {
		r.t.Errorf("signed as %q, want %q", req.Header.Get("webhook-signature"), want)
	}
	if sec, err := strconv.ParseInt(at, 10, 64); err != nil || time.Since(time.Unix(sec, 0)).Abs() > time.Minute {
		r.t.Errorf("the timestamp is %q", at)
	}
	var x struct {
		Key, Do, Incident, Decision string
		Action                      struct{ Type string }
	}
	if err := json.Unmarshal(body, &x); err != nil || x.Key != id || x.Incident != "T-1" || x.Decision == "" || req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" {
		r.t.Errorf("%s %q of type %q: %v", req.Method, body, req.Header.Get("Content-Type"), err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, x.Do+" "+x.Action.Type)
	r.ids[id] = true
	if r.after != "" {
		w.Header().Set("Retry-After", r.after)
	}
	w.WriteHeader(r.answer(x.Do, x.Action.Type))
}

// TestRunPosts posts what is to be done, signed, and takes each answer for what it means.
func TestRunPosts(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "pb/p.yaml", runBook)
	write(t, "late.jsonl", runLate)
	write(t, "none.jsonl", runNone)
	r := &receiver{t: t, secret: bytes.Repeat([]byte{7}, 32), ids: map[string]bool{}}
	if err := os.WriteFile("secret", []byte("whsec_"+base64.StdEncoding.EncodeToString(r.secret)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(r)
	defer server.Close()
	post := func(now, file string) string {
		t.Helper()
		status, stdout, stderr := run(nil, false, nil, "run", "--playbooks", "pb", "--store", "sqlite:x.db", "--once", "--now", now, "--deliver", server.URL, "--secret", "secret", file)
		if status != 0 || stdout != "" {
			t.Errorf("status %d, %q", status, stdout)
		}
		return stderr
	}
	want := func(want ...string) {
		t.Helper()
		if !slices.Equal(r.got, want) {
			t.Errorf("posted %q, want %q", r.got, want)
		}
		r.got = nil
	}
	closed := map[string]bool{"callback": true}
	r.answer = func(do, kind string) int {
		switch {
		case closed[kind]:
			return http.StatusServiceUnavailable
		case do == "cancel" && kind == "callback":
			return http.StatusConflict // they were called
		case do == "do" && kind == "compensate":
			return http.StatusAccepted
		}
		return http.StatusNoContent
	}
	if stderr := post("2026-03-02T09:00:00Z", "late.jsonl"); !strings.Contains(stderr, "T-1: do eff_") || !strings.Contains(stderr, "attempt 1: the answer was 503 Service Unavailable; again at 2026-03-02T09:00:02Z") {
		t.Errorf("said: %s", stderr)
	}
	want("do compensate", "do callback")
	closed["callback"] = false
	if stderr := post("2026-03-02T09:01:00Z", "late.jsonl"); stderr != "" {
		t.Errorf("said: %s", stderr)
	}
	want("do callback", "do resolve")
	if len(r.ids) != 3 {
		t.Errorf("%d ids of 3 deliveries", len(r.ids))
	}
	if stderr := post("2026-03-02T09:02:00Z", "none.jsonl"); stderr != "" {
		t.Errorf("said: %s", stderr)
	}
	want("cancel compensate", "cancel callback", "cancel resolve")
	post("2026-03-02T20:00:00Z", "none.jsonl")
	want()
	closed["compensate"] = true
	for after, want := range map[string]string{
		"3600": "again at 2026-03-04T10:", "1": "again at 2026-03-04T09:00:02Z", "99999999": "again at 2026-03-05T",
		time.Now().Add(2 * time.Hour).UTC().Format(http.TimeFormat): "again at 2026-03-04T1", "soon": "again at 2026-03-04T09:00:02Z",
	} {
		r.after = after
		if err := os.RemoveAll("x.db"); err != nil {
			t.Fatal(err)
		}
		if stderr := post("2026-03-04T09:00:00Z", "late.jsonl"); !strings.Contains(stderr, want) {
			t.Errorf("Retry-After: %s: wanted %q, said: %s", after, want, stderr)
		}
	}
}

// TestRunKeepsSecrets refuses secrets that others can read, and text that cannot be a secret, and never shows one.
func TestRunKeepsSecrets(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "pb/p.yaml", runBook)
	good := "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{9}, 24))
	for name, test := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"open":  {good, 0o644, "others on this machine can read or change this secret (mode 0644): run chmod 600 open"},
		"bare":  {strings.TrimPrefix(good, "whsec_"), 0o600, "a secret of a webhook is wanted: whsec_, and 24 to 64 random bytes in base64"},
		"short": {good[:20], 0o600, "24 to 64 random bytes"},
		"gone":  {"", 0, "no such file"},
	} {
		if test.mode == 0o644 && runtime.GOOS == "windows" {
			continue
		}
		if test.mode != 0 {
			if err := os.WriteFile(name, []byte(test.text), test.mode); err != nil {
				t.Fatal(err)
			}
		}
		status, stdout, stderr := run(nil, false, nil, "run", "--playbooks", "pb", "--store", "sqlite:x.db", "--once", "--deliver", "http://localhost/x", "--secret", name)
		if status != 2 || !strings.Contains(stderr, test.want) || strings.Contains(stdout+stderr, good[8:18]) {
			t.Errorf("%s: status %d, %s", name, status, stderr)
		}
	}
}

// TestRunProcess is run by TestRunEnds.
func TestRunProcess(t *testing.T) {
	dir := os.Getenv("AMENDS_RUN_IN")
	if dir == "" {
		t.Skip("no folder is named")
	}
	t.Chdir(dir)
	os.Exit(cli.Main([]string{"run", "--playbooks", "pb", "--store", "sqlite:x.db"}))
}

// TestRunEnds sends a signal to a run whose input is still open: it ends well, and what it has handed out is
// known to the next one.
func TestRunEnds(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGTERM")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "pb/p.yaml"), runBook)
	var lines []string
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestRunProcess$")
		cmd.Env = append(os.Environ(), "AMENDS_RUN_IN="+dir)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{runLate, "no incident\n", strings.Replace(runLate, "T-1", "T-"+signal.String(), 1)} {
			if _, err := io.WriteString(in, text); err != nil {
				t.Fatal(err)
			}
		}
		want := 3
		if len(lines) == 0 {
			want = 6 // T-1 too
		}
		for part := make([]byte, 1<<16); want > 0; {
			n, err := out.Read(part)
			if err != nil {
				t.Fatal(err, stderr.String())
			}
			lines = append(lines, string(part[:n]))
			want -= bytes.Count(part[:n], []byte("\n"))
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if rest, err := io.ReadAll(out); err != nil || len(rest) > 0 {
			t.Errorf("%v, and more came out: %s", err, rest)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v: %s", signal, err, stderr.String())
		}
		if got := stderr.String(); !strings.HasPrefix(got, "amends: stdin:2:1: not JSON") || strings.Count(got, "\n") != 1 {
			t.Errorf("said: %s", got)
		}
		_ = in.Close() // the process is gone
	}
	if n := strings.Count(strings.Join(lines, ""), "\n"); n != 9 {
		t.Errorf("%d lines came out of two runs: %s", n, lines)
	}
}
