package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/eval"
	"benchsite/collect/simulate"

	"github.com/google/renameio/v2"
)

// EvalJudge is the judge model of an evaluation: the keys of [eval.judge].
type EvalJudge struct {
	URL         string         `toml:"url"` // or simulate:PROFILE, for simulated subjects
	Model       string         `toml:"model"`
	KeyEnv      string         `toml:"api_key_env"`
	Concurrency int            `toml:"concurrency"` // 0 = that of the evaluation
	MaxTokens   int64          `toml:"max_tokens"`
	Temperature *float64       `toml:"temperature"` // nil = 0
	Timeout     Duration       `toml:"timeout"`
	ExtraBody   map[string]any `toml:"extra_body"`
}

// named reports whether there is a judge at all.
func (j EvalJudge) named() bool { return j.URL != "" }

func (j EvalJudge) validate(v *validator) {
	if !j.named() {
		if j.Model != "" || j.KeyEnv != "" {
			v.fault("judge.url", "is missing: the URL of the judge's server")
		}
		return
	}
	switch _, _, simulated, err := simulate.Parse(j.URL); {
	case err != nil:
		v.fault("judge.url", "%v", err)
	case !simulated:
		if u, err := url.Parse(j.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			v.fault("judge.url", "%q is neither an http or https URL nor simulate:PROFILE", j.URL)
		} else if u.User != nil {
			v.fault("judge.url", "holds a user name or password: name the key in api_key_env instead")
		}
	}
	if j.KeyEnv != "" && !envName.MatchString(j.KeyEnv) {
		v.fault("judge.api_key_env", "must be the name of an environment variable, not the key itself")
	}
	for _, n := range []struct {
		key   string
		value int64
	}{{"concurrency", int64(j.Concurrency)}, {"max_tokens", j.MaxTokens}, {"timeout", int64(j.Timeout)}} {
		if n.value < 0 {
			v.fault("judge."+n.key, "must not be negative")
		}
	}
	if j.Temperature != nil && (*j.Temperature < 0 || *j.Temperature > 2) {
		v.fault("judge.temperature", "is %v, must be from 0 to 2", *j.Temperature)
	}
}

// Reach finds the judge's server and its model. concurrency stands where the
// judge names none; stop ends its waiting. What must be closed is returned beside
// it. An *endpoint.Error that is unsent means that address, key or model are
// wrong.
func (j EvalJudge) Reach(ctx context.Context, concurrency int, retry eval.Retry, getenv func(string) string) (*eval.ModelJudge, func(), error) {
	width := cmp.Or(j.Concurrency, concurrency, 1)
	timeout := cmp.Or(time.Duration(j.Timeout), defaultEvalTimeout)
	t, err := reach(ctx, Subject{Endpoint: j.URL, Model: j.Model, KeyEnv: j.KeyEnv}, width, timeout, getenv)
	if err != nil {
		return nil, nil, err
	}
	if t.simulated != nil {
		t.simulated.Respond(eval.SimulatedVerdict)
	}
	address := t.client.BaseURL()
	if t.simulated != nil {
		address = j.URL // its port is another each time
	}
	return &eval.ModelJudge{
		Client: t.client, Model: t.model, Endpoint: address, Concurrency: width, MaxTokens: j.MaxTokens, Temperature: j.Temperature,
		Extra: j.ExtraBody, Retry: retry, Stop: ctx,
	}, t.close, nil
}

// judges are the judges that a suite needs under a rule, the words to say when
// answers will have to wait, and what must be closed. The error means that
// address, key or model of the judge are wrong.
func (r *evalRunner) judges(ctx context.Context, p EvalPoint, s *eval.Suite, rule eval.Scorer) (out map[string]eval.Judge, warning string, done func(), err error) {
	done = func() {}
	kinds := eval.JudgedTypes(s, rule)
	if len(kinds) == 0 {
		return nil, "", done, nil
	}
	if err := keepSuite(r.store.StateDir(), p.Eval.Suite, s); err != nil {
		return nil, "", done, err
	}
	var j eval.Judge
	switch e := p.Eval; {
	case !e.Judge.named():
		j = eval.NoJudge{}
		warning = s.Name + " needs a judge model and none is named: answers are kept without a score. Name one with --judge-url and --judge-model, or judge them later with benchsite rescore --scorer " + rule.Name
	case isSimulated(e.Judge.URL) && !p.Simulated():
		return nil, "", done, &endpoint.Error{Class: endpoint.ClassURL, Message: "a simulated judge decides nothing about a real server: name a real one in judge.url"}
	default:
		m, close, err := e.Judge.Reach(ctx, e.Concurrency, r.options.Retry, r.options.Getenv)
		var refused *endpoint.Error
		switch {
		case err == nil:
			j, done = m, close
		case ctx.Err() != nil, errors.As(err, &refused) && refused.Unsent():
			return nil, "", done, fmt.Errorf("the judge: %w", err)
		default:
			j = eval.NoJudge{Reason: fmt.Errorf("the judge cannot be reached: %w", err)}
			warning = fmt.Sprintf("the judge cannot be reached: %v. Answers are kept without a score; the same command goes on when the judge is there, and so does benchsite rescore --scorer %s", err, rule.Name)
		}
	}
	out = map[string]eval.Judge{}
	for _, kind := range kinds {
		out[kind] = j
	}
	return out, warning, done, nil
}

func isSimulated(endpoint string) bool {
	_, _, ok, _ := simulate.Parse(endpoint)
	return ok
}

// keepSuite keeps the questions of a user suite that is judged, so that a later
// rescoring, which has only the records, can show them to a judge.
func keepSuite(stateDir, file string, s *eval.Suite) error {
	if !eval.IsFile(file) || s.Dataset.SHA256 == nil {
		return nil
	}
	path := keptSuite(stateDir, *s.Dataset.SHA256)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	data, err := os.ReadFile(file)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = renameio.WriteFile(path, data, 0o644)
	}
	if err != nil {
		return fmt.Errorf("the suite cannot be kept for a later judge: %w", err)
	}
	return nil
}

func keptSuite(stateDir, sha string) string {
	return filepath.Join(stateDir, "datasets", "suites", artifact.Slug(sha)+".jsonl")
}

// Questions are the items of a stored evaluation by their hash: of the suite
// that ref names, else of the standard suite, else of the file as it was when it
// was asked.
func Questions(ctx context.Context, store *artifact.Store, a *artifact.Artifact, ref string, from eval.Source) (map[string]eval.Item, error) {
	if from.Cache == "" {
		from.Cache = filepath.Join(store.StateDir(), "datasets")
	}
	out := map[string]eval.Item{}
	for _, t := range a.Eval.Tasks {
		name := ref
		if name == "" {
			name = t.Task
			if !eval.Known(name) {
				if t.Dataset.SHA256 == nil {
					continue
				}
				name = keptSuite(store.StateDir(), *t.Dataset.SHA256)
				if _, err := os.Stat(name); err != nil {
					continue // an item without its question says so
				}
			}
		}
		s, err := eval.LoadSuite(ctx, name, from)
		if err != nil {
			return nil, err
		}
		for _, it := range s.Items {
			out[it.Hash()] = it
		}
	}
	return out, nil
}
