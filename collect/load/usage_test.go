package load

import (
	"context"
	"fmt"
	"testing"
	"time"

	"benchsite/collect/endpoint/endpointtest"
)

// TestUsagePerChunk: two tokens a chunk, told with each chunk where the request
// asks for it: then there is a gap per token, and otherwise only one per chunk.
func TestUsagePerChunk(t *testing.T) {
	reply := func(w *endpointtest.Wire) {
		options, _ := w.Body["stream_options"].(map[string]any)
		usage := func(n int) string {
			return fmt.Sprintf(`"usage":{"prompt_tokens":7,"completion_tokens":%d,"prompt_tokens_details":{"cached_tokens":5},"completion_tokens_details":{"reasoning_tokens":1}}`, n)
		}
		w.Stream()
		for i := range 4 {
			w.Sleep(20 * time.Millisecond)
			more := ""
			if options["continuous_usage_stats"] == true {
				more = "," + usage(2*(i+1))
			}
			w.Data(`{"choices":[{"index":0,"delta":{"content":"two words "}}]` + more + `}`)
		}
		w.Data(`{"choices":[{"index":0,"delta":{},"finish_reason":"length"}],` + usage(8) + `}`)
		w.Data("[DONE]")
		w.End()
	}
	for _, asked := range []bool{true, false} {
		spec := point(4, 2)
		spec.SLO = SLO{TTFT: 10, TPOT: 0.000001}
		if asked {
			spec.Extra = map[string]any{"stream_options": map[string]any{"include_usage": true, "continuous_usage_stats": true}}
		}
		r, err := Run(context.Background(), spec, setting(t, endpointtest.New(t, reply), 2))
		if err != nil {
			t.Fatal(err)
		}
		l := r.Bundle.Artifact.Load
		if (l.Latency.ITL != nil) != asked || *l.Latency.ICL.N != 12 {
			t.Errorf("asked %v: itl %+v, icl %+v", asked, l.Latency.ITL, l.Latency.ICL)
		}
		if asked && (*l.Latency.ITL.N != 24 || *l.Latency.ITL.P50 > 0.8**l.Latency.ICL.P50) {
			t.Errorf("itl %+v, icl %+v", l.Latency.ITL, l.Latency.ICL)
		}
		if *l.TokensPerChunk != 2 || *l.Tokens.Output != 32 || *l.Tokens.Cached != 20 || *l.Tokens.Reasoning != 4 || l.FinishReasons["length"] != 4 {
			t.Errorf("%v tokens a chunk, %+v, %v", *l.TokensPerChunk, l.Tokens, l.FinishReasons)
		}
		if *l.Goodput.Met != 0 || *l.Goodput.Share != 0 || l.Timeline == nil || len(l.Timeline.TTFTP50S) == 0 || l.Timeline.TTFTP50S[0] == nil {
			t.Errorf("goodput %+v, timeline %+v", l.Goodput, l.Timeline)
		}
	}
}
