package render

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"benchsite/render/cache"
)

// A unit makes files that belong together, most often those of one page. What
// it makes follows from of alone.
type unit struct {
	name string // one of its own in the site
	of   sum
	make func() ([]file, error)
}

// file is a file of the site, finished.
type file struct {
	name string // slash path from the root of the site
	data []byte
}

// bring brings the folder to the state that the units describe: it builds what
// is not there as it was left, on all processors, writes what differs and
// removes what is no longer made. The first error in the order of the units is
// returned, whichever came first in time.
func bring(ctx context.Context, f *folder, l *ledger, ledgerName string, units []unit) error {
	defer f.leave()
	entries, kept, errs := make([]entry, len(units)), make([]bool, len(units)), make([]error, len(units))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				u := &units[i]
				if e, ok := l.units[u.name]; ok && e.of == u.of && f.has(l, e.files) {
					entries[i], kept[i] = e, true
					continue
				}
				files, err := u.make()
				if err == nil {
					entries[i].of = u.of
					entries[i].files, err = f.put(files)
				}
				if err != nil {
					errs[i] = fmt.Errorf("page %s: %w", u.name, err)
				}
			}
		})
	}
	for i := range units {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return settle(f, l, ledgerName, units, entries, kept)
}

// has reports whether files are as they were left. Where a stamp does not tell,
// the content does.
func (f *folder) has(l *ledger, files []made) bool {
	for i := range files {
		m := &files[i]
		seen, err := cache.Look(f.path(m.name))
		if err != nil || seen.Size != m.seen.Size {
			return false
		}
		if seen == m.seen && seen.Before(l.saved) {
			continue
		}
		if seen, same := holds(f.path(m.name), m.sum, m.seen.Size); same {
			m.seen = seen // touched, copied or just written
			f.reseen.Store(true)
			continue
		}
		return false
	}
	return true
}

// settle removes what is no longer made and writes manifest and ledger.
func settle(f *folder, l *ledger, ledgerName string, units []unit, entries []entry, kept []bool) error {
	if l.units == nil || len(f.strays) > 0 {
		return settleAnew(f, l, ledgerName, units, entries)
	}
	changes := map[string]sum{} // name -> hash, or zero when it is gone
	same := len(units) == len(l.units)
	for i := range units {
		if !kept[i] {
			same = false
			for _, m := range l.units[units[i].name].files {
				changes[m.name] = sum{}
			}
		}
	}
	if same {
		if f.reseen.Load() {
			l.save(ledgerName, sha256.Sum256(f.manifest), units, entries)
		}
		return nil
	}
	is := make(map[string]bool, len(units))
	for i := range units {
		is[units[i].name] = true
	}
	for name, e := range l.units {
		if !is[name] {
			for _, m := range e.files {
				changes[m.name] = sum{}
			}
		}
	}
	for i := range entries {
		for j := range entries[i].files {
			m := &entries[i].files[j]
			if _, ok := changes[m.name]; ok || !kept[i] {
				changes[m.name] = m.sum
			}
		}
	}
	var sorted []made
	var gone []string
	for name, s := range changes {
		sorted = append(sorted, made{name: name, sum: s})
		if s == (sum{}) {
			gone = append(gone, name)
		}
	}
	slices.SortFunc(sorted, func(a, b made) int { return strings.Compare(a.name, b.name) })
	slices.Sort(gone)
	if err := f.remove(gone); err != nil {
		return err
	}
	return finish(f, l, ledgerName, units, entries, amend(f.manifest, sorted))
}

// settleAnew is settle without a ledger: the manifest says what was there.
func settleAnew(f *folder, l *ledger, ledgerName string, units []unit, entries []entry) error {
	old, err := f.names()
	if err != nil {
		return err
	}
	var all []made
	for i := range entries {
		all = append(all, entries[i].files...)
		for _, m := range entries[i].files {
			delete(old, m.name)
		}
	}
	gone := make([]string, 0, len(old))
	for name := range old {
		gone = append(gone, name)
	}
	slices.Sort(gone)
	if err := f.remove(gone); err != nil {
		return err
	}
	return finish(f, l, ledgerName, units, entries, manifestText(all))
}

func finish(f *folder, l *ledger, ledgerName string, units []unit, entries []entry, manifest []byte) error {
	if err := f.close(manifest); err != nil {
		return err
	}
	l.save(ledgerName, sha256.Sum256(manifest), units, entries)
	return nil
}
