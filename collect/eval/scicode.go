package eval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/eval/code"
)

// scicode is a SciCode suite: a split, and whether the scientists' background is
// shown, which are two separate boards.
type scicode struct {
	split      string // test, dev, all
	background bool
}

const (
	sciDataset = "scicode-bench/SciCode"
	sciSeconds = 1800    // of all tests of a step, as the official runner has it
	sciMemory  = 4 << 30 // bytes
	sciTargets = "test_data.h5"
)

// givenSteps are provided with the benchmark and not asked.
var givenSteps = []string{"13.6", "62.1", "76.3"}

// sciSizes are the main problems and sub-problems of the splits, from the
// benchmark's description; given steps are not among them.
var sciSizes = map[string][2]int{"test": {65, 288}, "dev": {15, 50}, "all": {80, 338}}

var sciForm = regexp.MustCompile(`^scicode-(test|dev|all)(-background)?$`)

// parseSciCode reads a name such as scicode-test-background.
func parseSciCode(name string) (scicode, bool) {
	m := sciForm.FindStringSubmatch(name)
	if m == nil {
		return scicode{}, false
	}
	return scicode{m[1], m[2] != ""}, true
}

func (s scicode) name() string {
	if s.background {
		return "scicode-" + s.split + "-background"
	}
	return "scicode-" + s.split
}

// sciProblem is a main problem as published; fields that are not needed here are
// left out.
type sciProblem struct {
	ID           string    `json:"problem_id"`
	Dependencies string    `json:"required_dependencies"`
	Steps        []sciStep `json:"sub_steps"`
}

type sciStep struct {
	Number      string   `json:"step_number"`
	Description string   `json:"step_description_prompt"`
	Background  string   `json:"step_background"`
	Header      string   `json:"function_header"`
	Return      string   `json:"return_line"`
	Tests       []string `json:"test_cases"`

	given string // its code, where it is provided
}

// load reads the problems, the given steps and the place of the expected values
// from a folder: the last two are published nowhere but with the benchmark's own
// repository.
func (s scicode) load(_ context.Context, from Source) (*Suite, error) {
	missing := func(why Why, format string, args ...any) (*Suite, error) {
		return nil, &NotRun{s.name(), why, fmt.Sprintf(format, args...), sciDataset}
	}
	remedy := "take the folder eval/data of github.com/scicode-bench/SciCode, put test_data.h5 into it as its README says, and name it with --data"
	if from.Folder == "" {
		return missing(WhyMissing, "SciCode's expected values are on no Hub: %s", remedy)
	}
	folder := from.Folder
	if _, err := os.Stat(filepath.Join(folder, "eval", "data")); err == nil {
		folder = filepath.Join(folder, "eval", "data")
	}
	targets := filepath.Join(folder, sciTargets)
	if _, err := os.Stat(targets); err != nil {
		return missing(WhyMissing, "the folder %s holds no %s with the expected values: %s", folder, sciTargets, remedy)
	}
	if targets, _ = filepath.Abs(targets); targets == "" {
		return missing(WhyMissing, "the folder %s cannot be found", folder)
	}
	problems, sum, err := s.problems(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return missing(WhyMissing, "the folder %s holds no problems_%s.jsonl: %s", folder, s.split, remedy)
	}
	if err != nil {
		return missing(WhyBroken, "%v; fetch it again", err)
	}
	size := sciSizes[s.split]
	out := &Suite{Name: s.name(), Version: promptVersion, Prompt: sciPrompt, Scorer: stepsRule, Answer: 8192, Think: 32768, Of: size[1]}
	for _, p := range problems {
		for i, step := range p.Steps {
			if !slices.Contains(givenSteps, step.Number) {
				continue
			}
			data, err := os.ReadFile(filepath.Join(folder, step.Number+".txt"))
			if err != nil {
				return missing(WhyMissing, "the folder %s holds no %s.txt, the step that is given: %s", folder, step.Number, remedy)
			}
			p.Steps[i].given = string(data)
		}
		for i, step := range p.Steps {
			if step.given == "" {
				out.Items = append(out.Items, s.item(p, i, targets))
			}
		}
	}
	if n := len(out.Items); n == 0 || n > size[1] {
		return missing(WhyChanged, "%s holds %d sub-problems where %d were published: the data have changed, and its score would not be that of the benchmark", folder, n, size[1])
	}
	split := s.split
	out.Dataset = artifact.Dataset{Name: artifact.Ptr(sciDataset), SHA256: &sum, Split: &split, Of: artifact.Ptr(int64(size[1]))}
	return out, nil
}

// problems reads the file of the split. The repository has one of all problems and
// one of dev; test is the rest.
func (s scicode) problems(folder string) ([]*sciProblem, string, error) {
	own, sum, err := readProblems(filepath.Join(folder, "problems_"+s.split+".jsonl"))
	if s.split != "test" || !errors.Is(err, fs.ErrNotExist) {
		return own, sum, err
	}
	all, sum, err := readProblems(filepath.Join(folder, "problems_all.jsonl"))
	if err != nil {
		return nil, "", err
	}
	dev, _, err := readProblems(filepath.Join(folder, "problems_dev.jsonl"))
	if err != nil {
		return nil, "", err
	}
	return slices.DeleteFunc(all, func(p *sciProblem) bool {
		return slices.ContainsFunc(dev, func(d *sciProblem) bool { return d.ID == p.ID })
	}), sum, nil
}

func readProblems(path string) (out []*sciProblem, sum string, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, "", err
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		if strings.TrimSpace(line) == "" {
			continue
		}
		var p sciProblem
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			return nil, "", fmt.Errorf("%s, line %d: %w", filepath.Base(path), n, err)
		}
		if p.ID == "" || len(p.Steps) == 0 {
			return nil, "", fmt.Errorf("%s, line %d: problem_id or sub_steps is missing", filepath.Base(path), n)
		}
		for _, step := range p.Steps {
			if step.Number == "" || step.Header == "" || len(step.Tests) == 0 {
				return nil, "", fmt.Errorf("%s, line %d: a step lacks step_number, function_header or test_cases", filepath.Base(path), n)
			}
		}
		out = append(out, &p)
	}
	return out, artifact.SHA256(data), nil
}

const sciPrompt = `You solve a problem of scientific computing in steps, each a Python function or class. Write the code of the next step only.

The steps so far, with their code:

%s

The next step:

%s

` + "```python\n%s\n\n%s\n```" + `

Use only these dependencies, and do not import them yourself:

` + "```python\n%s\n```" + `

Keep the name and the arguments as they are given. Call functions of earlier steps as they stand above; do not repeat them. Write no tests and no examples. Answer with one ` + "```python block."

var definition = regexp.MustCompile(`(?m)^(?:def|class)\s+(\w+)`)

// item is the i-th step of a problem. What is sent holds the model's own code of
// the steps before it, and so does the program that is judged.
func (s scicode) item(p *sciProblem, i int, targets string) Item {
	step := p.Steps[i]
	problem := &code.Problem{Form: code.Assert, Entry: step.defines(), Step: step.Number, Setup: p.Dependencies, Seconds: sciSeconds, Memory: sciMemory, TargetsFile: targets}
	for _, t := range step.Tests {
		problem.Tests = append(problem.Tests, code.Test{Source: t})
	}
	it := codeItem(step.Number, s.prompt(p, i, nil), problem)
	it.Stem, it.Chain = p.ID, p.ID
	it.Late = func(earlier []artifact.EvalRecord) []endpoint.Message {
		return endpoint.User(s.prompt(p, i, p.codeOf(earlier)))
	}
	it.Before = func(earlier []artifact.EvalRecord) string {
		parts := []string{p.Dependencies}
		own := p.codeOf(earlier)
		for _, before := range p.Steps[:i] {
			parts = append(parts, before.code(own))
		}
		return strings.Join(parts, "\n\n") + "\n"
	}
	return it
}

// codeOf are the programs in the replies to earlier steps, by step.
func (p *sciProblem) codeOf(earlier []artifact.EvalRecord) map[string]string {
	out := map[string]string{}
	for _, rec := range earlier {
		i := slices.IndexFunc(p.Steps, func(step sciStep) bool { return step.Number == rec.Item })
		if i < 0 {
			continue
		}
		if program, how := programOf(text(rec.Output), &code.Problem{Entry: p.Steps[i].defines()}); how != code.FoundNone {
			out[rec.Item] = program
		}
	}
	return out
}

// defines is the name of the function or class that a step asks for.
func (s sciStep) defines() string {
	if m := definition.FindStringSubmatch(s.Header); m != nil {
		return m[1]
	}
	return ""
}

// code is that of a step: given, or the model's own; "" where it wrote none.
func (s sciStep) code(own map[string]string) string {
	if s.given != "" {
		return s.given
	}
	return own[s.Number]
}

func (s scicode) describe(step sciStep) string {
	if s.background && step.Background != "" {
		return step.Description + "\n\n" + step.Background
	}
	return step.Description
}

func (s scicode) prompt(p *sciProblem, i int, own map[string]string) string {
	var before []string
	for _, step := range p.Steps[:i] {
		before = append(before, fmt.Sprintf("%s\n\n```python\n%s\n```", s.describe(step), strings.TrimSpace(step.code(own))))
	}
	if before == nil {
		before = []string{"(There are none: this is the first.)"}
	}
	step := p.Steps[i]
	return fmt.Sprintf(sciPrompt, strings.Join(before, "\n\n"), s.describe(step), step.Header, step.Return, p.Dependencies)
}
