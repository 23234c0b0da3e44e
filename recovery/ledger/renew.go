package ledger

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
	"github.com/servicerecovery/amends/recovery/ledger/internal/tables"
)

// indexed is the payload of a record that holds the digest of an index.
type indexed struct {
	digest  tables.Digest
	records int64 // that the index is about
}

const digestPrefix = "sha256:"

func (x *indexed) append(dst []byte) []byte {
	o := writing(dst)
	o.BeginObject()
	o.text("digest", digestPrefix+hex.EncodeToString(x.digest[:]))
	o.int("records", x.records)
	o.EndObject()
	return o.Buf
}

// parseIndexed reads the payload of a record of a number.
func parseIndexed(seq int64, payload []byte) (x indexed, err error) {
	c := readingPayload(payload, indexShape)
	text := ""
	c.Members(func(key []byte) {
		switch string(key) {
		case "digest":
			text = c.Text()
		case "records":
			x.records = c.Int()
		}
	})
	if err := c.end(); err != nil {
		return x, err
	}
	digest, ok := strings.CutPrefix(text, digestPrefix)
	n, err := hex.Decode(x.digest[:], []byte(digest)[:min(len(digest), 2*len(x.digest))])
	if !ok || err != nil || n != len(x.digest) || digest != hex.EncodeToString(x.digest[:]) {
		return x, errors.New("the digest of an index is not one")
	}
	if x.records < 1 || x.records > seq {
		return x, fmt.Errorf("it says that an index is about %d records, which were not there", x.records)
	}
	return x, nil
}

// errStale says that a later record has erased some of those that a snapshot is about.
var errStale = errors.New("the index is about records that were erased since")

// see looks at a record behind those that the snapshot is about.
func (s *snapshot) see(t *log.Item) error {
	if s == nil || t.Body != log.BodyWhole {
		return nil
	}
	switch t.Head.Kind {
	case KindIndex:
		x, err := parseIndexed(t.Head.Seq, t.Payload)
		s.vouched = s.vouched || err == nil && x.records == s.Size() && x.digest == s.Digest
	case KindErasure:
		e, err := parseErasure(t.Payload)
		for _, seq := range e.records {
			if err == nil && seq < s.Size() {
				return errStale
			}
		}
	}
	return nil
}

// fromSnapshot goes through a ledger behind the records of the latest snapshot that the chain vouches
// for, or else from its beginning. try begins anew each time it is called, and passes each record to
// [snapshot.see]. What it finds counts only when the chain vouches for the snapshot. Without index, it
// begins at the beginning.
func fromSnapshot(dir log.Files, from *log.Log, index bool, try func(*snapshot, *log.Walk) error) error {
	const most = 3 // a writer may be about to replace one
	var names []string
	if index {
		var err error
		if names, err = log.Indexes(dir); err != nil {
			return err
		}
	}
	for _, name := range names[:min(len(names), most)] {
		s, err := openSnapshot(dir, name)
		if err != nil {
			continue
		}
		w := &log.Walk{Head: s.meta.Head}
		if w.Scanner, err = from.At(s, s.meta.Segment, s.meta.Offset); err == nil {
			err = try(s, w)
		}
		if err == nil && s.vouched {
			return nil
		}
		_ = s.close() // it is not used
	}
	from.Stand(nil)
	return try(nil, &log.Walk{Scanner: log.Scanner{Log: from}})
}

// looked looks something up for a reader. When what the index says is not there, a record may have been
// erased, or the index replaced, since the reader began: the second attempt finds that out. When
// the index itself was changed, the reader goes without it.
func looked[T any](look func(index bool) (T, error)) (T, error) {
	out, err := look(true)
	if again := isBadIndex(err) || overtaken(err); !again {
		return out, err
	}
	return look(!isBadIndex(err))
}

// indexAfter is after how many new records closing a ledger writes an index. Reading as many takes
// less than a tenth of a second.
const indexAfter = 4096

// worthIndexing reports whether so much has come since the last index that the next opening would
// take long. The larger the ledger, the longer it takes to write one. The caller holds the lock.
func (l *Ledger) worthIndexing() bool {
	indexed, kinds := int64(0), 0
	if base := l.index.base; base != nil {
		indexed, kinds = base.Size(), len(base.meta.Facts)
	}
	grown := len(l.index.counts.Kinds()) > kinds && l.confirmed >= l.indexAfter
	return grown || l.confirmed-indexed > max(l.indexAfter, l.confirmed/64)
}

// WriteIndex writes an index beside the segments, and a record that holds its digest. With it, a
// ledger of millions of records is opened in a fraction of a second, and one incident is looked up
// without reading the others. Commits and reads wait meanwhile, some seconds for each million records.
// [Ledger.Close] calls it when it is worth it; a program that runs for long may call it when it has
// little else to do. The index is no part of the ledger: nothing is lost with it.
func (l *Ledger) WriteIndex(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	l.flush()
	if err := l.usable(); err != nil || l.confirmed == 0 {
		l.mu.Unlock()
		return err
	}
	return l.renew()
}

// flush waits until nothing is on its way to the disk. The caller holds the lock, and still does
// afterwards.
func (l *Ledger) flush() {
	for l.writing || len(l.batch.starts) > 0 {
		b := l.inflight
		if b == nil {
			b = l.batch
		}
		l.mu.Unlock()
		_ = l.settle(b) // its error goes to whoever waits for the batch
		l.mu.Lock()
	}
}

// renew writes an index and stands on it from then on. It unlocks the lock that the caller holds.
func (l *Ledger) renew() error {
	l.flush()
	p, err := l.replaceIndex()
	if err != nil {
		l.mu.Unlock()
		return err
	}
	l.put(p)
	if err := l.settle(l.joined()); err != nil {
		return err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.dropIndexes(l.index.base)
}

// replaceIndex writes an index, and returns the record that vouches for it. Until that record is on
// disk, whoever opens the ledger uses the index before. The caller holds the lock, and nothing is on
// its way to the disk.
func (l *Ledger) replaceIndex() (*prepared, error) {
	if l.ended != nil {
		return nil, l.ended
	}
	name := log.IndexName(l.confirmed)
	_ = l.dir.Remove(name) // left by a writer that ended; mostly there is none
	s, err := l.createIndex(name)
	if err != nil {
		return nil, errors.Join(err, l.dir.Remove(name))
	}
	p, err := prepare(KindIndex, (&indexed{s.Digest, s.Size()}).append(nil))
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	old, streams := l.index.base, l.index.streams
	l.index = indexOver(s)
	l.index.streams = streams
	l.log.Stand(s)
	l.erased.stand(s)
	return p, old.close()
}

func (l *Ledger) createIndex(name string) (*snapshot, error) {
	f, err := l.dir.Create(name)
	if err != nil {
		return nil, err
	}
	digest, err := l.writeSnapshot(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if err := l.dir.Sync(); err != nil {
		return nil, err
	}
	s, err := openSnapshot(l.dir, name)
	if err == nil && s.Digest != digest {
		err = errors.Join(s.bad(errSnapshot), s.close())
	}
	return s, err
}

// dropIndexes removes every index but one.
func (l *Ledger) dropIndexes(but *snapshot) error {
	names, err := log.Indexes(l.dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		if but == nil || name != but.name {
			errs = append(errs, l.dir.Remove(name))
		}
	}
	return errors.Join(errs...)
}

// Unread is how many records were not read to open the ledger, because an index has what they say.
// Each is checked when it is needed, and [Verify] checks all of them.
func (l *Ledger) Unread() int64 { return l.unread }
