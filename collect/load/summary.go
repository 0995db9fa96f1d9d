package load

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// Summary writes the figures of a load artifact as a table for a terminal, in
// the order and with the words that users of vLLM's serving benchmark know.
// What is unknown is left out.
func Summary(w io.Writer, a *artifact.Artifact) error {
	l := a.Load
	if l == nil {
		return fmt.Errorf("%s holds no load test", a.ID)
	}
	t := &table{w: w}
	t.title("Load test result", '=')
	t.count("Successful requests:", l.Requests.Completed)
	t.count("Failed requests:", l.Requests.Failed)
	for _, class := range sortedKeys(l.Requests.ByError) {
		t.row("  "+class+":", fmt.Sprint(l.Requests.ByError[class]))
	}
	if c, ok := a.Protocol.Parameters["concurrency"]; ok {
		t.row("Maximum request concurrency:", fmt.Sprint(c))
	}
	if rate, ok := a.Protocol.Parameters["rate"]; ok {
		t.row("Request rate configured (RPS):", fmt.Sprintf("%v, %v", rate, a.Protocol.Parameters["arrival"]))
	}
	t.figure("Benchmark duration (s):", l.DurationS, 1)
	t.count("Total input tokens:", l.Tokens.Prompt)
	t.count("Total generated tokens:", l.Tokens.Output)
	t.figure("Request throughput (req/s):", l.Throughput.RequestsPerS, 1)
	t.figure("Output token throughput (tok/s):", l.Throughput.OutputTokensPerS, 1)
	if l.Steady != nil {
		t.figure("  in the steady window (tok/s):", l.Steady.OutputTokensPerS, 1)
	}
	t.figure("Total token throughput (tok/s):", l.Throughput.TotalTokensPerS, 1)
	if g := l.Goodput; g != nil {
		t.figure("Request goodput (req/s):", g.RequestsPerS, 1)
		t.figure("Requests within the SLO (%):", g.Share, 100)
	}
	t.latency("Time to First Token", "TTFT", l.Latency.TTFT)
	t.latency("Time to First Token from its schedule", "scheduled TTFT", l.Latency.TTFTScheduled)
	t.latency("Time per Output Token (excl. 1st token)", "TPOT", l.Latency.TPOT)
	t.latency("Inter-token Latency", "ITL", l.Latency.ITL)
	if l.Latency.ITL == nil {
		t.latency("Inter-chunk Latency", "ICL", l.Latency.ICL)
	}
	t.latency("End-to-end Latency", "E2EL", l.Latency.E2E)
	t.title("", '=')
	if c := l.Requests.Completed; c != nil && *c > 0 && l.Tokens.Output == nil {
		t.printf("the server sent no token counts, so figures per token are unknown\n")
	}
	if b := l.Client.Bound; b != nil && *b {
		t.printf("the client may have been the bottleneck (%s): these figures are no upper bound of the server\n", *l.Client.Reason)
	}
	return t.err
}

// table writes lines of two columns and keeps the first error.
type table struct {
	w   io.Writer
	err error
}

const tableWidth = 50

func (t *table) printf(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format, args...)
	}
}

func (t *table) title(s string, fill rune) {
	if s != "" {
		s = " " + s + " "
	}
	left := max(0, tableWidth-len(s)) / 2
	right := max(0, tableWidth-len(s)-left)
	t.printf("%s%s%s\n", strings.Repeat(string(fill), left), s, strings.Repeat(string(fill), right))
}

func (t *table) row(name, value string) { t.printf("%-40s%-10s\n", name, value) }

func (t *table) count(name string, n *int64) {
	if n != nil {
		t.row(name, fmt.Sprint(*n))
	}
}

func (t *table) figure(name string, v *float64, scale float64) {
	if v != nil {
		t.row(name, fmt.Sprintf("%.2f", *v*scale))
	}
}

func (t *table) latency(title, short string, d *artifact.Distribution) {
	if d == nil {
		return
	}
	t.title(title, '-')
	for _, line := range []struct {
		name string
		v    *float64
	}{{"Mean", d.Mean}, {"Median", d.P50}, {"P90", d.P90}, {"P95", d.P95}, {"P99", d.P99}} {
		t.figure(fmt.Sprintf("%s %s (ms):", line.name, short), line.v, 1000)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
