package page

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math"
	"reflect"
	"runtime"
	"slices"
	"sync"

	"benchsite/render/dataset"
)

// Sum is over everything that pages are made from, a part of it, or nothing. A
// page whose sum is the same as when it was made is the same page.
type Sum [sha256.Size]byte

// sums holds what stands for a run in a sum. Runs are large and in many pages,
// so each is summed once.
type sums struct {
	once  sync.Once
	frame Sum
	whole Sum
	of    map[*dataset.Run]Sum
}

// Sum of a page that is made from these parts of the set: runs, comparisons,
// reports, lists of them, and plain values. Nothing means the whole set, which
// is always right. What every page shows (navigation, foot, names of suites) is
// in each sum.
func (s *Site) Sum(of ...any) Sum {
	s.sums.once.Do(s.sumAll)
	x := newSummer(s)
	x.raw(s.sums.frame[:])
	if len(of) == 0 {
		x.raw(s.sums.whole[:])
	}
	for _, v := range of {
		x.value(reflect.ValueOf(v))
	}
	return x.sum()
}

// sumAll sums the frame of all pages, the whole set, and each run.
func (s *Site) sumAll() {
	x := newSummer(s)
	c := s.Set.Config
	c.Hash = "" // the tables of the plan do not bear on pages
	x.value(reflect.ValueOf(c))
	x.value(reflect.ValueOf([]any{s.Version, len(s.Set.Problems) > 0, len(s.Set.Reports) > 0, s.hasCompare(), len(s.cardPaths()) > 0}))
	for _, r := range s.Set.Reports {
		for _, b := range r.Benchmarks { // they name suites on every page
			x.value(reflect.ValueOf([]string{b.Task, b.Name}))
		}
	}
	s.sums.frame = x.sum()
	x = newSummer(s)
	x.text(s.Set.Hash)
	s.sums.whole = x.sum()

	e := s.In(s.Languages()[0])
	flips := s.flips()
	list := make([]Sum, len(s.Set.Runs))
	if len(list) > 0 {
		e.subjectLabel(s.Set.Runs[0])
	}
	var wg sync.WaitGroup
	next := make(chan int, 64)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				list[i] = e.sumRun(s.Set.Runs[i], flips)
			}
		})
	}
	for i := range list {
		next <- i
	}
	close(next)
	wg.Wait()
	s.sums.of = make(map[*dataset.Run]Sum, len(list))
	for i, r := range s.Set.Runs {
		s.sums.of[r] = list[i]
	}
}

// sumRun is over a run and what others make of it: its group, what it follows
// from and what follows from it, its notices, its reports, its flips.
func (e *Edition) sumRun(r *dataset.Run, flips *flipIndex) Sum {
	x := newSummer(e.Site)
	x.text(r.SHA256)
	x.text(e.subjectLabel(r))
	x.subject(r.Who)
	x.text(r.How.ID)
	x.value(reflect.ValueOf([]bool{r.Standing, r.Rival}))
	for _, a := range r.Attachments {
		x.value(reflect.ValueOf([]any{a.Path, r.Intact(a)}))
	}
	x.value(reflect.ValueOf(r.Withdrawn))
	for _, list := range [][]*dataset.Run{{r.Replacer, r.Origin()}, r.Parents, r.Children, r.Alternatives()} {
		x.number(uint64(len(list)))
		for _, other := range list {
			x.kin(other)
		}
	}
	for _, rep := range r.Reports {
		x.text(rep.Slug)
		x.value(reflect.ValueOf(rep.Title))
	}
	for i := range r.Notices {
		n := &r.Notices[i]
		x.value(reflect.ValueOf([]any{n.Code, n.Severity, n.Slots, n.Task, n.Fields}))
	}
	for _, f := range flips.of[r] {
		x.value(reflect.ValueOf([]string{f.id, f.task, f.slug}))
		for _, other := range f.runs {
			x.kin(other)
		}
	}
	return x.sum()
}

// summer writes values into a hash, each with its length, so that no two
// different lists of values look alike.
type summer struct {
	site *Site
	hash hash.Hash
	buf  []byte
	seen map[visit]bool // pointers that are being written, against cycles
}

type visit struct {
	at uintptr
	of reflect.Type
}

func newSummer(s *Site) *summer {
	return &summer{site: s, hash: sha256.New(), seen: map[visit]bool{}}
}

func (x *summer) sum() (out Sum) {
	x.flush()
	x.hash.Sum(out[:0])
	return out
}

func (x *summer) flush() {
	x.hash.Write(x.buf)
	x.buf = x.buf[:0]
}

func (x *summer) raw(b []byte) {
	if x.buf = append(x.buf, b...); len(x.buf) > 4096 {
		x.flush()
	}
}

func (x *summer) number(n uint64) { x.raw(binary.AppendUvarint(nil, n)) }

func (x *summer) text(s string) {
	x.number(uint64(len(s)))
	x.raw([]byte(s))
}

// kin is another run as far as a page about its kin may show it.
func (x *summer) kin(r *dataset.Run) {
	if r == nil {
		x.number(0)
		return
	}
	x.text(r.ID)
	x.text(r.SHA256)
	x.value(reflect.ValueOf([]bool{r.Standing, r.Rival, r.Withdrawn != nil}))
	for _, a := range r.Attachments { // its records are read for the pages of its kin
		x.value(reflect.ValueOf(r.Intact(a)))
	}
}

func (x *summer) subject(s *dataset.Subject) {
	if s == nil {
		x.number(0)
		return
	}
	x.value(reflect.ValueOf([]any{s.Key, s.Name, s.Model, s.Precision, s.TP, s.Family, s.Baseline, s.Slot, s.Other}))
}

// value writes any value: structs with all their fields, maps in an order of
// their own, what the dataset shares by what stands for it.
func (x *summer) value(v reflect.Value) {
	if !v.IsValid() {
		x.number(0)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		x.pointer(v)
	case reflect.Interface:
		if v.IsNil() {
			x.number(0)
			return
		}
		x.text(v.Elem().Type().String())
		x.value(v.Elem())
	case reflect.Bool:
		x.number(map[bool]uint64{true: 1}[v.Bool()])
	case reflect.String:
		x.text(v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		x.number(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		x.number(v.Uint())
	case reflect.Float32, reflect.Float64:
		x.number(math.Float64bits(v.Float()))
	case reflect.Slice, reflect.Array:
		x.number(uint64(v.Len()))
		for i := range v.Len() {
			x.value(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			x.value(v.Field(i))
		}
	case reflect.Map:
		x.dict(v)
	}
}

func (x *summer) dict(v reflect.Value) {
	entries := make([]string, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		one := newSummer(x.site)
		one.seen = x.seen
		one.value(it.Key())
		one.value(it.Value())
		s := one.sum()
		entries = append(entries, string(s[:]))
	}
	slices.Sort(entries)
	x.number(uint64(len(entries)))
	for _, e := range entries {
		x.raw([]byte(e))
	}
}

var (
	runType      = reflect.TypeFor[*dataset.Run]()
	subjectType  = reflect.TypeFor[*dataset.Subject]()
	protocolType = reflect.TypeFor[*dataset.Protocol]()
	setType      = reflect.TypeFor[*dataset.Set]()
)

func (x *summer) pointer(v reflect.Value) {
	if v.IsNil() {
		x.number(0)
		return
	}
	x.number(1)
	switch v.Type() {
	case runType:
		s := x.site.sums.of[(*dataset.Run)(v.UnsafePointer())]
		x.raw(s[:])
		return
	case subjectType:
		x.subject((*dataset.Subject)(v.UnsafePointer()))
		return
	case protocolType:
		p := (*dataset.Protocol)(v.UnsafePointer())
		x.text(p.ID)
		x.value(reflect.ValueOf(p.Unknown))
		return
	case setType:
		return // a page that is made from the whole set names nothing
	}
	at := visit{v.Pointer(), v.Type()}
	if x.seen[at] {
		x.number(2)
		return
	}
	x.seen[at] = true
	x.value(v.Elem())
	delete(x.seen, at)
}
