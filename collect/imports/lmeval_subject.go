package imports

import (
	"maps"
	"regexp"
	"strings"

	"benchsite/collect/artifact"
)

// inProcess names the engine of the model types that run the model themselves;
// with any other type the model is behind an API and this machine is only the
// client.
var inProcess = map[string]string{
	"vllm": "vllm", "vllm-vlm": "vllm", "sglang": "sglang",
	"hf": "transformers", "hf-auto": "transformers", "huggingface": "transformers", "hf-multimodal": "transformers",
	"hf-causal": "transformers", "hf-causal-experimental": "transformers", "hf-seq2seq": "transformers",
}

func (r *lmRun) engine() string {
	if m := r.root.at("config", "model"); m.kind == text {
		return inProcess[m.scalar]
	}
	return ""
}

func (r *lmRun) subject(a *artifact.Artifact) {
	s := &a.Subject
	if m := r.root.at("model_name").text(); m != nil {
		s.Model = *m
	}
	for _, key := range []string{"pretrained", "model", "model_name"} {
		if v, ok := r.args[key].(string); ok && s.Model == "" {
			s.Model = v
		}
	}
	s.ModelRevision = arg[string](r, "revision")
	if sha := r.root.at("config").at("model_sha"); sha.kind == text && sha.scalar != "" {
		s.ModelRevision = &sha.scalar
	}
	engine := r.engine()
	if engine == "" {
		return
	}
	s.Engine = &engine
	s.Quantization = arg[string](r, "quantization")
	s.KVCacheDtype = arg[string](r, "kv_cache_dtype")
	s.Parallel.TP = arg[int64](r, "tensor_parallel_size")
	s.Parallel.PP = arg[int64](r, "pipeline_parallel_size")
	s.Parallel.DP = arg[int64](r, "data_parallel_size")
	s.MaxModelLen = arg[int64](r, "max_model_len")
	if s.MaxModelLen == nil {
		s.MaxModelLen = r.root.at("max_length").count()
	}
	switch engine {
	case "transformers":
		s.EngineVersion = r.root.at("transformers_version").text()
	default:
		if v := packageVersion(r.envText(), engine); v != "" {
			s.EngineVersion = &v
		}
	}
	a.Environment.Server = &artifact.Server{
		Args: maps.Clone(r.args), MaxNumSeqs: arg[int64](r, "max_num_seqs"),
		EnforceEager: arg[bool](r, "enforce_eager"), PrefixCaching: arg[bool](r, "enable_prefix_caching"),
		AttentionBackend: arg[string](r, "attention_backend"),
	}
}

// arg is a model argument of this type; nil when it is absent or another type.
func arg[T any](r *lmRun, name string) *T {
	if v, ok := r.args[name].(T); ok {
		return &v
	}
	return nil
}

func (r *lmRun) envText() string {
	if s := r.root.at("pretty_env_info").text(); s != nil {
		return *s
	}
	return ""
}

// environment takes the machine from the text that torch collects. When the
// model was behind an API, it is the client's machine and stands there.
func (r *lmRun) environment(a *artifact.Artifact) {
	e := readEnvText(r.envText())
	client := e.packages
	if client == nil {
		client = map[string]string{}
	}
	client["tool"] = lmTool
	if v := r.root.at("lm_eval_version").text(); v != nil {
		client["version"] = *v
	}
	if v := r.root.at("transformers_version").text(); v != nil {
		client["transformers"] = *v
	}
	if r.engine() == "" {
		for k, v := range e.host {
			client[k] = v
		}
		a.Environment.Client = client
		return
	}
	a.Environment.Client = client
	a.Environment.Host = e.host
	a.Environment.Accelerators = e.accelerators
	a.Environment.Driver = e.driver
	a.Environment.CUDA = e.cuda
}

// envText is what torch.utils.collect_env prints, as far as we keep it.
type envText struct {
	host         map[string]string
	packages     map[string]string
	accelerators []artifact.Accelerator
	driver, cuda *string
}

// hostLines names the lines that go to the host.
var hostLines = map[string]string{
	"OS": "os", "Model name": "cpu", "CPU(s)": "threads", "Socket(s)": "sockets",
	"NUMA node(s)": "numa_nodes", "Hypervisor vendor": "hypervisor",
}

var (
	gpuLine     = regexp.MustCompile(`^GPU (\d+): (.+?)(?: \(UUID:.*)?$`)
	migLine     = regexp.MustCompile(`^\s+MIG (\S+)\s+Device`)
	migMemory   = regexp.MustCompile(`\.(\d+)gb`)
	platform    = regexp.MustCompile(`^Linux-(\S+?)-(?:x86_64|aarch64|ppc64le)\b`)
	packageLine = regexp.MustCompile(`^\[(?:pip3|conda)\] ([A-Za-z0-9_.-]+?)(?:==|\s+)(\S+)`)
)

// keptPackages are those whose version can change a result.
var keptPackages = map[string]bool{
	"torch": true, "triton": true, "transformers": true, "vllm": true, "sglang": true, "numpy": true,
	"flashinfer-python": true, "flash-attn": true, "nvidia-nccl-cu12": true, "nvidia-nccl-cu13": true,
}

func readEnvText(s string) envText {
	var e envText
	put := func(m *map[string]string, k, v string) {
		if *m == nil {
			*m = map[string]string{}
		}
		(*m)[k] = v
	}
	cores := [2]string{}
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\r\n")
		if m := gpuLine.FindStringSubmatch(line); m != nil {
			index := finite(m[1])
			if index != nil {
				e.accelerators = append(e.accelerators, artifact.Accelerator{Index: ptr(int64(*index)), Name: m[2]})
			}
			continue
		}
		if m := migLine.FindStringSubmatch(line); m != nil && len(e.accelerators) > 0 {
			e.addMIG(m[1])
			continue
		}
		if m := packageLine.FindStringSubmatch(line); m != nil {
			if keptPackages[m[1]] {
				put(&e.packages, m[1], m[2])
			}
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		if !ok || value == "" || value == "Could not collect" || value == "N/A" {
			continue
		}
		switch key {
		case "Nvidia driver version":
			e.driver = &value
		case "CUDA used to build PyTorch":
			if e.cuda == nil {
				e.cuda = &value
			}
		case "CUDA runtime version":
			e.cuda = &value
		case "PyTorch version":
			put(&e.packages, "torch", value)
		case "Python version":
			v, _, _ := strings.Cut(value, " ")
			put(&e.packages, "python", v)
		case "Python platform":
			if m := platform.FindStringSubmatch(value); m != nil {
				put(&e.host, "kernel", m[1])
			}
		case "Core(s) per socket":
			cores[0] = value
		default:
			if name, ok := hostLines[key]; ok {
				put(&e.host, name, value)
				if key == "Socket(s)" {
					cores[1] = value
				}
			}
		}
	}
	if per, sockets := finite(cores[0]), finite(cores[1]); per != nil && sockets != nil && *per > 0 && *per**sockets < 1e6 {
		put(&e.host, "cores", artifactCount(*per**sockets))
	}
	return e
}

// addMIG records a MIG instance of the last GPU; a second one is a device of its
// own.
func (e *envText) addMIG(profile string) {
	last := &e.accelerators[len(e.accelerators)-1]
	if last.MIG != nil {
		e.accelerators = append(e.accelerators, artifact.Accelerator{Index: last.Index, Name: last.Name})
		last = &e.accelerators[len(e.accelerators)-1]
	}
	last.MIG = &profile
	if m := migMemory.FindStringSubmatch(profile); m != nil {
		last.MemoryGB = finite(m[1])
	}
}

func packageVersion(s, name string) string {
	for line := range strings.Lines(s) {
		if m := packageLine.FindStringSubmatch(line); m != nil && m[1] == name {
			return m[2]
		}
	}
	return ""
}
