package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server is a running simulated endpoint.
type Server struct {
	profile  Profile
	options  Options
	engine   *engine
	listener net.Listener
	http     *http.Server
	mu       sync.Mutex
	cache    prefixCache
	serial   int64
	answers  map[string]string // by prompt, see Answers
	respond  func(prompt string) (reply string, ok bool)
}

// Start serves profile p at addr, such as 127.0.0.1:0 for any free port.
func Start(addr string, p Profile, o Options) (*Server, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("simulated endpoint: %w", err)
	}
	if o.MaxNumSeqs > 0 {
		p.MaxNumSeqs = o.MaxNumSeqs
	}
	s := &Server{profile: p, options: o, engine: newEngine(p, o), listener: l, cache: prefixCache{seen: map[uint64]bool{}}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/models", s.models)
	mux.HandleFunc("POST /v1/chat/completions", s.chat)
	mux.HandleFunc("POST /v1/completions", s.complete)
	mux.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, map[string]any{"version": Version}) })
	mux.HandleFunc("GET /metrics", s.metrics)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { refuse(w, 404, "no such path: "+r.URL.Path) })
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(l) }()
	return s, nil
}

// URL returns the address without /v1.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Profile returns what is played, with the options applied.
func (s *Server) Profile() Profile { return s.profile }

// Close ends the server and everything in flight.
func (s *Server) Close() error {
	err := s.http.Close()
	close(s.engine.stop)
	return err
}

func (s *Server) models(w http.ResponseWriter, _ *http.Request) {
	reply(w, 200, map[string]any{"object": "list", "data": []any{map[string]any{
		"id": s.profile.Model, "object": "model", "created": 0, "owned_by": "simulate", "max_model_len": s.profile.MaxModelLen}}})
}

// request is what the server reads of a chat completion; the rest is ignored.
type request struct {
	Model    string `json:"model"`
	Messages []struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	} `json:"messages"`
	MaxTokens           *int  `json:"max_tokens"`
	MaxCompletionTokens *int  `json:"max_completion_tokens"`
	MinTokens           int   `json:"min_tokens"`
	IgnoreEOS           bool  `json:"ignore_eos"`
	Seed                int64 `json:"seed"`
	Stream              bool  `json:"stream"`
	StreamOptions       *struct {
		IncludeUsage         bool `json:"include_usage"`
		ContinuousUsageStats bool `json:"continuous_usage_stats"`
	} `json:"stream_options"`
}

// work is a request made ready for the engine.
type work struct {
	id             string
	hash           uint64
	prompt, cached int // tokens
	want           int
	finish         string
	parts          []string // of a known answer; nil = words without meaning
}

// part is the i-th token of the answer.
func (s *Server) part(j work, i int) string {
	if i < len(j.parts) {
		return j.parts[i]
	}
	return word(j.hash, s.options.Seed, i)
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	var req request
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 32<<20)).Decode(&req); err != nil {
		refuse(w, 400, "the body is not a chat completion request: "+err.Error())
		return
	}
	if req.Model != s.profile.Model {
		refuse(w, 404, fmt.Sprintf("the model %q does not exist", req.Model))
		return
	}
	if len(req.Messages) == 0 {
		refuse(w, 400, "messages must not be empty")
		return
	}
	job := s.prepare(&req)
	if int64(job.prompt+job.want) > s.profile.MaxModelLen {
		refuse(w, 400, fmt.Sprintf("prompt and answer take %d tokens, the model takes %d", job.prompt+job.want, s.profile.MaxModelLen))
		return
	}
	seq := s.engine.add(job.prompt-job.cached, job.want)
	if req.Stream {
		s.stream(w, r.Context(), &req, job, seq)
		return
	}
	var text strings.Builder
	for i := range job.want {
		if !s.wait(r.Context(), seq) {
			return
		}
		text.WriteString(s.part(job, i))
	}
	reply(w, 200, map[string]any{"id": job.id, "object": "chat.completion", "created": 0, "model": s.profile.Model,
		"choices": []any{map[string]any{"index": 0, "message": map[string]any{"role": "assistant", "content": text.String()}, "finish_reason": job.finish}},
		"usage":   job.usage(job.want)})
}

// prepare counts the prompt, asks the prefix cache and fixes the answer's end.
func (s *Server) prepare(req *request) work {
	var all []string
	for _, m := range req.Messages {
		all = append(all, m.Role)
		var text string
		if json.Unmarshal(m.Content, &text) != nil {
			text = string(m.Content) // parts: near enough
		}
		all = append(all, tokens(text)...)
	}
	s.mu.Lock()
	s.serial++
	id := fmt.Sprintf("sim-%06d", s.serial)
	cached := 0
	if s.options.PrefixCache {
		cached = s.cache.hit(all)
	}
	s.mu.Unlock()
	s.engine.mu.Lock()
	s.engine.count.PromptTokens += int64(len(all))
	s.engine.count.PrefixQueries += int64(len(all))
	s.engine.count.PrefixHits += int64(cached)
	s.engine.mu.Unlock()
	job := work{id: id, hash: hashOf(all...), prompt: len(all), cached: cached, finish: "stop"}
	limit := 0
	for _, v := range []*int{req.MaxTokens, req.MaxCompletionTokens} {
		if v != nil {
			limit = *v
		}
	}
	job.want = max(naturalLength(job.hash, s.options.Seed), req.MinTokens)
	if job.parts = s.known(req); job.parts != nil {
		job.want = max(len(job.parts), req.MinTokens)
	}
	if limit > 0 && (req.IgnoreEOS || job.want >= limit) {
		job.want, job.finish = limit, "length"
	}
	return job
}

func (j work) usage(output int) map[string]any {
	return map[string]any{"prompt_tokens": j.prompt, "completion_tokens": output, "total_tokens": j.prompt + output,
		"prompt_tokens_details": map[string]any{"cached_tokens": j.cached}}
}

// wait takes one token from the engine; false when the client has gone.
func (s *Server) wait(ctx context.Context, seq *sequence) bool {
	select {
	case <-seq.out:
		return true
	case <-ctx.Done():
		s.engine.drop(seq)
		return false
	}
}

func (s *Server) stream(w http.ResponseWriter, ctx context.Context, req *request, job work, seq *sequence) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.WriteHeader(200)
	flush := http.NewResponseController(w)
	withUsage := req.StreamOptions != nil && req.StreamOptions.IncludeUsage
	running := withUsage && req.StreamOptions.ContinuousUsageStats
	send := func(delta map[string]any, finish any, usage map[string]any) {
		m := map[string]any{"id": job.id, "object": "chat.completion.chunk", "created": 0, "model": s.profile.Model,
			"choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": finish}}}
		if usage != nil {
			m["usage"] = usage
		}
		event(w, m)
	}
	for i := range job.want {
		if !s.wait(ctx, seq) {
			return
		}
		if i == 0 {
			send(map[string]any{"role": "assistant", "content": ""}, nil, nil)
		}
		var usage map[string]any
		if running {
			usage = job.usage(i + 1)
		}
		send(map[string]any{"content": s.part(job, i)}, nil, usage)
		if i == job.want-1 {
			break // the last token leaves together with the end of the stream
		}
		if flush.Flush() != nil {
			s.engine.drop(seq)
			return
		}
	}
	send(map[string]any{}, job.finish, nil)
	if withUsage {
		event(w, map[string]any{"id": job.id, "object": "chat.completion.chunk", "created": 0, "model": s.profile.Model,
			"choices": []any{}, "usage": job.usage(job.want)})
	}
	_, _ = w.Write([]byte("data: [DONE]\n\n"))
}

func event(w http.ResponseWriter, v any) {
	b, _ := json.Marshal(v)
	_, _ = w.Write(append(append([]byte("data: "), b...), "\n\n"...))
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, status int, message string) {
	reply(w, status, map[string]any{"error": map[string]any{"message": message, "type": "invalid_request_error", "code": status}})
}

// metrics speaks the names of vLLM's page, as far as they mean something here.
func (s *Server) metrics(w http.ResponseWriter, _ *http.Request) {
	c := s.engine.counters()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	line := func(kind, name string, v int64) {
		fmt.Fprintf(w, "# TYPE vllm:%s %s\nvllm:%s{model_name=%q} %d\n", name, kind, name, s.profile.Model, v)
	}
	line("gauge", "num_requests_running", int64(c.Running))
	line("gauge", "num_requests_waiting", int64(c.Waiting))
	line("counter", "prompt_tokens_total", c.PromptTokens)
	line("counter", "generation_tokens_total", c.OutputTokens)
	line("counter", "request_success_total", c.Done)
	line("counter", "prefix_cache_queries_total", c.PrefixQueries)
	line("counter", "prefix_cache_hits_total", c.PrefixHits)
}
