package page

import (
	"strings"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// ProblemsPage lists the files that could not be read.
type ProblemsPage struct {
	Base
	Dek      string
	Problems []ProblemEntry
	Check    CodeBlock
	CheckFor string
	Side     []Side
}

// ProblemEntry is one file with its fault.
type ProblemEntry struct {
	File string
	Defs []Pair
}

// advice is the sentence of each kind of problem.
var advice = map[dataset.Advice]string{
	dataset.AdviceFixWriter:      "problem.todo-type",
	dataset.AdviceUpgrade:        "problem.todo-schema",
	dataset.AdviceRestore:        "problem.todo-id",
	dataset.AdviceCopyAgain:      "problem.todo-truncated",
	dataset.AdviceRestoreRecords: "problem.todo-attachment",
	dataset.AdviceEditReport:     "problem.todo-report",
	dataset.AdviceEditWithdrawn:  "problem.todo-withdrawn",
}

// Problems builds the page of unreadable files.
func (e *Edition) Problems() *ProblemsPage {
	l := e.L
	artifacts := map[string]bool{} // reports and attached files count on their own
	for _, p := range e.Set.Problems {
		if strings.HasSuffix(p.File, ".json") && e.Set.Run(strings.TrimSuffix(p.File, ".json")) == nil {
			artifacts[p.File] = true
		}
	}
	bad, good := len(artifacts), len(e.Set.Runs)
	key := "problem.dek"
	if bad == 0 {
		key = "note.readable"
	}
	dek := l.Fill(key, locale.Slots{"n": good + bad, "bad": bad, "good": good})
	p := &ProblemsPage{
		Base: e.Base("problems", "problems/", l.Text("problem.title"), dek), Dek: dek,
		Check: CodeBlock{Lead: l.Text("problem.check"), Text: "benchsite check artifacts"}, CheckFor: l.Text("problem.check-text"),
		Side: []Side{{l.Text("side.guess.lead"), T(l.Text("side.guess.text"))}},
	}
	for _, x := range e.Set.Problems {
		entry := ProblemEntry{File: Cut(x.File, CutValue)}
		field := TMuted(locale.Unknown)
		if x.Field != "" {
			field = TCode(Cut(x.Field, CutValue))
		}
		entry.Defs = append(entry.Defs, Pair{l.Text("problem.field"), field})
		if x.Line > 0 {
			entry.Defs = append(entry.Defs, Pair{l.Text("problem.line"), T(itoa(x.Line))})
		}
		key := advice[x.Advice]
		if key == "" {
			key = "problem.todo-other"
		}
		kind := strings.Replace(key, "problem.todo-", "problem.kind-", 1)
		entry.Defs = append(entry.Defs,
			Pair{l.Text("problem.cause"), Rich(l.Text(kind))},
			Pair{l.Text("problem.message"), TCode(Cut(x.Cause, CutValue))},
			Pair{l.Text("problem.todo"), Rich(l.Text(key))},
		)
		p.Problems = append(p.Problems, entry)
	}
	return p
}
