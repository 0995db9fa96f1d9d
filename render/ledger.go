package render

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"benchsite/collect/artifact"
	"benchsite/render/cache"
)

// A ledger remembers of one output folder which files each unit of the site
// made and what the unit was made from. It lies in the state folder of the
// artifacts. A unit that is made from the same again, and whose files are as
// they were left, is neither built nor written.
//
// The ledger is never needed: a missing, damaged or foreign one is as good as
// none, and the site comes out the same.
type ledger struct {
	build sum // of the program and its templates
	units map[string]entry
	saved int64 // when it was written, see [cache.Load]
}

// entry is a unit as it was made.
type entry struct {
	of    sum // what it was made from
	files []made
}

// ledgerFile is where the ledger of an output folder lies.
func ledgerFile(state, out string) string {
	abs, err := filepath.Abs(out)
	if err != nil {
		abs = out
	}
	id := sha256.Sum256([]byte(abs))
	return filepath.Join(state, "site", hex.EncodeToString(id[:8])+".ledger")
}

// Forget removes what is remembered of an output folder that goes away itself.
func Forget(store *artifact.Store, out string) error {
	err := os.Remove(ledgerFile(store.StateDir(), out))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// readLedger reads the ledger of this build that goes with the manifest; an
// empty one when there is none.
func readLedger(name string, build sum, manifest []byte) *ledger {
	l := &ledger{build: build}
	body, saved, err := cache.Load(name, build)
	if err != nil {
		return l
	}
	r := cache.Read(body)
	if sum(r.Sum()) != sha256.Sum256(manifest) {
		return l
	}
	n := r.Count()
	units := make(map[string]entry, n)
	for range n {
		name := r.String()
		e := entry{of: r.Sum()}
		e.files = make([]made, r.Count())
		for i := range e.files {
			f := &e.files[i]
			f.name, f.sum = r.String(), r.Sum()
			f.seen.Size, f.seen.Mtime = r.Int(), r.Int()
			f.seen.Ctime, f.seen.Serial = f.seen.Mtime+r.Int(), r.Uint()
		}
		units[name] = e
	}
	if r.Done() {
		l.units, l.saved = units, saved
	}
	return l
}

// save puts the ledger in place of the old one. Not being able to is no reason
// to fail: the next render is slower.
func (l *ledger) save(name string, manifest sum, units []unit, entries []entry) {
	if name == "" {
		return
	}
	b := append(cache.Begin(l.build), manifest[:]...)
	b = binary.AppendUvarint(b, uint64(len(units)))
	for i := range units {
		b = append(cache.AppendString(b, units[i].name), entries[i].of[:]...)
		b = binary.AppendUvarint(b, uint64(len(entries[i].files)))
		for j := range entries[i].files {
			f := &entries[i].files[j]
			b = append(cache.AppendString(b, f.name), f.sum[:]...)
			b = binary.AppendVarint(binary.AppendVarint(b, f.seen.Size), f.seen.Mtime)
			b = binary.AppendUvarint(binary.AppendVarint(b, f.seen.Ctime-f.seen.Mtime), f.seen.Serial)
		}
	}
	cache.Save(name, b)
}
