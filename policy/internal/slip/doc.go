// Package slip recognises values in spellings that are not those of the format: "48 hours", "€5",
// "30.06.2027". Each function returns the spelling of the format, or "" where that is not certain.
// The result is only used in hints, and never as a value.
package slip
