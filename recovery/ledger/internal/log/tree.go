package log

import (
	"errors"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Tree is the Merkle tree over all records (RFC 6962). It holds the hashes of
// whole groups of records and of what is above them, and the leaves of the last
// group. Leaves of groups that are whole are computed again from the records when
// a proof needs them.
type Tree struct {
	Size   int64
	leaves []tlog.Hash   // of the last group
	levels [][]tlog.Hash // from that of groups upwards
}

// A group is 2^groupLevel records.
const (
	groupLevel = 8
	GroupSize  = 1 << groupLevel
)

// Levels are the hashes of the tree other than leaves, from those of whole groups upwards.
func (t *Tree) Levels() [][]tlog.Hash { return t.levels }

// Restore fills an empty tree of a size. next returns the hashes of Levels, one after another; leaf
// returns a leaf of the last group by its number.
func (t *Tree) Restore(size int64, next func() (tlog.Hash, error), leaf func(seq int64) (tlog.Hash, error)) error {
	for n := size / GroupSize; n > 0; n /= 2 {
		level := make([]tlog.Hash, 0, n+1)
		for range n {
			h, err := next()
			if err != nil {
				return err
			}
			level = append(level, h)
		}
		t.levels = append(t.levels, level)
	}
	for seq := size / GroupSize * GroupSize; seq < size; seq++ {
		h, err := leaf(seq)
		if err != nil {
			return err
		}
		t.leaves = append(t.leaves, h)
	}
	t.Size = size
	return nil
}

func (t *Tree) Add(leaf tlog.Hash) {
	t.leaves = append(t.leaves, leaf)
	t.Size++
	if len(t.leaves) < GroupSize {
		return
	}
	h := subtree(t.leaves)
	t.leaves = t.leaves[:0]
	for level := 0; ; level++ {
		if level == len(t.levels) {
			t.levels = append(t.levels, nil)
		}
		t.levels[level] = append(t.levels[level], h)
		n := len(t.levels[level])
		if n%2 == 1 {
			return
		}
		h = tlog.NodeHash(t.levels[level][n-2], t.levels[level][n-1])
	}
}

// subtree is the hash over a whole subtree's leaves.
func subtree(leaves []tlog.Hash) tlog.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	half := len(leaves) / 2
	return tlog.NodeHash(subtree(leaves[:half]), subtree(leaves[half:]))
}

// Reader returns the hashes that a proof needs. group returns the leaves of a whole group.
func (t *Tree) Reader(group func(n int64) ([]tlog.Hash, error)) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			level, n := tlog.SplitStoredHashIndex(index)
			if level >= groupLevel {
				if l := level - groupLevel; l >= len(t.levels) || n >= int64(len(t.levels[l])) {
					return nil, errors.New("the tree has no such hash")
				}
				out[i] = t.levels[level-groupLevel][n]
				continue
			}
			first := n << level
			leaves := t.leaves
			if first/GroupSize < t.Size/GroupSize {
				var err error
				if leaves, err = group(first / GroupSize); err != nil {
					return nil, err
				}
			}
			from := first % GroupSize
			if from+1<<level > int64(len(leaves)) {
				return nil, errors.New("the tree has no such hash")
			}
			out[i] = subtree(leaves[from : from+1<<level])
		}
		return out, nil
	})
}

// Root is the hash over all records.
func (t *Tree) Root() (tlog.Hash, error) {
	// Only whole subtrees are asked for: those of the last group, and those above
	// groups.
	return tlog.TreeHash(t.Size, t.Reader(func(int64) ([]tlog.Hash, error) {
		return nil, errors.New("a root needs no leaves of whole groups")
	}))
}

// Roots computes the root at one size while records go by, in little memory.
type Roots struct {
	Size  int64
	parts []tlog.Hash // of whole subtrees, the largest first
}

func (r *Roots) Add(leaf tlog.Hash) {
	r.Size++
	for range bits.TrailingZeros64(uint64(r.Size)) {
		leaf = tlog.NodeHash(r.parts[len(r.parts)-1], leaf)
		r.parts = r.parts[:len(r.parts)-1]
	}
	r.parts = append(r.parts, leaf)
}

func (r *Roots) Root() tlog.Hash {
	if r.Size == 0 {
		empty, _ := tlog.TreeHash(0, nil) // an empty tree needs no reader
		return empty
	}
	h := r.parts[len(r.parts)-1]
	for i := len(r.parts) - 2; i >= 0; i-- {
		h = tlog.NodeHash(r.parts[i], h)
	}
	return h
}
