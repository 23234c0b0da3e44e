package store

import "crypto/sha256"

// ID is the id of a decision, an action or a choice, in the form in which the rules compare it: two
// IDs are equal when their texts are. It takes 16 bytes, so that an index of a million decisions
// stays small.
type ID [16]byte

// IDOf returns the form of an id that is written as text. The engine's ids are a
// prefix and 16 bytes in hexadecimal; any others are hashed.
func IDOf[T string | []byte](text T) (id ID) {
	const prefix = len("dec_")
	if len(text) == prefix+2*len(id) && text[prefix-1] == '_' {
		ok := true
		for i := range id {
			high, low := digit(text[prefix+2*i]), digit(text[prefix+2*i+1])
			ok = ok && high < 16 && low < 16
			id[i] = high<<4 | low
		}
		if ok {
			return id
		}
	}
	sum := sha256.Sum256([]byte(text))
	return ID(sum[:len(id)])
}

// Name is what a store calls an incident of a namespace, so that no two tenants have incidents of one
// name. In the empty namespace it is the incident's id.
func Name(namespace, incident string) string {
	switch {
	case namespace != "":
		return string(AppendTexts([]byte{0}, namespace)) + incident
	case incident != "" && incident[0] == 0:
		return "\x00" + incident // nobody's namespace begins so
	}
	return incident
}

// digit is the value of a hexadecimal digit; 16 of anything else.
func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 16
}
