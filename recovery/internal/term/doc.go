// Package term writes for people: at terminals, in the logs of CI, on pages.
//
// A [Text] is made of what the program says itself, the format, and of what others
// wrote, the arguments. Arguments are made harmless: they stay on their line, steer
// no terminal and hide nothing. A [Writer] takes texts, or data in a form that it
// knows, and nothing else: so no command can forget it. Whatever comes through it
// holds no character that nobody can see, and no line that a CI system takes for a
// command.
package term
