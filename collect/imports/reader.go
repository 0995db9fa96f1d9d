package imports

import (
	"bufio"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// Reader reads the result files of one tool.
type Reader struct {
	Name        string // what --format takes
	Tool        string // source.tool of what it writes
	Versions    string // of the tool, as far as files of them were read
	Reads       string // what is taken from a file, for the table of README.md
	Differences []Difference
	Sniff       func(h *Head) bool
	Read        func(in Input) ([]Draft, error) // errors are *Refusal where the file is at fault

	// Unseen names the forms that were read from the tool's documentation or
	// source, of which no real file was at hand.
	Unseen string
}

// Difference is a number that the tool defines otherwise than we do, or a field
// that it leaves unsaid, in both languages of the site.
type Difference struct{ EN, ZH string }

// Readers lists all readers in the order in which they are asked.
func Readers() []Reader {
	return slices.Concat(loadReaders(), evalReaders())
}

func readerByName(name string) (*Reader, error) {
	var names []string
	for _, r := range Readers() {
		if r.Name == name {
			return &r, nil
		}
		names = append(names, r.Name)
	}
	return nil, fmt.Errorf("unknown format %q%s; there are auto, %s", name, nearest(name, names), strings.Join(names, ", "))
}

// Input is a file in its folder. Companions of a file are looked for beside it.
type Input struct {
	FS   fs.FS
	Name string
	read func(bytes int) // when not nil, is told what was read
}

// Draft is one run as its file tells it, before date, --set and server log.
type Draft struct {
	Artifact   *artifact.Artifact
	Load       []artifact.LoadRecord
	Eval       []artifact.EvalRecord
	Slug       string   // middle of the file name: c16-n64, a task
	Part       string   // which run of a file that holds several; empty for one
	Companions []string // further files that were read, beside Name

	Differences []Difference // instead of the reader's, where this form of file has others
}

// document reads the file as one JSON value, without what the sinks take. YAML
// is read as the JSON that it stands for, whole.
func (in Input) document(sinks ...sink) (*node, error) {
	f, err := in.open(in.Name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := bufio.NewReaderSize(f, headSize)
	if start, _ := head.Peek(headSize); looksYAML(in.Name, start) {
		return in.yamlDocument()
	}
	return parseStream(in.Name, head, sinks...)
}

// Refusal says why a file was not imported: where and what, and what to do.
type Refusal struct {
	File    string
	Line    int    // of a file of lines, 1-based; 0 otherwise
	Field   string // such as latency_s.p50
	Message string
	Advice  string
}

// Error is one line.
func (r *Refusal) Error() string {
	var b strings.Builder
	b.WriteString(r.File)
	if r.Line > 0 {
		fmt.Fprintf(&b, ":%d", r.Line)
	}
	b.WriteString(": ")
	if r.Field != "" {
		b.WriteString(r.Field + ": ")
	}
	b.WriteString(r.Message)
	if r.Advice != "" {
		b.WriteString("; " + r.Advice)
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

func ptr[T any](v T) *T { return &v }

// The names of the tools, as source.tool has them.
const (
	benchTool    = "bench_openai.py"
	accuracyTool = "eval_openai_accuracy.py"
	lmTool       = "lm-evaluation-harness"
)
