package helpdesk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// API is where the API of a helpdesk is, and how the program signs in.
type API struct {
	URL   string // such as https://help.example.org; of Chatwoot, Zendesk and Freshdesk without /api
	Token string // the access token or API key of the user as whom the program writes
	// Client makes the requests. Nil: one that waits at most 30 seconds and follows no redirect, since
	// the token is for this host alone.
	Client *http.Client
}

// APIError reports a request that a helpdesk did not take.
type APIError struct {
	Desk         string
	Method, Path string
	Status       int    // of HTTP
	Text         string // the beginning of what it answered
}

func (e *APIError) Error() string {
	s := fmt.Sprintf("%s answers %d to %s %s", e.Desk, e.Status, e.Method, e.Path)
	if e.Text != "" {
		s += ": " + e.Text
	}
	return s
}

// Temporary reports whether it may go well later: the helpdesk was busy or failed itself.
func (e *APIError) Temporary() bool {
	return e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout || e.Status >= 500
}

const (
	mostAnswer = 4 << 20 // bytes of an answer that are read
	mostShown  = 300     // bytes of an answer that an error shows
)

// caller makes requests to one API.
type caller struct {
	desk string
	api  *API
	sign func(*http.Request)
}

// call sends a value as JSON, and reads the answer into out unless it is nil.
func (c caller) call(ctx context.Context, method, path string, body, out any) error {
	var sent io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.api.URL, "/")+path, sent)
	if err != nil {
		return fmt.Errorf("the URL of %s: %w", c.desk, err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept", "application/json")
	c.sign(r)
	answer, err := c.client().Do(r)
	if err != nil {
		return fmt.Errorf("%s cannot be reached: %w", c.desk, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	if err != nil {
		return fmt.Errorf("the answer of %s: %w", c.desk, err)
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return &APIError{c.desk, method, path, answer.StatusCode, beginning(text)}
	}
	if out == nil {
		return nil
	}
	if raw, ok := out.(*[]byte); ok {
		*raw = text
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("the answer of %s to %s %s: %w", c.desk, method, path, err)
	}
	return nil
}

func (c caller) client() *http.Client {
	if c.api.Client != nil {
		return c.api.Client
	}
	return &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// beginning is what an error shows of an answer, in one line.
func beginning(text []byte) string {
	s := strings.Join(strings.Fields(strings.ToValidUTF8(string(text), "")), " ")
	if len(s) > mostShown {
		s = strings.ToValidUTF8(s[:mostShown], "") + "…"
	}
	return s
}
