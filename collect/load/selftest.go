package load

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/render/stats"
)

// SelfTestLevels are the numbers of streams that a self-test measures, each with
// how many requests a stream sends. Together they take less than a minute.
var SelfTestLevels = []Level{{1, 6}, {16, 5}, {64, 4}, {256, 4}, {1024, 3}, {4096, 2}}

// Level is one step of a self-test.
type Level struct {
	Streams int // at once
	Waves   int // requests of each stream, after one that only opens the connection
}

// truth is what an exact server says it did for one request, in nanoseconds.
type truth struct {
	RequestID string  `json:"request_id"`
	TTFT      int64   `json:"ttft"`
	Gaps      []int64 `json:"gaps"`
}

// Clock is what one client saw of a server that knows its own timing.
type Clock struct {
	Client   string            `json:"client"`
	Requests int               `json:"requests"`
	Failed   int               `json:"failed"`
	Events   int64             `json:"events"`
	Cores    float64           `json:"cores"` // busy in the window
	Row      artifact.SelfTest `json:"row"`
}

// Seen is what a client noted, in seconds, with the ids that its requests had.
type Seen struct {
	IDs    map[string]bool
	TTFT   []float64
	Gaps   []float64
	Failed int
	CPU    float64 // processor seconds in the window
	After  float64 // processor seconds of decoding after it
	Wall   float64 // seconds of the window
	Memory int64   // bytes
}

// MeasureClock runs this client against the exact server at url, with the whole
// pipeline of a measured run, and compares it with the server's own truth. It
// belongs in a process of its own: processor time and memory are the process's.
func MeasureClock(ctx context.Context, url string, l Level) (*Clock, error) {
	dir, err := os.MkdirTemp("", "benchsite-self-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	client, err := endpoint.Dial(ctx, endpoint.Options{URL: url, Concurrency: l.Streams, Timeout: time.Minute})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	model, err := client.Pick("")
	if err != nil {
		return nil, err
	}
	spec := Spec{Model: model.ID, Concurrency: l.Streams, Requests: l.Streams * l.Waves, Warmup: l.Streams, MaxTokens: 64,
		Workload: Synthetic{Seed: 1, InputTokens: 16}, KeepChunks: true}
	r, err := Run(ctx, spec, Setting{Client: client, JournalDir: filepath.Join(dir, "journal"),
		Base: artifact.Artifact{Subject: artifact.Subject{Model: model.ID}}})
	if err != nil {
		return nil, err
	}
	s := Seen{IDs: map[string]bool{}}
	for _, rec := range r.Bundle.Load {
		if rec.Error != nil {
			s.Failed++
			continue
		}
		s.IDs[rec.RequestID] = true
		s.TTFT = append(s.TTFT, *rec.FirstS-*rec.SentS)
		for i := 1; i < len(rec.ChunkS); i++ {
			s.Gaps = append(s.Gaps, rec.ChunkS[i]-rec.ChunkS[i-1])
		}
	}
	c := r.Bundle.Artifact.Load.Client
	if c.CPUSeconds != nil && *c.CPU > 0 {
		s.CPU, s.Wall = *c.CPUSeconds, *c.CPUSeconds / *c.CPU
	}
	if c.DecodeSeconds != nil {
		s.After = *c.DecodeSeconds
	}
	if c.MemoryBytes != nil {
		s.Memory = *c.MemoryBytes
	}
	return s.Against(ctx, "benchsite", url, l)
}

// Against compares what a client saw with what the server at url says it did
// for the same requests.
func (s Seen) Against(ctx context.Context, client, url string, l Level) (*Clock, error) {
	said, err := readTruth(ctx, url)
	if err != nil {
		return nil, err
	}
	var ttft, gaps []float64
	for _, t := range said {
		if !s.IDs[t.RequestID] {
			continue // of the wave that opened the connections
		}
		ttft = append(ttft, float64(t.TTFT)/1e9)
		for _, g := range t.Gaps {
			gaps = append(gaps, float64(g)/1e9)
		}
	}
	if len(ttft) != len(s.TTFT) || len(gaps) != len(s.Gaps) {
		return nil, fmt.Errorf("%s saw %d requests and %d gaps, the server answered %d with %d", client, len(s.TTFT), len(s.Gaps), len(ttft), len(gaps))
	}
	c := &Clock{Client: client, Requests: len(s.TTFT), Failed: s.Failed, Events: int64(len(s.Gaps) + len(s.TTFT))}
	at := func(values []float64, p float64) float64 {
		v, _ := stats.Summarize(values).Percentile(p)
		return v
	}
	over := func(seen, real []float64, p float64) *float64 { return round(at(seen, p) - at(real, p)) }
	c.Row = artifact.SelfTest{
		Streams:    artifact.Ptr(int64(l.Streams)),
		GapP50Over: over(s.Gaps, gaps, 50), GapP99Over: over(s.Gaps, gaps, 99),
		TTFTP50Over: over(s.TTFT, ttft, 50), TTFTP99Over: over(s.TTFT, ttft, 99),
		TrueGapP99: round(at(gaps, 99)),
		MeasuredAt: artifact.Ptr(time.Now().UTC().Format(time.RFC3339)),
	}
	if s.CPU > 0 && c.Events > 0 {
		c.Row.CPUPerEvent = round(s.CPU / float64(c.Events))
		c.Row.CPUWithAfter = round((s.CPU + s.After) / float64(c.Events))
	}
	if s.Wall > 0 {
		c.Cores = s.CPU / s.Wall
	}
	if s.Memory > 0 {
		c.Row.MemoryBytes = &s.Memory
	}
	return c, nil
}

func readTruth(ctx context.Context, url string) ([]truth, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/truth", nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("the exact server does not tell its truth: %w", err)
	}
	defer resp.Body.Close()
	var said []truth
	if err := json.NewDecoder(resp.Body).Decode(&said); err != nil {
		return nil, fmt.Errorf("the exact server's truth cannot be read: %w", err)
	}
	return said, nil
}

// selfTestFile keeps the rows of the last self-test on this machine.
const selfTestFile = "self-test.json"

// SaveSelfTest keeps the rows in dir, the store's state folder, for the runs
// that follow on this machine.
func SaveSelfTest(dir string, rows []artifact.SelfTest) error {
	data, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, selfTestFile), append(data, '\n'), 0o644)
}

// SelfTestFor returns the row kept in dir that fits a load of so many streams
// best: the smallest level that is not below it, else the highest. It is nil
// when this machine was not tested.
func SelfTestFor(dir string, streams int) *artifact.SelfTest {
	data, err := os.ReadFile(filepath.Join(dir, selfTestFile))
	var rows []artifact.SelfTest
	if err != nil || json.Unmarshal(data, &rows) != nil {
		return nil
	}
	rows = slices.DeleteFunc(rows, func(r artifact.SelfTest) bool { return r.Streams == nil })
	slices.SortFunc(rows, func(a, b artifact.SelfTest) int { return int(*a.Streams - *b.Streams) })
	for _, r := range rows {
		if *r.Streams >= int64(streams) {
			return &r
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return &rows[len(rows)-1]
}

// selfTest returns the row of this machine's self-test for the load that was
// really in flight.
func (s Setting) selfTest(l *artifact.Load) *artifact.SelfTest {
	if s.SelfTests == "" || l.Timeline == nil || len(l.Timeline.Running) == 0 {
		return nil
	}
	return SelfTestFor(s.SelfTests, int(math.Ceil(slices.Max(l.Timeline.Running))))
}
