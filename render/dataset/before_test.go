package dataset

import (
	"slices"
	"testing"

	"benchsite/collect/artifact"
)

// What a run follows: the newest earlier day of its subject and protocol, else
// the baseline, else nothing; repeats go together.
func TestBefore(t *testing.T) {
	store := artifact.Open(t.TempDir())
	put := func(precision, start string, concurrency float64, status artifact.Status) string {
		t.Helper()
		count := int64(8)
		model := "m"
		a := &artifact.Artifact{
			Kind: artifact.KindLoad, Name: "n", Status: status, StartedAt: start,
			Subject:  artifact.Subject{Name: precision, Model: "m-" + precision, BaseModel: &model, Precision: &precision},
			Protocol: artifact.Protocol{Parameters: map[string]any{"concurrency": concurrency, "max_tokens": 8.0, "workload": "w"}},
			Source:   artifact.Source{Tool: "t", Mode: artifact.ModeMeasured}, Load: &artifact.Load{Requests: artifact.Requests{Offered: &count}},
		}
		r, err := store.Put(artifact.Bundle{Artifact: a, Slug: "n"})
		if err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	done := artifact.StatusComplete
	base := put("BF16", "2026-01-01T10:00:00Z", 4, done)
	old := put("FP8", "2026-01-01T11:00:00Z", 4, done)
	one, two := put("FP8", "2026-01-02T10:00:00Z", 4, done), put("FP8", "2026-01-02T11:00:00Z", 4, done)
	put("FP8", "2026-01-03T10:00:00Z", 4, artifact.StatusInterrupted)
	newA, newB := put("FP8", "2026-01-04T10:00:00Z", 4, done), put("FP8", "2026-01-04T11:00:00Z", 4, done)
	other := put("FP8", "2026-01-04T12:00:00Z", 16, done)
	fourth := put("NVFP4", "2026-01-04T13:00:00Z", 4, done)
	set, err := Load(store, DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	runs := func(ids ...string) (out []*Run) {
		for _, id := range ids {
			out = append(out, set.Run(id))
		}
		return out
	}
	for _, c := range []struct {
		what  string
		given []string
		want  []Against
	}{
		{"the newest complete day before, with its repeats", []string{newA, newB}, []Against{{runs(two, one), runs(newB, newA), ReasonPrevious}}},
		{"two days at once, each with the one before it", []string{one, two, newA, newB}, []Against{
			{runs(old), runs(two, one), ReasonPrevious}, {runs(two, one), runs(newB, newA), ReasonPrevious},
		}},
		{"a day in between looks back, not forward", []string{one}, []Against{{runs(old), runs(one), ReasonPrevious}}},
		{"another protocol has nothing", []string{other}, []Against{{nil, runs(other), ReasonNone}}},
		{"the first of a subject has the baseline", []string{fourth}, []Against{{runs(base), runs(fourth), ReasonBaseline}}},
		{"also when the baseline is given with it", []string{fourth, base}, []Against{{runs(base), runs(fourth), ReasonBaseline}, {nil, runs(base), ReasonNone}}},
	} {
		got := set.Before(runs(c.given...))
		same := slices.EqualFunc(got, c.want, func(a, b Against) bool { return a.Why == b.Why && slices.Equal(a.A, b.A) && slices.Equal(a.B, b.B) })
		if !same {
			t.Errorf("%s: %+v", c.what, got)
		}
	}
}

func TestLoadMetricNames(t *testing.T) {
	names := LoadMetricNames()
	for name, path := range map[string]string{
		"output_tokens_per_s": "load.throughput.output_tokens_per_s", "ttft_p95": "load.latency.ttft_s.p95", "e2e_mean": "load.latency.e2e_s.mean",
		"goodput_share": "load.goodput.share", "load.latency.icl_s.p50": "load.latency.icl_s.p50", "ttft_scheduled_p99": "load.latency.ttft_scheduled_s.p99",
	} {
		if got := LoadMetric(name); got != path {
			t.Errorf("%s is %q, want %q", name, got, path)
		}
		if !slices.Contains(names, LoadMetricName(path)) {
			t.Errorf("%s is in no list", path)
		}
	}
	if LoadMetric("ttft") != "" || LoadMetric("") != "" {
		t.Error("a name that is none has a path")
	}
	seen := map[string]bool{}
	for _, n := range names {
		if seen[n] {
			t.Errorf("%s stands for two figures", n)
		}
		seen[n] = true
	}
}
