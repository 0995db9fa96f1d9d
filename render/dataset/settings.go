package dataset

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// notSettings are server arguments that say where and for whom the server runs,
// or name the model; the subject says the latter.
var notSettings = []string{
	"model", "model_tag", "model_path", "model_name", "pretrained", "served_model_name", "tokenizer", "host", "port", "api_key", "download_dir", "uvicorn_log_level",
	"enable_force_include_usage", "disable_log_requests", "log_level", "trust_remote_code", "quantization", "config",
}

// argumentNames maps arguments to the field that holds the same setting.
var argumentNames = map[string]string{"tensor_parallel_size": "tp", "pipeline_parallel_size": "pp", "data_parallel_size": "dp"}

// arguments are the settings of a server by name: what it was started with and
// how the model is split.
func arguments(r *Run) map[string]any {
	out := map[string]any{}
	s := &r.Artifact.Subject
	for name, p := range map[string]*int64{
		"tp": s.Parallel.TP, "pp": s.Parallel.PP, "dp": s.Parallel.DP, "ep": s.Parallel.EP,
		"max_model_len": s.MaxModelLen, "accelerator_count": s.AcceleratorCount,
	} {
		if p != nil {
			out[name] = *p
		}
	}
	if s.KVCacheDtype != nil {
		out["kv_cache_dtype"] = *s.KVCacheDtype
	}
	e := r.Environment.Server
	if e == nil {
		return out
	}
	for k, v := range e.Args {
		name := strings.ReplaceAll(k, "-", "_")
		if to, ok := argumentNames[name]; ok {
			name = to
		}
		if _, set := out[name]; !set && !slices.Contains(notSettings, name) && v != nil {
			out[name] = v
		}
	}
	for k, v := range e.Env {
		// Which devices, caches and paths a process saw says nothing of speed.
		if k != "CUDA_VISIBLE_DEVICES" && !strings.HasPrefix(k, "HF_") && !strings.Contains(v, "/") {
			out["env."+k] = v
		}
	}
	if e.MaxNumSeqs != nil {
		out["max_num_seqs"] = *e.MaxNumSeqs
	}
	if e.AttentionBackend != nil {
		out["attention_backend"] = *e.AttentionBackend
	}
	if e.EnforceEager != nil {
		out["enforce_eager"] = *e.EnforceEager
	}
	if e.PrefixCaching != nil {
		out["prefix_caching"] = *e.PrefixCaching
	}
	if e.Speculative != nil {
		out["speculative"] = *e.Speculative
	}
	return out
}

// knowsArguments reports whether what a run does not list was really not set:
// its server's list of arguments is recorded.
func knowsArguments(r *Run) bool {
	return r.Environment.Server != nil && r.Environment.Server.Args != nil
}

// diffArguments compares the settings of two servers. A setting of one side
// only differs when the other side's arguments are recorded (then it was not
// set), or when it was given by hand, which is done to name a difference.
func diffArguments(a, b *Run) []Field {
	out := diffMaps(arguments(a), arguments(b), func(name string) Verdict {
		has, lacks := a, b
		if _, ok := arguments(a)[name]; !ok {
			has, lacks = b, a
		}
		if _, byHand := has.Source.Set["server."+name]; byHand || knowsArguments(lacks) && knowsArguments(has) {
			return Differs
		}
		return Unknown
	})
	// How the model is split is named first, on how many devices last.
	rank := func(f Field) int {
		switch {
		case slices.Contains([]string{"tp", "pp", "dp", "ep"}, f.Name):
			return 0
		case f.Name == "accelerator_count":
			return 2
		}
		return 1
	}
	slices.SortStableFunc(out, func(x, y Field) int { return cmp.Compare(rank(x), rank(y)) })
	sortFields(out)
	return out
}

func environment(r *Run) map[string]any {
	out := map[string]any{}
	e := &r.Environment
	for k, v := range e.Host {
		out["host."+k] = v
	}
	for name, p := range map[string]*string{
		"driver": e.Driver, "cuda": e.CUDA, "topology": e.Topology, "accelerator": r.Artifact.Subject.Accelerator,
	} {
		if p != nil {
			out[name] = *p
		}
	}
	if len(e.Accelerators) > 0 {
		out["accelerators"] = acceleratorText(e.Accelerators)
	}
	return out
}

// acceleratorText counts equal devices: "2× NVIDIA A100, 4g.96gb".
func acceleratorText(list []artifact.Accelerator) string {
	counts, order := map[string]int{}, []string(nil)
	for _, a := range list {
		name := a.Name
		if a.MIG != nil {
			name += ", " + *a.MIG
		}
		if counts[name] == 0 {
			order = append(order, name)
		}
		counts[name]++
	}
	for i, name := range order {
		order[i] = fmt.Sprintf("%d× %s", counts[name], name)
	}
	return strings.Join(order, "; ")
}

// diffEnvironment compares where two runs took place. What the machine was is
// listed even when neither side recorded it: unknown on both sides is not the same.
func diffEnvironment(a, b *Run) []Field {
	ea, eb := environment(a), environment(b)
	out := diffMaps(ea, eb, func(string) Verdict { return Unknown })
	for _, must := range []string{"accelerator", "driver", "cuda"} {
		_, inA := ea[must]
		_, inB := eb[must]
		if !inA && !inB {
			out = append(out, Field{Name: must, Verdict: Unknown})
		}
	}
	sortFields(out)
	return out
}

func diffSubject(a, b *Run) []Field {
	var out []Field
	for _, name := range subjectFields {
		va, okA := subjectField(&a.Artifact.Subject, name)
		vb, okB := subjectField(&b.Artifact.Subject, name)
		if !okA && !okB && name != "engine_version" {
			continue
		}
		f := Field{Name: name, Verdict: Unknown}
		if okA {
			f.A = va
		}
		if okB {
			f.B = vb
		}
		if okA && okB {
			f.Verdict = verdict(va, vb)
		}
		out = append(out, f)
	}
	sortFields(out)
	return out
}

func verdict(a, b any) Verdict {
	if sameValue(a, b) {
		return Same
	}
	return Differs
}

// diffMaps compares settings by name; single decides on those of one side only.
func diffMaps(a, b map[string]any, single func(name string) Verdict) []Field {
	names := map[string]bool{}
	for k := range a {
		names[k] = true
	}
	for k := range b {
		names[k] = true
	}
	var out []Field
	for _, name := range slices.Sorted(maps.Keys(names)) {
		va, okA := a[name]
		vb, okB := b[name]
		f := Field{Name: name, A: va, B: vb}
		switch {
		case okA && okB:
			f.Verdict = verdict(va, vb)
		default:
			f.Verdict = single(name)
		}
		out = append(out, f)
	}
	sortFields(out)
	return out
}
