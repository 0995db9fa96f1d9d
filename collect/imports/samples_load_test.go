package imports

import (
	"bufio"
	"context"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

// sampleRow is what one run of a real file must become, as a person reads it
// from the file: seconds, requests, and "-" for what must be unknown.
type sampleRow map[string]string

// TestRealLoadFiles holds the readers to testdata/samples_load.tsv, which states
// for every file of ../shared what it must become, or why it is left. The figures
// were taken from the files by other means than these readers.
func TestRealLoadFiles(t *testing.T) {
	dir := shared(t, "samples", "load")
	rows := sampleRows(t)
	for _, file := range everyFile(t, dir) {
		want := rows[file]
		delete(rows, file)
		if file == "index.tsv" {
			continue
		}
		if want == nil {
			t.Errorf("%s is in no row of the table", file)
			continue
		}
		st := artifact.Open(t.TempDir())
		o := Options{Store: st, Date: "2001-02-03", Recursive: true}
		if m := want[0]["model"]; m == "-" || m == "" {
			o.Set = map[string]string{"model": "acme/tiny"}
		}
		results, err := Import(context.Background(), o, []string{filepath.Join(dir, filepath.FromSlash(file))}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if reason := want[0]["left"]; reason != "" {
			if len(results) != 1 || results[0].State != Refused || !strings.Contains(results[0].Reason, reason) {
				t.Errorf("%s: %+v, want it left because of %q", file, results, reason)
			}
			continue
		}
		if len(results) != len(want) {
			t.Errorf("%s: %d runs, want %d: %+v", file, len(results), len(want), results)
			continue
		}
		for i, r := range results {
			if r.State != Imported {
				t.Errorf("%s: %+v", file, r)
				continue
			}
			a, _, err := st.Read(r.ID)
			if err != nil {
				t.Fatal(err)
			}
			want[i].compare(t, file, a)
		}
	}
	for file := range rows {
		t.Errorf("%s is in the table and not in the folder", file)
	}
}

func (want sampleRow) compare(t *testing.T, file string, a *artifact.Artifact) {
	t.Helper()
	if part, _ := a.Source.Extra[partKey].(string); part != want["part"] {
		t.Errorf("%s: part %q, want %q", file, part, want["part"])
	}
	if m := want["model"]; m != "" && m != "-" && a.Subject.Model != m {
		t.Errorf("%s: model %q, want %q", file, a.Subject.Model, m)
	}
	if d := want["started"]; d != "" && d != "-" && a.StartedAt != d {
		t.Errorf("%s: started %q, want %q", file, a.StartedAt, d)
	}
	l := a.Load
	of := func(d *artifact.Distribution) (p50, p99 *float64) {
		if d == nil {
			return nil, nil
		}
		return d.P50, d.P99
	}
	got := map[string]*float64{"requests_per_s": l.Throughput.RequestsPerS, "output_tokens_per_s": l.Throughput.OutputTokensPerS,
		"completed": asFloat(l.Requests.Completed), "failed": asFloat(l.Requests.Failed)}
	got["ttft_p50"], got["ttft_p99"] = of(l.Latency.TTFT)
	got["tpot_p50"], got["tpot_p99"] = of(l.Latency.TPOT)
	got["icl_p50"], got["icl_p99"] = of(l.Latency.ICL)
	got["itl_p50"], got["itl_p99"] = of(l.Latency.ITL)
	got["e2e_p50"], got["e2e_p99"] = of(l.Latency.E2E)
	for figure, v := range got {
		s := want[figure]
		if s == "-" {
			if figure != "icl_p99" && !strings.HasPrefix(figure, "e2e") && v != nil {
				t.Errorf("%s: %s is %v, want it unknown", file, figure, *v)
			}
			continue
		}
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(file, figure, err)
		}
		if v == nil || math.Abs(*v-f) > 1e-9*math.Max(1, math.Abs(f)) {
			t.Errorf("%s: %s is %v, want %v", file, figure, show(v), f)
		}
	}
	if a.Protocol.Parameters["definitions"] == nil || a.Source.Extra[differencesKey] == nil {
		t.Errorf("%s: names no definitions", file)
	}
}

func asFloat(n *int64) *float64 {
	if n == nil {
		return nil
	}
	return ptr(float64(*n))
}

func show(v *float64) any {
	if v == nil {
		return "unknown"
	}
	return *v
}

// sampleRows reads the table; the rows of a file stand in the order of its runs.
func sampleRows(t *testing.T) map[string][]sampleRow {
	f, err := os.Open(filepath.Join("testdata", "samples_load.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := map[string][]sampleRow{}
	var head []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		cells := strings.Split(lines.Text(), "\t")
		if head == nil {
			head = cells
			continue
		}
		row := sampleRow{}
		for i, c := range cells {
			row[head[i]] = c
		}
		rows[row["file"]] = append(rows[row["file"]], row)
	}
	return rows
}

func everyFile(t *testing.T, dir string) (files []string) {
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			rel, _ := filepath.Rel(dir, p)
			files = append(files, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	return files
}
