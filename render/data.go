package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"

	"benchsite/collect/artifact"
	"benchsite/render/cache"
	"benchsite/render/dataset"
	"benchsite/render/page"
)

// indexRun is a run in data/index.json. Figures are raw: seconds, tokens,
// shares from 0 to 1; null is unknown.
type indexRun struct {
	ID         string             `json:"id"`
	SHA256     string             `json:"sha256"`
	Kind       artifact.Kind      `json:"kind"`
	Status     artifact.Status    `json:"status"`
	StartedAt  string             `json:"started_at"`
	Simulated  bool               `json:"simulated"`
	Standing   bool               `json:"standing"` // counts in findings: not replaced, not withdrawn, not simulated
	ReplacedBy *string            `json:"replaced_by"`
	Withdrawn  bool               `json:"withdrawn"`
	Subject    string             `json:"subject"`
	Model      string             `json:"model"`
	Precision  *string            `json:"precision"`
	Engine     *string            `json:"engine"`
	Version    *string            `json:"engine_version"`
	Tool       string             `json:"tool"`
	Mode       artifact.Mode      `json:"mode"`
	Protocol   string             `json:"protocol"`
	Figure     *string            `json:"figure"` // what the next one is: output-throughput, score …
	Value      *float64           `json:"value"`
	Scores     map[string]float64 `json:"scores,omitempty"` // task -> share
	Parts      map[string][2]int  `json:"parts,omitempty"`  // task -> items asked, items of the suite: of scores that are not those of the suite
	Notices    []string           `json:"notices"`
	Artifact   string             `json:"artifact"` // from the folder of index.json
	Pages      map[string]string  `json:"pages"`    // language -> page, from the folder of index.json
}

// runFiles are an artifact and its attachments as they are, but for private ones
// and those that are not what the artifact says of them.
func runFiles(store *artifact.Store, set *dataset.Set, r *dataset.Run) ([]file, error) {
	b, err := os.ReadFile(filepath.Join(store.Dir(), filepath.FromSlash(r.ID)+".json"))
	if err != nil {
		return nil, err
	}
	if artifact.SHA256(b) != r.SHA256 {
		return nil, fmt.Errorf("%s.json was changed while the site was rendered; render again", r.ID)
	}
	out := []file{{page.ArtifactPath(r), b}}
	for _, a := range published(set, r) {
		b, err := os.ReadFile(attachmentFile(store, r, a))
		if err != nil {
			return nil, err
		}
		out = append(out, file{page.AttachmentPath(r, a), b})
	}
	return out, nil
}

// published are the attachments of a run that a site may hold.
func published(set *dataset.Set, r *dataset.Run) []artifact.Attachment {
	if set.Config.Publish.Records != dataset.RecordsSite {
		return nil
	}
	var out []artifact.Attachment
	for _, a := range r.Attachments {
		// Private texts may not be passed on; the problems page names what is not intact.
		if a.Kind != artifact.AttachPrivate && r.Intact(a) {
			out = append(out, a)
		}
	}
	return out
}

func attachmentFile(store *artifact.Store, r *dataset.Run, a artifact.Attachment) string {
	return filepath.Join(store.Dir(), filepath.FromSlash(path.Join(path.Dir(r.ID), path.Base(a.Path))))
}

// packed tells whether the compressed files of a run are still the same: the
// artifact knows only what they unpack to.
func packed(store *artifact.Store, set *dataset.Set, r *dataset.Run) []cache.Stamp {
	var out []cache.Stamp
	for _, a := range published(set, r) {
		s, err := cache.Look(attachmentFile(store, r, a))
		if err != nil {
			s = cache.Stamp{} // reading it says what is wrong
		}
		out = append(out, s)
	}
	return out
}

// indexFiles are the index of all runs in three forms.
func indexFiles(set *dataset.Set) ([]file, error) {
	runs := make([]indexRun, 0, len(set.Runs))
	for _, r := range set.Runs {
		runs = append(runs, indexOf(set, r))
	}
	index, err := json.MarshalIndent(map[string]any{"schema": 1, "input": set.Hash, "runs": runs}, "", " ")
	if err != nil {
		return nil, err
	}
	compact, err := json.Marshal(map[string]any{"schema": 1, "runs": runs}) // escapes < > & for a script
	if err != nil {
		return nil, err
	}
	table, err := runsCSV(set)
	return []file{
		{"data/index.json", append(index, '\n')},
		{"data/index.js", bytes.Join([][]byte{[]byte("(window.benchsite=window.benchsite||{}).index="), compact, []byte(";\n")}, nil)},
		{"data/runs.csv", table},
	}, err
}

func indexOf(set *dataset.Set, r *dataset.Run) indexRun {
	out := indexRun{
		ID: r.ID, SHA256: r.SHA256, Kind: r.Kind, Status: r.Status, StartedAt: r.StartedAt, Simulated: r.Simulated,
		Standing: r.Standing, Withdrawn: r.Withdrawn != nil, Subject: r.Subject.Name, Model: r.Subject.Model,
		Precision: r.Subject.Precision, Engine: r.Subject.Engine, Version: r.Subject.EngineVersion,
		Tool: r.Source.Tool, Mode: r.Source.Mode, Protocol: r.Protocol.ID, Notices: []string{},
		Artifact: "artifacts/" + r.ID + ".json", Pages: map[string]string{},
	}
	if r.Replacer != nil {
		out.ReplacedBy = &r.Replacer.ID
	}
	f := r.Figure()
	switch {
	case f.Score != nil:
		out.Figure, out.Value = &f.Key, &f.Score.Value
	case f.Value != nil:
		out.Figure, out.Value = &f.Key, &f.Value.Num
	}
	for _, s := range r.Scores {
		if out.Scores == nil {
			out.Scores = map[string]float64{}
		}
		out.Scores[s.Task] = s.Value
		if s.Part != dataset.Whole {
			if out.Parts == nil {
				out.Parts = map[string][2]int{}
			}
			out.Parts[s.Task] = [2]int{s.N, s.Of}
		}
	}
	seen := map[string]bool{}
	for _, n := range r.Notices {
		if !seen[n.Code] {
			seen[n.Code] = true
			out.Notices = append(out.Notices, n.Code)
		}
	}
	for _, lang := range set.Config.Languages {
		out.Pages[lang] = "../" + lang + "/runs/" + r.ID + "/index.html"
	}
	return out
}

// runsCSV is the list of runs for a spreadsheet: raw figures, one line a run, a
// task of an evaluation in a line of its own.
func runsCSV(set *dataset.Set) ([]byte, error) {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.Write([]string{
		"id", "date", "kind", "status", "standing", "simulated", "subject", "model", "precision", "engine", "engine_version", "accelerator",
		"tool", "mode", "protocol", "requests_offered", "requests_failed", "duration_s", "requests_per_s", "output_tokens_per_s",
		"ttft_p50_s", "e2e_p50_s", "e2e_p95_s", "task", "metric", "filter", "score", "ci_lo", "ci_hi", "n", "of", "scorer",
	})
	for _, r := range set.Runs {
		head := []string{
			r.ID, r.Day, string(r.Kind), string(r.Status), strconv.FormatBool(r.Standing), strconv.FormatBool(r.Simulated), r.Subject.Name,
			r.Subject.Model, str(r.Subject.Precision), str(r.Subject.Engine), str(r.Subject.EngineVersion), str(r.Subject.Accelerator),
			r.Source.Tool, string(r.Source.Mode), r.Protocol.ID,
		}
		load := make([]string, 8)
		if l := r.Load; l != nil {
			load = []string{
				integer(l.Requests.Offered), integer(l.Requests.Failed), number(l.DurationS), number(l.Throughput.RequestsPerS), number(l.Throughput.OutputTokensPerS),
				"", "", "",
			}
			if d := l.Latency.TTFT; d != nil {
				load[5] = number(d.P50)
			}
			if d := l.Latency.E2E; d != nil {
				load[6], load[7] = number(d.P50), number(r.Shown(d, 95))
			}
		}
		rows := [][]string{make([]string, 9)}
		if len(r.Scores) > 0 {
			rows = nil
		}
		for _, s := range r.Scores {
			row := []string{s.Task, s.Metric, s.Filter, number(&s.Value), "", "", strconv.Itoa(s.N), strconv.Itoa(s.Of), ""}
			if s.Interval {
				row[4], row[5] = number(&s.Lo), number(&s.Hi)
			}
			if s.Scorer != nil {
				row[8] = s.Scorer.Name + " " + s.Scorer.Version
			}
			rows = append(rows, row)
		}
		for _, row := range rows {
			line := append(append(append([]string{}, head...), load...), row...)
			for i, s := range line {
				line[i] = guard(s)
			}
			w.Write(line)
		}
	}
	w.Flush()
	return buf.Bytes(), w.Error()
}

// guard keeps a spreadsheet from reading a string as a formula.
func guard(s string) string {
	if s == "" {
		return s
	}
	switch s[0] {
	case '=', '@', '\t', '\r':
		return "'" + s
	case '+', '-':
		if _, err := strconv.ParseFloat(s, 64); err != nil {
			return "'" + s
		}
	}
	return s
}

func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func integer(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

func number(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

// rowFiles are the rows of a month for the run table, a classic script.
func rowFiles(f page.RowFile) ([]file, error) {
	words, rows := f.Build()
	text, err := json.Marshal([]any{words, rows}) // escapes < > & for a script
	return []file{{f.Path, neutral(fmt.Appendf(nil, "benchsite.rows(%q,%s);\n", f.Month, text))}}, err
}

// rowWords are the words of the run table, a classic script.
func rowWords(e *page.Edition) ([]file, error) {
	text, err := json.Marshal(e.RowWords()) // our own words alone
	return []file{{string(e.Lang) + "/runs/words.js", fmt.Appendf(nil, "benchsite.rowWords(%s);\n", text)}}, err
}
