package dataset

import (
	"sync"

	"benchsite/collect/artifact"
)

// Store is what a set needs of a store of artifacts; *artifact.Store has it.
type Store interface {
	List() ([]string, error)
	Read(id string) (*artifact.Artifact, []byte, error)
	EvalRecords(a *artifact.Artifact) ([]artifact.EvalRecord, error)
	LoadRecords(a *artifact.Artifact) ([]artifact.LoadRecord, error)
	Attachment(a *artifact.Artifact, kind artifact.AttachmentKind) ([]byte, error)
	StateDir() string
}

// Set is every artifact of a store, indexed. It is read-only after [Load].
type Set struct {
	Config    Config
	Runs      []*Run      // every readable artifact, simulated ones too, newest first, then by id
	Standing  []*Run      // of them, those that count: measured or imported, not replaced, not withdrawn
	Simulated []*Run      // simulated and not replaced, newest first; never mixed with Standing
	Subjects  []*Subject  // of all runs, in display order
	Protocols []*Protocol // of all runs, by kind (load first), then newest run first
	Series    []*Series   // sweeps: protocols that differ in one axis, with at least two points
	Reports   []*Report   // newest first
	Problems  []Problem   // files that could not be read or resolved, by file
	Hash      string      // SHA-256 over everything that the set was read from

	store Store
	byID  map[string]*Run

	sweepOf map[*Run]*Series
	history map[historyKey][]*Run

	topics, simulatedTopics struct { // see Topics
		once sync.Once
		list []*Topic
	}
	trends struct { // see Trends
		once sync.Once
		list []*Trend
	}
}

// Problem is a file that could not be used, wholly or in part.
type Problem struct {
	File   string // relative to the artifacts folder, with /
	Line   int    // 1-based, 0 when there is none
	Field  string // dotted path, "" for the whole file
	Cause  string // what is wrong, one line as the reader of the file said it
	Advice Advice
}

// Advice is the key of a sentence that says what to do about a problem.
type Advice string

// The advices.
const (
	AdviceFixWriter      Advice = "fix-writer"      // correct the program that wrote it, then write it again
	AdviceUpgrade        Advice = "upgrade"         // written by a newer schema
	AdviceRestore        Advice = "restore"         // changed since it was written: bring the original back
	AdviceCopyAgain      Advice = "copy-again"      // incomplete
	AdviceRestoreRecords Advice = "restore-records" // the file beside the artifact is missing or changed
	AdviceEditReport     Advice = "edit-report"     // correct report.toml or the body
	AdviceEditWithdrawn  Advice = "edit-withdrawn"  // correct withdrawn.toml
)

// Run returns the run with the id, or nil.
func (s *Set) Run(id string) *Run { return s.byID[id] }

// ByHash returns the runs whose id ends in the hash8; more than one is rare.
func (s *Set) ByHash(hash8 string) []*Run {
	var out []*Run
	for _, r := range s.Runs {
		if r.Hash8 == hash8 {
			out = append(out, r)
		}
	}
	return out
}

// Report returns the report in a folder, or nil.
func (s *Set) Report(slug string) *Report {
	for _, r := range s.Reports {
		if r.Slug == slug {
			return r
		}
	}
	return nil
}
