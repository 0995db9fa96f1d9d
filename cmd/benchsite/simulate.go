package main

import (
	"context"
	"strings"

	"benchsite/collect/simulate"
)

var simulateCommand = command{
	name: "simulate", summary: "run the embedded simulated endpoint",
	usage: `
Serves an OpenAI-compatible endpoint on the loopback interface that behaves like
a continuous-batching server: prefill by prompt tokens, decode steps that slow
down with the batch, a queue beyond the maximum of sequences. It is for trying
benchsite; no model is involved. Ctrl-C ends it.`,
	build: func(f *flags) func(context.Context, *ui, []string) error {
		addr := f.set.String("addr", "127.0.0.1:0", "the `ADDRESS` to listen on; port 0 takes a free one")
		profile := f.set.String("profile", "bf16", "the `NAME` of the profile: "+profileNames())
		clock := f.set.Float64("clock", 1, "how much faster than life it runs, a `FACTOR`")
		prefix := f.set.Bool("prefix-cache", false, "skip the prefill of prompts seen before")
		f.common()
		return func(ctx context.Context, u *ui, args []string) error {
			if len(args) > 0 {
				return usageErr("simulate takes no argument, got %q", args[0])
			}
			p, err := simulate.Lookup(*profile)
			if err != nil {
				return usageErr("%w", err)
			}
			if *clock <= 0 {
				return usageErr("simulate: --clock is %v, must be above 0", *clock)
			}
			s, err := simulate.Start(*addr, p, simulate.Options{Clock: *clock, PrefixCache: *prefix})
			if err != nil {
				return failErr(err)
			}
			defer s.Close()
			u.println(s.URL())
			u.note("serving profile %s; benchsite load --url %s -c 4 -n 16 --max-tokens 64", *profile, s.URL())
			<-ctx.Done()
			return nil
		}
	},
}

func profileNames() string {
	var names []string
	for _, p := range simulate.Profiles() {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}
