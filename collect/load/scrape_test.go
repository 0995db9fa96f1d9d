package load

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"benchsite/collect/endpoint/endpointtest"
)

const vllmPage = `# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="m"} 3.0
vllm:num_requests_running{engine="1",model_name="m"} 2.0
vllm:num_requests_running{engine="0",model_name="other, \"{odd}\""} 40
vllm:num_requests_waiting{engine="0",model_name="m"} 7
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.25
vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.5 1766400000000
vllm:num_preemptions_total{engine="0",model_name="m"} 4
vllm:prefix_cache_queries_total{engine="0",model_name="m"} 1e3
vllm:prefix_cache_hits_total{engine="0",model_name="m"} 600.0
vllm:prompt_tokens_total{engine="0",model_name="m"} 1000
vllm:generation_tokens_total{engine="0",model_name="m"} 2000
vllm:spec_decode_num_draft_tokens_total{engine="0",model_name="m"} 100
vllm:spec_decode_num_accepted_tokens_total{engine="0",model_name="m"} 60
vllm:time_to_first_token_seconds_bucket{le="0.5",model_name="m"} 12
broken{model_name="m
vllm:num_requests_waiting{model_name="m"} NaN
vllm:num_requests_waiting
`

func TestReadPage(t *testing.T) {
	p := readPage([]byte(vllmPage)).only("m")
	for name, c := range map[string]struct {
		got  *float64
		want float64
	}{
		"running": {p.sum(runningNames), 5}, "waiting": {p.sum(waitingNames), 7}, "kv": {p.top(kvNames), 0.5},
		"preemptions": {p.sum(preemptNames), 4}, "queries": {p.sum(queryNames), 1000},
	} {
		if c.got == nil || *c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if v := p.sum(hitRateNames); v != nil {
		t.Errorf("a name that is not there: %v", *v)
	}
	sg := readPage([]byte("sglang:num_running_reqs{model_name=\"m\"} 2\r\nsglang:token_usage 0.28\nsglang:cache_hit_rate{x=\"y\"} 0.75\n")).only("absent")
	if *sg.sum(runningNames) != 2 || *sg.top(kvNames) != 0.28 || *hitRate(sg, sg) != 0.75 {
		t.Errorf("%v", sg)
	}
	if len(readPage([]byte("<html>no</html>"))) != 0 {
		t.Error("a web page has metrics")
	}
}

func FuzzReadPage(f *testing.F) {
	f.Add(vllmPage)
	f.Add(`vllm:num_requests_running{a="\"} 1`)
	f.Fuzz(func(t *testing.T, text string) { readPage([]byte(text)).only("m").sum(runningNames) })
}

func TestServerMetrics(t *testing.T) {
	begun := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	parse := func(text string) page { return readPage([]byte(text)) }
	looks := []look{
		{begun, parse(vllmPage)},
		{begun.Add(2 * time.Second), parse(`vllm:num_requests_running 9
vllm:num_requests_waiting 1
vllm:kv_cache_usage_perc 0.9
vllm:num_preemptions_total 6
vllm:prefix_cache_queries_total 2000
vllm:prefix_cache_hits_total 850
vllm:prompt_tokens_total 1500
vllm:generation_tokens_total 3000
vllm:spec_decode_num_draft_tokens_total 300
vllm:spec_decode_num_accepted_tokens_total 200
`)},
	}
	m := serverMetrics(looks, 1)
	if *m.Source != "metrics" || *m.RunningMax != 45 || *m.WaitingMax != 7 || *m.KVCacheUsageMax != 0.9 || *m.Preemptions != 2 || *m.MissedLooks != 1 {
		t.Errorf("%+v", m)
	}
	if *m.PrefixCacheHitRate != 0.25 || *m.SpeculativeAcceptance != 0.7 || *m.DraftTokens != 200 || *m.OutputTokens != 1000 || *m.PromptTokens != 500 {
		t.Errorf("hit rate %v, acceptance %v", *m.PrefixCacheHitRate, *m.SpeculativeAcceptance)
	}
	if s := m.Samples; len(s) != 2 || *s[1].OutputTokensPerS != 500 || s[0].OutputTokensPerS != nil || s[1].Time != "2026-01-02T03:04:07.000Z" {
		t.Errorf("%+v", s)
	}
	// A counter that fell is that of a server which started anew.
	if m := serverMetrics([]look{looks[1], looks[0]}, 0); m.Preemptions != nil || m.PrefixCacheHitRate != nil || m.SpeculativeAcceptance != nil {
		t.Errorf("%+v", m)
	}
	if serverMetrics(looks[:1], 0) != nil {
		t.Error("figures of one look")
	}
}

// TestRunScrapes: a server's page is read before, during and after a run, a
// server without one costs nothing, and neither disturbs the requests.
func TestRunScrapes(t *testing.T) {
	for _, has := range []bool{true, false} {
		s := endpointtest.New(t, endpointtest.Good(4, 300*time.Millisecond, 300*time.Millisecond))
		if has {
			s.Get["/metrics"] = endpointtest.Page{Status: 200, Type: "text/plain; version=0.0.4", Body: vllmPage}
		}
		r, err := Run(context.Background(), point(2, 2), setting(t, s, 2))
		if err != nil {
			t.Fatal(err)
		}
		m := r.Bundle.Artifact.Load.ServerMetrics
		if (m != nil) != has || *r.Bundle.Artifact.Load.Requests.Completed != 2 {
			t.Fatalf("page %v: %+v", has, m)
		}
		if has && (len(m.Samples) != 3 || *m.RunningMax != 5 || *m.Preemptions != 0) {
			t.Errorf("%d samples, %+v", len(m.Samples), m)
		}
	}
}

func TestPower(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIP: needs a shell script as nvidia-smi")
	}
	dir := t.TempDir()
	script := "#!/bin/sh\nwhile :; do echo '0, 100.5'; echo '1, 50.25'; echo '2, [N/A]'; sleep 0.05; done\n"
	if err := os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	if watchPower("http://192.0.2.7:8000/v1") != nil {
		t.Error("the accelerators of this machine are read for a server on another")
	}
	m := watchPower("http://127.0.0.1:8000/v1")
	time.Sleep(200 * time.Millisecond)
	p := m.stop(2)
	if p == nil || *p.MeanW != 150.75 || *p.EnergyJ != 301.5 {
		t.Errorf("%+v", p)
	}
	t.Setenv("PATH", t.TempDir())
	if m := watchPower("http://127.0.0.1:8000/v1"); m != nil || m.stop(1) != nil {
		t.Error("power without nvidia-smi")
	}
}
