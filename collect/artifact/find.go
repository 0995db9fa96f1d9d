package artifact

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var hashForm = regexp.MustCompile(`^[0-9a-f]{8}$`)

// filterKeys are the fields that a filter such as precision=BF16,date=2025-12-22
// may name.
var filterKeys = map[string]func(*Artifact) []string{
	"precision":   func(a *Artifact) []string { return opt(a.Subject.Precision) },
	"model":       func(a *Artifact) []string { return []string{a.Subject.Model, ModelName(a.Subject.Model)} },
	"base_model":  func(a *Artifact) []string { return opt(a.Subject.BaseModel) },
	"subject":     func(a *Artifact) []string { return []string{a.Subject.Name} },
	"engine":      func(a *Artifact) []string { return opt(a.Subject.Engine) },
	"accelerator": func(a *Artifact) []string { return opt(a.Subject.Accelerator) },
	"name":        func(a *Artifact) []string { return []string{a.Name} },
	"kind":        func(a *Artifact) []string { return []string{string(a.Kind)} },
	"status":      func(a *Artifact) []string { return []string{string(a.Status)} },
	"mode":        func(a *Artifact) []string { return []string{string(a.Source.Mode)} },
	"tool":        func(a *Artifact) []string { return []string{a.Source.Tool} },
	"protocol":    func(a *Artifact) []string { return []string{a.Protocol.ID} },
	"simulated":   func(a *Artifact) []string { return []string{strconv.FormatBool(a.Simulated)} },
	"date": func(a *Artifact) []string {
		day, _ := StartDay(a.StartedAt)
		return []string{day}
	},
	"tp": func(a *Artifact) []string {
		if a.Subject.Parallel.TP == nil {
			return nil
		}
		return []string{fmt.Sprint(*a.Subject.Parallel.TP)}
	},
	"task": func(a *Artifact) []string {
		var out []string
		if a.Eval != nil {
			for _, t := range a.Eval.Tasks {
				out = append(out, t.Task)
			}
		}
		return out
	},
	"scorer": func(a *Artifact) []string {
		var out []string
		if a.Eval != nil {
			for _, t := range a.Eval.Tasks {
				if t.Scorer != nil {
					out = append(out, t.Scorer.Name, t.Scorer.Name+" v"+t.Scorer.Version, t.Scorer.Name+"@"+t.Scorer.Version)
				}
			}
		}
		return out
	},
}

func opt(p *string) []string {
	if p == nil {
		return nil
	}
	return []string{*p}
}

// ErrNoMatch is returned when a well-formed reference names no artifact.
var ErrNoMatch = errors.New("no artifact matches")

// Find returns the artifacts that ref names: a file, an id, a unique hash8, or
// a filter key=value,key=value that may match several (a group). Unreadable
// artifacts are passed over by filters.
func (s *Store) Find(ref string) ([]*Artifact, error) {
	if strings.Contains(ref, "=") {
		match, err := Filter(ref)
		if err != nil {
			return nil, err
		}
		return s.all(ref, match)
	}
	if hashForm.MatchString(ref) {
		found, err := s.all(ref, func(a *Artifact) bool { return strings.HasSuffix(a.ID, "."+ref) })
		if len(found) > 1 {
			return nil, fmt.Errorf("%s names %d artifacts; give the whole id", ref, len(found))
		}
		return found, err
	}
	if strings.HasSuffix(ref, ".json") {
		if data, err := readBounded(ref); err == nil {
			a, err := Decode(ref, data)
			if err != nil {
				return nil, err
			}
			return []*Artifact{a}, nil
		}
	}
	id := strings.TrimSuffix(filepath.ToSlash(ref), ".json")
	a, _, err := s.Read(id)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w %q: it is no file, no id (2025-12-22/name.0123abcd), no hash (0123abcd), and no filter (precision=BF16)", ErrNoMatch, ref)
	}
	if err != nil {
		return nil, err
	}
	return []*Artifact{a}, nil
}

func (s *Store) all(ref string, match func(*Artifact) bool) ([]*Artifact, error) {
	ids, err := s.List()
	if err != nil {
		return nil, err
	}
	var out []*Artifact
	for _, id := range ids {
		if a, _, err := s.Read(id); err == nil && match(a) {
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w %q among the %d in %s", ErrNoMatch, ref, len(ids), s.dir)
	}
	return out, nil
}

// Filter parses key=value,key=value into a test of artifacts: every pair must
// hold, letter case aside. An unknown key is an error that names the nearest.
func Filter(ref string) (func(*Artifact) bool, error) {
	type pair struct {
		get  func(*Artifact) []string
		want string
	}
	var pairs []pair
	for _, part := range strings.Split(ref, ",") {
		key, want, ok := strings.Cut(strings.TrimSpace(part), "=")
		label, isLabel := strings.CutPrefix(key, "label.")
		get, known := filterKeys[key]
		switch {
		case !ok || want == "":
			return nil, fmt.Errorf("filter %q: %q is not key=value", ref, part)
		case isLabel:
			get = func(a *Artifact) []string { return []string{a.Subject.Labels[label]} }
		case !known:
			return nil, fmt.Errorf("filter %q: unknown key %q%s", ref, key, nearest(key, filterKeys))
		}
		pairs = append(pairs, pair{get, want})
	}
	return func(a *Artifact) bool {
		for _, p := range pairs {
			hit := false
			for _, got := range p.get(a) {
				hit = hit || strings.EqualFold(got, p.want)
			}
			if !hit {
				return false
			}
		}
		return true
	}, nil
}
