package ledger

import (
	"maps"
	"slices"
	"sync"
)

// erasures are the records of which the ledger says that they were erased. A record whose payload is
// not there, and which is not among them, is damage.
type erasures struct {
	mu   sync.Mutex
	base *snapshot // nil: there is none
	set  map[int64]bool
}

// stand forgets all, and begins with those that a snapshot has.
func (e *erasures) stand(on *snapshot) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.base, e.set = on, map[int64]bool{}
}

func (e *erasures) add(seqs []int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, seq := range seqs {
		e.set[seq] = true
	}
}

func (e *erasures) remove(seqs []int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, seq := range seqs {
		delete(e.set, seq)
	}
}

func (e *erasures) has(seq int64) (bool, error) {
	e.mu.Lock()
	base, fresh := e.base, e.set[seq]
	e.mu.Unlock()
	if fresh || base == nil || seq >= base.Size() {
		return fresh, nil
	}
	return base.wasErased(seq)
}

// fresh are those that the snapshot does not have, in order.
func (e *erasures) fresh() []int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Sorted(maps.Keys(e.set))
}
