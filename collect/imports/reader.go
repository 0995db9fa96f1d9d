package imports

import (
	"fmt"
	"io"
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
	Sniff       func(head []byte, name string) bool // head is the first headSize bytes
	Read        func(in Input) ([]Draft, error)     // errors are *Refusal where the file is at fault
}

// Difference is a number that the tool defines otherwise than we do, or a field
// that it leaves unsaid, in both languages of the site.
type Difference struct{ EN, ZH string }

// headSize is how much of a file the readers see to recognise it.
const headSize = 64 << 10

// maxDocument bounds a file that has to be read whole.
const maxDocument = 256 << 20

// Readers lists all readers in the order in which they are asked.
func Readers() []Reader {
	return []Reader{benchOpenAI, evalOpenAI, lmEval}
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
}

// Draft is one run as its file tells it, before date, --set and server log.
type Draft struct {
	Artifact   *artifact.Artifact
	Load       []artifact.LoadRecord
	Eval       []artifact.EvalRecord
	Slug       string   // middle of the file name: c16-n64, a task
	Part       string   // which run of a file that holds several; empty for one
	Companions []string // further files that were read, beside Name
}

// all reads the whole file, up to maxDocument.
func (in Input) all() ([]byte, error) {
	f, err := in.FS.Open(in.Name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxDocument {
		return nil, &Refusal{File: in.Name, Message: fmt.Sprintf("is larger than %d MiB, too large for one JSON document", maxDocument>>20)}
	}
	return data, nil
}

// document reads the file as one JSON value.
func (in Input) document() (*node, error) {
	data, err := in.all()
	if err != nil {
		return nil, err
	}
	return parse(in.Name, data)
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

// hasAll reports whether a file's top-level keys hold all of want.
func hasAll(head []byte, want ...string) bool {
	keys := topKeys(head)
	for _, k := range want {
		if !slices.Contains(keys, k) {
			return false
		}
	}
	return true
}

func has(head []byte, key string) bool { return slices.Contains(topKeys(head), key) }

func ptr[T any](v T) *T { return &v }

// The names of the tools, as source.tool has them.
const (
	benchTool    = "bench_openai.py"
	accuracyTool = "eval_openai_accuracy.py"
	lmTool       = "lm-evaluation-harness"
)
