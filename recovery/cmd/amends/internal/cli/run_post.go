package cli

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/due"
)

// delivered is a delivery as a line of JSON.
type delivered struct {
	Key       string           `json:"key"`
	Do        string           `json:"do"`
	Incident  string           `json:"incident"`
	Decision  string           `json:"decision"`
	Action    *recovery.Action `json:"action,omitempty"`
	Choice    *recovery.Choice `json:"choice,omitempty"`
	Namespace string           `json:"namespace,omitempty"`
	Customer  string           `json:"customer,omitempty"`
	Language  string           `json:"language,omitempty"`
	NotBefore string           `json:"not_before,omitempty"`
	Done      bool             `json:"done,omitempty"`
	Seq       int64            `json:"seq"`
	Attempt   int              `json:"attempt"`
}

func deliveryLine(d *recovery.Delivery) ([]byte, error) {
	x := delivered{
		Key: d.Key, Do: d.Do, Incident: d.Incident, Decision: d.Decision, Action: d.Action, Choice: d.Choice, Namespace: d.Namespace,
		Customer: d.Customer, Language: d.Language, Done: d.Done, Seq: d.Seq, Attempt: d.Attempt,
	}
	if !d.NotBefore.IsZero() {
		x.NotBefore = value.FormatTimestamp(d.NotBefore)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(x); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// poster posts deliveries by the scheme of Standard Webhooks.
type poster struct {
	url    string
	secret []byte
	client *http.Client
	now    func() time.Time
}

const (
	secretPrefix = "whsec_"
	leastSecret  = 24 // bytes
	mostSecret   = 64

	postTimeout = 30 * time.Second
)

func newPoster(to, secretFile string) (*poster, error) {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("--deliver wants an address such as https://desk.example.com/hooks/amends, found %q", to)
	}
	text, err := ledgers.ReadSecret(secretFile)
	if err != nil {
		return nil, err
	}
	encoded, ok := strings.CutPrefix(text, secretPrefix)
	secret, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(secret) < leastSecret || len(secret) > mostSecret {
		return nil, fmt.Errorf("%s: a secret of a webhook is wanted: %s, and %d to %d random bytes in base64", secretFile, secretPrefix, leastSecret, mostSecret)
	}
	client := &http.Client{
		Timeout:       postTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &poster{to, secret, client, time.Now}, nil
}

// deliver posts a delivery. Any answer but 2xx is an error, and so is one that says to go elsewhere.
func (p *poster) deliver(ctx context.Context, d recovery.Delivery) error {
	body, err := deliveryLine(&d)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	at := strconv.FormatInt(p.now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "amends")
	req.Header.Set("webhook-id", d.Key)
	req.Header.Set("webhook-timestamp", at)
	req.Header.Set("webhook-signature", "v1,"+signature(p.secret, d.Key, at, body))
	answer, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16)) // so that the connection serves again
	switch {
	case answer.StatusCode == http.StatusAccepted:
		return due.ErrTaken
	case answer.StatusCode >= 200 && answer.StatusCode < 300:
		return handedOver(&d)
	case answer.StatusCode == http.StatusConflict && due.TakesBack(&d):
		return due.ErrNotUndone
	}
	err = fmt.Errorf("the answer was %s", answer.Status)
	if after := retryAfter(answer.Header.Get("Retry-After"), p.now()); after > 0 {
		return &due.RetryError{Err: err, After: after}
	}
	return err
}

// retryAfter is how long to wait as an answer says, in seconds or until a time; 0: it does not say.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return at.Sub(now)
	}
	return 0
}

// signature is what Standard Webhooks calls v1: over the id, the time and the body.
func signature(secret []byte, id, at string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	_, _ = fmt.Fprintf(mac, "%s.%s.%s", id, at, body) // it never fails
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
