package eval

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

// JudgedTypes are the types of items of a suite that a model judges under a
// rule: all of them under judge, those of the type judge under the typed rules.
func JudgedTypes(s *Suite, rule Scorer) []string {
	var out []string
	for _, it := range s.Items {
		if rule.judges(it.Type) && !slices.Contains(out, it.Type) {
			out = append(out, it.Type)
		}
	}
	return out
}

// judges reports whether the rule leaves items of a type to a judge model.
func (s Scorer) judges(kind string) bool {
	return s.Judged && kind != typeText && (s.Name == typeJudge || kind == typeJudge)
}

// wait has answers kept for which a judge is wanted and none is given.
func (s *Spec) wait() {
	for _, kind := range JudgedTypes(s.Suite, s.Scorer) {
		if s.Judges[kind] == nil {
			s.Judges = maps.Clone(s.Judges)
			if s.Judges == nil {
				s.Judges = map[string]Judge{}
			}
			s.Judges[kind] = NoJudge{}
		}
	}
}

// modelOf is the judge model among judges, nil when there is none.
func modelOf(judges map[string]Judge) *ModelJudge {
	for _, kind := range slices.Sorted(maps.Keys(judges)) {
		switch j := judges[kind].(type) {
		case *ModelJudge:
			return j
		case *Remembering:
			return j.ModelJudge
		}
	}
	return nil
}

// matches reports whether a rule stands where items want a judge: their score
// is then another metric.
func (s Spec) matches() bool {
	return s.Judges[typeJudge] == nil && slices.ContainsFunc(s.Suite.Items, func(it Item) bool { return it.Type == typeJudge })
}

// MetricMatch is the share of answers that a rule finds equal to the key, of
// items that want a judge. Rules miss most answers that are right in other words.
const MetricMatch = "match-rate"

// matchOnly gives the score of a rule its own name.
func matchOnly(metrics []artifact.Metric) {
	for i := range metrics {
		if metrics[i].Metric == "accuracy" {
			metrics[i].Metric = MetricMatch
		}
	}
}

// unjudge puts an answer whose judge failed back among those that wait.
func (r *run) unjudge(pos int, rec *artifact.EvalRecord) (place, error) {
	unsettle(rec)
	line, err := appendRecord(nil, pos, time.Since(r.begun).Seconds(), rec)
	if err != nil {
		return place{}, err
	}
	at := r.journal.Append(line)
	r.journal.Flush()
	return place{at, int32(len(line))}, r.journal.Err()
}

// judgeSums is what judging adds up to.
type judgeSums struct {
	info artifact.TaskJudge
}

// weigh counts what a judge said of a record, and how sure its reply was.
func (t *tally) weigh(rec *artifact.EvalRecord) {
	if c := rec.Confidence; c != nil && (*rec.Outcome == artifact.OutcomeCorrect || *rec.Outcome == artifact.OutcomeWrong) {
		t.forecasts = append(t.forecasts, stats.Forecast{Confidence: *c, Right: *rec.Outcome == artifact.OutcomeCorrect})
	}
	failed := strings.HasPrefix(text(rec.Detail), judgeFailed) && rec.Judge == nil
	if rec.Judge == nil && !failed {
		return
	}
	if t.judge == nil {
		t.judge = &judgeSums{}
	}
	i := &t.judge.info
	switch {
	case failed:
		i.Failed++
		i.Items = append(i.Items, rec.Item)
	case rec.Judge.Verdict == nil:
		i.Unreadable++
		i.Items = append(i.Items, rec.Item)
	default:
		i.Judged++
	}
	if rec.Judge == nil {
		return
	}
	sum(&i.PromptTokens, rec.Judge.PromptTokens)
	sum(&i.OutputTokens, rec.Judge.OutputTokens)
	if rec.Judge.LatencyS != nil {
		if i.BusyS == nil {
			i.BusyS = new(float64)
		}
		*i.BusyS += *rec.Judge.LatencyS
	}
}

// tell writes into a task what judging added up to. Without a verdict on every
// answer there is no score: the task is not run, with what to do.
func (s *judgeSums) tell(t *artifact.Task, waiting int, why string) {
	if t.Judge != nil {
		info := artifact.TaskJudge{}
		if s != nil {
			info = s.info
		}
		slices.Sort(info.Items)
		info.Items = slices.Compact(info.Items)
		info.Model, info.Endpoint, info.PromptSHA256, info.Pending = t.Judge.Model, t.Judge.Endpoint, t.Judge.PromptSHA256, int64(waiting)
		t.Judge = &info
	}
	if waiting == 0 {
		return
	}
	reason := fmt.Sprintf("%d answers are kept and wait for a verdict", waiting)
	if why != "" {
		reason += ": " + strings.TrimPrefix(why, "answers wait for their verdict: ")
	}
	reason += "; the same command with a judge goes on from here, and so does benchsite rescore --scorer " + t.Scorer.Name
	t.Status, t.Reason, t.Metrics, t.Groups, t.Why = artifact.TaskNotRun, &reason, nil, nil, artifact.Ptr(string(WhyUnjudged))
}

// MetricCalibration is the root mean square distance of stated confidence and
// accuracy over bins of 100 answers.
const MetricCalibration = "calibration-error"

// calibration is the metric of replies that state how sure they are. Those that
// state nothing, and those without a verdict, are left out.
func (t *tally) calibration() []artifact.Metric { return calibration(t.forecasts) }

func calibration(list []stats.Forecast) []artifact.Metric {
	c, ok := stats.NewCalibration(list, stats.BinSize)
	if !ok {
		return nil
	}
	n := int64(c.N)
	return []artifact.Metric{{Metric: MetricCalibration, Value: &c.RMS, N: &n, Better: artifact.Ptr("lower")}}
}
