package eval

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"benchsite/collect/artifact"
)

// Remembering is a judge that asks its model only once about the same question,
// key and answer, also over several calls of the program: a rescoring that breaks
// off has paid for its verdicts. An evaluation has its journal instead.
type Remembering struct {
	*ModelJudge
	path  string
	mu    sync.Mutex
	known map[string]*artifact.Judgement
}

// remembered is one line of the file.
type remembered struct {
	Key       string              `json:"key"`
	Judgement *artifact.Judgement `json:"judgement"`
}

// Remember returns j with the verdicts that it has given before; they lie below
// the state folder, by the judge and the form in which it is asked.
func Remember(j *ModelJudge, stateDir string) (*Remembering, error) {
	m := &Remembering{ModelJudge: j, known: map[string]*artifact.Judgement{},
		path: filepath.Join(stateDir, "verdicts", hashOf(j.Protocol())[:16]+".jsonl")}
	data, err := os.ReadFile(m.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("verdicts: %w", err)
	}
	for line := range bytes.Lines(data) {
		var r remembered
		if json.Unmarshal(line, &r) == nil && r.Judgement != nil { // a line that was cut off is asked again
			m.known[r.Key] = r.Judgement
		}
	}
	return m, nil
}

// Kept is how many verdicts are remembered.
func (m *Remembering) Kept() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.known)
}

// Judge asks for the verdict unless it is known.
func (m *Remembering) Judge(ctx context.Context, it Item, rec *artifact.EvalRecord) error {
	answer, _ := answerOf(Reply{Output: text(rec.Output), FinishReason: text(rec.FinishReason)})
	key := hashOf(it.question(), it.Expected, answer)
	m.mu.Lock()
	known := m.known[key]
	m.mu.Unlock()
	if known != nil {
		again := *known
		pronounce(rec, &again)
		return nil
	}
	if err := m.ModelJudge.Judge(ctx, it, rec); err != nil {
		return err
	}
	if rec.Judge == nil {
		return nil // nothing was said
	}
	return m.keep(key, rec.Judge)
}

func (m *Remembering) keep(key string, j *artifact.Judgement) error {
	line, err := json.Marshal(remembered{key, j})
	if err != nil {
		return fmt.Errorf("verdicts: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known[key] = j
	if err := os.MkdirAll(filepath.Dir(m.path), 0o755); err != nil {
		return fmt.Errorf("verdicts: %w", err)
	}
	f, err := os.OpenFile(m.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("verdicts: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("verdicts: %w", err)
	}
	return nil
}
