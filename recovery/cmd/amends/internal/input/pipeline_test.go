package input

import (
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// Whatever the pace of reading, working and writing, every item is worked on once and
// written in order.
func TestInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 60 {
		n, slow := random.IntN(1500), random.IntN(4)
		var got []int
		err := InOrder(&Progress{}, func(emit func(int) bool) error {
			for i := range n {
				if slow == 1 && i%100 == 0 {
					time.Sleep(100 * time.Microsecond)
				}
				if !emit(i) {
					t.Error("reading was stopped")
				}
			}
			return nil
		}, func(i int) int {
			if slow == 2 && i%97 == 0 {
				time.Sleep(100 * time.Microsecond)
			}
			return 2 * i
		}, func(i int) error {
			if slow == 3 && i%200 == 0 {
				time.Sleep(100 * time.Microsecond)
			}
			got = append(got, i/2)
			return nil
		})
		if err != nil || len(got) != n || !slices.IsSorted(got) {
			t.Fatalf("round %d: %v, %d of %d items: %v", round, err, len(got), n, got)
		}
	}
}

// What was read before reading failed is written, and then the error is returned.
func TestInOrderWritesWhatWasRead(t *testing.T) {
	broken := errors.New("broken")
	written := 0
	err := InOrder(&Progress{}, func(emit func(int) bool) error {
		for i := range 200 {
			emit(i)
		}
		return broken
	}, func(i int) int { return i }, func(int) error { written++; return nil })
	if !errors.Is(err, broken) || written != 200 {
		t.Errorf("got %v after %d items", err, written)
	}
}

// When nothing can be written any more, reading ends.
func TestInOrderStops(t *testing.T) {
	full := errors.New("full")
	var read atomic.Int64
	stopped := make(chan bool, 1)
	err := InOrder(&Progress{}, func(emit func(int) bool) error {
		for i := 0; emit(i); i++ {
			read.Add(1)
		}
		stopped <- true
		return nil
	}, func(i int) int { return i }, func(i int) error {
		if i == 1000 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	select {
	case <-stopped:
	case <-time.After(10 * time.Second):
		t.Fatal("reading goes on")
	}
	if n := read.Load(); n > 1000+100*Batch*64 {
		t.Errorf("%d items were read ahead", n)
	}
}

// An item of a slow input does not wait for the next one.
func TestInOrderAnswersAtOnce(t *testing.T) {
	in, out := io.Pipe()
	answers := make(chan byte)
	go func() {
		_ = InOrder(&Progress{}, func(emit func(byte) bool) error {
			for {
				var b [1]byte
				if _, err := in.Read(b[:]); err != nil {
					return nil
				}
				emit(b[0])
			}
		}, func(b byte) byte { return b }, func(b byte) error { answers <- b; return nil })
		close(answers)
	}()
	for _, b := range []byte("abcdef") {
		if _, err := out.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-answers:
			if got != b {
				t.Errorf("got %c, want %c", got, b)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("no answer")
		}
	}
	out.Close()
	if _, more := <-answers; more {
		t.Error("there is one answer too many")
	}
}
