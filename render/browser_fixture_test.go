package render_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"benchsite/collect/artifact"
	"benchsite/render"
	"benchsite/render/dataset"
)

// hostile stands in every string of two artifacts and of a report. Each part would do harm in another place: in HTML, in a
// script, in an attribute, in a template, in Markdown, in the options of a chart, in the order of the letters.
const hostile = `</script><img src=x onerror="window.__xss=1">'"` + "`" + `{{.}}[a](javascript:window.__xss=1)<!--$ink|` + "\u202e\u2066\x00\n"

// copyArtifacts copies the artifacts of the repository to a folder of this test.
func copyArtifacts(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "artifacts")
	if err := os.CopyFS(dir, os.DirFS("../artifacts")); err != nil {
		t.Fatal(err)
	}
	for _, local := range []string{"simulated", ".state"} { // what measuring leaves on one machine only
		if err := os.RemoveAll(filepath.Join(dir, local)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// addHostile adds runs full of hostile strings with a report over them, and a file that cannot be read.
func addHostile(t *testing.T, artifacts string) {
	t.Helper()
	store := artifact.Open(artifacts)
	for _, run := range []artifact.Bundle{
		hostileRun(artifact.KindLoad, 0, 16), hostileRun(artifact.KindLoad, 0, 4), hostileRun(artifact.KindLoad, 0, 1), // a sweep
		hostileRun(artifact.KindLoad, 1, 16), // another subject
		hostileRun(artifact.KindEval, 0, 1), hostileRun(artifact.KindEval, 1, 1),
	} {
		if _, err := store.Put(run); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(artifacts, "2024-01-01/unreadable.00000000.json"), `{"schema": 1, "kind": "`)
	write(t, filepath.Join(artifacts, "reports/hostile/report.toml"), fmt.Sprintf(`
title = { zh = %[1]q, en = %[1]q }
dek   = { zh = %[1]q, en = %[1]q }
date  = "2024-01-02"

[[run]]
alias = "a"
ref   = "date=2024-01-02"
all   = true

[[run]]
alias = "b"
ref   = "date=2024-01-03"
all   = true
`, strings.ReplaceAll(hostile, "\x00", "")))
}

// renderSite renders with the shipped configuration and returns the folder of the site.
func renderSite(t *testing.T, artifacts string) string {
	t.Helper()
	config, err := dataset.ParseConfig("config.toml", []byte(read(t, "../config.toml")))
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "site")
	if _, err := render.Site(context.Background(), render.Options{Store: artifact.Open(artifacts), Config: config, Out: out}); err != nil {
		t.Fatal(err)
	}
	return out
}

// hostileDay tells the two kinds apart in a path, whose other words come from hostile strings.
var hostileDay = map[artifact.Kind]string{artifact.KindLoad: "2024-01-02", artifact.KindEval: "2024-01-03"}

// hostileRun is a run of the n-th of two subjects.
func hostileRun(kind artifact.Kind, n, concurrency int) artifact.Bundle {
	p, q := artifact.Ptr[float64], artifact.Ptr[int64]
	dist := func(scale float64) *artifact.Distribution {
		return &artifact.Distribution{N: q(640), Mean: p(scale), Std: p(scale / 10), Min: p(scale / 2), Max: p(scale * 2),
			P50: p(scale), P90: p(scale * 1.3), P95: p(scale * 1.5), P99: p(scale * 1.9)}
	}
	a := &artifact.Artifact{
		Kind: kind, Status: artifact.StatusComplete, StartedAt: hostileDay[kind], DurationS: p(12),
		Protocol: artifact.Protocol{Parameters: map[string]any{"concurrency": concurrency, "max_tokens": 256, hostile: hostile}},
		Source:   artifact.Source{Mode: artifact.ModeImported, Extra: map[string]any{hostile: []any{hostile}}},
		Environment: artifact.Environment{
			Accelerators: []artifact.Accelerator{{Index: q(0), MemoryGB: p(96)}},
			Server:       &artifact.Server{Args: map[string]any{hostile: hostile}},
		},
	}
	var ink poison
	b := artifact.Bundle{Artifact: a, Slug: "hostile"}
	switch kind {
	case artifact.KindLoad:
		scale := (1 + float64(n)/4) * math.Sqrt(float64(concurrency)/16)
		a.Load = &artifact.Load{
			Requests:  artifact.Requests{Offered: q(640), Completed: q(639), Failed: q(1), ByError: map[string]int64{hostile: 1}},
			DurationS: p(10), Tokens: artifact.LoadTokens{Prompt: q(6400), Output: q(64000)},
			Throughput: artifact.Throughput{RequestsPerS: p(6.4 * scale), OutputTokensPerS: p(640 * scale), PromptTokensPerS: p(64 * scale), TotalTokensPerS: p(704 * scale)},
			Latency:    artifact.Latency{TTFT: dist(.2 / scale), TPOT: dist(.02 / scale), E2E: dist(4 / scale)},
			Timeline:   &artifact.Timeline{StepS: p(1), Running: []float64{8, 16, 16, 4}, OutputTokensPerS: []float64{300, 700, 650, 200}},
			Client:     artifact.LoadClient{Bound: artifact.Ptr(true)},
			ServerMetrics: &artifact.ServerMetrics{PrefixCacheHitRate: p(.9), Samples: []artifact.ServerSample{
				{Running: p(16), Waiting: p(0)}, {Running: p(15), Waiting: p(1)}}},
		}
	case artifact.KindEval:
		a.Eval = &artifact.Eval{Tasks: []artifact.Task{{
			Status: artifact.TaskDone, Dataset: artifact.Dataset{Items: q(20), Of: q(20)}, Scorer: &artifact.Scorer{},
			Metrics:  []artifact.Metric{{Value: p(float64(10+n) / 20), N: q(20), Primary: true}},
			Outcomes: &artifact.Outcomes{Correct: q(int64(10 + n)), Wrong: q(int64(10 - n)), Unparsed: q(0), Truncated: q(0), Error: q(0)},
		}}}
		for i := range 20 {
			outcome := artifact.OutcomeWrong
			if i < 10+n {
				outcome = artifact.OutcomeCorrect
			}
			record := artifact.EvalRecord{Outcome: &outcome, ItemHash: artifact.Ptr(fmt.Sprint(i))}
			ink.fill(reflect.ValueOf(&record).Elem())
			record.Item = fmt.Sprint(i, hostile)
			b.Eval = append(b.Eval, record)
		}
	}
	ink.fill(reflect.ValueOf(a).Elem())
	a.DerivedFrom = nil
	a.Subject.Name = fmt.Sprint(n, a.Subject.Name) // two subjects, or nothing is compared
	a.Subject.Model = fmt.Sprint(n, a.Subject.Model)
	return b
}

// poison counts its calls, so that the same strings are long in every run of the tests.
type poison struct{ calls int }

// fill writes hostile into every plain string below v, 10 kB of it into every other one. Types of their own (kinds,
// statuses) hold fixed words and stay, as does what is set already.
func (p *poison) fill(v reflect.Value) {
	text := hostile
	if p.calls++; p.calls%2 == 0 {
		text += strings.Repeat("very long 很长 ", 700)
	}
	switch {
	case v.Type() == reflect.TypeFor[string]() && v.Len() == 0:
		v.SetString(text)
	case v.Type() == reflect.TypeFor[*string]() && v.IsNil():
		v.Set(reflect.ValueOf(&text))
	case v.Type() == reflect.TypeFor[[]string]():
		v.Set(reflect.ValueOf([]string{text, hostile}))
	case v.Type() == reflect.TypeFor[map[string]string]():
		v.Set(reflect.ValueOf(map[string]string{hostile: text}))
	case v.Kind() == reflect.Pointer && !v.IsNil():
		p.fill(v.Elem())
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			p.fill(v.Field(i))
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			p.fill(v.Index(i))
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
