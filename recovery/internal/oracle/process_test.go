package oracle

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// secondProcess is set in the environment of the second process.
const secondProcess = "AMENDS_TEST_SECOND_PROCESS"

// TestSecondProcess makes the decisions and explanations of the examples, of the archives and
// goldens, and of sets that the oracle makes up, in this process and in a second one, byte for byte
// alike. The second has another number of cores, lists files in another order, and decides in
// another one: what is filled in by whoever comes first is then filled in by another.
func TestSecondProcess(t *testing.T) {
	if os.Getenv(secondProcess) != "" {
		out := bufio.NewWriter(os.Stdout)
		answerAll(t, true, func(name string, text []byte) bool { return writeFrames(out, name, text) == nil })
		if err := writeFrames(out, "", nil); err != nil {
			t.Error(err)
		}
		if err := out.Flush(); err != nil {
			t.Error(err)
		}
		return
	}
	if testing.Short() || raceDetector {
		t.Skip("it takes a process of its own and half a minute")
	}
	theirs, end := startSecond(t)
	defer end()
	count, largest := 0, 0
	answerAll(t, false, func(name string, text []byte) bool {
		theirName, theirText, err := readFrames(theirs)
		if err != nil {
			t.Errorf("%s: the second process ended: %v", name, err)
			return false
		}
		if name != theirName || !bytes.Equal(text, theirText) {
			t.Errorf("%s here (-), %s in the second process (+):\n%s", name, theirName, cmp.Diff(strings.Split(string(text), "\n"), strings.Split(string(theirText), "\n")))
			return false
		}
		count++
		largest = max(largest, len(text))
		return true
	})
	if t.Failed() {
		return
	}
	if name, _, err := readFrames(theirs); name != "" || err != nil {
		t.Errorf("the second process goes on: %s, %v", name, err)
	}
	if count < 4_000 || largest < 5_000 {
		t.Errorf("only %d texts were compared, the largest of %d bytes", count, largest)
	}
}

// startSecond starts the binary of this test once more.
func startSecond(t *testing.T) (*bufio.Reader, func()) {
	t.Helper()
	cores := 1
	if runtime.GOMAXPROCS(0) == 1 {
		cores = 4
	}
	second := exec.Command(os.Args[0], "-test.run=^TestSecondProcess$", "-test.timeout=10m")
	second.Env = append(os.Environ(), secondProcess+"=1", fmt.Sprintf("GOMAXPROCS=%d", cores))
	second.Stderr = os.Stderr
	pipe, err := second.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	return bufio.NewReader(pipe), func() {
		if t.Failed() {
			_ = second.Process.Kill()
		}
		_, _ = io.Copy(io.Discard, pipe) // what the testing package says
		if err := second.Wait(); err != nil && !t.Failed() {
			t.Error("the second process:", err)
		}
	}
}

// writeFrames and readFrames pass texts with their names, each after its length.
func writeFrames(w *bufio.Writer, name string, text []byte) error {
	for _, part := range [][]byte{[]byte(name), text} {
		if _, err := w.Write(binary.AppendUvarint(nil, uint64(len(part)))); err != nil {
			return err
		}
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

func readFrames(r *bufio.Reader) (name string, text []byte, err error) {
	var parts [2][]byte
	for i := range parts {
		n, err := binary.ReadUvarint(r)
		if err != nil {
			return "", nil, err
		}
		parts[i] = make([]byte, n)
		if _, err := io.ReadFull(r, parts[i]); err != nil {
			return "", nil, err
		}
	}
	return string(parts[0]), parts[1], nil
}

// shuffled lists the files of a file system in another order.
type shuffled struct{ fs.FS }

func (s shuffled) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(s.FS, name)
	slices.Reverse(entries)
	random := rand.New(rand.NewPCG(uint64(len(name)), uint64(len(entries))))
	random.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	return entries, err
}
