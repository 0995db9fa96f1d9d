package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"benchsite/collect"
	"benchsite/collect/artifact"
	"benchsite/collect/endpoint/endpointtest"
	"benchsite/render/dataset"
)

// TestNoticesOfMeasuredRuns: what the load generator measures and what the site
// warns of fit together, from the request on the wire to the notice.
func TestNoticesOfMeasuredRuns(t *testing.T) {
	quick := endpointtest.Good(3, 10*time.Millisecond, 2*time.Millisecond)
	slow := endpointtest.Good(3, 60*time.Millisecond, 2*time.Millisecond)
	firstWave := func(n int) []endpointtest.Reply {
		late := endpointtest.Good(3, 300*time.Millisecond, 2*time.Millisecond)
		return append(slices.Repeat([]endpointtest.Reply{late}, n), quick)
	}
	failing := func(w *endpointtest.Wire) { w.JSON(500, `{}`) }
	of := func(l collect.Load) collect.Load { l.Name, l.Warmup = "l", artifact.Ptr(0); return l }
	for _, c := range []struct {
		name       string
		replies    []endpointtest.Reply
		load       collect.Load
		fires, not []string
	}{
		{"an open loop that keeps up", []endpointtest.Reply{quick}, of(collect.Load{Rate: []float64{40}, Requests: 60}), nil, // slow enough for a busy machine
			[]string{"rate-not-reached", "start-burst", "identical-prompts", "failed-requests"}},
		{"an open loop that may not", []endpointtest.Reply{slow}, of(collect.Load{Rate: []float64{200}, Requests: 40, MaxInFlight: 2}),
			[]string{"rate-not-reached", "client-bound"}, []string{"start-burst"}},
		{"a closed loop whose first wave is the tail", firstWave(8), of(collect.Load{Concurrency: []int{8}, Requests: 120}),
			[]string{"start-burst"}, []string{"rate-not-reached", "identical-prompts"}},
		{"one prompt for all", []endpointtest.Reply{quick}, of(collect.Load{Concurrency: []int{4}, Requests: 120, Workload: collect.Workload{Prompt: "again"}}),
			[]string{"identical-prompts"}, []string{"start-burst"}},
		{"too few and failing", []endpointtest.Reply{quick, failing, quick}, of(collect.Load{Rate: []float64{100}, Arrival: "constant", Requests: 10}),
			[]string{"failed-requests", "few-requests"}, []string{"start-burst"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := endpointtest.New(t, c.replies...)
			config := collect.Config{Subjects: []collect.Subject{{Name: "s", Endpoint: s.URL}}, Loads: []collect.Load{c.load}}
			if faults := config.Validate(); len(faults) > 0 {
				t.Fatal(faults)
			}
			plan, err := collect.NewPlan(config)
			if err != nil {
				t.Fatal(err)
			}
			store := artifact.Open(t.TempDir())
			if _, err := collect.Run(context.Background(), plan, store, nil, collect.RunOptions{}); err != nil {
				t.Fatal(err)
			}
			set, err := dataset.Load(store, dataset.Config{})
			if err != nil || len(set.Runs) != 1 {
				t.Fatal(err, set.Problems)
			}
			var codes []string
			for _, n := range set.Runs[0].Notices {
				codes = append(codes, n.Code)
			}
			for _, code := range c.fires {
				if !slices.Contains(codes, code) {
					t.Errorf("%s is missing in %v", code, codes)
				}
			}
			for _, code := range c.not {
				if slices.Contains(codes, code) {
					t.Errorf("%s stands in %v", code, codes)
				}
			}
		})
	}
}
