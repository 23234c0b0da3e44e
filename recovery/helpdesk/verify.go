package helpdesk

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"hash"
	"time"
)

// window is how far the signed time of a webhook may be from now, before or after.
const window = 5 * time.Minute

// mac is the code of some parts by a secret.
func mac(h func() hash.Hash, secret string, parts ...[]byte) []byte {
	m := hmac.New(h, []byte(secret))
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}

// same compares two secrets in a time that tells nothing of them.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// fresh reports whether a signed time is near enough to now.
func fresh(clock func() time.Time, at time.Time) bool {
	if clock == nil {
		clock = time.Now
	}
	d := clock().Sub(at)
	return d <= window && d >= -window
}
