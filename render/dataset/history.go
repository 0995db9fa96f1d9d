package dataset

import "slices"

// historyKey groups the measurements of one subject under one protocol.
type historyKey struct {
	who       *Subject
	how       *Protocol
	simulated bool
}

// linkHistory lists for every subject and protocol the runs that stand, newest
// first.
func (s *Set) linkHistory() {
	s.history = map[historyKey][]*Run{}
	for _, r := range s.Runs { // newest first
		if r.Standing || r.Artifact.Simulated && r.Replacer == nil && r.Withdrawn == nil {
			k := historyKey{r.Who, r.How, r.Artifact.Simulated}
			s.history[k] = append(s.history[k], r)
		}
	}
}

// History returns the measurements of the same subject under the same protocol
// around a run, newest first, the run itself among them: at most n, as many
// after it as before it where there are enough. More reports whether there are
// others.
func (s *Set) History(r *Run, n int) (runs []*Run, more bool) {
	all := s.history[historyKey{r.Who, r.How, r.Artifact.Simulated}]
	at, found := slices.BinarySearchFunc(all, r, newestFirst)
	if !found { // it does not stand
		all = slices.Insert(slices.Clone(all[max(0, at-n):min(len(all), at+n)]), min(at, n), r)
		at = min(at, n)
	}
	from := max(0, min(at-n/2, len(all)-n))
	to := min(len(all), from+n)
	return all[from:to], to-from < len(all)
}
