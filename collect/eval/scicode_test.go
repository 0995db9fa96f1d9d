package eval

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint/endpointtest"
	"benchsite/collect/eval/code"
	"benchsite/collect/sandbox"
)

// Two problems in the published form, made for these tests: values of every kind
// that the channel carries, a seed, a callable, and a step that is given.
const sciLines = `{"problem_id": "1", "problem_name": "kinds", "required_dependencies": "import numpy as np\nfrom scipy import sparse", "sub_steps": [
{"step_number": "1.1", "step_description_prompt": "Square every element. STEP square", "step_background": "Background: squares.", "function_header": "def square(a):\n    '''Squares.'''", "return_line": "    return out", "test_cases": ["assert np.allclose(square(np.array([1, 2, 3])), target)", "assert np.allclose(square(np.array([[0.5]])), target)"]},
{"step_number": "1.2", "step_description_prompt": "Norm and turned. STEP norm", "step_background": "", "function_header": "def norm(a):\n    '''Norm.'''", "return_line": "    return n, z", "test_cases": ["n, z = norm(np.array([1, 2, 3]))\nassert np.allclose(n, target[0])\nassert np.allclose(z[:2], target[1])", "from scicode.compare.cmp import cmp_tuple_or_list\nassert cmp_tuple_or_list(norm(np.array([0.5])), target)"]},
{"step_number": "1.3", "step_description_prompt": "Diagonal. STEP diagonal", "step_background": "", "function_header": "def diagonal(a):\n    '''Diagonal.'''", "return_line": "    return m", "test_cases": ["from scicode.compare.cmp import are_csc_matrix_close\nassert are_csc_matrix_close(diagonal([1, 2, 3]), target)"]},
{"step_number": "1.4", "step_description_prompt": "Describe. STEP describe", "step_background": "", "function_header": "def describe(a):\n    '''Describe.'''", "return_line": "    return d", "test_cases": ["from scicode.compare.cmp import are_dicts_close\nassert are_dicts_close(describe([1, 2, 3]), target)"]},
{"step_number": "1.5", "step_description_prompt": "Integrate. STEP integrate", "step_background": "", "function_header": "def integrate(f, n):\n    '''Integrate.'''", "return_line": "    return s", "test_cases": ["np.random.seed(7)\nassert np.allclose(integrate(None, 3), target)", "assert np.allclose(integrate(lambda x: x**2, 0), target)"]}]}
{"problem_id": "13", "problem_name": "given", "required_dependencies": "import numpy as np", "sub_steps": [
{"step_number": "13.5", "step_description_prompt": "Add up. STEP total", "step_background": "", "function_header": "def total(a):", "return_line": "    return s", "test_cases": ["assert np.isclose(total([1, 2, 3]), target)"]},
{"step_number": "13.6", "step_description_prompt": "The grid.", "step_background": "", "function_header": "class Grid:", "return_line": "", "test_cases": ["assert True"]},
{"step_number": "13.7", "step_description_prompt": "Points. STEP points", "step_background": "", "function_header": "def points(grid):", "return_line": "    return x", "test_cases": ["g = Grid(3)\ng.scale = 0.5\nassert np.allclose(points(g), target)"]}]}
`

const givenGrid = "class Grid:\n    def __init__(self, n):\n        self.x = np.arange(n, dtype=float)\n        self.scale = 1.0\n"

var sciGold = map[string]string{
	"square":    "def square(a):\n    return a ** 2",
	"norm":      "def norm(a):\n    n = float(np.sum(square(a)))\n    return n, np.array([a[0] + 2j * a[0], *a[2:]]) if len(a) > 1 else np.array([a[0] + 1j])",
	"diagonal":  "def diagonal(a):\n    return sparse.diags([float(x) for x in a]).tocsc()",
	"describe":  "def describe(a):\n    return {'mean': np.mean(a), 'name': 'abc'}",
	"integrate": "def integrate(f, n):\n    if f is None:\n        return np.random.rand(n).sum()\n    x = (np.arange(3000) + 0.5) / 3000\n    return sum(f(float(v)) for v in x[::10]) * 10 / 3000 if False else float(np.mean([f(float(v)) for v in x]))",
	"total":     "def total(a):\n    return sum(a)",
	"points":    "def points(grid):\n    assert total([0.0]) == 0\n    return grid.x * grid.scale",
}

// sciFolder is a folder as the benchmark's repository has it, with expected values
// that the Python of the box writes.
func sciFolder(t *testing.T) string {
	t.Helper()
	box := boxOf(t)
	if packages := boxPackages(t, box); packages["h5py"] == "" || packages["scipy"] == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("the Python of the sandbox has no h5py and scipy, which CI installs: make sandbox")
		}
		t.Skip("SKIP: the Python of the sandbox has no h5py and scipy (apt install python3-h5py python3-scipy)")
	}
	// The user of the box must be able to enter the folder.
	folder, err := os.MkdirTemp("", "scicode-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(folder, "eval", "data")
	lines := strings.ReplaceAll(strings.ReplaceAll(sciLines, ", \"sub_steps\": [\n", ", \"sub_steps\": ["), "},\n{\"step", "}, {\"step")
	write(t, filepath.Join(data, "problems_all.jsonl"), []byte(lines))
	write(t, filepath.Join(data, "problems_dev.jsonl"), []byte(strings.Split(lines, "\n")[1]+"\n"))
	write(t, filepath.Join(data, "13.6.txt"), []byte(givenGrid))
	python := box.Python()
	if out, err := exec.Command(python, "testdata/scicode.py", filepath.Join(data, sciTargets)).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return folder
}

func boxPackages(t *testing.T, box *sandbox.Box) map[string]string {
	t.Helper()
	found, err := code.Packages(t.Context(), box, []string{"numpy", "scipy", "h5py"})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// sciReply answers a step with its gold code, or with what change has for it.
func sciReply(change map[string]string) func(string, int) string {
	return func(prompt string, _ int) string {
		last := prompt[strings.LastIndex(prompt, "STEP "):]
		name := strings.Fields(last)[1]
		program := sciGold[name]
		if c, ok := change[name]; ok {
			program = c
		}
		return "```python\n" + program + "\n```"
	}
}

func TestSciCode(t *testing.T) {
	folder := sciFolder(t)
	found := boxPackages(t, boxOf(t))
	load := func(name string) *Suite {
		t.Helper()
		suite, err := LoadSuite(t.Context(), name, Source{Folder: folder})
		if err == nil {
			err = suite.Fit(found)
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range suite.Items { // the published limit is for the published problems
			suite.Items[i].Code.Seconds = 30
		}
		return suite
	}
	suite := load("scicode-all")
	if len(suite.Items) != 7 || suite.Of != 338 || *suite.Dataset.Split != "all" {
		t.Fatalf("%d of %d items, %s", len(suite.Items), suite.Of, *suite.Dataset.Split)
	}
	if n := len(load("scicode-test").Items); n != 5 {
		t.Errorf("test has %d items: all without dev", n)
	}
	if n := len(load("scicode-dev-background").Items); n != 2 {
		t.Errorf("dev has %d items: the given step is not asked", n)
	}
	if load("scicode-all-background").Items[0].asked() == suite.Items[0].asked() || !strings.Contains(load("scicode-all-background").Items[0].asked(), "Background: squares") {
		t.Error("the background must be shown in one board and not in the other")
	}
	for _, c := range []struct {
		name      string
		change    map[string]string
		sub, main float64
		wrong     string
	}{
		{"gold", nil, 1, 1, ""},
		{"a wrong value, an empty array, no program, and a step that rests on a wrong one", map[string]string{
			"square":   "def square(a):\n    return a",
			"describe": "def describe(a):\n    return {'mean': 3.0, 'name': 'abc'}",
			"total":    "def total(a):\n    return np.array([])",
			"points":   "",
		}, 2. / 7, 0, "1.1 1.2 1.4 13.5 13.7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, by := runPrograms(t, suite, 1, sciReply(c.change))
			if sub, main := metric(t, a, "sub-problem"), metric(t, a, "main-problem"); abs(sub-c.sub) > 1e-9 || abs(main-c.main) > 1e-9 {
				for id, rec := range by {
					t.Logf("%s: %s %+v", id, text(rec.Detail), rec.Code)
				}
				t.Errorf("sub-problems %v and main problems %v, want %v and %v", sub, main, c.sub, c.main)
			}
			for id := range strings.FieldsSeq(c.wrong) {
				if o := *by[id].Outcome; o != artifact.OutcomeWrong && o != artifact.OutcomeUnparsed {
					t.Errorf("%s is %s", id, o)
				}
			}
		})
	}
}

func abs(v float64) float64 { return max(v, -v) }

// Each step is asked with the model's own code of the steps before it, and the
// given step stands there as it is given.
func TestSciCodePrompts(t *testing.T) {
	folder := t.TempDir()
	lines := strings.ReplaceAll(strings.ReplaceAll(sciLines, ", \"sub_steps\": [\n", ", \"sub_steps\": ["), "},\n{\"step", "}, {\"step")
	write(t, filepath.Join(folder, "problems_all.jsonl"), []byte(lines))
	write(t, filepath.Join(folder, "13.6.txt"), []byte(givenGrid))
	write(t, filepath.Join(folder, sciTargets), []byte("h5"))
	suite, err := LoadSuite(t.Context(), "scicode-all", Source{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	var prompts []string
	model := endpointtest.New(t, func(w *endpointtest.Wire) {
		prompts = append(prompts, askedFor(w))
		w.JSON(200, endpointtest.Whole(fmt.Sprintf("<think>hm</think>```python\nanswer_%d = 1\n```", len(prompts)), 5, 3))
	})
	rule, _ := ScorerByName(stepsRule)
	spec := Spec{Suite: suite, Model: "m", Concurrency: 1, MaxTokens: 100, Scorer: rule, Judges: map[string]Judge{CodeType: &referee{}}}
	set := settingOf(t, model, t.TempDir())
	res, err := Run(t.Context(), spec, set)
	if err != nil || len(prompts) != 7 {
		t.Fatal(err, len(prompts))
	}
	if err := res.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(prompts[2], "answer_1 = 1") || !strings.Contains(prompts[2], "answer_2 = 1") || strings.Contains(prompts[2], "answer_3") || strings.Contains(prompts[2], "hm") {
		t.Errorf("the third step is asked with %s", prompts[2])
	}
	if last := prompts[6]; !strings.Contains(last, "class Grid") || strings.Contains(last, "answer_1 ") || !strings.Contains(last, "answer_6 ") {
		t.Errorf("the step after the given one is asked with %s", last)
	}
}

func TestSciCodeNotRun(t *testing.T) {
	lines := strings.ReplaceAll(strings.ReplaceAll(sciLines, ", \"sub_steps\": [\n", ", \"sub_steps\": ["), "},\n{\"step", "}, {\"step")
	for _, c := range []struct {
		name  string
		files map[string]string
		words string
	}{
		{"no expected values", map[string]string{"problems_all.jsonl": lines, "13.6.txt": givenGrid}, "holds no test_data.h5"},
		{"no problems", map[string]string{sciTargets: "x"}, "holds no problems_all.jsonl"},
		{"no given step", map[string]string{sciTargets: "x", "problems_all.jsonl": lines}, "holds no 13.6.txt"},
		{"broken", map[string]string{sciTargets: "x", "problems_all.jsonl": "{"}, "line 1"},
	} {
		folder := t.TempDir()
		for name, text := range c.files {
			write(t, filepath.Join(folder, name), []byte(text))
		}
		_, err := LoadSuite(t.Context(), "scicode-all", Source{Folder: folder})
		var missing *NotRun
		if !errors.As(err, &missing) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, want %q", c.name, err, c.words)
		}
	}
	if _, err := LoadSuite(t.Context(), "scicode-all", Source{}); err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("without a folder: %v", err)
	}
}

// Without h5py nothing is run; with a SciPy that has no simps only the problems
// that need it are marked.
func TestFit(t *testing.T) {
	step := func(deps string) Item {
		p := &sciProblem{ID: "2", Dependencies: deps, Steps: []sciStep{{Number: "2.1", Header: "def f():", Tests: []string{"assert f() == target"}}}}
		return scicode{split: "all"}.item(p, 0, "x")
	}
	suite := &Suite{Name: "scicode-all", Items: []Item{step("from scipy.integrate import simps"), step("import numpy as np")}}
	var missing *NotRun
	if err := suite.Fit(map[string]string{"numpy": "1", "scipy": "1.10.1"}); !errors.As(err, &missing) || !strings.Contains(err.Error(), "h5py") {
		t.Errorf("without h5py: %v", err)
	}
	for version, marked := range map[string]bool{"1.10.1": false, "1.13.9": false, "1.14.0": true, "2.0": true} {
		s := *suite
		if err := s.Fit(map[string]string{"numpy": "1", "scipy": version, "h5py": "3"}); err != nil {
			t.Fatal(err)
		}
		if got := s.Items[0].Code.Needs != ""; got != marked || s.Items[1].Code.Needs != "" || s.Items[0].Hash() != suite.Items[0].Hash() {
			t.Errorf("SciPy %s: marked %v", version, got)
		}
	}
}
