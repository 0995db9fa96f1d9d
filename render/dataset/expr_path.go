package dataset

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// lookup walks the JSON of the artifact. A list is walked by place, tasks by
// their name as well.
func (r *Run) lookup(path string) (Value, error) {
	var tree any
	text, err := r.Artifact.Encode()
	if err == nil {
		err = json.Unmarshal(text, &tree)
	}
	if err != nil {
		return Value{}, fmt.Errorf("%s: %v", r.ID, err)
	}
	at := ""
	node := tree
	for rest := path; rest != ""; {
		switch n := node.(type) {
		case map[string]any:
			key := longestKey(n, rest)
			if key == "" {
				head, _, _ := strings.Cut(rest, ".")
				return Value{}, fmt.Errorf("%s has no %s%s", r.ID, join(at, head), beside(n, head))
			}
			node, at, rest = n[key], join(at, key), strings.TrimPrefix(strings.TrimPrefix(rest, key), ".")
			if node == nil {
				return Value{}, fmt.Errorf("%s is not recorded in %s (null)%s", at, r.ID, beside(n, ""))
			}
		case []any:
			head, tail, _ := strings.Cut(rest, ".")
			i, err := strconv.Atoi(head)
			if err != nil || i < 0 || i >= len(n) {
				return Value{}, fmt.Errorf("%s of %s has %d entries, counted from 0; %q is none of them", at, r.ID, len(n), head)
			}
			node, at, rest = n[i], join(at, head), tail
		default:
			return Value{}, fmt.Errorf("%s of %s is a single value; there is no %s in it", at, r.ID, rest)
		}
	}
	switch v := node.(type) {
	case float64:
		return Value{Kind: kindOf(path), Num: v}, nil
	case string:
		return Value{Kind: KindText, Text: v}, nil
	case bool:
		x := Value{Kind: KindBool}
		if v {
			x.Num = 1
		}
		return x, nil
	case map[string]any:
		return Value{}, fmt.Errorf("%s of %s is a group%s", at, r.ID, beside(v, ""))
	case []any:
		return Value{}, fmt.Errorf("%s of %s is a list of %d; add the place, counted from 0", at, r.ID, len(v))
	}
	return Value{}, r.missing(path)
}

// longestKey finds the key with which the path begins; keys themselves may hold
// points (names of tasks, labels, variables).
func longestKey(n map[string]any, path string) string {
	best := ""
	for k := range n {
		if len(k) > len(best) && (path == k || strings.HasPrefix(path, k+".")) {
			best = k
		}
	}
	return best
}

func join(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

// beside lists what is recorded at the same place.
func beside(n map[string]any, head string) string {
	var known []string
	for _, k := range slices.Sorted(maps.Keys(n)) {
		if n[k] != nil {
			known = append(known, k)
		}
	}
	if head != "" {
		return nearest(head, known)
	}
	if len(known) == 0 {
		return ""
	}
	return "; recorded there: " + strings.Join(known, ", ")
}

// kindOf tells by its path what a number of the artifact counts.
func kindOf(path string) Kind {
	parts := strings.Split(path, ".")
	last := parts[len(parts)-1]
	under := func(prefix string) bool { return strings.HasPrefix(path, prefix) }
	switch {
	case under("protocol.parameters."), under("environment.server.args."), under("subject.parallel."),
		last == "max_num_seqs", last == "max_model_len", last == "accelerator_count", last == "schema", last == "n_shot":
		return KindSetting
	case strings.HasSuffix(last, "tokens_per_s"):
		return KindThroughput
	case last == "requests_per_s":
		return KindRate
	case under("load.latency."), under("load.client.dispatch_lag_s."):
		switch {
		case last == "n":
			return KindCount
		case slices.Contains([]string{"tpot_s", "itl_s", "icl_s"}, parts[len(parts)-2]):
			return KindTokenSeconds
		}
		return KindSeconds
	case under("load.goodput.slo."), strings.HasSuffix(last, "_s"):
		return KindSeconds
	case last == "share", last == "prefix_cache_hit_rate", strings.HasPrefix(last, "kv_cache_usage"), last == "value", last == "cpu":
		return KindShare
	case last == "stderr":
		return KindPoints
	case under("load.tokens."), under("eval.tokens."), last == "kv_cache_tokens":
		return KindTokens
	case under("load.requests."), under("load.finish_reasons."), last == "n", last == "items", last == "of", last == "met",
		last == "repeats", last == "preemptions", strings.Contains(path, ".outcomes."), strings.HasSuffix(last, "_max"):
		return KindCount
	case last == "weights_gib":
		return KindGiB
	case strings.HasSuffix(last, "_gb"):
		return KindGB
	case last == "bytes":
		return KindBytes
	case last == "mean_w":
		return KindWatts
	case last == "energy_j":
		return KindJoules
	}
	return KindNumber
}
