package collect

import (
	"context"
	"fmt"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/simulate"
)

// target is a subject that can be asked: its client, the server if it is ours,
// and what is known of it before load is sent.
type target struct {
	client    *endpoint.Client
	simulated *simulate.Server // ours, to be stopped; nil for one that was running
	isSim     bool             // a simulated endpoint, ours or started by hand
	profile   string
	model     string
	subject   artifact.Subject
	server    *artifact.Server
}

// reach finds the subject's server, or starts the simulated one, and checks
// that the model is served. concurrency is the most that any point will use.
func reach(ctx context.Context, s Subject, concurrency int, timeout time.Duration, getenv func(string) string) (*target, error) {
	t := &target{subject: s.artifact()}
	o := endpoint.Options{URL: s.Endpoint, Model: s.Model, Concurrency: concurrency, Timeout: timeout}
	profile, options, simulated, err := simulate.Parse(s.Endpoint)
	if err != nil {
		return nil, &endpoint.Error{Class: endpoint.ClassURL, Message: err.Error()}
	}
	if simulated {
		if t.simulated, err = simulate.Start("127.0.0.1:0", profile, options); err != nil {
			return nil, err
		}
		t.profile, o.URL = profile.Name, t.simulated.URL()
		p := t.simulated.Profile()
		t.server = &artifact.Server{
			MaxNumSeqs: artifact.Ptr(int64(p.MaxNumSeqs)), PrefixCaching: artifact.Ptr(options.PrefixCache),
			Args: map[string]any{"profile": p.Name, "clock": max(options.Clock, 0), "seed": fmt.Sprint(options.Seed)},
		}
		if options.Clock == 0 {
			t.server.Args["clock"] = 1.0
		}
	}
	if s.KeyEnv != "" {
		if o.APIKey = getenv(s.KeyEnv); o.APIKey == "" {
			t.close()
			return nil, &endpoint.Error{Class: endpoint.ClassURL, Message: fmt.Sprintf("the environment variable %s, which api_key_env names, is empty", s.KeyEnv)}
		}
	}
	if t.client, err = endpoint.Dial(ctx, o); err != nil {
		t.close()
		return nil, err
	}
	m, err := t.client.Pick(s.Model)
	if err != nil {
		t.close()
		return nil, err
	}
	t.model, t.subject.Model = m.ID, m.ID
	if t.subject.MaxModelLen == nil {
		t.subject.MaxModelLen = m.MaxModelLen
	}
	f := t.client.Facts(ctx)
	t.isSim = simulated || f.Engine == endpoint.Simulated
	if t.subject.Engine == nil && f.Engine != "" {
		t.subject.Engine = &f.Engine
	}
	if t.subject.EngineVersion == nil && f.EngineVersion != "" {
		t.subject.EngineVersion = &f.EngineVersion
	}
	return t, nil
}

func (t *target) close() {
	if t.client != nil {
		t.client.Close()
	}
	if t.simulated != nil {
		_ = t.simulated.Close() // its listener goes with the process anyway
	}
}
