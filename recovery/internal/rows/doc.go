// Package rows is what stores in SQL databases have in common: from commits to the entries, sums and texts that
// stand in rows, and back. It knows no database. The rules of what counts are those of package store.
package rows
