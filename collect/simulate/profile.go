// Package simulate is an OpenAI-compatible server that holds no model. It
// spends time the way a continuous-batching engine does, so that the whole of
// benchsite can be tried, shown and tested on a machine without an
// accelerator: prompts cost prefill time by their tokens, a decode step takes
// longer the more sequences share it, and what does not fit the batch waits.
//
// Its figures are plausible and mean nothing. Whatever is measured against it
// is marked simulated wherever it shows.
package simulate

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Version changes when the simulated timing or text changes, so that stored
// points of an older form are collected again.
const Version = "1"

// Scheme begins an endpoint of config.toml that names a profile.
const Scheme = "simulate:"

// Profile says how fast the simulated engine is.
type Profile struct {
	Name        string        // bf16, fp8, nvfp4
	Model       string        // the name it serves
	Precision   string        // as a subject names it
	StepBase    time.Duration // one decode step of an empty batch: reading the weights
	StepPerSeq  time.Duration // added by each sequence in the batch
	PrefillRate float64       // prompt tokens a second
	MaxNumSeqs  int           // sequences in the batch; more wait
	MaxModelLen int64         // tokens of prompt and answer together
	WeightsGiB  float64
}

// maxBatchedTokens bounds the prompt tokens that one step takes in, so that a
// long prompt slows the running sequences down instead of stopping them.
const maxBatchedTokens = 2048

// Profiles returns the profiles in a fixed order. The steps at 16 sequences
// (49.6, 41.8 and 26.3 ms) follow what a 32B model did on one GPU partition in
// the recorded runs; how they split into base and share is a guess.
func Profiles() []Profile {
	ms := func(v float64) time.Duration { return time.Duration(v * float64(time.Millisecond)) }
	return []Profile{
		{Name: "bf16", Model: "simulated-32b-bf16", Precision: "BF16", StepBase: ms(40), StepPerSeq: ms(0.6), PrefillRate: 4500, MaxNumSeqs: 32, MaxModelLen: 32768, WeightsGiB: 61},
		{Name: "fp8", Model: "simulated-32b-fp8", Precision: "FP8", StepBase: ms(33), StepPerSeq: ms(0.55), PrefillRate: 7000, MaxNumSeqs: 32, MaxModelLen: 32768, WeightsGiB: 32},
		{Name: "nvfp4", Model: "simulated-32b-nvfp4", Precision: "NVFP4", StepBase: ms(19.1), StepPerSeq: ms(0.45), PrefillRate: 9500, MaxNumSeqs: 32, MaxModelLen: 32768, WeightsGiB: 19},
	}
}

// Lookup returns the profile of that name, in any case.
func Lookup(name string) (Profile, error) {
	var names []string
	for _, p := range Profiles() {
		if strings.EqualFold(p.Name, name) {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Profile{}, fmt.Errorf("no simulated profile %q: choose one of %s", name, strings.Join(names, ", "))
}

// Options changes how a profile is played.
type Options struct {
	Clock       float64 // how many times faster than real; 0 = 1
	Seed        uint64  // of text and jitter
	PrefixCache bool    // remember prompts in blocks of 16 tokens
	MaxNumSeqs  int     // in place of the profile's; 0 = the profile's
}

// Parse reads an endpoint such as simulate:fp8 or
// simulate:fp8?clock=4&seed=1&prefix_cache=true&max_num_seqs=8. ok is false
// when s does not begin with the scheme.
func Parse(s string) (p Profile, o Options, ok bool, err error) {
	rest, ok := strings.CutPrefix(s, Scheme)
	if !ok {
		return p, o, false, nil
	}
	name, query, _ := strings.Cut(rest, "?")
	if p, err = Lookup(name); err != nil {
		return p, o, true, err
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return p, o, true, fmt.Errorf("endpoint %q: %v", s, err)
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		var err error
		v := values[key]
		switch key {
		case "clock":
			o.Clock, err = strconv.ParseFloat(v[0], 64)
			if err == nil && !(o.Clock > 0 && o.Clock <= 1000) {
				err = fmt.Errorf("not above 0 and up to 1000")
			}
		case "seed":
			o.Seed, err = strconv.ParseUint(v[0], 10, 64)
		case "prefix_cache":
			o.PrefixCache, err = strconv.ParseBool(v[0])
		case "max_num_seqs":
			o.MaxNumSeqs, err = strconv.Atoi(v[0])
			if err == nil && o.MaxNumSeqs < 1 {
				err = fmt.Errorf("below 1")
			}
		default:
			err = fmt.Errorf("unknown, use clock, seed, prefix_cache or max_num_seqs")
		}
		if err != nil {
			return p, o, true, fmt.Errorf("endpoint %q: %s: %v", s, key, err)
		}
	}
	return p, o, true, nil
}
