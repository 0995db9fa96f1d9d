package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"benchsite/collect"
	"benchsite/collect/artifact"
)

// configFile is config.toml as far as collecting and redaction need it. [site]
// is read, strictly too, by the renderer.
type configFile struct {
	collect.Config
	Site    any            `toml:"site"`
	Redact  redactTable    `toml:"redact"`
	Publish any            `toml:"publish"`
	Evals   []collect.Eval `toml:"eval"`
}

type redactTable struct {
	Hosts []string `toml:"hosts"` // host names to hide
	Allow []string `toml:"allow"` // exact finds that are harmless
}

// parse reads the configuration strictly; without a file it is empty.
func (f *flags) parse() (configFile, error) {
	var c configFile
	data, err := f.read()
	if err != nil || data == nil {
		return c, err
	}
	meta, err := toml.Decode(string(data), &c)
	if err != nil {
		return c, &exitError{code: exitUsage, cause: tomlFault(f.config, err)}
	}
	var faults []error
	for _, key := range meta.Undecoded() {
		if key[0] == "site" || key[0] == "publish" { // read, strictly too, by the renderer
			continue
		}
		if slices.Contains(key[:len(key)-1], "extra_body") || slices.Contains(key[:len(key)-1], "env") { // free by nature
			continue
		}
		faults = append(faults, &artifact.Fault{File: f.config, Field: key.String(), Message: "is no known key" + suggest(key)})
	}
	if faults != nil {
		return c, &exitError{code: exitUsage, cause: errors.Join(faults...)}
	}
	return c, nil
}

func tomlFault(file string, err error) error {
	var p toml.ParseError
	if errors.As(err, &p) {
		return &artifact.Fault{File: file, Line: p.Position.Line, Field: p.LastKey, Message: p.Message}
	}
	return &artifact.Fault{File: file, Message: strings.TrimPrefix(err.Error(), "toml: ")}
}

// configKeys are the keys of each table, for the hint at a misspelled one.
var configKeys = map[string][]string{
	"":        {"site", "subject", "load", "eval", "redact", "publish"},
	"subject": collect.SubjectKeys(),
	"load":    collect.LoadKeys(),
	"eval":    collect.EvalKeys(),
	"redact":  {"hosts", "allow"},
	"server":  collect.ServerKeys(),
}

func suggest(key toml.Key) string {
	table, last := "", key[len(key)-1]
	if len(key) > 1 {
		table = key[0]
	}
	if len(key) > 2 && key[0] == "subject" && key[1] == "server" {
		table = "server"
	}
	if near := nearestWord(last, configKeys[table]); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// plan validates the configuration and lays out what it asks for. All faults
// are reported at once.
func (f *flags) plan() (collect.Plan, error) {
	c, err := f.parse()
	if err != nil {
		return collect.Plan{}, err
	}
	if faults := append(c.Validate(), collect.ValidateEvals(c.Subjects, c.Evals, true)...); len(faults) > 0 {
		for i, e := range faults {
			var field *collect.FieldError
			if errors.As(e, &field) {
				faults[i] = &artifact.Fault{File: f.config, Field: field.Field, Message: field.Message}
			}
		}
		return collect.Plan{}, &exitError{code: exitUsage, cause: errors.Join(faults...)}
	}
	p, err := collect.NewPlan(c.Config)
	if err != nil {
		return p, &exitError{code: exitUsage, cause: err}
	}
	return p, nil
}

// evalPlan lays out the evaluations of a configuration in which plan found no
// fault.
func (f *flags) evalPlan() ([]collect.EvalPoint, error) {
	c, err := f.parse()
	if err != nil {
		return nil, err
	}
	return collect.PlanEvals(c.Subjects, c.Evals), nil
}

// keys are the values of the environment variables that hold API keys: a server
// may repeat the one that it was sent.
func (f *flags) keys(c configFile) (values []string) {
	var names []string
	for _, s := range c.Subjects {
		names = append(names, s.KeyEnv)
	}
	for _, e := range c.Evals {
		names = append(names, e.Judge.KeyEnv)
	}
	for _, flag := range []string{"api-key-env", "judge-key-env"} {
		if own := f.set.Lookup(flag); own != nil {
			names = append(names, own.Value.String())
		}
	}
	for _, name := range names {
		if v := os.Getenv(name); name != "" && v != "" {
			values = append(values, v)
		}
	}
	return values
}

func (f *flags) redactRules() ([]artifact.Option, error) {
	c, err := f.parse()
	if err != nil {
		return nil, err
	}
	return []artifact.Option{artifact.HideHosts(c.Redact.Hosts...), artifact.Allow(c.Redact.Allow...), artifact.HideValues(f.keys(c)...)}, nil
}
