package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"benchsite/collect/artifact"
	"benchsite/collect/export"
)

var exportCommand = command{
	name: "export", summary: "write artifacts as other tools' files and as tables", args: " --to FORMAT ARTIFACT…",
	usage: `
Writes artifacts in the form of another program, to the output stream or to --out.
An ARTIFACT is a file, an id, a unique hash, or a filter such as
precision=BF16,date=2025-12-22.

  vllm-bench        JSON as of vllm bench serve, a run a line; load tests only
  csv, parquet      a table (--table): runs, a row each; metrics of evaluations;
                    requests of load tests; items of evaluations
  every-eval-ever   the common evaluation schema 0.2.2; evaluations only

With several runs, vllm-bench and every-eval-ever write a file each when --out is
a folder. What a form has no place for is said, never filled in.

  benchsite export --to csv --table runs date=2025-12-22 > runs.csv
  benchsite export --to parquet --table items --out items.parquet task=gsm8k
  benchsite export --to vllm-bench --out results/ kind=load

Exit codes: 0 all are in; 3 some have no place in the form; 2 none.`,
	build: func(f *flags) func(context.Context, *ui, []string) error {
		to := f.set.String("to", "", "the `FORMAT`: "+formatNames())
		tableName := f.set.String("table", "runs", "of csv and parquet, the `TABLE`: runs, metrics, requests, items")
		out := f.set.String("out", "", "the `FILE` to write, or a folder for a file each; without it, the output stream")
		f.common()
		return func(ctx context.Context, u *ui, refs []string) error {
			if *to == "" {
				return withHint(usageErr("export: no --to given"), "there are %s", formatNames())
			}
			format, err := export.ParseFormat(*to)
			if err != nil {
				return usageErr("--to: %w", err)
			}
			table, err := export.ParseTable(*tableName)
			if err != nil {
				return usageErr("--table: %w", err)
			}
			if f.set.Changed("table") && !format.IsTable() {
				return usageErr("--table is for csv and parquet; %s has a form of its own", format)
			}
			if f.json && *out == "" {
				return usageErr("export: --json says what was written, which goes to the output stream itself; add --out")
			}
			if len(refs) == 0 {
				return withHint(usageErr("export: no artifact given"), "benchsite export --to %s ARTIFACT…", format)
			}
			store, err := f.existing()
			if err != nil {
				return err
			}
			runs, err := found(store, refs)
			if err != nil {
				return err
			}
			e := exporter{ui: u, store: store, out: *out}
			if format.IsTable() {
				return e.table(format, table, runs)
			}
			return e.files(format, runs)
		}
	},
}

func formatNames() string {
	var names []string
	for _, f := range export.Formats() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// found lists the artifacts of all references, each once, in their order.
func found(store *artifact.Store, refs []string) (runs []*artifact.Artifact, err error) {
	seen := map[string]bool{}
	for _, ref := range refs {
		some, err := store.Find(ref)
		if err != nil {
			return nil, usageErr("%w", err)
		}
		for _, a := range some {
			if !seen[a.ID] {
				seen[a.ID] = true
				runs = append(runs, a)
			}
		}
	}
	return runs, nil
}

// exported is the result for machines.
type exported struct {
	Written int           `json:"written"`
	Rows    int           `json:"rows"`
	Left    []export.Left `json:"left"`
	Lost    []string      `json:"lost"`
}

type exporter struct {
	ui    *ui
	store *artifact.Store
	out   string
}

func (e exporter) table(f export.Format, t export.Table, runs []*artifact.Artifact) error {
	if e.out == "" && f == export.Parquet && isTerminal(e.ui.out) {
		return withHint(usageErr("export: Parquet is no text for a terminal"), "add --out runs.parquet")
	}
	if isFolder(e.out) {
		return usageErr("--out %s is a folder; a table is one file, such as %s", e.out, filepath.Join(e.out, string(t)+"."+string(f)))
	}
	// Into a buffer or a temporary file first: a table that fails half-way must
	// leave nothing that looks whole.
	var r *export.Result
	write := func(w io.Writer) (err error) {
		r, err = export.ToTable(w, e.store, f, t, runs)
		return err
	}
	var err error
	if e.out == "" {
		var b bytes.Buffer
		if err = write(&b); err == nil && r.Written > 0 {
			_, err = e.ui.out.Write(b.Bytes())
		}
	} else {
		err = replaced(e.out, func(w io.Writer) (bool, error) { err := write(w); return err == nil && r.Written > 0, err })
	}
	if err != nil {
		return e.failed(err)
	}
	return e.report(r, "%d rows of %d runs", r.Rows, r.Written)
}

func (e exporter) files(f export.Format, runs []*artifact.Artifact) error {
	r, err := export.ToFiles(f, runs)
	if err != nil {
		return e.failed(err)
	}
	switch {
	case r.Written == 0:
	case isFolder(e.out):
		if err := os.MkdirAll(e.out, 0o755); err != nil {
			return e.failed(err)
		}
		for _, one := range r.Files {
			if err := renameio.WriteFile(filepath.Join(e.out, one.Name), one.Data, 0o644); err != nil {
				return e.failed(err)
			}
		}
	case f == export.EveryEvalEver && r.Written > 1:
		return withHint(usageErr("export: %d runs, and every-eval-ever is a document for each", r.Written), "add --out FOLDER/")
	default:
		var all []byte
		for _, one := range r.Files {
			all = append(all, one.Data...)
		}
		if e.out == "" {
			_, err = e.ui.out.Write(all)
		} else {
			err = renameio.WriteFile(e.out, all, 0o644)
		}
		if err != nil {
			return e.failed(err)
		}
	}
	return e.report(r, "%d of %d runs", r.Written, len(runs))
}

// report says what is in the output and what is not, and gives the exit code.
func (e exporter) report(r *export.Result, format string, args ...any) error {
	for _, l := range r.Left {
		e.ui.warn("%s %s", l.Run, l.Why)
	}
	if e.ui.json {
		if err := e.ui.printJSON(exported{r.Written, r.Rows, append([]export.Left{}, r.Left...), append([]string{}, r.Lost...)}); err != nil {
			return err
		}
	}
	if r.Written > 0 && len(r.Lost) > 0 {
		e.ui.note("this form has no place for: %s", strings.Join(r.Lost, "; "))
	}
	e.ui.note("wrote "+format, args...)
	switch {
	case r.Written == 0:
		return endWith(exitUsage)
	case len(r.Left) > 0:
		return endWith(exitPartial)
	}
	return nil
}

func (e exporter) failed(err error) error {
	var p *os.PathError
	if errors.As(err, &p) && e.out != "" {
		return failErr(errors.New("export: " + e.out + " cannot be written: " + p.Err.Error()))
	}
	return failErr(err)
}

// isFolder reports whether a path is meant as a folder: one that is there, or a
// name that ends like one.
func isFolder(path string) bool {
	if path == "" {
		return false
	}
	if strings.HasSuffix(path, "/") || strings.HasSuffix(path, string(filepath.Separator)) {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// replaced writes a file at once: what was there stays until the new one is
// whole, or when there is nothing to write.
func replaced(path string, write func(io.Writer) (bool, error)) error {
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if ok, err := write(f); err != nil || !ok {
		return err
	}
	return f.CloseAtomicallyReplace()
}
