package page

import (
	"cmp"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// newsRows is how many changes the overview lists; the page of trends has all.
const newsRows = 8

// News is one figure of a subject that was measured again under the same
// protocol, and what may be said of the difference.
type News struct {
	Trend   *dataset.Trend
	Move    dataset.Move
	Measure measure
	// Worse says that the level changed for the worse: a change point, or paired
	// items of an evaluation of which the test finds more lost than won.
	Worse   bool
	Certain bool // the difference is found, for better or worse
	Verdict string

	verdict func(e *Edition) string // Verdict in a language
}

// Path names the figure, the same in every language.
func (n News) Path() string { return n.Measure.path }

// newsMeasures are looked at in every load test that was repeated later: the
// first always stands in the list, the others where their level changed.
var newsMeasures = []measure{outputThroughput, ttftP50, latencyP50, latencyP95}

var ttftP50 = measure{
	"load.latency.ttft_s.p50", "ttft", dataset.KindSeconds,
	func(r *dataset.Run) *float64 {
		if d := r.Load.Latency.TTFT; d != nil {
			return d.P50
		}
		return nil
	},
	func(e *Edition) string { return e.L.Fill("metric.ttft", locale.Slots{"percentile": "p50"}) }, true,
}

// News lists what changed since the time before, the newest first; what the
// data call a change before what they do not.
func (e *Edition) News() []News {
	e.fresh.once.Do(func() { e.fresh.list = e.findNews() })
	out := slices.Clone(e.fresh.list)
	for i := range out {
		out[i].Verdict = out[i].verdict(e)
	}
	return out
}

// findNews does the tests, which are the same in every language.
func (e *Edition) findNews() []News {
	var out []News
	for _, t := range e.Set.Trends() {
		m, ok := e.trendMeasure(t)
		if !ok {
			continue // the page of trends does not show it either
		}
		if t.Runs[0].Load == nil {
			if n, ok := e.evalNews(t, m); ok {
				out = append(out, n)
			}
			continue
		}
		first := true
		for _, m := range newsMeasures {
			move, ok := dataset.Newest(t.Points(m.pick))
			if !ok || !first && move.Change == nil {
				continue
			}
			first = false
			n := News{Trend: t, Move: move, Measure: m, Certain: move.Change != nil}
			n.Worse = n.Certain && (move.Change.Shift < 0) != m.lower
			switch {
			case n.Certain:
				n.verdict = func(e *Edition) string {
					return e.L.Fill("note.news-changed", locale.Slots{"p": e.L.PValue(move.Change.P)})
				}
			case move.Tested:
				n.verdict = func(e *Edition) string { return e.L.Text("note.news-unchanged") }
			default:
				n.verdict = func(e *Edition) string { return e.L.Text("note.news-few") }
			}
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b News) int {
		return cmp.Or(cmp.Compare(b.Move.After.Day, a.Move.After.Day), rank(b)-rank(a))
	})
	return out
}

// rank puts what got worse first, then what got better.
func rank(n News) int {
	switch {
	case n.Worse:
		return 2
	case n.Certain:
		return 1
	}
	return 0
}

// evalNews compares the newest evaluation with the one before, item by item
// where both have their records.
func (e *Edition) evalNews(t *dataset.Trend, m measure) (News, bool) {
	move, ok := dataset.Newest(t.Points(m.pick))
	if !ok {
		return News{}, false
	}
	n := News{Trend: t, Move: move, Measure: m, verdict: func(e *Edition) string { return e.L.Text("note.news-no-items") }}
	a, b := move.Before.Runs[len(move.Before.Runs)-1], move.After.Runs[len(move.After.Runs)-1]
	for _, s := range b.Scores {
		x := dataset.Pair(a, b).Task(s.Task)
		if x == nil || x.Paired == nil || !x.Comparable {
			continue
		}
		n.Certain = x.Paired.Found
		n.Worse = n.Certain && x.Paired.Difference < 0
		key := "note.news-items-same"
		if n.Certain {
			key = "note.news-items-found"
		}
		n.verdict = func(e *Edition) string {
			return e.L.Fill(key, locale.Slots{"won": x.Paired.OnlyB, "lost": x.Paired.OnlyA, "p": e.L.PValue(x.Paired.P)})
		}
		break
	}
	return n, true
}

// engines says how the version of the engine changed; "" when it did not.
func (e *Edition) engines(m dataset.Move) string {
	if !m.After.Changed {
		return ""
	}
	word := func(v string) string {
		if v == "" {
			return e.L.Text("word.unknown")
		}
		return Cut(v, 24)
	}
	return e.L.Fill("note.news-engine", locale.Slots{"a": word(m.Before.Engine), "b": word(m.After.Engine)})
}

// verdictOf is what may be said of the difference, with the change of the engine
// beside it: which came first is said, not which caused which.
func (e *Edition) verdictOf(n News) string {
	if s := e.engines(n.Move); s != "" {
		return e.L.Sentences(n.Verdict, s)
	}
	return n.Verdict
}

// newsFigures are the older and the newer value with their unit, and the change.
func (e *Edition) newsFigures(n News) (before, after, change string) {
	print, unit := e.scale(n.Measure.kind, n.Move.Before.Median, n.Move.After.Median)
	before, after = print(n.Move.Before.Median)+gapUnit(unit), print(n.Move.After.Median)+gapUnit(unit)
	if n.Measure.kind == dataset.KindShare {
		return before, after, e.L.Points(n.Move.After.Median - n.Move.Before.Median)
	}
	if n.Move.Before.Median == 0 {
		return before, after, locale.Unknown
	}
	return before, after, e.L.RelChange(n.Move.Shift)
}

// newsKeys is the list of the overview: the change, the two values in a
// sentence, and what may be said of it.
func (e *Edition) newsKeys(b *Base) (keys []Key, more *Link) {
	all, home := e.News(), e.home()
	if home != "" { // what others measured elsewhere is no news of this machine
		all = slices.DeleteFunc(all, func(n News) bool { return machine(n.Trend.Runs[0]) != home })
	}
	l := e.L
	for _, n := range all[:min(len(all), newsRows)] {
		before, after, change := e.newsFigures(n)
		last := n.Trend.Runs[len(n.Trend.Runs)-1]
		keys = append(keys, Key{
			Figure: change,
			Head: l.Fill("note.news-head", locale.Slots{
				"what": e.runTitle(last), "metric": n.Measure.title(e), "before": before, "after": after,
				"date0": l.Date(n.Move.Before.Day), "date1": l.Date(n.Move.After.Day),
			}),
			Text:  T(e.verdictOf(n)),
			Chart: &Link{l.Text("nav.trends"), b.Link(e.TrendPath(n.Trend))},
		})
	}
	if rest := len(all) - newsRows; rest > 0 {
		more = &Link{l.Fill("overview.news-more", locale.Slots{"n": rest}), b.Link("trends/")}
	}
	return keys, more
}

// FeedWorse is what a feed says of a figure that got worse: title and text.
func (e *Edition) FeedWorse(n News) (title, summary string) {
	before, after, change := e.newsFigures(n)
	last := n.Trend.Runs[len(n.Trend.Runs)-1]
	title = e.L.Fill("text.feed-worse", locale.Slots{"what": e.L.Label(e.runTitle(last), n.Measure.title(e))})
	return title, e.L.Fill("text.feed-worse-text", locale.Slots{
		"before": before, "after": after, "change": change, "verdict": e.verdictOf(n),
		"date0": e.L.Date(n.Move.Before.Day), "date1": e.L.Date(n.Move.After.Day),
	})
}

// TrendID is the anchor of a trend on the page of trends.
func TrendID(t *dataset.Trend) string {
	return "t-" + t.Protocol.ID + "-" + artifact.Slug(Cut(t.Subject.Name, 60))
}
