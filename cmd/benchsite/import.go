package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"benchsite/collect/imports"
)

var importCommand = command{
	name: "import", summary: "turn result files of other tools into artifacts", args: " PATH…",
	usage: `
Reads result files that other tools wrote and stores each run as an artifact.
A file says what it says: what it leaves out stays unknown, and nothing is read
out of its name. The model and the date are required. --set gives what the file
does not say, wins over the file, and is recorded; --server-log belongs to all
PATHs of the call. The same file again is recognized.

  benchsite import --date 2025-12-22 --set precision=BF16 --set parallel.tp=1 \
      --server-log vllm.log bench_bf16.json
  benchsite import --recursive results/

Exit codes: 0 all in or already there, 3 some, 2 none.`,
	build: func(f *flags) func(context.Context, *ui, []string) error {
		var o imports.Options
		var set []string
		f.set.StringVar(&o.Format, "format", "auto", "the `NAME` of the form, instead of finding it out")
		f.set.StringVar(&o.Date, "date", "", "the `DAY` of files that name none (2025-12-22)")
		f.set.StringArrayVar(&set, "set", nil, "a fact the file does not say, as `KEY=VALUE`: "+strings.Join(imports.SetKeys(), ", "))
		f.set.StringVar(&o.ServerLog, "server-log", "", "the vLLM server log of these runs, a `FILE`")
		f.set.BoolVar(&o.Recursive, "recursive", false, "look into folders and take what is a result")
		f.set.BoolVar(&o.DryRun, "dry-run", false, "say what would be imported, write nothing")
		f.set.BoolVar(&o.Again, "again", false, "import a known file again with other facts, as a new artifact")
		f.common()
		return func(ctx context.Context, u *ui, paths []string) error {
			var err error
			if o.Store, err = f.store(); err != nil {
				return err
			}
			if o.Set, err = imports.ParseSet(set); err != nil {
				return usageErr("%w", err)
			}
			if len(paths) == 0 {
				return withHint(usageErr("import: no file given"), "benchsite import PATH…")
			}
			return runImport(ctx, u, o, paths)
		}
	},
}

// importLine is one result for machines.
type importLine struct {
	Path   string `json:"path"`
	State  string `json:"state"`
	Tool   string `json:"tool,omitempty"`
	ID     string `json:"id,omitempty"`
	Reason string `json:"reason,omitempty"`

	Series string   `json:"series,omitempty"` // equal for the points of a sweep and their repeats
	Axis   string   `json:"axis,omitempty"`
	At     *float64 `json:"at,omitempty"`
}

func runImport(ctx context.Context, u *ui, o imports.Options, paths []string) error {
	show := u.progress()
	o.Progress = func(p imports.Progress) {
		show.show(func() string { return importProgress(p) })
	}
	report := func(r imports.Result) {
		show.clear()
		switch r.State {
		case imports.Refused:
			u.warn("%s", refusal(r))
		case imports.Left:
			u.note("left      %s", refusal(r))
		default:
			if !u.json {
				u.printf("%-9s %s  %s\n", r.State, r.ID, oneLine("("+r.Tool+", "+r.Path+")"))
			}
		}
	}
	results, err := imports.Import(ctx, o, paths, report)
	show.done()
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var wrong *imports.UsageError
		if errors.As(err, &wrong) {
			return usageErr("%w", err)
		}
		return err // the disk, or what lies in the artifacts folder
	}
	counts := map[imports.State]int{}
	lines := make([]importLine, 0, len(results))
	for _, r := range results {
		counts[r.State]++
		line := importLine{Path: r.Path, State: string(r.State), Tool: r.Tool, ID: r.ID, Reason: r.Reason}
		if s := r.Series; s != nil && r.ID != "" {
			line.Series, line.Axis, line.At = s.Series[:8]+s.Series[16:], s.Axis, &s.X
		}
		lines = append(lines, line)
	}
	if u.json {
		if err := u.printJSON(lines); err != nil {
			return err
		}
	}
	for _, s := range importSeries(results) {
		u.note("%s", s)
	}
	u.note("%s", importSummary(counts))
	return endWith(imports.ExitCode(results))
}

// refusal names a file once: by its path, in which the reason's own name of it
// is the last part.
func refusal(r imports.Result) string {
	if dir, ok := strings.CutSuffix(filepath.Clean(r.Path), filepath.Base(r.Path)); ok && strings.HasPrefix(r.Reason, filepath.Base(r.Path)+":") {
		return dir + r.Reason
	}
	return r.Path + ": " + r.Reason
}

func importSummary(counts map[imports.State]int) string {
	var parts []string
	for _, c := range []struct {
		state imports.State
		words string
	}{
		{imports.Imported, "imported"}, {imports.Planned, "would be imported"}, {imports.Exists, "already there"},
		{imports.Left, "left"}, {imports.Refused, "refused"},
	} {
		if n := counts[c.state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, c.words))
		}
	}
	if parts == nil {
		return "no result file found"
	}
	return strings.Join(parts, ", ")
}

// importProgress is one line: how many files are done, of how many bytes.
func importProgress(p imports.Progress) string {
	share := 0
	if p.Total > 0 {
		share = int(100 * p.Bytes / p.Total)
	}
	return fmt.Sprintf("%d of %d files, %d%% of %.1f MB: %s", p.Files, p.Of, share, float64(p.Total)/1e6, filepath.Base(p.Path))
}

// importSeries says which runs belong together: sweeps over concurrency or rate,
// and repeats of one point.
func importSeries(results []imports.Result) (out []string) {
	type series struct {
		first *imports.Point
		at    map[float64]int
		runs  int
	}
	var order []*series
	by := map[string]*series{}
	for _, r := range results {
		p := r.Series
		if p == nil || r.ID == "" {
			continue
		}
		s := by[p.Axis+p.Series]
		if s == nil {
			s = &series{first: p, at: map[float64]int{}}
			by[p.Axis+p.Series] = s
			order = append(order, s)
		}
		s.at[p.X]++
		s.runs++
	}
	for _, s := range order {
		xs := slices.Sorted(maps.Keys(s.at))
		subject := oneLine(s.first.Subject)
		switch {
		case len(xs) > 1 && s.runs > len(xs):
			out = append(out, fmt.Sprintf("sweep     %s: %d points, %s %g to %g, %d runs with their repeats", subject, len(xs), s.first.Axis, xs[0], xs[len(xs)-1], s.runs))
		case len(xs) > 1:
			out = append(out, fmt.Sprintf("sweep     %s: %d points, %s %g to %g", subject, len(xs), s.first.Axis, xs[0], xs[len(xs)-1]))
		case s.runs > 1:
			out = append(out, fmt.Sprintf("repeats   %s: %d runs at %s %g", subject, s.runs, s.first.Axis, xs[0]))
		}
	}
	return out
}
