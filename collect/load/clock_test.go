package load

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/simulate"
)

// role makes the test program one of the processes of a clock measurement.
const role = "BENCHSITE_TEST_ROLE"

// profileTo names a file: each client process writes a CPU profile of itself to
// it, with its name added.
const profileTo = "BENCHSITE_TEST_PROFILE"

func TestMain(m *testing.M) {
	part := os.Getenv(role)
	if part == "" {
		os.Exit(m.Run())
	}
	if err := play(part); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// paced is the timing of the table in the README; quick is for tests; full has
// no pauses, 32 events a write.
var timings = map[string]simulate.Timing{
	"paced": {TTFT: 200 * time.Millisecond, Gap: 20 * time.Millisecond, Events: 50},
	"quick": {TTFT: 30 * time.Millisecond, Gap: 10 * time.Millisecond, Events: 10},
	"full":  {Events: 500, Batch: 32},
}

// play is one process: "server TIMING" or "CLIENT URL STREAMS WAVES".
func play(part string) error {
	f := strings.Fields(part)
	if f[0] == "server" {
		runtime.GOMAXPROCS(4) // see selfTestPart in cmd/benchsite
		s, err := simulate.StartExact("127.0.0.1:0", timings[f[1]])
		if err != nil {
			return err
		}
		fmt.Println(s.URL())
		_, _ = io.Copy(io.Discard, os.Stdin)
		return s.Close()
	}
	var l Level
	if _, err := fmt.Sscan(f[2]+" "+f[3], &l.Streams, &l.Waves); err != nil {
		return err
	}
	if path := os.Getenv(profileTo); path != "" {
		out, err := os.Create(path + "." + f[0])
		if err != nil {
			return err
		}
		defer out.Close()
		if err := pprof.StartCPUProfile(out); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	ctx := context.Background()
	var c *Clock
	var err error
	switch f[0] {
	case "benchsite":
		c, err = MeasureClock(ctx, f[1], l)
	case "bare", "go-openai":
		client := map[string]func(string, int) sender{"bare": bareReader, "go-openai": goOpenAI}[f[0]](f[1], l.Streams)
		c, err = drive(l, client).Against(ctx, f[0], f[1], l)
	case "full-benchsite":
		c, err = fullSpeed(ctx, f[1], l)
	case "full-bare", "full-go-openai":
		client := map[string]func(string, int) sender{"full-bare": bareReader, "full-go-openai": goOpenAI}[f[0]](f[1], l.Streams)
		s := drive(l, client)
		c = &Clock{Events: int64(len(s.Gaps) + len(s.TTFT)), Row: artifact.SelfTest{CPUPerEvent: round(s.CPU / float64(len(s.Gaps)+len(s.TTFT)))}}
	}
	if err != nil {
		return err
	}
	c.Client = strings.TrimPrefix(f[0], "full-")
	return json.NewEncoder(os.Stdout).Encode(c)
}

// sender sends one request and returns when it was sent and when each of its
// token-bearing events came.
type sender func(id string) (sent time.Time, at []time.Time, err error)

// drive does with another client what Run does with ours: a wave that opens the
// connections, then a closed loop.
func drive(l Level, send sender) Seen {
	s := Seen{IDs: map[string]bool{}}
	var mu sync.Mutex
	loop := func(phase string, waves int, note func(id string, sent time.Time, at []time.Time, err error)) {
		var all sync.WaitGroup
		for k := range l.Streams {
			all.Go(func() {
				for n := range waves {
					id := fmt.Sprintf("%s-%d-%d", phase, k, n)
					sent, at, err := send(id)
					note(id, sent, at, err)
				}
			})
		}
		all.Wait()
	}
	loop("open", 1, func(string, time.Time, []time.Time, error) {})
	used := startMeter()
	loop("run", l.Waves, func(id string, sent time.Time, at []time.Time, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil || len(at) == 0 {
			s.Failed++
			return
		}
		s.IDs[id] = true
		s.TTFT = append(s.TTFT, at[0].Sub(sent).Seconds())
		for i := 1; i < len(at); i++ {
			s.Gaps = append(s.Gaps, at[i].Sub(at[i-1]).Seconds())
		}
	})
	u := used.stop()
	s.CPU, s.Wall, s.Memory = u.cpu, u.wall, u.memory
	return s
}

func transport(streams int) *http.Transport {
	return &http.Transport{DialContext: (&net.Dialer{}).DialContext, DisableCompression: true, MaxIdleConnsPerHost: streams}
}

const prompt = "Tell me of the sea, in fifty words, and of the wind above it."

// bareReader stamps each data line and looks at nothing in it.
func bareReader(url string, streams int) sender {
	client := &http.Client{Transport: transport(streams)}
	body, _ := json.Marshal(map[string]any{"model": simulate.ExactModel, "stream": true, "max_tokens": 64,
		"messages": []any{map[string]any{"role": "user", "content": prompt}}, "stream_options": map[string]any{"include_usage": true}})
	return func(id string) (sent time.Time, at []time.Time, err error) {
		req, err := http.NewRequest(http.MethodPost, url+"/v1/chat/completions", bytes.NewReader(body))
		if err != nil {
			return sent, nil, err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Request-Id", id)
		sent = time.Now()
		resp, err := client.Do(req)
		if err != nil {
			return sent, nil, err
		}
		defer resp.Body.Close()
		at = make([]time.Time, 0, 64)
		r := bufio.NewReader(resp.Body)
		for {
			line, err := r.ReadSlice('\n')
			if err == io.EOF {
				return sent, at[:max(0, len(at)-2)], nil // finish and usage events bear no token
			}
			if err != nil {
				return sent, nil, err
			}
			if bytes.HasPrefix(line, []byte("data: {")) {
				at = append(at, time.Now())
			}
		}
	}
}

// withID adds the request id that a context carries.
type withID struct{ http.RoundTripper }

type idKey struct{}

func (w withID) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Request-Id", r.Context().Value(idKey{}).(string))
	return w.RoundTripper.RoundTrip(r)
}

// goOpenAI reads with that library's own stream.
func goOpenAI(url string, streams int) sender {
	config := openai.DefaultConfig("")
	config.BaseURL = url + "/v1"
	config.HTTPClient = &http.Client{Transport: withID{transport(streams)}}
	client := openai.NewClientWithConfig(config)
	return func(id string) (sent time.Time, at []time.Time, err error) {
		ctx := context.WithValue(context.Background(), idKey{}, id)
		sent = time.Now()
		stream, err := client.CreateChatCompletionStream(ctx, openai.ChatCompletionRequest{Model: simulate.ExactModel, Stream: true, MaxTokens: 64,
			Messages: endpoint.User(prompt), StreamOptions: &openai.StreamOptions{IncludeUsage: true}})
		if err != nil {
			return sent, nil, err
		}
		defer stream.Close()
		for {
			r, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return sent, at, nil
			}
			if err != nil {
				return sent, nil, err
			}
			if len(r.Choices) > 0 && r.Choices[0].Delta.Content != "" {
				at = append(at, time.Now())
			}
		}
	}
}

// fullSpeed runs our whole pipeline against a server that never pauses.
func fullSpeed(ctx context.Context, url string, l Level) (*Clock, error) {
	client, err := endpoint.Dial(ctx, endpoint.Options{URL: url, Concurrency: l.Streams})
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "benchsite-full-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	r, err := Run(ctx, Spec{Model: simulate.ExactModel, Concurrency: l.Streams, Requests: l.Streams * l.Waves, Warmup: l.Streams, MaxTokens: 512,
		Workload: Synthetic{Seed: 1, InputTokens: 16}}, Setting{Client: client, JournalDir: dir})
	if err != nil {
		return nil, err
	}
	got := r.Bundle.Artifact.Load
	c := &Clock{Events: *got.Tokens.Output}
	c.Row.CPUPerEvent = round(*got.Client.CPUSeconds / float64(c.Events))
	c.Row.CPUWithAfter = round((*got.Client.CPUSeconds + *got.Client.DecodeSeconds) / float64(c.Events))
	return c, nil
}

// processes are the programs of a measurement: this test program in its roles.
func processes(timing, client string) Bench {
	start := func(part string) *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), role+"="+part)
		cmd.Stderr = os.Stderr
		return cmd
	}
	return Bench{
		Server: func() *exec.Cmd { return start("server " + timing) },
		Client: func(url string, l Level) *exec.Cmd {
			cmd := start(fmt.Sprintf("%s %s %d %d", client, url, l.Streams, l.Waves))
			cmd.Stderr = nil
			return cmd
		},
	}
}

// TestClock: the pipeline agrees with the server's truth within bounds that a
// busy machine keeps too.
func TestClock(t *testing.T) {
	for _, client := range []string{"benchsite", "bare", "go-openai"} {
		c, err := processes("quick", client).Measure(context.Background(), Level{16, 3})
		if err != nil {
			t.Fatal(err)
		}
		if c.Client != client || c.Requests != 48 || c.Events != 480 || c.Failed != 0 || c.Row.CPUPerEvent == nil || c.Row.MemoryBytes == nil {
			t.Errorf("%+v", c)
		}
		if *c.Row.GapP50Over > 0.005 || *c.Row.TTFTP50Over < 0 || *c.Row.TTFTP50Over > 0.02 {
			t.Errorf("%s is off: gap p50 %v s, TTFT p50 %v s", client, *c.Row.GapP50Over, *c.Row.TTFTP50Over)
		}
		if client == "benchsite" {
			var b bytes.Buffer
			if err := ClockTable(&b, []*Clock{c}); err != nil || !strings.Contains(b.String(), "480") {
				t.Errorf("%v\n%s", err, b.String())
			}
		}
	}
}

func TestSelfTestRow(t *testing.T) {
	dir := t.TempDir()
	if SelfTestFor(dir, 1) != nil {
		t.Error("a row without a test")
	}
	var rows []artifact.SelfTest
	for _, n := range []int64{256, 1, 16} {
		rows = append(rows, artifact.SelfTest{Streams: &n})
	}
	if err := SaveSelfTest(dir, rows); err != nil {
		t.Fatal(err)
	}
	for streams, want := range map[int]int64{1: 1, 2: 16, 16: 16, 17: 256, 5000: 256} {
		if got := SelfTestFor(dir, streams); got == nil || *got.Streams != want {
			t.Errorf("%d streams: %+v, want %d", streams, got, want)
		}
	}
}

var clients = []string{"benchsite", "bare", "go-openai"}

// BenchmarkClock measures all clients in turn against an exact server in a
// process of its own; -benchtime 7x makes seven interleaved rounds. The table
// at the end holds the medians.
func BenchmarkClock(b *testing.B) {
	for _, l := range []Level{{256, 3}, {1024, 3}, {4096, 2}} {
		b.Run(fmt.Sprint("streams=", l.Streams), func(b *testing.B) {
			all := map[string][]*Clock{}
			for b.Loop() {
				for _, client := range clients {
					c, err := processes("paced", client).Measure(context.Background(), l)
					if err != nil {
						b.Fatal(err)
					}
					all[client] = append(all[client], c)
				}
			}
			var rows []*Clock
			for _, client := range clients {
				rows = append(rows, median(all[client]))
			}
			var table strings.Builder
			if err := ClockTable(&table, rows); err != nil {
				b.Fatal(err)
			}
			b.Logf("median of %d rounds\n%s", b.N, table.String())
			ours, bare := rows[0].Row, rows[1].Row
			b.ReportMetric(*ours.GapP99Over*1e3, "gap-p99-over-ms")
			b.ReportMetric(*bare.GapP99Over*1e3, "bare-gap-p99-over-ms")
			b.ReportMetric(*ours.CPUPerEvent / *bare.CPUPerEvent, "cpu/bare")
			b.ReportMetric(*ours.CPUWithAfter / *bare.CPUPerEvent, "cpu-decoded/bare")
		})
	}
}

// BenchmarkFullSpeed: how many events a core takes when the server does not
// pause, 32 events a write, 16 streams.
func BenchmarkFullSpeed(b *testing.B) {
	for _, client := range clients {
		b.Run(client, func(b *testing.B) {
			var costs []float64
			for b.Loop() {
				c, err := processes("full", "full-"+client).Measure(context.Background(), Level{16, 200})
				if err != nil {
					b.Fatal(err)
				}
				costs = append(costs, *c.Row.CPUPerEvent)
			}
			slices.Sort(costs)
			b.ReportMetric(1/costs[len(costs)/2]/1e6, "Mevents/core-s")
		})
	}
}

// median takes each figure's own median over the runs.
func median(runs []*Clock) *Clock {
	out := *runs[0]
	of := func(field func(*artifact.SelfTest) **float64) {
		var values []float64
		for _, c := range runs {
			if v := *field(&c.Row); v != nil {
				values = append(values, *v)
			}
		}
		if slices.Sort(values); len(values) > 0 {
			*field(&out.Row) = &values[len(values)/2]
		}
	}
	of(func(r *artifact.SelfTest) **float64 { return &r.GapP50Over })
	of(func(r *artifact.SelfTest) **float64 { return &r.GapP99Over })
	of(func(r *artifact.SelfTest) **float64 { return &r.TTFTP50Over })
	of(func(r *artifact.SelfTest) **float64 { return &r.TTFTP99Over })
	of(func(r *artifact.SelfTest) **float64 { return &r.TrueGapP99 })
	of(func(r *artifact.SelfTest) **float64 { return &r.CPUPerEvent })
	of(func(r *artifact.SelfTest) **float64 { return &r.CPUWithAfter })
	memory := slices.MaxFunc(runs, func(a, b *Clock) int { return cmp.Compare(*a.Row.MemoryBytes, *b.Row.MemoryBytes) })
	out.Row.MemoryBytes = memory.Row.MemoryBytes
	return &out
}
