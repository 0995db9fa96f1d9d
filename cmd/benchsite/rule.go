package main

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"benchsite/render/dataset"
	"benchsite/render/stats"
)

// rule is a condition on a comparison under which compare ends with exit code 1.
//
//	RULE   = METRIC ( ">" | "<" ) LIMIT [ "significant" ] | "regression"
//	METRIC = output_tokens_per_s, ttft_p95, tpot_mean … | score | score:TASK
//	LIMIT  = a change from A to B: +10 %   of a score in points: -2 points   or a ratio B / A: 0.95x
//
// significant asks for p < 0.05 in the test of that metric as well: Mann–Whitney
// over the repeats (4 on each side), McNemar over the items. regression hits when
// anything got worse by at least 2 %, or any score worse at all, and its test,
// corrected by Holm over all metrics, is below 0.05.
type rule struct {
	text        string
	metric      string // as written; "" is regression
	task        string // of a score; "" is any
	above       bool
	limit       float64 // relative change, difference of shares, or ratio
	unit        string  // "%", "points", "x"
	significant bool
}

// verdict is what became of a rule.
type verdict struct {
	Rule string `json:"rule"`
	Hit  bool   `json:"hit"`
	Why  string `json:"why"`
}

var ruleForm = regexp.MustCompile(`^([a-z][a-z0-9_.]*(?::\S+)?)\s*([<>])\s*([+\-−]?[0-9]+(?:\.[0-9]+)?)\s*(%|x|×|points?)(\s+significant)?$`)

func parseRule(text string) (rule, error) {
	r := rule{text: strings.TrimSpace(text)}
	if r.text == "regression" {
		return r, nil
	}
	m := ruleForm.FindStringSubmatch(r.text)
	if m == nil {
		return r, withHint(usageErr("--fail-on %q is no rule", text), "such as: ttft_p95 > +10 %% significant, output_tokens_per_s < 0.95x, score < -2 points, regression")
	}
	limit, err := strconv.ParseFloat(strings.Replace(m[3], "−", "-", 1), 64)
	if err != nil {
		return r, usageErr("--fail-on %q: %v", text, err)
	}
	r.metric, r.above, r.significant = m[1], m[2] == ">", m[5] != ""
	if name, task, found := strings.Cut(r.metric, ":"); found {
		r.metric, r.task = name, task
	}
	switch m[4] {
	case "%":
		r.unit, r.limit = "%", limit/100
	case "x", "×":
		r.unit, r.limit = "x", limit
		if limit <= 0 {
			return r, usageErr("--fail-on %q: a ratio is above 0", text)
		}
	default:
		r.unit, r.limit = "points", limit/100
	}
	if r.metric == "score" {
		if r.unit != "points" {
			return r, withHint(usageErr("--fail-on %q: a score changes by points", text), "score < -2 points")
		}
		return r, nil
	}
	if r.task != "" {
		return r, usageErr("--fail-on %q: only a score has a task", text)
	}
	if r.unit == "points" {
		return r, withHint(usageErr("--fail-on %q: only a score changes by points", text), "write %% or x")
	}
	if dataset.LoadMetric(r.metric) == "" {
		names := append(dataset.LoadMetricNames(), "score", "regression")
		if near := nearestWord(r.metric, names); near != "" {
			return r, withHint(usageErr("--fail-on %q: there is no metric %q", text, r.metric), "did you mean %s?", near)
		}
		return r, withHint(usageErr("--fail-on %q: there is no metric %q", text, r.metric), "there are %s", strings.Join(names, ", "))
	}
	return r, nil
}

// judge says whether the comparison hits the rule. What cannot be judged is an
// error: silence would pass for "no".
func (r rule) judge(c *dataset.Comparison) (verdict, error) {
	v := verdict{Rule: r.text}
	cannot := func(format string, args ...any) (verdict, error) {
		return v, usageErr("--fail-on %q cannot be judged: "+format, append([]any{r.text}, args...)...)
	}
	if !c.Comparable {
		return cannot("the runs are under different protocols")
	}
	switch {
	case r.metric == "":
		return regression(v, c), nil
	case r.metric == "score":
		return r.judgeScore(v, c)
	}
	m := c.Metric(dataset.LoadMetric(r.metric))
	if m == nil {
		return cannot("%s is not known on both sides", r.metric)
	}
	value := m.Relative
	if r.unit == "x" {
		value = m.Ratio
	}
	if math.IsNaN(value) {
		return cannot("%s is 0 in A", r.metric)
	}
	v.Hit = r.beyond(value)
	v.Why = changeWords(m)
	if r.significant {
		v.Hit = v.Hit && m.Tested && m.P < stats.Alpha
		if !m.Tested {
			v.Why += fmt.Sprintf(", too few repeats for a test (%d and %d; 4 on each side)", m.SpreadA.N, m.SpreadB.N)
		}
	}
	return v, nil
}

func (r rule) beyond(value float64) bool {
	if r.above {
		return value > r.limit
	}
	return value < r.limit
}

func changeWords(m *dataset.MetricPair) string {
	s := english().RelChange(m.Relative)
	if m.Tested {
		s += ", Mann-Whitney " + english().PValue(m.P)
	}
	return s
}

func (r rule) judgeScore(v verdict, c *dataset.Comparison) (verdict, error) {
	var said []string
	for i := range c.Tasks {
		t := &c.Tasks[i]
		if r.task != "" && t.Task != r.task {
			continue
		}
		if !t.Comparable {
			return v, usageErr("--fail-on %q cannot be judged: %s was scored or asked in another way", r.text, t.Task)
		}
		if t.A.Number() || t.B.Number() {
			if r.task == "" {
				continue // a rule in points is about shares
			}
			return v, usageErr("--fail-on %q cannot be judged: %s is a %s, which has no percentage points; regression looks at it too", r.text, t.Task, t.A.Metric)
		}
		words := t.Task + ": " + english().Points(t.B.Value-t.A.Value)
		hit := r.beyond(t.B.Value - t.A.Value)
		switch {
		case t.Paired != nil:
			words += ", McNemar " + english().PValue(t.Paired.Holm)
			hit = hit && (!r.significant || t.Paired.Found)
		case t.Means != nil && t.Means.Interval:
			words += ", t test over items " + english().PValue(t.Means.Holm)
			hit = hit && (!r.significant || t.Means.Found)
		case t.Unpaired != nil && r.significant:
			hit = hit && t.Unpaired.Found
		case r.significant:
			words += ", no test without records or totals"
			hit = false
		}
		v.Hit = v.Hit || hit
		said = append(said, words)
	}
	if said == nil {
		what := "the runs share no task"
		if r.task != "" {
			what = fmt.Sprintf("the task %q is not on both sides", r.task)
		}
		return v, usageErr("--fail-on %q cannot be judged: %s", r.text, what)
	}
	v.Why = strings.Join(said, "; ")
	return v, nil
}

// regression looks at everything that has a direction and a test.
func regression(v verdict, c *dataset.Comparison) verdict {
	var tested []*dataset.MetricPair
	var ps []float64
	for i := range c.Load {
		if m := &c.Load[i]; m.Tested && m.Better != dataset.None {
			tested, ps = append(tested, m), append(ps, m.P)
		}
	}
	var worse []string
	for i, p := range stats.Holm(ps) {
		m := tested[i]
		shift := m.Relative
		if m.Better == dataset.Lower {
			shift = -shift
		}
		if p < stats.Alpha && shift <= -stats.MinShift {
			worse = append(worse, dataset.LoadMetricName(m.Path)+" "+changeWords(m))
		}
	}
	tasks := 0
	for i := range c.Tasks {
		t := &c.Tasks[i]
		if x := t.Texts; x != nil && x.Known && t.Comparable {
			tasks++
			if x.Found && x.Ratio > 1 {
				worse = append(worse, fmt.Sprintf("%s perplexity %+.2f %%", t.Task, (x.Ratio-1)*100))
			}
			continue
		}
		found, ok := t.Tested()
		if !t.Comparable || !ok {
			continue
		}
		tasks++
		if found && t.B.Value < t.A.Value {
			worse = append(worse, t.Task+" "+english().Points(t.B.Value-t.A.Value))
		}
	}
	v.Hit = len(worse) > 0
	switch {
	case v.Hit:
		v.Why = strings.Join(worse, "; ")
	case len(tested)+tasks == 0:
		v.Why = "nothing could be tested: load tests need 4 repeats on each side"
	default:
		v.Why = fmt.Sprintf("%d metrics and %d tasks were tested", len(tested), tasks)
	}
	return v
}
