package artifact

// Load holds the figures of a load test. Latencies are seconds.
type Load struct {
	Requests      Requests         `json:"requests"`
	DurationS     *float64         `json:"duration_s"` // first send to last token
	Tokens        LoadTokens       `json:"tokens"`
	Throughput    Throughput       `json:"throughput"`
	Latency       Latency          `json:"latency"`
	Steady        *Steady          `json:"steady"`
	Goodput       *Goodput         `json:"goodput"`
	FinishReasons map[string]int64 `json:"finish_reasons"` // reason -> requests; null when unknown
	Timeline      *Timeline        `json:"timeline"`
	ServerMetrics *ServerMetrics   `json:"server_metrics"`
	Power         *Power           `json:"power"`
	Client        LoadClient       `json:"client"`

	TokensPerChunk *float64 `json:"tokens_per_chunk,omitempty"` // output tokens / token-bearing chunks, of streamed answers
}

// Requests counts requests by what became of them.
type Requests struct {
	Offered   *int64           `json:"offered"`
	Completed *int64           `json:"completed"`
	Failed    *int64           `json:"failed"`
	ByError   map[string]int64 `json:"by_error"` // error class -> requests; {} when none failed
}

// LoadTokens sums tokens over the completed requests, by the server's usage.
type LoadTokens struct {
	Prompt    *int64 `json:"prompt"`
	Output    *int64 `json:"output"`
	Reasoning *int64 `json:"reasoning"`
	Cached    *int64 `json:"cached"`
}

// Throughput is per second of Load.DurationS, over completed requests.
type Throughput struct {
	RequestsPerS     *float64 `json:"requests_per_s"`
	PromptTokensPerS *float64 `json:"prompt_tokens_per_s"`
	OutputTokensPerS *float64 `json:"output_tokens_per_s"`
	TotalTokensPerS  *float64 `json:"total_tokens_per_s"`
}

// Latency holds one distribution for each metric, null where the run has none.
// ttft, tpot, itl, icl and e2e are defined on the method page (DESIGN §6).
type Latency struct {
	TTFT          *Distribution `json:"ttft_s"`
	TTFTScheduled *Distribution `json:"ttft_scheduled_s"`
	TPOT          *Distribution `json:"tpot_s"`
	ITL           *Distribution `json:"itl_s"`
	ICL           *Distribution `json:"icl_s"`
	E2E           *Distribution `json:"e2e_s"`
}

// Distribution summarizes N values in seconds. Method names how the
// percentiles were computed: "linear" (type 7), "exclusive"
// (statistics.quantiles of Python, type 6), "histogram", or null when the
// source does not say.
type Distribution struct {
	N      *int64   `json:"n"`
	Mean   *float64 `json:"mean"`
	Std    *float64 `json:"std"`
	Min    *float64 `json:"min"`
	Max    *float64 `json:"max"`
	P50    *float64 `json:"p50"`
	P90    *float64 `json:"p90"`
	P95    *float64 `json:"p95"`
	P99    *float64 `json:"p99"`
	Method *string  `json:"method"`
}

// Steady is the part of the run in which the full load was in flight.
type Steady struct {
	StartS           *float64 `json:"start_s,omitempty"` // from the first send
	EndS             *float64 `json:"end_s,omitempty"`
	Requests         *int64   `json:"requests,omitempty"`
	RequestsPerS     *float64 `json:"requests_per_s,omitempty"`
	OutputTokensPerS *float64 `json:"output_tokens_per_s,omitempty"`
}

// Goodput counts requests that met every limit, over all offered requests.
type Goodput struct {
	SLO          map[string]float64 `json:"slo,omitempty"` // ttft, tpot, e2e -> seconds
	Met          *int64             `json:"met,omitempty"`
	Share        *float64           `json:"share,omitempty"` // met / offered, 0 to 1
	RequestsPerS *float64           `json:"requests_per_s,omitempty"`
}

// Timeline holds one value per second of the run, in columns.
type Timeline struct {
	StepS            *float64   `json:"step_s,omitempty"`
	Running          []float64  `json:"running,omitempty"`
	OutputTokensPerS []float64  `json:"output_tokens_per_s,omitempty"`
	Completed        []float64  `json:"completed,omitempty"`
	Failed           []float64  `json:"failed,omitempty"`
	TTFTP50S         []*float64 `json:"ttft_p50_s,omitempty"`
}

// ServerMetrics is what the server said of itself during the run, from its log
// or its /metrics page. Shares run from 0 to 1.
type ServerMetrics struct {
	Source             *string        `json:"source,omitempty"` // "log" or "metrics"
	PrefixCacheHitRate *float64       `json:"prefix_cache_hit_rate,omitempty"`
	KVCacheUsageMax    *float64       `json:"kv_cache_usage_max,omitempty"`
	RunningMax         *float64       `json:"running_max,omitempty"`
	WaitingMax         *float64       `json:"waiting_max,omitempty"`
	Preemptions        *int64         `json:"preemptions,omitempty"`
	Samples            []ServerSample `json:"samples,omitempty"`

	PromptTokens          *int64   `json:"prompt_tokens,omitempty"` // counted by the server between the first and the last look
	OutputTokens          *int64   `json:"output_tokens,omitempty"`
	DraftTokens           *int64   `json:"draft_tokens,omitempty"` // proposed by speculative decoding
	AcceptedTokens        *int64   `json:"accepted_tokens,omitempty"`
	SpeculativeAcceptance *float64 `json:"speculative_acceptance,omitempty"` // accepted / draft
	MissedLooks           *int64   `json:"missed_looks,omitempty"`           // times its page did not answer in time
}

// ServerSample is one line of the server's own statistics.
type ServerSample struct {
	Time               string   `json:"time"` // as the server wrote it
	Running            *float64 `json:"running,omitempty"`
	Waiting            *float64 `json:"waiting,omitempty"`
	KVCacheUsage       *float64 `json:"kv_cache_usage,omitempty"`
	PrefixCacheHitRate *float64 `json:"prefix_cache_hit_rate,omitempty"`
	PromptTokensPerS   *float64 `json:"prompt_tokens_per_s,omitempty"`
	OutputTokensPerS   *float64 `json:"output_tokens_per_s,omitempty"`
}

// Power is the draw of the accelerators during the run.
type Power struct {
	MeanW   *float64 `json:"mean_w"`
	EnergyJ *float64 `json:"energy_j"`
}

// LoadClient is the load generator's view of itself. CPU is the share of one
// core that the client used, 1 = one core. Bound says that the client may have
// been the bottleneck; Reason then lists why: cpu, dispatch-lag, read-delay,
// gc-pause, separated by a comma and a space.
type LoadClient struct {
	DispatchLag *Distribution `json:"dispatch_lag_s"`
	CPU         *float64      `json:"cpu"`
	Bound       *bool         `json:"bound"`
	Reason      *string       `json:"reason"`

	DecodedInWindow *bool         `json:"decoded_in_window,omitempty"` // events were decoded while load was running, for lack of room
	ReadDelay       *Distribution `json:"read_delay_s,omitempty"`      // a stream was ready to be read -> its reader ran
	GCPause         *Distribution `json:"gc_pause_s,omitempty"`        // pauses of the client's garbage collector
	Cores           *int64        `json:"cores,omitempty"`             // that the client may use
	CPUSeconds      *float64      `json:"cpu_s,omitempty"`             // processor time in the measured window
	DecodeSeconds   *float64      `json:"decode_cpu_s,omitempty"`      // processor time of decoding after it
	MemoryBytes     *int64        `json:"memory_bytes,omitempty"`      // most that the process held at once
	SelfTest        *SelfTest     `json:"self_test,omitempty"`         // the client's own error on this machine, at about this load
}

// SelfTest is one row of the client's self-test: what it saw beyond the truth
// of a server whose timing is known. "Over" is the client's percentile minus the
// server's true one of the same run, in seconds.
type SelfTest struct {
	Streams      *int64   `json:"streams"`
	GapP50Over   *float64 `json:"gap_p50_over_s"`
	GapP99Over   *float64 `json:"gap_p99_over_s"`
	TTFTP50Over  *float64 `json:"ttft_p50_over_s"`
	TTFTP99Over  *float64 `json:"ttft_p99_over_s"`
	TrueGapP99   *float64 `json:"true_gap_p99_s"` // how well the server kept its own timing
	CPUPerEvent  *float64 `json:"cpu_per_event_s"`
	CPUWithAfter *float64 `json:"cpu_per_event_decoded_s"` // decoding after the window included
	MemoryBytes  *int64   `json:"memory_bytes"`
	MeasuredAt   *string  `json:"measured_at"` // RFC 3339, UTC
}

// LoadRecord is one request as observed. Times are seconds from the start of
// the measured window on the monotonic clock.
type LoadRecord struct {
	RequestID    string    `json:"request_id"`
	ScheduledS   *float64  `json:"scheduled_s"`
	SentS        *float64  `json:"sent_s"`
	FirstS       *float64  `json:"first_s"`
	FirstAnswerS *float64  `json:"first_answer_s"`
	LastS        *float64  `json:"last_s"`
	EndS         *float64  `json:"end_s"`
	PromptTokens *int64    `json:"prompt_tokens"`
	OutputTokens *int64    `json:"output_tokens"`
	Chunks       *int64    `json:"chunks"`
	FinishReason *string   `json:"finish_reason"`
	Error        *string   `json:"error"`
	ChunkS       []float64 `json:"chunk_s,omitempty"`          // arrival of every chunk, when asked for
	Reasoning    *int64    `json:"reasoning_tokens,omitempty"` //
	Cached       *int64    `json:"cached_tokens,omitempty"`    //
	Message      *string   `json:"message,omitempty"`          // what the failure said, redacted
}
