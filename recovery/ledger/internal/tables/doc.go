// Package tables keeps sorted tables in one file that is read a page at a time. Whoever knows the
// digest of a file knows that every row is as it was written: the digest is that of the front, the
// front has the hash of every page, and a page is compared with its hash when it is read. So a file
// can be opened, and a row looked up, without reading the rest.
//
//	format.go  the front
//	write.go   a file, from rows that come in order
//	read.go    rows by number and by key
package tables
