// Package command is what every command of the program is made of: what it sees
// of the process, its flags, its exit status, the files that it reads and writes,
// and the sets that it loads.
package command
