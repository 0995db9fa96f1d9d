package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/pflag"

	"benchsite/collect/artifact"
)

// flags are those that every subcommand takes, and the set to which it adds its
// own.
type flags struct {
	set       *pflag.FlagSet
	config    string
	artifacts string
	json      bool
	quiet     bool
}

func newFlags(name string) *flags {
	f := &flags{set: pflag.NewFlagSet(name, pflag.ContinueOnError)}
	f.set.SetOutput(io.Discard)
	f.set.Usage = func() {}
	f.set.SortFlags = false
	return f
}

// common adds the common flags after the command's own, so that the help page
// shows what matters first.
func (f *flags) common() {
	f.set.StringVar(&f.config, "config", "config.toml", "the configuration `FILE`")
	f.set.StringVar(&f.artifacts, "artifacts", "artifacts", "the `FOLDER` of the artifacts")
	f.set.BoolVar(&f.json, "json", false, "print the result as JSON")
	f.set.BoolVar(&f.quiet, "quiet", false, "say nothing but warnings and errors")
}

func (f *flags) explain(err error) error {
	e := usageErr("%s: %s", f.set.Name(), strings.TrimPrefix(err.Error(), "pflag: "))
	var names []string
	f.set.VisitAll(func(fl *pflag.Flag) { names = append(names, "--"+fl.Name) })
	if word := badFlag(err); word != "" {
		if near := nearestWord(word, names); near != "" {
			return withHint(e, "did you mean %s? benchsite help %s lists all flags", near, f.set.Name())
		}
	}
	return withHint(e, "benchsite help %s lists all flags", f.set.Name())
}

func badFlag(err error) string {
	var missing *pflag.NotExistError
	if errors.As(err, &missing) {
		return "--" + missing.GetSpecifiedName()
	}
	return ""
}

func isHelp(err error) bool { return errors.Is(err, pflag.ErrHelp) }

func unknownCommand(name string) error {
	var names []string
	for _, c := range commands {
		names = append(names, c.name)
	}
	e := usageErr("there is no command %q", name)
	if near := nearestWord(name, names); near != "" {
		return withHint(e, "did you mean %s? benchsite help lists all commands", near)
	}
	return withHint(e, "benchsite help lists all commands")
}

// nearestWord is the known word within three edits, or "".
func nearestWord(word string, known []string) string {
	best, cost := "", 4
	for _, k := range known {
		if d := levenshtein.ComputeDistance(word, k); d < cost && d < len([]rune(k)) {
			best, cost = k, d
		}
	}
	return best
}

// read returns the configuration file, or nothing when the default one does
// not exist: most commands need none.
func (f *flags) read() (data []byte, err error) {
	data, err = os.ReadFile(f.config)
	if errors.Is(err, os.ErrNotExist) && !f.set.Changed("config") {
		return nil, nil
	}
	if err != nil {
		return nil, usageErr("config: %v", err)
	}
	return data, nil
}

// store opens the artifacts folder with what the configuration says of
// redaction.
func (f *flags) store() (*artifact.Store, error) {
	rules, err := f.redactRules()
	if err != nil {
		return nil, err
	}
	return artifact.Open(f.artifacts, rules...), nil
}

// existing opens an artifacts folder to read it. A folder that was named and is
// not there is a slip, and rendering it would empty the site; the default one
// is missing before the first run.
func (f *flags) existing() (*artifact.Store, error) {
	if err := f.missing(); err != nil {
		return nil, err
	}
	return f.store()
}

func (f *flags) missing() error {
	if _, err := os.Stat(f.artifacts); errors.Is(err, os.ErrNotExist) && f.set.Changed("artifacts") {
		return usageErr("--artifacts %s: there is no such folder", f.artifacts)
	}
	return nil
}

// version is that of the module, or the one of the release notes for a build
// from a checkout, whose own version would change with every commit.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") && !strings.Contains(info.Main.Version, "-0.") {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "0.1.0"
}

func printHelp(w io.Writer) {
	fmt.Fprint(w, `benchsite measures LLM inference servers and publishes what it found:
load tests and evaluations become JSON artifacts, all artifacts become one
bilingual static site.

Usage: benchsite COMMAND [flags]

`)
	for _, c := range commands {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, `
benchsite help COMMAND explains one of them; benchsite version prints the
version. Exit codes: 0 done; 1 tried and failed; 2 nothing was sent or written,
because flags, config or an input file are wrong; 3 finished, but a part
failed; 130 after Ctrl-C.
`)
}

func printUsage(w io.Writer, c *command) {
	f := newFlags(c.name)
	c.build(f)
	fmt.Fprintf(w, "Usage: benchsite %s [flags]%s\n\n%s\n\nFlags:\n%s", c.name, c.args, strings.TrimSpace(c.usage), f.set.FlagUsagesWrapped(88))
}
