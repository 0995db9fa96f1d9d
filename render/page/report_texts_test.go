package page

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// textsSite is a report over a perplexity and a judged suite of three precisions.
func textsSite(t *testing.T) *Site {
	t.Helper()
	dir := t.TempDir()
	st := artifact.Open(dir)
	p := artifact.Ptr[string]
	var toml strings.Builder
	toml.WriteString("title = { zh = \"文本\", en = \"Texts\" }\nbaseline = \"bf16-texts\"\n")
	for i, precision := range []string{"BF16", "FP8", "NVFP4"} {
		subject := artifact.Subject{BaseModel: p("m/Base"), Model: "m/Base-" + precision, Precision: p(precision), Accelerator: p("A")}
		n := int64(6)
		texts := artifact.Task{Task: "texts", Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: "perplexity", Version: "1"}, Repeats: artifact.Ptr(int64(1))}
		var windows, answers []artifact.EvalRecord
		sum := 0.0
		for w := range 6 {
			nats := 20 + float64(w*w%5) + float64(i)*(0.4+0.01*float64(w))
			sum += nats
			windows = append(windows, artifact.EvalRecord{Task: "texts", Item: fmt.Sprint(w), ItemHash: p(fmt.Sprint("w", w)), Stem: p(fmt.Sprint("t", w)),
				Likelihood: &artifact.Likelihood{NLL: nats, Tokens: 10, Bytes: 40}})
		}
		nll := sum / 60
		texts.Metrics = []artifact.Metric{
			{Metric: "perplexity", Value: artifact.Ptr(math.Exp(nll)), Stderr: artifact.Ptr(0.1), N: &n, Better: p("lower"), Primary: true},
			{Metric: "nll", Value: &nll, N: &n, Better: p("lower")}, {Metric: "bits-per-byte", Value: artifact.Ptr(0.7), N: &n, Better: p("lower")},
		}
		texts.Text = &artifact.TaskText{Tokens: 60, Bytes: 240, Left: 6}
		texts.Groups = []artifact.Group{{Name: "notes", N: &n, Value: artifact.Ptr(math.Exp(nll)), NLL: &nll, Tokens: artifact.Ptr(int64(60)), Bytes: artifact.Ptr(int64(240))}}
		right := int64(180 + 4*i) // FP8 and NVFP4 answer more
		all := int64(200)
		for k := range int(all) {
			o := artifact.OutcomeWrong
			if int64(k) < right {
				o = artifact.OutcomeCorrect
			}
			answers = append(answers, artifact.EvalRecord{Task: "free", Item: fmt.Sprint(k), ItemHash: p(fmt.Sprint("i", k)), Outcome: &o, Output: p(fmt.Sprint(precision, k)), Type: p("judge")})
		}
		zero := artifact.Ptr(int64(0))
		free := artifact.Task{Task: "free", Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: "typed", Version: "1"}, Repeats: artifact.Ptr(int64(1)),
			Metrics:  []artifact.Metric{{Metric: "accuracy", Value: artifact.Ptr(float64(right) / 200), N: &all, Better: p("higher"), Primary: true}},
			Outcomes: &artifact.Outcomes{Correct: &right, Wrong: artifact.Ptr(all - right), Unparsed: zero, Truncated: zero, Error: zero},
			Judge:    &artifact.TaskJudge{Model: "some/judge", PromptSHA256: strings.Repeat("ab", 32), Judged: 198, Unreadable: 2, Items: []string{"7", "9"}, PromptTokens: artifact.Ptr(int64(1234)), OutputTokens: artifact.Ptr(int64(56))}}
		for _, x := range []struct {
			task    artifact.Task
			records []artifact.EvalRecord
		}{{texts, windows}, {free, answers}} {
			a := &artifact.Artifact{Kind: artifact.KindEval, Name: x.task.Task, Status: artifact.StatusComplete, StartedAt: "2026-01-02", Subject: subject,
				Protocol: artifact.Protocol{Parameters: map[string]any{"task": x.task.Task, "scorer": x.task.Scorer.Name + " v1"}},
				Source:   artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured}, Eval: &artifact.Eval{Tasks: []artifact.Task{x.task}}}
			if _, err := st.Put(artifact.Bundle{Artifact: a, Eval: x.records, Slug: x.task.Task}); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&toml, "[[run]]\nalias = %q\nref = \"precision=%s,task=%s\"\n", strings.ToLower(precision)+"-"+x.task.Task, precision, x.task.Task)
		}
	}
	folder := filepath.Join(dir, "reports", "texts")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "report.toml"), []byte(toml.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return siteOf(t, dir)
}

// TestRelativeScores: the baseline is named and 100, and above it is better
// whichever way the metric points.
func TestRelativeScores(t *testing.T) {
	site := textsSite(t)
	if len(site.Set.Problems) > 0 {
		t.Fatal(site.Set.Problems)
	}
	for lang, want := range map[locale.Lang][]string{
		locale.EN: {"Perplexity on texts", "lower is better", "Relative score, BF16 = 100", "subject better", "is 4.34% higher than that of BF16"},
		locale.ZH: {"texts 的困惑度", "越低越好", "相对得分，BF16 = 100", "前者更好", "的困惑度比 BF16 高 4.34%"},
	} {
		e := site.In(lang)
		p := e.Report(site.Set.Reports[0])
		text := wording(p)
		for _, c := range p.Figures {
			for _, panel := range c.Chart.Panels {
				text += panel.Below + panel.Above + "\n"
			}
		}
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: %q is missing in\n%s", lang, w, text)
			}
		}
		found := false
		for _, f := range p.Figures {
			if f.Chart.ID != "fig-relative-score" {
				continue
			}
			found = true
			for _, panel := range f.Chart.Panels {
				if panel.Ref.Value != 100 || len(panel.Series) != 2 {
					t.Errorf("%+v", panel)
				}
				for _, s := range panel.Series {
					pt := s.Points[0]
					if better := panel.Title == "free"; better != (pt.Value > 100) {
						t.Errorf("%s %s: %v", panel.Title, s.Name, pt.Value)
					}
					if pt.Interval && (pt.Lo > pt.Value || pt.Hi < pt.Value) || (panel.Title == "texts") != pt.Interval {
						t.Errorf("%s %s: %v from %v to %v", panel.Title, s.Name, pt.Value, pt.Lo, pt.Hi)
					}
				}
			}
		}
		if !found {
			t.Errorf("%s: there is no chart of relative scores", lang)
		}
	}
	if v := relativeScore(dataset.Lower, 1.25); v != 80 {
		t.Errorf("a perplexity a quarter higher is %v", v)
	}
	if v := relativeScore(dataset.Higher, 0.8); v != 80 {
		t.Errorf("an accuracy a fifth lower is %v", v)
	}
}

// TestJudgeAndTextsOnRunPages: a run page names the judge with the hash of its
// prompt and lists what it did not decide; that of a perplexity has a table by
// data set.
func TestJudgeAndTextsOnRunPages(t *testing.T) {
	site := textsSite(t)
	for lang, want := range map[locale.Lang]map[string][]string{
		locale.EN: {"free": {"some/judge", "abababababab", "Without a verdict: 2 items, counted and not guessed: 7, 9.", "1,234 prompt tokens"}, "texts": {"notes", "all texts", "6 windows", "Bits per byte"}},
		locale.ZH: {"free": {"some/judge", "abababababab", "没有得到判定的共 2 题", "1,234 个输入 token"}, "texts": {"notes", "全部文本", "6 个窗口", "每字节比特数"}},
	} {
		e := site.In(lang)
		for _, r := range site.Set.Runs {
			p, err := e.Run(r)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, tile := range p.Tiles {
				b.WriteString(tile.Label + " " + tile.Value + " " + tile.Note + "\n")
			}
			for _, s := range p.Sections {
				for _, x := range s.Blocks {
					if x.Table == nil {
						continue
					}
					for _, h := range x.Table.Head {
						b.WriteString(h.Text.Flat() + "\n")
					}
					for _, row := range x.Table.Rows {
						for _, c := range row.Cells {
							b.WriteString(c.Text.Flat() + "\n")
						}
					}
					for _, f := range x.Table.Foot {
						b.WriteString(f.Flat() + "\n")
					}
				}
			}
			text := locale.Plain(b.String())
			for _, w := range want[r.Eval.Tasks[0].Task] {
				if !strings.Contains(text, w) {
					t.Errorf("%s %s: %q is missing in\n%s", lang, r.ID, w, text)
				}
			}
		}
	}
}
