package eval

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/eval/code"

	"github.com/google/renameio/v2"
)

// lcb is a LiveCodeBench suite: a release, and the problems of contests on or
// after from and before to. Both stand in its name, since neither alone says what
// was asked.
type lcb struct {
	version  int
	from, to string // YYYY-MM-DD; compared as texts
	window   string // as the name has it
}

const (
	lcbDataset = "livecodebench/code_generation_lite"
	lcbSeconds = 6       // of one test, as the official runner has it
	lcbMemory  = 2 << 30 // the official runner has none by default
	spill      = 64 << 10
)

// lcbSpans are the dates that the releases cover, from their description; a name
// without dates is completed with them.
var lcbSpans = map[int]string{1: "2023-05-2024-04", 2: "2023-05-2024-06", 3: "2023-05-2024-08", 4: "2023-05-2024-10", 5: "2023-05-2025-02", 6: "2023-05-2025-05"}

var lcbForm = regexp.MustCompile(`^livecodebench-v([1-6])(?:-((\d{4}-\d{2}(?:-\d{2})?)-(\d{4}-\d{2}(?:-\d{2})?)))?$`)

// parseLCB reads a name such as livecodebench-v6-2024-10-2025-03.
func parseLCB(name string) (lcb, bool) {
	m := lcbForm.FindStringSubmatch(name)
	if m == nil {
		return lcb{}, false
	}
	version, _ := strconv.Atoi(m[1]) // one digit
	if m[2] == "" {
		return parseLCB(fmt.Sprintf("livecodebench-v%d-%s", version, lcbSpans[version]))
	}
	l := lcb{version: version, from: day(m[3]), to: day(m[4]), window: m[2]}
	return l, l.from != "" && l.to != "" && l.from < l.to
}

// day completes a month to its first day; "" when there is no such day.
func day(s string) string {
	if len(s) == len("2024-10") {
		s += "-01"
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return ""
	}
	return s
}

func (l lcb) name() string { return fmt.Sprintf("livecodebench-v%d-%s", l.version, l.window) }

const (
	stdinPrompt = "Solve this problem with a Python program. It reads the input from standard input and prints the answer to standard output.\n\n%s\n\nAnswer with the whole program in one ```python block."
	callPrompt  = "Solve this problem in Python. Complete the code below; keep its names and arguments.\n\n%s\n\n```python\n%s\n```\n\nAnswer with the whole program in one ```python block."
)

// load reads the problems of the window from the release's files: JSONL as
// published, or Parquet mirrors in a folder.
func (l lcb) load(ctx context.Context, from Source) (*Suite, error) {
	lib := library{suite: l.name(), dataset: lcbDataset, optional: true}
	for i := 1; i <= l.version; i++ {
		name := "test.jsonl"
		if i > 1 {
			name = fmt.Sprintf("test%d.jsonl", i)
		}
		lib.files = append(lib.files, name)
	}
	paths, revision, err := lib.paths(ctx, from)
	if from.Folder != "" && err != nil {
		if mirror := l.mirror(from.Folder); len(mirror) > 0 {
			paths, err = mirror, nil
		}
	}
	if err != nil {
		return nil, err
	}
	out := &Suite{Name: l.name(), Version: promptVersion, Prompt: stdinPrompt + callPrompt, Scorer: "code", Answer: 8192, Think: 32768}
	digest, seen := newDigest(), map[string]bool{}
	for _, path := range paths {
		err := eachRow(path, digest, func(r row) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			date, err := contestDay(r.text("contest_date"))
			if err != nil {
				return err
			}
			if date < l.from || date >= l.to {
				return nil
			}
			it, err := lcbItem(r, from.Cache)
			if err != nil || seen[it.ID] {
				return err
			}
			seen[it.ID] = true
			out.Items = append(out.Items, it)
			return nil
		})
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, &NotRun{l.name(), WhyBroken, fmt.Sprintf("%s cannot be read: %v; fetch it again, or name a folder with --data", filepath.Base(path), err), lcbDataset}
		}
	}
	if len(out.Items) == 0 {
		return nil, &NotRun{l.name(), WhyMissing, fmt.Sprintf("the files hold no problem from %s to before %s: check the dates in the name, or whether all files of release v%d are there", l.from, l.to, l.version), lcbDataset}
	}
	out.Of = len(out.Items)
	sum, split := fmt.Sprintf("%x", digest.Sum(nil)), fmt.Sprintf("release_v%d, %s", l.version, l.window)
	out.Dataset = artifact.Dataset{Name: artifact.Ptr(lcbDataset), SHA256: &sum, Split: &split, Of: artifact.Ptr(int64(out.Of))}
	if revision != "" {
		out.Dataset.Revision = &revision
	}
	return out, nil
}

// mirror finds the Parquet files of the release in a folder: those whose path
// names it, else all.
func (l lcb) mirror(folder string) []string {
	all := names(folder, ".parquet")
	var named []string
	for _, path := range all {
		if strings.Contains(path, fmt.Sprintf("release_v%d%c", l.version, filepath.Separator)) || strings.Contains(path, fmt.Sprintf("release_v%d-", l.version)) {
			named = append(named, path)
		}
	}
	if named != nil {
		return named
	}
	return all
}

// contestDay is the day of a contest: of an ISO time, or of a number of seconds,
// milli-, micro- or nanoseconds since 1970, as Parquet may hold it.
func contestDay(s string) (string, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		for n > 1<<33 {
			n /= 1000
		}
		return time.Unix(n, 0).UTC().Format(time.DateOnly), nil
	}
	if len(s) >= 10 && day(s[:10]) != "" {
		return s[:10], nil
	}
	return "", fmt.Errorf("the field contest_date is %q, no date", s)
}

func lcbItem(r row, cache string) (Item, error) {
	id, err := r.need("question_id")
	if err != nil {
		return Item{}, err
	}
	fail := func(err error) (Item, error) { return Item{}, fmt.Errorf("problem %s: %w", id, err) }
	content, err := r.need("question_content")
	if err != nil {
		return fail(err)
	}
	p := &code.Problem{Form: code.Stdin, Imports: true, Seconds: lcbSeconds, Memory: lcbMemory}
	if p.Tests, err = code.ParseTests(r.text("public_test_cases")); err != nil {
		return fail(fmt.Errorf("public_test_cases: %w", err))
	}
	if err := lcbPrivate(p, r.text("private_test_cases"), cache); err != nil {
		return fail(fmt.Errorf("private_test_cases: %w", err))
	}
	var meta struct {
		FuncName string `json:"func_name"`
	}
	if text := r.text("metadata"); text != "" {
		if err := json.Unmarshal([]byte(text), &meta); err != nil {
			return fail(fmt.Errorf("metadata: %w", err))
		}
	}
	prompt := fmt.Sprintf(stdinPrompt, content)
	if meta.FuncName != "" {
		p.Form, p.Entry = code.Call, meta.FuncName
		prompt = fmt.Sprintf(callPrompt, content, r.text("starter_code"))
	}
	if len(p.Tests) == 0 && p.Packed == nil {
		return fail(errors.New("it has no tests"))
	}
	it := codeItem(id, prompt, p)
	it.Messages = endpoint.User(prompt)
	it.Category = r.text("difficulty")
	if platform := r.text("platform"); platform != "" {
		it.Labels = map[string]string{"platform": platform}
	}
	return it, nil
}

// lcbPrivate adds the private tests. Large ones are kept in a file of their own,
// packed as they came, and are only looked into when a program is judged: all
// tests of a release together take more than most machines have.
func lcbPrivate(p *code.Problem, packed, cache string) error {
	if len(packed) <= spill || cache == "" {
		more, err := code.ParseTests(packed)
		p.Tests = append(p.Tests, more...)
		return err
	}
	sum := artifact.SHA256([]byte(packed))
	path := filepath.Join(cache, "livecodebench-tests", sum)
	if info, err := os.Stat(path); err != nil || info.Size() != int64(len(packed)) {
		// What is refused is refused before it is kept.
		if _, err := code.ParseTests(packed); err != nil {
			return err
		}
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err = cmp.Or(err, renameio.WriteFile(path, []byte(packed), 0o644)); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
	}
	p.Packed = &code.Packed{SHA256: sum, Path: path}
	return nil
}
