package server

import (
	"bufio"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"benchsite/collect/artifact"
)

// LogFacts is what the log of a vLLM server says. Sizes are those of one device
// as the engine prints them; the largest where several workers print one.
type LogFacts struct {
	Version          string
	Models           []string       // the names under which the model is served, and the model itself
	Args             map[string]any // non-default arguments
	Started          string         // time of the first line, "12-22 16:02:07": no year, no zone
	AttentionBackend string
	WeightsGiB       *float64
	KVCacheGiB       *float64
	KVCacheTokens    *int64
	ChunkedPrefill   *bool
	Samples          []artifact.ServerSample // the engine's own statistics lines

	config  map[string]any // the engine's configuration, every key
	serving bool           // the server told that it is up
}

// ErrNotALog means that no line of the input is one that a vLLM server writes.
var ErrNotALog = errors.New("not a vLLM server log: no line of it is known")

// maxLine bounds what is kept of one line. The longest real ones (the engine's
// configuration) have some thousand bytes.
const maxLine = 1 << 20

// ReadLog reads a vLLM server log. Unknown lines are passed over. When a log
// holds several starts, the last one counts.
func ReadLog(r io.Reader) (*LogFacts, error) {
	f := &LogFacts{}
	known := 0
	in := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := readLine(in)
		if err != nil && err != io.EOF {
			return nil, err
		}
		if f.read(line) {
			known++
		}
		if err == io.EOF {
			break
		}
	}
	if known == 0 {
		return nil, ErrNotALog
	}
	return f, nil
}

// readLine returns the next line without its end, cut at maxLine.
func readLine(in *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		part, err := in.ReadSlice('\n')
		if room := maxLine - b.Len(); room > 0 {
			b.Write(part[:min(len(part), room)])
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		return strings.TrimRight(b.String(), "\r\n"), err
	}
}

var (
	ansi       = regexp.MustCompile("\x1b\\[[0-9;?]*[ -/]*[@-~]")
	linePrefix = regexp.MustCompile(`^(?:\([^()]* pid=\d+\) *)?(?:INFO|WARNING|ERROR|DEBUG) (\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? (?:\[[^\]]*\] )?`)
	apiVersion = regexp.MustCompile(`vLLM API server version v?(\S+)`)
	engineInit = regexp.MustCompile(`Initializing an? (?:V[01] )?LLM engine \(v([^)]+)\) with config: (.*)`)
	attention  = regexp.MustCompile(`Using (?:AttentionBackendEnum\.)?([A-Za-z0-9_]+(?: Attention)?) backend`)
	weights    = regexp.MustCompile(`(?:Model loading took|[Ll]oading model weights took) ([0-9.]+) (?:GiB|GB)`)
	kvMemory   = regexp.MustCompile(`Available KV cache memory: ([0-9.]+) GiB`)
	kvTokens   = regexp.MustCompile(`GPU KV cache size: ([0-9,]+) tokens`)
	chunked    = regexp.MustCompile(`Chunked prefill is (enabled|disabled)`)

	statistics = regexp.MustCompile(`Avg prompt throughput: ([0-9.]+) tokens/s, Avg generation throughput: ([0-9.]+) tokens/s`)
	running    = regexp.MustCompile(`Running: ([0-9]+) reqs`)
	waiting    = regexp.MustCompile(`(?:Waiting|Pending): ([0-9]+) reqs`)
	kvUsage    = regexp.MustCompile(`KV cache usage: ([0-9.]+)%`)
	hitRate    = regexp.MustCompile(`[Pp]refix cache hit rate: (?:GPU: )?([0-9.]+)%`)
)

// StripANSI removes the colour codes that a server writes to a terminal.
func StripANSI(b []byte) []byte { return ansi.ReplaceAll(b, nil) }

// read takes what one line says and reports whether the line is known.
func (f *LogFacts) read(line string) bool {
	line = ansi.ReplaceAllString(line, "")
	at := ""
	if m := linePrefix.FindStringSubmatch(line); m != nil {
		at, line = m[1], line[len(m[0]):]
	}
	if strings.Contains(line, "Application startup complete") {
		f.serving = true
		return false // other servers say so, too
	}
	if m := apiVersion.FindStringSubmatch(line); m != nil {
		if f.serving {
			*f = LogFacts{}
		}
		f.Version, f.Started = m[1], at
		return true
	}
	if f.Started == "" {
		f.Started = at
	}
	switch {
	case strings.HasPrefix(line, "non-default args: "):
		args, ok := parseDict(strings.TrimPrefix(line, "non-default args: "))
		if !ok {
			return false
		}
		f.Args = args
		f.addModels(args["model"], args["served_model_name"])
	case engineInit.MatchString(line):
		m := engineInit.FindStringSubmatch(line)
		f.Version, f.config = m[1], parseKeywords(m[2])
		f.addModels(f.config["model"], f.config["served_model_name"])
	case statistics.MatchString(line):
		f.Samples = append(f.Samples, sample(at, line))
	default:
		return f.readSize(line)
	}
	return true
}

func (f *LogFacts) readSize(line string) bool {
	if m := attention.FindStringSubmatch(line); m != nil {
		f.AttentionBackend = m[1]
		return true
	}
	if m := chunked.FindStringSubmatch(line); m != nil {
		f.ChunkedPrefill = artifact.Ptr(m[1] == "enabled")
		return true
	}
	if v := number(kvTokens, line); v != nil {
		f.KVCacheTokens = artifact.Ptr(int64(*v))
		return true
	}
	for _, size := range []struct {
		form *regexp.Regexp
		to   **float64
	}{{weights, &f.WeightsGiB}, {kvMemory, &f.KVCacheGiB}} {
		if v := number(size.form, line); v != nil {
			if *size.to == nil || **size.to < *v {
				*size.to = v
			}
			return true
		}
	}
	return false
}

func (f *LogFacts) addModels(values ...any) {
	for _, v := range values {
		switch v := v.(type) {
		case string:
			if v != "" {
				f.Models = append(f.Models, v)
			}
		case []any:
			f.addModels(v...)
		}
	}
}

func sample(at, line string) artifact.ServerSample {
	m := statistics.FindStringSubmatch(line)
	share := func(form *regexp.Regexp) *float64 {
		if m := form.FindStringSubmatch(line); m != nil {
			return parse(m[1] + "e-2") // exact, where dividing 85.9 by 100 is not
		}
		return nil
	}
	return artifact.ServerSample{
		Time: at, Running: number(running, line), Waiting: number(waiting, line),
		KVCacheUsage: share(kvUsage), PrefixCacheHitRate: share(hitRate),
		PromptTokensPerS: parse(m[1]), OutputTokensPerS: parse(m[2]),
	}
}

func number(form *regexp.Regexp, line string) *float64 {
	m := form.FindStringSubmatch(line)
	if m == nil {
		return nil
	}
	return parse(strings.ReplaceAll(m[1], ",", ""))
}

// parse reads a decimal; nil when it is none. The patterns let no infinity
// through, but digits without end may become one.
func parse(s string) *float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v > 1e15 {
		return nil
	}
	return &v
}
