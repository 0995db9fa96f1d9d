package server

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Cause is why a server did not start, as far as its log says.
type Cause struct {
	Code     string // stable: "out-of-memory"
	Sentence string // what it means and what to do
	Line     string // of the log, shortened
	Number   int    // of the line, from 1
}

// causes are the failures that users of vLLM and SGLang meet most, the more
// telling first: a server that ran out of memory also ends with a general
// message. The forms are those that PyTorch, CUDA, the Hub client and vLLM write.
var causes = []struct {
	code, sentence string
	form           *regexp.Regexp
}{
	{"out-of-memory", "the accelerator ran out of memory; lower gpu-memory-utilization, max-model-len or max-num-seqs, or split the model over more devices",
		regexp.MustCompile(`(?i)CUDA out of memory|HIP out of memory|torch\.(?:cuda\.)?OutOfMemoryError|CUDA error: out of memory|CUBLAS_STATUS_ALLOC_FAILED`)},
	{"kv-cache-too-small", "the weights leave too little memory for the KV cache; raise gpu-memory-utilization or lower max-model-len",
		regexp.MustCompile(`(?i)No available memory for the cache blocks|larger than the (?:maximum number of tokens that can be stored in|available) KV cache|KV cache is needed, which is larger than`)},
	{"memory-taken", "another program holds the accelerator's memory; stop it or lower gpu-memory-utilization",
		regexp.MustCompile(`(?i)Free memory on device .* is less than desired GPU memory utilization`)},
	{"port-in-use", "its port is taken by another program; choose another port or stop that program",
		regexp.MustCompile(`(?i)address already in use|\[Errno 98\]|EADDRINUSE`)},
	{"gated-model", "the model is gated and no token that may read it was given; request access on its page, then set HF_TOKEN",
		regexp.MustCompile(`(?i)gated repo|GatedRepoError|Access to model .* is restricted|401 Client Error.*huggingface`)},
	{"missing-model", "the model was not found; check its name or path and whether the machine may reach the Hub",
		regexp.MustCompile(`(?i)RepositoryNotFoundError|is not a valid model identifier|does not appear to have a file named config\.json|LocalEntryNotFoundError|Can't load the configuration of|OfflineModeIsEnabled`)},
	{"missing-kernel", "this build of the engine has no kernel for the accelerator; install a build made for its compute capability, or choose another backend or quantization",
		regexp.MustCompile(`(?i)no kernel image is available|not compiled for|requires (?:compute capability|sm_?\d+)|no valid (?:\S+ )?kernel|(?:kernel|backend).{0,60}(?:is )?not supported (?:on|for) (?:this|the current|your) (?:GPU|device|platform)|minimum capability .* is not`)},
	{"unsupported-dtype", "the number format is not supported by this accelerator or quantization; choose another dtype or quantization",
		regexp.MustCompile(`(?i)Bfloat16 is only supported on GPUs|is not supported for quantization method|(?:dtype|torch\.\w+).{0,60}not supported|unsupported (?:dtype|data type)|Unknown quantization method`)},
	{"driver", "the driver is missing or older than this build of the engine needs; update the driver or install a matching build",
		regexp.MustCompile(`(?i)CUDA driver version is insufficient|The NVIDIA driver on your system is too old|Found no NVIDIA driver|No CUDA GPUs are available|Failed to infer device type|NVML_ERROR`)},
	{"too-few-devices", "there are fewer accelerators than the parallelism asks for; lower tensor-parallel-size or give more devices",
		regexp.MustCompile(`(?i)Total number of (?:GPUs|attention heads).*(?:divisible|available)|world size.*(?:larger|greater) than|the number of required GPUs exceeds|invalid device ordinal`)},
	{"context-too-long", "max-model-len is longer than the model allows; lower it",
		regexp.MustCompile(`(?i)User-specified max_model_len .* is greater than the derived max_model_len`)},
	{"wrong-argument", "the engine does not know one of its arguments; compare them with the help of this version",
		regexp.MustCompile(`(?i)error: unrecognized arguments|error: argument .*(?:invalid|expected)|error: the following arguments are required`)},
	{"not-installed", "a program or Python module is missing; install it in the environment that starts the server",
		regexp.MustCompile(`ModuleNotFoundError|No module named|command not found|(?i)executable file not found`)},
	{"disk-full", "the disk is full; free some space for the weights and caches",
		regexp.MustCompile(`(?i)No space left on device|\[Errno 28\]`)},
	{"host-memory", "the machine ran out of memory and ended the server; use fewer workers or more memory",
		regexp.MustCompile(`(?i)Cannot allocate memory|oom-kill|Killed process`)},
}

// Diagnose finds the first known cause in a log; ok is false when it holds none.
// Causes are looked for in the order of how much they tell.
func Diagnose(log []byte) (c Cause, ok bool) {
	lines := bytes.Split(log, []byte("\n"))
	for _, k := range causes {
		for i, line := range lines {
			if len(line) > 1<<16 {
				line = line[:1<<16]
			}
			if k.form.Match(line) {
				return Cause{k.code, k.sentence, short(string(line)), i + 1}, true
			}
		}
	}
	return Cause{}, false
}

// stages are the lines of a log that tell a waiting person how far a start is.
var stages = regexp.MustCompile(`Loading (?:safetensors|pt|weights)|shards:.*100%|Starting to load model|Model loading took|torch\.compile|Compiling|Capturing|Graph capturing|GPU KV cache size|Starting vLLM|Started server process|startup complete|The server is fired up`)

func stage(line string) bool { return stages.MatchString(line) }

// short is a line of a log for people: without colours and the parts that every
// line has, at most 200 characters.
func short(line string) string {
	line = strings.TrimSpace(escapes.ReplaceAllString(line, ""))
	if utf8.RuneCountInString(line) > 200 {
		line = string([]rune(line)[:199]) + "…"
	}
	return line
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f]")
