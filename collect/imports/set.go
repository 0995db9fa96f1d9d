package imports

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"benchsite/collect/artifact"

	"github.com/agnivade/levenshtein"
)

// setters are the keys of --set: the subject fields, and the fields of
// environment.server under server. Each says whether it understands the value.
var setters = map[string]func(a *artifact.Artifact, v string) error{
	"name":                  func(a *artifact.Artifact, v string) error { a.Subject.Name = v; return nil },
	"model":                 func(a *artifact.Artifact, v string) error { a.Subject.Model = v; return nil },
	"base_model":            words(func(a *artifact.Artifact) **string { return &a.Subject.BaseModel }),
	"model_revision":        words(func(a *artifact.Artifact) **string { return &a.Subject.ModelRevision }),
	"precision":             words(func(a *artifact.Artifact) **string { return &a.Subject.Precision }),
	"quantization":          words(func(a *artifact.Artifact) **string { return &a.Subject.Quantization }),
	"kv_cache_dtype":        words(func(a *artifact.Artifact) **string { return &a.Subject.KVCacheDtype }),
	"engine":                words(func(a *artifact.Artifact) **string { return &a.Subject.Engine }),
	"engine_version":        words(func(a *artifact.Artifact) **string { return &a.Subject.EngineVersion }),
	"accelerator":           words(func(a *artifact.Artifact) **string { return &a.Subject.Accelerator }),
	"parallel.tp":           counts(func(a *artifact.Artifact) **int64 { return &a.Subject.Parallel.TP }),
	"parallel.pp":           counts(func(a *artifact.Artifact) **int64 { return &a.Subject.Parallel.PP }),
	"parallel.dp":           counts(func(a *artifact.Artifact) **int64 { return &a.Subject.Parallel.DP }),
	"parallel.ep":           counts(func(a *artifact.Artifact) **int64 { return &a.Subject.Parallel.EP }),
	"max_model_len":         counts(func(a *artifact.Artifact) **int64 { return &a.Subject.MaxModelLen }),
	"accelerator_count":     counts(func(a *artifact.Artifact) **int64 { return &a.Subject.AcceleratorCount }),
	"accelerator_memory_gb": sizes(func(a *artifact.Artifact) **float64 { return &a.Subject.AcceleratorMemoryGB }),

	"server.command": func(a *artifact.Artifact, v string) error {
		serverOf(a).Command = strings.Fields(v)
		return nil
	},
	"server.weights_gib":       sizes(func(a *artifact.Artifact) **float64 { return &serverOf(a).WeightsGiB }),
	"server.kv_cache_tokens":   counts(func(a *artifact.Artifact) **int64 { return &serverOf(a).KVCacheTokens }),
	"server.max_num_seqs":      counts(func(a *artifact.Artifact) **int64 { return &serverOf(a).MaxNumSeqs }),
	"server.attention_backend": words(func(a *artifact.Artifact) **string { return &serverOf(a).AttentionBackend }),
	"server.enforce_eager":     flags(func(a *artifact.Artifact) **bool { return &serverOf(a).EnforceEager }),
	"server.prefix_caching":    flags(func(a *artifact.Artifact) **bool { return &serverOf(a).PrefixCaching }),
	"server.speculative":       words(func(a *artifact.Artifact) **string { return &serverOf(a).Speculative }),
}

// open keys take any name after the point.
var openSetters = map[string]func(a *artifact.Artifact, name, v string){
	"label.": func(a *artifact.Artifact, name, v string) {
		if a.Subject.Labels == nil {
			a.Subject.Labels = map[string]string{}
		}
		a.Subject.Labels[name] = v
	},
	"server.args.": func(a *artifact.Artifact, name, v string) {
		if serverOf(a).Args == nil {
			serverOf(a).Args = map[string]any{}
		}
		serverOf(a).Args[name] = jsonOrText(v)
	},
	"server.env.": func(a *artifact.Artifact, name, v string) {
		if serverOf(a).Env == nil {
			serverOf(a).Env = map[string]string{}
		}
		serverOf(a).Env[name] = v
	},
}

func serverOf(a *artifact.Artifact) *artifact.Server {
	if a.Environment.Server == nil {
		a.Environment.Server = &artifact.Server{}
	}
	return a.Environment.Server
}

func words(field func(*artifact.Artifact) **string) func(*artifact.Artifact, string) error {
	return func(a *artifact.Artifact, v string) error {
		*field(a) = &v
		return nil
	}
}

func counts(field func(*artifact.Artifact) **int64) func(*artifact.Artifact, string) error {
	return func(a *artifact.Artifact, v string) error {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 0 {
			return fmt.Errorf("%q is not a count", v)
		}
		*field(a) = &n
		return nil
	}
}

func sizes(field func(*artifact.Artifact) **float64) func(*artifact.Artifact, string) error {
	return func(a *artifact.Artifact, v string) error {
		f := finite(v)
		if f == nil || *f < 0 {
			return fmt.Errorf("%q is not a size", v)
		}
		*field(a) = f
		return nil
	}
}

func flags(field func(*artifact.Artifact) **bool) func(*artifact.Artifact, string) error {
	return func(a *artifact.Artifact, v string) error {
		if v != "true" && v != "false" {
			return fmt.Errorf("%q is neither true nor false", v)
		}
		*field(a) = ptr(v == "true")
		return nil
	}
}

// jsonOrText reads 32, true or "x" as JSON and anything else as the text it is.
func jsonOrText(v string) any {
	if n, err := parse("", []byte(v)); err == nil && json.Valid([]byte(v)) {
		return n.plain()
	}
	return v
}

// SetKeys lists the keys that --set takes, sorted.
func SetKeys() []string {
	keys := slices.Collect(maps.Keys(setters))
	for prefix := range openSetters {
		keys = append(keys, prefix+"X")
	}
	slices.Sort(keys)
	return keys
}

// ParseSet reads the key=value pairs of the command line. An unknown key is an
// error that names the nearest one.
func ParseSet(pairs []string) (map[string]string, error) {
	set := map[string]string{}
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("--set %q is not key=value", pair)
		}
		if _, twice := set[key]; twice {
			return nil, fmt.Errorf("--set %s is given twice", key)
		}
		set[key] = value
	}
	return set, ApplySet(new(artifact.Artifact), set)
}

// ApplySet writes the values over what the file said.
func ApplySet(a *artifact.Artifact, set map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(set)) {
		value := set[key]
		if value == "" {
			return fmt.Errorf("--set %s has no value", key)
		}
		if put, ok := setters[key]; ok {
			if err := put(a, value); err != nil {
				return fmt.Errorf("--set %s: %w", key, err)
			}
			continue
		}
		if !setOpen(a, key, value) {
			return fmt.Errorf("--set %s: no such field%s", key, nearest(key, SetKeys()))
		}
	}
	return nil
}

func setOpen(a *artifact.Artifact, key, value string) bool {
	for prefix, put := range openSetters {
		if name, ok := strings.CutPrefix(key, prefix); ok && name != "" {
			put(a, name, value)
			return true
		}
	}
	return false
}

// nearest is a hint such as " (did you mean parallel.tp?)", or nothing when no
// name is near. The part after a point counts as a name, too.
func nearest(name string, names []string) string {
	best, distance := "", max(2, len(name)/3)+1
	for _, n := range names {
		d := levenshtein.ComputeDistance(name, n)
		if i := strings.LastIndexByte(n, '.'); i >= 0 {
			d = min(d, levenshtein.ComputeDistance(name, n[i+1:]))
		}
		if d < distance {
			best, distance = n, d
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + best + "?)"
}
