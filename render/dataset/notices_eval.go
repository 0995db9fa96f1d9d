package dataset

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

const (
	smallSuite  = 200 // items below which a score is a smoke test
	shortReply  = 12  // median characters of replies without working
	enoughShort = 10  // replies needed to speak of a median
)

func items(t *artifact.Task, s *Score) int {
	if s != nil && s.N > 0 {
		return s.N
	}
	return int(deref(t.Dataset.Items))
}

func truncatedAnswers(_ *Set, r *Run) []Notice {
	return tasks(r, func(t *artifact.Task, s *Score) []Notice {
		if t.Outcomes == nil || deref(t.Outcomes.Truncated) == 0 {
			return nil
		}
		var limit any
		if v, ok := number(r.parameter(t.Task, "max_tokens")); ok {
			limit = int(v)
		}
		return one("truncated-answers", Warn, map[string]any{
			"truncated": int(*t.Outcomes.Truncated), "n": items(t, s), "max_tokens": limit,
		})
	})
}

func unparsedAnswers(_ *Set, r *Run) []Notice {
	return tasks(r, func(t *artifact.Task, s *Score) []Notice {
		if t.Outcomes == nil || deref(t.Outcomes.Unparsed) == 0 {
			return nil
		}
		var scorer any
		if t.Scorer != nil {
			scorer = scorerName(t.Scorer)
		}
		return one("unparsed-answers", Warn, map[string]any{
			"unparsed": int(*t.Outcomes.Unparsed), "n": items(t, s), "scorer": scorer,
		})
	})
}

func thinkNotClosed(_ *Set, r *Run) []Notice {
	return tasks(r, func(t *artifact.Task, _ *Score) []Notice {
		open, n := 0, 0
		replies, _ := r.Items()
		for _, it := range replies {
			if it.Task != t.Task || !it.HasOutput {
				continue
			}
			n++
			if it.Open {
				open++
			}
		}
		if open == 0 {
			return nil
		}
		return one("think-not-closed", Warn, map[string]any{"open": open, "n": n})
	})
}

// onlyAnswer finds an instruction that asks for the answer alone.
var onlyAnswer = regexp.MustCompile(`(?i)只(输出|回答|给出|写)[^。]{0,6}答案|不要(输出|写)[^。]{0,4}(推理|过程|解释)|` +
	`(only|just) (output |give |return |write |reply with )?(the |your )?(final )?answer|answer[- ]only|` +
	`(without|no) (any )?(explanation|reasoning|working|steps)`)

// needWorking are beginnings of names of tasks that are solved by working; a
// reply of a few characters leaves it out. Suites made of questions with short
// answers are not among them: there a short reply is the whole task.
var needWorking = slices.Concat(mathTasks, []string{"gsm8k", "gpqa", "mmlu_pro", "mmlu-pro", "hle", "olympiad"})

// answerOnly: the replies are short (median of at most 12 characters over at
// least 10 replies, thinking not counted), and either the system instruction
// asks for the answer alone or the task is one that is solved by working. A
// suite with its own decidable answers is never named, nor a run that thought
// before answering.
func answerOnly(_ *Set, r *Run) []Notice {
	return tasks(r, func(t *artifact.Task, _ *Score) []Notice {
		if slices.Contains(shortAnswers, t.Task) || r.parameter(t.Task, "thinking") == true {
			return nil
		}
		name := strings.ToLower(t.Task)
		works := slices.ContainsFunc(needWorking, func(p string) bool { return strings.HasPrefix(name, p) })
		if !works && !onlyAnswer.MatchString(r.instruction()) {
			return nil
		}
		median, ok := r.ReplyChars(t.Task)
		if !ok || median > shortReply || r.replies(t.Task) < enoughShort {
			return nil
		}
		return one("answer-only", Warn, map[string]any{"median": median})
	})
}

// instruction is the system instruction as far as the source tells it.
func (r *Run) instruction() string {
	if s, ok := r.Source.Extra["system_instruction"].(string); ok {
		return s
	}
	for i, arg := range r.Source.Command {
		if v, ok := strings.CutPrefix(arg, "--system_instruction="); ok {
			return v
		}
		if arg == "--system_instruction" && i+1 < len(r.Source.Command) {
			return r.Source.Command[i+1]
		}
	}
	return ""
}

// replies counts the finished replies to a task: those that ReplyChars measures.
func (r *Run) replies(task string) int {
	list, _ := r.Items()
	n := 0
	for _, it := range list {
		if it.Task == task && it.HasOutput && !it.Open {
			n++
		}
	}
	return n
}

// smallN takes the smallest detectable difference of a pair without any flip,
// the most favorable case: with flips the test sees no less far but never
// further.
//
// Parts of a task are told by the whole; of several small tasks the smallest
// speaks for all, without the interval that is only its own.
func smallN(_ *Set, r *Run) []Notice {
	all := tasks(r, func(t *artifact.Task, s *Score) []Notice {
		if s == nil || s.Number() || s.N <= 0 || s.N >= smallSuite || r.PartOf(t.Task) {
			return nil
		}
		slots := map[string]any{"n": s.N, "lo": nil, "hi": nil, "mde": nil}
		if s.Interval {
			slots["lo"], slots["hi"] = s.Lo, s.Hi
		}
		if d, _, ok := detectable(s.N, 0); ok {
			slots["mde"] = d
		}
		return one("small-n", Warn, slots)
	})
	if len(all) < 2 {
		return all
	}
	fewest := slices.MinFunc(all, func(a, b Notice) int { return a.Slots["n"].(int) - b.Slots["n"].(int) })
	return one("small-n", Warn, map[string]any{"n": fewest.Slots["n"], "lo": nil, "hi": nil, "mde": nil})
}

// macroMeanOfLimit: the score is the mean of groups that all had the same
// number of items, because of a limit, where the full suite has unequal ones.
func macroMeanOfLimit(_ *Set, r *Run) []Notice {
	return tasks(r, func(t *artifact.Task, s *Score) []Notice {
		limit, ok := number(r.parameter(t.Task, "limit"))
		if !ok || limit < 1 || len(t.Groups) < 2 {
			return nil
		}
		for _, g := range t.Groups {
			if g.N == nil || float64(*g.N) != limit {
				return nil
			}
		}
		return one("macro-mean-of-limit", Warn, map[string]any{"limit": int(limit), "full": optionalInt(t.Dataset.Of)})
	})
}

func optionalInt(p *int64) any {
	if p == nil {
		return nil
	}
	return int(*p)
}

// recordedVerdicts are tools whose files carry verdicts known to be wrong, with
// the scorer that repeats them.
var recordedVerdicts = map[string]string{"eval_openai_accuracy.py": "legacy-2025"}

// publishedScorer names the faulty rule behind the verdicts of a task, "" when
// there is none.
func (r *Run) publishedScorer(t *artifact.Task) string {
	if t.Scorer != nil && slices.Contains(asPublished, t.Scorer.Name) {
		return scorerName(t.Scorer)
	}
	if r.Source.Mode == artifact.ModeImported {
		return recordedVerdicts[r.Source.Tool]
	}
	return ""
}

func asPublishedScorer(_ *Set, r *Run) []Notice {
	return tasks(r, func(t *artifact.Task, s *Score) []Notice {
		scorer := r.publishedScorer(t)
		if scorer == "" || s == nil {
			return nil
		}
		var fixed any
		for _, o := range append([]*Run{r.Replacer}, r.Alternatives()...) {
			if o == nil || !o.Standing {
				continue
			}
			if better := o.Score(t.Task); better != nil {
				fixed = countText(better)
				break
			}
		}
		return one("as-published-scorer", Warn, map[string]any{"scorer": scorer, "old": countText(s), "new": fixed})
	})
}

// countText is "35/40", or the share with three digits when it is no count.
func countText(s *Score) string {
	if s.Correct >= 0 {
		return fmt.Sprintf("%d/%d", s.Correct, s.N)
	}
	return fmt.Sprintf("%.3f", s.Value)
}

var detected sync.Map // [2]int{n, flips} -> detection

type detection struct {
	diff  float64
	items int
	ok    bool
}

// detectable is stats.SmallestDetectable, remembered: a set asks for the same
// few numbers over and over, and the search takes a while.
func detectable(n, flips int) (float64, int, bool) {
	key := [2]int{n, flips}
	if d, ok := detected.Load(key); ok {
		d := d.(detection)
		return d.diff, d.items, d.ok
	}
	diff, count, ok := stats.SmallestDetectable(n, flips)
	detected.Store(key, detection{diff, count, ok})
	return diff, count, ok
}
