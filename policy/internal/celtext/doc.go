// Package celtext works on the source text of an expression. It knows no syntax tree.
//
//	source.go     cut a text into tokens, and pair its brackets
//	operands.go   find the values and operators that tokens make up
//	issue.go      say what is wrong at a place, and what to write there
//	words.go      write lists and nouns for messages
//	operators.go  turn comparisons round
//	code.go       write a value as an expression writes it: hours(12) for 12h
//	slips.go      find what is written as in another language
//
// Slips are found before a text is parsed. [Slips] asks a [Language] for the few things that
// tokens do not tell, such as the type of a part.
package celtext
