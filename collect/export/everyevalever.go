package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"benchsite/collect/artifact"
)

// eeeVersion is the version of the schema that is written: eval.schema.json of
// github.com/evaleval/every_eval_ever as of 2026.
const eeeVersion = "0.2.2"

// The parts of the schema that we fill. Values of additional_details are texts,
// as the schema wants them.
type (
	eeeRecord struct {
		SchemaVersion string     `json:"schema_version"`
		ID            string     `json:"evaluation_id"`
		Evaluated     string     `json:"evaluation_timestamp,omitempty"`
		Retrieved     string     `json:"retrieved_timestamp"` // seconds since 1970
		Source        eeeSource  `json:"source_metadata"`
		Library       eeeLibrary `json:"eval_library"`
		Model         eeeModel   `json:"model_info"`
		Results       []eeeScore `json:"evaluation_results"`
	}
	eeeSource struct {
		Name         string            `json:"source_name,omitempty"`
		Type         string            `json:"source_type"`
		Organization string            `json:"source_organization_name"`
		Relationship string            `json:"evaluator_relationship"`
		Details      map[string]string `json:"additional_details,omitempty"`
	}
	eeeLibrary struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	eeeModel struct {
		Name    string            `json:"name"`
		ID      string            `json:"id"`
		Engine  *eeeEngine        `json:"inference_engine,omitempty"`
		Details map[string]string `json:"additional_details,omitempty"`
	}
	eeeEngine struct {
		Name    string `json:"name,omitempty"`
		Version string `json:"version,omitempty"`
	}
	eeeScore struct {
		ID         string         `json:"evaluation_result_id"`
		Name       string         `json:"evaluation_name"`
		Data       map[string]any `json:"source_data"`
		Config     map[string]any `json:"metric_config"`
		Score      eeeDetails     `json:"score_details"`
		Generation map[string]any `json:"generation_config,omitempty"`
	}
	eeeDetails struct {
		Score       float64           `json:"score"`
		Details     map[string]string `json:"details,omitempty"`
		Uncertainty map[string]any    `json:"uncertainty,omitempty"`
	}
)

// everyEvalEver is an evaluation in the schema: an entry for each metric with a
// value. It is nil when there is none.
func everyEvalEver(a *artifact.Artifact) (data []byte, lost []string, err error) {
	r := eeeRecord{
		SchemaVersion: eeeVersion,
		Evaluated:     a.StartedAt,
		Retrieved:     eeeTime(a),
		Library:       eeeLibrary{Name: a.Source.Tool, Version: "unknown"},
		Model:         eeeModel{Name: artifact.ModelName(a.Subject.Model), ID: a.Subject.Model, Details: eeeSubject(a.Subject)},
		Source: eeeSource{
			Name: "benchsite", Type: "evaluation_run", Organization: "unknown", Relationship: "other",
			Details: map[string]string{"artifact": a.ID, "protocol": a.Protocol.ID, "mode": string(a.Source.Mode)},
		},
	}
	if v := a.Source.ToolVersion; v != nil {
		r.Library.Version = *v
	}
	if e := a.Subject.Engine; e != nil {
		r.Model.Engine = &eeeEngine{Name: *e}
		if v := a.Subject.EngineVersion; v != nil {
			r.Model.Engine.Version = *v
		}
	}
	r.ID = strings.Join([]string{a.Name, a.Subject.Model, r.Retrieved}, "/")
	for i := range a.Eval.Tasks {
		t := &a.Eval.Tasks[i]
		for j := range t.Metrics {
			m := &t.Metrics[j]
			switch {
			case m.Value == nil:
			case m.Better == nil:
				lost = append(lost, "metrics of which it is not known whether higher is better")
			default:
				r.Results = append(r.Results, eeeResult(a, t, m))
			}
		}
	}
	if len(r.Results) == 0 {
		return nil, lost, nil
	}
	lost = append(lost, "items, environment, and who evaluated (source_organization_name is unknown)")
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(r)
	return b.Bytes(), lost, err
}

// eeeTime is the start of the run in seconds: an export made twice is the same.
func eeeTime(a *artifact.Artifact) string {
	for _, form := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(form, a.StartedAt); err == nil {
			return strconv.FormatInt(t.Unix(), 10)
		}
	}
	return "0"
}

func eeeSubject(s artifact.Subject) map[string]string {
	out := map[string]string{}
	for name, v := range map[string]*string{
		"base_model": s.BaseModel, "revision": s.ModelRevision, "precision": s.Precision, "quantization": s.Quantization,
		"kv_cache_dtype": s.KVCacheDtype, "accelerator": s.Accelerator,
	} {
		if v != nil {
			out[name] = *v
		}
	}
	for name, n := range map[string]*int64{
		"tensor_parallel": s.Parallel.TP, "max_model_len": s.MaxModelLen, "accelerator_count": s.AcceleratorCount,
	} {
		if n != nil {
			out[name] = strconv.FormatInt(*n, 10)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func eeeResult(a *artifact.Artifact, t *artifact.Task, m *artifact.Metric) eeeScore {
	name := m.Metric
	if m.Filter != nil && *m.Filter != "none" {
		name += "," + *m.Filter
	}
	s := eeeScore{
		ID: a.ID + "#" + t.Task + "#" + name, Name: t.Task, Data: eeeData(t),
		Config: map[string]any{"metric_id": m.Metric, "metric_name": name, "lower_is_better": *m.Better == "lower"},
		Score:  eeeDetails{Score: *m.Value, Details: map[string]string{}},
	}
	if *m.Value >= 0 && *m.Value <= 1 && *m.Better == "higher" {
		s.Config["score_type"], s.Config["min_score"], s.Config["max_score"] = "continuous", 0, 1
	}
	u := map[string]any{}
	if m.Stderr != nil {
		u["standard_error"] = map[string]any{"value": *m.Stderr}
	}
	if m.N != nil {
		u["num_samples"] = *m.N
	}
	if len(u) > 0 {
		s.Score.Uncertainty = u
	}
	d := s.Score.Details
	d["primary"] = strconv.FormatBool(m.Primary)
	put := func(name string, n *int64) {
		if n != nil {
			d[name] = strconv.FormatInt(*n, 10)
		}
	}
	put("n_shot", t.NShot)
	put("repeats", t.Repeats)
	put("dataset_items", t.Dataset.Of)
	if o := t.Outcomes; o != nil && m.Primary {
		put("correct", o.Correct)
		put("wrong", o.Wrong)
		put("unparsed", o.Unparsed)
		put("truncated", o.Truncated)
		put("error", o.Error)
	}
	if t.Scorer != nil {
		d["scorer"] = scorer(t.Scorer)
	}
	if t.Version != nil {
		d["task_version"] = *t.Version
	}
	s.Generation = eeeGeneration(a, t)
	return s
}

// eeeData is where the items come from. A name alone does not say that it is one
// of the Hub.
func eeeData(t *artifact.Task) map[string]any {
	name := t.Task
	if t.Dataset.Name != nil {
		name = *t.Dataset.Name
	}
	out := map[string]any{"dataset_name": name, "source_type": "other"}
	if t.Dataset.SHA256 != nil {
		out["source_id"] = "sha256:" + *t.Dataset.SHA256
	}
	if t.Dataset.Revision != nil {
		out["source_version"] = *t.Dataset.Revision
	}
	if t.Dataset.Split != nil {
		out["additional_details"] = map[string]string{"split": *t.Dataset.Split}
	}
	return out
}

// eeeGeneration is the sampling as far as the protocol knows it: those with a
// place of their own, and the rest as details.
func eeeGeneration(a *artifact.Artifact, t *artifact.Task) map[string]any {
	p := a.Protocol.Parameters
	if tasks, ok := p["tasks"].(map[string]any); ok {
		p, _ = tasks[t.Task].(map[string]any)
	}
	args, details := map[string]any{}, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(p)) {
		switch v := p[name]; name {
		case "temperature", "top_p", "top_k":
			args[name] = v
		case "max_tokens":
			if f, ok := v.(float64); ok && f >= 1 {
				args[name] = int64(f)
			}
		case "thinking":
			if on, ok := v.(bool); ok {
				args["reasoning"] = on
			} else {
				details[name] = fmt.Sprint(v)
			}
		case "task", "version", "scorer", "dataset":
		default:
			details[name] = fmt.Sprint(v)
		}
	}
	out := map[string]any{}
	if len(args) > 0 {
		out["generation_args"] = args
	}
	if len(details) > 0 {
		out["additional_details"] = details
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
