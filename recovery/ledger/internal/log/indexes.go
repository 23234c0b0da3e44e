package log

import (
	"slices"
	"strings"
)

// indexSuffix ends the names of the files by which records are found. They are not part of a ledger.
const indexSuffix = ".index"

// IndexName is the name of the index over the records before one.
func IndexName(size int64) string {
	return strings.TrimSuffix(SegmentName(size), SegmentSuffix) + indexSuffix
}

// indexSize reads the name of an index.
func indexSize(name string) (int64, bool) {
	digits, ok := strings.CutSuffix(name, indexSuffix)
	if !ok {
		return 0, false
	}
	return segmentFirst(digits + SegmentSuffix)
}

// Indexes names the indexes in a directory, the one over the most records first.
func Indexes(dir Files) ([]string, error) {
	names, err := dir.List()
	names = slices.DeleteFunc(names, func(name string) bool {
		_, ok := indexSize(name)
		return !ok
	})
	slices.SortFunc(names, func(a, b string) int {
		x, _ := indexSize(a)
		y, _ := indexSize(b)
		return int(min(max(y-x, -1), 1))
	})
	return names, err
}
