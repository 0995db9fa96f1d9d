package collect

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/server"
)

// Server is how the server of a subject is started: the keys of
// [subject.server]. It is started before the subject's first run and stopped
// after its last.
type Server struct {
	Command []string          `toml:"command"` // program and arguments; no shell reads them
	Env     map[string]string `toml:"env"`     // on top of the collector's environment
	Dir     string            `toml:"dir"`
	Ready   string            `toml:"ready"`   // path below the endpoint, or a URL, that answers 200 once it serves; "" = /v1/models
	Timeout Duration          `toml:"timeout"` // to get ready
	Grace   Duration          `toml:"grace"`   // to end when asked to
	Log     string            `toml:"log"`     // file for what it writes; "" = below artifacts/.state
}

func (s Server) validate(endpoint string, simulated bool, v *validator) {
	switch {
	case simulated:
		v.fault("server", "has no place beside a simulated endpoint, which is started by itself")
	case len(s.Command) == 0 || s.Command[0] == "":
		v.fault("server.command", `is missing: the program and its arguments, such as ["vllm", "serve", "Qwen/Qwen3-32B"]`)
	}
	for _, d := range []struct {
		key   string
		value Duration
	}{{"server.timeout", s.Timeout}, {"server.grace", s.Grace}} {
		if d.value < 0 {
			v.fault(d.key, "must not be negative")
		}
	}
	if _, err := s.ready(endpoint); err != nil && !simulated {
		v.fault("server.ready", "%v", err)
	}
}

// ready is the address that tells that the server serves.
func (s Server) ready(endpoint string) (string, error) {
	if strings.HasPrefix(s.Ready, "http://") || strings.HasPrefix(s.Ready, "https://") {
		return s.Ready, nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("cannot be joined to the endpoint %q, which is no URL", endpoint)
	}
	path := cmp.Or(s.Ready, "/v1/models")
	if !strings.HasPrefix(path, "/") {
		return "", fmt.Errorf("is %q, must be a path such as /health, or a URL", s.Ready)
	}
	u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/v1") + path
	return u.String(), nil
}

// Part is what one start of a server is for. Subject is nil for what is asked of
// servers that run already.
type Part struct {
	Subject *Subject
	Points  []Point
	Evals   []EvalPoint
}

// Parts splits a plan so that each server is started once: first what needs no
// start, then each subject with a server in the order of the configuration, its
// load tests before its evaluations.
func Parts(points []Point, evals []EvalPoint) []Part {
	parts := []Part{{}}
	part := func(s Subject) *Part {
		if s.Server == nil {
			return &parts[0]
		}
		i := slices.IndexFunc(parts, func(p Part) bool { return p.Subject != nil && p.Subject.Name == s.Name })
		if i < 0 {
			parts = append(parts, Part{Subject: &s})
			i = len(parts) - 1
		}
		return &parts[i]
	}
	for _, p := range points {
		at := part(p.Subject)
		at.Points = append(at.Points, p)
	}
	for _, p := range evals {
		at := part(p.Subject)
		at.Evals = append(at.Evals, p)
	}
	if len(parts[0].Points)+len(parts[0].Evals) == 0 {
		return parts[1:]
	}
	return parts
}

// Running is a server that was started for a subject.
type Running struct {
	subject Subject
	process *server.Process
}

// Serve starts the server of a subject and waits until it serves. The error is a
// *server.Failure when it does not come up, that of ctx when the wait was
// broken off. tell hears how far the start is.
func Serve(ctx context.Context, s Subject, store *artifact.Store, tell func(string)) (*Running, error) {
	ready, err := s.Server.ready(s.Endpoint)
	if err != nil {
		return nil, err
	}
	log := s.Server.Log
	if log == "" {
		log = filepath.Join(store.StateDir(), "servers", artifact.Slug(s.Name)+".log")
	}
	p, err := server.Start(ctx, server.Command{
		Args: s.Server.Command, Env: s.Server.Env, Dir: s.Server.Dir, Ready: ready, Log: log,
		Timeout: time.Duration(s.Server.Timeout), Grace: time.Duration(s.Server.Grace),
	}, tell)
	if err != nil {
		return nil, err
	}
	if err := p.Wait(ctx); err != nil {
		p.Stop()
		return nil, err
	}
	return &Running{s, p}, nil
}

// Stop ends the server with all its processes.
func (r *Running) Stop() { r.process.Stop() }

// Died returns why the server ended before it was stopped; nil while it runs.
func (r *Running) Died() error { return r.process.Died() }

// Log is what the server wrote so far, for the artifact of a run.
func (r *Running) Log() []byte {
	text, err := r.process.LogText()
	if err != nil {
		return nil // the run is worth more than the log beside it
	}
	return text
}

// Describe writes into an artifact how the server was started and what its log
// says of it.
func (r *Running) Describe(a *artifact.Artifact) error {
	describe(a, *r.subject.Server)
	facts, err := server.ReadLog(bytes.NewReader(r.Log()))
	if err != nil {
		return nil // another engine's log, or one that says nothing yet
	}
	facts.Samples = nil // those of a run come from its own time
	facts.Apply(a)
	return nil
}

func describe(a *artifact.Artifact, s Server) {
	if a.Environment.Server == nil {
		a.Environment.Server = &artifact.Server{}
	}
	a.Environment.Server.Command = s.Command
	a.Environment.Server.Env = s.Env
}

// KeepFailed stores that a subject could not be measured, with the reason and
// the server's log: a failed subject is a fact and no hole.
func KeepFailed(store *artifact.Store, s Subject, why error, o RunOptions) (id string, err error) {
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	reason := why.Error()
	a := &artifact.Artifact{
		Schema: artifact.Schema, Kind: artifact.KindSubject, Name: s.Name, Status: artifact.StatusFailed, StatusReason: &reason, StartedAt: now,
		Subject: s.artifact(),
		Source:  artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured, Command: o.Command, Extra: map[string]any{"subject": s.Name, "endpoint": s.Endpoint}},
	}
	if a.Subject.Model == "" {
		a.Subject.Model = s.Name
	}
	if o.Version != "" {
		a.Source.ToolVersion = &o.Version
	}
	bundle := artifact.Bundle{Artifact: a, Slug: "server"}
	if s.Server != nil {
		describe(a, *s.Server)
	}
	var f *server.Failure
	if errors.As(why, &f) {
		if f.Cause.Code != "" {
			a.Source.Extra["cause"] = f.Cause.Code
		}
		if bundle.ServerLog, err = f.LogText(); err != nil {
			return "", err
		}
	}
	receipt, err := store.Put(bundle)
	return receipt.ID, err
}
