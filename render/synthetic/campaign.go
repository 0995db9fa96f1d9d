package synthetic

import (
	"fmt"
	"math/rand/v2"
	"time"

	"benchsite/collect/artifact"
)

// perCampaign is how many runs a campaign has: one subject on one day, a sweep
// over concurrency, four further repeats of one point, an open loop at two
// rates, and evaluations.
const perCampaign = 16

var (
	models     = []string{"Atlas-8B", "Atlas-32B", "Boreal-70B", "Cirrus-14B-Instruct", "Delta-VL-72B", "星图-14B"}
	precisions = []string{"BF16", "FP8", "NVFP4", "INT4"}
	devices    = []string{"RTX Pro 6000 Blackwell", "H200", "L40S"}
	suites     = []string{"gsm-synthetic", "choice-synthetic", "code-synthetic"}
	sweep      = []int{1, 2, 4, 8, 16, 32, 64}
	first      = time.Date(2023, 1, 9, 8, 0, 0, 0, time.UTC)
)

// campaign is the subject and the day of a group of runs.
type campaign struct {
	n         int
	model     string
	precision int // index
	device    string
	start     time.Time
	version   string // of the engine
	simulated bool
	speed     float64 // factor on throughput
}

// campaignOf spreads the campaigns over subjects and over the days of about
// three years: all subjects are measured in turn, a round every seven weeks.
func campaignOf(n int) campaign {
	subjects := len(models) * len(precisions)
	round, turn := n/subjects, n%subjects
	c := campaign{n: n, model: models[turn%len(models)], precision: turn / len(models) % len(precisions), simulated: n%10 == 9}
	c.device = devices[turn%len(devices)]
	c.start = first.AddDate(0, 0, (round*49+turn*2)%1400)
	c.version = fmt.Sprintf("0.%d.%d", 4+round/3, round%3)
	c.speed = (1 + 0.35*float64(c.precision)) * (1 + 0.04*float64(round/3)) * []float64{1, .32, .2, .6, .18, .6}[turn%len(models)]
	return c
}

// rng gives the chance of one run.
func rng(i int) *rand.Rand { return rand.New(rand.NewPCG(uint64(i), 0x5ce9e)) }

func num(v float64) *float64 { return &v }
func count(n int) *int64     { return artifact.Ptr(int64(n)) }

// subject is what the campaign measures.
func (c campaign) subject() artifact.Subject {
	p := precisions[c.precision]
	s := artifact.Subject{
		BaseModel: artifact.Ptr("synthetic/" + c.model), Model: "synthetic/" + c.model + "-" + p, Precision: &p,
		Quantization: artifact.Ptr(p), KVCacheDtype: artifact.Ptr("auto"), Engine: artifact.Ptr("vllm"), EngineVersion: &c.version,
		Parallel: artifact.Parallel{TP: count(1 + c.n%2), PP: count(1)}, MaxModelLen: count(32768),
		Accelerator: &c.device, AcceleratorCount: count(1 + c.n%2), AcceleratorMemoryGB: num(96),
		Labels: map[string]string{"data": "synthetic"},
	}
	s.Name = artifact.SubjectName(s)
	return s
}

func (c campaign) environment() artifact.Environment {
	return artifact.Environment{
		Host:         map[string]string{"os": "linux", "kernel": "6.8.0", "cpu": "synthetic", "cores": "64", "memory_gb": "512"},
		Accelerators: []artifact.Accelerator{{Index: count(0), Name: c.device, MemoryGB: num(96)}},
		Driver:       artifact.Ptr(fmt.Sprintf("5%d.82", 50+c.n/96)), CUDA: artifact.Ptr("12.9"),
		Server: &artifact.Server{
			Command: []string{"vllm", "serve", "synthetic/" + c.model, "--max-num-seqs", "256", "--gpu-memory-utilization", "0.95"},
			Args: map[string]any{
				"model": "synthetic/" + c.model, "max_num_seqs": 256.0, "gpu_memory_utilization": .95, "enable_prefix_caching": true, "max_model_len": 32768.0,
			},
			WeightsGiB: num(16.2), KVCacheTokens: count(284992), MaxNumSeqs: count(256), AttentionBackend: artifact.Ptr("FLASHINFER"),
			EnforceEager: artifact.Ptr(false), PrefixCaching: artifact.Ptr(true),
		},
		Client: map[string]string{"tool": "benchsite", "version": "synthetic", "os": "linux", "protocol": "HTTP/1.1", "cores": "8"},
	}
}

func (c campaign) frame(i int, kind artifact.Kind, name string) *artifact.Artifact {
	return &artifact.Artifact{
		Schema: artifact.Schema, Kind: kind, Name: name, Status: artifact.StatusComplete,
		StartedAt: c.start.Add(time.Duration(i%perCampaign) * 11 * time.Minute).Format(time.RFC3339), DurationS: num(120), Simulated: c.simulated,
		DerivedFrom: []artifact.DerivedFrom{}, Attachments: []artifact.Attachment{}, Subject: c.subject(), Environment: c.environment(),
		Protocol: artifact.Protocol{Unknown: []string{}},
		Source: artifact.Source{
			Tool: "benchsite", ToolVersion: artifact.Ptr("synthetic"), Mode: artifact.ModeMeasured, Files: []artifact.SourceFile{}, Set: map[string]string{},
			Command: []string{"benchsite", string(kind), "--url", "http://127.0.0.1:8000/v1", "--model", "synthetic/" + c.model},
		},
	}
}
