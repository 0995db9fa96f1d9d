package imports

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"benchsite/collect/artifact"
)

// BenchmarkFolder imports a folder of 500 results into an empty store; 5 s is
// the figure to keep.
func BenchmarkFolder(b *testing.B) {
	dir := b.TempDir()
	seeds := []string{"vllm_serve/flat.json", "vllm_serve/rust.json", "aiperf/profile_export_aiperf.json", "guidellm/first.json", "genai_perf/whole.json",
		"inference_perf/stage_0_lifecycle_metrics.json", "llmperf/summary.json", "sglang/two.jsonl", "evalscope_perf/seconds.json", "lm_eval/plain.json"}
	for i := range 500 {
		data, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(seeds[i%len(seeds)])))
		if err != nil {
			b.Fatal(err)
		}
		text := strings.Replace(string(data), "{", fmt.Sprintf(`{"copy_number": %d, `, i), 1)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d-%s", i, filepath.Base(seeds[i%len(seeds)]))), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		o := Options{Store: artifact.Open(b.TempDir()), Date: "2025-01-02", Set: map[string]string{"model": "m"}, Recursive: true}
		results, err := Import(context.Background(), o, []string{dir}, nil)
		if err != nil || ExitCode(results) != 0 {
			b.Fatal(err, results)
		}
	}
	b.ReportMetric(500*float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

// BenchmarkGigabyte reads files of 1 GB, of which nothing but figures and
// records may stay in memory: at most 512 MB.
func BenchmarkGigabyte(b *testing.B) {
	for _, c := range []struct {
		name  string
		write func(w *bufio.Writer, size int64)
	}{{"vllm.json", writeDetailed}, {"aiperf.jsonl", writeAIRecords}, {"guidellm.json", writeGuide}} {
		b.Run(c.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), c.name)
			f, err := os.Create(path)
			if err != nil {
				b.Fatal(err)
			}
			w := bufio.NewWriterSize(f, 1<<20)
			c.write(w, 1<<30)
			if err := w.Flush(); err != nil {
				b.Fatal(err)
			}
			info, _ := f.Stat()
			f.Close()
			b.SetBytes(info.Size())
			most := watchMemory(b)
			for b.Loop() {
				o := Options{Store: artifact.Open(b.TempDir()), Date: "2025-01-02", Set: map[string]string{"model": "m"}}
				results, err := Import(context.Background(), o, []string{path}, nil)
				if err != nil || ExitCode(results) != 0 {
					b.Fatal(err, results)
				}
			}
			b.ReportMetric(float64(most())/1e6, "MB-held")
		})
	}
}

// watchMemory looks at what the program holds from the system until it is asked
// for the most that it saw.
func watchMemory(b *testing.B) func() uint64 {
	runtime.GC()
	var most atomic.Uint64
	stop := make(chan struct{})
	look := func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most.Store(max(most.Load(), m.Sys-m.HeapReleased))
	}
	go func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				look()
			}
		}
	}()
	return func() uint64 { close(stop); look(); return most.Load() }
}

// writeDetailed writes a result of vllm bench serve --save-detailed.
func writeDetailed(w *bufio.Writer, size int64) {
	const tokens = 500
	n := int(size / (tokens*24 + 2000))
	fmt.Fprintf(w, `{"date": "20250102-030405", "model_id": "m", "tokenizer_id": "m", "num_prompts": %d, "request_rate": "inf", "burstiness": 1.0, "max_concurrency": 8, "duration": 100.0, "completed": %d, "failed": 0, "total_input_tokens": %d, "total_output_tokens": %d, "request_throughput": %g, "output_throughput": %g, `,
		n, n, n*10, n*tokens, float64(n)/100, float64(n*tokens)/100)
	list := func(name string, item func(i int)) {
		fmt.Fprintf(w, `"%s": [`, name)
		for i := range n {
			if i > 0 {
				w.WriteString(", ")
			}
			item(i)
		}
		w.WriteString("], ")
	}
	text := `"` + strings.Repeat("some words of an answer ", 80) + `"`
	list("input_lens", func(int) { w.WriteString("10") })
	list("output_lens", func(int) { fmt.Fprint(w, tokens) })
	list("ttfts", func(i int) { fmt.Fprintf(w, "0.0%d", 10000+i%1000) })
	list("itls", func(i int) {
		w.WriteByte('[')
		for j := 1; j < tokens; j++ {
			if j > 1 {
				w.WriteString(", ")
			}
			fmt.Fprintf(w, "0.01%017d", i*tokens+j)
		}
		w.WriteByte(']')
	})
	list("generated_texts", func(int) { w.WriteString(text) })
	list("start_times", func(i int) { fmt.Fprintf(w, "%d.25", 1000+i/100) })
	list("errors", func(int) { w.WriteString(`""`) })
	w.WriteString(`"mean_ttft_ms": 100.5, "median_ttft_ms": 100.0}`)
}

// writeAIRecords writes the records of AIPerf.
func writeAIRecords(w *bufio.Writer, size int64) {
	gaps := strings.TrimSuffix(strings.Repeat("17.868007123456, ", 64), ", ")
	for i := int64(0); i*1500 < size; i++ {
		fmt.Fprintf(w, `{"metadata": {"x_request_id": "fd78b108-2a8f-43b0-8327-%012d", "request_start_ns": %d, "request_end_ns": %d, "benchmark_phase": "profiling", "was_cancelled": false}, "metrics": {"output_sequence_length": {"value": 65, "unit": "tokens"}, "input_sequence_length": {"value": 100, "unit": "tokens"}, "time_to_first_token": {"value": 31.74, "unit": "ms"}, "request_latency": {"value": 3644.2, "unit": "ms"}, "inter_token_latency": {"value": 18.1, "unit": "ms"}, "inter_chunk_latency": {"value": [%s], "unit": "ms"}}, "error": null}`+"\n",
			i, 1762551534797067827+i*1000000, 1762551538441354976+i*1000000, gaps)
	}
}

// writeGuide writes a report of GuideLLM with every request in it.
func writeGuide(w *bufio.Writer, size int64) {
	text := strings.Repeat("some words of an answer ", 100)
	w.WriteString(`{"metadata": {"version": 1, "guidellm_version": "0.5.0"}, "args": {"model": "m"}, "benchmarks": [{"requests": {"successful": [`)
	n := int64(0)
	for ; n*2800 < size; n++ {
		if n > 0 {
			w.WriteString(", ")
		}
		fmt.Fprintf(w, `{"request_id": "%d", "request_args": "{}", "output": "%s", "info": {"timings": {"request_start": %d.5, "first_token_iteration": %d.75, "last_token_iteration": %d.95, "request_end": %d.96, "token_iterations": 20}}, "prompt_tokens": 10, "output_tokens": 20}`,
			n, text, 1735787045+n, 1735787045+n, 1735787045+n, 1735787045+n)
	}
	fmt.Fprintf(w, `], "errored": [], "incomplete": []}, "config": {"strategy": {"type_": "concurrent", "streams": 1}}, "metrics": {"request_totals": {"successful": %d, "errored": 0, "incomplete": 0, "total": %d}}, "start_time": 1735787045.5, "duration": %d}]}`, n, n, n)
}
