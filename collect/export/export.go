package export

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// Format is what --to takes.
type Format string

// The formats.
const (
	VLLMBench     Format = "vllm-bench"
	CSV           Format = "csv"
	Parquet       Format = "parquet"
	EveryEvalEver Format = "every-eval-ever"
)

// Formats lists them.
func Formats() []Format { return []Format{VLLMBench, CSV, Parquet, EveryEvalEver} }

// ParseFormat finds a format by its name.
func ParseFormat(name string) (Format, error) {
	names := make([]string, 0, 4)
	for _, f := range Formats() {
		if string(f) == name {
			return f, nil
		}
		names = append(names, string(f))
	}
	return "", fmt.Errorf("there is no format %q; there are %s", name, strings.Join(names, ", "))
}

// IsTable reports whether the format is a table, with rows of all runs.
func (f Format) IsTable() bool { return f == CSV || f == Parquet }

// Result says what became of the runs.
type Result struct {
	Written int       // runs that are in the output
	Left    []Left    // runs that are not, or only in part
	Lost    []string  // what the format has no place for, once each
	Rows    int       // of a table
	Files   []OneFile // of a format that writes a file for each run
}

// Left is a run that is not in the output.
type Left struct {
	Run string `json:"run"`
	Why string `json:"why"`
}

// OneFile is the output of one run.
type OneFile struct {
	Name string // base name, with its ending
	Data []byte
}

// ToTable writes a table over the runs. Runs that have no row in it are Left.
func ToTable(w io.Writer, s *artifact.Store, f Format, t Table, runs []*artifact.Artifact) (*Result, error) {
	r := &Result{}
	left := map[string]bool{}
	without := func(a *artifact.Artifact, why string) {
		left[a.ID] = true
		r.Left = append(r.Left, Left{a.ID, why})
	}
	of := func(k artifact.Kind, what string) (out []*artifact.Artifact) {
		for _, a := range runs {
			if a.Kind == k {
				out = append(out, a)
				continue
			}
			without(a, "is no "+what)
		}
		return out
	}
	var err error
	switch t {
	case Runs:
		err = table(w, f, runColumns(), counted(&r.Rows, each(runs)))
	case Metrics:
		err = table(w, f, metricColumns(), counted(&r.Rows, each(metricRows(of(artifact.KindEval, "evaluation")))))
	case Requests:
		err = table(w, f, requestColumns(), counted(&r.Rows, requests(s, of(artifact.KindLoad, "load test"), without)))
	case Items:
		err = table(w, f, itemColumns(), counted(&r.Rows, items(s, of(artifact.KindEval, "evaluation"), without)))
	}
	r.Written = len(runs) - len(left)
	return r, err
}

func counted[R any](n *int, rows func(func(R) error) error) func(func(R) error) error {
	return func(put func(R) error) error {
		return rows(func(r R) error {
			*n++
			return put(r)
		})
	}
}

// ToFiles makes one JSON document for each run that the format can hold.
func ToFiles(f Format, runs []*artifact.Artifact) (*Result, error) {
	r := &Result{}
	for _, a := range runs {
		var data []byte
		var lost []string
		var err error
		switch {
		case f == VLLMBench && a.Load == nil:
			r.Left = append(r.Left, Left{a.ID, "is no load test, which is all that vllm bench serve writes"})
			continue
		case f == EveryEvalEver && a.Eval == nil:
			r.Left = append(r.Left, Left{a.ID, "is no evaluation, which is all that Every Eval Ever holds"})
			continue
		case f == VLLMBench:
			data, lost, err = vllmBench(a)
		default:
			data, lost, err = everyEvalEver(a)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.ID, err)
		}
		if data == nil {
			r.Left = append(r.Left, Left{a.ID, "has no score"})
			continue
		}
		for _, l := range lost {
			if !slices.Contains(r.Lost, l) {
				r.Lost = append(r.Lost, l)
			}
		}
		r.Written++
		r.Files = append(r.Files, OneFile{strings.ReplaceAll(a.ID, "/", "_") + ".json", data})
	}
	return r, nil
}
