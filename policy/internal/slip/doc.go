// Package slip knows how people write values who do not know the format: "48 hours", "€5",
// "30.06.2027". Each function returns how the value is written in a playbook, or "" where
// that is not certain. Nothing here is ever read as a value: it only goes into hints.
package slip
