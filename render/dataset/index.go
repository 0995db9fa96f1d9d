package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/cache"
)

// Index keeps what was read of every artifact and its records beside them, so
// that thousands that did not change open in the time of one that did. It is
// split by month: a new run writes the file of its own.
//
// What it keeps follows from the files of one run and from the program alone.
// How runs relate is worked out every time.
type Index struct {
	dir    string
	build  cache.Sum
	shards map[string]*shard
}

// shard holds the runs of one month.
type shard struct {
	runs  map[string]kept
	saved int64
	dirty bool // differs from its file
}

// kept is a run in the index. Only runs whose files are all there and as they
// should be are kept: the others are looked at every time.
type kept struct {
	seen   cache.Stamp // of the artifact
	sum    cache.Sum   // of its text
	files  []keptFile  // its attachments, but for private ones
	body   string      // artifact and notices
	items  string      // replies of an evaluation
	listed bool        // in this render
}

type keptFile struct {
	Path string
	Seen cache.Stamp
}

// keptNotice is a [Notice] without its runs.
type keptNotice struct {
	Code     string
	Severity Severity
	Slots    map[string]any
	Task     string
	Fields   []Field
}

// OpenIndex names the index in the state folder of a store. Build is the sum of
// the program: another one keeps nothing of what this one kept.
func OpenIndex(state string, build cache.Sum) *Index {
	return &Index{dir: filepath.Join(state, "runs"), build: build, shards: map[string]*shard{}}
}

// shardOf is the month of an id, simulated runs apart.
func shardOf(id string) string {
	day, _, _ := strings.Cut(strings.TrimPrefix(id, "simulated/"), "/")
	month := day[:min(len(day), len("2006-01"))]
	if strings.HasPrefix(id, "simulated/") {
		return "simulated " + month
	}
	return month
}

func (x *Index) file(name string) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(x.dir, hex.EncodeToString(sum[:8])+".index")
}

// open reads the shards that the ids lie in.
func (x *Index) open(ids []string) {
	var names []string
	for _, id := range ids {
		if name := shardOf(id); x.shards[name] == nil {
			x.shards[name] = &shard{runs: map[string]kept{}}
			names = append(names, name)
		}
	}
	each(len(names), func(i int) { x.shards[names[i]].read(x.file(names[i]), x.build) })
}

func (s *shard) read(name string, build cache.Sum) {
	body, saved, err := cache.Load(name, build)
	if err != nil {
		s.dirty = true
		return
	}
	r := cache.Read(body)
	for range r.Count() {
		id := r.String()
		k := kept{sum: r.Sum()}
		r.Value(&k.seen)
		r.Value(&k.files)
		k.body, k.items = r.String(), r.String()
		s.runs[id] = k
	}
	if s.saved = saved; !r.Done() {
		*s = shard{runs: map[string]kept{}, dirty: true}
	}
}

// Save writes the shards that changed. That it cannot is no reason to fail: the
// next time is slower.
func (x *Index) Save() {
	for name, s := range x.shards {
		for id, k := range s.runs {
			if !k.listed {
				delete(s.runs, id)
				s.dirty = true
			}
		}
		if !s.dirty {
			continue
		}
		ids := make([]string, 0, len(s.runs))
		for id := range s.runs {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		b := binary.AppendUvarint(cache.Begin(x.build), uint64(len(ids)))
		for _, id := range ids {
			k := s.runs[id]
			b = append(cache.AppendString(b, id), k.sum[:]...)
			var err error
			if b, err = cache.Append(b, k.seen); err == nil {
				b, err = cache.Append(b, k.files)
			}
			if err != nil {
				return
			}
			b = cache.AppendString(cache.AppendString(b, k.body), k.items)
		}
		if cache.Save(x.file(name), b) != nil {
			return
		}
	}
}

// recall takes a run out of the index when its files are as they were. The text
// of the artifact is read only where its stamp does not tell.
func (x *Index) recall(store Store, dir, id string) *Run {
	s := x.shards[shardOf(id)]
	k, ok := s.runs[id]
	if !ok {
		return nil
	}
	same := func(name string, seen cache.Stamp) (cache.Stamp, bool) {
		now, err := cache.Look(filepath.Join(dir, filepath.FromSlash(name)))
		return now, err == nil && now == seen && seen.Before(s.saved)
	}
	if _, ok := same(id+".json", k.seen); !ok {
		return nil
	}
	for _, f := range k.files {
		if _, ok := same(f.Path, f.Seen); !ok {
			return nil
		}
	}
	a := new(artifact.Artifact)
	var notices []keptNotice
	r := cache.Read(k.body)
	r.Value(a)
	r.Value(&notices)
	if !r.Done() {
		return nil
	}
	run, err := newRun(store, id, a, hex.EncodeToString(k.sum[:]))
	if err != nil {
		return nil
	}
	for _, n := range notices {
		run.own = append(run.own, Notice{Code: n.Code, Severity: n.Severity, Slots: n.Slots, Task: n.Task, Fields: n.Fields})
	}
	run.keptItems, run.recalled = k.items, true
	return run
}

// keep takes note of a run that was read, and of how its files look. A run with
// a file that is missing or not what it should be is not kept.
func (x *Index) keep(dir string, r *Run, before cache.Stamp) (kept, bool) {
	k := kept{seen: before, listed: true}
	if before == (cache.Stamp{}) || len(r.broken) > 0 || r.err != nil {
		return k, false
	}
	if n, err := hex.Decode(k.sum[:], []byte(r.SHA256)); err != nil || n != len(k.sum) {
		return k, false
	}
	for _, at := range r.Attachments {
		if at.Kind == artifact.AttachPrivate {
			continue
		}
		f := keptFile{Path: attachmentPath(r, at)}
		f.Seen = r.seen[f.Path]
		if f.Seen == (cache.Stamp{}) {
			return k, false
		}
		k.files = append(k.files, f)
	}
	notices := make([]keptNotice, len(r.own))
	for i, n := range r.own {
		notices[i] = keptNotice{n.Code, n.Severity, n.Slots, n.Task, n.Fields}
	}
	body, err := cache.Append(nil, *r.Artifact)
	if err == nil {
		body, err = cache.Append(body, notices)
	}
	if err != nil {
		return k, false
	}
	k.body = string(body)
	if r.Kind == artifact.KindEval && r.hasRecords() {
		items, err := cache.Append(nil, r.items)
		if err != nil {
			return k, false
		}
		k.items = string(items)
	}
	return k, true
}

// note says what became of an id in this render.
func (x *Index) note(id string, r *Run, entry *kept) {
	s := x.shards[shardOf(id)]
	switch k, ok := s.runs[id]; {
	case r != nil && r.recalled:
		k.listed = true
		s.runs[id] = k
	case entry != nil:
		s.runs[id], s.dirty = *entry, true
	case ok:
		delete(s.runs, id)
		s.dirty = true
	}
}
