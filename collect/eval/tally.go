package eval

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

// tally is what the finished items add up to. It holds no record, only where
// each lies in the journal, so that a long evaluation takes no more memory than
// a short one.
type tally struct {
	items, repeats int
	places         []place // by position
	kept           int     // items that are there
	final          int     // of them, with an outcome
	counts         [5]int64
	prompt, output *int64
	asked          []int32 // by item: repeats with an outcome
	right          []int32 // of them, correct
	stems          []string
	byCategory     map[string]*share
	byType         map[string]*share
	byLabel        map[string]map[string]*share
	settled        []bool // by position: there is an outcome
	correct        []bool // by position
	undecided      map[string]bool
	text           *textSums  // of a set of texts
	judge          *judgeSums // of outcomes that a model decided
	forecasts      []stats.Forecast
}

type share struct{ n, correct int64 }

func newTally(items, repeats int) *tally {
	return &tally{items: items, repeats: repeats, places: make([]place, items*repeats), asked: make([]int32, items), right: make([]int32, items),
		byCategory: map[string]*share{}, byType: map[string]*share{}, byLabel: map[string]map[string]*share{}, settled: make([]bool, items*repeats), correct: make([]bool, items*repeats), undecided: map[string]bool{}}
}

// add counts the item at a position, whose record lies at p. One without an
// outcome is only kept.
func (t *tally) add(pos int, p place, rec *artifact.EvalRecord) {
	if t.places[pos].length == 0 {
		t.kept++
		sum(&t.prompt, rec.PromptTokens)
		sum(&t.output, rec.OutputTokens)
	}
	t.places[pos] = p
	if rec.Likelihood != nil {
		t.final++
		t.read(rec)
	}
	if rec.Outcome == nil {
		return
	}
	t.final++
	t.settled[pos] = true
	t.weigh(rec)
	i := pos % t.items
	t.asked[i]++
	correct := *rec.Outcome == artifact.OutcomeCorrect
	if correct {
		t.right[i]++
		t.correct[pos] = true
	}
	if k := slices.Index(outcomes[:], *rec.Outcome); k >= 0 {
		t.counts[k]++
	}
	note(t.byCategory, text(rec.Category), correct)
	note(t.byType, text(rec.Type), correct)
	for label, value := range rec.Labels {
		if t.byLabel[label] == nil {
			t.byLabel[label] = map[string]*share{}
		}
		note(t.byLabel[label], value, correct)
	}
	if rec.Stem != nil {
		if t.stems == nil {
			t.stems = make([]string, t.items)
		}
		t.stems[i] = *rec.Stem
	}
	if strings.HasPrefix(text(rec.Detail), "undecided") {
		t.undecided[rec.Item] = true
	}
}

// note counts an item in a group; "" is none.
func note(of map[string]*share, name string, correct bool) {
	if name == "" {
		return
	}
	s := of[name]
	if s == nil {
		s = &share{}
		of[name] = s
	}
	s.n++
	if correct {
		s.correct++
	}
}

var outcomes = [5]artifact.Outcome{artifact.OutcomeCorrect, artifact.OutcomeWrong, artifact.OutcomeUnparsed, artifact.OutcomeTruncated, artifact.OutcomeError}

// sum adds what the server counted; nil where it counted nothing.
func sum(to **int64, v *int64) {
	if v == nil {
		return
	}
	if *to == nil {
		*to = new(int64)
	}
	**to += *v
}

func (t *tally) outcomes() *artifact.Outcomes {
	c := t.counts
	if t.text != nil { // a text is not answered; all that can be said is how many windows failed
		if c[4] == 0 {
			return nil
		}
		return &artifact.Outcomes{Error: &c[4]}
	}
	return &artifact.Outcomes{Correct: &c[0], Wrong: &c[1], Unparsed: &c[2], Truncated: &c[3], Error: &c[4]}
}

func (t *tally) tokens() *artifact.EvalTokens {
	if t.prompt == nil && t.output == nil {
		return nil
	}
	return &artifact.EvalTokens{Prompt: t.prompt, Output: t.output}
}

// metrics are the scores. With repeats it is the mean over items of the share of
// correct answers, with the standard error over items, and beside it pass@k.
// Items that share a stem are one cluster; then a single run has a standard
// error too, because the interval of a count would take them for independent.
// Programs have names of their own for the same figures.
func (t *tally) metrics(rule string) []artifact.Metric {
	if t.text != nil {
		return t.text.all.metrics()
	}
	out := append(t.scores(), t.calibration()...)
	if t.programs() && len(out) > 0 {
		out = t.codeMetrics(out[0], rule)
	}
	return out
}

func (t *tally) scores() []artifact.Metric {
	k := t.repeats
	var shares, passes []float64
	var clusters []string
	seen := map[string]bool{}
	shared := false
	for i, of := range t.asked {
		if of == 0 {
			continue
		}
		shares = append(shares, float64(t.right[i])/float64(of))
		stem := fmt.Sprint("\x00", i)
		if t.stems != nil && t.stems[i] != "" {
			stem = t.stems[i]
		}
		shared = shared || seen[stem]
		seen[stem] = true
		clusters = append(clusters, stem)
		if p, ok := stats.PassAtK(int(of), int(t.right[i]), k); ok {
			passes = append(passes, p)
		}
	}
	n := int64(len(shares))
	if n == 0 || k == 1 && !shared {
		return []artifact.Metric{Accuracy(t.counts[0], n)}
	}
	better := "higher"
	mean, err := stats.NewClusteredMean(shares, clusters)
	accuracy := artifact.Metric{Metric: "accuracy", N: &n, Better: &better, Primary: true, Value: &mean.Mean}
	if units := int64(mean.Units); units < n {
		accuracy.Clusters = &units
	}
	if err == nil && mean.SE > 0 {
		accuracy.Stderr = &mean.SE
	}
	out := []artifact.Metric{accuracy}
	if k > 1 && len(passes) == len(shares) {
		m := stats.NewMean(passes)
		out = append(out, artifact.Metric{Metric: fmt.Sprintf("pass@%d", k), N: &n, Better: &better, Value: &m.Mean})
	}
	return out
}

// groups are the categories, else the types where the suite mixes them.
func (t *tally) groups() []artifact.Group {
	if t.text != nil {
		return t.text.groups()
	}
	of := t.byCategory
	if len(of) == 0 {
		of = t.byType
	}
	out := groupsOf(of, "")
	for _, label := range slices.Sorted(maps.Keys(t.byLabel)) {
		out = append(out, groupsOf(t.byLabel[label], label)...)
	}
	return out
}

// levels of difficulty, which have an order of their own.
var levels = []string{"easy", "medium", "hard"}

func groupsOf(of map[string]*share, by string) []artifact.Group {
	if len(of) < 2 {
		return nil
	}
	names := slices.Sorted(maps.Keys(of))
	if !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(levels, n) }) {
		slices.SortFunc(names, func(a, b string) int { return slices.Index(levels, a) - slices.Index(levels, b) })
	}
	var out []artifact.Group
	for _, name := range names {
		s := *of[name]
		out = append(out, artifact.Group{Name: name, By: by, N: &s.n, Correct: &s.correct, Value: artifact.Ptr(float64(s.correct) / float64(s.n))})
	}
	return out
}
