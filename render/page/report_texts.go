package page

import (
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// numeric reports whether the scores of a topic are numbers of their own, such
// as perplexities, and no shares.
func numeric(t *dataset.Topic) bool {
	if t.Kind != string(artifact.KindEval) {
		return false
	}
	for _, r := range t.Runs {
		if s := r.Score(t.Task); s != nil {
			return s.Number()
		}
	}
	return false
}

// metricOf is a further metric of a score's task, nil when it has none.
func metricOf(s *dataset.Score, name string) *float64 {
	for i := range s.Info.Metrics {
		if m := &s.Info.Metrics[i]; m.Metric == name {
			return m.Value
		}
	}
	return nil
}

// inside is a metric by its name inside a sentence.
func (e *Edition) inside(metric string) string {
	if t, ok := e.L.Term(metric); ok {
		return t.Name
	}
	return Cut(metric, CutCell)
}

// numberChart shows scores that are no shares, with their intervals.
func (w *writer) numberChart(t *dataset.Topic) Chart {
	l := w.L
	c := Chart{Kind: ChartAccuracy, Lang: w.Lang.Tag()}
	panel := ChartPanel{Heads: []string{l.Text("th.ci")}, X: ChartAxis{Format: TickNumber}}
	var first *dataset.Score
	var values []string
	for _, r := range t.Runs {
		s := r.Score(t.Task)
		if s == nil {
			continue
		}
		if first == nil {
			first = s
			c.Table = ChartTable{
				Head:    []string{w.subjectHead(t), w.metricLabel(s.Metric, s.Filter), l.Text("th.ci"), w.label("nll"), w.label("bits-per-byte"), l.Text("th.rated")},
				RawHead: []string{"subject", artifact.Slug(s.Metric), "ci_lo", "ci_hi", "nll", "bits_per_byte", "tokens"},
			}
		}
		panel.Series = append(panel.Series, w.scoreSeries(w.name(r), r, s))
		nll, bits := metricOf(s, "nll"), metricOf(s, "bits-per-byte")
		tokens, rawTokens := locale.Unknown, ChartRaw{}
		if x := s.Info.Text; x != nil {
			tokens, rawTokens = l.Count(int(x.Tokens)), RawNumber(float64(x.Tokens))
		}
		four := func(v float64) string { return l.Number(v, 4) }
		c.Table.Rows = append(c.Table.Rows, []string{w.name(r), w.share(s), w.interval(s), l.Opt(nll, four), l.Opt(bits, four), tokens})
		c.Table.Raw = append(c.Table.Raw, append(append([]ChartRaw{RawText(r.Subject.Name)}, rawScore(s)...), rawOpt(nll), rawOpt(bits), rawTokens))
		values = append(values, l.Fill("fig.desc-score", locale.Slots{"subject": w.name(r), "score": w.share(s), "ci": w.interval(s)}))
	}
	if first == nil {
		return c
	}
	c.Panels = []ChartPanel{panel}
	metric := w.inside(first.Metric)
	c.Title = l.Fill("fig.title-number", locale.Slots{"metric": capital(metric), "task": w.taskName(t)})
	c.Sub = l.Fill("fig.sub-number", locale.Slots{"metric": capital(metric), "direction": w.directionWord(first.Better)})
	c.Note = w.protocolNote(t)
	if scorer := w.scorerOf(first); scorer != "" {
		c.Note = l.Fill("fig.note-protocol-scorer", locale.Slots{"id": "`" + t.Protocol.ID + "`", "scorer": hold(scorer)})
	}
	c.Desc = l.Fill("fig.desc-values", locale.Slots{"measure": w.taskName(t), "values": l.Enum(values...)})
	return c
}

// textPairs are the comparisons of a topic window by window.
func textPairs(t *dataset.Topic) []*dataset.Comparison {
	var out []*dataset.Comparison
	for _, c := range t.Pairs {
		if p := c.Task(t.Task); p != nil && p.Comparable && p.Texts != nil && p.Texts.Known {
			out = append(out, c)
		}
	}
	return out
}

// textsChart shows by how much perplexities differ on the same windows.
func (w *writer) textsChart(t *dataset.Topic) Chart {
	l := w.L
	c := Chart{Kind: ChartForest, Lang: w.Lang.Tag(), Sub: l.Text("fig.sub-texts")}
	list := textPairs(t)
	if len(list) == 0 {
		return c
	}
	panel := ChartPanel{
		Heads: []string{l.Text("th.change-ci"), l.Text("th.windows")},
		X:     ChartAxis{Label: l.Text("fig.texts-axis"), Format: TickSigned}, Ref: &ChartRef{},
		Below: "← " + l.Text("fig.subject-better"), Above: l.Text("fig.baseline-better") + " →",
	}
	c.Table = ChartTable{
		Head:    []string{l.Text("th.pair-ratio"), l.Text("th.ratio"), l.Text("th.change"), l.Text("th.ci"), l.Text("th.windows"), l.Text("th.rated")},
		RawHead: []string{"pair", "ratio", "ratio_lo", "ratio_hi", "windows", "tokens"},
	}
	found := 0
	var values []string
	for _, cmp := range list {
		p := cmp.Task(t.Task).Texts
		if p.Found {
			found++
		}
		name := w.name(cmp.B) + " / " + w.name(cmp.A)
		change, ci := w.change(p.Ratio), w.changeRange(p.Lo, p.Hi)
		n := l.Count(p.N)
		s := ChartSeries{Name: name, Slot: SlotInk, Mark: MarkSquare}
		s.Points = []ChartPoint{{
			Value: (p.Ratio - 1) * 100, Interval: true, Lo: (p.Lo - 1) * 100, Hi: (p.Hi - 1) * 100, Text: change, Range: ci,
			Cells: []string{l.Bracket(change, ci), n}, Tip: l.Label(name, l.Bracket(change, ci)),
		}}
		panel.Series = append(panel.Series, s)
		values = append(values, s.Points[0].Tip)
		c.Table.Rows = append(c.Table.Rows, []string{name, l.Number(p.Ratio, 4), change, ci, n, l.Count(int(p.Tokens))})
		c.Table.Raw = append(c.Table.Raw, []ChartRaw{
			RawText(cmp.B.Subject.Name + " / " + cmp.A.Subject.Name), RawNumber(p.Ratio), RawNumber(p.Lo), RawNumber(p.Hi), RawNumber(float64(p.N)), RawNumber(float64(p.Tokens)),
		})
	}
	c.Panels = []ChartPanel{panel}
	c.Title = w.pairedTitle(list, found)
	c.Note = l.Text("fig.note-texts")
	c.Desc = l.Fill("fig.desc-values", locale.Slots{"measure": w.taskName(t), "values": strings.Join(values, w.listGap())})
	return c
}

// change prints a ratio as a relative change, with the digits that differences
// of perplexities need.
func (e *Edition) change(ratio float64) string { return e.L.Signed((ratio-1)*100, 2) + "%" }

func (e *Edition) changeRange(lo, hi float64) string {
	return e.L.SignedRange(e.change(lo), e.change(hi))
}

// relativeScoreChart shows the scores of all tasks of the report in relation to
// the baseline, which is 100: above it is better, whichever way the metric
// points.
func (w *writer) relativeScoreChart(first *dataset.Topic) Chart {
	l := w.L
	c := Chart{Kind: ChartRelative, Lang: w.Lang.Tag()}
	if first.Baseline == nil {
		return c
	}
	base := w.name(first.Baseline)
	c.Title = l.Fill("fig.title-relative-score", locale.Slots{"baseline": base})
	c.Sub = l.Fill("fig.sub-relative-score", locale.Slots{"baseline": base})
	c.Table = ChartTable{
		Head:    []string{l.Text("th.task"), l.Text("th.metric"), l.Text("th.subject"), l.Text("th.score"), l.Text("chip.baseline"), w.label("relative-score")},
		RawHead: []string{"task", "metric", "subject", "score", "baseline_score", "relative"}, Right: 3,
	}
	var desc []string
	for _, t := range w.r.Topics {
		if !evalKind(t) || t.Baseline == nil || t.Baseline.Who != first.Baseline.Who {
			continue
		}
		old := t.Baseline.Score(t.Task)
		if old == nil || old.Value <= 0 {
			continue
		}
		p := ChartPanel{
			Title: w.shortTask(t.Task), Sub: w.inside(old.Metric), X: ChartAxis{Log: true, Format: TickNumber},
			Ref: &ChartRef{Value: 100, Label: l.Fill("fig.equals-hundred", locale.Slots{"baseline": base}), Slot: slot(t.Baseline)},
		}
		var values []string
		for _, r := range t.Runs {
			s := r.Score(t.Task)
			pair := pairOf(t, r)
			if s == nil || s.Value <= 0 || pair == nil || !pair.Comparable {
				continue
			}
			pt := ChartPoint{Value: relativeScore(s.Better, s.Value/old.Value)}
			if x := pair.Texts; x != nil {
				pt.Value = relativeScore(s.Better, x.Ratio) // of the windows that both have
				if x.Known {
					pt.Interval, pt.Lo, pt.Hi = true, relativeScore(s.Better, x.Hi), relativeScore(s.Better, x.Lo)
				}
			}
			pt.Text = l.Number(pt.Value, 1)
			series := w.seriesOf(w.name(r), r)
			pt.Tip = l.Label(l.Clauses(series.Name, p.Title), pt.Text)
			series.Points = []ChartPoint{pt}
			p.Series = append(p.Series, series)
			values = append(values, series.Name+" "+pt.Text)
			c.Table.Rows = append(c.Table.Rows, []string{w.taskName(t), w.inside(s.Metric), series.Name, w.share(s), w.share(old), pt.Text})
			c.Table.Raw = append(c.Table.Raw, []ChartRaw{RawText(t.Task), RawText(s.Metric), RawText(r.Subject.Name), RawNumber(s.Value), RawNumber(old.Value), RawNumber(pt.Value)})
		}
		if len(p.Series) == 0 {
			continue
		}
		c.Panels = append(c.Panels, p)
		desc = append(desc, l.Fill("fig.desc-values", locale.Slots{"measure": p.Title, "values": l.Enum(values...)}))
	}
	c.Note = l.Text("fig.note-relative-score")
	c.Desc = l.Sentences(desc...)
	return c
}

// relativeScores adds the section of the relative scores to a report that
// compares evaluations.
func (w *writer) relativeScores() {
	for _, t := range w.r.Topics {
		if !evalKind(t) || t.Baseline == nil || w.figures[w.chartID("relative-score", t)] != nil {
			continue
		}
		if c := w.relativeScoreChart(t); !c.Empty() {
			w.sections = append(w.sections, Section{ID: w.free("relative-score"), Title: w.label("relative-score")})
			w.figure("relative-score", (*writer).relativeScoreChart, t)
			return
		}
	}
}

// relativeScore turns a ratio to the baseline so that above 100 is better.
func relativeScore(better dataset.Direction, ratio float64) float64 {
	if better == dataset.Lower {
		return 100 / ratio
	}
	return 100 * ratio
}

// pairOf is the comparison of a run with the baseline of its topic in its task.
func pairOf(t *dataset.Topic, r *dataset.Run) *dataset.TaskPair {
	for _, c := range t.Pairs {
		if c.A == t.Baseline && c.B == r {
			return c.Task(t.Task)
		}
	}
	return nil
}

func (w *writer) relativeScoreSide(t *dataset.Topic) []Side {
	if t.Baseline == nil {
		return nil
	}
	return []Side{w.side("relative-score", locale.Slots{"baseline": w.name(t.Baseline)})}
}

// textSlots prints the figures of a finding about texts.
func (e *Edition) textSlots(f dataset.Finding, slots locale.Slots) {
	num := func(k string) (float64, bool) { v, ok := f.Slots[k].(float64); return v, ok }
	if v, ok := num("perplexity"); ok {
		slots["perplexity"] = e.L.Number(v, 3)
	}
	if ratio, ok := num("text_ratio"); ok {
		slots["change"], slots["rel"] = e.change(ratio), strings.TrimLeft(e.change(ratio), "+−")
	}
	for ci, print := range map[string]func(lo, hi float64) string{
		"perplexity": func(lo, hi float64) string { return e.L.NumberRange(e.L.Number(lo, 3), e.L.Number(hi, 3)) },
		"text":       e.changeRange,
	} {
		lo, okLo := num(ci + "_lo")
		hi, okHi := num(ci + "_hi")
		if okLo && okHi {
			slots["ci"] = print(lo, hi)
		}
	}
}
