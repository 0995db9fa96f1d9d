package collect

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"benchsite/collect/load"
)

// kinds are the kinds of workloads and the keys that each takes; those that it
// needs come first, before the bar.
var kinds = []struct {
	name        string
	needs, also []string
}{
	{"synthetic", nil, []string{"input_tokens", "seed"}},
	{"random", nil, []string{"input_tokens", "input_tokens_spread", "seed"}},
	{"shared-prefix", []string{"prefix_tokens"}, []string{"prefix_groups", "input_tokens", "input_tokens_spread", "seed"}},
	{"multi-turn", []string{"turns"}, []string{"input_tokens", "input_tokens_spread", "seed"}},
	{"images", nil, []string{"images", "image_size", "prompt", "seed"}},
	{"one-prompt", nil, []string{"prompt", "file"}},
	{"file", []string{"file"}, []string{"seed"}},
	{"sharegpt", []string{"file"}, []string{"turns", "seed"}},
	{"trace", []string{"file"}, nil},
}

// WorkloadKinds lists the kinds of workloads.
func WorkloadKinds() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// kind returns the kind that is named or that follows from the other keys.
func (w Workload) kind() string {
	switch {
	case w.Kind != "":
		return w.Kind
	case w.PrefixTokens != 0:
		return "shared-prefix"
	case w.Images != 0 || w.ImageSize != "":
		return "images"
	case w.Prompt != "":
		return "one-prompt"
	case w.File != "":
		return "file"
	case w.Turns != 0:
		return "multi-turn"
	case w.InputSpread != 0:
		return "random"
	}
	return "synthetic"
}

// keys lists the keys that are set, in the order of the file's documentation.
func (w Workload) keys() []string {
	var out []string
	for _, k := range []struct {
		name string
		set  bool
	}{{"prompt", w.Prompt != ""}, {"file", w.File != ""}, {"input_tokens", w.InputTokens != 0}, {"input_tokens_spread", w.InputSpread != 0},
		{"prefix_tokens", w.PrefixTokens != 0}, {"prefix_groups", w.PrefixGroups != 0}, {"turns", w.Turns != 0}, {"images", w.Images != 0},
		{"image_size", w.ImageSize != ""}, {"seed", w.Seed != nil}} {
		if k.set {
			out = append(out, k.name)
		}
	}
	return out
}

// most bounds what a request may be made of; it catches slips.
const (
	mostTurns  = 100
	mostImages = 64
	mostSide   = 8192
)

func (w Workload) validate(v *validator) {
	kind, set := w.kind(), w.keys()
	at := slices.Index(WorkloadKinds(), kind)
	if at < 0 {
		v.fault("workload.kind", "%q is none of %s%s", kind, quoted(WorkloadKinds()), nearest(kind, WorkloadKinds()))
		return
	}
	k := kinds[at]
	for _, key := range k.needs {
		if !slices.Contains(set, key) {
			v.fault("workload."+key, "is missing: the kind %s needs it", kind)
		}
	}
	for _, key := range set {
		if !slices.Contains(k.needs, key) && !slices.Contains(k.also, key) {
			v.fault("workload."+key, "does not go with the kind %s", kind)
		}
	}
	for _, n := range []struct {
		key         string
		value, most int
	}{{"input_tokens", w.InputTokens, 1 << 24}, {"input_tokens_spread", w.InputSpread, 1 << 24}, {"prefix_tokens", w.PrefixTokens, 1 << 24},
		{"prefix_groups", w.PrefixGroups, load.PromptStride}, {"turns", w.Turns, mostTurns}, {"images", w.Images, mostImages}} {
		if n.value < 0 {
			v.fault("workload."+n.key, "must not be negative")
		}
		if n.value > n.most {
			v.fault("workload."+n.key, "is %d, must be at most %d", n.value, n.most)
		}
	}
	input := w.InputTokens
	if input == 0 {
		input = load.DefaultInputTokens
	}
	if w.InputSpread >= input {
		v.fault("workload.input_tokens_spread", "is %d, must be below input_tokens %d", w.InputSpread, input)
	}
	if w.PrefixTokens >= input {
		v.fault("workload.prefix_tokens", "is %d, must be below input_tokens %d, of which it is a part", w.PrefixTokens, input)
	}
	if kind == "one-prompt" && w.Prompt == "" && w.File == "" {
		v.fault("workload.prompt", "is missing: the kind one-prompt needs it, or file with the text")
	}
	if kind == "one-prompt" && w.Prompt != "" && w.File != "" {
		v.fault("workload.file", "and prompt are both given: the kind one-prompt has one text")
	}
	if _, _, err := imageSize(w.ImageSize); err != nil {
		v.fault("workload.image_size", "%v", err)
	}
}

// imageSize reads such as 512x384; "" stands for the default.
func imageSize(s string) (width, height int, err error) {
	if s == "" {
		return load.DefaultImageSide, load.DefaultImageSide, nil
	}
	a, b, ok := strings.Cut(s, "x")
	width, e1 := strconv.Atoi(a)
	height, e2 := strconv.Atoi(b)
	if !ok || e1 != nil || e2 != nil || min(width, height) < 1 || max(width, height) > mostSide {
		return 0, 0, fmt.Errorf("%q is no size such as 512x512, up to %d on a side", s, mostSide)
	}
	return width, height, nil
}

// drawn reports whether the prompts are made for each run, not read.
func (w Workload) drawn() bool {
	switch w.kind() {
	case "one-prompt", "file", "sharegpt", "trace":
		return false
	}
	return true
}

// build reads or makes what is asked. seed is used where none is given.
func (w Workload) build(seed uint64) (load.Workload, error) {
	drawn := true
	if w.Seed != nil {
		seed, drawn = *w.Seed, false
	}
	random := load.Random{Seed: seed, Drawn: drawn, InputTokens: w.InputTokens, Spread: w.InputSpread, PrefixTokens: w.PrefixTokens, Groups: w.PrefixGroups}
	var out load.Workload
	var err error
	switch w.kind() {
	case "random", "shared-prefix":
		out = random
	case "multi-turn":
		out = load.Conversations{Random: random, Length: w.Turns}
	case "images":
		width, height, err := imageSize(w.ImageSize)
		return load.Images{Seed: seed, Drawn: drawn, Count: w.Images, Width: width, Height: height, Prompt: w.Prompt}, err
	case "one-prompt":
		if w.File == "" {
			return load.OnePrompt{Prompt: w.Prompt}, nil
		}
		text, err := os.ReadFile(w.File)
		if err == nil && len(strings.TrimSpace(string(text))) == 0 {
			err = fmt.Errorf("%s is empty", filepath.Base(w.File))
		}
		if err != nil {
			return nil, fmt.Errorf("prompt file: %w", err)
		}
		out = load.OnePrompt{Prompt: string(text)}
	case "file":
		var f *load.File
		f, err = load.ReadFile(w.File, w.Seed)
		out = f
	case "sharegpt":
		var f *load.ShareGPT
		f, err = load.ReadShareGPT(w.File, w.Turns, w.Seed)
		out = f
	case "trace":
		var f *load.TraceFile
		f, err = load.ReadTrace(w.File)
		out = f
	default:
		out = load.Synthetic{Seed: seed, Drawn: drawn, InputTokens: w.InputTokens}
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}
