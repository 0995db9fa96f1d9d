package dataset

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"benchsite/collect/artifact"
)

// Slots are the names of the colors of subjects.
var Slots = []string{"bf16", "fp8", "nvfp4", "s4", "s5", "s6", "s7", "s8"}

// fixed are the slots that belong to a precision for ever; the others are
// handed out by first appearance.
const fixed = 3

// Subject is what was measured, with every run of it.
type Subject struct {
	Key       string    // equal for equal subjects
	Name      string    // of the newest run
	Model     string    // without owner
	Precision string    // "" when not recorded
	TP        int       // 0 when not recorded
	Family    string    // runs of one family may be compared by precision; key for grouping only
	Baseline  bool      // the filter of config.toml names it
	Slot      string    // color slot: bf16, fp8, nvfp4, s4 … s8
	Other     int       // 0, 1, 2 … for subjects without a color of their own, by first appearance; −1 with one
	Runs      []*Run    // newest first
	first     time.Time // start of its first run
	base      string    // base model without owner, else the model
}

// subjectKey adds to the key of the subject the labels that the config names.
func subjectKey(s *artifact.Subject, labels []string) string {
	key := s.Key()
	for _, l := range labels {
		if v, ok := s.Labels[l]; ok {
			key += "\x00" + l + "=" + v
		}
	}
	return key
}

// linkSubjects groups the runs, which are newest first, and hands out colors.
func (s *Set) linkSubjects() {
	byKey := map[string]*Subject{}
	for _, r := range s.Runs {
		a := &r.Artifact.Subject
		key := subjectKey(a, s.Config.Labels)
		sub := byKey[key]
		if sub == nil {
			sub = &Subject{
				Key: key, Name: a.Name, Model: artifact.ModelName(a.Model), Precision: deref(a.Precision),
				TP: int(deref(a.Parallel.TP)), Family: a.Family(), Baseline: isBaseline(a, s.Config.Baseline),
			}
			if sub.base = artifact.ModelName(deref(a.BaseModel)); a.BaseModel == nil {
				sub.base = sub.Model
			}
			byKey[key] = sub
			s.Subjects = append(s.Subjects, sub)
		}
		sub.Runs = append(sub.Runs, r)
		sub.first = r.start // runs come newest first: the last one is the oldest
		r.Who = sub
	}
	s.color()
	slices.SortFunc(s.Subjects, compareSubjects)
}

func isBaseline(a *artifact.Subject, filter map[string]string) bool {
	for k, want := range filter {
		if got, ok := subjectField(a, k); !ok || !strings.EqualFold(got, want) {
			return false
		}
	}
	return len(filter) > 0
}

// color gives every subject its slot. A precision with a color of its own keeps
// it; every other precision, or subject without one, takes the next free slot
// in the order of first appearance.
func (s *Set) color() {
	byAge := slices.Clone(s.Subjects)
	slices.SortFunc(byAge, func(a, b *Subject) int {
		return cmp.Or(a.first.Compare(b.first), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Key, b.Key))
	})
	next := map[string]int{} // what shares a color -> its place among the others
	for _, sub := range byAge {
		sub.Other = -1
		if slot, ok := s.Config.Colors[sub.Name]; ok {
			sub.Slot = slot
			continue
		}
		if slot := strings.ToLower(sub.Precision); slices.Contains(Slots[:fixed], slot) {
			sub.Slot = slot
			continue
		}
		share := "precision " + strings.ToUpper(sub.Precision)
		if sub.Precision == "" {
			share = "subject " + sub.Key
		}
		n, ok := next[share]
		if !ok {
			n = len(next)
			next[share] = n
		}
		sub.Other = n
		sub.Slot = Slots[fixed+n%(len(Slots)-fixed)]
	}
}

// precisionOrder is the fixed order of the known precisions: from most bits to
// fewest. Others follow by name, unknown last.
var precisionOrder = []string{"FP32", "BF16", "FP16", "FP8", "INT8", "NVFP4", "MXFP4", "INT4"}

func precisionRank(p string) int {
	if p == "" {
		return len(precisionOrder) + 1
	}
	if i := slices.Index(precisionOrder, strings.ToUpper(p)); i >= 0 {
		return i
	}
	return len(precisionOrder)
}

// compareSubjects is the display order: by family and model, the baseline
// first, then BF16, FP8, NVFP4, the others by name, fewer devices first.
func compareSubjects(a, b *Subject) int {
	if a == b {
		return 0
	}
	base := func(s *Subject) int {
		if s.Baseline {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(a.Family, b.Family),
		cmp.Compare(base(a), base(b)),
		cmp.Compare(precisionRank(a.Precision), precisionRank(b.Precision)),
		cmp.Compare(a.Precision, b.Precision),
		cmp.Compare(a.TP, b.TP),
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.Key, b.Key),
	)
}

// SortForDisplay puts runs in the order of every table and chart: subjects in
// display order (the baseline first, then BF16, FP8, NVFP4, others by name),
// newest first within one.
func SortForDisplay(runs []*Run) {
	slices.SortStableFunc(runs, func(a, b *Run) int {
		return cmp.Or(compareSubjects(a.Who, b.Who), newestFirst(a, b))
	})
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
